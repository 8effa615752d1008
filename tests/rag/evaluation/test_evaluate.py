"""kbase eval: what is measured, and that an interrupted run goes on where it was."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from kg.errors import NotesError
from rag.evaluation.evaluate import Question, evaluate, journal_path, read_questions
from rag.evaluation.metrics import AnswerMetrics, QuestionResult, by_direction, reliability
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
def questions(tmp_path: Path) -> list[Question]:
    (tmp_path / "questions.jsonl").write_text(
        "\n".join(json.dumps(line) for line in LINES), encoding="utf-8"
    )
    return read_questions(tmp_path / "questions.jsonl")


def test_every_system_is_measured_by_direction(index: Index, questions: list[Question]) -> None:
    found = evaluate(index, questions)
    assert set(found.systems) == {"kbase", "dense", "bm25", "grep"}
    assert set(found.systems["kbase"]) == {"all", "en-en", "zh-zh"}
    assert found.systems["kbase"]["all"]["hit@1"] == found.systems["bm25"]["all"]["hit@1"] == 1.0
    assert found.systems["kbase"]["all"]["citation_exact"] == 1.0
    assert "abstain_auroc" not in found.systems["dense"]["all"]
    assert sum(one.questions for one in found.reliability) == found.questions == 3


class Interrupted(Exception):
    """What ends a run after some questions."""


def test_an_interrupted_run_goes_on_where_it_was(index: Index, questions: list[Question]) -> None:
    journal = journal_path(index, questions)

    def stop(done: int, total: int) -> None:
        if done == 2:
            raise Interrupted

    with pytest.raises(Interrupted):
        evaluate(index, questions, stop, journal)
    first = journal.read_text(encoding="utf-8")
    assert len(first.splitlines()) == 2
    journal.write_text(first + '{"question": 2, "outco', encoding="utf-8")  # killed while it wrote
    resumed, whole = evaluate(index, questions, journal=journal), evaluate(index, questions)
    assert not journal.exists()
    for name in ("hit@1", "mrr", "abstain_recall"):
        assert resumed.systems["kbase"]["all"][name] == whole.systems["kbase"]["all"][name]
    assert resumed.reliability == whole.reliability


def test_another_index_or_other_questions_have_another_journal(
    index: Index, questions: list[Question]
) -> None:
    assert journal_path(index, questions) != journal_path(index, questions[:2])
    assert journal_path(index, questions) == journal_path(index, list(questions))


@pytest.mark.parametrize("file", ["kg/notes/sentences.py", "kg/phrases.tsv", "rag/question.py"])
def test_another_program_has_another_journal(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    module = tmp_path / "rag" / "evaluation" / "evaluate.py"
    monkeypatch.setattr("rag.evaluation.evaluate.__file__", str(module))
    before = journal_path(index, [])
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text("")
    written = journal_path(index, [])
    assert written != before
    os.utime(tmp_path / file, (1, 1))
    assert journal_path(index, []) not in (before, written)


def test_measures_by_hand() -> None:
    sure, unsure = (
        AnswerMetrics(True, 0.9, True, True, (True,)),
        AnswerMetrics(False, 0.2, None, None, ()),
    )
    outcomes = [
        QuestionResult("en-en", True, (2,), 1, 0.01, sure),
        QuestionResult("en-en", True, (), 1, 0.01, unsure),
        QuestionResult("en-en", False, (), 0, 0.01, unsure),
    ]
    measures = by_direction(outcomes)["en-en"]
    assert measures["hit@1"] == 0.0 and measures["hit@3"] == 0.5 and measures["mrr"] == 0.25
    assert (
        measures["abstain_recall"] == 1.0
        and measures["abstain_precision"] == measures["refused_answerable"] == 0.5
    )
    assert measures["abstain_auroc"] == 0.75
    assert [(one.questions, one.answerable) for one in reliability(outcomes)] == [
        (2, 0.5),
        (1, 1.0),
    ]
    assert measures["calibration_error"] == pytest.approx((2 * 0.3 + 0.1) / 3, abs=1e-4)


def test_the_command_prints_tables_or_json(
    kbase: Callable[..., Result], notes: Path, tmp_path: Path
) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in LINES), encoding="utf-8")
    assert kbase("index", notes).exit_code == 0
    told = json.loads(kbase("eval", file, "--notes", notes, "--json").stdout)
    assert told["schema"] == "kbase.eval/1" and told["questions"] == 3
    assert told["systems"]["kbase"]["all"]["hit@1"] == 1.0
    table = kbase("eval", file, "--notes", notes).stdout.splitlines()
    assert len({len(line) for line in table if line.startswith(("hit@", "mrr", "latency"))}) == 1
    assert [line for line in table if line.startswith("confidence")]


def test_a_line_that_is_no_question_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"question": "why"}\n')
    with pytest.raises(NotesError, match=r"bad.jsonl:1"):
        read_questions(tmp_path / "bad.jsonl")
