"""Align text in columns. A Chinese character is two columns wide on a terminal."""

from collections.abc import Sequence

from kg.text import printable


def display_width(text: str) -> int:
    """Return how many columns a text takes on a terminal."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth  # Most texts are ASCII and do not need it.

    return max(0, wcswidth(printable(text)))


def pad(texts: Sequence[str]) -> list[str]:
    """Pad the texts with spaces to the display width of the widest."""
    widths = [display_width(text) for text in texts]
    widest = max(widths, default=0)
    return [text + " " * (widest - width) for text, width in zip(texts, widths, strict=True)]
