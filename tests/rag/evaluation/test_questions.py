"""Evaluation questions: how they are read, and which passages answer them."""

from pathlib import Path

import pytest

from kg.errors import NotesError
from kg.language.detect import Language
from rag.evaluation.questions import EvaluationQuestion, GoldLines, read_questions
from rag.types import Passage


def test_a_line_that_is_no_question_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"question": "why"}\n')
    with pytest.raises(NotesError, match=r"bad.jsonl:1"):
        read_questions(tmp_path / "bad.jsonl")


def test_a_file_without_questions_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n\n")
    with pytest.raises(NotesError, match="holds no questions"):
        read_questions(tmp_path / "empty.jsonl")


def passage(first: int, last: int, language: Language = "en") -> Passage:
    return Passage("a.md", (), 0, 0, first, last, "", (), language)


@pytest.mark.parametrize(
    ("first", "last", "answers"),
    [(1, 3, False), (1, 4, True), (5, 5, True), (6, 9, True), (7, 9, False)],
)
def test_a_passage_answers_when_it_has_one_of_the_gold_lines(
    first: int, last: int, answers: bool
) -> None:
    question = EvaluationQuestion("1", "why", (GoldLines("a.md", 4, 6),), "")
    assert question.answered_by(passage(first, last)) is answers


@pytest.mark.parametrize(
    ("languages", "direction"),
    [([], "en-en"), (["zh"], "en-zh"), (["zh", "en"], "en-en")],
    ids=["unanswerable", "other language", "both languages"],
)
def test_a_direction_is_the_questions_language_and_that_of_its_passages(
    languages: list[Language], direction: str
) -> None:
    relevant = [passage(1, 1, language) for language in languages]
    assert EvaluationQuestion("1", "why", (), "").direction(relevant) == direction
