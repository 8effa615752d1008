"""Which notes a sync reads, by the sizes and times of their files."""

import os
from pathlib import Path

import pytest

from kg.notes.note import Note, parse_note
from tests.indexes import replace_in, sync_notes


def test_a_file_that_holds_no_text_is_not_tried_again_until_it_changes(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def record(data: bytes, path: str) -> Note:
        tried.append(path)
        return parse_note(data, path)

    monkeypatch.setattr("rag.indexing.note_reader.parse_note", record)
    file = notes / "binary.md"
    file.write_bytes(b"\0\1\2" * 100)
    os.utime(file, (1, 1))
    for _ in range(3):
        report = sync_notes(notes)
        assert [skipped.path for skipped in report.skipped if skipped.failed] == ["binary.md"]
    assert tried == ["attention.md", "binary.md"]
    file.write_text("# Text by now\n\nReadable.\n")
    assert sync_notes(notes).read == ("binary.md",)
    assert sync_notes(notes).skipped == ()


def test_a_note_that_is_written_twice_within_a_tick_of_the_clock_is_read_twice(
    notes: Path,
) -> None:
    file = notes / "attention.md"
    sync_notes(notes)
    time = file.stat().st_mtime_ns
    replace_in(file, "softmax", "SOFTMAX")
    os.utime(file, ns=(time, time))
    assert sync_notes(notes).read == ("attention.md",)


def test_a_note_from_the_future_is_read_once(notes: Path) -> None:
    os.utime(notes / "attention.md", (2**32, 2**32))
    assert sync_notes(notes).read == ("attention.md",)
    assert sync_notes(notes).unchanged == ("attention.md",)
