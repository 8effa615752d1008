"""The mean vector of each language's passages and sentences, from sums that are kept and only added to and taken from.

The sums are whole numbers: whatever the order in which notes came and went, they are the same.
"""

import sqlite3
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.encode import Encoder, prior_means
from rag.store import LANGUAGES, expand

NAMES = tuple(f"{language}{kind}" for language in LANGUAGES for kind in ("", ".sentences"))
_LEAN = 20  # passages
_UNIT = 2.0**24  # every float16 below 1 is a multiple of 1 / _UNIT


class Sums:
    """The sums of the vectors of each language and kind, in units, and how many they are."""

    def __init__(self, settings: Mapping[str, Any], dimension: int) -> None:
        blobs = {name: settings.get(f"sum.{name}", bytes(8 * dimension)) for name in NAMES}
        self.sums = {name: np.frombuffer(blob, np.int64).copy() for name, blob in blobs.items()}
        self.counts = {name: int(settings.get(f"count.{name}", 0)) for name in NAMES}

    @classmethod
    def of(cls, database: sqlite3.Connection, dimension: int) -> "Sums":
        """Those of all passages in a database."""
        found = cls({}, dimension)
        for row in database.execute("SELECT language, vector, sentence_vectors FROM passages"):
            found.add(*row)
        return found

    def add(self, language: str, vector: bytes, sentence_vectors: bytes, sign: int = 1) -> None:
        """Counts a passage in, or with a sign of -1 out again."""
        rows = expand(sentence_vectors, len(self.sums[language]))
        self._add(language, np.frombuffer(vector, np.float16)[None, :], sign)
        self._add(f"{language}.sentences", rows, sign)

    def _add(self, name: str, rows: NDArray[Any], sign: int) -> None:
        self.sums[name] += sign * np.rint(rows.astype(np.float64) * _UNIT).astype(np.int64).sum(axis=0)
        self.counts[name] += sign * len(rows)

    def plain(self, name: str) -> NDArray[np.float64]:
        """The mean of one language and kind, leaning on nothing."""
        return self.sums[name] / _UNIT / max(1, self.counts[name])

    def settings(self) -> dict[str, Any]:
        """What to keep, for the next sync to begin with."""
        return {f"sum.{name}": self.sums[name].tobytes() for name in NAMES} | {
            f"count.{name}": self.counts[name] for name in NAMES
        }

    def means(self, encoder: Encoder) -> dict[str, NDArray[np.float32]]:
        """The mean vector of each language's passages and sentences.

        An encoder places a text by its language first; with the mean of its language taken out, texts of two languages can be
        compared (self-language bias: Roy et al. 2020, LAReQA). A language with few passages leans on the engine's own means,
        as if they were _LEAN further passages.
        """
        prior = prior_means(encoder)
        weighed = {name: self.sums[name] / _UNIT + _LEAN * prior[name] for name in NAMES}
        return {name: (weighed[name] / (self.counts[name] + _LEAN)).astype(np.float32) for name in NAMES}
