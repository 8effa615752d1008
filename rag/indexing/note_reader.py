"""Read the notes that a sync has to read, and keep account of what came of each."""

import sqlite3
from collections.abc import Iterator

from kg.errors import NotesError
from kg.notes.files import NoteFile, SkippedFile, read_bytes
from kg.notes.note import Note, content_hash, parse_note
from rag.index.settings import UnreadableFile
from rag.indexing.plan import SyncPlan

# Encodings that a report does not name: UTF-8, and the text taken out of a document.
_EXPECTED_ENCODINGS = {"utf-8", "utf-8-sig", "extracted"}


class NoteReader:
    """Reads the notes of a plan one by one. Its lists are complete when `notes` is exhausted."""

    def __init__(self, database: sqlite3.Connection, plan: SyncPlan) -> None:
        self.read: list[str] = []
        self.unchanged = list(plan.unchanged)
        self.skipped = list(plan.skipped)
        self.unreadable = dict(plan.unreadable)
        self.encodings: dict[str, str] = {}
        self._database = database
        self._plan = plan

    def notes(self) -> Iterator[Note]:
        """Yield the notes that are to be read, except those whose bytes are the indexed ones."""
        for file in self._plan.to_read.values():
            data = b""
            try:
                data = read_bytes(self._plan.location.notes, file.path)
                if self._is_indexed(file, data):
                    continue
                note = parse_note(data, file.path)
            except NotesError as error:
                self._skip(file, error, readable=bool(data))
                continue
            self.read.append(file.path)
            if note.encoding not in _EXPECTED_ENCODINGS:
                self.encodings[file.path] = note.encoding
            yield note

    def _is_indexed(self, file: NoteFile, data: bytes) -> bool:
        """Tell whether the bytes are the indexed ones; if so, note the file's new time."""
        indexed = self._plan.indexed.get(file.path)
        if indexed is None or indexed.digest != content_hash(data):
            return False
        self._database.execute(
            "UPDATE files SET size = ?, modified = ? WHERE path = ?",
            (file.size, file.modified, file.path),
        )
        self.unchanged.append(file.path)
        return True

    def _skip(self, file: NoteFile, error: NotesError, *, readable: bool) -> None:
        """Pass over a file. One without text is not tried again until it changes.

        One that may not be read, or needs a package, is: that can change without the file.
        """
        install = f": {error.hint}" if error.hint.startswith("pip ") else ""
        reason = error.message.removeprefix(f"{file.path}: ")
        self.skipped.append(SkippedFile(file.path, reason + install, failed=not install))
        if readable and not install:
            self.unreadable[file.path] = UnreadableFile(file.size, file.modified, reason)
