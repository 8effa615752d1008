"""A block of a note → its sentences, each at its exact place. Knows no note and no section."""

import re
from collections.abc import Iterator

from kg.language.detect import CJK
from kg.notes.markdown import Block, BlockKind, plain

LONGEST_SENTENCE = 600  # characters; what runs on without a full stop is cut at a space or a comma

# A sentence ends after 。！？ or after . ! ? and a space, with the closing quotes that follow; or where a line ends in one.
_ENDING = re.compile(
    r"[。！？｡]+[”’」』】》）)\"']*"
    r"|(?<![A-Z\s(])[.!?…]+[)\"'”’\]]*(?=\s|$)"
    rf"|[!?…]+[)\"'”’\]]*(?=[\s{CJK}]|$)"
    r"|(?<=[A-Z]{2})[.]+[)\"'”’\]]*(?=\s|$)"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|al|approx|resp|Fig|Figs|Eq|Eqs|Sec|Ch|No|Vol|pp|ca|Dr|Mr|Mrs|Ms|Prof|St|Jr|Sr|Inc|Ltd|Co)"
    r"|^\s*\d{1,3}|\b[A-Z])\.$"
)
_WHOLE = re.compile(
    r"`+[^`]*`+|\$[^$]+\$|https?://\S+|\[[^\]]*\]\([^)]*\)"
)  # no sentence ends inside one of these
_BREATH = re.compile(r"[,;，；、\s]")


def sentences_of(text: str, block: Block) -> Iterator[tuple[int, int, str]]:
    """The sentences of a block, each as (start, end, what a reader sees of it).

    Code, a formula, a table row are one, unless they are longer than any quote may be.
    """
    start, end = block.spans[0][0], block.spans[-1][1]
    if block.kind is BlockKind.PROSE:
        for start, end in _prose(text, block.spans):
            if seen := plain("\n".join(_within(text, block.spans, start, end))):
                yield start, end, seen
    elif end - start <= 4 * LONGEST_SENTENCE:
        yield start, end, block.text
    else:
        for span in block.spans:
            yield from ((start, end, text[start:end]) for start, end in _cut(text, *span))


def _within(text: str, spans: tuple[tuple[int, int], ...], start: int, end: int) -> Iterator[str]:
    """The pieces of the spans that lie from `start` up to `end`: a quote without the line marks between them."""
    for first, last in spans:
        if first < end and last > start:
            yield text[max(first, start) : min(last, end)]


def _prose(text: str, spans: tuple[tuple[int, int], ...]) -> Iterator[tuple[int, int]]:
    """The places of the sentences in a paragraph of lines: a sentence may run over a line's end."""
    joined = "\n".join(text[start:end] for start, end in spans)
    shift, starts = (
        0,
        [],
    )  # where each line begins in the joined text, and how far that is from its place
    for start, end in spans:
        starts.append((shift, start - shift))
        shift += end - start + 1

    def place(offset: int) -> int:
        return offset + next(by for begin, by in reversed(starts) if begin <= offset)

    begin = 0
    for end in [*_endings(joined), len(joined)]:
        piece = joined[begin:end]
        if piece.strip():
            first = begin + len(piece) - len(piece.lstrip())
            last = begin + len(piece.rstrip())
            yield from _cut(text, place(first), place(last - 1) + 1)
        begin = end


def _endings(joined: str) -> Iterator[int]:
    whole = [match.span() for match in _WHOLE.finditer(joined)]
    for match in _ENDING.finditer(joined):
        inside = any(start < match.start() < end - 1 for start, end in whole)
        if not inside and not _ABBREVIATION.search(joined, max(0, match.start() - 12), match.end()):
            yield match.end()


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A stretch of text in pieces of at most LONGEST_SENTENCE characters, cut where one would breathe if there is a place."""
    while end - start > LONGEST_SENTENCE:
        window = text[start : start + LONGEST_SENTENCE]
        breath = next(
            (
                at
                for at in range(len(window), len(window) // 2, -1)
                if _BREATH.match(window[at - 1])
            ),
            len(window),
        )
        if piece := window[:breath].rstrip():
            yield start, start + len(piece)
        start += breath
        start += len(text[start:end]) - len(text[start:end].lstrip())
    if start < end:
        yield start, end
