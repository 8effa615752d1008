"""The index follows the notes: only what changed is read, only new text is encoded."""

import os
import shutil
from pathlib import Path

import pytest

from tests.indexes import (
    ZEBRA,
    open_index,
    passage_texts,
    replace_in,
    settings_of,
    sync_notes,
    write_sections,
)


def test_the_first_sync_reads_every_note_and_the_second_none(notes: Path) -> None:
    first = sync_notes(notes)
    assert (first.read, first.passages, first.encoded) == (("attention.md",), 3, 3)
    second = sync_notes(notes)
    assert (second.read, second.unchanged, second.encoded) == ((), ("attention.md",), 0)


def test_only_the_passage_that_changed_is_encoded_again(notes: Path) -> None:
    sync_notes(notes)
    replace_in(notes / "attention.md", "At test time", "When testing")
    report = sync_notes(notes)
    assert (report.read, report.passages, report.encoded) == (("attention.md",), 3, 1)
    assert "When testing" in passage_texts(notes)["attention.md"][2]


def test_a_touched_note_is_unchanged_and_a_renamed_one_keeps_its_vectors(notes: Path) -> None:
    sync_notes(notes)
    os.utime(notes / "attention.md", (1, 1))
    assert sync_notes(notes).unchanged == ("attention.md",)
    (notes / "attention.md").rename(notes / "renamed.md")
    report = sync_notes(notes)
    assert (report.read, report.removed, report.encoded) == (("renamed.md",), ("attention.md",), 0)
    assert list(passage_texts(notes)) == ["renamed.md"]


def test_a_deleted_note_is_gone_from_passages_words_and_vectors(notes: Path) -> None:
    (notes / "zebra.md").write_text(ZEBRA)
    sync_notes(notes)
    (notes / "zebra.md").unlink()
    assert sync_notes(notes).removed == ("zebra.md",)
    with open_index(notes) as index:
        assert index.lexical.bm25(["zebra"], 5).scores == {}
        assert len(index.vectors) == len(index) == 3


def test_renaming_or_deleting_a_folder_encodes_nothing(notes: Path) -> None:
    write_sections(notes / "attention.md", 30)
    (notes / "deep" / "er").mkdir(parents=True)
    (notes / "attention.md").rename(notes / "deep" / "er" / "attention.md")
    sync_notes(notes)
    (notes / "deep").rename(notes / "改名 (一)")
    report = sync_notes(notes)
    assert report.read == ("改名 (一)/er/attention.md",)
    assert (report.removed, report.encoded) == (("deep/er/attention.md",), 0)
    shutil.rmtree(notes / "改名 (一)")
    report = sync_notes(notes)
    assert (report.removed, report.encoded) == (("改名 (一)/er/attention.md",), 0)


def test_files_indexed_one_by_one_add_up_and_their_folder_takes_them_in(notes: Path) -> None:
    (notes / "zebra.md").write_text(ZEBRA)
    sync_notes(notes, "attention.md")
    assert list(passage_texts(notes)) == ["attention.md"]
    sync_notes(notes, "zebra.md")
    assert list(passage_texts(notes)) == ["attention.md", "zebra.md"]
    assert settings_of(notes).scope == ("attention.md", "zebra.md")
    sync_notes(notes)
    assert sync_notes(notes, "zebra.md").unchanged == ("attention.md", "zebra.md")
    assert settings_of(notes).scope == (".",)


def test_after_another_splitter_version_every_note_is_read_and_nothing_is_encoded_twice(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync_notes(notes)
    for module in ("plan", "sync"):
        monkeypatch.setattr(f"rag.indexing.{module}.SPLIT_VERSION", 0)
    report = sync_notes(notes)
    assert (report.read, report.removed) == (("attention.md",), ())
    assert (report.encoded, report.passages) == (0, 3)
    assert sync_notes(notes).read == ()


def test_a_file_that_cannot_be_read_is_reported_and_the_others_are_indexed(notes: Path) -> None:
    (notes / "binary.md").write_bytes(b"\x00\x01")
    report = sync_notes(notes)
    assert report.read == ("attention.md",)
    assert [(file.path, file.reason, file.failed) for file in report.skipped] == [
        ("binary.md", "binary, not text", True)
    ]


def test_the_notes_get_one_folder_that_git_ignores(notes: Path) -> None:
    before = (notes / "attention.md").read_bytes()
    sync_notes(notes)
    assert {path.name for path in notes.iterdir()} == {"attention.md", ".kbase"}
    assert (notes / ".kbase" / ".gitignore").read_text() == "*\n"
    assert (notes / "attention.md").read_bytes() == before


def test_progress_counts_the_bytes_of_the_notes_that_changed(notes: Path) -> None:
    write_sections(notes / "attention.md")
    (notes / "zebra.md").write_text(ZEBRA)
    heard: list[tuple[int, int]] = []
    sync_notes(notes, progress=lambda done, total: heard.append((done, total)))
    size = sum(path.stat().st_size for path in notes.glob("*.md"))
    assert heard == sorted(heard) and len(heard) > 3 and heard[-1] == (size, size)
