"""Keyword scores are BM25, divided by its upper bound."""

import math

import pytest

from rag.analyzer import analyze
from rag.index.reader import Index


def test_keyword_scores_equal_the_formula_written_out(index: Index) -> None:
    stored = index.passages(range(1, 10))
    documents = {id: analyze(row.passage.indexed_text) for id, row in stored.items()}
    mean = sum(map(len, documents.values())) / len(documents)
    words = ["softmax", "gru", "dropout", "unheard"]

    def idf(word: str) -> float:
        containing = sum(word in document for document in documents.values())
        return max(1e-6, math.log((len(documents) - containing + 0.5) / (containing + 0.5)))

    def bm25(document: list[str]) -> float:
        counts = [(idf(word), document.count(word)) for word in words]
        return sum(
            weight * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(document) / mean))
            for weight, count in counts
        )

    bound = sum(map(idf, words)) * 2.2
    scores = index.lexical.bm25(words, 10).scores
    expected = {
        id: bm25(document) / bound
        for id, document in documents.items()
        if set(words) & set(document)
    }
    assert scores == pytest.approx(expected, rel=1e-6)
    assert len(expected) == 3
