"""What a passage's score is made of, and the level from which it means anything, measured on the notes when they are indexed."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.keywords import question_terms
from rag.packed import CHUNK, expand
from rag.space import LANGUAGES, Space, probes
from rag.store import KnowledgeBase, Matched, coverage

# Learned by benchmarks/weights.py on the dev sets, by folds over their passages; rounded, and to a sum of 1.
DENSE = 0.40  # the passage's cosine with the question
SENTENCE = 0.42  # its best sentence's
WORDS = 0.18  # the share of the question's words, by weight, that stand in it
_MISSING = 0.09  # of the share of the question's words that no note has: so much the less does a score say
_MANY = 20_000  # passages, from which every fourth probe has to do

Floats = NDArray[np.float32]
Number = TypeVar("Number", float, Floats)


@dataclass(frozen=True, slots=True)
class Level:
    """What the best passage reaches with questions it has nothing to do with: one in six gets above `high`.

    Less what is missing from the notes, one in six stays below `low`.
    """

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Levels:
    """By the question's language and the passage's, where there are passages in it; and how many passages there are in each."""

    levels: dict[tuple[str, str], Level]
    counts: dict[str, int]

    def of(self, asked: str, answered: str) -> Level:
        return self.levels.get((asked, answered), Level(0.0, 0.0))

    def share(self, language: str) -> float:
        """How much of the notes is in a language."""
        return self.counts.get(language, 0) / max(1, sum(self.counts.values()))

    def to_json(self) -> str:
        rows = [[*pair, round(one.low, 5), round(one.high, 5)] for pair, one in self.levels.items()]
        return json.dumps({"levels": rows, "counts": self.counts})


def levels_of(base: KnowledgeBase) -> Levels:
    """The levels of an index, as they were measured."""
    read = json.loads(base.settings["levels"])
    return Levels({(asked, answered): Level(*values) for asked, answered, *values in read["levels"]}, read["counts"])


def combined(dense: Number, sentence: Number, words: Number) -> Number:
    """The score, before the level is taken off."""
    total: Number = DENSE * dense + SENTENCE * sentence + WORDS * words
    return total


def missing(matched: Matched, share: float) -> float:
    """What is to be taken off a score for the words of the question that no note has, if `share` is in its language."""
    return _MISSING * share * sum(matched.idf[word] for word in matched.unseen) / (sum(matched.idf.values()) or 1.0)


def measured(database: sqlite3.Connection, space: Space) -> Levels:
    """The levels of the notes in a database.

    The probes are questions on everything under the sun. The passages that come first for them show what a score is worth
    that means nothing: more in large notes than in small ones, more in the question's language than in another. Where the
    notes do answer some probes, that shows only above the median: so what is above it is taken to be as far from it as what is
    below.
    """
    counts = dict(database.execute("SELECT language, count(*) FROM passages GROUP BY language"))
    total = sum(counts.values())
    step = 4 if total > _MANY else 1
    levels = Levels({}, counts)
    for at, asked in enumerate(LANGUAGES):
        matched = [coverage(database, question_terms(pair[at]), total) for pair in probes()[::step]]
        less = np.array([missing(one, levels.share(asked)) for one in matched], np.float32)
        best: dict[str, Floats] = {}
        for answered, scores in _scores(database, space.questions(asked)[::step], [one.scores for one in matched]):
            best[answered] = np.maximum(best.get(answered, scores), scores)
        levels.levels.update({(asked, answered): _level(scores, scores - less) for answered, scores in best.items()})
    return levels


def _level(scores: Floats, judged: Floats) -> Level:
    low, middle = np.quantile(scores, (0.16, 0.5)).tolist()
    return Level(float(np.quantile(judged, 0.16)), 2 * middle - low)


def _scores(database: sqlite3.Connection, vectors: Floats, words: Sequence[dict[int, float]]) -> Iterator[tuple[str, Floats]]:
    """By language, the best scores of the passages for each question, (questions,), some thousand passages at a time."""
    rows = database.execute("SELECT id, language, vector, sentence_vectors FROM passages ORDER BY id")
    while some := rows.fetchmany(CHUNK):
        passages = np.frombuffer(b"".join(row[2] for row in some), np.float16).reshape(len(some), -1).astype(np.float32)
        sentences = [expand(row[3], passages.shape[1]) for row in some]
        starts = [0, *accumulate(map(len, sentences[:-1]))]
        nearest = np.maximum.reduceat(vectors @ np.vstack(sentences).T, starts, axis=1)
        column = {row[0]: at for at, row in enumerate(some)}
        held = np.zeros_like(nearest)
        for question, found in enumerate(words):
            known = [(column[id], share) for id, share in found.items() if id in column]
            held[question, [at for at, _ in known]] = [share for _, share in known]
        scores = combined(vectors @ passages.T, nearest, held)
        for language in LANGUAGES:
            own = [at for at, row in enumerate(some) if row[1] == language]
            if own:
                yield language, scores[:, own].max(axis=1)
