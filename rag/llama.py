"""The LlamaIndex edge: a knowledge base as a retriever for their query engines. The only file that imports llama_index."""

from pathlib import Path
from typing import Any

from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from rag.places import place
from rag.quote import current
from rag.rerank import search
from rag.store import KnowledgeBase
from rag.types import Hit


class KbaseRetriever(BaseRetriever):
    """The k best passages of an indexed folder as LlamaIndex nodes, best first, each with path, heading and lines.

    `retriever.retrieve(question)` raises KbaseError as the command line would print it.
    """

    def __init__(self, notes: str | Path | None = None, k: int = 5, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._base = KnowledgeBase(place(str(notes) if notes else None))
        self._k = k

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits, _ = current(self._base, search(self._base, query_bundle.query_str, self._k))
        return [NodeWithScore(node=_node(hit), score=hit.score) for hit in hits]


def _node(hit: Hit) -> TextNode:
    passage = hit.passage
    metadata = {"path": passage.path, "heading": " > ".join(passage.heading), "lines": [passage.first, passage.last]}
    return TextNode(id_=passage.location, text=passage.text, metadata=metadata)
