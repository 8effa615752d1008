"""Turn the results of questions into measures of retrieval, answers, abstention and calibration."""

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# How many passages of each system are looked at, from the best down.
DEPTH = 10
# Into how many parts the range of confidence, 0 to 1, is divided to measure its calibration.
_BINS = 10

# The value of each measure by its name.
Measures = dict[str, float]


@dataclass(frozen=True, slots=True)
class AnswerMetrics:
    """The measures of one answer.

    `contains_expected` and `best_sentence_contains_expected` tell whether the whole answer, and
    the best sentence of the best hit, contain the expected text; None when no text is expected.
    `exact_citations` tells of each citation whether its lines contain the quote.
    """

    answered: bool
    confidence: float
    contains_expected: bool | None
    best_sentence_contains_expected: bool | None
    exact_citations: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """The result of one system for one question.

    `direction` is the question's language and that of the notes that answer it: `en-zh`. `ranks`
    are the ranks, from 1, of the passages found that answer the question, out of `relevant` that
    there are. `answer` is None for a system that does not answer.
    """

    direction: str
    answerable: bool
    ranks: tuple[int, ...]
    relevant: int
    seconds: float
    answer: AnswerMetrics | None = None


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions answered with about the same confidence.

    `confidence` is their mean confidence, `answerable` the share of them that the notes answer.
    """

    questions: int
    confidence: float
    answerable: float


def measure_by_direction(results: Sequence[QuestionResult]) -> dict[str, Measures]:
    """Return the measures over `all` questions and by direction.

    A question that the notes do not answer counts in every direction from its own language.
    """
    groups = {"all": list(results)}
    for direction in sorted({result.direction for result in results if result.answerable}):
        answerable = [
            result for result in results if result.answerable and result.direction == direction
        ]
        unanswerable = [
            result
            for result in results
            if not result.answerable and result.direction[:2] == direction[:2]
        ]
        groups[direction] = answerable + unanswerable
    return {name: _measure(group) for name, group in groups.items()}


def reliability_bins(results: Sequence[QuestionResult]) -> list[Bin]:
    """Compare confidence with the share of answerable questions, in each tenth of its range.

    Tenths without a question are left out.
    """
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for result in results:
        if result.answer:
            tenth = min(int(result.answer.confidence * _BINS), _BINS - 1)
            bins[tenth].append((result.answer.confidence, result.answerable))
    return [
        Bin(
            len(some),
            mean(confidence for confidence, _ in some),
            mean(answerable for _, answerable in some),
        )
        for _, some in sorted(bins.items())
    ]


def _measure(results: Sequence[QuestionResult]) -> Measures:
    answerable = [result for result in results if result.answerable]
    measures = {
        f"hit@{k}": mean(any(rank <= k for rank in result.ranks) for result in answerable)
        for k in (1, 3, 5)
    }
    measures["mrr"] = mean(1 / min(result.ranks) if result.ranks else 0.0 for result in answerable)
    measures["ndcg@10"] = mean(ndcg(result.ranks, result.relevant) for result in answerable)
    if any(result.answer for result in results):
        measures |= _measure_answers(results)
    milliseconds = sorted(result.seconds * 1000 for result in results)
    measures["latency_ms_p50"] = statistics.median(milliseconds)
    position = min(len(milliseconds) - 1, int(0.95 * len(milliseconds)))
    measures["latency_ms_p95"] = milliseconds[position]
    return {name: round(value, 4) for name, value in measures.items()}


def _measure_answers(results: Sequence[QuestionResult]) -> Measures:
    """Return the measures of a system that answers or abstains."""
    answers = [(result.answer, result.answerable) for result in results if result.answer]
    bins = reliability_bins(results)
    deviation = sum(abs(some.confidence - some.answerable) * some.questions for some in bins)
    return {
        "answer_sentence": mean(
            answer.contains_expected
            for answer, _ in answers
            if answer.contains_expected is not None
        ),
        "best_sentence": mean(
            answer.best_sentence_contains_expected
            for answer, _ in answers
            if answer.best_sentence_contains_expected is not None
        ),
        "citation_exact": mean(exact for answer, _ in answers for exact in answer.exact_citations),
        "abstain_precision": mean(
            not answerable for answer, answerable in answers if not answer.answered
        ),
        "abstain_recall": mean(
            not answer.answered for answer, answerable in answers if not answerable
        ),
        "refused_answerable": mean(
            not answer.answered for answer, answerable in answers if answerable
        ),
        "abstain_auroc": auroc([(answer.confidence, answerable) for answer, answerable in answers]),
        "calibration_error": deviation / len(answers),
    }


def ndcg(ranks: Sequence[int], relevant: int) -> float:
    """Return the normalised discounted cumulative gain (Järvelin and Kekäläinen 2002).

    Each of the `relevant` passages is worth 1; `ranks`, from 1, are those of the ones found.

    >>> round(ndcg([2], 1), 4)
    0.6309
    """
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(relevant, DEPTH) + 1))
    return sum(1 / math.log2(rank + 1) for rank in ranks) / ideal if ideal else 0.0


def auroc(scored: Sequence[tuple[float, bool]]) -> float:
    """Return the chance that an answerable question scores above an unanswerable one.

    That is the area under the ROC curve; ties count half.

    >>> auroc([(0.9, True), (0.4, True), (0.4, False), (0.1, False)])
    0.875
    """
    ordered = sorted(scored)
    ranks: dict[float, list[int]] = defaultdict(list)
    for rank, (score, _) in enumerate(ordered, 1):
        ranks[score].append(rank)
    positive = [statistics.mean(ranks[score]) for score, answerable in ordered if answerable]
    pairs = len(positive) * (len(ordered) - len(positive))
    return (sum(positive) - len(positive) * (len(positive) + 1) / 2) / pairs if pairs else 0.0


def mean(values: Iterable[float]) -> float:
    """Return the mean, 0 of nothing."""
    found = list(values)
    return sum(found) / len(found) if found else 0.0
