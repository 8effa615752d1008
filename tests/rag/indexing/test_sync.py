"""The index follows the notes, and is never half an index."""

import itertools
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kg.errors import IndexDamaged, IndexMismatch, IndexMissing, IndexUnwritable, NotesError
from kg.notes.note import Note, parse_note
from rag.index.location import IndexLocation
from rag.index.reader import Index
from rag.index.vector_codec import compact, expand
from rag.indexing.sync import sync
from rag.indexing.update import update
from rag.indexing.vector_cache import SAVED
from tests.conftest import BagOfWords


def place_of(notes: Path) -> IndexLocation:
    return IndexLocation(notes, notes / ".kbase")


def paths(notes: Path, words: BagOfWords) -> dict[str, list[str]]:
    """Every note in the index with its passages' texts."""
    with Index(place_of(notes), words) as index:
        ids = [id for (id,) in index.database.execute("SELECT id FROM passages ORDER BY id")]
        found: dict[str, list[str]] = {}
        for one in index.passages(ids).values():
            found.setdefault(one.passage.path, []).append(one.passage.text)
        return found


def rows(notes: Path, query: str) -> list[tuple[Any, ...]]:
    with Index(place_of(notes)) as index:
        return index.rows(query)


def test_a_first_sync_reads_all_and_a_second_nothing(notes: Path, words: BagOfWords) -> None:
    first = sync(place_of(notes), encoder=words)
    assert (first.read, first.passages, first.encoded) == (["attention.md"], 3, 3)
    second = sync(place_of(notes), encoder=words)
    assert (second.read, second.unchanged, second.encoded) == ([], ["attention.md"], 0)


def test_only_the_passage_that_changed_is_encoded_again(notes: Path, words: BagOfWords) -> None:
    sync(place_of(notes), encoder=words)
    file = notes / "attention.md"
    file.write_text(
        file.read_text(encoding="utf-8").replace("At test time", "When testing"), encoding="utf-8"
    )
    report = sync(place_of(notes), encoder=words)
    assert (report.read, report.passages, report.encoded) == (["attention.md"], 3, 1)
    assert "When testing" in paths(notes, words)["attention.md"][2]


def test_a_touched_file_is_unchanged_and_a_renamed_one_keeps_its_vectors(
    notes: Path, words: BagOfWords
) -> None:
    sync(place_of(notes), encoder=words)
    os.utime(notes / "attention.md", (1, 1))
    assert sync(place_of(notes), encoder=words).unchanged == ["attention.md"]
    (notes / "attention.md").rename(notes / "renamed.md")
    report = sync(place_of(notes), encoder=words)
    assert (report.read, report.removed, report.encoded) == (["renamed.md"], ["attention.md"], 0)
    assert list(paths(notes, words)) == ["renamed.md"]


def test_a_deleted_note_is_gone_from_passages_words_and_vectors(
    notes: Path, words: BagOfWords
) -> None:
    (notes / "other.md").write_text("# Zebra\n\nA zebra has stripes.\n")
    sync(place_of(notes), encoder=words)
    (notes / "other.md").unlink()
    assert sync(place_of(notes), encoder=words).removed == ["other.md"]
    with Index(place_of(notes), words) as index:
        assert index.lexical.bm25(["zebra"], 5).scores == {}
        assert len(index.vectors) == len(index) == 3


def test_files_indexed_one_by_one_add_up_and_a_folder_takes_them_in(
    notes: Path, words: BagOfWords
) -> None:
    (notes / "other.md").write_text("# Zebra\n\nA zebra has stripes.\n")
    sync(place_of(notes), ("attention.md",), encoder=words)
    assert list(paths(notes, words)) == ["attention.md"]
    sync(place_of(notes), ("other.md",), encoder=words)
    assert list(paths(notes, words)) == ["attention.md", "other.md"]
    sync(place_of(notes), encoder=words)
    assert sync(place_of(notes), (), encoder=words).unchanged == ["attention.md", "other.md"]


class Failing(BagOfWords):
    """An engine that dies in the middle of its work."""

    def encode_passages(self, texts: Sequence[str], progress: Any = None) -> Any:
        raise KeyboardInterrupt


def test_an_interrupted_sync_leaves_the_old_index_and_a_first_one_leaves_nothing(
    notes: Path, words: BagOfWords
) -> None:
    with pytest.raises(KeyboardInterrupt):
        sync(place_of(notes), encoder=Failing())
    assert not (notes / ".kbase").exists()
    sync(place_of(notes), encoder=words)
    before = paths(notes, words)
    (notes / "attention.md").write_text("# New\n\nAll of it is new.\n")
    with pytest.raises(KeyboardInterrupt):
        sync(place_of(notes), encoder=Failing())
    assert paths(notes, words) == before


def test_killed_between_the_vector_file_and_the_commit_a_reader_sees_the_old_state(
    notes: Path, words: BagOfWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(place_of(notes), encoder=words)
    (notes / "other.md").write_text("# Zebra\n\nA zebra has stripes.\n")
    rename = Path.replace

    def killed(self: Path, target: Path) -> None:
        rename(self, target)
        raise SystemExit

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(SystemExit):
        sync(place_of(notes), encoder=words)
    monkeypatch.undo()
    assert len(list((notes / ".kbase").glob("vectors-*"))) == 2
    with Index(place_of(notes), words) as index:
        assert len(index.vectors) == len(index) == 3
    sync(place_of(notes), encoder=words)
    assert len(list((notes / ".kbase").glob("vectors-*"))) == 1


@pytest.mark.parametrize("harm", ["missing", "other", "garbage"])
def test_a_vector_file_that_does_not_match_is_made_anew_in_memory(
    notes: Path, words: BagOfWords, harm: str
) -> None:
    sync(place_of(notes), encoder=words)
    (file,) = (notes / ".kbase").glob("vectors-*")
    if harm == "missing":
        file.unlink()
    elif harm == "garbage":
        file.write_bytes(b"garbage")
    else:
        from rag.index.vectors import VectorIndex

        VectorIndex.build(lambda: [(np.array([1]), np.ones((1, 64), np.float32))], 1, 64).save(file)
    with Index(place_of(notes), words) as index:
        assert len(index.vectors) == 3


def test_a_damaged_database_says_so_and_how_to_mend_it(notes: Path, words: BagOfWords) -> None:
    sync(place_of(notes), encoder=words)
    (notes / ".kbase" / "index.sqlite").write_bytes(b"garbage" * 1000)
    with pytest.raises(IndexDamaged) as caught:
        Index(place_of(notes), words)
    assert caught.value.hint == f"kbase index {notes} --rebuild"
    with pytest.raises(IndexDamaged):
        sync(place_of(notes), encoder=words)
    (notes / "concepts.yaml").write_text("concepts:\n  gru: {name: GRU}\n")
    update(str(notes), None, None, lambda done, total: None, rebuild=True)
    assert list(paths(notes, words)) == ["attention.md"] and (notes / "concepts.yaml").exists()


def test_a_rebuilt_index_holds_what_was_indexed(notes: Path, words: BagOfWords) -> None:
    (notes / "zebra.md").write_text("# Zebra\n\nA zebra has stripes.\n")
    update(str(notes / "zebra.md"), None, None, lambda done, total: None)
    update(str(notes / "zebra.md"), None, None, lambda done, total: None, rebuild=True)
    assert list(paths(notes, words)) == ["zebra.md"]


def test_another_engine_is_refused_and_indexing_mends_it(notes: Path, words: BagOfWords) -> None:
    sync(place_of(notes), encoder=words)
    other = BagOfWords()
    other.fingerprint = "another"
    with Index(place_of(notes), other) as index, pytest.raises(IndexMismatch) as caught:
        _ = index.encoder
    assert caught.value.hint.startswith("kbase index ")
    assert sync(place_of(notes), encoder=other).encoded == 3
    with Index(place_of(notes), other) as index:
        assert index.encoder is other


def test_an_index_of_another_version_is_refused_and_indexing_mends_it(
    notes: Path, words: BagOfWords
) -> None:
    sync(place_of(notes), encoder=words)
    with sqlite3.connect(notes / ".kbase" / "index.sqlite") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(IndexMismatch):
        Index(place_of(notes), words)
    assert sync(place_of(notes), encoder=words).passages == 3


def test_a_second_indexer_is_told_and_readers_go_on(notes: Path, words: BagOfWords) -> None:
    sync(place_of(notes), encoder=words)
    lock = sqlite3.connect(notes / ".kbase" / "index.sqlite", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    with pytest.raises(IndexUnwritable, match="locked") as caught:
        sync(place_of(notes), encoder=words)
    assert "another kbase index" in caught.value.hint
    assert list(paths(notes, words)) == ["attention.md"]
    lock.close()


def test_a_full_disk_is_told_and_the_old_index_stays(
    notes: Path, words: BagOfWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(place_of(notes), encoder=words)
    before = paths(notes, words)
    (notes / "attention.md").write_text("# New\n\nAll of it is new.\n")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rag.index.vectors.VectorIndex.save", full)
    with pytest.raises(IndexUnwritable, match="No space left"):
        sync(place_of(notes), encoder=words)
    assert paths(notes, words) == before


READ_ONLY = """
import os, sys
from pathlib import Path
from rag.index import vectors  # before the rights to read them are gone
from rag.index.location import IndexLocation
from rag.index.reader import Index
from rag.indexing import sync
from kg.errors import IndexUnwritable
from tests.conftest import BagOfWords
if os.geteuid() == 0:
    os.setgid(65534), os.setuid(65534)
place = IndexLocation(Path(sys.argv[1]), Path(sys.argv[1]) / ".kbase")
with Index(place, BagOfWords()) as base:
    print(len(base), len(base.vectors))
try:
    sync.sync(place, encoder=BagOfWords(), remake=True)
except IndexUnwritable as error:
    print(error.hint)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are another thing there")
def test_where_nothing_may_be_written_one_can_still_read(notes: Path, words: BagOfWords) -> None:
    sync(place_of(notes), encoder=words)
    for path in (*(notes / ".kbase").iterdir(), notes / "attention.md"):
        path.chmod(0o444)
    (notes / ".kbase").chmod(0o555)
    for parent in (
        notes,
        *itertools.takewhile(lambda one: one != Path(tempfile.gettempdir()), notes.parents),
    ):
        parent.chmod(parent.stat().st_mode | 0o055)
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY, str(notes)], capture_output=True, text=True, cwd=root
    )
    (notes / ".kbase").chmod(0o755)
    assert done.stdout.splitlines() == ["3 3", "is it read-only, or the disk full?"], done.stderr


def test_a_place_without_notes_is_an_error_and_leaves_nothing(
    tmp_path: Path, words: BagOfWords
) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotesError, match="no notes in"):
        sync(place_of(tmp_path / "empty"), encoder=words)
    assert list((tmp_path / "empty").iterdir()) == []
    with pytest.raises(NotesError, match="there is no folder"):
        sync(place_of(tmp_path / "missing"), encoder=words)
    with pytest.raises(IndexMissing):
        Index(place_of(tmp_path / "empty"), words)


def test_a_file_that_cannot_be_read_is_reported_and_the_others_are_indexed(
    notes: Path, words: BagOfWords
) -> None:
    (notes / "binary.md").write_bytes(b"\x00\x01")
    report = sync(place_of(notes), encoder=words)
    assert report.read == ["attention.md"]
    assert [(one.path, one.reason, one.failed) for one in report.skipped] == [
        ("binary.md", "binary, not text", True)
    ]


def test_a_file_that_holds_no_text_is_not_tried_again_until_it_changes(
    notes: Path, words: BagOfWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def trying(data: bytes, path: str) -> Note:
        tried.append(path)
        return parse_note(data, path)

    monkeypatch.setattr("rag.indexing.sync.parse_note", trying)
    file = notes / "binary.md"
    file.write_bytes(b"\0\1\2" * 100)
    os.utime(file, (1, 1))
    reports = [sync(place_of(notes), encoder=words) for _ in range(3)]
    assert [[one.path for one in report.skipped if one.failed] for report in reports] == [
        ["binary.md"]
    ] * 3
    assert tried == ["attention.md", "binary.md"]
    file.write_text("# Text by now\n\nReadable.\n")
    assert sync(place_of(notes), encoder=words).read == ["binary.md"]
    assert sync(place_of(notes), encoder=words).skipped == []


def test_the_notes_folder_gets_one_folder_that_git_ignores(notes: Path, words: BagOfWords) -> None:
    before = (notes / "attention.md").read_bytes()
    sync(place_of(notes), encoder=words)
    assert {path.name for path in notes.iterdir()} == {"attention.md", ".kbase"}
    assert (notes / ".kbase" / ".gitignore").read_text() == "*\n"
    assert (notes / "attention.md").read_bytes() == before


def test_vectors_may_be_copied_from_another_index(
    notes: Path, words: BagOfWords, tmp_path: Path
) -> None:
    sync(place_of(notes), encoder=words)
    report = sync(IndexLocation(notes, tmp_path / "own"), encoder=words, reuse=place_of(notes))
    assert (report.passages, report.encoded) == (3, 0)


def test_compact_vectors_keep_their_products(words: BagOfWords) -> None:
    vectors = words.encode_passages(["a gate", "多头注意力", "softmax"])
    assert np.abs(expand(compact(vectors), 64) @ vectors.T - vectors @ vectors.T).max() < 0.004


def test_when_notes_come_to_be_read_otherwise_all_are_read_again_and_nothing_is_encoded_twice(
    notes: Path, words: BagOfWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync(place_of(notes), encoder=words)
    monkeypatch.setattr("rag.indexing.sync.SPLIT_VERSION", 0)
    report = sync(place_of(notes), encoder=words)
    assert (report.read, report.removed, report.encoded, report.passages) == (
        ["attention.md"],
        [],
        0,
        3,
    )


def test_after_an_edit_the_graph_is_that_of_the_notes_from_scratch(
    notes: Path, words: BagOfWords
) -> None:
    (notes / "rnn.md").write_text("# RNN\n\n**Long Short-Term Memory (LSTM)** improves on RNN.\n")
    (notes / "gru.md").write_text("# GRU\n\nGRU is a variant of LSTM.\n")
    sync(place_of(notes), encoder=words)
    kept = dict(rows(notes, "SELECT name, text FROM memory"))
    (notes / "gru.md").write_text("# GRU\n\nGRU evolved from LSTM.\n")
    sync(place_of(notes), encoder=words)
    after = dict(rows(notes, "SELECT name, text FROM memory"))
    assert (
        kept["mentions rnn.md"] == after["mentions rnn.md"] != ""
        and kept["stated gru.md"] != after["stated gru.md"]
    )
    relations = rows(notes, "SELECT * FROM relations ORDER BY source, target, kind")
    shutil.rmtree(notes / ".kbase")
    sync(place_of(notes), encoder=words)
    assert rows(notes, "SELECT * FROM relations ORDER BY source, target, kind") == relations
    assert ("lstm", "gru", "evolves_to") in {row[:3] for row in relations}


class Dying(BagOfWords):
    """An engine that dies after some calls, besides those that its space is measured with."""

    def __init__(self, calls: int) -> None:
        self.calls = calls + 4

    def encode_passages(self, texts: Sequence[str], progress: Any = lambda _: None) -> Any:
        self.calls -= 1
        if self.calls < 0:
            raise KeyboardInterrupt
        return super().encode_passages(texts, progress)


def many(notes: Path, sections: int = 3 * SAVED) -> None:
    text = "\n\n".join(
        f"# Section {number}\n\nWhat section {number} says." for number in range(sections)
    )
    (notes / "attention.md").write_text(text)


def test_an_interrupted_sync_is_taken_up_where_it_was(notes: Path, words: BagOfWords) -> None:
    many(notes)
    with pytest.raises(KeyboardInterrupt):
        sync(place_of(notes), encoder=Dying(2))
    assert sorted(path.name for path in (notes / ".kbase").iterdir()) == [
        ".gitignore",
        "encoding.sqlite",
    ]
    with pytest.raises(IndexMissing):
        Index(place_of(notes))
    report = sync(place_of(notes), encoder=words)
    assert (report.passages, report.encoded) == (3 * SAVED, SAVED)
    assert not (notes / ".kbase" / "encoding.sqlite").exists()


@pytest.mark.parametrize("harm", [b"garbage", b""])
def test_saved_vectors_that_are_damaged_are_made_again(
    notes: Path, words: BagOfWords, harm: bytes
) -> None:
    many(notes)
    with pytest.raises(KeyboardInterrupt):
        sync(place_of(notes), encoder=Dying(2))
    (notes / ".kbase" / "encoding.sqlite").write_bytes(harm)
    assert sync(place_of(notes), encoder=words).encoded == 3 * SAVED


def test_a_section_that_moves_to_another_note_keeps_its_vectors(
    notes: Path, words: BagOfWords
) -> None:
    many(notes)
    (notes / "zebra.md").write_text("# Zebra\n\nA zebra has stripes.\n")
    sync(place_of(notes), encoder=words)
    first, rest = (notes / "attention.md").read_text().split("\n\n# Section 1\n", 1)
    (notes / "attention.md").write_text("# Section 1\n" + rest)
    (notes / "zebra.md").write_text(first + "\n\n# Zebra\n\nA zebra has stripes.\n")
    report = sync(place_of(notes), encoder=words)
    assert (len(report.read), report.encoded, report.passages) == (2, 0, 3 * SAVED + 1)


def test_an_index_of_another_schema_keeps_its_vectors(notes: Path, words: BagOfWords) -> None:
    sync(place_of(notes), encoder=words)
    with closing(sqlite3.connect(notes / ".kbase" / "index.sqlite")) as database:
        database.execute("PRAGMA user_version = 1")
    report = sync(place_of(notes), encoder=words)
    assert (report.read, report.encoded, report.passages) == (["attention.md"], 0, 3)


def test_progress_is_counted_in_bytes_of_what_changed(notes: Path, words: BagOfWords) -> None:
    many(notes)
    (notes / "zebra.md").write_text("# Zebra\n\nA zebra has stripes.\n")
    heard: list[tuple[int, int]] = []
    sync(place_of(notes), encoder=words, progress=lambda done, total: heard.append((done, total)))
    size = sum(path.stat().st_size for path in notes.glob("*.md"))
    assert heard == sorted(heard) and len(heard) > 3 and heard[-1] == (size, size)


def test_where_vectors_are_compared_compressed_the_answer_is_as_good(
    notes: Path, words: BagOfWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    many(notes, 400)
    sync(place_of(notes), encoder=words)
    query = words.encode_queries(["What section 7 says."])[0]
    with Index(place_of(notes), words) as index:
        exact = index.nearest(query, 5)
    monkeypatch.setattr("rag.index.vectors.EXACT", 100)
    sync(place_of(notes), encoder=words, remake=True)
    with Index(place_of(notes), words) as index:
        assert not index.vectors.exact
        found = index.nearest(query, 5)
    assert [score for _, score in found] == pytest.approx([score for _, score in exact], abs=1e-3)


def test_compressed_vectors_are_added_to_until_a_tenth_of_them_is_new(
    notes: Path, words: BagOfWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index.vectors.EXACT", 100)
    small = (notes / "attention.md").read_text(encoding="utf-8")
    many(notes, 400)
    (notes / "attention.md").rename(notes / "many.md")
    (notes / "attention.md").write_text(small, encoding="utf-8")
    sync(place_of(notes), encoder=words)
    built = dict(rows(notes, "SELECT key, value FROM settings"))
    (notes / "attention.md").write_text("# Zebra\n\nA zebra has stripes.\n")
    sync(place_of(notes), encoder=words)
    query = words.encode_queries(["A zebra has stripes."])[0]
    with Index(place_of(notes), words) as index:
        assert (
            len(index.vectors)
            == index.settings["vectors"]
            == built["vectors"] + 1
            == len(index) + 3
        )  # three are gone
        assert index.settings["levels"] == built["levels"]
        ((best, _), *others) = index.nearest(query, 50)
        assert index.passages([best])[best].passage.path == "attention.md"
        assert len(others) == 49 and len(index.passages([id for id, _ in others])) == 49
    many(notes, 50)
    sync(place_of(notes), encoder=words)
    with Index(place_of(notes), words) as index:
        assert len(index.vectors) == len(index) == index.settings["built"]


def test_levels_are_measured_anew_once_a_tenth_of_the_passages_is_new(
    notes: Path, words: BagOfWords
) -> None:
    many(notes, 60)
    sync(place_of(notes), encoder=words)
    measured = dict(rows(notes, "SELECT key, value FROM settings"))["measured"]
    for extra, anew in ((1, False), (12, True)):
        (notes / f"{extra}.md").write_text(
            "\n\n".join(f"# Zebra {at}\n\nStripes {at}." for at in range(extra)), encoding="utf-8"
        )
        sync(place_of(notes), encoder=words)
        settings = dict(rows(notes, "SELECT key, value FROM settings"))
        assert (settings["measured"] == settings["passages"]) is anew and (
            settings["measured"] == measured
        ) is not anew


def test_renaming_a_folder_or_deleting_it_encodes_nothing(notes: Path, words: BagOfWords) -> None:
    many(notes, 30)
    (notes / "deep" / "er").mkdir(parents=True)
    (notes / "attention.md").rename(notes / "deep" / "er" / "attention.md")
    sync(place_of(notes), encoder=words)
    (notes / "deep").rename(notes / "改名 (一)")
    report = sync(place_of(notes), encoder=words)
    assert (report.read, report.removed, report.encoded) == (
        ["改名 (一)/er/attention.md"],
        ["deep/er/attention.md"],
        0,
    )
    shutil.rmtree(notes / "改名 (一)")
    report = sync(place_of(notes), encoder=words)
    assert (report.removed, report.encoded) == (["改名 (一)/er/attention.md"], 0)


def test_a_note_written_twice_within_a_tick_of_the_clock_is_noticed(
    notes: Path, words: BagOfWords
) -> None:
    file = notes / "attention.md"
    sync(place_of(notes), encoder=words)
    time = file.stat().st_mtime_ns
    file.write_text(
        file.read_text(encoding="utf-8").replace("softmax", "SOFTMAX"), encoding="utf-8"
    )
    os.utime(file, ns=(time, time))
    assert sync(place_of(notes), encoder=words).read == ["attention.md"]


def test_a_note_from_the_future_is_read_once(notes: Path, words: BagOfWords) -> None:
    os.utime(notes / "attention.md", (2**32, 2**32))
    assert sync(place_of(notes), encoder=words).read == ["attention.md"]
    assert sync(place_of(notes), encoder=words).unchanged == ["attention.md"]
