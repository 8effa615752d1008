"""Hits in the order that a cross-encoder gives them, where the person named one; as rag/search.py found them, where not."""

from dataclasses import replace

from rag.index.reader import Index
from rag.retrieval.search import search as search_only
from rag.types import Hit, SearchMode

_CANDIDATES = 30  # hits that are read again


def search(
    index: Index,
    question: str,
    k: int = 10,
    mode: SearchMode = SearchMode.HYBRID,
    language: str = "auto",
) -> list[Hit]:
    """The k best passages, best first. Raises QuestionError.

    A cross-encoder orders them anew; the scores stay on their scale and go to the new order, the highest to the first, so
    that whether the notes answer at all is judged as before.
    """
    if index.reranker is None:
        return search_only(index, question, k, mode, language)
    hits = search_only(index, question, max(k, _CANDIDATES), mode, language)
    said = index.reranker.scores(question, [hit.passage.indexed_text for hit in hits])
    order = sorted(range(len(hits)), key=lambda at: (-said[at], at))
    return [
        replace(hits[at], score=was.score, why=replace(hits[at].why, rerank=said[at]))
        for at, was in zip(order[:k], hits, strict=False)
    ]
