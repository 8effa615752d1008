"""List the formats a note may have, and turn each into Markdown of the same length.

Markup of another format is replaced by Markdown's or by padding, never by something longer or
shorter. So one parser reads every format, and an offset in what it reads is the offset in the file.
"""

import re
from functools import lru_cache
from pathlib import PurePosixPath

from kg.notes.converters.padding import FILL

# Suffixes of files that are parsed as they are.
MARKDOWN = (".md", ".markdown", ".txt")
# Suffixes of text files whose markup is converted.
CONVERTED = (".rst", ".org", ".html", ".htm")
# Suffixes of files that are not text: theirs is extracted.
EXTRACTED = (".ipynb", ".pdf", ".docx")
SUFFIXES = (*MARKDOWN, *CONVERTED, *EXTRACTED)
_HASHES = re.compile(r"^#+(?=[ \t])", re.MULTILINE)


def to_markdown(path: str, text: str) -> str:
    """Return a note's text as Markdown of the same length."""
    suffix = PurePosixPath(path).suffix.lower()
    if suffix == ".pdf":  # A # in print is a comment in code, not a heading.
        return _HASHES.sub(lambda match: FILL * len(match[0]), text)
    return _convert(suffix, text) if suffix in CONVERTED else text


@lru_cache(maxsize=1)  # Splitting one note asks for its Markdown again and again.
def _convert(suffix: str, text: str) -> str:
    match suffix:
        case ".rst":
            from kg.notes.converters.rst import convert
        case ".org":
            from kg.notes.converters.org import convert
        case _:
            from kg.notes.converters.html import convert
    return convert(text)


def is_extracted(path: str) -> bool:
    """Tell whether a note's text is not what its file holds, but was extracted from it."""
    return path.lower().endswith(EXTRACTED)


def has_underlined_headings(path: str) -> bool:
    """Tell whether the converter of this format marks headings by underlines."""
    return path.lower().endswith(CONVERTED)
