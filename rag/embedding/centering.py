"""Center vectors by language, so that a cosine compares meaning across languages.

A multilingual encoder places a text by its language first: a Chinese question is nearer to
anything Chinese than to its answer in English (self-language bias: Roy et al. 2020, LAReQA; Yang
et al. 2021). So the mean vector of its language and kind is subtracted from every vector, which
then gets length 1 again. After that a cosine of 0 means unrelated, in whatever languages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path

import numpy as np

from kg.language.detect import Language, chinese_share
from rag.embedding.base import Encoder, Progress, Vectors, unit_rows

# Part of the fingerprint of an index. Raise it whenever vectors come out differently, also when
# the shipped means change.
VERSION = 1
# The languages, in the order of the means and of the calibration questions' vectors.
LANGUAGES: tuple[Language, ...] = ("zh", "en")
# How much of the mean is subtracted from a question: all of it helps across languages, and hurts
# within one (docs/benchmarks.md).
_QUESTION_SHARE = 0.6
# The means and calibration vectors for multilingual-e5-small, written by data/build.py.
SHIPPED_MEANS = Path(__file__).with_name("e5_language_means.npy")
_CALIBRATION_QUESTIONS = Path(__file__).with_name("calibration_questions.tsv")


class TextKind(IntEnum):
    """What a text is. Each kind has means of its own.

    Encoders treat questions and passages differently, and long texts differently from short ones.
    """

    QUESTION = 0
    PASSAGE = 1
    SENTENCE = 2


@dataclass(frozen=True, slots=True)
class LanguageCentering:
    """The mean vectors of an engine, and its vectors of the calibration questions.

    `means` has the shape (kinds, languages, dimension). `calibration_vectors` has the shape
    (languages, questions, dimension) and is not centered.
    """

    means: Vectors
    calibration_vectors: Vectors

    def center(self, vectors: Vectors, texts: Sequence[str], kind: TextKind) -> Vectors:
        """Subtract the mean of its language from each text's vector; return unit rows.

        A text in both languages is centered by the share of each.
        """
        shares = np.array(
            [(share := chinese_share(text), 1 - share) for text in texts], np.float32
        )  # (texts, languages)
        weight = _QUESTION_SHARE if kind is TextKind.QUESTION else 1.0
        return unit_rows(vectors - weight * shares @ self.means[kind])

    def centered_questions(self, language: Language) -> Vectors:
        """Return the centered vectors of a language's calibration questions."""
        column = LANGUAGES.index(language)
        questions = [pair[column] for pair in calibration_questions()]
        return self.center(self.calibration_vectors[column], questions, TextKind.QUESTION)

    def to_bytes(self) -> bytes:
        """Return the means, then the calibration vectors, as rows of float16."""
        means = self.means.reshape(-1, self.means.shape[-1])
        return np.vstack([means, *self.calibration_vectors]).astype(np.float16).tobytes()

    @classmethod
    def from_bytes(cls, data: bytes, dimension: int) -> "LanguageCentering":
        """Read what to_bytes wrote."""
        rows = np.frombuffer(data, np.float16).reshape(-1, dimension).astype(np.float32)
        means = len(TextKind) * len(LANGUAGES)
        return cls(
            rows[:means].reshape(len(TextKind), len(LANGUAGES), -1),
            rows[means:].reshape(len(LANGUAGES), -1, dimension),
        )


class CenteredEncoder:
    """An engine whose vectors of passages and sentences are centered."""

    def __init__(self, encoder: Encoder, centering: LanguageCentering) -> None:
        self.fingerprint = centered_fingerprint(encoder)
        self._encoder = encoder
        self._centering = centering

    def encode_passages(
        self, texts: Sequence[str], kinds: Sequence[TextKind], progress: Progress = lambda _: None
    ) -> Vectors:
        """Return unit vectors of texts, each centered by its own kind."""
        raw = self._encoder.encode_passages(texts, progress)
        vectors = np.empty_like(raw)
        for kind in set(kinds):
            rows = [row for row, other in enumerate(kinds) if other is kind]
            vectors[rows] = self._centering.center(raw[rows], [texts[row] for row in rows], kind)
        return vectors


def centered_fingerprint(encoder: Encoder) -> str:
    """Return what distinguishes an engine's centered vectors from all others."""
    return f"{encoder.fingerprint}:neutral{VERSION}"


def build_centering(encoder: Encoder) -> LanguageCentering:
    """Return an engine's centering: shipped for multilingual-e5-small, otherwise measured.

    The shipped means of passages and sentences are those of the bundled notes. The shipped mean of
    questions is that of the calibration questions and of data/eval/questions.jsonl in equal parts.
    For another engine the calibration questions stand for all three kinds, encoded as questions
    and as passages.
    """
    if encoder.fingerprint.startswith("e5-small") and SHIPPED_MEANS.exists():
        return LanguageCentering.from_bytes(np.load(SHIPPED_MEANS).tobytes(), encoder.dimension)
    by_language = list(zip(*calibration_questions(), strict=True))
    as_questions = [encoder.encode_queries(texts) for texts in by_language]
    as_passages = [encoder.encode_passages(texts) for texts in by_language]
    means = [
        np.stack([vectors.mean(axis=0) for vectors in encoded])
        for encoded in (as_questions, as_passages, as_passages)
    ]
    return LanguageCentering(np.stack(means), np.stack(as_questions))


@cache
def calibration_questions() -> tuple[tuple[str, ...], ...]:
    """Return questions on every subject, each in all of LANGUAGES.

    Notes answer hardly any of them: they measure what score an unrelated question reaches.
    """
    lines = _CALIBRATION_QUESTIONS.read_text(encoding="utf-8").splitlines()
    return tuple(tuple(reversed(line.split("\t"))) for line in lines)
