"""An index is never half an index: a sync that fails leaves the old one, and says what to do."""

import itertools
import os
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest

from kg.errors import IndexDamaged, IndexMismatch, IndexMissing, IndexUnwritable, NotesError
from rag.index.reader import Index
from tests.conftest import BagOfWords
from tests.indexes import (
    ZEBRA,
    InterruptedEngine,
    location_of,
    open_index,
    passage_texts,
    sync_notes,
)


def test_an_interrupted_sync_leaves_the_old_index_and_a_first_one_leaves_nothing(
    notes: Path,
) -> None:
    with pytest.raises(KeyboardInterrupt):
        sync_notes(notes, encoder=InterruptedEngine())
    assert not (notes / ".kbase").exists()
    sync_notes(notes)
    before = passage_texts(notes)
    (notes / "attention.md").write_text("# New\n\nAll of it is new.\n")
    with pytest.raises(KeyboardInterrupt):
        sync_notes(notes, encoder=InterruptedEngine())
    assert passage_texts(notes) == before


def test_killed_between_the_vector_file_and_the_commit_a_reader_sees_the_old_state(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_notes(notes)
    (notes / "zebra.md").write_text(ZEBRA)
    replace = os.replace

    def replace_and_die(source: Path, target: Path) -> None:
        replace(source, target)
        raise SystemExit

    monkeypatch.setattr(os, "replace", replace_and_die)
    with pytest.raises(SystemExit):
        sync_notes(notes)
    monkeypatch.undo()
    assert len(list((notes / ".kbase").glob("vectors-*"))) == 2
    with open_index(notes) as index:
        assert len(index.vectors) == len(index) == 3
    sync_notes(notes)
    assert len(list((notes / ".kbase").glob("vectors-*"))) == 1


def test_a_damaged_database_is_named_with_the_command_that_rebuilds_it(notes: Path) -> None:
    sync_notes(notes)
    (notes / ".kbase" / "index.sqlite").write_bytes(b"garbage" * 1000)
    with pytest.raises(IndexDamaged) as caught:
        open_index(notes)
    assert caught.value.hint == f"kbase index {notes} --rebuild"
    with pytest.raises(IndexDamaged):
        sync_notes(notes)


def test_another_engine_is_refused_until_the_notes_are_indexed_with_it(
    notes: Path, words: BagOfWords
) -> None:
    sync_notes(notes)
    words.fingerprint = "another"
    with Index(location_of(notes), words) as index, pytest.raises(IndexMismatch) as caught:
        _ = index.encoder
    assert caught.value.hint.startswith("kbase index ")
    assert sync_notes(notes, encoder=words).encoded == 3
    with Index(location_of(notes), words) as index:
        assert index.encoder is words


def test_an_index_of_another_version_is_refused_until_the_notes_are_indexed_again(
    notes: Path,
) -> None:
    sync_notes(notes)
    with closing(sqlite3.connect(notes / ".kbase" / "index.sqlite")) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(IndexMismatch):
        open_index(notes)
    assert sync_notes(notes).passages == 3


def test_a_second_indexer_is_refused_and_readers_go_on(notes: Path) -> None:
    sync_notes(notes)
    lock = sqlite3.connect(notes / ".kbase" / "index.sqlite", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    with pytest.raises(IndexUnwritable, match="locked") as caught:
        sync_notes(notes)
    assert "another kbase index" in caught.value.hint
    assert list(passage_texts(notes)) == ["attention.md"]
    lock.close()


def test_a_full_disk_is_reported_and_the_old_index_stays(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_notes(notes)
    before = passage_texts(notes)
    (notes / "attention.md").write_text("# New\n\nAll of it is new.\n")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rag.index.vectors.VectorIndex.save", fail)
    with pytest.raises(IndexUnwritable, match="No space left"):
        sync_notes(notes)
    assert passage_texts(notes) == before


READ_ONLY = """
import os, sys
from pathlib import Path
from kg.errors import IndexUnwritable
from rag.index import vectors  # before the rights to read it are gone
from rag.index.location import beside_notes
from rag.index.reader import Index
from rag.indexing.sync import sync
from tests.conftest import BagOfWords
if os.geteuid() == 0:
    os.setgid(65534), os.setuid(65534)
location = beside_notes(Path(sys.argv[1]))
with Index(location, BagOfWords()) as index:
    print(len(index), len(index.vectors))
try:
    sync(location, encoder=BagOfWords(), remake=True)
except IndexUnwritable as error:
    print(error.hint)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another thing there")
def test_an_index_that_may_not_be_written_can_still_be_read(notes: Path) -> None:
    sync_notes(notes)
    for path in (*(notes / ".kbase").iterdir(), notes / "attention.md"):
        path.chmod(0o444)
    (notes / ".kbase").chmod(0o555)
    temporary = Path(tempfile.gettempdir())
    above = itertools.takewhile(lambda folder: folder != temporary, notes.parents)
    for parent in (notes, *above):
        parent.chmod(parent.stat().st_mode | 0o055)
    root = Path(__file__).parents[3]
    command = [sys.executable, "-c", READ_ONLY, str(notes)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root)
    (notes / ".kbase").chmod(0o755)
    assert done.stdout.splitlines() == ["3 3", "is it read-only, or the disk full?"], done.stderr


def test_a_folder_without_notes_is_an_error_and_stays_empty(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotesError, match="no notes in"):
        sync_notes(tmp_path / "empty")
    assert list((tmp_path / "empty").iterdir()) == []
    with pytest.raises(IndexMissing):
        open_index(tmp_path / "empty")


def test_a_folder_that_does_not_exist_is_an_error(tmp_path: Path, words: BagOfWords) -> None:
    from rag.index.location import IndexLocation
    from rag.indexing.sync import sync

    missing = tmp_path / "missing"
    with pytest.raises(NotesError, match="there is no folder"):
        sync(IndexLocation(missing, missing / ".kbase"), encoder=words)
