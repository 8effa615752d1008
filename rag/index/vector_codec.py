"""Decode and encode the vectors that the database stores, and passages with theirs.

This is apart from the reader because looking up concepts needs no vectors.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.language.detect import Language
from rag.types import Passage, Sentence

# Passages whose vectors are read from the database at a time.
CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with its language and its vectors, which are unit rows.

    `vector` is (dimension,) float32, `sentence_vectors` (sentences, dimension) float32.
    """

    passage: Passage
    language: Language
    vector: NDArray[np.float32]
    sentence_vectors: NDArray[np.float32]


def compact(vectors: NDArray[np.float32]) -> bytes:
    """Encode unit rows with one byte a number and one scale a row.

    The products of the rows are off by less than 0.002.
    """
    rows = np.zeros(len(vectors), _row_type(vectors.shape[1]))
    rows["scale"] = np.abs(vectors).max(axis=1, initial=1e-9) / 127
    rows["values"] = np.round(vectors / rows["scale"][:, None])
    return rows.tobytes()


def expand(data: bytes, dimension: int) -> NDArray[np.float32]:
    """Decode what `compact` wrote: (sentences, dimension) float32."""
    rows = np.frombuffer(data, _row_type(dimension))
    vectors: NDArray[np.float32] = rows["values"].astype(np.float32) * rows["scale"][:, None]
    return vectors


def _row_type(dimension: int) -> np.dtype[np.void]:
    return np.dtype([("scale", "<f4"), ("values", "i1", (dimension,))])


def stored_passage(row: tuple[Any, ...]) -> StoredPassage:
    """Decode a row of the query that `Index.passages` runs."""
    _, path, heading, start, end, first, last, page, text, parts, language, vector, compacted = row
    sentences = tuple(Sentence(*part) for part in json.loads(parts))
    trail = tuple(json.loads(heading))
    passage = Passage(path, trail, start, end, first, last, text, sentences, language, page)
    unit = np.frombuffer(vector, np.float16).astype(np.float32)
    return StoredPassage(passage, language, unit, expand(compacted, len(unit)))


def nearest(
    query: NDArray[np.float32], rows: Sequence[tuple[int, bytes]], k: int
) -> list[tuple[int, float]]:
    """Return the k vectors nearest to a query, (dimension,), by inner product, best first.

    `rows` are ids with stored vectors; ties are in the order of ids.
    """
    scores = [(id, float(query @ np.frombuffer(vector, np.float16))) for id, vector in rows]
    return sorted(scores, key=lambda scored: (-scored[1], scored[0]))[:k]
