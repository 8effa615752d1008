"""A folder or file of notes → Note. Finds and reads the files; what they say is kg/markdown.py's to parse.

Notes are untrusted: nothing outside the notes' folder is read, nothing is written, nothing is executed.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import NotesError
from kg.text import Lines

if TYPE_CHECKING:
    from kg.markdown import Section

SUFFIXES = (".md", ".markdown", ".txt")
LARGEST = 20_000_000  # bytes; a larger text file is a log or a dump, not a note
_SKIPPED_FOLDERS = {"node_modules", "__pycache__"}
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# What notes are saved in besides Unicode; of all the code pages there are, any short text fits some exotic one.
_ENCODINGS = ("gb18030", "big5", "shift_jis", "euc_jp", "euc_kr", "cp1252", "cp1251", "utf_16_le", "utf_16_be")


@dataclass(frozen=True, slots=True)
class Note:
    """One file as it stands on disk: `text` keeps every character, line ends included.

    `path` is relative to the notes' folder, with forward slashes. `digest` is the hash of the file's bytes.
    """

    path: str
    text: str
    encoding: str
    digest: bytes
    lines: Lines

    def sections(self) -> "list[Section]":
        """The note's sections. Plain text is read as Markdown too: it has paragraphs and, often, lists."""
        from kg.markdown import parse  # whoever only re-reads a quote needs no Markdown

        return parse(self.text)

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

    Hidden files and folders are passed over silently. Raises NotesError when the only place named does not exist; one of
    several that is gone is a file that was indexed once.
    """
    entries: dict[str, Found | Skipped] = {}
    for place in (root / one for one in within):
        if not os.path.lexists(place):
            if len(within) == 1:
                raise NotesError(f"there is no file or folder {place}", "check the path")
        elif place.is_dir():
            entries |= {entry.path: entry for entry in (_look_at(path, root, explicit=False) for path in _walk(place))}
        else:
            entries |= {entry.path: entry for entry in (_look_at(place, root, explicit=True),)}
    ordered = [entries[path] for path in sorted(entries)]
    return [one for one in ordered if isinstance(one, Found)], [one for one in ordered if isinstance(one, Skipped)]


def read_note(root: Path, path: str) -> Note:
    """The note at `path` under `root`. Raises NotesError, saying why, when it is no readable text."""
    place = root / path
    try:
        with place.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise NotesError(f"{path}: {_why(error)}") from error
    if len(data) > LARGEST:
        raise NotesError(f"{path}: larger than {LARGEST // 1_000_000} MB")
    text, encoding = decode(data, path)
    return Note(path, text, encoding, digest(data), Lines.of(text))


def digest(data: bytes) -> bytes:
    """A 16-byte hash by which a changed file or text is known."""
    return hashlib.blake2b(data, digest_size=16).digest()


def decode(data: bytes, path: str, encoding: str | None = None) -> tuple[str, str]:
    """The text of a file's bytes and its encoding: by byte order mark, else UTF-8, else as detected.

    A byte order mark is not part of the text. Raises NotesError for binary data and for an encoding nobody can tell.
    """
    encoding = encoding or next((name for mark, name in _BOMS if data.startswith(mark)), None)
    if encoding is None:
        if b"\x00" in data:
            raise NotesError(f"{path}: binary, not text")
        encoding = "utf-8"
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            encoding = _detected(data, path)
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        raise NotesError(f"{path}: not {encoding} text at byte {error.start}", "save it as UTF-8") from error


def _detected(data: bytes, path: str) -> str:
    """The encoding of bytes that are not UTF-8."""
    from charset_normalizer import from_bytes  # only foreign files pay for its import

    best = from_bytes(data, cp_isolation=list(_ENCODINGS)).best() or from_bytes(data).best()
    if best is None or "\x00" in str(best):
        raise NotesError(f"{path}: neither UTF-8 nor any encoding that can be told", "save it as UTF-8")
    return best.encoding


def _walk(folder: Path) -> Iterator[Path]:
    """Files under a folder, hidden ones left out; folders behind links are not entered, so no loop is possible."""
    for parent, folders, files in os.walk(folder, onerror=None):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _SKIPPED_FOLDERS)
        for name in folders:
            if os.path.islink(os.path.join(parent, name)):
                yield Path(parent, name)
            elif not os.access(os.path.join(parent, name), os.R_OK | os.X_OK):
                yield Path(parent, name)
        yield from (Path(parent, name) for name in sorted(files) if not name.startswith("."))


def _look_at(path: Path, root: Path, explicit: bool) -> Found | Skipped:
    """What a path holds, without reading it."""
    name = path.relative_to(root).as_posix()
    try:
        name.encode("utf-8")
        status = path.stat()
        reason, failed = _objection(path, root, explicit, status)
    except UnicodeEncodeError:
        return Skipped(name.encode("utf-8", "replace").decode(), "a file name that is not UTF-8", failed=True)
    except (OSError, RuntimeError) as error:
        return Skipped(name, "a link that leads nowhere" if path.is_symlink() else _why(error), failed=not path.is_symlink())
    return Skipped(name, reason, failed) if reason else Found(name, status.st_size, status.st_mtime_ns)


def _objection(path: Path, root: Path, explicit: bool, status: os.stat_result) -> tuple[str, bool]:
    """Why a file is passed over, if it is, and whether that is a failure."""
    if path.is_symlink() and not path.resolve(strict=True).is_relative_to(root.resolve()):
        return "a link that leaves the notes' folder", False
    if path.is_dir():
        return ("a link to a folder", False) if path.is_symlink() else ("a folder that may not be read", True)
    if not path.is_file():
        return "not a regular file", False
    if not explicit and path.suffix.lower() not in SUFFIXES:
        return f"not a note ({', '.join(SUFFIXES)})", False
    if status.st_size > LARGEST:
        return f"larger than {LARGEST // 1_000_000} MB", True
    return ("empty", False) if status.st_size == 0 else ("", False)


def _why(error: OSError | RuntimeError) -> str:
    return str(getattr(error, "strerror", None) or error).lower()
