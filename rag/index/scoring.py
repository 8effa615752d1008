"""Combine the signals of a passage into its score; hold the background levels that scores start at.

The levels are measured on the notes when they are indexed.
"""

import json
from dataclasses import dataclass
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from kg.language.detect import Language

# The three weights were learned by benchmarks/weights.py on the dev sets, cross-validated over
# their passages, rounded, and scaled to a sum of 1.
# Weight of the passage's cosine with the question.
DENSE = 0.40
# Weight of its best sentence's cosine.
SENTENCE = 0.42
# Weight of the share of the question's terms, by IDF, that the passage contains.
WORDS = 0.18

Floats = NDArray[np.float32]
Number = TypeVar("Number", float, Floats)


@dataclass(frozen=True, slots=True)
class BackgroundLevels:
    """How high the best passage scores for a question that it has nothing to do with.

    `levels` are medians without the part of words, by the question's language and the passage's.
    `counts` are the passages in each language; a language without passages has no levels.
    """

    levels: dict[tuple[str, str], float]
    counts: dict[str, int]

    def of(self, asked: str, answered: str) -> float:
        """Return the level of a question's language and a passage's; 0 when none was measured."""
        return self.levels.get((asked, answered), 0.0)

    def share(self, language: Language) -> float:
        """Return the share of the passages that are in a language."""
        return self.counts.get(language, 0) / max(1, sum(self.counts.values()))

    def to_json(self) -> str:
        """Return the levels as the index stores them, rounded to five digits."""
        rows = [[*pair, round(level, 5)] for pair, level in self.levels.items()]
        return json.dumps({"levels": rows, "counts": self.counts})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        document = json.loads(text)
        levels = {(asked, answered): level for asked, answered, level in document["levels"]}
        return cls(levels, document["counts"])


def combine(dense: Number, sentence: Number, words: Number) -> Number:
    """Return the score before the background level is subtracted."""
    total: Number = DENSE * dense + SENTENCE * sentence + WORDS * words
    return total
