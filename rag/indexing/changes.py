"""Find the notes that changed since they were indexed."""

import json

from kg.notes.files import NoteFile, find_notes
from kg.notes.note import content_hash
from rag.index.reader import Index


def changes(index: Index) -> list[str]:
    """The notes that were added, edited or taken away since they were indexed; a later time alone is no edit."""
    found = {
        note.path: note
        for note in find_notes(index.location.notes, json.loads(index.settings["scope"]))[0]
    }
    indexed = {path: (size, modified) for path, size, modified in index.files()}
    return sorted(
        path
        for path in found.keys() | indexed.keys()
        if path not in found or path not in indexed or _differs(index, found[path], *indexed[path])
    )


def _differs(index: Index, note: NoteFile, size: int, modified: int) -> bool:
    """Whether a note is no longer what was indexed: by its size and time, and where only the time differs by its bytes."""
    if note.size != size or note.modified == modified:
        return note.size != size
    try:
        data = (index.location.notes / note.path).read_bytes()
    except OSError:
        return True
    known = index.file(note.path)
    return known is None or known[1] != content_hash(data)
