"""Find and read the note files of a folder.

Nothing here writes a file, or follows a link out of the folder.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.errors import NotesError
from kg.notes.formats import SUFFIXES, is_extracted
from kg.notes.gitignore import IgnoreRules
from kg.notes.note import Note, parse_note

# A larger text file is a log or a dump, not a note.
MAX_FILE_BYTES = 20_000_000
# PDF and Word files hold pictures too.
MAX_DOCUMENT_BYTES = 200_000_000
# Folders that hold no notes of the person, and why.
_SKIPPED_FOLDERS = {"node_modules": "other people's packages", "__pycache__": "Python's cache"}
_UNREADABLE_FOLDER = "a folder that may not be read"
_IGNORED = "ignored by .gitignore or .kbaseignore"


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file or folder that was skipped, and why. `failed` says that it should be readable."""

    path: str
    reason: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class NoteFile:
    """A note file that has not been read yet: bytes, and time of modification in nanoseconds."""

    path: str
    size: int
    modified: int


def find_notes(
    root: Path, within: Sequence[str] = (".",)
) -> tuple[list[NoteFile], list[SkippedFile]]:
    """Return the note files in these folders of `root`, and what was skipped, both by path.

    `within` may name files too, of any suffix. Raises NotesError if it names a single file or
    folder that does not exist. One of several may be gone since it was last indexed.
    """
    entries: dict[str, NoteFile | SkippedFile] = {}
    for location in (root / name for name in within):
        if not os.path.lexists(location):
            if len(within) == 1:
                raise NotesError(f"there is no file or folder {location}", "check the path")
        elif location.is_dir():
            entries |= {entry.path: entry for entry in _walk(location, root)}
        else:
            name = _relative(location, root)
            entry = _inspect_file(str(location), name, root, explicit=True)
            entries[entry.path] = entry
    ordered = [entries[path] for path in sorted(entries)]
    return (
        [entry for entry in ordered if isinstance(entry, NoteFile)],
        [entry for entry in ordered if isinstance(entry, SkippedFile)],
    )


def read_note(root: Path, path: str) -> Note:
    """Return the note at `path` under `root`. Raises NotesError if it is not readable."""
    return parse_note(read_bytes(root, path), path)


def read_bytes(root: Path, path: str) -> bytes:
    """Return the bytes of a note file. Raises NotesError if it cannot be read or is too large."""
    limit = _max_bytes(path)
    try:
        with (root / path).open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise NotesError(f"{path}: {_error_text(error)}") from error
    if len(data) > limit:
        raise NotesError(f"{path}: {_too_large(limit)}")
    return data


def _walk(folder: Path, root: Path) -> Iterator[NoteFile | SkippedFile]:
    """Yield what a folder and those in it hold, without entering hidden ones or links.

    As no link is followed, the walk cannot loop.
    """
    rules = IgnoreRules()
    for parent, folders, files in os.walk(folder):
        name = _relative(Path(parent), root)
        prefix = "" if name == "." else f"{name}/"
        rules.enter(parent, prefix, files)
        reasons = {name: _folder_objection(parent, name, rules, prefix) for name in folders}
        for name in folders:
            if reasons[name] and name != ".kbase":
                failed = reasons[name] == _UNREADABLE_FOLDER
                yield SkippedFile(prefix + name, reasons[name], failed)
        folders[:] = sorted(name for name in folders if not reasons[name])
        for name in files:
            if name.startswith("."):
                yield SkippedFile(prefix + name, "hidden")
            elif rules.ignores(prefix + name):
                yield SkippedFile(prefix + name, _IGNORED)
            else:
                path = os.path.join(parent, name)
                yield _inspect_file(path, prefix + name, root, explicit=False)


def _folder_objection(parent: str, name: str, rules: IgnoreRules, prefix: str) -> str:
    """Return why a folder is not entered, or an empty string."""
    path = os.path.join(parent, name)
    if os.path.islink(path):
        return "a link to a folder"
    if name.startswith("."):
        return "hidden"
    if name in _SKIPPED_FOLDERS:
        return _SKIPPED_FOLDERS[name]
    if rules.ignores(f"{prefix}{name}/"):
        return _IGNORED
    return "" if os.access(path, os.R_OK | os.X_OK) else _UNREADABLE_FOLDER


def _inspect_file(path: str, name: str, root: Path, explicit: bool) -> NoteFile | SkippedFile:
    """Return what a file is, without reading it.

    `name` is its path relative to `root`. An `explicit` file may have any suffix.
    """
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        printable = name.encode("utf-8", "replace").decode()
        return SkippedFile(printable, "a file name that is not UTF-8", failed=True)
    try:
        status = os.stat(path)
        reason, failed = _file_objection(path, root, explicit, status)
    except (OSError, RuntimeError) as error:
        if os.path.islink(path):
            return SkippedFile(name, "a link that leads nowhere")
        return SkippedFile(name, _error_text(error), failed=True)
    if reason:
        return SkippedFile(name, reason, failed)
    return NoteFile(name, status.st_size, status.st_mtime_ns)


def _file_objection(
    path: str, root: Path, explicit: bool, status: os.stat_result
) -> tuple[str, bool]:
    """Return why a file is skipped, or an empty string, and whether that is a failure."""
    if os.path.islink(path) and not Path(path).resolve(strict=True).is_relative_to(root.resolve()):
        return "a link that leaves the notes' folder", False
    if not stat.S_ISREG(status.st_mode):
        return "not a regular file", False
    suffix = os.path.splitext(path)[1].lower()
    if not explicit and suffix not in SUFFIXES:
        return f"not a note ({suffix or 'no suffix'})", False
    if status.st_size > (limit := _max_bytes(path)):
        return _too_large(limit), True
    return ("empty", False) if status.st_size == 0 else ("", False)


def _max_bytes(path: str) -> int:
    return MAX_DOCUMENT_BYTES if is_extracted(path) else MAX_FILE_BYTES


def _too_large(limit: int) -> str:
    return f"larger than {limit // 1_000_000} MB"


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _error_text(error: OSError | RuntimeError) -> str:
    return str(getattr(error, "strerror", None) or error).lower()
