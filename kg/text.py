"""Locate lines and quotes in a text, name locations in notes, and make text safe to print."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

_LINE_END = re.compile(r"\r\n|\r|\n")
# Control characters but for tab and line feed, line separators, direction overrides, surrogates.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)

# The printers of results by the names of their types. Upper layers fill it, so that no type has to
# import a renderer.
printers: dict[str, Callable[[Any], str]] = {}


class Printable:
    """A result that `str` shows as the command line does, if a printer for its type is known."""

    __slots__ = ()

    def __str__(self) -> str:
        printer = printers.get(type(self).__name__, repr)
        return printer(self)


def printable(text: str) -> str:
    """Return the text with all that could control a terminal replaced, escapes above all."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def locate_quote(text: str, quote: str, expected: Iterable[tuple[int, int]] = ()) -> int:
    """Return the offset of the quote's first character in the text, or -1 if the text lacks it.

    The stretches of `expected` (from, up to) are searched first, in order. If none of them holds
    the whole quote, its first occurrence anywhere in the text counts. An empty quote is found in
    an expected stretch only.

    >>> locate_quote("one two one", "one", [(4, 11)]), locate_quote("one two", "two", [(0, 3)])
    (8, 4)
    >>> locate_quote("one two", "three")
    -1
    """
    for start, end in expected:
        if (offset := text.find(quote, start, end)) >= 0:
            return offset
    return text.find(quote) if quote else -1


def format_location(path: str, first: int, last: int, page: int = 0) -> str:
    """Return a location in the notes as `file:first-last` or `file:line`.

    If the file has pages or cells, `page` is the number of the one it is on.
    """
    location = f"{path}:{first}" if first == last else f"{path}:{first}-{last}"
    return f"{location} ({page_word(path)} {page})" if page else location


def page_word(path: str) -> str:
    """Return what the parts of a file are called: `cell` for a notebook, else `page`."""
    return "cell" if path.endswith(".ipynb") else "page"


@dataclass(frozen=True, slots=True)
class Lines:
    """The offsets at which the lines of a text start and end (before the line end).

    As in an editor, `\\n`, `\\r\\n` and `\\r` end a line.
    """

    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> "Lines":
        if "\r" not in text:  # This holds for nearly every text, and is ten times as fast.
            *starts, past = accumulate((len(line) + 1 for line in text.split("\n")), initial=0)
            return cls(tuple(starts), tuple(start - 1 for start in (*starts[1:], past)))
        breaks = [match.span() for match in _LINE_END.finditer(text)]
        return cls((0, *(end for _, end in breaks)), (*(start for start, _ in breaks), len(text)))

    def number(self, offset: int) -> int:
        """Return the 1-based number of the line that holds the character at `offset`."""
        return bisect_right(self.starts, offset)
