"""Hits in the order that a cross-encoder gives them, where the person named one; as rag/search.py found them, where not."""

from dataclasses import replace

from rag.search import search as search_only
from rag.store import KnowledgeBase
from rag.types import Hit, Mode

_CANDIDATES = 30  # hits that are read again


def search(base: KnowledgeBase, question: str, k: int = 10, mode: Mode = Mode.HYBRID, tongue: str = "auto") -> list[Hit]:
    """The k best passages, best first. Raises QuestionError.

    A cross-encoder orders them anew; the scores stay on their scale and go to the new order, the highest to the first, so
    that whether the notes answer at all is judged as before.
    """
    if base.reranker is None:
        return search_only(base, question, k, mode, tongue)
    hits = search_only(base, question, max(k, _CANDIDATES), mode, tongue)
    said = base.reranker.scores(question, [hit.passage.reading for hit in hits])
    order = sorted(range(len(hits)), key=lambda at: (-said[at], at))
    return [
        replace(hits[at], score=was.score, why=replace(hits[at].why, rerank=said[at]))
        for at, was in zip(order[:k], hits, strict=False)
    ]
