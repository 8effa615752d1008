"""Find the nearest vectors. The only file that imports faiss.

Up to MAX_EXACT vectors are compared as they are. More of them are compared in a compressed form
with four bits for every two dimensions (product quantisation with fast scan: André et al. 2015,
Cache Locality Is Not Enough): still every vector, at a sixteenth of the memory. The caller has the
vectors themselves and ranks the candidates by them.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Self

import faiss
import numpy as np
from numpy.typing import NDArray

from kg.errors import IndexDamaged
from rag.index.location import IndexLocation
from rag.index.settings import IndexSettings
from rag.index.vector_codec import CHUNK

# How many vectors are compared as they are.
MAX_EXACT = 50_000
# The share of the built vectors by which the index may grow before it is built again.
_MAX_GROWTH = 0.1
# Vectors from which the compressed form is learned.
_TRAINING = 20_000
# Rounds of k-means in learning it.
_ROUNDS = 10

# Ids, and as many vectors: (vectors, dimension).
Chunk = tuple[NDArray[np.int64], NDArray[np.float32]]


class VectorIndex:
    """Inner products with vectors that are known by the ids of their passages.

    Ties are in the order of insertion while the vectors are compared as they are.
    """

    def __init__(self, index: faiss.Index) -> None:
        self._index: Any = index  # an IndexIDMap around an index of either kind

    @classmethod
    def build(cls, chunks: Callable[[], Iterable[Chunk]], count: int, dimension: int) -> Self:
        """Build an index of `count` vectors. `chunks` yields all of them each time it is called."""
        if is_exact(count):
            index = faiss.IndexIDMap(faiss.IndexFlatIP(dimension))
        else:
            index = faiss.IndexIDMap(_train(chunks(), count, dimension))
        built = cls(index)
        for ids, vectors in chunks():
            built.add(ids, vectors)
        return built

    def add(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Add vectors, (vectors, dimension)."""
        self._index.add_with_ids(
            np.ascontiguousarray(vectors, np.float32), np.ascontiguousarray(ids, np.int64)
        )

    @property
    def exact(self) -> bool:
        """Whether the products are those of the vectors, and not of their compressed form."""
        return isinstance(faiss.downcast_index(self._index.index), faiss.IndexFlatIP)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the index in a file. Raises IndexDamaged."""
        try:
            return cls(faiss.read_index(str(path)))
        except RuntimeError as error:
            raise IndexDamaged(f"{path} cannot be read as a vector index") from error

    def save(self, path: Path) -> None:
        """Write the index to a file. Raises OSError."""
        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:  # faiss gives the reason only in its message
            raise OSError(f"{path}: the vector index could not be written ({error})") from error

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def nearest(self, query: NDArray[np.float32], k: int) -> list[tuple[int, float]]:
        """Return the k vectors with the largest inner product with `query`, (dimension,).

        Each is an id with its product, best first.
        """
        if not len(self):
            return []
        scores, ids = self._index.search(query[None, :], min(k, len(self)))
        pairs = zip(ids[0], scores[0], strict=True)
        return [(int(id), float(score)) for id, score in pairs if id >= 0]


def is_exact(count: int) -> bool:
    """Tell whether an index of `count` vectors compares them as they are."""
    return count <= MAX_EXACT


def _train(chunks: Iterable[Chunk], count: int, dimension: int) -> Any:
    """Return an empty index whose compressed form is learned from a sample of all the vectors."""
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


def build_vectors(database: sqlite3.Connection, dimension: int) -> VectorIndex:
    """Build an index of the vectors of all passages."""
    ((count,),) = database.execute("SELECT count(*) FROM passages")
    return VectorIndex.build(lambda: _chunks(database), count, dimension)


def extend_vectors(
    database: sqlite3.Connection, location: IndexLocation, settings: IndexSettings
) -> VectorIndex | None:
    """Load the index that `settings` describe and add the passages that are new since.

    Vectors of passages that are gone stay in it, for their ids are never given again. None when so
    much changed, or the file is so, that the index has to be built again.
    """
    newer = "SELECT count(*) FROM passages WHERE id > ?"
    ((new,),) = database.execute(newer, (settings.last_passage,))
    if settings.vectors + new > (1 + _MAX_GROWTH) * settings.built_vectors:
        return None
    try:
        index = VectorIndex.load(location.vectors(settings.generation))
    except IndexDamaged:
        return None
    if index.exact or len(index) != settings.vectors:
        return None
    for ids, vectors in _chunks(database, settings.last_passage):
        index.add(ids, vectors)
    return index


def _chunks(database: sqlite3.Connection, after: int = 0) -> Iterator[Chunk]:
    """Yield the ids and vectors of the passages whose id is greater than `after`."""
    rows = database.execute("SELECT id, vector FROM passages WHERE id > ? ORDER BY id", (after,))
    while chunk := rows.fetchmany(CHUNK):
        raw = np.frombuffer(b"".join(vector for _, vector in chunk), np.float16)
        vectors = raw.reshape(len(chunk), -1).astype(np.float32)
        yield np.array([id for id, _ in chunk], np.int64), vectors
