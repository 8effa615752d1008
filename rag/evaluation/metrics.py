"""What became of each question → numbers: how well the right passages were found, quoted, and silence kept."""

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

DEEPEST = 10  # hits that are looked at
_BINS = 10
Measures = dict[str, float]


@dataclass(frozen=True, slots=True)
class AnswerMetrics:
    """An answer, measured: whether it is one, how sure, whether all of it and its best sentence hold the expected words
    (None: no words are expected), and of each citation whether its lines hold the quote."""

    found: bool
    confidence: float
    holds: bool | None
    best: bool | None
    exact: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """What one system did with one question: the ranks, from 1, of the passages that answer it, of how many there are.

    A direction is the question's language and that of the notes that answer it. `told` is of kbase only.
    """

    direction: str
    answerable: bool
    ranks: tuple[int, ...]
    relevant: int
    seconds: float
    told: AnswerMetrics | None = None


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions answered with about one confidence: how many, its mean, and how many of them the notes do answer."""

    questions: int
    confidence: float
    answerable: float


def by_direction(outcomes: Sequence[QuestionResult]) -> dict[str, Measures]:
    """The measures over `all` questions and by direction; abstention over the questions in the same language."""
    groups = {"all": list(outcomes)}
    for direction in sorted({one.direction for one in outcomes if one.answerable}):
        groups[direction] = [
            one for one in outcomes if one.direction == direction and one.answerable
        ]
        groups[direction] += [
            one for one in outcomes if one.direction[:2] == direction[:2] and not one.answerable
        ]
    return {name: _measures(group) for name, group in groups.items()}


def reliability(outcomes: Sequence[QuestionResult]) -> list[Bin]:
    """Whether confidence means what it says: in each tenth of it, how many questions the notes do answer."""
    bins: dict[int, list[QuestionResult]] = defaultdict(list)
    for one in outcomes:
        if one.told:
            bins[min(int(one.told.confidence * _BINS), _BINS - 1)].append(one)
    return [
        Bin(
            len(some),
            mean(one.told.confidence for one in some if one.told),
            mean(one.answerable for one in some),
        )
        for _, some in sorted(bins.items())
    ]


def _measures(outcomes: Sequence[QuestionResult]) -> Measures:
    ranks = [one.ranks for one in outcomes if one.answerable]
    measures = {
        f"hit@{k}": mean(bool(found and found[0] <= k) for found in ranks) for k in (1, 3, 5)
    }
    measures["mrr"] = mean(1 / found[0] if found else 0.0 for found in ranks)
    measures["ndcg@10"] = mean(ndcg(one.ranks, one.relevant) for one in outcomes if one.answerable)
    if any(one.told for one in outcomes):
        measures |= _answering(outcomes)
    times = sorted(one.seconds * 1000 for one in outcomes)
    measures["latency_ms_p50"] = statistics.median(times)
    measures["latency_ms_p95"] = times[min(len(times) - 1, int(0.95 * len(times)))]
    return {name: round(value, 4) for name, value in measures.items()}


def _answering(outcomes: Sequence[QuestionResult]) -> Measures:
    """What only a system that answers, or does not, can be measured by."""
    told = [(one.told, one.answerable) for one in outcomes if one.told]
    bins = reliability(outcomes)
    return {
        "answer_sentence": mean(one.holds for one, _ in told if one.holds is not None),
        "best_sentence": mean(one.best for one, _ in told if one.best is not None),
        "citation_exact": mean(exact for one, _ in told for exact in one.exact),
        "abstain_precision": mean(not answerable for one, answerable in told if not one.found),
        "abstain_recall": mean(not one.found for one, answerable in told if not answerable),
        "refused_answerable": mean(not one.found for one, answerable in told if answerable),
        "abstain_auroc": auroc([(one.confidence, answerable) for one, answerable in told]),
        "calibration_error": sum(
            abs(one.confidence - one.answerable) * one.questions for one in bins
        )
        / len(told),
    }


def ndcg(ranks: Sequence[int], relevant: int) -> float:
    """Discounted cumulative gain over the best there could be (Järvelin and Kekäläinen 2002), each relevant passage worth 1.

    >>> round(ndcg([2], 1), 4)
    0.6309
    """
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(relevant, DEEPEST) + 1))
    return sum(1 / math.log2(rank + 1) for rank in ranks) / ideal if ideal else 0.0


def auroc(scored: Sequence[tuple[float, bool]]) -> float:
    """The chance that a question the notes answer scores above one they do not, ties counting half.

    >>> auroc([(0.9, True), (0.4, True), (0.4, False), (0.1, False)])
    0.875
    """
    ordered = sorted(scored)
    ranks: dict[float, list[int]] = defaultdict(list)
    for at, (score, _) in enumerate(ordered, 1):
        ranks[score].append(at)
    positive = [statistics.mean(ranks[score]) for score, good in ordered if good]
    pairs = len(positive) * (len(ordered) - len(positive))
    return (sum(positive) - len(positive) * (len(positive) + 1) / 2) / pairs if pairs else 0.0


def mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0
