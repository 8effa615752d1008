"""Hits → whether they answer the question, and how sure that is. What is said with them is rag/answer.py's business."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from kg.text import language
from rag.store import KnowledgeBase
from rag.types import Hit

# Spread of the scores of passages that have nothing to do with a question, by its language (benchmarks/README.md).
_NOISE = {"zh": 0.024, "en": 0.033}
_STEEPNESS = 40.0  # how fast confidence grows with the score: from .5 at the bar to .98 at a tenth above it


class Verdict(NamedTuple):
    """Whether the best hit answers; the score a passage needs for that; how sure it is, from 0 to 1."""

    answers: bool
    bar: float
    confidence: float


def judge(base: KnowledgeBase, question: str, hits: Sequence[Hit]) -> Verdict:
    """Whether the notes answer the question, of which these are the hits, best first.

    The best of n scores that mean nothing grows like the spread times √(2 ln n), as the largest of n normal numbers does.
    """
    bar = _NOISE[language(question)] * math.sqrt(2 * math.log(max(len(base), 10)))
    if not hits:
        return Verdict(False, bar, 0.0)
    above = hits[0].score - bar
    return Verdict(above >= 0, bar, round(1 / (1 + math.exp(-_STEEPNESS * above)), 3))
