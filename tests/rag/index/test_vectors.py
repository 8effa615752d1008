"""The vector index against brute force."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kg.errors import IndexDamaged
from rag.index.vectors import Chunk, VectorIndex


def index_of(ids: list[int], vectors: "NDArray[np.float32]") -> VectorIndex:
    def chunks() -> Iterator[Chunk]:
        for start in range(0, len(ids), 1000):
            yield np.array(ids[start : start + 1000], np.int64), vectors[start : start + 1000]

    return VectorIndex.build(chunks, len(ids), vectors.shape[1])


@given(st.integers(0, 50), st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_nearest_is_what_a_dot_product_over_all_gives(count: int, k: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    vectors = random.standard_normal((count, 8)).astype(np.float32)
    query = random.standard_normal(8).astype(np.float32)
    ids = [int(id) for id in random.permutation(1000)[:count]]
    found = index_of(ids, vectors).nearest(query, k)
    order = np.argsort(-(vectors @ query), kind="stable")[:k]
    assert [id for id, _ in found] == [ids[at] for at in order]
    assert [score for _, score in found] == pytest.approx(
        [float(vectors[at] @ query) for at in order], abs=1e-4
    )


def test_saved_then_loaded_is_the_same(tmp_path: Path) -> None:
    index = index_of([7, 3], np.eye(2, dtype=np.float32))
    index.save(tmp_path / "v.faiss")
    again = VectorIndex.load(tmp_path / "v.faiss")
    assert len(again) == 2
    assert again.nearest(np.array([0.1, 0.9], np.float32), 5) == index.nearest(
        np.array([0.1, 0.9], np.float32), 5
    )


def test_a_file_that_is_no_index_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "v.faiss").write_bytes(b"no index")
    with pytest.raises(IndexDamaged):
        VectorIndex.load(tmp_path / "v.faiss")


@pytest.mark.parametrize("dimension", [64, 63], ids=["pairs", "odd"])
def test_compressed_vectors_keep_the_nearest_among_the_near(
    dimension: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index.vectors.MAX_EXACT", 1000)
    random = np.random.default_rng(0)
    vectors = random.standard_normal((5000, dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index_of(list(range(1, 5001)), vectors).save(tmp_path / "v.faiss")
    index = VectorIndex.load(tmp_path / "v.faiss")
    assert not index.exact and len(index) == 5000
    found = 0
    for query in vectors[:50] + random.standard_normal((50, dimension)).astype(np.float32) / 10:
        best = {int(at) + 1 for at in np.argsort(-(vectors @ query))[:10]}
        found += len(best & {id for id, _ in index.nearest(query, 200)})
    assert found >= 490
