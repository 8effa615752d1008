"""Keep the results of an evaluation while it runs, so that an interrupted one can be resumed."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kg.notes.note import content_hash
from rag.evaluation.metrics import AnswerMetrics, QuestionResult
from rag.evaluation.questions import EvaluationQuestion
from rag.index.location import cache_folder
from rag.index.reader import Index

# The result of each system for one question.
Results = Mapping[str, QuestionResult]


def journal_path(index: Index, questions: Sequence[EvaluationQuestion]) -> Path:
    """Return the journal in the user's cache folder for these questions.

    It is another one as soon as the index or the program changes.
    """
    root = Path(__file__).parents[2]
    patterns = ("kg/**/*.py", "kg/**/*.tsv", "rag/**/*.py", "rag/**/*.tsv")
    files = sorted(path for pattern in patterns for path in root.glob(pattern))
    program = [(path.relative_to(root).as_posix(), path.stat().st_mtime_ns) for path in files]
    state = (str(index.location.database), index.settings.generation, questions, program)
    return cache_folder() / "eval" / f"{content_hash(repr(state).encode()).hex()[:16]}.jsonl"


def read_journal(path: Path) -> dict[int, Results]:
    """Return the results of the questions that an interrupted run came to, by their position.

    A line that was cut off when the run was killed is skipped.
    """
    results: dict[int, Results] = {}
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        with suppress(ValueError, TypeError, KeyError):
            record = json.loads(line)
            results[int(record["question"])] = {
                system: _parse_result(**fields) for system, fields in record["results"].items()
            }
    return results


def append_results(path: Path, position: int, results: Results) -> None:
    """Add the results of one question to a journal."""
    path.parent.mkdir(parents=True, exist_ok=True)
    documents = {system: asdict(result) for system, result in results.items()}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"question": position, "results": documents}) + "\n")


def _parse_result(answer: dict[str, Any] | None, ranks: list[int], **fields: Any) -> QuestionResult:
    metrics = None
    if answer is not None:
        metrics = AnswerMetrics(**answer | {"exact_citations": tuple(answer["exact_citations"])})
    return QuestionResult(ranks=tuple(ranks), answer=metrics, **fields)
