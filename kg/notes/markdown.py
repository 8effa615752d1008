"""Markdown text → sections of blocks, each with its exact place in the text. The only file that imports markdown-it.

It does not read files (kg/notes.py) and does not cut passages or sentences (rag/split.py).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from html import unescape
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from kg.notes.converters.padding import FILL
from kg.text import Lines

_DEEPEST = 100  # nested lists and quotes; below markdown-it's default of 20 real outlines lose their leaves
_LONGEST_INLINE = 10_000  # characters; a longer paragraph is data, and inline parsing takes quadratic time on hostile text


def _markdown() -> MarkdownIt:
    # double_inline: `$$x$$` within a line is math too; no digits: `$5 and $6` is money.
    markdown = MarkdownIt("commonmark", {"maxNesting": _DEEPEST}).enable(["table", "strikethrough"])
    return markdown.use(dollarmath_plugin, double_inline=True, allow_digits=False).use(
        front_matter_plugin
    )


_INLINE = _markdown()
_BLOCKS = _markdown().disable("inline")  # what stands in a block is read by `plain`, once
_TAG = re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]*>", re.DOTALL)
ONLY_A_LINK = re.compile(r"\[([^\[\]\n]+)\]\(<?([^()<>\n]*(?:\([^()<>\n]*\)[^()<>\n]*)*)>?\)")
_DRAWN_FORMULA = re.compile(
    r"https?://(?:latex\.codecogs\.com/\w+\.latex|(?:www\.)?zhihu\.com/equation)\?(?:tex=)?(.+)"
)
_TAKEN = re.compile(
    r"\[\*\*([^\[\]\n]+)\*\*\](?!\()"
)  # [**so**] D2L marks what its slides take over
_NUMBER = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)(?![\d%-])")
_CHECKBOX = re.compile(r"^\[[ xX]\]\s+")
# Marks of Obsidian, Logseq and MyST in running text. A list of lists in code or in words is no link: [[1.0, -1.0]], [["UNK"]].
_EMBED = re.compile(
    r"!\[\[[^\[\]\n]*\]\]|\{\{(?:embed|query|renderer|video)\b[^{}]*\}\}|\(\([0-9a-f-]{36}\)\)|\[\^[^\[\]\s]+\](?!:)"
)
_WIKILINK = re.compile(r"\[\[(?=[^\[\]]*[^\W\d])([^\[\]|\"',=\n]+)(?:\\?\|([^\[\]\n]+))?\]\]")
_CALLOUT = re.compile(r"^\[![\w-]+(?:\|[^\]\n]*)?\][+-]?[ \t]*")
_AROUND = re.compile(r"==(?=\S)(.+?)(?<=\S)==|%%(.+?)%%")
_BLOCK_ID = re.compile(r"(?:^|\s)\^[A-Za-z0-9][A-Za-z0-9-]{2,}$")
_PROPERTY = re.compile(
    r"(?:^|\s)(?:id|collapsed|created-at|updated-at|heading|background-color|logseq[\w.-]*|card-[\w-]+)::[ \t]+\S+"
    r"|:LOGBOOK:.*?:END:",
    re.DOTALL,
)
_APART = re.compile(r"</?(?:td|th|tr|li|p|div|br|dt|dd|h[1-6])\b", re.IGNORECASE)
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")
_ROLE = re.compile(r":[A-Za-z_+-]+(?::[\w+-]+)*:$")
_UNSEEN_ROLES = frozenset(
    f":{name}:"
    for name in "numref eqref label eqlabel cite citet citep width begin_tab end_tab".split()
)
_ANY_MARK = re.compile("[\\\\`*_\\[<&~$^\u00ad\u200b\u2060\ufeff]|==|%%|::|\\(\\(|\\{\\{")
_HAN = "\u2e80-\u30ff\u3400-\u9fff\uff00-\uffef"
_WITHIN_CHINESE = re.compile(rf"(?<=[{_HAN}])[ \t]*\n[ \t]*(?=[{_HAN}])")
_MARKS = re.compile(r"[\[=%^:({]")  # without one of them there is nothing of all that

Span = tuple[int, int]  # character offsets into the text: from, up to


class BlockKind(Enum):
    """What a block is: only prose is cut into sentences, the others are quoted whole."""

    PROSE = "prose"
    CODE = "code"
    MATH = "math"
    ROW = "row"
    HEAD = "head"  # the header row of a table


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, list item's paragraph, table row, formula or piece of code.

    `spans` has one span a line, in order, without list markers, quote marks and line ends.
    `text` is what a reader sees of it: no markup, no images, a table cell with its column's name.
    """

    kind: BlockKind
    spans: tuple[Span, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it up to the next heading of any level.

    `heading` is the trail of plain heading texts from the outermost in; empty before the first heading.
    `start` is where the heading's line begins. `top` is the level of the outermost heading; 0 where there is none.
    """

    heading: tuple[str, ...]
    start: int
    blocks: tuple[Block, ...]
    top: int


@lru_cache(maxsize=1)  # a note is split into passages, then gathered from
def parse(text: str, underlined: bool = False) -> tuple[Section, ...]:
    """The sections of a Markdown text, in order, without those that hold nothing.

    `underlined` says that a heading with n equal signs under it is of level n, as kg/formats.py lays other formats out.
    """
    return tuple(
        _sections(_without_contents(_BLOCKS.parse(text)), text, Lines.of(text), underlined)
    )


def front_matter(text: str) -> str:
    """The YAML between the `---` lines at the very top, or an empty string."""
    match = re.match(
        r"---[ \t]*(?:\r\n|\r|\n)(.*?)(?:\r\n|\r|\n)---[ \t]*(?:\r\n|\r|\n|\Z)", text, re.DOTALL
    )
    return match[1] if match else ""


def plain(markup: str) -> str:
    """What a reader sees of a piece of inline Markdown: no markup, no images, one line.

    >>> plain("**循环网络（RNN）**的 [门](g.md) `d_k` <img src='x'/>")
    '循环网络（RNN）的 门 d_k'
    >>> plain("[!tip]- See [[gates|the gates]] ==twice== ^a1b2c3")
    'See the gates twice'
    """
    if not _ANY_MARK.search(markup):  # most sentences, and a hundred times as fast
        return _one_line(markup)
    return _seen(markup)


@lru_cache(
    maxsize=10_000
)  # a paragraph is often one sentence, and each is read for passages and for concepts
def _seen(markup: str) -> str:
    if marked := _MARKS.search(markup) is not None:
        markup = _CALLOUT.sub("", _PROPERTY.sub("", markup))
    markup = _TAKEN.sub(r"\1", markup)
    tokens = _INLINE.parseInline(markup) if len(markup) <= _LONGEST_INLINE else []
    seen = "".join(_visible(tokens[0].children or (), marked)) if tokens else _TAG.sub(" ", markup)
    return _one_line(_INVISIBLE.sub("", seen))


def _one_line(text: str) -> str:
    """Lines joined by spaces, but not within Chinese, which has none."""
    return " ".join((_WITHIN_CHINESE.sub("", text) if "\n" in text else text).split())


def _visible(children: Sequence[Token], marked: bool) -> Iterator[str]:
    role = ""
    for token in children:
        if (
            token.type == "text"
        ):  # **术语（term）**后 is no bold by the letter of CommonMark, and is meant to be
            text = token.content.replace("**", "")
            role = found[0] if marked and (found := _ROLE.search(text)) else ""
            yield _unmarked(text.removesuffix(role)) if marked else text
        elif token.type in {"code_inline", "math_inline", "math_inline_double"}:
            yield "" if role in _UNSEEN_ROLES else token.content
            role = ""
        elif token.type == "image" and (formula := _DRAWN_FORMULA.match(str(token.attrs["src"]))):
            yield unquote(formula[1])
        elif token.type in {"softbreak", "hardbreak"} or (
            token.type == "html_inline" and _APART.match(token.content)
        ):
            yield "\n"


def _unmarked(text: str) -> str:
    """Running text without what Obsidian and Logseq show otherwise: links by their names, no embeds, no ids."""
    text = _WIKILINK.sub(lambda match: match[2] or match[1].replace("#", " "), _EMBED.sub("", text))
    return _BLOCK_ID.sub("", _AROUND.sub(lambda match: match[1] or match[2], text))


def _sections(tokens: list[Token], text: str, lines: Lines, underlined: bool) -> Iterator[Section]:
    trail: list[tuple[int, str]] = []  # (level, title)
    start, blocks = 0, list[Block]()
    columns: list[str] = []

    def close() -> Iterator[Section]:
        if blocks:
            yield Section(
                tuple(title for _, title in trail),
                start,
                tuple(blocks),
                trail[0][0] if trail else 0,
            )
        blocks.clear()

    for position, token in enumerate(tokens):
        if token.map is None:
            continue
        first = token.map[0]
        if token.type == "heading_open" and token.level == 0:
            yield from close()
            level = _level(token, text, lines, underlined)
            title = plain(tokens[position + 1].content)
            trail[:] = [
                (at, above)
                for at, above in trail
                if at < level or (at == level and _is_part(title, above))
            ]
            if title:
                trail.append((level, title))
            start = lines.starts[first]
        elif token.type == "tr_open":
            cells = _cells(tokens, position)
            header = tokens[position - 1].type == "thead_open"
            columns = cells if header else columns
            spans = _line_spans(text, lines, first, first + 1)
            if spans and any(cells):
                yield_text = " | ".join(cells) if header else _row_text(columns, cells)
                blocks.append(Block(BlockKind.HEAD if header else BlockKind.ROW, spans, yield_text))
        elif block := _block(
            token, tokens[position - 1] if position else token, text, lines, underlined
        ):
            blocks.append(block)
    yield from close()


def _without_contents(tokens: list[Token]) -> list[Token]:
    """All but the lines that only lead to a heading of their own note: these say nothing that the headings do not."""
    headings = {
        plain(tokens[at + 1].content) for at, one in enumerate(tokens) if one.type == "heading_open"
    }

    def leads_within(at: int) -> bool:
        paragraph = tokens[at].type == "inline" and tokens[at - 1].type == "paragraph_open"
        content = tokens[at].content if paragraph else ""
        link = ONLY_A_LINK.fullmatch(content)
        return content.strip("[]").casefold() == "toc" or (
            link is not None and (link[2].startswith("#") or plain(link[1]) in headings)
        )

    return [token for at, token in enumerate(tokens) if not leads_within(at)]


def _is_part(title: str, above: str) -> bool:
    """Whether two headings of one level are numbered as a part and its whole: 3.1 and 3."""
    part, whole = _NUMBER.match(title), _NUMBER.match(above)
    return part is not None and whole is not None and part[1].startswith(f"{whole[1]}.")


def _bare(token: Token, text: str, lines: Lines) -> Block | None:
    """Code without the lines around it, which are no fences where it stands: no quote can have half of a tag."""
    assert token.map is not None
    first = token.map[0] + 1
    seen = unescape(token.content.replace(FILL, "")).strip("\n\xa0")
    spans = _line_spans(text, lines, first, first + token.content.count("\n"))
    return Block(BlockKind.CODE, spans, seen) if seen.strip() and spans else None


def _level(heading: Token, text: str, lines: Lines, underlined: bool) -> int:
    """The level of a heading: how many equal signs stand under it, where they count."""
    if not underlined or heading.markup != "=" or heading.map is None:
        return int(heading.tag[1])
    last = heading.map[1] - 1
    return len(text[lines.starts[last] : lines.ends[last]].strip())


def _block(token: Token, before: Token, text: str, lines: Lines, underlined: bool) -> Block | None:
    assert token.map is not None
    first, last = token.map
    if token.type == "inline" and before.type not in {"th_open", "td_open"}:
        if before.type == "heading_open" and before.level == 0:
            return None
        content = _CHECKBOX.sub("", token.content)
        seen = plain(content)
        spans = _content_spans(text, lines, first, last, content)
        return Block(BlockKind.PROSE, spans, seen) if seen and spans else None
    if underlined and token.type == "fence":
        return _bare(token, text, lines)
    if token.type in {"fence", "code_block"} and token.content.strip():
        return Block(
            BlockKind.CODE, _line_spans(text, lines, first, last), token.content.strip("\n")
        )
    if token.type in {"math_block", "math_block_label"} and token.content.strip():
        return Block(BlockKind.MATH, _line_spans(text, lines, first, last), token.content.strip())
    if token.type == "html_block" and (
        seen := " ".join(unescape(_TAG.sub(" ", token.content)).split())
    ):
        return Block(BlockKind.PROSE, _line_spans(text, lines, first, last), seen)
    return None


def _cells(tokens: list[Token], position: int) -> list[str]:
    """The plain cells of the table row that opens at `position`."""
    cells = []
    for token in tokens[position + 1 :]:
        if token.type == "tr_close":
            break
        if token.type == "inline":
            cells.append(plain(token.content))
    return cells


def _row_text(columns: list[str], cells: list[str]) -> str:
    """A row as it reads on its own: the first cell, then each further one with its column's name."""
    named = [
        f"{column}: {cell}" if column else cell
        for column, cell in zip(columns[1:], cells[1:], strict=False)
        if cell
    ]
    return "; ".join(cells[:1] + named)


def _content_spans(
    text: str, lines: Lines, first: int, last: int, content: str
) -> tuple[Span, ...]:
    """Where each line of an inline token's content stands in the text: markers and indents left out.

    markdown-it strips what Unicode calls space, also whole lines of it: a piece is looked for from its line on.
    """
    spans: list[Span] = []
    number = first
    for piece in (line.strip() for line in content.split("\n")):
        places = (
            (at, text.find(piece, lines.starts[at], lines.ends[at])) for at in range(number, last)
        )
        found = next(((at, place) for at, place in places if place >= 0), None) if piece else None
        if found:
            spans.append((found[1], found[1] + len(piece)))
            number = found[0] + 1
        elif piece and number < last:
            spans.extend(_line_spans(text, lines, number, number + 1))
            number += 1
    return tuple(spans)


def _line_spans(text: str, lines: Lines, first: int, last: int) -> tuple[Span, ...]:
    """The lines from `first` up to `last` (0-based) without blank ones and surrounding space."""
    spans = []
    for start, end in zip(lines.starts[first:last], lines.ends[first:last], strict=True):
        raw = text[start:end]
        if raw.strip():
            spans.append((start + len(raw) - len(raw.lstrip()), start + len(raw.rstrip())))
    return tuple(spans)
