"""Vectors → the nearest ones. The only file that imports faiss."""

from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from kg.errors import IndexDamaged


class VectorIndex:
    """Inner products against vectors that go by the ids of their passages. Exact; ties in the order of insertion."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @classmethod
    def build(cls, ids: Sequence[int], vectors: NDArray[np.float32]) -> "VectorIndex":
        """An index of `vectors`, (passages, dimension) float32, row i under ids[i]."""
        index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
        if len(ids):
            index.add_with_ids(np.ascontiguousarray(vectors, np.float32), np.asarray(ids, np.int64))
        return cls(index)

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
        return [(int(at), float(score)) for at, score in zip(ids[0], scores[0], strict=True) if at >= 0]
