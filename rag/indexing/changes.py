"""Find the notes that changed since they were indexed."""

from kg.notes.files import NoteFile, find_notes
from kg.notes.note import content_hash
from rag.index.reader import Index


def find_changes(index: Index) -> list[str]:
    """Return the notes that were added, edited or deleted since they were indexed, by path.

    A note whose time alone is another has not changed.
    """
    files, _ = find_notes(index.location.notes, index.settings.scope)
    present = {file.path: file for file in files}
    indexed = {path: (size, modified) for path, size, modified in index.files()}
    edited = {
        path
        for path in present.keys() & indexed.keys()
        if _is_edited(index, present[path], *indexed[path])
    }
    return sorted(edited | (present.keys() ^ indexed.keys()))


def _is_edited(index: Index, file: NoteFile, size: int, modified: int) -> bool:
    """Tell whether a file differs from the note that was indexed with this size and time.

    Its bytes are compared only where its size is the same and its time is not.
    """
    if file.size != size or file.modified == modified:
        return file.size != size
    try:
        data = (index.location.notes / file.path).read_bytes()
    except OSError:
        return True
    indexed = index.file(file.path)
    return indexed is None or indexed[1] != content_hash(data)
