"""A folder or file of notes → Note. Finds and reads the files; what they say is kg/markdown.py's to parse.

Which of them are ignored is kg/ignore.py's to say, what encoding they are in kg/encodings.py's.
Notes are untrusted: nothing outside the notes' folder is read, nothing is written, nothing is executed.
"""

import hashlib
import os
import stat
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kg.encodings import decode as decode
from kg.errors import NotesError
from kg.formats import SUFFIXES as SUFFIXES
from kg.formats import is_extracted, laid_out, underlines
from kg.ignore import Ignored
from kg.text import Lines

if TYPE_CHECKING:
    from kg.markdown import Section

LARGEST = 20_000_000  # bytes; a larger text file is a log or a dump, not a note
LARGEST_DOCUMENT = 200_000_000  # PDF and Word files hold pictures too
_SKIPPED_FOLDERS = {"node_modules": "other people's packages", "__pycache__": "Python's cache"}


@dataclass(frozen=True, slots=True)
class Note:
    """One file as it stands on disk: `text` keeps every character, line ends included.

    `path` is relative to the notes' folder, with forward slashes. `digest` is the hash of the file's bytes. Of a PDF file or
    a notebook `text` is what was extracted, and `parts` says where its pages or cells begin.
    """

    path: str
    text: str
    encoding: str
    digest: bytes
    lines: Lines
    parts: tuple[int, ...] = ()

    @property
    def markdown(self) -> str:
        """The text as Markdown, every character at its place."""
        return laid_out(self.path, self.text)

    def sections(self) -> "tuple[Section, ...]":
        """The note's sections. Plain text is read as Markdown too: it has paragraphs and, often, lists."""
        from kg.markdown import parse  # whoever only re-reads a quote needs no Markdown

        return parse(self.markdown, underlines(self.path))

    def page(self, offset: int) -> int:
        """The number of the page or cell that holds the character at `offset`; 0 where there are none."""
        return bisect_right(self.parts, offset)

    def line_range(self, start: int, end: int) -> tuple[int, int]:
        """The first and last line, 1-based and inclusive, of the characters from `start` up to `end`."""
        return self.lines.number(start), self.lines.number(max(start, end - 1))


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that is not a note, or could not be read, and why."""

    path: str
    reason: str
    failed: bool = False  # it should have been readable


@dataclass(frozen=True, slots=True)
class Found:
    """A note file that has not been read yet. `modified` is its time in nanoseconds."""

    path: str
    size: int
    modified: int


def find_notes(root: Path, within: Sequence[str] = (".",)) -> tuple[list[Found], list[Skipped]]:
    """The note files under these folders of `root` (or these files, of any suffix), by path, and what was passed over.

    Raises NotesError when the only place named does not exist; one of several that is gone is a file that was indexed once.
    """
    entries: dict[str, Found | Skipped] = {}
    for place in (root / one for one in within):
        if not os.path.lexists(place):
            if len(within) == 1:
                raise NotesError(f"there is no file or folder {place}", "check the path")
        elif place.is_dir():
            entries |= {entry.path: entry for entry in _walk(place, root)}
        else:
            entries |= {entry.path: entry for entry in (_look_at(str(place), _name(place, root), root, explicit=True),)}
    ordered = [entries[path] for path in sorted(entries)]
    return [one for one in ordered if isinstance(one, Found)], [one for one in ordered if isinstance(one, Skipped)]


def read_note(root: Path, path: str) -> Note:
    """The note at `path` under `root`. Raises NotesError, saying why, when it is no readable text."""
    return note_of(read_bytes(root, path), path)


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


def note_of(data: bytes, path: str) -> Note:
    """The note that a file of these bytes holds. Raises NotesError, saying why, when it is no readable text."""
    text, encoding, parts = text_of(data, path)
    return Note(path, text, encoding, digest(data), Lines.of(text), parts)


def text_of(data: bytes, path: str, encoding: str | None = None) -> tuple[str, str, tuple[int, ...]]:
    """The text of a file's bytes, what it was read as, and where its pages or cells begin. Raises NotesError."""
    if not is_extracted(path):
        return (*decode(data, path, encoding), ())
    from kg.documents import extract  # whoever has none pays for none

    text, parts = extract(data, path)
    return text.encode("utf-8", "replace").decode(), "extracted", parts


def digest(data: bytes) -> bytes:
    """A 16-byte hash by which a changed file or text is known."""
    return hashlib.blake2b(data, digest_size=16).digest()


def _walk(folder: Path, root: Path) -> Iterator[Found | Skipped]:
    """What a folder holds; folders behind links are not entered, so no loop is possible, nor are hidden ones."""
    ignored = Ignored()
    for parent, folders, files in os.walk(folder):
        within = _name(Path(parent), root)
        prefix = "" if within == "." else f"{within}/"
        ignored.enter(parent, prefix, files)
        passed = {name: why for name in folders if (why := _unentered(parent, name, ignored, prefix))}
        yield from (Skipped(prefix + name, why, why == _CLOSED) for name, why in passed.items() if name != ".kbase")
        folders[:] = sorted(set(folders) - passed.keys())
        for name in files:
            if name.startswith("."):
                yield Skipped(prefix + name, "hidden")
            elif ignored.ignores(prefix + name):
                yield Skipped(prefix + name, "ignored by .gitignore or .kbaseignore")
            else:
                yield _look_at(os.path.join(parent, name), prefix + name, root, explicit=False)


_CLOSED = "a folder that may not be read"


def _unentered(parent: str, name: str, ignored: Ignored, prefix: str) -> str:
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


def _look_at(path: str, name: str, root: Path, explicit: bool) -> Found | Skipped:
    """What a path holds, without reading it."""
    try:
        name.encode("utf-8")
        status = os.stat(path)
        reason, failed = _objection(path, root, explicit, status)
    except UnicodeEncodeError:
        return Skipped(name.encode("utf-8", "replace").decode(), "a file name that is not UTF-8", failed=True)
    except (OSError, RuntimeError) as error:
        link = os.path.islink(path)
        return Skipped(name, "a link that leads nowhere" if link else _why(error), failed=not link)
    return Skipped(name, reason, failed) if reason else Found(name, status.st_size, status.st_mtime_ns)


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
    return LARGEST_DOCUMENT if is_extracted(path) else LARGEST


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _why(error: OSError | RuntimeError) -> str:
    return str(getattr(error, "strerror", None) or error).lower()
