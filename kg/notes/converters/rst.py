"""reStructuredText → Markdown of the same length: headings, directives, literal blocks, roles and links.

docutils parses all of it, but knows only lines, and those of blocks; a quote needs the place of every character.
"""

import re

from kg.notes.converters.padding import SPACE, blank, hide, underline

_RULE = re.compile(r"([!-/:-@\[-`{-~])\1+\s*$")
_TABLE_RULE = re.compile(r"(\+[-=+]+\+|=+( +=+)+)\s*$")
_MARK = re.compile(r"(\s*)\.\.(?:\s+(?:\|[^|\n]+\|\s+)?([\w:-]+)::|\s+(\[)|\s|$)")
_OPTION = re.compile(r"\s+:[\w-]+:")
_ITEM = re.compile(r"\s*([-*+•]|\w{1,3}[.)]|#\.)\s")
_LITERAL = {
    "code",
    "code-block",
    "sourcecode",
    "math",
    "parsed-literal",
    "prompt",
    "doctest",
    "highlight",
}
_END = "<!---->"  # no text, and the end of the literal block before
_SILENT = {
    "toctree",
    "image",
    "figure",
    "include",
    "literalinclude",
    "raw",
    "contents",
    "index",
    "replace",
    "only",
    "csv-table",
}
_ROLE = re.compile(r"(?<!`)(?::[\w:+.-]+:)?`(?!`)([^`<>\n]+?)(?:\s*<[^<>`\n]*>)?`_{0,2}(?!`)")
_REFERENCE = re.compile(r"(?<![\w`])(\w+)_(?!\w)")


def convert(text: str) -> str:
    """The text with the marks of reStructuredText as Markdown's.

    >>> from kg.notes.converters.padding import FILL
    >>> convert("Gates\\n-----\\n\\nSee :ref:`the LSTM <lstm>`.\\n").replace(FILL, "")
    'Gates\\n=    \\n\\nSee the LSTM.\\n'
    """
    lines = text.splitlines(keepends=True)
    return "".join(_body(_headed(lines)))


def _headed(lines: list[str]) -> list[tuple[str, bool]]:
    """The lines, with those under headings as Markdown has them, and whether each belongs to a heading."""
    levels: dict[
        str, int
    ] = {}  # by the mark, twice where it stands above too: in order of appearance
    made = [(line, False) for line in lines]
    for at in range(1, len(lines)):
        title, rule = lines[at - 1].rstrip(), lines[at].rstrip()
        above = at > 1 and _RULE.match(lines[at - 2]) is not None and lines[at - 2].rstrip() == rule
        if (
            not (title and _RULE.match(rule))
            or _RULE.match(title)
            or (title[0].isspace() and not above)
            or made[at - 1][1]
        ):
            continue
        if len(rule) < 3 or (at > 1 and lines[at - 2].strip() and not above):
            continue
        level = levels.setdefault(rule[0] * (1 + above), len(levels) + 1)
        made[at] = (underline(level, len(rule)) + lines[at][len(rule) :], True)
        made[at - 1] = (lines[at - 1], True)
        if above:
            made[at - 2] = (blank(lines[at - 2]), True)
    return made


def _body(lines: list[tuple[str, bool]]) -> list[str]:
    """The lines with what a directive, an indent or a mark means put into Markdown."""
    found: list[str] = []
    kind, depth, listed = (
        "",
        0,
        False,
    )  # of the directive or literal block that indented lines belong to
    for line, heading in lines:
        indent = len(line) - len(line.lstrip(" \t"))
        if kind and line.strip() and indent <= depth:
            kind = ""
        if heading or not line.strip():
            found.append(line)
        elif kind == "literal" and not (_OPTION.match(line) and found[-1].strip() in ("", _END)):
            found.append(_as_code(line))
        elif (
            kind in {"literal", "silent"}
            or (kind == "prose" and _OPTION.match(line))
            or _TABLE_RULE.match(line.strip())
        ):
            found.append(blank(line))
        elif mark := _MARK.match(line):
            kind, depth, laid = _explicit(line, mark)
            found.append(laid)
        else:
            listed = bool(_ITEM.match(line)) or (listed and indent > 0)
            found.append((line[:indent] if listed else SPACE * indent) + _inline(line[indent:]))
            if line.rstrip().endswith("::"):
                kind, depth = "literal", indent
    return found


def _explicit(line: str, mark: re.Match[str]) -> tuple[str, int, str]:
    """What the indented lines after a line of two dots are, how deep that line stands, and the line laid out."""
    depth, name = len(mark[1]), (mark[2] or "").rpartition(":")[2]
    if mark[3]:  # a footnote
        return "prose", depth, SPACE * mark.start(3) + _inline(line[mark.start(3) :])
    if not name or name in _SILENT:  # a comment, a target
        return "silent", depth, blank(line)
    if name in _LITERAL:
        return "literal", depth, _END + blank(line)[len(_END) :]
    return "prose", depth, SPACE * mark.end() + line[mark.end() :]


def _as_code(line: str) -> str:
    """A line of a literal block: at least four columns in, which a tab gets it to."""
    return (
        line[: len(line) - len(line.lstrip(" "))][:-1] + "\t" + line.lstrip(" ")
        if line[:1] == " "
        else line
    )


def _inline(line: str) -> str:
    line = re.sub(r"::(\s*)$", r": \1", line)
    return hide(_REFERENCE, hide(_ROLE, line))
