"""Vectors → the space blind to language that everything is stored and compared in.

A multilingual encoder places a text by its language first: a Chinese question is nearer to anything Chinese than to its answer
in English. So the mean of its language and kind is taken out of every vector, which then has length 1 again (self-language
bias: Roy et al. 2020, LAReQA; Yang et al. 2021). A cosine of 0 then means: unrelated, in whatever languages.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kg.language.detect import chinese_share
from rag.embedding.base import Encoder, Progress

VERSION = 1  # raised whenever vectors come out otherwise, rag/e5_space.npy included
LANGUAGES = ("zh", "en")
_QUESTIONS_MEAN = 0.6  # of it is taken out: all of it helps across languages, and hurts within one (benchmarks/README.md)
SHIPPED_MEANS = Path(__file__).with_name("e5_language_means.npy")
_CALIBRATION_QUESTIONS = Path(__file__).with_name("calibration_questions.tsv")

Vectors = NDArray[np.float32]  # (texts, dimension)


class TextKind(IntEnum):
    """What a text is: encoders see questions and passages with other eyes, and long texts with other eyes than short ones."""

    QUESTION = 0
    PASSAGE = 1
    SENTENCE = 2


@dataclass(frozen=True, slots=True)
class LanguageCentering:
    """Mean vectors, (kinds, languages, dimension), and the vectors of the probes, (languages, probes, dimension)."""

    means: NDArray[np.float32]
    calibration_vectors: NDArray[np.float32]

    def center(self, vectors: Vectors, texts: Sequence[str], kind: TextKind) -> Vectors:
        """The vectors of these texts without the mean of their language; unit rows."""
        shares = np.array(
            [(share := chinese_share(text), 1 - share) for text in texts], np.float32
        )  # in the order of LANGUAGES
        rest = (
            vectors
            - (_QUESTIONS_MEAN if kind is TextKind.QUESTION else 1.0) * shares @ self.means[kind]
        )
        unit: Vectors = rest / np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-9)
        return unit

    def centered_questions(self, language: str) -> Vectors:
        """The probes of a language in this space: (probes, dimension)."""
        at = LANGUAGES.index(language)
        return self.center(
            self.calibration_vectors[at],
            [pair[at] for pair in calibration_questions()],
            TextKind.QUESTION,
        )

    def to_bytes(self) -> bytes:
        return (
            np.vstack([self.means.reshape(-1, self.means.shape[-1]), *self.calibration_vectors])
            .astype(np.float16)
            .tobytes()
        )

    @classmethod
    def from_bytes(cls, data: bytes, dimension: int) -> "LanguageCentering":
        rows = np.frombuffer(data, np.float16).reshape(-1, dimension).astype(np.float32)
        means = len(TextKind) * len(LANGUAGES)
        return cls(
            rows[:means].reshape(len(TextKind), len(LANGUAGES), -1),
            rows[means:].reshape(len(LANGUAGES), -1, dimension),
        )


class CenteredEncoder:
    """An engine whose passages' and sentences' vectors come out in its space."""

    def __init__(self, encoder: Encoder, space: LanguageCentering) -> None:
        self.fingerprint = centered_fingerprint(encoder)
        self._encoder = encoder
        self._space = space

    def encode_passages(
        self, texts: Sequence[str], kinds: Sequence[TextKind], progress: Progress = lambda _: None
    ) -> Vectors:
        """Unit vectors of these texts, each of its own kind."""
        raw = self._encoder.encode_passages(texts, progress)
        vectors = np.empty_like(raw)
        for kind in set(kinds):
            rows = [at for at, one in enumerate(kinds) if one is kind]
            vectors[rows] = self._space.center(raw[rows], [texts[at] for at in rows], kind)
        return vectors


def centered_fingerprint(encoder: Encoder) -> str:
    """What tells vectors of this engine in its space from any others."""
    return f"{encoder.fingerprint}:neutral{VERSION}"


def build_centering(encoder: Encoder) -> LanguageCentering:
    """The engine's space: shipped for multilingual-e5-small, by data/build.py; for another measured with the probes.

    The shipped means are those of the bundled notes' passages and sentences, and for questions of the probes and of
    data/eval/questions.jsonl in equal parts. The measured ones are the probes' own, read as questions and as passages.
    """
    if encoder.fingerprint.startswith("e5-small") and SHIPPED_MEANS.exists():
        return LanguageCentering.from_bytes(np.load(SHIPPED_MEANS).tobytes(), encoder.dimension)
    asked = [
        encoder.encode_queries([pair[at] for pair in calibration_questions()])
        for at in range(len(LANGUAGES))
    ]
    read = [
        encoder.encode_passages([pair[at] for pair in calibration_questions()])
        for at in range(len(LANGUAGES))
    ]
    means = [np.stack([vectors.mean(axis=0) for vectors in some]) for some in (asked, read, read)]
    return LanguageCentering(np.stack(means), np.stack(asked))


@cache
def calibration_questions() -> tuple[tuple[str, ...], ...]:
    """Questions on everything under the sun, each in every one of LANGUAGES: what notes do not answer, but for a few."""
    lines = _CALIBRATION_QUESTIONS.read_text(encoding="utf-8").splitlines()
    return tuple(tuple(reversed(line.split("\t"))) for line in lines)
