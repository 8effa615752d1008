"""Lines and offsets of a text, places in notes, and text made safe to print."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

_LINE_END = re.compile(r"\r\n|\r|\n")
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)

# How results print, by the name of their type. The upper layers fill it, so that no type imports a renderer.
printers: dict[str, Callable[[Any], str]] = {}


class Printable:
    """A result that prints as it does on the command line, once a printer is known for its type."""

    __slots__ = ()

    def __str__(self) -> str:
        printer = printers.get(type(self).__name__, repr)
        return printer(self)


def printable(text: str) -> str:
    """The text with control characters, escapes and direction overrides replaced: safe for a terminal."""
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
    """`file:first-last`, or `file:line`: the one spelling of a place in the notes; with its page or cell, where there is one."""
    place = f"{path}:{first}" if first == last else f"{path}:{first}-{last}"
    return f"{place} ({page_word(path)} {page})" if page else place


def page_word(path: str) -> str:
    """What the parts of a file are called: the cells of a notebook, the pages of anything else."""
    return "cell" if path.endswith(".ipynb") else "page"


@dataclass(frozen=True, slots=True)
class Lines:
    """Where each line of a text begins and ends: `\\n`, `\\r\\n` and `\\r` end a line, as in an editor."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]  # before the line end

    @classmethod
    def of(cls, text: str) -> "Lines":
        if "\r" not in text:  # nearly every text, and ten times as fast
            *starts, past = accumulate((len(line) + 1 for line in text.split("\n")), initial=0)
            return cls(tuple(starts), tuple(start - 1 for start in (*starts[1:], past)))
        breaks = [match.span() for match in _LINE_END.finditer(text)]
        return cls((0, *(end for _, end in breaks)), (*(start for start, _ in breaks), len(text)))

    def number(self, offset: int) -> int:
        """The 1-based number of the line that holds the character at `offset`."""
        return bisect_right(self.starts, offset)
