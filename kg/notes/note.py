"""Note: the text of one file, its character offsets and lines, and how a file's bytes become one.

Notes are untrusted: nothing in this folder writes a file or executes what a note says.
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
    """One file as it is on disk: `text` keeps every character, line ends included.

    `path` is relative to the notes' folder, with forward slashes. `digest` is the hash of the
    file's bytes. For a PDF file, a Word file or a notebook, `text` is what was extracted from it,
    and `parts` holds the offsets at which its pages or cells begin.
    """

    path: str
    text: str
    encoding: str
    digest: bytes
    lines: Lines
    parts: tuple[int, ...] = ()

    @property
    def markdown(self) -> str:
        """The text as Markdown, with every character at the same offset."""
        return to_markdown(self.path, self.text)

    def sections(self) -> "tuple[Section, ...]":
        """Return the note's sections.

        Plain text is parsed as Markdown too: it has paragraphs and, often, lists.
        """
        from kg.notes.markdown import parse_markdown  # Re-reading a quote needs no parser.

        return parse_markdown(self.markdown, has_underlined_headings(self.path))

    def page(self, offset: int) -> int:
        """Return the number of the page or cell that holds a character, or 0 if there are none."""
        return bisect_right(self.parts, offset)

    def line_range(self, start: int, end: int) -> tuple[int, int]:
        """Return the first and last line (1-based, inclusive) of characters `start` up to `end`."""
        return self.lines.number(start), self.lines.number(max(start, end - 1))


def parse_note(data: bytes, path: str) -> Note:
    """Return the note that a file of these bytes holds. Raises NotesError if it is not readable."""
    text, encoding, parts = decode_note(data, path)
    return Note(path, text, encoding, content_hash(data), Lines.of(text), parts)


def decode_note(
    data: bytes, path: str, encoding: str | None = None
) -> tuple[str, str, tuple[int, ...]]:
    """Return a note's text, the encoding it was read with, and where its pages or cells begin.

    Raises NotesError if the file is not readable.
    """
    if not is_extracted(path):
        return (*decode(data, path, encoding), ())
    from kg.notes.converters.documents import extract_text  # It loads the readers of PDF and Word.

    text, parts = extract_text(data, path)
    return text.encode("utf-8", "replace").decode(), "extracted", parts


def content_hash(data: bytes) -> bytes:
    """Return a 16-byte hash, by which a changed file or text is recognised."""
    return hashlib.blake2b(data, digest_size=16).digest()
