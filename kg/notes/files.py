"""Find and read the note files of a folder. Never writes, and never follows a link out of the folder."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.errors import NotesError
from kg.notes.formats import SUFFIXES, is_extracted
from kg.notes.gitignore import IgnoreRules
from kg.notes.note import Note, parse_note

MAX_FILE_BYTES = 20_000_000  # bytes; a larger text file is a log or a dump, not a note
MAX_DOCUMENT_BYTES = 200_000_000  # PDF and Word files hold pictures too
_SKIPPED_FOLDERS = {"node_modules": "other people's packages", "__pycache__": "Python's cache"}


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that is not a note, or could not be read, and why."""

    path: str
    reason: str
    failed: bool = False  # it should have been readable


@dataclass(frozen=True, slots=True)
class NoteFile:
    """A note file that has not been read yet. `modified` is its time in nanoseconds."""

    path: str
    size: int
    modified: int


_CLOSED = "a folder that may not be read"


def find_notes(
    root: Path, within: Sequence[str] = (".",)
) -> tuple[list[NoteFile], list[SkippedFile]]:
    """The note files under these folders of `root` (or these files, of any suffix), by path, and what was passed over.

    Raises NotesError when the only place named does not exist; one of several that is gone is a file that was indexed once.
    """
    entries: dict[str, NoteFile | SkippedFile] = {}
    for place in (root / one for one in within):
        if not os.path.lexists(place):
            if len(within) == 1:
                raise NotesError(f"there is no file or folder {place}", "check the path")
        elif place.is_dir():
            entries |= {entry.path: entry for entry in _walk(place, root)}
        else:
            entries |= {
                entry.path: entry
                for entry in (_look_at(str(place), _name(place, root), root, explicit=True),)
            }
    ordered = [entries[path] for path in sorted(entries)]
    return [one for one in ordered if isinstance(one, NoteFile)], [
        one for one in ordered if isinstance(one, SkippedFile)
    ]


def read_note(root: Path, path: str) -> Note:
    """The note at `path` under `root`. Raises NotesError, saying why, when it is no readable text."""
    return parse_note(read_bytes(root, path), path)


def read_bytes(root: Path, path: str) -> bytes:
    """What is in a file of notes. Raises NotesError, saying why, when it cannot be read."""
    place = root / path
    largest = _largest(path)
    try:
        with place.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise NotesError(f"{path}: {_why(error)}") from error
    if len(data) > largest:
        raise NotesError(f"{path}: larger than {largest // 1_000_000} MB")
    return data


def _walk(folder: Path, root: Path) -> Iterator[NoteFile | SkippedFile]:
    """What a folder holds; folders behind links are not entered, so no loop is possible, nor are hidden ones."""
    ignored = IgnoreRules()
    for parent, folders, files in os.walk(folder):
        within = _name(Path(parent), root)
        prefix = "" if within == "." else f"{within}/"
        ignored.enter(parent, prefix, files)
        passed = {
            name: why for name in folders if (why := _unentered(parent, name, ignored, prefix))
        }
        yield from (
            SkippedFile(prefix + name, why, why == _CLOSED)
            for name, why in passed.items()
            if name != ".kbase"
        )
        folders[:] = sorted(set(folders) - passed.keys())
        for name in files:
            if name.startswith("."):
                yield SkippedFile(prefix + name, "hidden")
            elif ignored.ignores(prefix + name):
                yield SkippedFile(prefix + name, "ignored by .gitignore or .kbaseignore")
            else:
                yield _look_at(os.path.join(parent, name), prefix + name, root, explicit=False)


def _unentered(parent: str, name: str, ignored: IgnoreRules, prefix: str) -> str:
    """Why a folder is passed over, if it is."""
    path = os.path.join(parent, name)
    if os.path.islink(path):
        return "a link to a folder"
    if name.startswith("."):
        return "hidden"
    if name in _SKIPPED_FOLDERS:
        return _SKIPPED_FOLDERS[name]
    if ignored.ignores(f"{prefix}{name}/"):
        return "ignored by .gitignore or .kbaseignore"
    return "" if os.access(path, os.R_OK | os.X_OK) else _CLOSED


def _look_at(path: str, name: str, root: Path, explicit: bool) -> NoteFile | SkippedFile:
    """What a path holds, without reading it."""
    try:
        name.encode("utf-8")
        status = os.stat(path)
        reason, failed = _objection(path, root, explicit, status)
    except UnicodeEncodeError:
        return SkippedFile(
            name.encode("utf-8", "replace").decode(), "a file name that is not UTF-8", failed=True
        )
    except (OSError, RuntimeError) as error:
        link = os.path.islink(path)
        return SkippedFile(
            name, "a link that leads nowhere" if link else _why(error), failed=not link
        )
    return (
        SkippedFile(name, reason, failed)
        if reason
        else NoteFile(name, status.st_size, status.st_mtime_ns)
    )


def _objection(path: str, root: Path, explicit: bool, status: os.stat_result) -> tuple[str, bool]:
    """Why a file is passed over, if it is, and whether that is a failure."""
    if os.path.islink(path) and not Path(path).resolve(strict=True).is_relative_to(root.resolve()):
        return "a link that leaves the notes' folder", False
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file", False
    suffix = os.path.splitext(path)[1].lower()
    if not explicit and suffix not in SUFFIXES:
        return f"not a note ({suffix or 'no suffix'})", False
    if status.st_size > (largest := _largest(path)):
        return f"larger than {largest // 1_000_000} MB", True
    return ("empty", False) if status.st_size == 0 else ("", False)


def _largest(path: str) -> int:
    return MAX_DOCUMENT_BYTES if is_extracted(path) else MAX_FILE_BYTES


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _why(error: OSError | RuntimeError) -> str:
    return str(getattr(error, "strerror", None) or error).lower()
