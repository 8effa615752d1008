"""Replace markup with padding of the same length, so that every character keeps its offset."""

import re

FILL = "\u2060"  # a word joiner: no space, no width, and no part of what a reader sees
SPACE = "\xa0"  # space that does not indent


def underline(level: int, room: int) -> str:
    """The line under a heading: as many equal signs as its level, if there is room for them."""
    return ("=" * min(level, room)).ljust(room)


def blank(text: str) -> str:
    """Nothing in place of a text: its lines stay."""
    return re.sub(r"[^\r\n]", " ", text)


def hide(pattern: re.Pattern[str], text: str) -> str:
    """The text with only the first group of each match left, and FILL in place of the rest of it."""

    def left(match: re.Match[str]) -> str:
        start, end = match.span(1)
        return FILL * (start - match.start()) + match[1] + FILL * (match.end() - end)

    return pattern.sub(left, text)
