"""Questions with gold lines → how well they are answered, beside grep, BM25 and dense retrieval on the same passages."""

import json
import math
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.errors import NotesError
from kg.text import fold, language
from rag.answer import ask
from rag.search import search
from rag.store import KnowledgeBase
from rag.types import Answer, Mode, Passage

DEEPEST = 10  # hits that are looked at
Measures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Gold:
    """Lines that answer a question, 1-based and inclusive."""

    path: str
    first: int
    last: int

    def overlaps(self, passage: Passage) -> bool:
        return self.path == passage.path and self.first <= passage.last and passage.first <= self.last


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the places that answer it (none: the notes cannot), and a text that a right answer holds, or ""."""

    id: str
    text: str
    gold: tuple[Gold, ...]
    answer: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one system did with one question: the passages found, best first; with kbase also the answer; seconds taken."""

    question: Question
    direction: str
    passages: tuple[Passage, ...]
    relevant: int
    answers: tuple[Answer, ...]
    exact: tuple[bool, ...]
    seconds: float


def read_questions(path: Path) -> list[Question]:
    """The questions of a JSONL file. Raises NotesError, naming the line, when one is not of the form."""
    questions = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NotesError(f"{path} cannot be read: {error}", "it is to be a JSONL file") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            questions.append(_question(line, f"{path}:{number}"))
    if not questions:
        raise NotesError(
            f"{path} holds no questions", 'one a line: {"id", "question", "gold": [{"path", "lines": [first, last]}]}'
        )
    return questions


def evaluate(
    base: KnowledgeBase, questions: Sequence[Question], progress: Callable[[int, int], None] = lambda done, total: None
) -> dict[str, dict[str, Measures]]:
    """The measures of each system (kbase, dense, bm25, grep) over `all` questions and by direction.

    A direction is the question's language and that of the notes that answer it: `en-zh` has the question in English and
    the answer in Chinese only. Abstention is measured over the questions in the same language.
    """
    passages = [one.passage for _, one in sorted(base.passages(id for (id,) in base.rows("SELECT id FROM passages")).items())]
    folded = [(passage, fold(passage.reading)) for passage in passages]
    systems: dict[str, Callable[[str], tuple[tuple[Passage, ...], tuple[Answer, ...]]]] = {
        "kbase": lambda text: _kbase(base, text),
        "dense": lambda text: (tuple(hit.passage for hit in search(base, text, DEEPEST, Mode.DENSE)), ()),
        "bm25": lambda text: (tuple(hit.passage for hit in search(base, text, DEEPEST, Mode.KEYWORD)), ()),
        "grep": lambda text: (_grep(folded, text), ()),
    }
    systems["kbase"](questions[0].text)  # the model is loaded before the clock runs
    outcomes: dict[str, list[Outcome]] = defaultdict(list)
    for done, question in enumerate(questions, 1):
        relevant = [passage for passage in passages if any(gold.overlaps(passage) for gold in question.gold)]
        direction = _direction(question, relevant)
        for name, system in systems.items():
            start = time.perf_counter()
            found, answers = system(question.text)
            seconds = time.perf_counter() - start
            exact = tuple(_exact(base, citation.passage.path, citation.first, citation.last, citation.quote)
                          for answer in answers for citation in answer.citations)  # fmt: skip
            outcomes[name].append(Outcome(question, direction, found, len(relevant), answers, exact, seconds))
        progress(done, len(questions))
    return {name: _by_direction(found) for name, found in outcomes.items()}


def _question(line: str, place: str) -> Question:
    try:
        one = json.loads(line)
        gold = tuple(Gold(str(each["path"]), int(each["lines"][0]), int(each["lines"][1])) for each in one["gold"])
        return Question(str(one.get("id", place)), str(one["question"]), gold, str(one.get("answer", "")))
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise NotesError(
            f"{place}: not a question: {error!r}", '{"id", "question", "gold": [{"path", "lines": [first, last]}]}'
        ) from error


def _kbase(base: KnowledgeBase, text: str) -> tuple[tuple[Passage, ...], tuple[Answer, ...]]:
    answer = ask(base, text, DEEPEST)
    return tuple(hit.passage for hit in answer.hits), (answer,)


def _grep(passages: Sequence[tuple[Passage, str]], text: str) -> tuple[Passage, ...]:
    """What one gets by looking for the question's words as they are typed: passages by how many different ones they hold."""
    words = {word for word in re.findall(r"\w+", fold(text)) if len(word) > 1}
    counts = [sum(word in reading for word in words) for _, reading in passages]
    best = sorted(range(len(passages)), key=lambda at: -counts[at])[:DEEPEST]
    return tuple(passages[at][0] for at in best if counts[at])


def _direction(question: Question, relevant: Iterable[Passage]) -> str:
    asked = language(question.text)
    answered = {language(passage.reading) for passage in relevant} or {asked}
    return f"{asked}-{asked if asked in answered else min(answered)}"


def _exact(base: KnowledgeBase, path: str, first: int, last: int, quote: str) -> bool:
    """Whether the quote's bytes stand at these lines of the file."""
    lines = re.split(rb"\r\n|\r|\n", (base.place.notes / path).read_bytes())
    return b"\n".join(re.split(rb"\r\n|\r|\n", quote.encode())) in b"\n".join(lines[first - 1 : last])


def _by_direction(outcomes: Sequence[Outcome]) -> dict[str, Measures]:
    groups = {"all": list(outcomes)}
    for direction in sorted({one.direction for one in outcomes if one.question.gold}):
        groups[direction] = [one for one in outcomes if one.direction == direction and one.question.gold]
        groups[direction] += [one for one in outcomes if one.direction[:2] == direction[:2] and not one.question.gold]
    return {name: _measures(group) for name, group in groups.items()}


def _measures(outcomes: Sequence[Outcome]) -> Measures:
    answerable = [one for one in outcomes if one.question.gold]
    ranks = [_ranks(one) for one in answerable]
    measures = {f"hit@{k}": _mean(bool(found and found[0] <= k) for found in ranks) for k in (1, 3, 5)}
    measures["mrr"] = _mean(1 / found[0] if found else 0.0 for found in ranks)
    measures["ndcg@10"] = _mean(_ndcg(found, one.relevant) for found, one in zip(ranks, answerable, strict=True))
    if any(one.answers for one in outcomes):
        measures |= _answering(outcomes)
    times = sorted(one.seconds * 1000 for one in outcomes)
    measures["latency_ms_p50"] = statistics.median(times)
    measures["latency_ms_p95"] = times[min(len(times) - 1, int(0.95 * len(times)))]
    return {name: round(value, 4) for name, value in measures.items()}


def _answering(outcomes: Sequence[Outcome]) -> Measures:
    """What only a system that answers, or does not, can be measured by."""
    told = [(one, one.answers[0]) for one in outcomes]
    asked = [(one, answer) for one, answer in told if one.question.answer]
    refused = [one for one, answer in told if not answer.found]
    silent = [one for one, _ in told if not one.question.gold]
    return {
        "answer_sentence": _mean(
            one.question.answer in " ".join(part.text for part in answer.statements) for one, answer in asked
        ),
        "citation_exact": _mean(exact for one in outcomes for exact in one.exact),
        "abstain_precision": _mean(not one.question.gold for one in refused),
        "abstain_recall": _mean(one in refused for one in silent),
        "abstain_auroc": _auroc([(answer.confidence, bool(one.question.gold)) for one, answer in told]),
    }


def _ranks(outcome: Outcome) -> list[int]:
    """The ranks, from 1, of the passages that answer."""
    return [at for at, passage in enumerate(outcome.passages, 1) if any(gold.overlaps(passage) for gold in outcome.question.gold)]


def _ndcg(ranks: Sequence[int], relevant: int) -> float:
    """Discounted cumulative gain over the best there could be (Järvelin and Kekäläinen 2002), each relevant passage worth 1.

    >>> round(_ndcg([2], 1), 4)
    0.6309
    """
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(relevant, DEEPEST) + 1))
    return sum(1 / math.log2(rank + 1) for rank in ranks) / ideal if ideal else 0.0


def _auroc(scored: Sequence[tuple[float, bool]]) -> float:
    """The chance that a question the notes answer scores above one they do not, ties counting half.

    >>> _auroc([(0.9, True), (0.4, True), (0.4, False), (0.1, False)])
    0.875
    """
    ordered = sorted(scored)
    ranks: dict[float, list[int]] = defaultdict(list)
    for at, (score, _) in enumerate(ordered, 1):
        ranks[score].append(at)
    positive = [statistics.mean(ranks[score]) for score, good in ordered if good]
    pairs = len(positive) * (len(ordered) - len(positive))
    return (sum(positive) - len(positive) * (len(positive) + 1) / 2) / pairs if pairs else 0.0


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0
