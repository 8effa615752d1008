"""Open the SQLite file of an index, to read it or to write it in one transaction."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from kg.errors import IndexDamaged, IndexUnwritable, NotesError
from rag.index.location import DATABASE_FILE, INDEX_FOLDER, IndexLocation
from rag.index.settings import IndexSettings

# The version of the tables. An index of another version is made again; its vectors are kept.
SCHEMA = 7
# The vectors of passages that this transaction deletes: the same text may be inserted again.
KEPT_VECTORS = "temp.kept"
# KiB of pages in memory while writing. With fewer, a large index reads the same pages repeatedly.
_CACHE_SIZE = 65_536
# The vector files, and those that were being written when an indexer was killed.
_VECTOR_FILES = ("vectors-*", ".vectors-*")
# The vectors that were saved of unfinished work.
_SAVED_VECTORS = "encoding.sqlite*"
_DISK_HINT = "is it read-only, or the disk full?"

_TABLES = """
CREATE TABLE settings (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE files (
    id INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL, size INTEGER NOT NULL,
    modified INTEGER NOT NULL, digest BLOB NOT NULL, encoding TEXT NOT NULL,
    gathered TEXT NOT NULL          -- the annotations of the note, as JSON, for the concepts
);
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file INTEGER NOT NULL REFERENCES files ON DELETE CASCADE,
    heading TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL,
    page INTEGER NOT NULL,          -- of a PDF file, or the cell of a notebook; otherwise 0
    text TEXT NOT NULL, sentences TEXT NOT NULL, language TEXT NOT NULL,
    key BLOB NOT NULL,              -- hash of what was encoded: no text is encoded twice
    vector BLOB NOT NULL,           -- (dimension,) float16, centered
    sentence_vectors BLOB NOT NULL  -- a row a sentence, in the compact form of the vector codec
);
CREATE INDEX passages_of_file ON passages (file, start);
CREATE INDEX passages_by_key ON passages (key);
CREATE VIRTUAL TABLE keywords USING fts5 (
    terms, content='', tokenize="ascii tokenchars '_-./^+#()'"
);
-- These have rowids because their rows are long: a lookup in a table without reads whole rows.
CREATE TABLE concepts (id TEXT PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE names (
    key TEXT NOT NULL, concept TEXT NOT NULL, PRIMARY KEY (key, concept)
) WITHOUT ROWID;
CREATE TABLE relations (
    source TEXT NOT NULL, target TEXT NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (target, source, kind)
);
CREATE TABLE memory (
    name TEXT PRIMARY KEY, text TEXT NOT NULL -- the extraction cache
);
CREATE TABLE space (
    vectors BLOB NOT NULL           -- one row: the language means and the calibration questions
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (keywords, row);
"""
# In an order in which they can be dropped.
_TABLE_NAMES = (
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
)


def connect(path: Path) -> sqlite3.Connection:
    """Open a database to read. On a read-only disk the connection takes no lock.

    WAL has nowhere to put its lock there.
    """
    uri = path.absolute().as_uri()
    writable = os.access(path.parent, os.W_OK) or path.with_name(path.name + "-wal").exists()
    return sqlite3.connect(uri + ("?mode=ro" if writable else "?immutable=1"), uri=True)


@contextmanager
def translate_read_errors(path: Path) -> Iterator[None]:
    """Raise IndexDamaged for whatever keeps the database from being read."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise IndexDamaged(
            f"{path} cannot be read: {error}", rebuild_command(path.parent)
        ) from error
    except OSError as error:
        raise IndexDamaged(
            f"{path} cannot be read: {error.strerror or error}", "check who may read it"
        ) from error


@contextmanager
def write_transaction(location: IndexLocation) -> Iterator[sqlite3.Connection]:
    """Open the database to write, made if need be: everything is committed, or nothing.

    Raises NotesError without notes, IndexUnwritable, IndexDamaged.
    """
    if not location.notes.exists():
        raise NotesError(f"there is no folder {location.notes}", "check the path")
    path = location.database
    created = not path.exists()
    try:
        location.index.mkdir(parents=True, exist_ok=True)
        (location.index / ".gitignore").write_text("*\n")
        with closing(sqlite3.connect(path, isolation_level=None, timeout=1)) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute(f"PRAGMA cache_size = -{_CACHE_SIZE}")
            database.execute("PRAGMA foreign_keys = ON")
            database.execute("BEGIN IMMEDIATE")
            try:
                _prepare_tables(database)
                yield database
                database.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # a full disk has rolled back already
                    database.execute("ROLLBACK")
                raise
            _delete_leftovers(location, database)
    except sqlite3.OperationalError as error:
        _undo_creation(location.index, created)
        locked = "locked" in str(error)
        hint = "another kbase index is at work here: let it end" if locked else _DISK_HINT
        raise IndexUnwritable(f"{path} cannot be written: {error}", hint) from error
    except sqlite3.DatabaseError as error:
        raise IndexDamaged(
            f"{path} cannot be read: {error}", rebuild_command(location.index)
        ) from error
    except OSError as error:
        _undo_creation(location.index, created)
        raise IndexUnwritable(
            f"{location.index} cannot be written: {error.strerror or error}", _DISK_HINT
        ) from error
    except BaseException:
        _undo_creation(location.index, created)
        raise


def _prepare_tables(database: sqlite3.Connection) -> None:
    """Create the tables if there are none, or none of this version; the vectors are kept."""
    kept = KEPT_VECTORS.removeprefix("temp.")
    database.execute(f"CREATE TEMP TABLE {kept} (key BLOB PRIMARY KEY, vector, sentence_vectors)")
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if version == SCHEMA:
        return
    with suppress(sqlite3.OperationalError):  # there are no passages yet
        database.execute(
            f"INSERT OR IGNORE INTO {KEPT_VECTORS}"
            " SELECT key, vector, sentence_vectors FROM passages"
        )
    for name in _TABLE_NAMES:
        database.execute(f"DROP TABLE IF EXISTS {name}")
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            database.execute(statement)
    database.execute(f"PRAGMA user_version = {SCHEMA}")


def rebuild_command(index: Path) -> str:
    """Return the command that makes a damaged index again. Nothing of the person's is lost."""
    notes = f" {index.parent}" if index.name == INDEX_FOLDER else ""
    return f"kbase index{notes} --rebuild"


def delete_index(location: IndexLocation) -> None:
    """Delete an index, whatever state it is in. Raises IndexUnwritable."""
    index = location.index
    try:
        for path in _glob(index, f"{DATABASE_FILE}*", *_VECTOR_FILES, _SAVED_VECTORS):
            path.unlink(missing_ok=True)
    except OSError as error:
        raise IndexUnwritable(
            f"{index} cannot be deleted: {error.strerror or error}", "who may write there?"
        ) from error


def _delete_leftovers(location: IndexLocation, database: sqlite3.Connection) -> None:
    """Delete the vector files of other generations, and what was saved of unfinished work.

    A reader of another generation has its vector file open, or builds the vectors itself.
    """
    settings = IndexSettings.load(database)
    current = location.vectors(settings.generation) if settings else None
    for path in _glob(location.index, *_VECTOR_FILES, _SAVED_VECTORS):
        if path != current:
            with suppress(OSError):  # Windows keeps a file that is open
                path.unlink()


def _undo_creation(index: Path, created: bool) -> None:
    """Remove a first index that failed, but keep the vectors that were saved for the next try."""
    if not created:
        return
    saved = _glob(index, _SAVED_VECTORS)
    ignored = () if saved else (".gitignore",)
    for path in _glob(index, f"{DATABASE_FILE}*", *_VECTOR_FILES, *ignored):
        with suppress(OSError):
            path.unlink()
    with suppress(OSError):
        index.rmdir()


def _glob(folder: Path, *patterns: str) -> list[Path]:
    return [path for pattern in patterns for path in folder.glob(pattern)]
