"""Convert reStructuredText to Markdown of the same length.

Headings, directives, literal blocks, roles and links become Markdown's. docutils would parse all of
it, but knows only the lines of blocks, and a quote needs the offset of every character.
"""

import re

from kg.notes.converters.padding import SPACE, blank, keep_first_group, underline

# The line over or under a heading: one mark of punctuation, repeated.
_RULE = re.compile(r"([!-/:-@\[-`{-~])\1+\s*$")
_TABLE_RULE = re.compile(r"(\+[-=+]+\+|=+( +=+)+)\s*$")
# Two dots: the indent, a directive's name, or the bracket of a footnote.
_EXPLICIT_MARKUP = re.compile(r"(\s*)\.\.(?:\s+(?:\|[^|\n]+\|\s+)?([\w:-]+)::|\s+(\[)|\s|$)")
_OPTION = re.compile(r"\s+:[\w-]+:")
_ITEM = re.compile(r"\s*([-*+•]|\w{1,3}[.)]|#\.)\s")
# Directives whose content is code.
_CODE_DIRECTIVES = frozenset(
    "code code-block sourcecode math parsed-literal prompt doctest highlight".split()
)
# Directives without text of their own.
_SILENT_DIRECTIVES = frozenset(
    "toctree image figure include literalinclude raw contents index replace only csv-table".split()
)
# It shows nothing, and ends the literal block before it.
_SEPARATOR = "<!---->"
_ROLE = re.compile(r"(?<!`)(?::[\w:+.-]+:)?`(?!`)([^`<>\n]+?)(?:\s*<[^<>`\n]*>)?`_{0,2}(?!`)")
_REFERENCE = re.compile(r"(?<![\w`])(\w+)_(?!\w)")
# Characters in the shortest line under a heading.
_MIN_RULE = 3


def convert(text: str) -> str:
    """Return the text with Markdown's markup in place of reStructuredText's.

    >>> from kg.notes.converters.padding import FILL
    >>> convert("Gates\\n-----\\n\\nSee :ref:`the LSTM <lstm>`.\\n").replace(FILL, "")
    'Gates\\n=    \\n\\nSee the LSTM.\\n'
    """
    return "".join(_convert_body(_convert_headings(text.splitlines(keepends=True))))


def _convert_headings(lines: list[str]) -> list[tuple[str, bool]]:
    """Return the lines, those of headings converted, and whether each belongs to a heading."""
    # Levels by the mark of the rule, written twice if it is above the title too. They count in
    # order of appearance.
    levels: dict[str, int] = {}
    converted = [(line, False) for line in lines]
    for number in range(1, len(lines)):
        if converted[number - 1][1] or not _is_underlined(lines, number):
            continue
        rule, has_overline = lines[number].rstrip(), _has_overline(lines, number)
        level = levels.setdefault(rule[0] * (1 + has_overline), len(levels) + 1)
        converted[number] = (underline(level, len(rule)) + lines[number][len(rule) :], True)
        converted[number - 1] = (lines[number - 1], True)
        if has_overline:
            converted[number - 2] = (blank(lines[number - 2]), True)
    return converted


def _has_overline(lines: list[str], number: int) -> bool:
    """Tell whether the rule at line `number` also stands two lines above it."""
    over = lines[number - 2] if number > 1 else ""
    return _RULE.match(over) is not None and over.rstrip() == lines[number].rstrip()


def _is_underlined(lines: list[str], number: int) -> bool:
    """Tell whether line `number` is the rule under a heading.

    A title is indented only between two rules. Without a rule above, it follows an empty line.
    """
    title, rule = lines[number - 1].rstrip(), lines[number].rstrip()
    if not title or not _RULE.match(rule) or _RULE.match(title) or len(rule) < _MIN_RULE:
        return False
    if _has_overline(lines, number):
        return True
    return not title[0].isspace() and (number == 1 or not lines[number - 2].strip())


def _convert_body(lines: list[tuple[str, bool]]) -> list[str]:
    """Return the lines with directives, literal blocks, lists and inline markup converted."""
    converted: list[str] = []
    # What indented lines belong to ("literal", "silent", "prose" or nothing), and its own indent.
    kind, depth = "", 0
    in_list = False
    for line, in_heading in lines:
        indent = len(line) - len(line.lstrip(" \t"))
        if kind and line.strip() and indent <= depth:
            kind = ""
        is_option = _OPTION.match(line) is not None
        if in_heading or not line.strip():
            converted.append(line)
        elif kind == "literal" and not (is_option and converted[-1].strip() in ("", _SEPARATOR)):
            converted.append(_indent_code(line))
        elif (
            kind in {"literal", "silent"}
            or (kind == "prose" and is_option)
            or _TABLE_RULE.match(line.strip())
        ):
            converted.append(blank(line))
        elif markup := _EXPLICIT_MARKUP.match(line):
            kind, depth, line = _convert_markup(line, markup)
            converted.append(line)
        else:
            in_list = bool(_ITEM.match(line)) or (in_list and indent > 0)
            margin = line[:indent] if in_list else SPACE * indent
            converted.append(margin + _convert_inline(line[indent:]))
            if line.rstrip().endswith("::"):
                kind, depth = "literal", indent
    return converted


def _convert_markup(line: str, markup: re.Match[str]) -> tuple[str, int, str]:
    """Convert a line that begins with two dots.

    Return what the indented lines after it are, the line's own indent, and the converted line.
    """
    depth, name = len(markup[1]), (markup[2] or "").rpartition(":")[2]
    if markup[3]:  # A footnote.
        start = markup.start(3)
        return "prose", depth, SPACE * start + _convert_inline(line[start:])
    if not name or name in _SILENT_DIRECTIVES:  # Without a name it is a comment or a link target.
        return "silent", depth, blank(line)
    if name in _CODE_DIRECTIVES:
        return "literal", depth, _SEPARATOR + blank(line)[len(_SEPARATOR) :]
    return "prose", depth, SPACE * markup.end() + line[markup.end() :]


def _indent_code(line: str) -> str:
    """Return a line of a literal block indented by at least four columns.

    The last space of its indent becomes a tab, so that the length stays.
    """
    if line[:1] != " ":
        return line
    code = line.lstrip(" ")
    return line[: len(line) - len(code)][:-1] + "\t" + code


def _convert_inline(line: str) -> str:
    """Return running text with roles and references as what they show."""
    line = re.sub(r"::(\s*)$", r": \1", line)
    return keep_first_group(_REFERENCE, keep_first_group(_ROLE, line))
