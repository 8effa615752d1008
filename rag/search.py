"""A question → Hits, best first. What is said with them is rag/answer.py's business."""

import re

import numpy as np
from numpy.typing import NDArray

from kg.errors import QuestionError
from kg.text import language
from rag.keywords import terms
from rag.store import KnowledgeBase, Stored
from rag.types import Hit, Mode, Why

LONGEST_QUESTION = 4_000  # characters; longer is a pasted document
_CANDIDATES = 50  # passages from each signal that are scored in full
_SENTENCE = 0.7  # weight of the best sentence beside the passage, and
_KEYWORD = 0.3  # of bound-normalised BM25: where the dev sets of benchmarks/README.md are best in both languages
_TWIN = 0.5  # cosine, language means out, from which two passages say the same in two languages


def search(base: KnowledgeBase, question: str, k: int = 10, mode: Mode = Mode.HYBRID, tongue: str = "auto") -> list[Hit]:
    """The k best passages for a question, best first; ties in the order of the notes.

    A score is by how much the passage is nearer to the question than the notes of its language are on average, plus 0.7 of
    the same for its best sentence, plus 0.3 of the share of the question's words, by weight, that BM25 found in it.
    `tongue` is the language whose passage comes first where two say the same. Raises QuestionError.
    """
    question = checked(question)
    words = terms(question)
    keyword, idf = base.keyword_scores(words, 4 * _CANDIDATES) if mode is not Mode.DENSE else ({}, {})
    if mode is Mode.KEYWORD:
        ids = sorted(keyword, key=lambda id: (-keyword[id], id))[:k]
        stored = base.passages(ids)
        return [_hit(stored[id], 0.0, np.zeros(len(stored[id].passage.sentences)), keyword[id], idf, mode) for id in ids]
    query = base.encoder.encode_queries([question])[0]
    dense = dict(base.vectors.nearest(query, max(k, _CANDIDATES)))
    best_by_word = sorted(keyword, key=lambda id: (-keyword[id], id))[:_CANDIDATES]
    stored = base.passages({*dense, *(best_by_word if mode is Mode.HYBRID else ())})
    hits = {id: _scored(base, one, query, keyword.get(id, 0.0), idf, mode) for id, one in stored.items()}
    ranked = sorted(hits, key=lambda id: (-hits[id].score, id))
    wanted = language(question) if tongue == "auto" else tongue
    return [hits[id] for id in _own_language_first(base, ranked, stored, wanted)][:k]


def checked(question: str) -> str:
    """The question without surrounding space. Raises QuestionError when there is nothing in it to look for."""
    question = question.strip()
    if not question:
        raise QuestionError("the question is empty", 'ask something: kbase ask "why sqrt d_k"')
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(question)} characters, {LONGEST_QUESTION} is the most", "ask in a sentence or two"
        )
    if not re.search(r"\w", question):
        raise QuestionError("the question has no word in it", 'ask something: kbase ask "why sqrt d_k"')
    return question


def _scored(
    base: KnowledgeBase, one: Stored, query: NDArray[np.float32], keyword: float, idf: dict[str, float], mode: Mode
) -> Hit:
    dense = float(query @ (one.vector - base.means[one.language]))
    sentences = one.sentence_vectors @ query - float(query @ base.means[f"{one.language}.sentences"])
    return _hit(one, dense, sentences, keyword, idf, mode)


def _hit(one: Stored, dense: float, sentences: NDArray[np.floating], keyword: float, idf: dict[str, float], mode: Mode) -> Hit:
    best = float(sentences.max(initial=-1.0))
    score = {
        Mode.DENSE: dense,
        Mode.KEYWORD: keyword,
        Mode.HYBRID: dense + _SENTENCE * best + _KEYWORD * keyword,
    }[mode]
    present = set(terms(one.passage.reading))
    found = tuple(sorted((word for word in idf if word in present), key=lambda word: (-idf[word], word)))
    scores = tuple(
        float(score) + _KEYWORD * _share(sentence.text, idf)
        for score, sentence in zip(sentences, one.passage.sentences, strict=True)
    )
    return Hit(one.passage, score, Why(dense, best, keyword, found), scores)


def _share(text: str, idf: dict[str, float]) -> float:
    """How much of the question's words, by weight, a sentence holds."""
    present = set(terms(text))
    return sum(weight for word, weight in idf.items() if word in present) / (sum(idf.values()) or 1.0)


def _own_language_first(base: KnowledgeBase, ranked: list[int], stored: dict[int, Stored], wanted: str) -> list[int]:
    """The ranking with each passage in another language behind its twin in the wanted one, where there is a twin."""
    unit = {id: _unit(stored[id].vector - base.means[stored[id].language]) for id in ranked}
    own = [id for id in ranked if stored[id].language == wanted]
    order: list[int] = []
    for id in ranked:
        if stored[id].language != wanted:
            twins = [(float(unit[id] @ unit[other]), -other) for other in own if other not in order]
            if twins and max(twins)[0] >= _TWIN:
                order.append(-max(twins)[1])
        if id not in order:
            order.append(id)
    return order


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return vector / max(float(np.linalg.norm(vector)), 1e-9)
