"""How a generated answer is shown: printed, as JSON, and on a terminal while it is written."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from click.testing import Result

from rag import KnowledgeBase
from tests.llm_server import run_server, stream_text
from tests.rag.generation.conftest import QUESTION, SUPPORTED, UNSUPPORTED

pytest.importorskip("llama_index.llms.openai_like", reason="the extra is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")


def test_what_a_model_writes_cannot_control_a_terminal(
    kb: KnowledgeBase, kbase: Callable[..., Result]
) -> None:
    script = stream_text("Dropout sets each activation to zero\x1b[2J with probability p. [1]")
    with run_server(script) as server:
        shown = kbase("ask", QUESTION, "--notes", kb.location.notes, "--llm", server.spec).stdout
    assert "Dropout sets each activation" in shown and "\x1b" not in shown


def test_the_command_marks_unsupported_sentences_and_json_says_how_much_is_supported(
    kb: KnowledgeBase, kbase: Callable[..., Result]
) -> None:
    with run_server(stream_text(f"{SUPPORTED}\n{UNSUPPORTED}")) as server:
        arguments = ("ask", QUESTION, "--notes", kb.location.notes, "--llm", server.spec)
        shown = kbase(*arguments).stdout
        assert "while training. [1]\n" in shown
        assert "potassium. [1] (not supported by the notes)" in shown
        assert "potassium" not in kbase(*arguments, "--strict").stdout
        document = json.loads(kbase(*arguments, "--json").stdout)
    supported, unsupported = document["answer"]
    assert document["model"] == server.spec
    assert supported["supported"] and not unsupported["supported"]
    assert 0 <= unsupported["support"] < 0.5 < supported["support"] <= 1


def test_the_command_answers_in_the_notes_own_sentences_when_the_model_says_nothing(
    kb: KnowledgeBase, kbase: Callable[..., Result]
) -> None:
    with run_server(stream_text("")) as server:
        result = kbase("ask", QUESTION, "--notes", kb.location.notes, "--llm", server.spec)
    assert result.exit_code == 0
    assert "Dropout sets each activation" in result.stdout and "it said nothing" in result.stderr


def test_sentences_are_heard_as_they_are_written(kb: KnowledgeBase) -> None:
    heard: list[str] = []
    with run_server(stream_text(f"{SUPPORTED} At test time nothing is dropped. [1]")) as server:
        kb.ask(QUESTION, llm=server.spec, hear=lambda _, statement: heard.append(statement.text))
    assert heard == [
        "Dropout sets activations to zero with probability p while training.",
        "At test time nothing is dropped.",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such terminal")
def test_a_terminal_shows_a_sentence_before_the_next_one_is_written(kb: KnowledgeBase) -> None:
    import pty

    shown_first = threading.Event()

    def script(handler: BaseHTTPRequestHandler) -> None:
        stream_text(f"{SUPPORTED} At test", end=False)(handler)
        assert shown_first.wait(60)
        stream_text(" time nothing is dropped. [1]", begin=False)(handler)

    notes = str(kb.location.notes)
    command = [sys.executable, "-m", "cli", "ask", QUESTION, "--notes", notes, "--llm"]
    ours, theirs = pty.openpty()
    with run_server(script) as server, os.fdopen(ours, "rb", buffering=0) as screen:
        process = subprocess.Popen(
            [*command, server.spec], stdout=theirs, stderr=theirs, cwd=Path(__file__).parents[3]
        )
        os.close(theirs)
        shown = b""
        while b"while training." not in shown:
            shown += screen.read(1000)
        assert b"At test" not in shown
        shown_first.set()
        with suppress(OSError):  # Reading fails when the process has closed its side.
            while more := screen.read(1000):
                shown += more
        assert process.wait() == 0
    assert shown.count(b"while training.") == 1
    assert b"nothing is dropped" in shown and b"attention.md:18" in shown
