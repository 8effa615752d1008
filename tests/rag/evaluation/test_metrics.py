"""Measures of a few results, calculated by hand."""

import pytest

from rag.evaluation.metrics import (
    AnswerMetrics,
    QuestionResult,
    measure_by_direction,
    reliability_bins,
)

SURE = AnswerMetrics(
    answered=True,
    confidence=0.9,
    contains_expected=True,
    best_sentence_contains_expected=True,
    exact_citations=(True,),
)
UNSURE = AnswerMetrics(
    answered=False,
    confidence=0.2,
    contains_expected=None,
    best_sentence_contains_expected=None,
    exact_citations=(),
)
RESULTS = [
    QuestionResult("en-en", True, (2,), 1, 0.01, SURE),
    QuestionResult("en-en", True, (), 1, 0.01, UNSURE),
    QuestionResult("en-en", False, (), 0, 0.01, UNSURE),
]


def test_measures_by_hand() -> None:
    measures = measure_by_direction(RESULTS)["en-en"]
    assert measures["hit@1"] == 0.0 and measures["hit@3"] == 0.5 and measures["mrr"] == 0.25
    assert measures["abstain_recall"] == 1.0
    assert measures["abstain_precision"] == measures["refused_answerable"] == 0.5
    assert measures["abstain_auroc"] == 0.75
    # Two questions at 0.2, half of them answerable; one at 0.9, answerable.
    assert measures["calibration_error"] == pytest.approx((2 * 0.3 + 0.1) / 3, abs=1e-4)


def test_reliability_bins_by_hand() -> None:
    bins = reliability_bins(RESULTS)
    assert [(some.questions, some.answerable) for some in bins] == [(2, 0.5), (1, 1.0)]
