"""Notes → their index: only what changed is read, only new text is encoded, all of it in one transaction."""

import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.errors import NotesError
from kg.extract import GATHERING, gather
from kg.notes import SUFFIXES, Found, Note, Skipped, digest, find_notes, read_note
from kg.text import language
from rag.database import Place, connect, writing
from rag.encode import Encoder, prior_means
from rag.keywords import terms
from rag.learning import derive
from rag.split import READING, split
from rag.store import LANGUAGES, build_vectors, compact, expand
from rag.types import Passage

_LEAN = 20  # passages


@dataclass(slots=True)
class Report:
    """What a sync did: paths of notes read anew, unchanged and gone; files passed over; passages now in the index."""

    read: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    encodings: dict[str, str] = field(default_factory=dict)  # of notes read that are not UTF-8
    problems: list[str] = field(default_factory=list)  # with concepts.yaml or front matter, as file:line: what
    passages: int = 0
    encoded: int = 0


def sync(
    place: Place,
    within: Sequence[str] = (".",),
    *,
    encoder: Encoder,
    progress: Callable[[int, int], None] = lambda done, total: None,
    reuse: Place | None = None,
    remake: bool = False,
) -> Report:
    """Brings the index up to the notes: only what changed is read, only new text is encoded, all in one transaction.

    `within` are the folders and files under `place.notes` that are indexed, added to those that are already.
    `progress` hears of encoded texts, done and in all. `reuse` is another index whose vectors may be copied.
    `remake` derives anew what is derived, even if no note changed.
    Raises NotesError when there is nothing to index, IndexUnwritable.
    """
    with writing(place) as database:
        report = Report()
        before = dict(database.execute("SELECT key, value FROM settings"))
        now = {"encoder": encoder.name, "fingerprint": encoder.fingerprint, "reading": READING, "gathering": GATHERING}
        scope = _scope(json.loads(before.get("scope", "[]")), within)
        own = {"scope": json.dumps(scope), "curated": _curated_digest(place)}
        found, report.skipped = find_notes(place.notes, scope)
        known = {row[1]: row for row in database.execute("SELECT id, path, size, modified, digest FROM files")}
        same = all(before.get(key) == value for key, value in now.items())
        if not same:
            database.execute("DELETE FROM memory")
        notes = list(_changed(place.notes, found, known if same else {}, report, database))
        new = [(note, passage) for note in notes for passage in split(note)]
        cache = _VectorCache([database] if before.get("fingerprint") == encoder.fingerprint else [], reuse, encoder.fingerprint)
        vectors = cache.encode([passage for _, passage in new], encoder, progress)
        report.encoded = cache.encoded
        report.removed = sorted(known.keys() - {note.path for note in found})
        _remove(database, sorted(known.keys() - set(report.unchanged)))
        _insert(database, {note.path: note for note in notes}, found, new, vectors)
        report.passages = int(database.execute("SELECT count(*) FROM passages").fetchone()[0])
        _must_hold_something(report, place, within)
        if notes or report.removed or remake or any(before.get(key) != value for key, value in (now | own).items()):
            report.problems = [str(problem) for problem in derive(database, place)]
            settings = {**now, **own, "generation": int(before.get("generation", 0)) + 1}
            _settle(database, place, encoder, settings, report.passages)
    return report


def _must_hold_something(report: Report, place: Place, within: Sequence[str]) -> None:
    """Raises NotesError when there is no note at all: a mistyped path, most likely."""
    if report.read or report.unchanged or report.removed:
        return
    where = ", ".join(str(place.notes / one) for one in within) or str(place.notes)
    reasons = "".join(f"; {file.path}: {file.reason}" for file in report.skipped[:3])
    raise NotesError(f"no notes in {where}{reasons}", f"kbase reads {', '.join(SUFFIXES)} files")


def _changed(
    root: Path,
    found: list[Found],
    known: dict[str, tuple[int, str, int, int, bytes]],
    report: Report,
    database: sqlite3.Connection,
) -> Iterator[Note]:
    """The notes whose text is not the indexed one: told by size and time, then by hash."""
    for entry in found:
        before = known.get(entry.path)
        if before and before[2:4] == (entry.size, entry.modified):
            report.unchanged.append(entry.path)
            continue
        try:
            note = read_note(root, entry.path)
        except NotesError as error:
            report.skipped.append(Skipped(entry.path, error.message.removeprefix(f"{entry.path}: "), failed=True))
            continue
        if before and before[4] == note.digest:
            database.execute("UPDATE files SET size = ?, modified = ? WHERE id = ?", (entry.size, entry.modified, before[0]))
            report.unchanged.append(entry.path)
            continue
        report.read.append(entry.path)
        if note.encoding not in {"utf-8", "utf-8-sig"}:
            report.encodings[entry.path] = note.encoding
        yield note


def _curated_digest(place: Place) -> str:
    """The hash of concepts.yaml, by which a change of it is known; empty when there is none."""
    try:
        return digest(place.curated.read_bytes()).hex()
    except OSError:
        return ""


def _scope(before: list[str], within: Sequence[str]) -> list[str]:
    """The folders and files that are indexed: what lies in another of them is left out."""
    every = sorted({*before, *within})
    return ["."] if "." in every else [one for one in every if not any(one.startswith(other + "/") for other in every)]


def _remove(database: sqlite3.Connection, paths: Iterable[str]) -> None:
    """Takes the passages of these notes out, and the notes themselves."""
    for path in paths:
        rows = database.execute(
            "SELECT p.id, p.heading, p.sentences FROM passages p JOIN files f ON f.id = p.file WHERE f.path = ?", (path,)
        ).fetchall()
        for id, heading, sentences in rows:  # a contentless FTS5 table wants to hear what it is to forget
            words = _index_terms(json.loads(heading), [text for _, _, text in json.loads(sentences)])
            database.execute("INSERT INTO keywords (keywords, rowid, terms) VALUES ('delete', ?, ?)", (id, words))
        database.execute("DELETE FROM files WHERE path = ?", (path,))


def _insert(
    database: sqlite3.Connection,
    notes: dict[str, Note],
    found: list[Found],
    new: list[tuple[Note, Passage]],
    vectors: list[tuple[bytes, bytes, bytes]],
) -> None:
    files = {}
    for entry in found:
        if note := notes.get(entry.path):
            row = (entry.path, entry.size, entry.modified, note.digest, note.encoding, gather(note).to_json())
            insert = "INSERT INTO files (path, size, modified, digest, encoding, gathered) VALUES (?, ?, ?, ?, ?, ?)"
            files[entry.path] = database.execute(insert, row).lastrowid
    for (note, passage), (key, vector, sentence_vectors) in zip(new, vectors, strict=True):
        sentences = [(one.start, one.end, one.text) for one in passage.sentences]
        id = database.execute(
            """INSERT INTO passages (file, heading, start, "end", first, last, text, sentences, language, key, vector,
                                     sentence_vectors) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                files[note.path],
                json.dumps(passage.heading, ensure_ascii=False),
                passage.start,
                passage.end,
                passage.first,
                passage.last,
                passage.text,
                json.dumps(sentences, ensure_ascii=False),
                language(passage.reading),
                key,
                vector,
                sentence_vectors,
            ),
        ).lastrowid
        words = _index_terms(passage.heading, [one.text for one in passage.sentences])
        database.execute("INSERT INTO keywords (rowid, terms) VALUES (?, ?)", (id, words))


def _index_terms(heading: Iterable[str], sentences: Iterable[str]) -> str:
    return " ".join(terms("\n".join([*heading, *sentences])))


def _settle(database: sqlite3.Connection, place: Place, encoder: Encoder, settings: dict[str, Any], passages: int) -> None:
    """Writes what holds of the whole index: its settings, its means, and the FAISS file of this generation."""
    means = _means(database, encoder)
    settings |= {"passages": passages, "dimension": encoder.dimension}
    settings |= {f"mean.{name}": mean.tobytes() for name, mean in means.items()}
    database.executemany("INSERT OR REPLACE INTO settings VALUES (?, ?)", settings.items())
    path = place.vectors(settings["generation"])
    beside = path.with_suffix(".new")
    build_vectors(database, means).save(beside)
    with beside.open("rb+") as file:
        os.fsync(file.fileno())
    beside.replace(path)


def language_means(database: sqlite3.Connection, dimension: int) -> tuple[dict[str, NDArray[np.float64]], dict[str, int]]:
    """The sums of the vectors of each language and kind, and how many they are, in a settled order."""
    sums = {f"{name}{kind}": np.zeros(dimension) for name in LANGUAGES for kind in ("", ".sentences")}
    counts = dict.fromkeys(sums, 0)
    for name, vector, compacted in database.execute("SELECT language, vector, sentence_vectors FROM passages"):
        rows = expand(compacted, dimension)
        sums[name] += np.frombuffer(vector, np.float16)
        sums[f"{name}.sentences"] += rows.sum(axis=0)
        counts[name] += 1
        counts[f"{name}.sentences"] += len(rows)
    return sums, counts


def _means(database: sqlite3.Connection, encoder: Encoder) -> dict[str, NDArray[np.float32]]:
    """The mean vector of each language's passages and sentences.

    An encoder places a text by its language first; with the mean of its language taken out, texts of two languages can be
    compared (self-language bias: Roy et al. 2020, LAReQA). A language with few passages leans on the engine's own means,
    as if they were _LEAN further passages.
    """
    sums, counts = language_means(database, encoder.dimension)
    prior = prior_means(encoder)
    return {name: ((sums[name] + _LEAN * prior[name]) / (counts[name] + _LEAN)).astype(np.float32) for name in sums}


class _VectorCache:
    """Vectors of passages that are in an index already, under the hash of their text."""

    def __init__(self, databases: list[sqlite3.Connection], reuse: Place | None, fingerprint: str) -> None:
        self._databases = databases
        self.encoded = 0
        if reuse and reuse.database.exists():
            other = connect(reuse.database)
            if other.execute("SELECT 1 FROM settings WHERE key = 'fingerprint' AND value = ?", (fingerprint,)).fetchone():
                self._databases.append(other)

    def encode(
        self, passages: list[Passage], encoder: Encoder, progress: Callable[[int, int], None]
    ) -> list[tuple[bytes, bytes, bytes]]:
        """For each passage the hash of its text, its vector and its sentences' vectors, as they are stored."""
        keys = [_key(passage) for passage in passages]
        ready = {key: vectors for key in set(keys) if (vectors := self._look_up(key))}
        missing = {key: passage for key, passage in zip(keys, passages, strict=True) if key not in ready}
        texts = [text for passage in missing.values() for text in (passage.reading, *(one.text for one in passage.sentences))]
        done = 0

        def count(more: int) -> None:
            nonlocal done
            done += more
            progress(done, len(texts))

        encoded = encoder.encode_passages(texts, count)
        at = 0
        for key, passage in missing.items():
            size = len(passage.sentences)
            ready[key] = (encoded[at].astype(np.float16).tobytes(), compact(encoded[at + 1 : at + 1 + size]))
            at += 1 + size
        self.encoded = len(missing)
        return [(key, *ready[key]) for key in keys]

    def _look_up(self, key: bytes) -> tuple[bytes, bytes] | None:
        for database in self._databases:
            row = database.execute("SELECT vector, sentence_vectors FROM passages WHERE key = ? LIMIT 1", (key,)).fetchone()
            if row:
                return row[0], row[1]
        return None


def _key(passage: Passage) -> bytes:
    return digest("\x00".join([passage.reading, *(one.text for one in passage.sentences)]).encode("utf-8", "replace"))
