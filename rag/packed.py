"""Vectors as the database keeps them ↔ arrays; passages with theirs; the FAISS index of all of them.

Apart from rag/store.py, because who asks for concepts needs no vectors, and numpy takes longer to load than they take to find.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kg.errors import IndexDamaged
from rag.database import Place
from rag.types import Passage, Sentence

if TYPE_CHECKING:
    from rag.vectors import Chunk, VectorIndex

CHUNK = 10_000  # passages
_STALE = 0.1  # of the vectors in the index that may be of passages gone since, or be added to those it was built for


@dataclass(frozen=True, slots=True)
class Stored:
    """A passage as it is kept, with its language and its vectors, unit rows: (dimension,) and (sentences, dimension)."""

    passage: Passage
    language: str
    vector: NDArray[np.float32]
    sentence_vectors: NDArray[np.float32]


def build_vectors(database: sqlite3.Connection, dimension: int) -> "VectorIndex":
    """The passages' vectors as an index."""
    from rag.vectors import VectorIndex

    ((count,),) = database.execute("SELECT count(*) FROM passages")
    return VectorIndex.build(lambda: _chunks(database), count, dimension)


def extended_vectors(database: sqlite3.Connection, place: Place, settings: Mapping[str, Any]) -> "VectorIndex | None":
    """The index as these settings have it with what was added since; None when so much changed that it is to be built anew.

    Those of passages that are gone stay in it: no passage has their ids again.
    """
    from rag.vectors import VectorIndex

    ((new,),) = database.execute("SELECT count(*) FROM passages WHERE id > ?", (settings["last"],))
    if settings["vectors"] + new > (1 + _STALE) * settings["built"]:
        return None
    try:
        index = VectorIndex.load(place.vectors(settings["generation"]))
    except IndexDamaged:
        return None
    if index.exact or len(index) != settings["vectors"]:
        return None
    for ids, vectors in _chunks(database, settings["last"]):
        index.add(ids, vectors)
    return index


def _chunks(database: sqlite3.Connection, after: int = 0) -> "Iterator[Chunk]":
    """The ids and vectors of the passages with a greater id than `after`."""
    rows = database.execute("SELECT id, vector FROM passages WHERE id > ? ORDER BY id", (after,))
    while some := rows.fetchmany(CHUNK):
        raw = np.frombuffer(b"".join(vector for _, vector in some), np.float16).reshape(len(some), -1)
        yield np.array([id for id, _ in some], np.int64), raw.astype(np.float32)


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


def stored(row: tuple[Any, ...]) -> Stored:
    """A row of the query in KnowledgeBase.passages as what it stands for."""
    _, path, heading, start, end, first, last, page, text, sentences, name, vector, compacted = row
    parts = tuple(Sentence(*one) for one in json.loads(sentences))
    passage = Passage(path, tuple(json.loads(heading)), start, end, first, last, text, parts, name, page)
    unit = np.frombuffer(vector, np.float16).astype(np.float32)
    return Stored(passage, name, unit, expand(compacted, len(unit)))


def nearest(query: NDArray[np.float32], rows: Sequence[tuple[int, bytes]], k: int) -> list[tuple[int, float]]:
    """The k of these passages, ids and vectors, nearest to a query, (dimension,), by inner product, best first."""
    scores = [(id, float(query @ np.frombuffer(vector, np.float16))) for id, vector in rows]
    return sorted(scores, key=lambda one: (-one[1], one[0]))[:k]
