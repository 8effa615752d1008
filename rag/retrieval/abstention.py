"""Decide from the hits whether the notes answer the question, with a calibrated confidence.

Abstention: a knowledge base that does not cover a question says so instead of guessing. All the
numbers here were fitted to questions that notes answer and questions that they do not answer
(docs/benchmarks.md).
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from kg.language.detect import detect_language
from rag.analyzer import analyze_question
from rag.index.lexical import TermMatches
from rag.index.reader import Index
from rag.retrieval.synonyms import find_synonyms
from rag.retrieval.unknown_terms import has_unknown_name, subject_not_mentioned
from rag.types import Hit

# Minimum score above the background score, by the language of the question. It is smaller for
# Chinese because overlapping bigrams match less often.
_MARGIN = {"en": 0.03, "zh": 0.015}
# How much the threshold rises when no note contains any of the question's terms; in proportion to
# their weight when some are missing.
_MISSING_TERMS = 0.09
# The same where the best passage is in another language than the question.
_MISSING_TERMS_ACROSS_LANGUAGES = 0.18
# Penalty on the score when the question contains a name that no note contains.
_UNKNOWN_NAME = 0.08
# Penalty on the score when the best passages do not mention what the question asks to define.
_SUBJECT_NOT_MENTIONED = 0.25
# A penalty never pushes the score further than this below the threshold.
_MAX_SHORTFALL = 0.01
# How fast confidence grows with the score: 0.5 at the threshold, 0.97 at 0.1 above it.
_STEEPNESS = 36.0


class Verdict(NamedTuple):
    """Whether the best hit answers, the score it needs for that, and the confidence from 0 to 1."""

    answers: bool
    threshold: float
    confidence: float


def assess(index: Index, question: str, hits: Sequence[Hit]) -> Verdict:
    """Decide whether the notes answer a question; `hits` are its hits, best first."""
    question_language = detect_language(question)
    margin = _MARGIN[question_language]
    if not hits:
        return Verdict(False, margin, 0.0)
    terms = index.lexical.term_weights(
        analyze_question(question),
        index.lexical.synonym_postings(find_synonyms(index, question), limit=1),
    )
    same_language = hits[0].passage.language == question_language
    rise = _MISSING_TERMS if same_language else _MISSING_TERMS_ACROSS_LANGUAGES
    threshold = margin + rise * _missing_share(terms, index.levels.share(question_language))
    excess = hits[0].score - threshold
    if excess >= 0:
        excess = max(excess - _penalty(index, question, terms, hits), -_MAX_SHORTFALL)
    confidence = round(1 / (1 + math.exp(-_STEEPNESS * excess)), 3)
    return Verdict(excess >= 0, threshold, confidence)


def _missing_share(terms: TermMatches, language_share: float) -> float:
    """Return the share of the question's terms, by weight, that no note contains.

    A term without known synonyms counts only by `language_share`, the share of the notes in the
    question's language: notes in the other language may well have it under another name.
    """
    missing = sum(
        terms.idf.get(term, 0.0) * (1.0 if term in terms.named else language_share)
        for term in terms.unseen
    )
    return missing / (sum(terms.idf.values()) or 1.0)


def _penalty(index: Index, question: str, terms: TermMatches, hits: Sequence[Hit]) -> float:
    """Return what the score loses when the notes do not know what the question names."""
    if subject_not_mentioned(index, question, terms, hits):
        return _SUBJECT_NOT_MENTIONED
    return _UNKNOWN_NAME if has_unknown_name(index, question, terms.unseen, hits) else 0.0
