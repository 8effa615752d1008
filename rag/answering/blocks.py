"""Divide a passage into blocks: paragraphs, lists, tables, formulas and code.

The passage was cut by a Markdown parser and its sentences are known. What is left to find is which
sentences belong together, and the beginnings of the lines show that.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kg.text import Lines
from rag.types import Block, BlockKind, BlockPart, Passage

# The marker of an item in Markdown.
_MARKER = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?=\S)")
# The marker of an item in plain text: （1）, a), 1、, ①, •.
_PLAIN_MARKER = re.compile(
    r"[ \t>]*(?:[（(](?:\d{1,2}|[a-z])[)）]|[a-z][)）]|\d{1,2}、|[①-⑳]|[•·▪●])[ \t]*(?=\S)"
)
_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
# A cell in the line under the header of a table.
_RULE_CELL = re.compile(r"[ \t]*:?-+:?[ \t]*")
_NEXT_LINE = re.compile(r"[ \t]*(?:\r\n|\r|\n)[^\r\n]*")
# The characters before the text of a line: its indent and the marks of a block quote.
_INDENT = " \t>"


def split_blocks(passage: Passage) -> tuple[Block, ...]:
    """Return the blocks of a passage in order. Each sentence is in one part of one block."""
    starts = [sentence.start - passage.start for sentence in passage.sentences]
    regions = list(_split_regions(passage.text, starts[0]))
    if not regions:  # the passage has nothing but marks
        regions = [_Region(BlockKind.PROSE, 0, 0)]
    ends = [*(region.start for region in regions[1:]), len(passage.text)]
    found: list[Block] = []
    number = 0
    for region, end in zip(regions, ends, strict=True):
        first = number
        while number < len(starts) and starts[number] < end:
            number += 1
        if number == first:
            continue
        parts = tuple(_split_region(passage, region, first, number))
        if region.joins and found:
            previous = found[-1]
            found[-1] = Block(region.kind, (*previous.parts, *parts), False, previous.numbered)
        else:
            found.append(Block(region.kind, parts, region.headed, region.numbered))
    return tuple(found)


def find_table_header(text: str, start: int) -> tuple[int, int] | None:
    """Return from where to where the header of the table row at `start` is in a note.

    The rule under the header is included. None if there is no header.
    """
    lines = Lines.of(text)
    number = lines.number(start) - 1
    while number > 0 and "|" in text[lines.starts[number] : lines.ends[number]]:
        if _is_rule(text[lines.starts[number] : lines.ends[number]]):
            above = text[lines.starts[number - 1] : lines.ends[number - 1]]
            indent = len(above) - len(above.lstrip(_INDENT))
            return lines.starts[number - 1] + indent, lines.ends[number]
        number -= 1
    return None


def opens_part(text: str) -> bool:
    """Tell whether the first line of a text is an item of a list or a row of a table."""
    line = text.splitlines()[0]
    return bool(_marker_length(line)) or _is_row(line)


class _Region(NamedTuple):
    """Lines of one kind, from `start` in the passage, with the indent of the first in columns.

    A region is a paragraph, a table, a formula, a piece of code, or one item, which may `join` the
    list before it.
    """

    kind: BlockKind
    start: int
    indent: int
    headed: bool = False
    numbered: bool = False
    joins: bool = False


def _split_regions(text: str, first: int) -> Iterator[_Region]:
    """Yield the regions of a passage whose first sentence begins at `first`.

    The lines before that one are the heading.
    """
    lines = Lines.of(text)
    rows = [text[start:end] for start, end in zip(lines.starts, lines.ends, strict=True)]
    number, after_blank = lines.number(first) - 1, True
    # The region before, and the first item of the list that it belongs to.
    last = top = _Region(BlockKind.TABLE, 0, 0)
    while number < len(rows):
        row = rows[number]
        if not row.strip(_INDENT):
            number, after_blank = number + 1, True
            continue
        kind, end = _block_at(rows, number)
        columns = row.expandtabs(4)
        indent = len(columns) - len(columns.lstrip())
        is_item = kind is BlockKind.LIST
        # A paragraph continues on the next line without an indent; anything else has to have one.
        is_inside = indent > top.indent or (kind is BlockKind.PROSE and not after_blank)
        belongs_to_item = last.kind is BlockKind.LIST and not is_item and is_inside
        continues_prose = last.kind is kind is BlockKind.PROSE and not after_blank
        if not belongs_to_item and not continues_prose:
            numbered = is_item and any(sign.isdigit() for sign in row[: _marker_length(row)])
            same_list = numbered is top.numbered or indent > top.indent
            joins = last.kind is kind is BlockKind.LIST and same_list
            headed = _is_rule("".join(rows[number + 1 : number + 2]))
            last = _Region(kind, lines.starts[number], indent, headed, numbered, joins)
            top = top if joins else last
            yield last
        number, after_blank = end, False


def _block_at(rows: Sequence[str], number: int) -> tuple[BlockKind, int]:
    """Return the kind of block that begins on a line, and the number of the line after it.

    For prose and for items that is the next line.
    """
    row = rows[number].strip(_INDENT)
    if _marker_length(rows[number]):
        return BlockKind.LIST, number + 1
    if fence := _FENCE.match(row):
        return BlockKind.CODE, _line_after(rows, number + 1, fence[1])
    if row.startswith("$$"):
        is_closed = len(row) > 3 and "$$" in row[2:]
        return BlockKind.MATH, number + 1 if is_closed else _line_after(rows, number + 1, "$$")
    if _is_row(row) or ("|" in row and _is_rule("".join(rows[number + 1 : number + 2]))):
        others = (later for later in range(number, len(rows)) if "|" not in rows[later])
        return BlockKind.TABLE, next(others, len(rows))
    return BlockKind.PROSE, number + 1


def _line_after(rows: Sequence[str], number: int, mark: str) -> int:
    """Return the number of the line after the next one that begins or ends with a mark."""
    for later in range(number, len(rows)):
        if mark in (rows[later].strip(_INDENT)[: len(mark)], rows[later].rstrip()[-2:]):
            return later + 1
    return len(rows)


def _split_region(passage: Passage, region: _Region, first: int, end: int) -> Iterator[BlockPart]:
    """Yield the parts that sentences `first` up to `end` of a region are.

    Each sentence of prose and each row of a table is a part. An item, a formula or a piece of code
    is one part, whatever it holds, unless an unclosed fence left several sentences in one region.
    """
    sentences = passage.sentences[first:end]
    is_divided = region.kind in {BlockKind.PROSE, BlockKind.TABLE}
    is_unclosed = region.kind is not BlockKind.LIST and len(sentences) > 1
    if is_divided or is_unclosed:
        for number, sentence in enumerate(sentences, first):
            part_end = sentence.end
            if region.headed and number == first:
                rule = _NEXT_LINE.match(passage.text, sentence.end - passage.start)
                part_end = passage.start + rule.end() if rule else sentence.end
            yield BlockPart(number, number, sentence.start, part_end, region.indent)
    else:
        text = passage.text[region.start :]
        start = passage.start + region.start + len(text) - len(text.lstrip(_INDENT))
        start = min(start, sentences[0].start)
        yield BlockPart(first, end - 1, start, sentences[-1].end, region.indent)


def _marker_length(row: str) -> int:
    """Return how long the marker is that an item begins with; 0 if the line is no item."""
    marker = _MARKER.match(row) or _PLAIN_MARKER.match(row)
    return marker.end() if marker else 0


def _is_rule(row: str) -> bool:
    cells = row.strip("> \t").removeprefix("|").removesuffix("|").split("|")
    return "|" in row and all(_RULE_CELL.fullmatch(cell) for cell in cells)


def _is_row(row: str) -> bool:
    row = row.strip(_INDENT)
    return len(row) > 1 and row.startswith("|") and row.endswith("|")
