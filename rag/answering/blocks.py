"""A passage → its blocks: paragraphs, lists, tables, formulas, code, each with what it consists of. Pure; parses no Markdown.

The passage was cut by a parser (kg/markdown.py) and its sentences are known: what is left to see is which of them belong
together, and the lines tell that by what they begin with.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from kg.text import Lines
from rag.types import Block, BlockKind, BlockPart, Passage

_BULLET = re.compile(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?=\S)")
_TYPED = re.compile(
    r"[ \t>]*(?:[（(](?:\d{1,2}|[a-z])[)）]|[a-z][)）]|\d{1,2}、|[①-⑳]|[•·▪●])[ \t]*(?=\S)"
)  # no Markdown
_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})")
_RULE = re.compile(r"[ \t]*:?-+:?[ \t]*")  # in each cell of the line under a table's header
_NEXT_LINE = re.compile(r"[ \t]*(?:\r\n|\r|\n)[^\r\n]*")
_MARKS = " \t>"  # before a line's own text: indents, and the marks of a block quote


def blocks(passage: Passage) -> tuple[Block, ...]:
    """The blocks of a passage, in order; every sentence is in one part of one of them."""
    starts = [sentence.start - passage.start for sentence in passage.sentences]
    regions = list(_regions(passage.text, starts[0])) or [
        _Region(BlockKind.PROSE, 0, 0)
    ]  # nothing but marks
    found: list[Block] = []
    at = 0
    for region, end in zip(
        regions, [*(one.start for one in regions[1:]), len(passage.text)], strict=True
    ):
        first = at
        while at < len(starts) and starts[at] < end:
            at += 1
        parts = tuple(_parts(passage, region, first, at)) if at > first else ()
        if parts and region.joins and found:
            found[-1] = Block(region.kind, (*found[-1].parts, *parts), False, found[-1].numbered)
        elif parts:
            found.append(Block(region.kind, parts, region.headed, region.numbered))
    return tuple(found)


def header(text: str, start: int) -> tuple[int, int] | None:
    """From where to where the header of the table row at `start` stands in a note, its rule included; None without one."""
    lines = Lines.of(text)
    at = lines.number(start) - 1
    while at > 0 and "|" in text[lines.starts[at] : lines.ends[at]]:
        if _is_rule(text[lines.starts[at] : lines.ends[at]]):
            above = text[lines.starts[at - 1] : lines.ends[at - 1]]
            return lines.starts[at - 1] + len(above) - len(above.lstrip(_MARKS)), lines.ends[at]
        at -= 1
    return None


def opens_part(text: str) -> bool:
    """Whether a text begins with an item of a list or a row of a table: its first line's marker tells."""
    row = text.splitlines()[0]
    return bool(_marker(row)) or _is_row(row)


class _Region(NamedTuple):
    """Lines of one kind, from `start` in the passage: a paragraph, table, formula, code, or one item, which may `join` a list."""

    kind: BlockKind
    start: int
    indent: int
    headed: bool = False
    numbered: bool = False
    joins: bool = False


def _regions(text: str, first: int) -> Iterator[_Region]:
    """The regions of a passage whose first sentence begins at `first`; what is before that line is its heading."""
    lines = Lines.of(text)
    rows = [text[start:end] for start, end in zip(lines.starts, lines.ends, strict=True)]
    at, blank = lines.number(first) - 1, True
    last = top = _Region(BlockKind.TABLE, 0, 0)  # the region before, and the first item of its list
    while at < len(rows):
        row = rows[at]
        if not row.strip(_MARKS):
            at, blank = at + 1, True
            continue
        kind, past = _opened(rows, at)
        indent = len(row.expandtabs(4)) - len(row.expandtabs(4).lstrip())
        deeper = indent > top.indent or (kind is BlockKind.PROSE and not blank)
        of_item = last.kind is BlockKind.LIST and kind is not BlockKind.LIST and deeper
        runs_on = last.kind is kind is BlockKind.PROSE and not blank
        if not of_item and not runs_on:
            numbered = kind is BlockKind.LIST and any(
                sign.isdigit() for sign in row[: _marker(row)]
            )
            joins = last.kind is kind is BlockKind.LIST and (
                numbered is top.numbered or indent > top.indent
            )
            last = _Region(
                kind,
                lines.starts[at],
                indent,
                _is_rule("".join(rows[at + 1 : at + 2])),
                numbered,
                joins,
            )
            top = top if joins else last
            yield last
        at, blank = past, False


def _opened(rows: Sequence[str], at: int) -> tuple[BlockKind, int]:
    """What begins on a line, and the number of the line after it; for prose and items that is the next."""
    row = rows[at].strip(_MARKS)
    if _marker(rows[at]):
        return BlockKind.LIST, at + 1
    if fence := _FENCE.match(row):
        return BlockKind.CODE, _past(rows, at + 1, fence[1])
    if row.startswith("$$"):
        return BlockKind.MATH, at + 1 if len(row) > 3 and "$$" in row[2:] else _past(
            rows, at + 1, "$$"
        )
    if _is_row(row) or ("|" in row and _is_rule("".join(rows[at + 1 : at + 2]))):
        return BlockKind.TABLE, next(
            (later for later in range(at, len(rows)) if "|" not in rows[later]), len(rows)
        )
    return BlockKind.PROSE, at + 1


def _past(rows: Sequence[str], at: int, mark: str) -> int:
    """The number of the line after the next one that begins or ends with a mark."""
    return next(
        (
            n + 1
            for n in range(at, len(rows))
            if mark in (rows[n].strip(_MARKS)[: len(mark)], rows[n].rstrip()[-2:])
        ),
        len(rows),
    )


def _parts(passage: Passage, region: _Region, first: int, past: int) -> Iterator[BlockPart]:
    """The parts that sentences `first` up to `past` are: an item, a formula, a piece of code is one, whatever it holds."""
    some = passage.sentences[first:past]
    if region.kind in {BlockKind.PROSE, BlockKind.TABLE} or (
        region.kind is not BlockKind.LIST and len(some) > 1
    ):  # an odd fence
        for at, sentence in enumerate(some, first):
            rule = (
                _NEXT_LINE.match(passage.text, sentence.end - passage.start)
                if region.headed and at == first
                else None
            )
            yield BlockPart(
                at,
                at,
                sentence.start,
                passage.start + rule.end() if rule else sentence.end,
                region.indent,
            )
    else:
        begin = passage.start + region.start
        lead = len(passage.text[region.start :]) - len(passage.text[region.start :].lstrip(_MARKS))
        yield BlockPart(
            first, past - 1, min(begin + lead, some[0].start), some[-1].end, region.indent
        )


def _marker(row: str) -> int:
    """How long the bullet is that a line begins with; 0 when there is none."""
    bullet = _BULLET.match(row) or _TYPED.match(row)
    return bullet.end() if bullet else 0


def _is_rule(row: str) -> bool:
    cells = row.strip("> \t").removeprefix("|").removesuffix("|").split("|")
    return "|" in row and all(_RULE.fullmatch(cell) for cell in cells)


def _is_row(row: str) -> bool:
    row = row.strip(_MARKS)
    return len(row) > 1 and row.startswith("|") and row.endswith("|")
