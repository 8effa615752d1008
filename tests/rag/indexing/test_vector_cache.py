"""No text is encoded twice: not after a move, another schema, or an interrupted sync."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kg.errors import IndexMissing
from rag.index.location import IndexLocation
from rag.indexing.sync import sync
from rag.indexing.vector_cache import SAVED
from tests.conftest import BagOfWords
from tests.indexes import (
    ZEBRA,
    InterruptedEngine,
    location_of,
    open_index,
    sync_notes,
    write_sections,
)


def test_vectors_may_be_copied_from_another_index(
    notes: Path, words: BagOfWords, tmp_path: Path
) -> None:
    sync_notes(notes)
    other = IndexLocation(notes, tmp_path / "other")
    report = sync(other, encoder=words, reuse=location_of(notes))
    assert (report.passages, report.encoded) == (3, 0)


def test_an_interrupted_sync_is_continued_where_it_stopped(notes: Path) -> None:
    write_sections(notes / "attention.md")
    with pytest.raises(KeyboardInterrupt):
        sync_notes(notes, encoder=InterruptedEngine(2))
    left = sorted(path.name for path in (notes / ".kbase").iterdir())
    assert left == [".gitignore", "encoding.sqlite"]
    with pytest.raises(IndexMissing):
        open_index(notes)
    report = sync_notes(notes)
    assert (report.passages, report.encoded) == (3 * SAVED, SAVED)
    assert not (notes / ".kbase" / "encoding.sqlite").exists()


@pytest.mark.parametrize("content", [b"garbage", b""])
def test_saved_vectors_that_are_damaged_are_encoded_again(notes: Path, content: bytes) -> None:
    write_sections(notes / "attention.md")
    with pytest.raises(KeyboardInterrupt):
        sync_notes(notes, encoder=InterruptedEngine(2))
    (notes / ".kbase" / "encoding.sqlite").write_bytes(content)
    assert sync_notes(notes).encoded == 3 * SAVED


def test_a_section_that_moves_to_another_note_keeps_its_vectors(notes: Path) -> None:
    write_sections(notes / "attention.md")
    (notes / "zebra.md").write_text(ZEBRA)
    sync_notes(notes)
    first, rest = (notes / "attention.md").read_text().split("\n\n# Section 1\n", 1)
    (notes / "attention.md").write_text("# Section 1\n" + rest)
    (notes / "zebra.md").write_text(f"{first}\n\n{ZEBRA}")
    report = sync_notes(notes)
    assert (len(report.read), report.encoded, report.passages) == (2, 0, 3 * SAVED + 1)


def test_an_index_of_another_schema_keeps_its_vectors(notes: Path) -> None:
    sync_notes(notes)
    with closing(sqlite3.connect(notes / ".kbase" / "index.sqlite")) as database:
        database.execute("PRAGMA user_version = 1")
    report = sync_notes(notes)
    assert (report.read, report.encoded, report.passages) == (("attention.md",), 0, 3)
