"""Hits → whether they answer the question, and how sure that is. What is said with them is rag/answer.py's business."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from kg.text import language
from rag.keywords import question_terms
from rag.score import levels_of
from rag.store import KnowledgeBase
from rag.types import Hit

# Learned by benchmarks/weights.py from questions that notes answer and questions that they do not.
_BAR = 0.03  # above the level, with no word of the question missing from the notes
_MISSING = 0.10  # more, of the share of its words, by weight, that no note has, as far as the notes are in its language
_STEEPNESS = 40.0  # how fast confidence grows with the score: from .5 at the bar to .98 at a tenth above it


class Verdict(NamedTuple):
    """Whether the best hit answers; the score a passage needs for that; how sure it is, from 0 to 1."""

    answers: bool
    bar: float
    confidence: float


def judge(base: KnowledgeBase, question: str, hits: Sequence[Hit]) -> Verdict:
    """Whether the notes answer the question, of which these are the hits, best first."""
    matched = base.covered(question_terms(question))
    missing = sum(matched.idf[word] for word in matched.unseen) / (sum(matched.idf.values()) or 1.0)
    bar = _BAR + _MISSING * missing * levels_of(base).share(language(question))
    if not hits:
        return Verdict(False, bar, 0.0)
    above = hits[0].score - bar
    return Verdict(above >= 0, bar, round(1 / (1 + math.exp(-_STEEPNESS * above)), 3))
