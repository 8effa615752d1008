"""The vector index against brute force."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import IndexDamaged
from rag.vectors import VectorIndex


@given(st.integers(0, 50), st.integers(1, 60), st.integers(0, 2**32 - 1))
def test_nearest_is_what_a_dot_product_over_all_gives(count: int, k: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    vectors = random.standard_normal((count, 8)).astype(np.float32)
    query = random.standard_normal(8).astype(np.float32)
    ids = [int(id) for id in random.permutation(1000)[:count]]
    found = VectorIndex.build(ids, vectors).nearest(query, k)
    order = np.argsort(-(vectors @ query), kind="stable")[:k]
    assert [id for id, _ in found] == [ids[at] for at in order]
    assert [score for _, score in found] == pytest.approx([float(vectors[at] @ query) for at in order], abs=1e-4)


def test_saved_then_loaded_is_the_same(tmp_path: Path) -> None:
    index = VectorIndex.build([7, 3], np.eye(2, dtype=np.float32))
    index.save(tmp_path / "v.faiss")
    again = VectorIndex.load(tmp_path / "v.faiss")
    assert len(again) == 2
    assert again.nearest(np.array([0.1, 0.9], np.float32), 5) == index.nearest(np.array([0.1, 0.9], np.float32), 5)


def test_a_file_that_is_no_index_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "v.faiss").write_bytes(b"no index")
    with pytest.raises(IndexDamaged):
        VectorIndex.load(tmp_path / "v.faiss")
