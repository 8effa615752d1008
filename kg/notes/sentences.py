"""Split a block of a note into sentences, each at its exact place in the text."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from kg.language.detect import CJK
from kg.notes.inline import to_plain_text
from kg.notes.markdown import Block, BlockKind, CharRange

# Characters. What runs on without a full stop is cut at a space or a comma.
MAX_SENTENCE_CHARS = 600
# Characters of a table row, formula or piece of code that is kept whole.
_MAX_WHOLE_CHARS = 4 * MAX_SENTENCE_CHARS

# A sentence ends after 。！？, or after . ! ? before a space or the end of the text. The closing
# quotes and brackets that follow belong to it.
_ENDING = re.compile(
    r"[。！？｡]+[”’」』】》）)\"']*"
    r"|(?<![A-Z\s(])[.!?…]+[)\"'”’\]]*(?=\s|$)"
    rf"|[!?…]+[)\"'”’\]]*(?=[\s{CJK}]|$)"
    r"|(?<=[A-Z]{2})[.]+[)\"'”’\]]*(?=\s|$)"
)
# Abbreviations, list numbers and initials, whose point ends no sentence.
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|al|approx|resp|Fig|Figs|Eq|Eqs|Sec|Ch|No|Vol|pp|ca|Dr|Mr|Mrs|Ms"
    r"|Prof|St|Jr|Sr|Inc|Ltd|Co)"
    r"|^\s*\d{1,3}|\b[A-Z])\.$"
)
# Characters before an ending in which an abbreviation is looked for.
_ABBREVIATION_WINDOW = 12
# Code, formulas, addresses and links: no sentence ends inside one.
_INDIVISIBLE = re.compile(r"`+[^`]*`+|\$[^$]+\$|https?://\S+|\[[^\]]*\]\([^)]*\)")
_PAUSE = re.compile(r"[,;，；、\s]")


def split_sentences(text: str, block: Block) -> Iterator[tuple[int, int, str]]:
    """Yield the sentences of a block, each as (start, end, what a reader sees of it).

    A table row, a formula or a piece of code is one sentence, unless it is too long to be quoted:
    then each of its lines is one.
    """
    start, end = block.spans[0][0], block.spans[-1][1]
    if block.kind is BlockKind.PROSE:
        for start, end in _split_prose(text, block.spans):
            if seen := to_plain_text("\n".join(_pieces(text, block.spans, start, end))):
                yield start, end, seen
    elif end - start <= _MAX_WHOLE_CHARS:
        yield start, end, block.text
    else:
        for span in block.spans:
            yield from ((start, end, text[start:end]) for start, end in _cut(text, *span))


def _pieces(text: str, spans: tuple[CharRange, ...], start: int, end: int) -> Iterator[str]:
    """Yield the text from `start` up to `end` without what lies between the spans.

    Between them are line ends and the marks at the beginnings of a quote's lines.
    """
    for first, last in spans:
        if first < end and last > start:
            yield text[max(first, start) : min(last, end)]


def _split_prose(text: str, spans: tuple[CharRange, ...]) -> Iterator[CharRange]:
    """Yield the places of the sentences in a paragraph. A sentence may run over several lines."""
    paragraph = "\n".join(text[start:end] for start, end in spans)
    # Where each line begins in the paragraph, and how much further on it stands in the text.
    begins, shifts = [], []
    length = 0
    for start, end in spans:
        begins.append(length)
        shifts.append(start - length)
        length += end - start + 1

    def to_text(offset: int) -> int:
        return offset + shifts[bisect_right(begins, offset) - 1]

    begin = 0
    for end in [*_endings(paragraph), len(paragraph)]:
        piece = paragraph[begin:end]
        if piece.strip():
            first = begin + len(piece) - len(piece.lstrip())
            last = begin + len(piece.rstrip())
            yield from _cut(text, to_text(first), to_text(last - 1) + 1)
        begin = end


def _endings(paragraph: str) -> Iterator[int]:
    """Yield the offsets at which sentences of a paragraph end."""
    indivisible = [match.span() for match in _INDIVISIBLE.finditer(paragraph)]
    for match in _ENDING.finditer(paragraph):
        if any(start < match.start() < end - 1 for start, end in indivisible):
            continue
        window = max(0, match.start() - _ABBREVIATION_WINDOW)
        if not _ABBREVIATION.search(paragraph, window, match.end()):
            yield match.end()


def _cut(text: str, start: int, end: int) -> Iterator[CharRange]:
    """Yield a stretch of text in pieces of at most MAX_SENTENCE_CHARS characters.

    Each piece ends at the last pause in its second half, or else in the middle of a word.
    """
    while end - start > MAX_SENTENCE_CHARS:
        window = text[start : start + MAX_SENTENCE_CHARS]
        pauses = (
            size
            for size in range(len(window), len(window) // 2, -1)
            if _PAUSE.match(window[size - 1])
        )
        size = next(pauses, len(window))
        if piece := window[:size].rstrip():
            yield start, start + len(piece)
        start += size
        start += len(text[start:end]) - len(text[start:end].lstrip())
    if start < end:
        yield start, end
