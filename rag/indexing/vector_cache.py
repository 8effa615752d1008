"""Encode passages, and never the same text twice: look up, encode what is new, save as it comes.

Vectors are looked up in this index (also one of another schema), in another index, and among
those that an interrupted sync has saved.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from kg.notes.note import content_hash
from rag.embedding.base import Progress
from rag.embedding.centering import CenteredEncoder, TextKind
from rag.index.database import KEPT_VECTORS, connect
from rag.index.location import IndexLocation
from rag.index.vector_codec import compact
from rag.types import Passage

# Passages that are encoded and saved at a time: about 20 s of the slowest engine.
SAVED = 64


@dataclass(frozen=True, slots=True)
class PassageVectors:
    """A passage's vector and those of its sentences, as they are stored, with their key.

    The key is a hash of the engine and of all that was encoded.
    """

    key: bytes
    vector: bytes
    sentence_vectors: bytes


class VectorCache:
    """Vectors of passages by the hash of their text and of the engine.

    What is encoded is saved in a file of its own before more is encoded. That file is outside the
    sync's transaction, so it is still there if the sync fails; a sync that ends well deletes it.
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
        self._saved = _open(self._path) if self._path.exists() else None
        self._unsaved: dict[bytes, PassageVectors] = {}
        self._other = connect(reuse.database) if reuse and reuse.database.exists() else None
        self._tables = [(database, "main.passages"), (database, KEPT_VECTORS)]
        self._tables += [(self._saved, "vectors")] if self._saved else []
        self._tables += [(self._other, "passages")] if self._other else []

    def close(self) -> None:
        for database in (self._saved, self._other):
            if database:
                database.close()

    def vectors(self, passages: Sequence[Passage], progress: Progress) -> list[PassageVectors]:
        """Return the vectors of each passage. `progress` receives how many more texts are done."""
        keys = [_key(passage, self._encoder) for passage in passages]
        ready = {key: vectors for key in dict.fromkeys(keys) if (vectors := self._look_up(key))}
        missing = {
            key: passage for key, passage in zip(keys, passages, strict=True) if key not in ready
        }
        for start in range(0, len(missing), SAVED):
            ready |= self._encode(dict(islice(missing.items(), start, start + SAVED)), progress)
        return [ready[key] for key in keys]

    def _look_up(self, key: bytes) -> PassageVectors | None:
        for database, table in self._tables:
            query = f"SELECT key, vector, sentence_vectors FROM {table} WHERE key = ? LIMIT 1"
            # There may be no such table, or one of another form.
            with suppress(sqlite3.OperationalError):
                row = database.execute(query, (key,)).fetchone()
                if row:
                    return PassageVectors(*row)
        return None

    def _encode(
        self, missing: Mapping[bytes, Passage], progress: Progress
    ) -> dict[bytes, PassageVectors]:
        self._save()
        texts: list[str] = []
        kinds: list[TextKind] = []
        for passage in missing.values():
            texts += [passage.indexed_text, *passage.indexed_sentences]
            kinds += [TextKind.PASSAGE, *[TextKind.SENTENCE] * len(passage.sentences)]
        encoded = self._encoder.encode_passages(texts, kinds, progress)
        ready, row = {}, 0
        for key, passage in missing.items():
            end = row + 1 + len(passage.sentences)
            vector = encoded[row].astype(np.float16).tobytes()
            ready[key] = PassageVectors(key, vector, compact(encoded[row + 1 : end]))
            row = end
        self.encoded += len(missing)
        self._unsaved = ready
        return ready

    def _save(self) -> None:
        """Write what was encoded last into the file of unfinished work."""
        if self._unsaved:
            self._saved = self._saved or _open(self._path)
            with self._saved:
                rows = map(astuple, self._unsaved.values())
                self._saved.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)


def _key(passage: Passage, encoder: CenteredEncoder) -> bytes:
    texts = [encoder.fingerprint, passage.indexed_text, *passage.indexed_sentences]
    return content_hash("\x00".join(texts).encode("utf-8", "replace"))


def _open(path: Path) -> sqlite3.Connection:
    """Open what interrupted syncs have saved; a damaged file is replaced by a new one."""
    database = sqlite3.connect(path)
    try:
        # What a power failure spoils is encoded again.
        database.execute("PRAGMA synchronous = OFF")
        check = "PRAGMA quick_check"
        sound = not path.stat().st_size or database.execute(check).fetchone() == ("ok",)
        database.execute(
            "CREATE TABLE IF NOT EXISTS vectors"
            " (key BLOB PRIMARY KEY, vector, sentence_vectors) WITHOUT ROWID"
        )
    except sqlite3.OperationalError:
        raise  # The disk is full, or the file locked: that is not damage.
    except sqlite3.DatabaseError:
        sound = False
    if sound:
        return database
    database.close()
    path.unlink()
    return _open(path)
