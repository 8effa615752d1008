"""Detect sentences of the notes that contradict each other; precision counts more than recall.

Two sentences contradict each other if they are the same but for one number or one negation.
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache

from kg.language import en, zh
from kg.language.detect import CJK
from kg.language.normalize import fold
from rag.analyzer import analyze
from rag.types import Passage

_TOKEN = re.compile(rf"[a-z][\w.+-]*\w|\d+(?:[.,]\d+)*|[a-z]|[{CJK}]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_CONTRACTED_NEGATION = re.compile(en.CONTRACTED_NEGATION)
_NEGATIONS = en.NEGATING_TOKENS | zh.NEGATING_TOKENS
_SLIGHT_WORDS = en.SLIGHT_WORDS | zh.SLIGHT_WORDS
_NUMBER_LABELS = en.NUMBER_LABELS | zh.NUMBER_LABELS
# Sentences of fewer tokens say too little to be about the same thing.
_FEWEST_TOKENS = 6
# Sentences with more tokens that only one of them has differ by more than a number or a negation.
_MOST_DIFFERENT = 2


def share_topic(passage: Passage, other: Passage, sentence: str, topic: frozenset[str]) -> bool:
    """Tell whether a sentence that both passages have, nearly, is about the same thing in both.

    It is under the same heading. Under different headings it is if it names half of the topic of
    the question, unless the headings differ by a number: what release 1.2 does and what release
    1.3 does is no contradiction.
    """
    heading, other_heading = set(analyze(passage.title)), set(analyze(other.title))
    if heading and heading == other_heading:
        return True
    if len(topic & set(analyze(sentence))) < len(topic) / 2:
        return False
    return not any(character.isdigit() for character in "".join(heading ^ other_heading))


def contradicts(sentence: str, other: str) -> bool:
    """Tell whether two sentences are the same but for one number or one negation.

    >>> contradicts("BERT-base has 12 layers and 110M parameters.",
    ...             "BERT-base has 24 layers and 110M parameters.")
    True
    >>> contradicts("BERT-base has 12 layers and 110M parameters.",
    ...             "BERT-large has 24 layers and 340M parameters.")
    False
    """
    first, second = _tokenize(sentence), _tokenize(other)
    if (
        min(len(first), len(second)) < _FEWEST_TOKENS
        or len(set(first) ^ set(second)) > _MOST_DIFFERENT
    ):
        return False
    differences = list(_compare(first, second))
    return len(differences) == 1 and differences[0]


@lru_cache(256)  # one sentence is compared with many
def _tokenize(text: str) -> list[str]:
    """Return the words, numbers and Chinese characters, without words that mean little."""
    plain = _CONTRACTED_NEGATION.sub(" not ", fold(text))
    tokens = (token for token in _TOKEN.findall(plain) if token not in _SLIGHT_WORDS)
    return [_normalize_number(token) if token[0].isdigit() else token for token in tokens]


def _normalize_number(token: str) -> str:
    """Return one spelling of a number: 4,000 becomes 4000, 0.50 becomes 0.5."""
    plain = token.replace(",", "")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _compare(first: list[str], second: list[str]) -> Iterator[bool]:
    """Yield each difference of two sentences: whether it is one number or one negation."""
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    for tag, start, end, other_start, other_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        old, new = first[start:end], second[other_start:other_end]
        if len(old) == len(new) == 1 and _NUMBER.fullmatch(old[0]) and _NUMBER.fullmatch(new[0]):
            # A number after a label is no quantity: table 3 and table 4 are two tables.
            label = first[max(0, start - 1) : start]
            yield old != new and not _NUMBER_LABELS.intersection(label)
        else:
            yield len(old + new) == 1 and (old + new)[0] in _NEGATIONS
