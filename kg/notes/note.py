"""A folder or file of notes → Note. Finds and reads the files; what they say is kg/markdown.py's to parse.

Which of them are ignored is kg/ignore.py's to say, what encoding they are in kg/encodings.py's.
Notes are untrusted: nothing outside the notes' folder is read, nothing is written, nothing is executed.
"""

import hashlib
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.notes.encodings import decode
from kg.notes.formats import has_underlined_headings, is_extracted, to_markdown
from kg.text import Lines

if TYPE_CHECKING:
    from kg.notes.markdown import Section


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
        return to_markdown(self.path, self.text)

    def sections(self) -> "tuple[Section, ...]":
        """The note's sections. Plain text is read as Markdown too: it has paragraphs and, often, lists."""
        from kg.notes.markdown import (
            parse_markdown,
        )  # whoever only re-reads a quote needs no Markdown

        return parse_markdown(self.markdown, has_underlined_headings(self.path))

    def page(self, offset: int) -> int:
        """The number of the page or cell that holds the character at `offset`; 0 where there are none."""
        return bisect_right(self.parts, offset)

    def line_range(self, start: int, end: int) -> tuple[int, int]:
        """The first and last line, 1-based and inclusive, of the characters from `start` up to `end`."""
        return self.lines.number(start), self.lines.number(max(start, end - 1))


def parse_note(data: bytes, path: str) -> Note:
    """The note that a file of these bytes holds. Raises NotesError, saying why, when it is no readable text."""
    text, encoding, parts = decode_note(data, path)
    return Note(path, text, encoding, content_hash(data), Lines.of(text), parts)


def decode_note(
    data: bytes, path: str, encoding: str | None = None
) -> tuple[str, str, tuple[int, ...]]:
    """The text of a file's bytes, what it was read as, and where its pages or cells begin. Raises NotesError."""
    if not is_extracted(path):
        return (*decode(data, path, encoding), ())
    from kg.notes.converters.documents import extract  # whoever has none pays for none

    text, parts = extract(data, path)
    return text.encode("utf-8", "replace").decode(), "extracted", parts


def content_hash(data: bytes) -> bytes:
    """A 16-byte hash by which a changed file or text is known."""
    return hashlib.blake2b(data, digest_size=16).digest()
