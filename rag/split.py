"""Note → passages of sentences, every one at its exact place. Nothing is rewritten: a passage is a slice of the note."""

import re
from collections.abc import Iterator

from kg.markdown import Block, BlockKind, Section, plain
from kg.notes import Note
from kg.text import CJK, tokens
from rag.types import Passage, Sentence

READING = 1  # raised whenever the same note comes to be read or split otherwise: indexes are then brought up to it
LONGEST_PASSAGE = 300  # tokens; with its heading trail a passage stays within the 512 of the small encoders
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
_WHOLE = re.compile(r"`+[^`]*`+|\$[^$]+\$|https?://\S+|\[[^\]]*\]\([^)]*\)")  # no sentence ends inside one of these
_BREATH = re.compile(r"[,;，；、\s]")


def split(note: Note) -> list[Passage]:
    """The passages of a note, in reading order: none overlaps another, none is empty."""
    return [passage for section in note.sections() for passage in _passages(note, section)]


def _passages(note: Note, section: Section) -> Iterator[Passage]:
    start = section.start  # the heading's line goes with the first passage
    sentences: list[Sentence] = []
    size = 0
    for block in section.blocks:
        pieces = list(sentences_of(note.text, block))
        weight = sum(tokens(piece.text) for piece in pieces)
        if sentences and size + weight > LONGEST_PASSAGE:
            yield _passage(note, section, start, sentences)
            start, sentences, size = _line_start(note, pieces[0].start), [], 0
        for piece in pieces:
            if sentences and size + tokens(piece.text) > LONGEST_PASSAGE:
                yield _passage(note, section, start, sentences)
                start, sentences, size = piece.start, [], 0
            sentences.append(piece)
            size += tokens(piece.text)
    if sentences:
        yield _passage(note, section, start, sentences)


def _passage(note: Note, section: Section, start: int, sentences: list[Sentence]) -> Passage:
    end = sentences[-1].end
    first, last = note.line_range(start, end)
    return Passage(note.path, section.heading, start, end, first, last, note.text[start:end], tuple(sentences))


def _line_start(note: Note, offset: int) -> int:
    return note.lines.starts[note.lines.number(offset) - 1]


def sentences_of(text: str, block: Block) -> Iterator[Sentence]:
    """The sentences of a block; code, a formula, a table row are one, unless they are longer than any quote may be."""
    start, end = block.spans[0][0], block.spans[-1][1]
    if block.kind is BlockKind.PROSE:
        for start, end in _prose(text, block.spans):
            if seen := plain(" ".join(_within(text, block.spans, start, end))):
                yield Sentence(start, end, seen)
    elif end - start <= 4 * LONGEST_SENTENCE:
        yield Sentence(start, end, block.text)
    else:
        for span in block.spans:
            yield from (Sentence(start, end, text[start:end]) for start, end in _cut(text, *span))


def _within(text: str, spans: tuple[tuple[int, int], ...], start: int, end: int) -> Iterator[str]:
    """The pieces of the spans that lie from `start` up to `end`: a quote without the line marks between them."""
    for first, last in spans:
        if first < end and last > start:
            yield text[max(first, start) : min(last, end)]


def _prose(text: str, spans: tuple[tuple[int, int], ...]) -> Iterator[tuple[int, int]]:
    """The places of the sentences in a paragraph of lines: a sentence may run over a line's end."""
    joined = "\n".join(text[start:end] for start, end in spans)
    shift, starts = 0, []  # where each line begins in the joined text, and how far that is from its place
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
        breath = next((at for at in range(len(window), len(window) // 2, -1) if _BREATH.match(window[at - 1])), len(window))
        if piece := window[:breath].rstrip():
            yield start, start + len(piece)
        start += breath
        start += len(text[start:end]) - len(text[start:end].lstrip())
    if start < end:
        yield start, end
