"""Replace markup with padding of the same length, so that every character keeps its offset."""

import re

# A word joiner: it is no space, has no width, and is removed from what a reader sees.
FILL = "\u2060"
# A no-break space: it separates words, but does not indent.
SPACE = "\xa0"


def underline(level: int, room: int) -> str:
    """Return the line under a heading: an equal sign for each level, as far as there is room."""
    return ("=" * min(level, room)).ljust(room)


def blank(text: str) -> str:
    """Return as many spaces as the text has characters, with its line ends kept."""
    return re.sub(r"[^\r\n]", " ", text)


def keep_first_group(pattern: re.Pattern[str], text: str) -> str:
    """Return the text with FILL in place of each match, but for the match's first group."""

    def pad(match: re.Match[str]) -> str:
        start, end = match.span(1)
        return FILL * (start - match.start()) + match[1] + FILL * (match.end() - end)

    return pattern.sub(pad, text)
