"""Find names that a sentence gives together: long forms, abbreviations and translations."""

import re
from collections.abc import Iterator

from kg.extraction.terms.grammar import ABBREVIATION, clean_term, is_term, split_names
from kg.language import zh
from kg.language.detect import CJK, detect_language
from kg.language.words import join_words

# attention with linear biases (ALiBi)
_LONG_FORM = re.compile(
    r"((?:[A-Za-z][\w'’–-]*[ \n]+){1,9}|[A-Za-z][\w'’–-]*-[\w-]+\s+)"
    r"\(([A-Za-z][A-Za-z0-9.+-]{1,9}?)s?\)"
)
# ALiBi (attention with linear biases)
_SHORT_FORM = re.compile(r"\b([A-Z][A-Za-z0-9.+-]{1,9})\s*[（(]([A-Za-z][\w'’ –-]{5,70})[)）]")
# 旋转位置编码（RoPE）: Chinese has no spaces between words, so a name in running text is taken only
# where nothing else can begin: after a mark, or after a word such as 叫.
_WITH_ENGLISH = re.compile(
    rf"(?:^|[，。；：、！？“”「」（）()|\s]|[{zh.NAME_OPENERS}])([{CJK}A-Za-z0-9·\- ]{{2,16}})"
    r"[（(]([A-Za-z][^（）()\n]{1,80})[)）]"
)
# MHA（Multi-Head Attention），也就是多头注意力，…
_THAT_IS = re.compile(
    rf"(?:^|[。；])([^，。；]{{2,60}})，\s*{join_words(zh.THAT_IS)}\s*"
    r"([^，。；（()）]{2,14})(?=[，。；]|$)"
)
_NOT_OF_NAME = re.compile(f"^{join_words(zh.NOT_OF_NAMES)}")
# Most characters of a Chinese name in running text, where its beginning is a guess.
_MOST_CHARACTERS = 12
# Words up to this many characters may have no letter in the abbreviation: "of", "the".
_SHORT_WORD = 3


def find_names_in_parentheses(sentence: str) -> Iterator[tuple[str, ...]]:
    """Yield names with the short forms or translations that follow or precede in parentheses.

    The forms are `long form (LF)`, `LF (long form)` and `名称（name）`.

    >>> list(find_names_in_parentheses("We use attention with linear biases (ALiBi)。"))
    [('attention with linear biases', 'ALiBi')]
    >>> list(find_names_in_parentheses("旋转位置编码（RoPE）。"))
    [('旋转位置编码', 'RoPE')]
    """
    for match in _LONG_FORM.finditer(sentence):
        if long := _long_form(match[1], match[2]):
            yield long, match[2]
    for match in _SHORT_FORM.finditer(sentence):
        if ABBREVIATION.fullmatch(match[1]) and _long_form(match[2], match[1]) == match[2].strip():
            yield match[2].strip(), match[1]
    for match in _WITH_ENGLISH.finditer(sentence):
        name = _NOT_OF_NAME.sub("", match[1].strip())
        others = tuple(filter(_is_other_name, map(clean_term, re.split("[,，、;；]", match[2]))))
        if (
            others
            and is_term(name)
            and len(name) <= _MOST_CHARACTERS
            and detect_language(name) == "zh"
            and any(detect_language(other) == "en" for other in others)
        ):
            yield name, *others


def _is_other_name(name: str) -> bool:
    """Tell whether a piece of what is in parentheses is a term of three letters or abbreviation."""
    return (is_term(name) and len(name) > 2) or (
        ABBREVIATION.fullmatch(name) is not None and len(name) > 1
    )


def find_translated_names(sentence: str) -> Iterator[tuple[str, ...]]:
    """Yield names with the Chinese name that the sentence adds after 也就是 and the like.

    >>> list(find_translated_names("MHA（Multi-Head Attention），也就是多头注意力，是一种注意力。"))
    [('MHA', 'Multi-Head Attention', '多头注意力')]
    """
    for match in _THAT_IS.finditer(sentence):
        names = split_names(match[1])
        if (
            names
            and is_term(match[2])
            and detect_language(match[2]) not in set(map(detect_language, names))
        ):
            yield *names, match[2].strip()


def _long_form(before: str, short: str) -> str:
    """Return the end of the text before an abbreviation that the abbreviation stands for, or "".

    Words whose initials spell the abbreviation are best. Otherwise its letters must occur in order,
    the first one at the beginning of a word: Schwartz and Hearst, "A simple algorithm for
    identifying abbreviation definitions in biomedical text", 2003.
    """
    if not any(char.isupper() for char in short) or not short[0].isalnum():
        return ""
    text = " ".join(before.split())
    letters = [char.casefold() for char in short if char.isalnum()]
    long = _words_with_initials(text.split(), letters)
    if long is None:
        long = _text_with_letters(text, letters, len(short))
    return long if is_term(long) else ""


def _words_with_initials(words: list[str], letters: list[str]) -> str | None:
    """Return the last words whose initials are the letters; None if there are none.

    Each part of a hyphenated word has an initial, and up to two short words may have none.
    """
    for count in range(len(letters), min(len(letters) + 2, len(words)) + 1):
        last = [word.casefold() for word in words[-count:]]
        initials = [part[0] for word in last for part in word.split("-") if part]
        of_long_words = [word[0] for word in last if len(word) > _SHORT_WORD]
        if letters in (initials, of_long_words):
            return " ".join(words[-count:])
    return None


def _text_with_letters(text: str, letters: list[str], short: int) -> str:
    """Return the shortest end of a text that has the letters in order, or "" if it is a bad fit.

    It must have two words at least and no more than the abbreviation's letters make likely.
    `short` is the length of the abbreviation.
    """
    folded, at = text.casefold(), len(text)
    for number, letter in reversed(list(enumerate(letters))):
        at = folded.rfind(letter, 0, at)
        while number == 0 and at > 0 and not text[at - 1].isspace():
            at = folded.rfind(letter, 0, at)
        if at < 0:
            return ""
    words = re.split(r"[\s–-]+", text[at:])
    likely = 1 < len(words) <= min(len(letters) + 5, len(letters) * 2)
    return text[at:] if likely and len(text) - at > short + 1 else ""
