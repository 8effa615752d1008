"""Compact vectors against the vectors that they stand for."""

import numpy as np

from rag.index.vector_codec import compact, expand
from tests.conftest import BagOfWords


def test_compact_vectors_keep_their_products(words: BagOfWords) -> None:
    vectors = words.encode_passages(["a gate", "多头注意力", "softmax"])
    products = expand(compact(vectors), words.dimension) @ vectors.T
    assert np.abs(products - vectors @ vectors.T).max() < 0.004
