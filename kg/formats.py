"""What a note may be written in, and its text laid out as Markdown: each character stays at its own place.

What is markup in another format becomes markup of Markdown or `FILL`, never longer or shorter. So one parser reads every
format, and a place in what it reads is the place in the file. PDF, Word and notebooks hold no text: kg/documents.py extracts it.
"""

import re
from functools import lru_cache
from pathlib import PurePosixPath

MARKDOWN = (".md", ".markdown", ".txt")
LAID_OUT = (".rst", ".org", ".html", ".htm")
EXTRACTED = (".ipynb", ".pdf", ".docx")
SUFFIXES = (*MARKDOWN, *LAID_OUT, *EXTRACTED)
FILL = "\u2060"  # a word joiner: no space, no width, and no part of what a reader sees
SPACE = "\xa0"  # space that does not indent
_HASHES = re.compile(r"^#+(?=[ \t])", re.MULTILINE)


def laid_out(path: str, text: str) -> str:
    """A note's text as Markdown of the same length."""
    suffix = PurePosixPath(path).suffix.lower()
    if suffix == ".pdf":  # a printed # is a comment in code
        return _HASHES.sub(lambda match: FILL * len(match[0]), text)
    return _laid_out(suffix, text) if suffix in LAID_OUT else text


@lru_cache(maxsize=1)  # whoever splits a note asks again and again
def _laid_out(suffix: str, text: str) -> str:
    match suffix:
        case ".rst":
            from kg.rst import as_markdown
        case ".org":
            from kg.org import as_markdown
        case _:
            from kg.html import as_markdown
    return as_markdown(text)


def is_extracted(path: str) -> bool:
    """Whether a note's text is not what its file holds, but what was taken out of it."""
    return path.lower().endswith(EXTRACTED)


def underlines(path: str) -> bool:
    """Whether its headings are underlined as `underline` does it."""
    return path.lower().endswith(LAID_OUT)


def underline(level: int, room: int) -> str:
    """The line under a heading: as many equal signs as its level, if there is room for them."""
    return ("=" * min(level, room)).ljust(room)


def blank(text: str) -> str:
    """Nothing in place of a text: its lines stay."""
    return re.sub(r"[^\r\n]", " ", text)


def hide(pattern: re.Pattern[str], text: str) -> str:
    """The text with only the first group of each match left, and FILL in place of the rest of it."""

    def left(match: re.Match[str]) -> str:
        start, end = match.span(1)
        return FILL * (start - match.start()) + match[1] + FILL * (match.end() - end)

    return pattern.sub(left, text)
