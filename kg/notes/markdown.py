"""Parse Markdown text into sections of blocks, each with its exact character range in the text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from html import unescape

from markdown_it.token import Token

from kg.notes.converters.padding import FILL
from kg.notes.inline import LONE_LINK, TAG, make_parser, to_plain_text
from kg.text import Lines

_PARSER = make_parser().disable("inline")  # Inline markup is parsed once, by `to_plain_text`.
_HEADING_NUMBER = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)(?![\d%-])")
_CHECKBOX = re.compile(r"^\[[ xX]\]\s+")

CharRange = tuple[int, int]  # Character offsets into the text: from, up to.


class BlockKind(Enum):
    """What a block is. Only prose is split into sentences; the others are quoted whole."""

    PROSE = "prose"
    CODE = "code"
    MATH = "math"
    ROW = "row"
    HEAD = "head"  # the header row of a table


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, list item's paragraph, table row, formula or piece of code.

    `spans` has one range for each line, in order, without list markers, quote marks and line ends.
    `text` is what a reader sees of it: no markup, no images, each table cell with its column's
    name.
    """

    kind: BlockKind
    spans: tuple[CharRange, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the blocks under it, up to the next heading of any level.

    `heading` is the trail of plain heading texts from the outermost in; it is empty before the
    first heading. `start` is where the heading's line begins. `top` is the level of the outermost
    heading, or 0 if there is none.
    """

    heading: tuple[str, ...]
    start: int
    blocks: tuple[Block, ...]
    top: int


@lru_cache(maxsize=1)  # A note is parsed for its passages and again for its concepts.
def parse_markdown(text: str, underlined: bool = False) -> tuple[Section, ...]:
    """Return the sections of a Markdown text, in order, without the empty ones.

    With `underlined`, a heading that is underlined by n equal signs is of level n: so converters
    from other formats keep all levels.
    """
    tokens = _drop_contents(_PARSER.parse(text))
    return tuple(_SectionParser(text, tokens, underlined).sections())


class _SectionParser:
    """Collects the blocks of a token stream under their headings."""

    def __init__(self, text: str, tokens: list[Token], underlined: bool) -> None:
        self._text = text
        self._lines = Lines.of(text)
        self._tokens = tokens
        self._underlined = underlined
        self._trail: list[tuple[int, str]] = []  # level and title, from the outermost heading in
        self._start = 0
        self._blocks: list[Block] = []
        self._columns: list[str] = []  # the titles of the current table's columns

    def sections(self) -> Iterator[Section]:
        for position, token in enumerate(self._tokens):
            if token.map is None:
                continue
            if token.type == "heading_open" and token.level == 0:
                yield from self._finish_section()
                self._open_section(token, token.map[0], self._tokens[position + 1].content)
            elif token.type == "tr_open":
                self._blocks.extend(self._row(position, token.map[0]))
            elif block := self._block(token, token.map, self._tokens[max(0, position - 1)].type):
                self._blocks.append(block)
        yield from self._finish_section()

    def _finish_section(self) -> Iterator[Section]:
        if self._blocks:
            titles = tuple(title for _, title in self._trail)
            top = self._trail[0][0] if self._trail else 0
            yield Section(titles, self._start, tuple(self._blocks), top)
        self._blocks = []

    def _open_section(self, heading: Token, line: int, content: str) -> None:
        level, title = self._heading_level(heading), to_plain_text(content)
        self._trail = [
            (above, outer)
            for above, outer in self._trail
            if above < level or (above == level and _is_subsection(title, outer))
        ]
        if title:
            self._trail.append((level, title))
        self._start = self._lines.starts[line]

    def _heading_level(self, heading: Token) -> int:
        if not self._underlined or heading.markup != "=" or heading.map is None:
            return int(heading.tag[1])
        last = heading.map[1] - 1
        return len(self._text[self._lines.starts[last] : self._lines.ends[last]].strip())

    def _row(self, position: int, line: int) -> Iterator[Block]:
        """Yield the table row that opens at `position`, unless it is empty."""
        cells = _cells(self._tokens, position)
        is_header = self._tokens[position - 1].type == "thead_open"
        if is_header:
            self._columns = cells
        spans = self._line_spans(line, line + 1)
        if spans and any(cells):
            if is_header:
                yield Block(BlockKind.HEAD, spans, " | ".join(cells))
            else:
                yield Block(BlockKind.ROW, spans, _format_row(self._columns, cells))

    def _block(self, token: Token, line_range: list[int], before: str) -> Block | None:
        """Return the block that a token holds, or None. `before` is the type of the token before.

        Table cells are no blocks, and neither are headings outside of quotes and lists.
        """
        first, last = line_range
        if token.type == "inline" and before not in {"th_open", "td_open"}:
            if before == "heading_open" and token.level == 1:
                return None
            content = _CHECKBOX.sub("", token.content)
            return _block_if_any(
                BlockKind.PROSE, self._content_spans(first, last, content), to_plain_text(content)
            )
        if self._underlined and token.type == "fence":
            # A converted tag stands where the fence would: no quote can have half of a tag.
            spans = self._line_spans(first + 1, first + 1 + token.content.count("\n"))
            code = unescape(token.content.replace(FILL, "")).strip("\n\xa0")
            return _block_if_any(BlockKind.CODE, spans, code)
        if token.type in {"fence", "code_block"}:
            kind, text = BlockKind.CODE, token.content.strip("\n")
        elif token.type in {"math_block", "math_block_label"}:
            kind, text = BlockKind.MATH, token.content.strip()
        elif token.type == "html_block":
            text = " ".join(unescape(TAG.sub(" ", token.content)).split())
            kind = BlockKind.PROSE
        else:
            return None
        return _block_if_any(kind, self._line_spans(first, last), text)

    def _content_spans(self, first: int, last: int, content: str) -> tuple[CharRange, ...]:
        """Return where each line of an inline token's content stands in the text.

        Markers and indents are left out. markdown-it strips what Unicode calls space, even whole
        lines of it, so that a line of the content may stand further down than counted.
        """
        spans: list[CharRange] = []
        number = first
        for piece in filter(None, (line.strip() for line in content.split("\n"))):
            if match := self._find_line(piece, number, last):
                line, start = match
                spans.append((start, start + len(piece)))
                number = line + 1
            elif number < last:
                spans.extend(self._line_spans(number, number + 1))
                number += 1
        return tuple(spans)

    def _find_line(self, piece: str, first: int, last: int) -> tuple[int, int] | None:
        """Return the first line that contains the piece, and the piece's offset in the text."""
        for line in range(first, last):
            start = self._text.find(piece, self._lines.starts[line], self._lines.ends[line])
            if start >= 0:
                return line, start
        return None

    def _line_spans(self, first: int, last: int) -> tuple[CharRange, ...]:
        """Return the stripped ranges of lines `first` up to `last` (0-based) but for blank ones."""
        spans = []
        ranges = zip(self._lines.starts[first:last], self._lines.ends[first:last], strict=True)
        for start, end in ranges:
            raw = self._text[start:end]
            if raw.strip():
                spans.append((start + len(raw) - len(raw.lstrip()), start + len(raw.rstrip())))
        return tuple(spans)


def _block_if_any(kind: BlockKind, spans: tuple[CharRange, ...], text: str) -> Block | None:
    return Block(kind, spans, text) if spans and text.strip() else None


def _drop_contents(tokens: list[Token]) -> list[Token]:
    """Return the tokens without a table of contents: it says nothing that the headings do not.

    A paragraph belongs to one if it is only a link to a heading of its own note, or says `[toc]`.
    """
    headings = {
        to_plain_text(tokens[position + 1].content)
        for position, token in enumerate(tokens)
        if token.type == "heading_open"
    }

    def is_contents(position: int) -> bool:
        token = tokens[position]
        if token.type != "inline" or tokens[position - 1].type != "paragraph_open":
            return False
        if token.content.strip("[]").casefold() == "toc":
            return True
        link = LONE_LINK.fullmatch(token.content)
        return link is not None and (link[2].startswith("#") or to_plain_text(link[1]) in headings)

    return [token for position, token in enumerate(tokens) if not is_contents(position)]


def _is_subsection(title: str, outer: str) -> bool:
    """Tell whether two headings of one level are numbered as part and whole, as 3.1 and 3 are."""
    part, whole = _HEADING_NUMBER.match(title), _HEADING_NUMBER.match(outer)
    return part is not None and whole is not None and part[1].startswith(f"{whole[1]}.")


def _cells(tokens: list[Token], position: int) -> list[str]:
    """Return the plain cells of the table row that opens at `position`."""
    cells = []
    for token in tokens[position + 1 :]:
        if token.type == "tr_close":
            break
        if token.type == "inline":
            cells.append(to_plain_text(token.content))
    return cells


def _format_row(columns: list[str], cells: list[str]) -> str:
    """Return a row that can be read alone: its first cell, the others with their columns' names."""
    others = [
        f"{column}: {cell}" if column else cell
        for column, cell in zip(columns[1:], cells[1:], strict=False)
        if cell
    ]
    return "; ".join(cells[:1] + others)
