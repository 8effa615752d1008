"""Questions with gold lines → how well they are answered, beside grep, BM25 and dense retrieval on the same passages."""

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kg.errors import NotesError
from kg.language.detect import detect_language
from kg.language.normalize import fold
from kg.notes.formats import is_extracted
from kg.notes.note import content_hash
from rag.answering.answer import ask
from rag.evaluation.metrics import (
    DEEPEST,
    AnswerMetrics,
    Bin,
    Measures,
    QuestionResult,
    by_direction,
    reliability,
)
from rag.index.location import cache_folder
from rag.index.reader import Index
from rag.retrieval.search import rank_passages
from rag.types import Answer, Passage, SearchMode


@dataclass(frozen=True, slots=True)
class Gold:
    """Lines that answer a question, 1-based and inclusive."""

    path: str
    first: int
    last: int

    def overlaps(self, passage: Passage) -> bool:
        return (
            self.path == passage.path and self.first <= passage.last and passage.first <= self.last
        )


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the places that answer it (none: the notes cannot), and a text that a right answer holds, or ""."""

    id: str
    text: str
    gold: tuple[Gold, ...]
    answer: str

    def answered_by(self, passage: Passage) -> bool:
        return any(gold.overlaps(passage) for gold in self.gold)


# A question → the passages found, best first, and with kbase what measures the answer.
System = Callable[[Question], tuple[tuple[Passage, ...], Callable[[], AnswerMetrics] | None]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The measures of each system (kbase, dense, bm25, grep) by direction, and how far kbase's confidence is to be trusted."""

    questions: int
    systems: dict[str, dict[str, Measures]]
    reliability: list[Bin]


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
            f"{path} holds no questions",
            'one a line: {"id", "question", "gold": [{"path", "lines": [first, last]}]}',
        )
    return questions


def evaluate(
    index: Index,
    questions: Sequence[Question],
    progress: Callable[[int, int], None] = lambda done, total: None,
    journal: Path | None = None,
) -> Evaluation:
    """The questions put to each system, one by one.

    What became of each is kept in the journal until all are done: an interrupted run goes on where it was.
    """
    passages = [
        one.passage
        for _, one in sorted(
            index.passages(id for (id,) in index.rows("SELECT id FROM passages")).items()
        )
    ]
    systems = _systems(index, passages)
    systems["kbase"](questions[0])  # the model is loaded before the clock runs
    done = _read_journal(journal) if journal else {}
    outcomes: dict[str, list[QuestionResult]] = {name: [] for name in systems}
    for at, question in enumerate(questions):
        found = done.get(at) or _outcomes(systems, question, passages)
        if journal and at not in done:
            _write_journal(journal, at, found)
        for name, outcome in found.items():
            outcomes[name].append(outcome)
        progress(at + 1, len(questions))
    if journal:
        journal.unlink(missing_ok=True)
    measures = {name: by_direction(some) for name, some in outcomes.items()}
    return Evaluation(len(questions), measures, reliability(outcomes["kbase"]))


def journal_path(index: Index, questions: Sequence[Question]) -> Path:
    """The file in the user's cache folder for these questions, this index as it is, and this program as it is."""
    root = Path(__file__).parents[2]
    patterns = ("kg/**/*.py", "kg/**/*.tsv", "rag/**/*.py", "rag/**/*.tsv")
    files = sorted(path for pattern in patterns for path in root.glob(pattern))
    sources = [(path.relative_to(root).as_posix(), path.stat().st_mtime_ns) for path in files]
    key = content_hash(
        repr((str(index.location.database), index.settings.generation, questions, sources)).encode()
    ).hex()
    return cache_folder() / "eval" / f"{key[:16]}.jsonl"


def _question(line: str, place: str) -> Question:
    try:
        one = json.loads(line)
        gold = tuple(
            Gold(str(each["path"]), int(each["lines"][0]), int(each["lines"][1]))
            for each in one["gold"]
        )
        return Question(
            str(one.get("id", place)), str(one["question"]), gold, str(one.get("answer", ""))
        )
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise NotesError(
            f"{place}: not a question: {error!r}",
            '{"id", "question", "gold": [{"path", "lines": [first, last]}]}',
        ) from error


def _systems(index: Index, passages: Sequence[Passage]) -> dict[str, System]:
    folded = [(passage, fold(passage.indexed_text)) for passage in passages]
    return {
        "kbase": lambda question: _kbase(index, question),
        "dense": lambda question: (
            tuple(
                hit.passage
                for hit in rank_passages(index, question.text, DEEPEST, SearchMode.DENSE)
            ),
            None,
        ),
        "bm25": lambda question: (
            tuple(
                hit.passage
                for hit in rank_passages(index, question.text, DEEPEST, SearchMode.KEYWORD)
            ),
            None,
        ),
        "grep": lambda question: (_grep(folded, question.text), None),
    }


def _outcomes(
    systems: Mapping[str, System], question: Question, passages: Iterable[Passage]
) -> dict[str, QuestionResult]:
    relevant = [passage for passage in passages if question.answered_by(passage)]
    direction = _direction(question, relevant)
    outcomes = {}
    for name, system in systems.items():
        start = time.perf_counter()
        found, told = system(question)
        seconds = time.perf_counter() - start
        ranks = tuple(at for at, passage in enumerate(found, 1) if question.answered_by(passage))
        outcomes[name] = QuestionResult(
            direction, bool(question.gold), ranks, len(relevant), seconds, told() if told else None
        )
    return outcomes


def _read_journal(path: Path) -> dict[int, dict[str, QuestionResult]]:
    """What became of the questions that an interrupted run came to, by their number; nothing where a line is cut off."""
    done = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        with suppress(ValueError, TypeError, KeyError):
            read = json.loads(line)
            done[int(read["question"])] = {
                name: _outcome(**fields) for name, fields in read["outcomes"].items()
            }
    return done


def _outcome(told: dict[str, Any] | None, ranks: list[int], **fields: Any) -> QuestionResult:
    return QuestionResult(
        ranks=tuple(ranks),
        told=AnswerMetrics(**told | {"exact": tuple(told["exact"])}) if told else None,
        **fields,
    )


def _write_journal(path: Path, at: int, outcomes: Mapping[str, QuestionResult]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(
            json.dumps(
                {"question": at, "outcomes": {name: asdict(one) for name, one in outcomes.items()}}
            )
            + "\n"
        )


def _kbase(
    index: Index, question: Question
) -> tuple[tuple[Passage, ...], Callable[[], AnswerMetrics]]:
    """The passages, and what is to be measured of the answer when the clock has stopped."""
    answer = ask(index, question.text, DEEPEST)
    return tuple(hit.passage for hit in answer.hits), lambda: _told(index, question, answer)


def _told(index: Index, question: Question, answer: Answer) -> AnswerMetrics:
    best = answer.hits[0] if answer.hits else None
    sentence = (
        max(zip(best.sentence_scores, best.passage.sentences, strict=True), key=lambda one: one[0])[
            1
        ]
        if best
        else None
    )
    return AnswerMetrics(
        answer.found,
        answer.confidence,
        question.answer in " ".join(part.text for part in answer.statements)
        if question.answer
        else None,
        sentence is not None and question.answer in sentence.text if question.answer else None,
        tuple(
            _exact(index, one.passage.path, one.first, one.last, one.quote)
            for one in answer.citations
        ),
    )


def _grep(passages: Sequence[tuple[Passage, str]], text: str) -> tuple[Passage, ...]:
    """What one gets by looking for the question's words as they are typed: passages by how many different ones they hold."""
    words = {word for word in re.findall(r"\w+", fold(text)) if len(word) > 1}
    counts = [sum(word in reading for word in words) for _, reading in passages]
    best = sorted(range(len(passages)), key=lambda at: -counts[at])[:DEEPEST]
    return tuple(passages[at][0] for at in best if counts[at])


def _direction(question: Question, relevant: Iterable[Passage]) -> str:
    asked = detect_language(question.text)
    answered = {passage.language for passage in relevant} or {asked}
    return f"{asked}-{asked if asked in answered else min(answered)}"


def _exact(index: Index, path: str, first: int, last: int, quote: str) -> bool:
    """Whether the quote's bytes stand at these lines of the file, or of what was taken out of one that holds no text."""
    data = (
        index.extracted(path).encode()
        if is_extracted(path)
        else (index.location.notes / path).read_bytes()
    )
    lines = re.split(rb"\r\n|\r|\n", data)
    return b"\n".join(re.split(rb"\r\n|\r|\n", quote.encode())) in b"\n".join(
        lines[first - 1 : last]
    )
