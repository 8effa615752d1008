"""Put notes and their passages into the database, and take them out."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.notes.files import NoteFile
from kg.notes.note import Note
from rag.analyzer import analyze
from rag.index.database import KEPT_VECTORS
from rag.indexing.vector_cache import PassageVectors
from rag.types import Passage

_KEEP_VECTORS = (
    f"INSERT OR IGNORE INTO {KEPT_VECTORS} SELECT key, vector, sentence_vectors FROM passages"
)
_INSERT_FILE = """
    INSERT INTO files (path, size, modified, digest, encoding, gathered) VALUES (?, ?, ?, ?, ?, ?)
"""
_INSERT_PASSAGE = """
    INSERT INTO passages (file, heading, start, "end", first, last, page, text, sentences, language,
                          key, vector, sentence_vectors)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class SplitNote:
    """A note with its passages, and its annotations for the concepts, as JSON."""

    note: Note
    passages: tuple[Passage, ...]
    annotations: str


def insert_note(
    database: sqlite3.Connection,
    file: NoteFile,
    split: SplitNote,
    vectors: Sequence[PassageVectors],
) -> None:
    """Insert a note with its passages, and the vectors of each passage."""
    note = split.note
    values = (file.path, file.size, file.modified, note.digest, note.encoding, split.annotations)
    id = database.execute(_INSERT_FILE, values).lastrowid
    for passage, encoded in zip(split.passages, vectors, strict=True):
        _insert_passage(database, id, passage, encoded)


def _insert_passage(
    database: sqlite3.Connection, file: int | None, passage: Passage, vectors: PassageVectors
) -> None:
    sentences = [(part.start, part.end, part.text) for part in passage.sentences]
    id = database.execute(
        _INSERT_PASSAGE,
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
            vectors.key,
            vectors.vector,
            vectors.sentence_vectors,
        ),
    ).lastrowid
    terms = _index_terms(passage.heading, [part.text for part in passage.sentences])
    database.execute("INSERT INTO keywords (rowid, terms) VALUES (?, ?)", (id, terms))


def remove_notes(database: sqlite3.Connection, paths: Iterable[str]) -> None:
    """Delete these notes and their passages; the vectors are kept until the transaction ends."""
    query = """SELECT p.id, p.heading, p.sentences FROM passages p JOIN files f ON f.id = p.file
               WHERE f.path = ?"""
    forget = "INSERT INTO keywords (keywords, rowid, terms) VALUES ('delete', ?, ?)"
    for path in paths:
        rows = database.execute(query, (path,)).fetchall()
        for id, heading, sentences in rows:
            # A contentless FTS5 table has to be told the terms that it is to forget.
            texts = [text for _, _, text in json.loads(sentences)]
            database.execute(forget, (id, _index_terms(json.loads(heading), texts)))
        database.executemany(f"{_KEEP_VECTORS} WHERE id = ?", ((row[0],) for row in rows))
        database.execute("DELETE FROM files WHERE path = ?", (path,))


def remove_all_notes(database: sqlite3.Connection) -> None:
    """Delete all notes, their passages, and what was derived from them; the vectors are kept.

    The full-text table is emptied as a whole: its terms may be others than those of today.
    """
    database.execute(_KEEP_VECTORS)
    database.execute("INSERT INTO keywords (keywords) VALUES ('delete-all')")
    database.execute("DELETE FROM files")
    database.execute("DELETE FROM memory")


def _index_terms(heading: Iterable[str], sentences: Iterable[str]) -> str:
    return " ".join(analyze("\n".join([*heading, *sentences])))
