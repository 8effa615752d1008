"""Keep what holds of a whole index: what it was made from and with, and what was measured on it.

The table `settings` has a row for each value. Its keys are older than the names here and stay, so
that an index needs no upgrade; they are known to this file alone.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from rag.index.scoring import BackgroundLevels


@dataclass(frozen=True, slots=True)
class UnreadableFile:
    """A file without text: its size and time when it was last tried, and what was wrong with it."""

    size: int
    modified: int
    reason: str


@dataclass(frozen=True, slots=True)
class IndexSettings:
    """What holds of a whole index, as one transaction left it."""

    # What the notes were read and encoded with: when one of these changes, all are read again.
    engine: str
    fingerprint: str
    splitter_version: int
    annotation_version: int

    # Which folders and files are indexed, relative to the notes; `.` stands for all.
    scope: tuple[str, ...]
    # Files in them that held no text, by path: they are not tried again until they change.
    unreadable: Mapping[str, UnreadableFile]

    # The hash of concepts.yaml as the concepts have it; empty when there was none.
    curated_hash: str
    # What is wrong in concepts.yaml or front matter, each as `file:line: what`.
    problems: tuple[str, ...]
    # Whether the concepts are older than the notes: in a large folder an edit defers them.
    concepts_outdated: bool

    # Counts the states of the index; the vector file is named by it.
    generation: int
    passages: int
    # The id of the newest passage. Ids are never given twice.
    last_passage: int
    dimension: int
    # Vectors in the vector file, those of passages that are gone since included.
    vectors: int
    # Vectors that the file was built from; the others were added to it.
    built_vectors: int

    levels: BackgroundLevels
    # How many passages there were when the levels were measured.
    calibrated_passages: int

    @classmethod
    def load(cls, database: sqlite3.Connection) -> Self | None:
        """Read the settings; None when nothing was indexed yet.

        Raises sqlite3.DatabaseError when they are damaged.
        """
        rows = dict(database.execute("SELECT key, value FROM settings"))
        if not rows:
            return None
        try:
            return cls._from_rows(rows)
        except (KeyError, TypeError, ValueError) as error:
            raise sqlite3.DatabaseError(f"its settings are damaged ({error!r})") from error

    @classmethod
    def _from_rows(cls, rows: Mapping[str, Any]) -> Self:
        unreadable = json.loads(rows.get("unreadable", "{}"))
        return cls(
            engine=rows["encoder"],
            fingerprint=rows["fingerprint"],
            splitter_version=rows["reading"],
            annotation_version=rows["gathering"],
            scope=tuple(json.loads(rows["scope"])),
            unreadable={path: UnreadableFile(*values) for path, values in unreadable.items()},
            curated_hash=rows["curated"],
            problems=tuple(json.loads(rows["problems"])),
            concepts_outdated=bool(rows.get("behind")),
            generation=int(rows["generation"]),
            passages=int(rows["passages"]),
            last_passage=int(rows["last"]),
            dimension=int(rows["dimension"]),
            vectors=int(rows["vectors"]),
            built_vectors=int(rows["built"]),
            levels=BackgroundLevels.from_json(rows["levels"]),
            calibrated_passages=int(rows["measured"]),
        )

    def save(self, database: sqlite3.Connection) -> None:
        """Write the settings in place of those that are there."""
        unreadable = {
            path: (file.size, file.modified, file.reason) for path, file in self.unreadable.items()
        }
        rows = {
            "encoder": self.engine,
            "fingerprint": self.fingerprint,
            "reading": self.splitter_version,
            "gathering": self.annotation_version,
            "scope": json.dumps(self.scope),
            "unreadable": json.dumps(unreadable),
            "curated": self.curated_hash,
            "problems": json.dumps(self.problems, ensure_ascii=False),
            "behind": int(self.concepts_outdated),
            "generation": self.generation,
            "passages": self.passages,
            "last": self.last_passage,
            "dimension": self.dimension,
            "vectors": self.vectors,
            "built": self.built_vectors,
            "levels": self.levels.to_json(),
            "measured": self.calibrated_passages,
        }
        database.executemany("INSERT OR REPLACE INTO settings VALUES (?, ?)", rows.items())
