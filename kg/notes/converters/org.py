"""Org → Markdown of the same length: headings, lists, tables, blocks, links and drawers of Emacs' outlines."""

import re

from kg.notes.converters.padding import SPACE, blank, hide

_HEADING = re.compile(r"(\*+)([ \t]+.*?)([ \t]+:[\w@#%:]+:)?([ \t\r\n]*)$", re.DOTALL)
_TITLE = re.compile(r"#\+title:(?=\s)", re.IGNORECASE)
_CODE = re.compile(r"\s*#\+(begin|end)_(src|example)\b", re.IGNORECASE)
_KEYWORD = re.compile(r"\s*(#\+\w+|#(\s|$)|:\w+:|(CLOSED|SCHEDULED|DEADLINE):)")
_DRAWER = re.compile(r"\s*:(properties|logbook):\s*$", re.IGNORECASE)
_ITEM = re.compile(r"\s*([-+]|\d+[.)])\s")
_RULE = re.compile(r"\s*\|[-+|]+\s*$")
_LINK = re.compile(r"\[\[(?:[^\[\]\n]*\]\[)?([^\[\]\n]+)\]\]")
_NOTE = re.compile(r"()\[fn:[^\[\]\n]*\]")
_VERBATIM = re.compile(r"(?<![\w=~])([=~])(?=\S)([^\n]*?\S)\1(?![\w=~])")


def convert(text: str) -> str:
    """The text with Org's marks as Markdown's.

    >>> from kg.notes.converters.padding import FILL
    >>> convert("** Gates\\n=x= is [[a.org][open]]\\n").replace(FILL, "")
    '## Gates\\n`x` is open\\n'
    """
    lines = []
    code = drawer = listed = False
    for line in text.splitlines(keepends=True):
        bare = line.strip()
        if match := _CODE.match(line):
            code = match[1].lower() == "begin"
            line = _fence(line, code)
        elif code:
            pass
        elif drawer or _DRAWER.match(line):
            drawer = bare.lower() != ":end:"
            line = blank(line)
        else:
            listed = bool(_ITEM.match(line)) or (listed and line[:1] in " \t")
            line = _line(line, listed)
        lines.append(line)
    return "".join(lines)


def _fence(line: str, begins: bool) -> str:
    """A line that begins or ends code."""
    room = len(line.rstrip("\r\n"))
    return ("```" if begins else "`" * room).ljust(room) + line[room:]


def _line(line: str, listed: bool) -> str:
    if match := _HEADING.match(line):
        marks = "#" * min(6, len(match[1]))
        return marks.ljust(len(match[1])) + _inline(match[2]) + " " * len(match[3] or "") + match[4]
    if title := _TITLE.match(line):
        return "#".ljust(title.end()) + line[title.end() :]
    if _KEYWORD.match(line):
        return blank(line)
    if _RULE.match(line):
        return line.replace("+", "|")
    indent = len(line) - len(line.lstrip(" \t"))
    return (
        (line[:indent] if listed else SPACE * indent) + _inline(line[indent:])
        if line.strip()
        else line
    )


def _inline(line: str) -> str:
    return hide(_NOTE, hide(_LINK, _VERBATIM.sub(r"`\2`", line)))
