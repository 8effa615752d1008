"""Hits → whether they answer the question, and how sure that is. What is said with them is rag/answer.py's business."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from kg.text import language
from rag.keywords import question_terms
from rag.score import levels_of, missing
from rag.store import KnowledgeBase
from rag.types import Hit

# Learned from questions that notes answer and questions that they do not (benchmarks/README.md).
_ABOVE = 0.09  # above what five in six unrelated questions reach
_STEEPNESS = 36.0  # how fast confidence grows with the score: from .5 at the bar to .97 at a tenth above it


class Verdict(NamedTuple):
    """Whether the best hit answers; the score a passage needs for that; how sure it is, from 0 to 1."""

    answers: bool
    bar: float
    confidence: float


def judge(base: KnowledgeBase, question: str, hits: Sequence[Hit]) -> Verdict:
    """Whether the notes answer the question, of which these are the hits, best first."""
    if not hits:
        return Verdict(False, _ABOVE, 0.0)
    levels, asked = levels_of(base), language(question)
    level = levels.of(asked, hits[0].passage.language)
    less = missing(base.covered(question_terms(question)), levels.share(asked))
    bar = level.low - level.high + _ABOVE + less
    above = hits[0].score - bar
    return Verdict(above >= 0, bar, round(1 / (1 + math.exp(-_STEEPNESS * above)), 3))
