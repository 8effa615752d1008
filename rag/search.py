"""A question → Hits, best first. What is said with them is rag/answer.py's business."""

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kg.errors import QuestionError
from kg.text import language
from rag.keywords import question_terms, terms
from rag.store import KnowledgeBase, Stored
from rag.types import Hit, Mode, Why

LONGEST_QUESTION = 4_000  # characters; longer is a pasted document
_CANDIDATES = 50  # passages from each signal that are scored in full
_SENTENCE = 0.7  # weight of the best sentence beside the passage, and
_KEYWORD = 0.3  # of bound-normalised BM25: where the dev sets of benchmarks/README.md are best in both languages
_OPENING = 0.1  # for a passage's first sentence, of the share of the question's words in its heading
_TWIN = 0.5  # cosine, language means out, from which two passages say the same in two languages


def search(base: KnowledgeBase, question: str, k: int = 10, mode: Mode = Mode.HYBRID, tongue: str = "auto") -> list[Hit]:
    """The k best passages for a question, best first; ties in the order of the notes.

    A score is by how much the passage is nearer to the question than the notes of its language are on average, plus 0.7 of
    the same for its best sentence, plus 0.3 of the share of the question's words, by weight, that BM25 found in it.
    `tongue` is the language whose passage comes first where two say the same. Raises QuestionError.
    """
    question = checked(question)
    keyword, idf = _by_words(base, question) if mode is not Mode.DENSE else ({}, {})
    if mode is Mode.KEYWORD:
        best = sorted(keyword, key=lambda id: (-keyword[id], id))[:k]
        stored = base.passages(best)
        silent = {id: np.zeros(len(stored[id].passage.sentences), np.float32) for id in best}
        return [_hit(stored[id], _Parts(keyword[id], 0.0, silent[id], keyword[id]), idf) for id in best]
    query = base.encoder.encode_queries([question])[0]
    near = [id for id, _ in base.nearest(query, max(k, _CANDIDATES))]
    by_word = sorted(keyword, key=lambda id: (-keyword[id], id))[:_CANDIDATES]
    stored = base.passages({*near, *(by_word if mode is Mode.HYBRID else ())})
    parts = {id: _parts(base, one, query, keyword.get(id, 0.0), mode) for id, one in stored.items()}
    ranked = sorted(parts, key=lambda id: (-parts[id].score, id))
    ordered = _own_language_first(base, ranked, stored, language(question) if tongue == "auto" else tongue)
    return [_hit(stored[id], parts[id], idf) for id in ordered[:k]]


def checked(question: str) -> str:
    """The question without surrounding space. Raises QuestionError when there is nothing in it to look for."""
    question = _mended(question).strip()
    if not question:
        raise QuestionError("the question is empty", 'ask something: kbase ask "why sqrt d_k"')
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(question)} characters, {LONGEST_QUESTION} is the most", "ask in a sentence or two"
        )
    if not re.search(r"\w", question):
        raise QuestionError("the question has no word in it", 'ask something: kbase ask "why sqrt d_k"')
    return question


def _by_words(base: KnowledgeBase, question: str) -> tuple[dict[int, float], dict[str, float]]:
    """BM25 by passage, and the idf of the question's words.

    A concept that the question names in words that no note has may be found by its other names: 词嵌入 for word
    embedding. They only ever add to a score, and at most what the missing words weigh.
    """
    matched = base.keyword_scores(question_terms(question), 4 * _CANDIDATES)
    if not matched.unseen:
        return matched.scores, matched.idf
    from rag.learning import linked  # most questions are in the notes' own words

    scores = dict(matched.scores)
    for written, concept in linked(base, question).items():
        missing = sum(matched.idf[word] for word in matched.unseen & set(terms(written))) / sum(matched.idf.values())
        best: dict[int, float] = {}
        for alias in concept.aliases if missing else ():
            for id, score in base.keyword_scores(terms(alias.text), 4 * _CANDIDATES).scores.items():
                best[id] = max(best.get(id, 0.0), score)
        for id, score in best.items():
            scores[id] = scores.get(id, 0.0) + missing * score
    return scores, matched.idf


def _mended(text: str) -> str:
    """Text without lone surrogates: those that stand for bytes (a terminal whose locale is not UTF-8) are read as UTF-8."""
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = text.encode("utf-8", "replace")
    return data.decode("utf-8", "replace")


class _Parts(NamedTuple):
    """What a passage scores, and of what; `sentences` are the scores of its sentences, (sentences,)."""

    score: float
    dense: float
    sentences: NDArray[np.float32]
    keyword: float


def _parts(base: KnowledgeBase, one: Stored, query: NDArray[np.float32], keyword: float, mode: Mode) -> _Parts:
    dense = float(query @ (one.vector - base.means[one.language]))
    sentences = one.sentence_vectors @ query - float(query @ base.means[f"{one.language}.sentences"])
    hybrid = dense + _SENTENCE * float(sentences.max()) + _KEYWORD * keyword
    return _Parts(hybrid if mode is Mode.HYBRID else dense, dense, sentences, keyword)


def _hit(one: Stored, parts: _Parts, idf: dict[str, float]) -> Hit:
    """The passage with its scores.

    A sentence scores by its vector and by how much of the question's words it holds; the first one under a heading also
    by how much of them the heading holds: where the heading is the question, it is the answer.
    """
    held = [set(terms(sentence.text)) & idf.keys() for sentence in one.passage.sentences]
    asked = set(terms(one.passage.heading[-1])) & idf.keys() if one.passage.heading else set()
    trail = set(terms(" ".join(one.passage.heading))) & idf.keys()
    found = tuple(sorted(trail.union(*held), key=lambda word: (-idf[word], word)))
    weight = sum(idf.values()) or 1.0
    scores = [
        near + _KEYWORD * sum(idf[word] for word in words) / weight for near, words in zip(parts.sentences, held, strict=True)
    ]
    if one.passage.sentences[0].start > one.passage.start:  # the heading's line goes before it
        scores[0] += _OPENING * sum(idf[word] for word in asked) / weight
    return Hit(
        one.passage, parts.score, Why(parts.dense, float(parts.sentences.max()), parts.keyword, found), tuple(map(float, scores))
    )


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
