"""Vectors as the database keeps them ↔ arrays; passages with theirs; the FAISS index of all of them.

Apart from rag/store.py, because who asks for concepts needs no vectors, and numpy takes longer to load than they take to find.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.language.detect import Language
from rag.types import Passage, Sentence


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage as it is kept, with its language and its vectors, unit rows: (dimension,) and (sentences, dimension)."""

    passage: Passage
    language: Language
    vector: NDArray[np.float32]
    sentence_vectors: NDArray[np.float32]


def _compact_type(dimension: int) -> np.dtype[np.void]:
    return np.dtype([("scale", "<f4"), ("values", "i1", (dimension,))])


def compact(vectors: NDArray[np.float32]) -> bytes:
    """Unit rows at one byte a number and one scale a row: their products are off by less than 0.002."""
    rows = np.zeros(len(vectors), _compact_type(vectors.shape[1]))
    rows["scale"] = np.abs(vectors).max(axis=1, initial=1e-9) / 127
    rows["values"] = np.round(vectors / rows["scale"][:, None])
    return rows.tobytes()


def expand(compact: bytes, dimension: int) -> NDArray[np.float32]:
    """(sentences, dimension) float32 out of what compact wrote."""
    rows = np.frombuffer(compact, _compact_type(dimension))
    vectors: NDArray[np.float32] = rows["values"].astype(np.float32) * rows["scale"][:, None]
    return vectors


def stored_passage(row: tuple[Any, ...]) -> StoredPassage:
    """A row of the query in KnowledgeBase.passages as what it stands for."""
    _, path, heading, start, end, first, last, page, text, sentences, name, vector, compacted = row
    parts = tuple(Sentence(*one) for one in json.loads(sentences))
    passage = Passage(
        path, tuple(json.loads(heading)), start, end, first, last, text, parts, name, page
    )
    unit = np.frombuffer(vector, np.float16).astype(np.float32)
    return StoredPassage(passage, name, unit, expand(compacted, len(unit)))


def nearest(
    query: NDArray[np.float32], rows: Sequence[tuple[int, bytes]], k: int
) -> list[tuple[int, float]]:
    """The k of these passages, ids and vectors, nearest to a query, (dimension,), by inner product, best first."""
    scores = [(id, float(query @ np.frombuffer(vector, np.float16))) for id, vector in rows]
    return sorted(scores, key=lambda one: (-one[1], one[0]))[:k]
