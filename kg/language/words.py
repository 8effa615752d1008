"""Turn the word lists of the language modules into tuples and regular expressions."""

import re
from collections.abc import Iterable


def split_words(listed: str) -> tuple[str, ...]:
    """Split a list at its commas and line ends; a comma without a space after it belongs to a word.

    >>> split_words("not, never, n't")
    ('not', 'never', "n't")
    """
    return tuple(re.split(r",\s+", listed.strip().removesuffix(",")))


def join_words(*lists: Iterable[str]) -> str:
    """Return a regular expression that matches any word of the lists, earlier words first.

    >>> join_words(("is", "are"), ["do(?:es)?"])
    '(?:is|are|do(?:es)?)'
    """
    return f"(?:{'|'.join(word for words in lists for word in words)})"
