"""Notes → their index: only what changed is read, only new text is encoded, all of it in one transaction."""

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path
from typing import Any

from kg.errors import NotesError
from kg.extraction.annotate import ANNOTATION_VERSION, annotate
from kg.notes.files import NoteFile, SkippedFile, find_notes, read_bytes
from kg.notes.formats import SUFFIXES
from kg.notes.note import Note, content_hash, parse_note
from rag.analyzer import analyze
from rag.embedding.base import Encoder
from rag.embedding.centering import (
    CenteredEncoder,
    LanguageCentering,
    build_centering,
    centered_fingerprint,
)
from rag.index.database import KEPT, writing
from rag.index.location import IndexLocation
from rag.index.vectors import build_vectors, extended_vectors
from rag.indexing.calibration import calibrate
from rag.indexing.graph import curated_hash, derive_graph
from rag.indexing.splitter import SPLIT_VERSION, split_note
from rag.indexing.vector_cache import SAVED, VectorCache
from rag.types import Passage

Row = tuple[
    Passage, bytes, bytes, bytes
]  # a passage with its key, its vector and its sentences' vectors
_SETTLING = 2_000_000_000  # ns; no file system's clock is coarser
_DRIFT = 0.1  # of the passages that may have come or gone since the levels were measured
_MANY = 1_000_000  # bytes of notes; of more, an edit's concepts are left to whoever asks for them
_EDIT = 0.1  # of the bytes


@dataclass(frozen=True, slots=True)
class Read:
    """A note with its passages and, as JSON, what concepts may be made of."""

    note: Note
    passages: list[Passage]
    gathered: str


@dataclass(slots=True)
class Report:
    """What a sync did: paths of notes read anew, unchanged and gone; files passed over; passages now in the index."""

    location: IndexLocation
    read: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)
    unreadable: dict[str, list[Any]] = field(
        default_factory=dict
    )  # of those without text: size, time and why
    encodings: dict[str, str] = field(default_factory=dict)  # of notes read that are not UTF-8
    problems: list[str] = field(
        default_factory=list
    )  # with concepts.yaml or front matter, as file:line: what
    passages: int = 0
    encoded: int = 0


def sync(
    location: IndexLocation,
    within: Sequence[str] = (".",),
    *,
    encoder: Encoder,
    progress: Callable[[int, int], None] = lambda done, total: None,
    reuse: IndexLocation | None = None,
    remake: bool = False,
) -> Report:
    """Brings the index up to the notes: only what changed is read, only new text is encoded, all in one transaction.

    `within` are the folders and files under `place.notes` that are indexed, added to those that are already.
    `progress` hears how many bytes of the files that changed are done, and of how many. `reuse` is another index whose
    vectors may be copied. `remake` derives anew what is derived, even if no note changed.
    Raises NotesError when there is nothing to index, IndexUnwritable.
    """
    with writing(location) as database:
        report = Report(location)
        before = dict(database.execute("SELECT key, value FROM settings"))
        now = {
            "encoder": encoder.name,
            "fingerprint": centered_fingerprint(encoder),
            "reading": SPLIT_VERSION,
            "gathering": ANNOTATION_VERSION,
        }
        scope = _scope(json.loads(before.get("scope", "[]")), within)
        own = {"scope": json.dumps(scope), "curated": curated_hash(location)}
        known = {
            row[0]: row
            for row in database.execute("SELECT path, size, modified, digest FROM files")
        }
        found, report.skipped = find_notes(location.notes, scope)
        same = all(before.get(key) == value for key, value in now.items())
        if not same:  # all are read anew, and perhaps encoded by another engine
            _remove_all(database)
        space = _space(database, encoder, before.get("fingerprint"))
        changed = _changed(found, known if same else {}, report)
        _pass_over(json.loads(before.get("unreadable", "{}")) if same else {}, changed, report)
        notes = _read(location.notes, changed, known if same else {}, database, report)
        with closing(
            VectorCache(database, location, CenteredEncoder(encoder, space), reuse)
        ) as cache:
            for read, rows in _encoded(notes, changed, cache, progress):
                _remove(database, [read.note.path])
                _insert(database, changed[read.note.path], read, rows)
            report.encoded = cache.encoded
        report.removed = sorted(known.keys() - {entry.path for entry in found})
        _remove(database, sorted(known.keys() - {*report.unchanged, *report.read}))
        if before.get("unreadable", "{}") != (unreadable := json.dumps(report.unreadable)):
            database.execute(
                "INSERT OR REPLACE INTO settings VALUES ('unreadable', ?)", (unreadable,)
            )
        report.passages = int(database.execute("SELECT count(*) FROM passages").fetchone()[0])
        _must_hold_something(report, location, within)
        if (
            report.read
            or report.removed
            or remake
            or any(before.get(key) != value for key, value in (now | own).items())
        ):
            settings = {**now, **own, "generation": int(before.get("generation", 0)) + 1}
            if (
                not remake
                and before.items() >= (now | own).items()
                and _is_edit(found, known, report)
            ):
                settings["behind"], report.problems = 1, json.loads(before["problems"])
            else:
                report.problems = derive_graph(database, location)
            _settle(database, location, space, before, settings)
    return report


def _must_hold_something(report: Report, location: IndexLocation, within: Sequence[str]) -> None:
    """Raises NotesError when there is no note at all: a mistyped path, most likely."""
    if report.read or report.unchanged or report.removed:
        return
    where = ", ".join(str(location.notes / one) for one in within) or str(location.notes)
    reasons = "".join(f"; {file.path}: {file.reason}" for file in report.skipped[:3])
    raise NotesError(f"no notes in {where}{reasons}", f"kbase reads {', '.join(SUFFIXES)} files")


def _changed(
    found: Sequence[NoteFile], known: Mapping[str, tuple[str, int, int, bytes]], report: Report
) -> dict[str, NoteFile]:
    """The files of another size or time than those in the index; the others are unchanged.

    The time of one that was written just now does not count: it may be written again and have the same.
    """
    changed = {
        entry.path: entry
        for entry in found
        if known.get(entry.path, ())[1:3] != (entry.size, entry.modified)
    }
    report.unchanged += [entry.path for entry in found if entry.path not in changed]
    fresh = time.time_ns() - _SETTLING
    return {
        path: entry if entry.modified < fresh else replace(entry, modified=0)
        for path, entry in changed.items()
    }


def _pass_over(
    before: Mapping[str, list[Any]], changed: dict[str, NoteFile], report: Report
) -> None:
    """Takes the files out that held no text when they were last tried and have not changed since."""
    for path, (size, modified, reason) in before.items():
        if path in changed and (changed[path].size, changed[path].modified) == (size, modified):
            del changed[path]
            report.unreadable[path] = [size, modified, reason]
            report.skipped.append(SkippedFile(path, reason, failed=True))


def _read(
    root: Path,
    changed: Mapping[str, NoteFile],
    known: Mapping[str, tuple[str, int, int, bytes]],
    database: sqlite3.Connection,
    report: Report,
) -> Iterator[Note]:
    """The notes in these files, but those whose text is the indexed one, by its hash."""
    for path, entry in changed.items():
        data = b""
        try:
            data = read_bytes(root, path)
            if path in known and known[path][3] == content_hash(data):
                database.execute(
                    "UPDATE files SET size = ?, modified = ? WHERE path = ?",
                    (entry.size, entry.modified, path),
                )
                report.unchanged.append(path)
                continue
            note = parse_note(data, path)
        except NotesError as error:
            install = f": {error.hint}" if error.hint.startswith("pip ") else ""
            reason = error.message.removeprefix(f"{path}: ")
            report.skipped.append(SkippedFile(path, reason + install, failed=not install))
            if (
                data and not install
            ):  # who may read it, and what is installed, may change without the file
                report.unreadable[path] = [entry.size, entry.modified, reason]
            continue
        report.read.append(path)
        if note.encoding not in {"utf-8", "utf-8-sig", "extracted"}:
            report.encodings[path] = note.encoding
        yield note


def _encoded(
    notes: Iterable[Note],
    changed: Mapping[str, NoteFile],
    cache: VectorCache,
    progress: Callable[[int, int], None],
) -> Iterator[tuple[Read, list[Row]]]:
    """Each note with its passages and their vectors; a few notes are encoded together."""
    ends = dict(zip(changed, accumulate(entry.size for entry in changed.values()), strict=True))
    done, total = 0, sum(entry.size for entry in changed.values())
    for batch in _batches(notes):
        passages = [passage for one in batch for passage in one.passages]
        texts = sum(1 + len(passage.sentences) for passage in passages)
        upto = ends[batch[-1].note.path]
        seen = 0

        def count(more: int, start: int = done, end: int = upto, texts: int = texts) -> None:
            nonlocal seen
            seen += more
            progress(start + (end - start) * seen // texts, total)

        vectors = iter(cache.vectors(passages, count))
        done = upto
        progress(done, total)
        yield from ((one, [(passage, *next(vectors)) for passage in one.passages]) for one in batch)


def _batches(notes: Iterable[Note]) -> Iterator[list[Read]]:
    """Notes as they are read, as many together as the engine is given at a time."""
    batch: list[Read] = []
    for note in notes:
        batch.append(Read(note, split_note(note), annotate(note).to_json()))
        if sum(len(one.passages) for one in batch) >= SAVED:
            yield batch
            batch = []
    if batch:
        yield batch


def _is_edit(
    found: Sequence[NoteFile], known: Mapping[str, tuple[str, int, int, bytes]], report: Report
) -> bool:
    """Whether little of many notes changed: deriving their concepts would take longer than all else."""
    total = sum(entry.size for entry in found)
    edited = {*report.read}
    changed = sum(entry.size for entry in found if entry.path in edited) + sum(
        known[path][1] for path in report.removed
    )
    return total > _MANY and changed < _EDIT * total


def _scope(before: list[str], within: Sequence[str]) -> list[str]:
    """The folders and files that are indexed: what lies in another of them is left out."""
    every = sorted({*before, *within})
    return (
        ["."]
        if "." in every
        else [one for one in every if not any(one.startswith(other + "/") for other in every)]
    )


def _remove(database: sqlite3.Connection, paths: Iterable[str]) -> None:
    """Takes the passages of these notes out, and the notes themselves."""
    for path in paths:
        rows = database.execute(
            "SELECT p.id, p.heading, p.sentences FROM passages p JOIN files f ON f.id = p.file WHERE f.path = ?",
            (path,),
        ).fetchall()
        for (
            id,
            heading,
            sentences,
        ) in rows:  # a contentless FTS5 table wants to hear what it is to forget
            words = _index_terms(
                json.loads(heading), [text for _, _, text in json.loads(sentences)]
            )
            database.execute(
                "INSERT INTO keywords (keywords, rowid, terms) VALUES ('delete', ?, ?)", (id, words)
            )
        keep = f"INSERT OR IGNORE INTO {KEPT} SELECT key, vector, sentence_vectors FROM passages WHERE id = ?"
        database.executemany(keep, ((row[0],) for row in rows))
        database.execute("DELETE FROM files WHERE path = ?", (path,))


def _remove_all(database: sqlite3.Connection) -> None:
    """Takes all passages and notes out, and what was derived of them; the words may have been other ones than they are by now."""
    database.execute(
        f"INSERT OR IGNORE INTO {KEPT} SELECT key, vector, sentence_vectors FROM passages"
    )
    database.execute("INSERT INTO keywords (keywords) VALUES ('delete-all')")
    database.execute("DELETE FROM files")
    database.execute("DELETE FROM memory")


def _insert(database: sqlite3.Connection, entry: NoteFile, read: Read, rows: Sequence[Row]) -> None:
    """Puts a note in, with its passages and what was gathered from it."""
    file = database.execute(
        "INSERT INTO files (path, size, modified, digest, encoding, gathered) VALUES (?, ?, ?, ?, ?, ?)",
        (
            entry.path,
            entry.size,
            entry.modified,
            read.note.digest,
            read.note.encoding,
            read.gathered,
        ),
    ).lastrowid
    for passage, key, vector, sentence_vectors in rows:
        sentences = [(one.start, one.end, one.text) for one in passage.sentences]
        id = database.execute(
            """INSERT INTO passages (file, heading, start, "end", first, last, page, text, sentences, language, key, vector,
                                     sentence_vectors) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                file,
                json.dumps(passage.heading, ensure_ascii=False),
                passage.start,
                passage.end,
                passage.first,
                passage.last,
                passage.page,
                passage.text,
                json.dumps(sentences, ensure_ascii=False),
                passage.language,
                key,
                vector,
                sentence_vectors,
            ),
        ).lastrowid
        words = _index_terms(passage.heading, [one.text for one in passage.sentences])
        database.execute("INSERT INTO keywords (rowid, terms) VALUES (?, ?)", (id, words))


def _index_terms(heading: Iterable[str], sentences: Iterable[str]) -> str:
    return " ".join(analyze("\n".join([*heading, *sentences])))


def _space(database: sqlite3.Connection, encoder: Encoder, before: str | None) -> LanguageCentering:
    """The space of the engine: as the index has it, or when that is of another engine, anew."""
    row = database.execute("SELECT vectors FROM space").fetchone()
    if row and before == centered_fingerprint(encoder):
        return LanguageCentering.from_bytes(row[0], encoder.dimension)
    data = build_centering(encoder).to_bytes()
    database.execute("DELETE FROM space")
    database.execute("INSERT INTO space VALUES (?)", (data,))
    return LanguageCentering.from_bytes(data, encoder.dimension)


def _settle(
    database: sqlite3.Connection,
    location: IndexLocation,
    space: LanguageCentering,
    before: Mapping[str, Any],
    settings: dict[str, Any],
) -> None:
    """Writes what holds of the whole index: its settings, its levels, and the FAISS file of this generation."""
    from rag.index.vectors import exact  # where nothing changed faiss is not loaded

    passages, last = database.execute(
        "SELECT count(*), coalesce(max(id), 0) FROM passages"
    ).fetchone()
    known = before.get("fingerprint") == settings["fingerprint"] and "last" in before
    index = extended_vectors(database, location, before) if known and not exact(passages) else None
    if index is None:
        index, settings["built"] = build_vectors(database, space.means.shape[-1]), passages
    if not known or abs(passages - before["measured"]) > _DRIFT * before["measured"]:
        settings |= {"levels": calibrate(database, space).to_json(), "measured": passages}
    settings |= {
        "passages": passages,
        "dimension": space.means.shape[-1],
        "vectors": len(index),
        "last": last,
    }
    database.executemany("INSERT OR REPLACE INTO settings VALUES (?, ?)", settings.items())
    path = location.vectors(settings["generation"])
    beside = path.with_suffix(".new")
    index.save(beside)
    with beside.open("rb+") as file:
        os.fsync(file.fileno())
    beside.replace(path)
