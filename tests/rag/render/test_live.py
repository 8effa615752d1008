"""Statements that are printed while a model writes them."""

from dataclasses import replace

import pytest

from rag.render.live import LiveStatements
from rag.types import Statement
from tests.rag.render.test_terminal import answer

STATEMENT = Statement("A gate opens.", (1,))


def test_statements_are_printed_as_they_come(capsys: pytest.CaptureFixture[str]) -> None:
    live, generated = LiveStatements(shown=True), replace(answer(["x"]), model="m")
    live.hear(generated, STATEMENT)
    assert capsys.readouterr().out == "A gate opens. [1]\n"
    assert live.end(generated).endswith("\n") and capsys.readouterr().out == ""


def test_an_answer_that_is_dropped_halfway_is_marked(capsys: pytest.CaptureFixture[str]) -> None:
    live = LiveStatements(shown=True)
    live.hear(answer(["x"]), STATEMENT)
    live.end(answer(["x"]))
    assert capsys.readouterr().out == "A gate opens. [1]\n…\n\n"


def test_nothing_is_printed_unless_it_is_to_be_shown(capsys: pytest.CaptureFixture[str]) -> None:
    live = LiveStatements(shown=False)
    live.hear(answer(["x"]), STATEMENT)
    assert live.end(answer(["x"])) == "" and capsys.readouterr().out == ""
