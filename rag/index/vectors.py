"""Vectors → the nearest ones. The only file that imports faiss.

Up to EXACT vectors are compared as they are. More of them are compared in a compressed form, four bits for every two
dimensions (product quantisation with fast scan: André et al. 2015, Cache Locality Is Not Enough): every vector still, but at a
sixteenth of the memory. What is nearest among the near is then for the caller to say, who has the vectors themselves.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from kg.errors import IndexDamaged
from rag.index.location import IndexLocation

CHUNK = 10_000  # passages
_STALE = 0.1  # of the vectors in the index that may be of passages gone since, or be added to those it was built for

EXACT = 50_000
_TRAINING = 20_000  # vectors from which the compressed form is learned
_ROUNDS = 10

Chunk = tuple[
    NDArray[np.int64], NDArray[np.float32]
]  # ids, and as many vectors: (vectors, dimension)


class VectorIndex:
    """Inner products against vectors that go by the ids of their passages; of exact ones, ties in the order of insertion."""

    def __init__(self, index: faiss.Index) -> None:
        self._index: Any = index  # an IndexIDMap of either kind

    @classmethod
    def build(
        cls, chunks: Callable[[], Iterable[Chunk]], count: int, dimension: int
    ) -> "VectorIndex":
        """An index of `count` vectors. `chunks` gives all of them, each time it is called."""
        if exact(count):
            index = faiss.IndexIDMap(faiss.IndexFlatIP(dimension))
        else:
            index = faiss.IndexIDMap(_trained(chunks(), count, dimension))
        built = cls(index)
        for ids, vectors in chunks():
            built.add(ids, vectors)
        return built

    def add(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Takes in further vectors, (vectors, dimension)."""
        self._index.add_with_ids(
            np.ascontiguousarray(vectors, np.float32), np.ascontiguousarray(ids, np.int64)
        )

    @property
    def exact(self) -> bool:
        """Whether its products are those of the vectors, and not of their compressed form."""
        return isinstance(faiss.downcast_index(self._index.index), faiss.IndexFlatIP)

    @classmethod
    def load(cls, path: Path) -> "VectorIndex":
        """The index in a file. Raises IndexDamaged."""
        try:
            return cls(faiss.read_index(str(path)))
        except RuntimeError as error:
            raise IndexDamaged(f"{path} cannot be read as a vector index") from error

    def save(self, path: Path) -> None:
        """Writes the index to a file. Raises OSError."""
        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:  # faiss says why only in its message
            raise OSError(f"{path}: the vector index could not be written ({error})") from error

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def nearest(self, query: NDArray[np.float32], k: int) -> list[tuple[int, float]]:
        """The ids of the k vectors with the largest inner product with `query`, (dimension,), and those products, best first."""
        if not len(self):
            return []
        scores, ids = self._index.search(query[None, :], min(k, len(self)))
        return [
            (int(at), float(score)) for at, score in zip(ids[0], scores[0], strict=True) if at >= 0
        ]


def exact(count: int) -> bool:
    """Whether so many vectors are compared as they are."""
    return count <= EXACT


def _trained(chunks: Iterable[Chunk], count: int, dimension: int) -> Any:
    """An empty index whose compressed form is learned from a sample of the vectors, spread over all of them."""
    step = max(1, count // _TRAINING)
    sample = np.vstack([vectors[::step] for _, vectors in chunks])
    if dimension % 2:
        index: Any = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
        )
    else:
        index = faiss.IndexPQFastScan(dimension, dimension // 2, 4, faiss.METRIC_INNER_PRODUCT)
        index.pq.cp.niter = _ROUNDS
    index.train(np.ascontiguousarray(sample, np.float32))
    return index


def build_vectors(database: sqlite3.Connection, dimension: int) -> "VectorIndex":
    """The passages' vectors as an index."""
    from rag.index.vectors import VectorIndex

    ((count,),) = database.execute("SELECT count(*) FROM passages")
    return VectorIndex.build(lambda: _chunks(database), count, dimension)


def extended_vectors(
    database: sqlite3.Connection, location: IndexLocation, settings: Mapping[str, Any]
) -> "VectorIndex | None":
    """The index as these settings have it with what was added since; None when so much changed that it is to be built anew.

    Those of passages that are gone stay in it: no passage has their ids again.
    """
    from rag.index.vectors import VectorIndex

    ((new,),) = database.execute("SELECT count(*) FROM passages WHERE id > ?", (settings["last"],))
    if settings["vectors"] + new > (1 + _STALE) * settings["built"]:
        return None
    try:
        index = VectorIndex.load(location.vectors(settings["generation"]))
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
        raw = np.frombuffer(b"".join(vector for _, vector in some), np.float16).reshape(
            len(some), -1
        )
        yield np.array([id for id, _ in some], np.int64), raw.astype(np.float32)
