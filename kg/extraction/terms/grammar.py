"""Decide whether a phrase is the name of something, and split it into the names it gives.

`名称（English, ABBR）` gives three names of one thing; `MHA、MQA 和 GQA` lists three things. The
rules see the written form alone and know no concepts.
"""

import re
from functools import lru_cache

from kg.language import en, zh
from kg.language.detect import detect_language
from kg.language.normalize import american
from kg.language.words import join_words
from kg.names import name_key

ABBREVIATION = re.compile(en.ABBREVIATION)
# The names of headings and labels that notes on any subject have, as name_key returns them.
GENERAL_KEYS = frozenset(map(name_key, en.GENERAL_NAMES + zh.GENERAL_NAMES))
# The numbering before a heading: "Chapter 3:", "2.1", "(四)", 第五章.
NUMBERING = re.compile(
    rf"^\s*(?:{join_words(en.NUMBERED_PARTS)}\s*\.?\s*[\dIVX]+\s*[.:：、)]?\s+"
    r"|\d+(?:\.\d+)+\s+"
    r"|\(?\d+(?:\.\d+)*\s*[.)、．:：](?!\d)\s*"
    rf"|[(（][{zh.NUMERALS}\d]+[)）]\s*"
    rf"|[{zh.NUMERALS}]+[、.．]\s*"
    rf"|第[{zh.NUMERALS}\d]+[{zh.NUMBERED_PARTS}]+[:：、\s]*)",
    re.IGNORECASE,
)
PARENTHESES = re.compile(r"\s*[（(]([^（）()]+)[）)]\s*")

# Most words (Han characters in Chinese) of a name.
_MOST_WORDS = {"en": 7, "zh": 14}
# Most characters of a name.
_MOST_CHARACTERS = {"en": 60, "zh": 28}
# Most characters that may follow parentheses within one name: "top-p (nucleus) sampling".
_MOST_AFTER_PARENTHESES = 24
# Most characters after parentheses that are no part of the name before them.
_MOST_IGNORED_AFTER = 2

_MATH = re.compile(r"\$[^$]*\$")
_QUOTES = "\"'“”‘’「」『』《》*_`"
_EDGE = re.compile(rf"^[\s{_QUOTES}:：,，.。;；、—–|>#-]+|[\s{_QUOTES}:：,，.。;；、!！?？—–|-]+$")
_ARTICLE = re.compile(rf"^{join_words(en.ARTICLES)}\s+(?=\S)", re.IGNORECASE)
_SENTENCE = re.compile(
    r"[。！？；;!?\n|=\\{}<>→⇒∑]|[.,:：]\s|[，：]|->|https?:|\.(?:md|py|png|jpg|pdf)\b|"
    + join_words(en.SENTENCE_MARKS, zh.SENTENCE_MARKS)
)
_LETTER = re.compile(r"[^\W\d_]")
_NOT_A_NAME = {
    "en": re.compile(
        rf"\b{join_words(en.NOT_IN_NAMES)}\b|%|^{join_words(en.NOT_FIRST_IN_NAMES)}\s",
        re.IGNORECASE,
    ),
    "zh": re.compile(
        rf"{join_words(zh.NOT_IN_NAMES)}|%|^{join_words(zh.NOT_FIRST_IN_NAMES)}"
        rf"|{join_words(zh.NOT_LAST_IN_NAMES)}$"
    ),
}
_AND = re.compile(
    rf"\s*(?:[,，、;；/&]|\b{join_words(en.CONJUNCTIONS)}\b|{join_words(zh.LIST_CONJUNCTIONS)})\s*"
)
_ALSO_CALLED = re.compile(
    rf"^{join_words(zh.ALSO_CALLED, en.ALSO_CALLED)}\s*[:：]?\s*", re.IGNORECASE
)
_GROUP_SPLIT = re.compile(r"\s*(?:[,，、;；/]|\bor\b)\s*")
# "maximum likelihood: multivariate Gaussians" names one thing.
_TOPIC_AND_DETAIL = re.compile(r"([^:：]{2,60})[:：]\s*([^:：]{2,60})")
_SINGULAR_ENDINGS = tuple(
    (re.compile(plural), singular) for plural, singular in en.SINGULAR_ENDINGS
)


@lru_cache(maxsize=200_000)
def term_key(name: str) -> str:
    """Return the key that all spellings of a term share.

    It is the name's key with American spelling, the last word in the singular, and "and" for "&".

    >>> term_key("Weight Initialisation") == term_key("weight initialization")
    True
    """
    spelled = american(singularize(name.strip()).casefold())
    return name_key(spelled.replace("&", "and"))


def singularize(name: str) -> str:
    """Return an English name with its last word in the singular, judged by its ending.

    >>> [singularize(name) for name in ("covariance matrices", "Markov random fields", "loss")]
    ['covariance matrix', 'Markov random field', 'loss']
    >>> [singularize(name) for name in ("bases", "bias", "basis")]
    ['basis', 'bias', 'basis']
    """
    for plural, singular in _SINGULAR_ENDINGS if detect_language(name) == "en" else ():
        if plural.search(name):
            return plural.sub(singular, name)
    return name


def clean_term(written: str) -> str:
    """Return a written term without numbering, article, math, and quotes and marks at its ends.

    The result is empty when nothing else is left.

    >>> clean_term("4. The Adam optimizer:")
    'Adam optimizer'
    """
    bare = _EDGE.sub("", _MATH.sub(" ", NUMBERING.sub("", written)).strip())
    return " ".join(_ARTICLE.sub("", bare).split())


def is_term(name: str) -> bool:
    """Tell whether a phrase reads as the name of something.

    A name is short, is no piece of a sentence, and is no label that notes on any subject have.
    """
    language = detect_language(name)
    words = sum("\u2e80" < char for char in name) if language == "zh" else len(name.split())
    if not name or words > _MOST_WORDS[language] or len(name) > _MOST_CHARACTERS[language]:
        return False
    if _SENTENCE.search(name) or name_key(name) in GENERAL_KEYS:
        return False
    if _NOT_A_NAME[language].search(name):
        return False
    letters = len(_LETTER.findall(name))
    return letters > 1 and (
        letters * 2 > len(name_key(name)) or language == "zh" or bool(ABBREVIATION.fullmatch(name))
    )


@lru_cache(maxsize=100_000)
def split_names(written: str) -> tuple[str, ...]:
    """Return the names that a written term gives of one thing, in their order.

    Without parentheses that is the term itself, and nothing when it is not a term.

    >>> split_names("多头注意力（Multi-Head Attention, MHA）")
    ('多头注意力', 'Multi-Head Attention', 'MHA')
    >>> split_names("top-p (nucleus) sampling"), split_names("Dropout (training)")
    (('top-p sampling', 'nucleus sampling'), ('Dropout',))
    >>> split_names("残差连接（Residual Connection，又称跳跃连接）")
    ('残差连接', 'Residual Connection', '跳跃连接')
    """
    term = clean_term(written)
    match = PARENTHESES.search(term)
    if not match and (topic := _TOPIC_AND_DETAIL.fullmatch(term)):
        return (term,) if is_term(topic[1]) and is_term(topic[2]) else ()
    if not match or not match.start():
        return (term,) if is_term(term) else ()
    before, after = term[: match.start()].strip(), term[match.end() :].strip()
    outer = clean_term(f"{before} {after}") if after else clean_term(before)
    if after and (
        len(after) > _MOST_AFTER_PARENTHESES or PARENTHESES.search(after) or not is_term(outer)
    ):
        return (before,) if is_term(before) else ()
    if not is_term(outer) and not is_term(before):
        return ()
    names = [outer] if is_term(outer) else [before]
    for piece in _GROUP_SPLIT.split(match[1]):
        name = clean_term(_ALSO_CALLED.sub("", piece))
        marked = bool(_ALSO_CALLED.match(piece)) or len(names) > 1
        if other := _other_name(names[0], name, after, marked):
            names.append(other)
    if after and len(names) > 1 and detect_language(before) != detect_language(names[1]):
        names[0] = before if is_term(before) and len(after) <= _MOST_IGNORED_AFTER else names[0]
    return tuple(dict.fromkeys(names))


def _other_name(outer: str, name: str, after: str, marked: bool) -> str:
    """Return what is in parentheses as another name of what is before them, or "" if it is none.

    `after` is what follows the parentheses. `marked` says that the text marks it as another name,
    or that the parentheses gave another name already.
    """
    if ABBREVIATION.fullmatch(name) or _is_spelled_by_ear(name, outer):
        if len(name) < 2:
            return ""
        return f"{name} {after}" if after and detect_language(after) == "en" else name
    if not is_term(name) or set(re.findall(r"\d", name)) - set(re.findall(r"\d", outer)):
        return ""
    if after and detect_language(outer) == detect_language(name):  # Xavier (Glorot) initialisation
        return whole if is_term(whole := f"{name} {after}") else ""
    if (
        after
        and re.match("[A-Za-z]", outer)
        and detect_language(outer) == "zh"
        and detect_language(name) == "en"
    ):  # Xavier（Glorot）初始化
        return f"{name} {after}"
    if ABBREVIATION.fullmatch(outer) or detect_language(outer) != detect_language(name) or marked:
        return name
    same_head = outer.split()[-1].casefold() == name.split()[-1].casefold() and " " in name
    return name if same_head and detect_language(outer) == "en" else ""


def _is_spelled_by_ear(short: str, long: str) -> bool:
    """Tell whether a short form writes 2 for "to" or 4 for "for" and abbreviates the long form.

    Its letters must occur in the long form in the same order.

    >>> _is_spelled_by_ear("seq2seq", "sequence-to-sequence")
    True
    >>> _is_spelled_by_ear("word2vec", "word embedding")
    False
    """
    letters = iter(long.casefold())
    spoken = short.replace("2", "to").replace("4", "for")
    return bool(re.fullmatch("[a-z]+[24][a-z]+", short)) and all(char in letters for char in spoken)


def split_enumeration(phrase: str) -> list[str]:
    """Return the parts of an enumeration, each with the last word that they share.

    >>> split_enumeration("vanishing and exploding gradients"), split_enumeration("MHA、MQA 和 GQA")
    (['vanishing gradients', 'exploding gradients'], ['MHA', 'MQA', 'GQA'])
    """
    parts = [part for part in map(clean_term, _AND.split(phrase)) if part]
    words = parts[-1].split() if parts else []
    if (
        len(parts) > 1
        and detect_language(phrase) == "en"
        and len(words) > 1
        and all(part.islower() and " " not in part for part in parts[:-1])
    ):
        parts[:-1] = [f"{part} {words[-1]}" for part in parts[:-1]]
    return parts
