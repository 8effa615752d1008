"""What an evaluation measures of each system, and how an interrupted one is resumed."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from rag.evaluation.evaluate import evaluate
from rag.evaluation.journal import journal_path
from rag.evaluation.questions import EvaluationQuestion, read_questions
from rag.index.reader import Index

LINES = [
    {
        "id": "a",
        "question": "what does dropout do",
        "gold": [{"path": "attention.md", "lines": [16, 18]}],
        "answer": "zero",
    },
    {
        "id": "b",
        "question": "GRU 有哪些门",
        "gold": [{"path": "attention.md", "lines": [7, 12]}],
        "answer": "重置门",
    },
    {"id": "c", "question": "how do I cook rice", "gold": [], "answer": ""},
]


@pytest.fixture
def questions(tmp_path: Path) -> list[EvaluationQuestion]:
    (tmp_path / "questions.jsonl").write_text(
        "\n".join(json.dumps(line) for line in LINES), encoding="utf-8"
    )
    return read_questions(tmp_path / "questions.jsonl")


def test_every_system_is_measured_by_direction(
    index: Index, questions: list[EvaluationQuestion]
) -> None:
    found = evaluate(index, questions)
    assert set(found.systems) == {"kbase", "dense", "bm25", "grep"}
    assert set(found.systems["kbase"]) == {"all", "en-en", "zh-zh"}
    assert found.systems["kbase"]["all"]["hit@1"] == found.systems["bm25"]["all"]["hit@1"] == 1.0
    assert found.systems["kbase"]["all"]["citation_exact"] == 1.0
    assert "abstain_auroc" not in found.systems["dense"]["all"]
    assert sum(some.questions for some in found.reliability) == found.questions == 3


class Interrupted(Exception):
    """Raised to end a run after some questions."""


def test_an_interrupted_run_is_resumed(index: Index, questions: list[EvaluationQuestion]) -> None:
    journal = journal_path(index, questions)

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise Interrupted

    with pytest.raises(Interrupted):
        evaluate(index, questions, stop, journal)
    first = journal.read_text(encoding="utf-8")
    assert len(first.splitlines()) == 2
    journal.write_text(first + '{"question": 2, "resu', encoding="utf-8")  # Killed while writing.
    resumed, whole = evaluate(index, questions, journal=journal), evaluate(index, questions)
    assert not journal.exists()
    for name in ("hit@1", "mrr", "abstain_recall"):
        assert resumed.systems["kbase"]["all"][name] == whole.systems["kbase"]["all"][name]
    assert resumed.reliability == whole.reliability


def test_another_index_or_other_questions_have_another_journal(
    index: Index, questions: list[EvaluationQuestion]
) -> None:
    assert journal_path(index, questions) != journal_path(index, questions[:2])
    assert journal_path(index, questions) == journal_path(index, list(questions))


@pytest.mark.parametrize("file", ["kg/notes/sentences.py", "kg/phrases.tsv", "rag/question.py"])
def test_another_program_has_another_journal(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    module = tmp_path / "rag" / "evaluation" / "journal.py"
    monkeypatch.setattr("rag.evaluation.journal.__file__", str(module))
    before = journal_path(index, [])
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text("")
    written = journal_path(index, [])
    assert written != before
    os.utime(tmp_path / file, (1, 1))
    assert journal_path(index, []) not in (before, written)


def test_the_command_prints_tables_or_json(
    kbase: Callable[..., Result], notes: Path, tmp_path: Path
) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in LINES), encoding="utf-8")
    assert kbase("index", notes).exit_code == 0
    document = json.loads(kbase("eval", file, "--notes", notes, "--json").stdout)
    assert document["schema"] == "kbase.eval/1" and document["questions"] == 3
    assert document["systems"]["kbase"]["all"]["hit@1"] == 1.0
    table = kbase("eval", file, "--notes", notes).stdout.splitlines()
    assert len({len(line) for line in table if line.startswith(("hit@", "mrr", "latency"))}) == 1
    assert [line for line in table if line.startswith("confidence")]
