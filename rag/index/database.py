"""The SQLite file of a knowledge base: its tables, opening it for reading, and the one transaction that writes it."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from kg.errors import IndexDamaged, IndexUnwritable, NotesError
from rag.index.location import DATABASE, FOLDER, IndexLocation

SCHEMA = 7
KEPT = "temp.kept"  # the vectors of passages that this transaction took out: the same text may come in again
_CACHE = 65_536  # KiB of pages in memory while writing; of less, a large index reads the same ones again and again
_DISK = "is it read-only, or the disk full?"

_TABLES = """
CREATE TABLE settings (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE files (
    id INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
    digest BLOB NOT NULL, encoding TEXT NOT NULL,
    gathered TEXT NOT NULL          -- what kg/extract.py took from the note, for the concepts to be derived from
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, file INTEGER NOT NULL REFERENCES files ON DELETE CASCADE,
    heading TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    page INTEGER NOT NULL,          -- of a PDF file, the cell of a notebook; else 0
    text TEXT NOT NULL, sentences TEXT NOT NULL, language TEXT NOT NULL,
    key BLOB NOT NULL,              -- hash of what was encoded: the same text is never encoded twice
    vector BLOB NOT NULL,           -- float16 (dimension,), in the space
    sentence_vectors BLOB NOT NULL  -- what rag/store.py's `compact` makes: a row a sentence
);
CREATE INDEX passages_of_file ON passages (file, start);
CREATE INDEX passages_by_key ON passages (key);
CREATE VIRTUAL TABLE keywords USING fts5 (terms, content='', tokenize="ascii tokenchars '_-./^+#()'");
-- With rowids: in a table without, whoever looks for a row reads those on the way to it whole, and these are long.
CREATE TABLE concepts (id TEXT PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE names (key TEXT NOT NULL, concept TEXT NOT NULL, PRIMARY KEY (key, concept)) WITHOUT ROWID;
CREATE TABLE relations (
    source TEXT NOT NULL, target TEXT NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL, document TEXT NOT NULL,
    PRIMARY KEY (target, source, kind)
);
CREATE TABLE memory (
    name TEXT PRIMARY KEY, text TEXT NOT NULL -- kg/extract.py's: what need not be looked for again
);
CREATE TABLE space (
    vectors BLOB NOT NULL           -- the one row is rag/space.py's: what was taken out of the vectors
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (keywords, row);
"""


def connect(path: Path) -> sqlite3.Connection:
    """A read-only connection; on a read-only disk, where WAL has nowhere to put its lock, one that takes none."""
    uri = path.absolute().as_uri()
    writable = os.access(path.parent, os.W_OK) or path.with_name(path.name + "-wal").exists()
    return sqlite3.connect(uri + ("?mode=ro" if writable else "?immutable=1"), uri=True)


@contextmanager
def damage(path: Path) -> Iterator[None]:
    """Whatever keeps the database from being read, as IndexDamaged."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise IndexDamaged(f"{path} cannot be read: {error}", again(path.parent)) from error
    except OSError as error:
        raise IndexDamaged(
            f"{path} cannot be read: {error.strerror or error}", "check who may read it"
        ) from error


@contextmanager
def writing(location: IndexLocation) -> Iterator[sqlite3.Connection]:
    """The database in one transaction: all of it is kept, or, whatever happens, none. Raises IndexUnwritable, IndexDamaged."""
    if not location.notes.exists():
        raise NotesError(f"there is no folder {location.notes}", "check the path")
    path = location.database
    created = not path.exists()
    try:
        location.index.mkdir(parents=True, exist_ok=True)
        (location.index / ".gitignore").write_text("*\n")
        with closing(sqlite3.connect(path, isolation_level=None, timeout=1)) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute(f"PRAGMA cache_size = -{_CACHE}")
            database.execute("PRAGMA foreign_keys = ON")
            database.execute("BEGIN IMMEDIATE")
            try:
                _prepare(database)
                yield database
                database.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # a full disk has rolled back already
                    database.execute("ROLLBACK")
                raise
            _tidy(location.index, database)
    except sqlite3.OperationalError as error:
        _undo(location.index, created)
        hint = (
            "another kbase index is at work here: let it end" if "locked" in str(error) else _DISK
        )
        raise IndexUnwritable(f"{path} cannot be written: {error}", hint) from error
    except sqlite3.DatabaseError as error:
        raise IndexDamaged(f"{path} cannot be read: {error}", again(location.index)) from error
    except OSError as error:
        _undo(location.index, created)
        raise IndexUnwritable(
            f"{location.index} cannot be written: {error.strerror or error}", _DISK
        ) from error
    except BaseException:
        _undo(location.index, created)
        raise


def _prepare(database: sqlite3.Connection) -> None:
    """Makes the tables, where there are none or those of another version, of which the vectors are kept."""
    database.execute(
        f"CREATE TEMP TABLE {KEPT.removeprefix('temp.')} (key BLOB PRIMARY KEY, vector, sentence_vectors)"
    )
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version == SCHEMA:
        return
    with suppress(sqlite3.OperationalError):  # there are none
        database.execute(
            f"INSERT OR IGNORE INTO {KEPT} SELECT key, vector, sentence_vectors FROM passages"
        )
    for name in (
        "vocabulary",
        "keywords",
        "passages",
        "files",
        "settings",
        "concepts",
        "names",
        "relations",
        "memory",
        "space",
    ):
        database.execute(f"DROP TABLE IF EXISTS {name}")
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            database.execute(statement)
    database.execute(f"PRAGMA user_version = {SCHEMA}")


def again(index: Path) -> str:
    """The command that makes a damaged index anew. Nothing of the person's is in it."""
    return f"kbase index {index.parent if index.name == FOLDER else ''} --rebuild".replace(
        "  ", " "
    )


def discard(location: IndexLocation) -> None:
    """Deletes an index, whatever state it is in. Raises IndexUnwritable."""
    try:
        for path in (
            *location.index.glob(f"{DATABASE}*"),
            *location.index.glob("vectors-*"),
            *location.index.glob("encoding.sqlite*"),
        ):
            path.unlink(missing_ok=True)
    except OSError as error:
        raise IndexUnwritable(
            f"{location.index} cannot be deleted: {error.strerror or error}", "who may write there?"
        ) from error


def _tidy(index: Path, database: sqlite3.Connection) -> None:
    """Deletes what is done with. Of the FAISS files of other generations a reader has one open or builds its own."""
    row = database.execute("SELECT value FROM settings WHERE key = 'generation'").fetchone()
    for path in (
        *index.glob("vectors-*.faiss"),
        *index.glob("vectors-*.new"),
        *index.glob("encoding.sqlite*"),
    ):
        if not row or path != index / f"vectors-{row[0]}.faiss":
            with suppress(OSError):  # Windows keeps a file that is open
                path.unlink()


def _undo(index: Path, created: bool) -> None:
    """Takes away the index of a first sync that failed, but not the vectors that it made."""
    if created:
        saved = index.glob("encoding.sqlite*")
        for path in (
            *index.glob(f"{DATABASE}*"),
            *index.glob("vectors-*"),
            *(() if any(saved) else (index / ".gitignore",)),
        ):
            with suppress(OSError):
                path.unlink()
        with suppress(OSError):
            index.rmdir()
