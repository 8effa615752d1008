"""Hits → whether they answer the question, and how sure that is. What is said with them is rag/answer.py's business."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from kg.language.detect import detect_language
from rag.analyzer import analyze_question
from rag.index.lexical import TermMatches
from rag.index.reader import Index
from rag.retrieval.synonyms import synonyms
from rag.retrieval.unknown_terms import has_unknown_name, subject_not_mentioned
from rag.types import Hit

# Learned from questions that notes answer and questions that they do not (benchmarks/README.md).
_ABOVE = {
    "en": 0.03,
    "zh": 0.015,
}  # above what an unrelated question reaches; of Chinese terms, which overlap, fewer stand
_MISSING = 0.09  # of the share of the question's words that no note has: so much more
_MISSING_ACROSS = 0.18  # where the best passage is in another language than the question
_NAME = 0.08  # less for a question with a name that no note has
_THING = 0.25  # and for one that asks what something is that the best passages do not mention
_JUST = 0.01  # but not to lower than so much below the bar
_STEEPNESS = (
    36.0  # how fast confidence grows with the score: from .5 at the bar to .97 at a tenth above it
)


class Verdict(NamedTuple):
    """Whether the best hit answers; the score a passage needs for that; how sure it is, from 0 to 1."""

    answers: bool
    threshold: float
    confidence: float


def assess(index: Index, question: str, hits: Sequence[Hit]) -> Verdict:
    """Whether the notes answer the question, of which these are the hits, best first."""
    if not hits:
        return Verdict(False, _ABOVE[detect_language(question)], 0.0)
    asked = detect_language(question)
    matched = index.lexical.term_weights(
        analyze_question(question),
        index.lexical.synonym_postings(synonyms(index, question), limit=1),
    )
    cost = _MISSING if hits[0].passage.language == asked else _MISSING_ACROSS
    threshold = _ABOVE[asked] + cost * _missing(matched, index.levels.share(asked))
    above = hits[0].score - threshold
    if above >= 0:
        above = max(above - _strangeness(index, question, matched, hits), -_JUST)
    return Verdict(above >= 0, threshold, round(1 / (1 + math.exp(-_STEEPNESS * above)), 3))


def _missing(matched: TermMatches, share: float) -> float:
    """The share of a question's words, by weight, that no note has; `share` of it for those of which no other name is known."""
    lost = sum(
        matched.idf.get(word, 0.0) * (1.0 if word in matched.named else share)
        for word in matched.unseen
    )
    return lost / (sum(matched.idf.values()) or 1.0)


def _strangeness(index: Index, question: str, words: TermMatches, hits: Sequence[Hit]) -> float:
    """What is to be taken off for something the question names and the notes do not know."""
    if subject_not_mentioned(index, question, words, hits):
        return _THING
    return _NAME if has_unknown_name(index, question, words.unseen, hits) else 0.0
