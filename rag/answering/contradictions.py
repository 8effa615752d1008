"""Whether two sentences of the notes contradict each other. Pure, and rather sure than complete.

They do when they say the same of the same but for one number, or but for a negation.
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import lru_cache

from kg.language.detect import CJK
from kg.language.normalize import fold
from rag.analyzer import analyze
from rag.types import Passage

_TOKEN = re.compile(rf"[a-z][\w.+-]*\w|\d+(?:[.,]\d+)*|[a-z]|[{CJK}]")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NOT = frozenset("不 没 无 非 未 not no never without".split())
_SLIGHT = frozenset(
    "的 了 是 会 也 就 都 约 大 在 有 为 a an the is are was does do will can of about some also around roughly".split()
)
_LABELS = frozenset(
    "第 步 版 本 表 图 章 节 式 version step table figure fig section chapter eq equation example".split()
)
_NEGATED = re.compile(
    r"\b(?:(?:do|does|did|is|are|was|were|wo|ca|would|should|could)n['’]t|cannot)\b"
)
_SHORTEST = 6  # tokens that both have: less says too little to be about the same


def share_topic(one: Passage, other: Passage, sentence: str, about: frozenset[str]) -> bool:
    """Whether a sentence that stands in both of two passages, nearly, speaks of one thing there.

    It does under the same heading; and under others when it names what was asked about, unless they differ by a number:
    what release 1.2 and release 1.3 do is no contradiction.
    """
    first, second = (set(analyze(" ".join(passage.heading[-1:]))) for passage in (one, other))
    if first and first == second:
        return True
    named = len(about & set(analyze(sentence))) >= len(about) / 2
    return named and not any(any(sign.isdigit() for sign in term) for term in first ^ second)


def contradicts(one: str, other: str) -> bool:
    """Whether two sentences say the same of the same but for one number, or but for a negation.

    >>> contradicts("BERT-base has 12 layers and 110M parameters.", "BERT-base has 24 layers and 110M parameters.")
    True
    >>> contradicts("BERT-base has 12 layers and 110M parameters.", "BERT-large has 24 layers and 340M parameters.")
    False
    """
    first, second = _tokens(one), _tokens(other)
    if (
        min(len(first), len(second)) < _SHORTEST or len(set(first) ^ set(second)) > 2
    ):  # that many they would be apart by
        return False
    apart = list(_apart(first, second))
    return len(apart) == 1 and apart[0]


@lru_cache(256)  # a sentence is held against many
def _tokens(text: str) -> list[str]:
    plain = _NEGATED.sub(" not ", fold(text))
    loud = (token for token in _TOKEN.findall(plain) if token not in _SLIGHT)
    return [_number(token) if token[0].isdigit() else token for token in loud]


def _number(token: str) -> str:
    """One spelling of a number: 4,000 as 4000, 0.50 as 0.5."""
    plain = token.replace(",", "")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _apart(first: list[str], second: list[str]) -> Iterator[bool]:
    """Where two sentences differ; True where it is by one number for another, or by a negation."""
    for tag, start, end, begin, stop in SequenceMatcher(
        None, first, second, autojunk=False
    ).get_opcodes():
        old, new = first[start:end], second[begin:stop]
        if tag == "equal":
            continue
        if len(old) == len(new) == 1 and _NUMBER.fullmatch(old[0]) and _NUMBER.fullmatch(new[0]):
            yield old != new and not _LABELS.intersection(first[max(0, start - 1) : start])
        else:
            yield len(old + new) == 1 and (old + new)[0] in _NOT
