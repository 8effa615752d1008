"""What a passage's score is made of, and the level from which it means anything, measured on the notes when they are indexed."""

import json
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kg.language.detect import Language

# Learned by benchmarks/weights.py on the dev sets, by folds over their passages; rounded, and to a sum of 1.
DENSE = 0.40  # the passage's cosine with the question
SENTENCE = 0.42  # its best sentence's
WORDS = 0.18  # the share of the question's words, by weight, that stand in it

Floats = NDArray[np.float32]
Number = TypeVar("Number", float, Floats)


@dataclass(frozen=True, slots=True)
class BackgroundLevels:
    """What the best passage reaches with a question that it has nothing to do with, words left out, in the median.

    By the question's language and the passage's, where there are passages in it; and how many passages there are in each.
    """

    levels: dict[tuple[str, str], float]
    counts: dict[str, int]

    def of(self, asked: str, answered: str) -> float:
        return self.levels.get((asked, answered), 0.0)

    def share(self, language: Language) -> float:
        """How much of the notes is in a language."""
        return self.counts.get(language, 0) / max(1, sum(self.counts.values()))

    def to_json(self) -> str:
        rows = [[*pair, round(one, 5)] for pair, one in self.levels.items()]
        return json.dumps({"levels": rows, "counts": self.counts})

    @classmethod
    def from_json(cls, text: str) -> "BackgroundLevels":
        read = json.loads(text)
        levels = {(asked, answered): level for asked, answered, level in read["levels"]}
        return cls(levels, read["counts"])


def combine(dense: Number, sentence: Number, words: Number) -> Number:
    """The score, before the level is taken off."""
    total: Number = DENSE * dense + SENTENCE * sentence + WORDS * words
    return total
