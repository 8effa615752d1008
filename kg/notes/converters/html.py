"""HTML → Markdown of the same length: headings, paragraphs, lists, tables and code; scripts and menus become nothing."""

import re
from html.parser import HTMLParser
from itertools import accumulate

from kg.notes.converters.padding import FILL, SPACE

_BLOCKS = frozenset(
    "address article aside blockquote body caption dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6"
    " header hr html li main ol p pre section summary table tbody tfoot thead tr ul".split()
)
_SILENT = frozenset("head nav noscript script style svg template".split())
_INLINE = {"b": "**", "strong": "**", "code": "`"}
_HEADING = re.compile("h[1-6]")
_STRAY = re.compile(
    "<(?![^<>]{0,5000}>)"
)  # opens no tag, and keeps the parser looking for one through all of the text
_SPACE = re.compile(r"\s+")


def convert(text: str) -> str:
    """The text with tags as Markdown's marks.

    >>> convert("<h2>Gates</h2><p>The <b>GRU</b> has 2.</p>").replace(FILL, "").split()
    ['Gates', '==', 'The', '**GRU**', 'has', '2.']
    """
    bare = _without_comments(text)
    reader = _Reader(bare)
    reader.feed(_STRAY.sub(" ", bare))
    reader.close()
    return reader.finish()


def _without_comments(text: str) -> str:
    pieces, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        pieces += [text[at:start], SPACE * (end + 3 - start)]
        at = end + 3
    return "".join([*pieces, text[at:]])


class _Reader(HTMLParser):
    """Where each tag and each stretch of text begins; its end is where the next one does."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self._text = text
        self._lines = list(accumulate((len(line) + 1 for line in text.split("\n")), initial=0))
        self._events: list[tuple[int, str, str]] = []  # place, kind, tag

    def _note(self, kind: str, tag: str = "") -> None:
        line, column = self.getpos()
        self._events.append((self._lines[line - 1] + column, kind, tag))

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._note("open", tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self._note("void", tag)

    def handle_endtag(self, tag: str) -> None:
        self._note("close", tag)

    def handle_data(self, data: str) -> None:
        self._note("text")

    def handle_entityref(self, name: str) -> None:
        self._note("entity")

    handle_charref = handle_entityref

    def handle_comment(self, data: str) -> None:
        self._note("comment")

    def handle_decl(self, decl: str) -> None:
        self._note("comment")

    handle_pi = unknown_decl = handle_comment

    def finish(self) -> str:
        """Everything laid out."""
        if not self._events:
            return self._text
        silent, pre, heading, item = "", False, False, False
        ends = [place for place, _, _ in self._events[1:]] + [len(self._text)]
        pieces = [FILL * self._events[0][0]]
        for (start, kind, tag), end in zip(self._events, ends, strict=True):
            raw = self._text[start:end]
            if kind == "open" and tag in _SILENT and not silent:
                silent = tag
            if silent:
                pieces.append("\n".rjust(len(raw)))
                silent = "" if kind == "close" and tag == silent else silent
            elif kind in {"text", "entity"}:
                pieces.append(raw if pre else _flowing(raw, heading or item))
            else:
                pieces.append(_mark(kind, tag, len(raw), pre))
                pre = kind == "open" if tag == "pre" else pre
                heading = kind == "open" if _HEADING.fullmatch(tag) else heading
            item = kind == "open" and tag == "li"
        return "".join(pieces)


def _mark(kind: str, tag: str, room: int, pre: bool) -> str:
    """What stands for a tag."""
    if tag == "pre" and kind in {"open", "close"}:
        return "\n```\n".rjust(room) if kind == "open" else "\n```\n".ljust(room - 1) + "\n"
    if kind == "comment" or (pre and tag == "code"):
        return SPACE * room
    if pre:
        return FILL * room
    if kind == "close" and _HEADING.fullmatch(tag):
        return ("\n" + "=" * min(int(tag[1]), room - 2)).ljust(room - 1) + "\n"
    if tag in _BLOCKS:
        return ("\n- " if tag == "li" and kind == "open" else "\n\n").rjust(room)
    if tag in {"td", "th"}:
        return "|".rjust(room) if kind == "close" else SPACE * room
    if tag == "br":
        return "\n".rjust(room)
    mark = "" if kind == "void" else _INLINE.get(tag, "")
    return mark.rjust(room, FILL) if kind == "open" else mark.ljust(room, FILL)


def _flowing(text: str, one_line: bool) -> str:
    """Text whose line ends and indents are nothing but space: no line begins with any."""

    def space(match: re.Match[str]) -> str:
        ends = not one_line and re.search(r"[\r\n]", match[0])
        return "\n".rjust(len(match[0])) if ends else " ".rjust(len(match[0]), FILL)

    return _SPACE.sub(space, text)
