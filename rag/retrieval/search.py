"""Rank the passages of an index for a question: by vectors and words, then by a cross-encoder."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from heapq import nsmallest
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kg.language.detect import Language, LanguageChoice, detect_language
from rag.analyzer import analyze, analyze_question
from rag.embedding.base import Reranker
from rag.index.lexical import TermMatches
from rag.index.reader import Index
from rag.index.scoring import DENSE, combine
from rag.index.vector_codec import StoredPassage
from rag.question import check_question
from rag.retrieval.synonyms import Synonyms, find_synonyms, match_synonyms
from rag.types import Hit, ScoreBreakdown, SearchMode

# How many passages each signal, vectors and words, nominates; all of them are scored in full.
_CANDIDATES = 50
# How many hits a cross-encoder reads.
_RERANKED = 30
# Weight, in a sentence's score, of the question's terms that distinguish it within its passage.
_TERM_WEIGHT = 0.3
# Weight, in the score of a passage's first sentence, of the question's terms in the heading.
_HEADING_WEIGHT = 0.15
# Cosine from which two passages in different languages are translations of each other.
_TRANSLATION_COSINE = 0.49


def search(
    index: Index,
    question: str,
    k: int = 10,
    mode: SearchMode = SearchMode.HYBRID,
    language: LanguageChoice = "auto",
) -> list[Hit]:
    """Return the k best passages for a question, best first. Raises QuestionError.

    If the index was opened with a cross-encoder, it decides the order; the scores stay on their
    scale, so that they still tell whether the notes answer the question at all.
    """
    if index.reranker is None:
        return rank_passages(index, question, k, mode, language)
    hits = rank_passages(index, question, max(k, _RERANKED), mode, language)
    return _rerank(index.reranker, question, hits)[:k]


def rank_passages(
    index: Index,
    question: str,
    k: int = 10,
    mode: SearchMode = SearchMode.HYBRID,
    language: LanguageChoice = "auto",
) -> list[Hit]:
    """Return the k best passages by vectors and words, best first; ties in the order of the notes.

    A hybrid score combines the cosine of the passage, the cosine of its best sentence and the
    share of the question's terms that it contains, minus the background score: what the best
    passage in its language reaches for unrelated questions. Of two passages that are translations
    of each other, the one in `language` comes first; "auto" is the language of the question.
    Raises QuestionError.
    """
    question = check_question(question)
    if mode is SearchMode.KEYWORD:
        return _rank_by_bm25(index, question, k)
    question_language = detect_language(question)
    query = index.encode_question(question)
    synonyms: Synonyms = []
    matches = TermMatches({}, {}, frozenset())
    if mode is SearchMode.HYBRID:
        synonyms = find_synonyms(index, question)
        matches = _match_terms(index, question, synonyms)
    ids = _find_candidate_ids(index, query, matches, max(k, _CANDIDATES))
    candidates = index.passages(ids)
    signals = {
        id: _compare(candidate, query, matches.scores.get(id, 0.0))
        for id, candidate in candidates.items()
    }
    if mode is SearchMode.HYBRID:
        scores = {
            id: signals[id].score - index.levels.of(question_language, candidate.language)
            for id, candidate in candidates.items()
        }
    else:
        scores = {id: signal.dense for id, signal in signals.items()}
    ranked = sorted(scores, key=lambda id: (-scores[id], id))
    preferred = question_language if language == "auto" else language
    hits = []
    for id in _put_language_first(ranked, candidates, preferred)[:k]:
        stored = candidates[id]
        # Synonyms count for sentences only in another language, where they are translations.
        names = synonyms if stored.language != question_language else []
        hits.append(_build_hit(stored, scores[id], signals[id], matches.idf, names))
    return hits


def _rerank(reranker: Reranker, question: str, hits: list[Hit]) -> list[Hit]:
    """Return the hits in the order of the cross-encoder's scores; ties keep their order.

    The hits' own scores are handed out anew: the highest goes to the new first hit, and so on.
    """
    scores = reranker.scores(question, [hit.passage.indexed_text for hit in hits])
    order = sorted(range(len(hits)), key=lambda at: (-scores[at], at))
    return [
        replace(hits[at], score=ranked.score, why=replace(hits[at].why, rerank=scores[at]))
        for at, ranked in zip(order, hits, strict=True)
    ]


def _rank_by_bm25(index: Index, question: str, k: int) -> list[Hit]:
    """Return the k best passages by BM25 alone."""
    matches = index.lexical.bm25(analyze_question(question), k)
    stored = index.passages(matches.scores)
    hits = []
    for id, score in matches.scores.items():
        cosines = np.zeros(len(stored[id].passage.sentences), np.float32)
        hits.append(
            _build_hit(stored[id], score, _Signals(0.0, 0.0, score, cosines), matches.idf, [])
        )
    return hits


def _match_terms(index: Index, question: str, synonyms: Synonyms) -> TermMatches:
    """Score each passage by how many of the question's terms it contains, as such or by synonym."""
    return index.lexical.term_coverage(
        analyze_question(question), index.lexical.synonym_postings(synonyms)
    )


def _find_candidate_ids(
    index: Index, query: NDArray[np.float32], matches: TermMatches, nearest: int
) -> set[int]:
    """Return the ids of the `nearest` passages by vector, and of the best _CANDIDATES by terms."""
    by_vector = {id for id, _ in index.nearest(query, nearest)}
    by_terms = nsmallest(_CANDIDATES, matches.scores, key=lambda id: (-matches.scores[id], id))
    return by_vector.union(by_terms)


class _Signals(NamedTuple):
    """The parts of a passage's score, and the cosine of each of its sentences, (sentences,)."""

    dense: float
    sentence: float
    terms: float
    cosines: NDArray[np.float32]

    @property
    def score(self) -> float:
        return combine(self.dense, self.sentence, self.terms)


def _compare(stored: StoredPassage, query: NDArray[np.float32], terms: float) -> _Signals:
    """Compare a passage and its sentences with a question's vector, (dimension,)."""
    cosines = stored.sentence_vectors @ query
    return _Signals(float(stored.vector @ query), float(cosines.max()), terms, cosines)


def _build_hit(
    stored: StoredPassage,
    score: float,
    signals: _Signals,
    idf: Mapping[str, float],
    synonyms: Synonyms,
) -> Hit:
    """Return the passage as a hit, with a score for each of its sentences.

    A sentence scores by its cosine and by the question's terms that it contains, without those
    already in the heading. A term weighs more, the fewer sentences of the passage contain it. The
    first sentence under a heading also scores by the share of the question that the heading
    contains: if the heading is the question, that sentence is the answer.
    """
    passage = stored.passage
    in_sentences = [
        _terms_contained(sentence.text, idf, synonyms) for sentence in passage.sentences
    ]
    in_heading = set(analyze(passage.heading[-1])) & idf.keys() if passage.heading else set()
    in_trail = set(analyze(" ".join(passage.heading))) & idf.keys()
    matched = in_trail.union(*in_sentences)
    weights = _sentence_idf(in_sentences, idf.keys() - in_heading)
    whole = sum(weights.values()) or 1.0
    scores = [
        DENSE * cosine + _TERM_WEIGHT * sum(weights[term] for term in terms - in_heading) / whole
        for cosine, terms in zip(signals.cosines.tolist(), in_sentences, strict=True)
    ]
    heading_precedes = passage.sentences[0].start > passage.start
    if heading_precedes:
        total = sum(idf.values()) or 1.0
        scores[0] += _HEADING_WEIGHT * sum(idf[term] for term in in_heading) / total
    rarest_first = tuple(sorted(matched, key=lambda term: (-idf[term], term)))
    why = ScoreBreakdown(signals.dense, signals.sentence, signals.terms, rarest_first)
    return Hit(passage, score, why, tuple(scores))


def _terms_contained(text: str, idf: Mapping[str, float], synonyms: Synonyms) -> set[str]:
    """Return the question's terms, the keys of `idf`, that a text contains, also by a synonym."""
    terms = set(analyze(text))
    return (terms | match_synonyms(terms, synonyms)) & idf.keys()


def _sentence_idf(sentences: list[set[str]], terms: set[str]) -> dict[str, float]:
    """Weigh terms by ln(1 + (N − n + ½)/(n + ½)), where n of a passage's N sentences contain it."""
    counts = Counter(term for sentence in sentences for term in sentence)
    return {
        term: math.log1p((len(sentences) - counts[term] + 0.5) / (counts[term] + 0.5))
        for term in terms
    }


def _put_language_first(
    ranked: list[int], candidates: Mapping[int, StoredPassage], language: Language
) -> list[int]:
    """Return the ranking with each passage right behind its translation in a language.

    Passages without a translation keep their rank.
    """
    preferred = [id for id in ranked if candidates[id].language == language]
    order: dict[int, None] = {}
    for id in ranked:
        if candidates[id].language != language and id not in order:
            translations = [
                (float(candidates[id].vector @ candidates[other].vector), -other)
                for other in preferred
                if other not in order
            ]
            if translations and max(translations)[0] >= _TRANSLATION_COSINE:
                order[-max(translations)[1]] = None
        order[id] = None
    return list(order)
