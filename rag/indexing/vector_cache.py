"""Passages → their vectors: those that were encoded before are found again, the others are encoded, and kept as they come.

Before: in this index, also under another schema, in another index, or by a sync that was interrupted.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

import numpy as np

from kg.notes.note import content_hash
from rag.embedding.base import Progress
from rag.embedding.centering import CenteredEncoder, TextKind
from rag.index.database import KEPT, connect
from rag.index.location import IndexLocation
from rag.index.vector_codec import compact
from rag.types import Passage

SAVED = 64  # passages that are encoded and saved at a time: some 20 s of the slowest engine

Vectors = tuple[bytes, bytes]  # of a passage and of its sentences, as they are stored


class VectorCache:
    """Vectors of passages by the hash of their text and of the engine.

    What is encoded is saved in a file of its own, as soon as more is to be encoded: outside the sync's transaction, and so
    still there if that comes to nothing. The sync that ends well deletes it.
    """

    def __init__(
        self,
        database: sqlite3.Connection,
        location: IndexLocation,
        encoder: CenteredEncoder,
        reuse: IndexLocation | None,
    ) -> None:
        self.encoded = 0  # passages
        self._encoder = encoder
        self._path = location.unfinished
        self._saved = _opened(self._path) if self._path.exists() else None
        self._unsaved: dict[bytes, Vectors] = {}
        self._other = connect(reuse.database) if reuse and reuse.database.exists() else None
        self._tables = [(database, "main.passages"), (database, KEPT)]
        self._tables += [
            (other, table)
            for other, table in ((self._saved, "vectors"), (self._other, "passages"))
            if other
        ]

    def close(self) -> None:
        for database in (self._saved, self._other):
            if database:
                database.close()

    def vectors(
        self, passages: Sequence[Passage], progress: Progress
    ) -> list[tuple[bytes, bytes, bytes]]:
        """For each passage its key, its vector and its sentences' vectors. `progress` hears of encoded texts."""
        keys = [_key(passage, self._encoder) for passage in passages]
        ready = {key: vectors for key in dict.fromkeys(keys) if (vectors := self._look_up(key))}
        missing = {
            key: passage for key, passage in zip(keys, passages, strict=True) if key not in ready
        }
        for start in range(0, len(missing), SAVED):
            ready |= self._encode(dict(islice(missing.items(), start, start + SAVED)), progress)
        return [(key, *ready[key]) for key in keys]

    def _look_up(self, key: bytes) -> Vectors | None:
        for database, table in self._tables:
            with suppress(
                sqlite3.OperationalError
            ):  # there is no such table, or it is of another form
                row = database.execute(
                    f"SELECT vector, sentence_vectors FROM {table} WHERE key = ? LIMIT 1", (key,)
                ).fetchone()
                if row:
                    return row[0], row[1]
        return None

    def _encode(self, missing: Mapping[bytes, Passage], progress: Progress) -> dict[bytes, Vectors]:
        self._save()
        texts = [
            text
            for passage in missing.values()
            for text in (passage.indexed_text, *passage.indexed_sentences)
        ]
        kinds = [
            kind
            for one in missing.values()
            for kind in (TextKind.PASSAGE, *[TextKind.SENTENCE] * len(one.sentences))
        ]
        encoded = self._encoder.encode_passages(texts, kinds, progress)
        ready, at = {}, 0
        for key, passage in missing.items():
            after = at + 1 + len(passage.sentences)
            ready[key] = (
                encoded[at].astype(np.float16).tobytes(),
                compact(encoded[at + 1 : after]),
            )
            at = after
        self.encoded += len(missing)
        self._unsaved = ready
        return ready

    def _save(self) -> None:
        if self._unsaved:
            self._saved = self._saved or _opened(self._path)
            with self._saved:
                rows = ((key, *vectors) for key, vectors in self._unsaved.items())
                self._saved.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)


def _key(passage: Passage, encoder: CenteredEncoder) -> bytes:
    texts = [encoder.fingerprint, passage.indexed_text, *passage.indexed_sentences]
    return content_hash("\x00".join(texts).encode("utf-8", "replace"))


def _opened(path: Path) -> sqlite3.Connection:
    """What interrupted syncs have saved; a new file in place of one that is damaged."""
    database = sqlite3.connect(path)
    try:
        database.execute("PRAGMA synchronous = OFF")  # what a power failure spoils is encoded again
        sound = not path.stat().st_size or database.execute("PRAGMA quick_check").fetchone() == (
            "ok",
        )
        database.execute(
            "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector, sentence_vectors) WITHOUT ROWID"
        )
    except sqlite3.OperationalError:
        raise  # a full disk, a lock
    except sqlite3.DatabaseError:
        sound = False
    if sound:
        return database
    database.close()
    path.unlink()
    return _opened(path)
