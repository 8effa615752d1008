"""Convert HTML to Markdown of the same length.

Headings, paragraphs, lists, tables and code become Markdown's; scripts, styles and menus go.
"""

import re
from html.parser import HTMLParser
from itertools import accumulate

from kg.notes.converters.padding import FILL, SPACE

# Tags that begin and end a block of their own.
_BLOCK_TAGS = frozenset(
    "address article aside blockquote body caption dd details div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hr html li main ol p pre section summary table tbody"
    " tfoot thead tr ul".split()
)
# Tags whose content is not shown, or is a menu.
_HIDDEN_TAGS = frozenset("head nav noscript script style svg template".split())
_INLINE_MARKS = {"b": "**", "strong": "**", "code": "`"}
_HEADING = re.compile("h[1-6]")
# A `<` that opens no tag. It would have the parser look for the tag's end through all of the text.
_STRAY = re.compile("<(?![^<>]{0,5000}>)")
_WHITESPACE = re.compile(r"\s+")


def convert(text: str) -> str:
    """Return the text with Markdown's markup in place of tags.

    >>> convert("<h2>Gates</h2><p>The <b>GRU</b> has 2.</p>").replace(FILL, "").split()
    ['Gates', '==', 'The', '**GRU**', 'has', '2.']
    """
    text = _blank_comments(text)
    converter = _Converter(text)
    converter.feed(_STRAY.sub(" ", text))
    converter.close()
    return converter.finish()


def _blank_comments(text: str) -> str:
    """Return the text with space in place of comments."""
    pieces, position = [], 0
    while (start := text.find("<!--", position)) >= 0:
        if (end := text.find("-->", start + 4)) < 0:
            break
        pieces += [text[position:start], SPACE * (end + 3 - start)]
        position = end + 3
    return "".join([*pieces, text[position:]])


class _Converter(HTMLParser):
    """Records where each tag and each stretch of text begins; it ends where the next one begins."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self._text = text
        self._lines = list(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
        self._events: list[tuple[int, str, str]] = []  # offset, kind, tag

    def _record(self, kind: str, tag: str = "") -> None:
        line, column = self.getpos()
        self._events.append((self._lines[line - 1] + column, kind, tag))

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._record("open", tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self._record("void", tag)

    def handle_endtag(self, tag: str) -> None:
        self._record("close", tag)

    def handle_data(self, data: str) -> None:
        self._record("text")

    def handle_entityref(self, name: str) -> None:
        self._record("entity")

    handle_charref = handle_entityref

    def handle_comment(self, data: str) -> None:
        self._record("comment")

    def handle_decl(self, decl: str) -> None:
        self._record("comment")

    handle_pi = unknown_decl = handle_comment

    def finish(self) -> str:
        """Return the whole text as Markdown."""
        if not self._events:
            return self._text
        hidden, in_pre, in_heading, begins_item = "", False, False, False
        ends = [offset for offset, _, _ in self._events[1:]] + [len(self._text)]
        pieces = [FILL * self._events[0][0]]
        for (start, kind, tag), end in zip(self._events, ends, strict=True):
            raw = self._text[start:end]
            if kind == "open" and tag in _HIDDEN_TAGS and not hidden:
                hidden = tag
            if hidden:
                pieces.append("\n".rjust(len(raw)))
                hidden = "" if kind == "close" and tag == hidden else hidden
            elif kind in {"text", "entity"}:
                pieces.append(raw if in_pre else _flow(raw, in_heading or begins_item))
            else:
                pieces.append(_mark(kind, tag, len(raw), in_pre))
                in_pre = kind == "open" if tag == "pre" else in_pre
                in_heading = kind == "open" if _HEADING.fullmatch(tag) else in_heading
            begins_item = kind == "open" and tag == "li"
        return "".join(pieces)


def _mark(kind: str, tag: str, room: int, in_pre: bool) -> str:
    """Return the `room` characters that take a tag's place."""
    if tag == "pre" and kind in {"open", "close"}:
        return "\n```\n".rjust(room) if kind == "open" else "\n```\n".ljust(room - 1) + "\n"
    if kind == "comment" or (in_pre and tag == "code"):
        return SPACE * room
    if in_pre:
        return FILL * room
    if kind == "close" and _HEADING.fullmatch(tag):
        return ("\n" + "=" * min(int(tag[1]), room - 2)).ljust(room - 1) + "\n"
    if tag in _BLOCK_TAGS:
        return ("\n- " if tag == "li" and kind == "open" else "\n\n").rjust(room)
    if tag in {"td", "th"}:
        return "|".rjust(room) if kind == "close" else SPACE * room
    if tag == "br":
        return "\n".rjust(room)
    mark = "" if kind == "void" else _INLINE_MARKS.get(tag, "")
    return mark.rjust(room, FILL) if kind == "open" else mark.ljust(room, FILL)


def _flow(text: str, one_line: bool) -> str:
    """Return text in which line ends and indents are mere space, so that no line is indented.

    With `one_line` there are no line ends left either.
    """

    def shrink(match: re.Match[str]) -> str:
        ends_line = not one_line and re.search(r"[\r\n]", match[0])
        return "\n".rjust(len(match[0])) if ends_line else " ".rjust(len(match[0]), FILL)

    return _WHITESPACE.sub(shrink, text)
