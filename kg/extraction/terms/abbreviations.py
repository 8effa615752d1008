"""Find names that a text gives together: long forms with abbreviations, and translations."""

import re
from collections.abc import Iterator

from kg.extraction.terms.grammar import ABBREVIATION, clean_term, is_term, split_names
from kg.language.detect import CJK, detect_language

_LONG_FORM = re.compile(
    r"((?:[A-Za-z][\w'’–-]*[ \n]+){1,9}|[A-Za-z][\w'’–-]*-[\w-]+\s+)\(([A-Za-z][A-Za-z0-9.+-]{1,9}?)s?\)"
)
_SHORT_FORM = re.compile(r"\b([A-Z][A-Za-z0-9.+-]{1,9})\s*[（(]([A-Za-z][\w'’ –-]{5,70})[)）]")
# In running text a Chinese name begins where nothing else can be: after a mark, or after 的, 是, 叫, 称, 即.
_NAMED = re.compile(
    rf"(?:^|[，。；：、！？“”「」（）()|\s]|[的是叫称即])([{CJK}A-Za-z0-9·\- ]{{2,16}})[（(]([A-Za-z][^（）()\n]{{1,80}})[)）]"
)
# MHA（Multi-Head Attention），也就是多头注意力，…
_THAT_IS = re.compile(
    r"(?:^|[。；])([^，。；]{2,60})，\s*(?:也就是|也叫做?|也称为?|又称为?|又叫做?|俗称)\s*([^，。；（()）]{2,14})(?=[，。；]|$)"
)
_LEAD = re.compile("^(?:例如|比如|诸如|如|即|包括|以及|通过|采用|使用|同时|其中)")
_LONGEST_LEFT = 12  # characters of a name in running text, where nothing marks its beginning


def find_names_in_parentheses(seen: str) -> Iterator[tuple[str, ...]]:
    """Names and their short forms in running text: `long form (LF)`, `LF (long form)`, `名称（name）`.

    >>> list(find_names_in_parentheses("We use attention with linear biases (ALiBi)，旋转位置编码（RoPE）。"))
    [('attention with linear biases', 'ALiBi'), ('旋转位置编码', 'RoPE')]
    """
    for match in _LONG_FORM.finditer(seen):
        if long := _long_form(match[1], match[2]):
            yield long, match[2]
    for match in _SHORT_FORM.finditer(seen):
        if ABBREVIATION.fullmatch(match[1]) and _long_form(match[2], match[1]) == match[2].strip():
            yield match[2].strip(), match[1]
    for match in _NAMED.finditer(seen):
        left = _LEAD.sub("", match[1].strip())
        inner = [clean_term(one) for one in re.split("[,，、;；]", match[2])]
        names = tuple(
            one
            for one in inner
            if (is_term(one) and len(one) > 2) or (ABBREVIATION.fullmatch(one) and len(one) > 1)
        )
        if (
            names
            and is_term(left)
            and len(left) <= _LONGEST_LEFT
            and detect_language(left) == "zh"
            and any(detect_language(one) == "en" for one in names)
        ):
            yield left, *names


def find_translated_names(seen: str) -> Iterator[tuple[str, ...]]:
    """Names and the name in the other language that a sentence gives besides.

    >>> list(find_translated_names("MHA（Multi-Head Attention），也就是多头注意力，是一种注意力。"))
    [('MHA', 'Multi-Head Attention', '多头注意力')]
    """
    for match in _THAT_IS.finditer(seen):
        names = split_names(match[1])
        if (
            names
            and is_term(match[2])
            and detect_language(match[2]) not in set(map(detect_language, names))
        ):
            yield *names, match[2].strip()


def _long_form(before: str, short: str) -> str:
    """The words before an abbreviation that it stands for: each of its letters in order, the first one beginning a word.

    Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical text", 2003.
    """
    if not any(one.isupper() for one in short) or not short[0].isalnum():
        return ""
    text = " ".join(before.split())
    words = text.split()
    letters = [one.casefold() for one in short if one.isalnum()]
    for count in range(
        len(letters), len(letters) + 3
    ):  # each letter a word's first: nothing else comes near
        initials = [
            part[0] for word in words[-count:] for part in word.casefold().split("-") if part
        ]
        if len(words) >= count and (
            initials == letters
            or [one[0] for one in map(str.casefold, words[-count:]) if len(one) > 3] == letters
        ):
            return long if is_term(long := " ".join(words[-count:])) else ""
    letters = [one.casefold() for one in short if one.isalnum()]
    at = len(text)
    for number, letter in reversed(list(enumerate(letters))):
        at = text.casefold().rfind(letter, 0, at)
        while number == 0 and at > 0 and not text[at - 1].isspace():
            at = text.casefold().rfind(letter, 0, at)
        if at < 0:
            return ""
    long = text[at:]
    words = re.split(r"[\s–-]+", long)
    good = (
        len(words) <= min(len(letters) + 5, len(letters) * 2)
        and len(long) > len(short) + 1
        and len(words) > 1
    )
    return " ".join(long.split()) if good and is_term(long) else ""
