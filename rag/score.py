"""What a passage's score is made of, and the level from which it means anything, measured on the notes when they are indexed."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.packed import CHUNK, expand
from rag.space import LANGUAGES, Space
from rag.store import KnowledgeBase

# Learned by benchmarks/weights.py on the dev sets, by folds over their passages; rounded, and to a sum of 1.
DENSE = 0.40  # the passage's cosine with the question
SENTENCE = 0.42  # its best sentence's
WORDS = 0.18  # the share of the question's words, by weight, that stand in it
_MANY = 20_000  # passages, from which every fourth probe has to do

Floats = NDArray[np.float32]
Number = TypeVar("Number", float, Floats)


@dataclass(frozen=True, slots=True)
class Levels:
    """What the best passage reaches with a question that it has nothing to do with, words left out, in the median.

    By the question's language and the passage's, where there are passages in it; and how many passages there are in each.
    """

    levels: dict[tuple[str, str], float]
    counts: dict[str, int]

    def of(self, asked: str, answered: str) -> float:
        return self.levels.get((asked, answered), 0.0)

    def share(self, language: str) -> float:
        """How much of the notes is in a language."""
        return self.counts.get(language, 0) / max(1, sum(self.counts.values()))

    def to_json(self) -> str:
        rows = [[*pair, round(one, 5)] for pair, one in self.levels.items()]
        return json.dumps({"levels": rows, "counts": self.counts})


def levels_of(base: KnowledgeBase) -> Levels:
    """The levels of an index, as they were measured."""
    read = json.loads(base.settings["levels"])
    return Levels({(asked, answered): level for asked, answered, level in read["levels"]}, read["counts"])


def combined(dense: Number, sentence: Number, words: Number) -> Number:
    """The score, before the level is taken off."""
    total: Number = DENSE * dense + SENTENCE * sentence + WORDS * words
    return total


def measured(database: sqlite3.Connection, space: Space) -> Levels:
    """The levels of the notes in a database.

    The probes are questions on everything under the sun. The passages that come first for them show what a score is worth
    that means nothing: more in large notes than in small ones, more in the question's language than in another. Where the
    notes do answer some probes, that shows only above the median.
    """
    counts = dict(database.execute("SELECT language, count(*) FROM passages GROUP BY language"))
    step = 4 if sum(counts.values()) > _MANY else 1
    levels = Levels({}, counts)
    for asked in LANGUAGES:
        best: dict[str, Floats] = {}
        for answered, scores in _scores(database, space.questions(asked)[::step]):
            best[answered] = np.maximum(best.get(answered, scores), scores)
        levels.levels.update({(asked, answered): float(np.median(scores)) for answered, scores in best.items()})
    return levels


def _scores(database: sqlite3.Connection, vectors: Floats) -> Iterator[tuple[str, Floats]]:
    """By language, the best scores of the passages for each question, (questions,), some thousand passages at a time."""
    rows = database.execute("SELECT language, vector, sentence_vectors FROM passages ORDER BY id")
    while some := rows.fetchmany(CHUNK):
        passages = np.frombuffer(b"".join(row[1] for row in some), np.float16).reshape(len(some), -1).astype(np.float32)
        sentences = [expand(row[2], passages.shape[1]) for row in some]
        starts = [0, *accumulate(map(len, sentences[:-1]))]
        nearest = np.maximum.reduceat(vectors @ np.vstack(sentences).T, starts, axis=1)
        scores = combined(vectors @ passages.T, nearest, np.zeros_like(nearest))
        for language in LANGUAGES:
            own = [at for at, row in enumerate(some) if row[0] == language]
            if own:
                yield language, scores[:, own].max(axis=1)
