"""What a note may be written in, and its text laid out as Markdown: each character stays at its own place.

What is markup in another format becomes markup of Markdown or `FILL`, never longer or shorter. So one parser reads every
format, and a place in what it reads is the place in the file. PDF, Word and notebooks hold no text: kg/documents.py extracts it.
"""

import re
from functools import lru_cache
from pathlib import PurePosixPath

from kg.notes.converters.padding import FILL

MARKDOWN = (".md", ".markdown", ".txt")
CONVERTED = (".rst", ".org", ".html", ".htm")
EXTRACTED = (".ipynb", ".pdf", ".docx")
SUFFIXES = (*MARKDOWN, *CONVERTED, *EXTRACTED)
_HASHES = re.compile(r"^#+(?=[ \t])", re.MULTILINE)


def to_markdown(path: str, text: str) -> str:
    """A note's text as Markdown of the same length."""
    suffix = PurePosixPath(path).suffix.lower()
    if suffix == ".pdf":  # a printed # is a comment in code
        return _HASHES.sub(lambda match: FILL * len(match[0]), text)
    return _laid_out(suffix, text) if suffix in CONVERTED else text


@lru_cache(maxsize=1)  # whoever splits a note asks again and again
def _laid_out(suffix: str, text: str) -> str:
    match suffix:
        case ".rst":
            from kg.notes.converters.rst import convert
        case ".org":
            from kg.notes.converters.org import convert
        case _:
            from kg.notes.converters.html import convert
    return convert(text)


def is_extracted(path: str) -> bool:
    """Whether a note's text is not what its file holds, but what was taken out of it."""
    return path.lower().endswith(EXTRACTED)


def has_underlined_headings(path: str) -> bool:
    """Whether its headings are underlined as `underline` does it."""
    return path.lower().endswith(CONVERTED)
