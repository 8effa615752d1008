"""Plan a sync: decide from the sizes and times of files which notes have to be read."""

import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kg.extraction.annotate import ANNOTATION_VERSION
from kg.notes.files import NoteFile, SkippedFile, find_notes
from rag.embedding.base import Encoder
from rag.embedding.centering import centered_fingerprint
from rag.index.location import IndexLocation
from rag.index.settings import IndexSettings, UnreadableFile
from rag.indexing.graph import curated_hash
from rag.indexing.splitter import SPLIT_VERSION

# Nanoseconds after which a file that is written again has another time: no file system's clock is
# coarser.
_CLOCK_STEP = 2_000_000_000
# Bytes of notes up to which the concepts are derived in every sync. In a larger folder that takes
# longer than all else, and a small edit leaves them to the first command that needs them.
_MANY_BYTES = 1_000_000
# The share of the bytes that a small edit stays below.
_SMALL_EDIT = 0.1


@dataclass(frozen=True, slots=True)
class IndexedNote:
    """What the index knows of a note's file: its size, its time, and the hash of its bytes."""

    size: int
    modified: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """What a sync finds in the index and on disk, and what it has to do.

    `before` are the settings of the last sync, None at the first one. `engine` and `fingerprint`
    are those of the encoder to index with. `reads_all`: nothing in the index may stay, because the
    notes would be split, annotated or encoded differently now. `settings_changed`: that, or other
    folders are indexed, or concepts.yaml was edited.

    `indexed` are the notes in the index that may stay there. `unreadable` are the files that held
    no text when they were last tried and are the same since.
    """

    location: IndexLocation
    before: IndexSettings | None
    engine: str
    fingerprint: str
    scope: tuple[str, ...]
    curated_hash: str
    reads_all: bool
    settings_changed: bool
    indexed: Mapping[str, IndexedNote]
    found: tuple[NoteFile, ...]
    to_read: Mapping[str, NoteFile]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    skipped: tuple[SkippedFile, ...]
    unreadable: Mapping[str, UnreadableFile]

    def is_small_edit(self, read: Sequence[str]) -> bool:
        """Tell whether the notes are many, and those that were read or are gone few of them."""
        edited = set(read)
        total = sum(file.size for file in self.found)
        changed = sum(file.size for file in self.found if file.path in edited)
        changed += sum(self.indexed[path].size for path in self.removed)
        return total > _MANY_BYTES and changed < _SMALL_EDIT * total


def plan_sync(
    database: sqlite3.Connection,
    location: IndexLocation,
    within: Sequence[str],
    *,
    encoder: Encoder,
) -> SyncPlan:
    """Compare the notes on disk with those in the index. Raises NotesError when there are none."""
    before = IndexSettings.load(database)
    stays = before if before and _is_made_alike(before, encoder) else None
    scope = merge_scopes(before.scope if before else (), within)
    curated = curated_hash(location)
    query = "SELECT path, size, modified, digest FROM files"
    indexed = {path: IndexedNote(*values) for path, *values in database.execute(query)}
    kept = indexed if stays else {}
    found, skipped = find_notes(location.notes, scope)
    to_read = _changed(found, kept)
    unchanged = tuple(file.path for file in found if file.path not in to_read)
    unreadable = _still_unreadable(to_read, stays.unreadable if stays else {})
    skipped += [SkippedFile(path, file.reason, failed=True) for path, file in unreadable.items()]
    return SyncPlan(
        location,
        before,
        encoder.name,
        centered_fingerprint(encoder),
        scope,
        curated,
        reads_all=not stays,
        settings_changed=not stays or (stays.scope, stays.curated_hash) != (scope, curated),
        indexed=kept,
        found=tuple(found),
        to_read={path: file for path, file in to_read.items() if path not in unreadable},
        unchanged=unchanged,
        removed=tuple(sorted(indexed.keys() - {file.path for file in found})),
        skipped=tuple(skipped),
        unreadable=unreadable,
    )


def merge_scopes(before: Sequence[str], within: Sequence[str]) -> tuple[str, ...]:
    """Add folders and files to those that are indexed; what lies in another of them is left out.

    >>> merge_scopes(["rnn"], ["rnn/gru.md", "cnn"]), merge_scopes(["rnn"], ["."])
    (('cnn', 'rnn'), ('.',))
    """
    every = sorted({*before, *within})
    if "." in every:
        return (".",)
    return tuple(path for path in every if not any(path.startswith(other + "/") for other in every))


def _is_made_alike(before: IndexSettings, encoder: Encoder) -> bool:
    """Tell whether notes would be split, annotated and encoded as those in the index were."""
    return (
        before.engine == encoder.name
        and before.fingerprint == centered_fingerprint(encoder)
        and before.splitter_version == SPLIT_VERSION
        and before.annotation_version == ANNOTATION_VERSION
    )


def _changed(found: Sequence[NoteFile], indexed: Mapping[str, IndexedNote]) -> dict[str, NoteFile]:
    """Return the files of another size or time than the notes in the index, by path.

    A file that was written just now gets the time 0, so that the next sync reads it again: it may
    be written once more and still have the same time.
    """
    recent = time.time_ns() - _CLOCK_STEP
    changed = {}
    for file in found:
        note = indexed.get(file.path)
        if note is None or (note.size, note.modified) != (file.size, file.modified):
            changed[file.path] = file if file.modified < recent else replace(file, modified=0)
    return changed


def _still_unreadable(
    changed: Mapping[str, NoteFile], before: Mapping[str, UnreadableFile]
) -> dict[str, UnreadableFile]:
    """Return the files that held no text when they were last tried and are the same since."""
    return {
        path: tried
        for path, tried in before.items()
        if path in changed
        and (changed[path].size, changed[path].modified) == (tried.size, tried.modified)
    }
