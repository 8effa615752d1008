"""Convert Org, the format of Emacs' outlines, to Markdown of the same length.

Headings, lists, tables, code blocks and links become Markdown's; drawers and keywords go.
"""

import re

from kg.notes.converters.padding import SPACE, blank, keep_first_group

# Stars, title, tags and line end.
_HEADING = re.compile(r"(\*+)([ \t]+.*?)([ \t]+:[\w@#%:]+:)?([ \t\r\n]*)$", re.DOTALL)
_TITLE = re.compile(r"#\+title:(?=\s)", re.IGNORECASE)
_CODE = re.compile(r"\s*#\+(begin|end)_(src|example)\b", re.IGNORECASE)
# Keywords, comments, properties and dates, whose lines are no text.
_KEYWORD = re.compile(r"\s*(#\+\w+|#(\s|$)|:\w+:|(CLOSED|SCHEDULED|DEADLINE):)")
_DRAWER = re.compile(r"\s*:(properties|logbook):\s*$", re.IGNORECASE)
_ITEM = re.compile(r"\s*([-+]|\d+[.)])\s")
_TABLE_RULE = re.compile(r"\s*\|[-+|]+\s*$")
_LINK = re.compile(r"\[\[(?:[^\[\]\n]*\]\[)?([^\[\]\n]+)\]\]")
# A footnote. Its empty group is what is kept of it.
_FOOTNOTE = re.compile(r"()\[fn:[^\[\]\n]*\]")
_VERBATIM = re.compile(r"(?<![\w=~])([=~])(?=\S)([^\n]*?\S)\1(?![\w=~])")
# Levels of headings that Markdown has.
_DEEPEST_HEADING = 6


def convert(text: str) -> str:
    """Return the text with Org's markup replaced by Markdown's.

    >>> from kg.notes.converters.padding import FILL
    >>> convert("** Gates\\n=x= is [[a.org][open]]\\n").replace(FILL, "")
    '## Gates\\n`x` is open\\n'
    """
    lines = []
    in_code = in_drawer = in_list = False
    for line in text.splitlines(keepends=True):
        if match := _CODE.match(line):
            in_code = match[1].lower() == "begin"
            line = _fence(line, in_code)
        elif in_code:
            pass
        elif in_drawer or _DRAWER.match(line):
            in_drawer = line.strip().lower() != ":end:"
            line = blank(line)
        else:
            in_list = bool(_ITEM.match(line)) or (in_list and line[:1] in " \t")
            line = _convert_line(line, in_list)
        lines.append(line)
    return "".join(lines)


def _fence(line: str, begins: bool) -> str:
    """Return the fence for a line that begins or ends code."""
    room = len(line.rstrip("\r\n"))
    return ("```" if begins else "`" * room).ljust(room) + line[room:]


def _convert_line(line: str, in_list: bool) -> str:
    """Return a line outside of code and drawers as Markdown. Indents count in lists only."""
    if heading := _HEADING.match(line):
        stars, title, tags, end = heading.groups()
        marks = ("#" * min(_DEEPEST_HEADING, len(stars))).ljust(len(stars))
        return marks + _convert_inline(title) + " " * len(tags or "") + end
    if title := _TITLE.match(line):
        return "#".ljust(title.end()) + line[title.end() :]
    if _KEYWORD.match(line):
        return blank(line)
    if _TABLE_RULE.match(line):
        return line.replace("+", "|")
    if not line.strip():
        return line
    indent = len(line) - len(line.lstrip(" \t"))
    return (line[:indent] if in_list else SPACE * indent) + _convert_inline(line[indent:])


def _convert_inline(text: str) -> str:
    """Return running text with verbatim as code, links as their names, and no footnotes."""
    text = _VERBATIM.sub(r"`\2`", text)
    return keep_first_group(_FOOTNOTE, keep_first_group(_LINK, text))
