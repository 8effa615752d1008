"""Parse headings: find the terms that a heading may name, and whether it asks or compares."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kg.extraction.terms.grammar import (
    GENERAL_KEYS,
    NUMBERING,
    PARENTHESES,
    clean_term,
    split_enumeration,
)
from kg.language import en, zh
from kg.language.detect import detect_language
from kg.language.words import join_words
from kg.names import name_key


@dataclass(frozen=True, slots=True)
class HeadingTopic:
    """What a heading is about: its terms, whether it compares them, whether it is a question."""

    terms: tuple["TermVariants", ...]
    compares: bool
    asks: bool


@dataclass(frozen=True, slots=True)
class TermVariants:
    """The forms that a term in a heading may have, the longest first.

    If it is not `sure`, it counts as a term only if the text of the notes has one of its forms.
    """

    forms: tuple[str, ...]
    sure: bool


_TAIL = re.compile(rf"\s+(?={join_words(en.TAIL_OPENERS)}\b)", re.IGNORECASE)
_CLAUSE_END = re.compile(
    rf"(?:,|\s)\s*(?:and|or|but)\s+(?={join_words(en.CLAUSE_OPENERS)}\b)|，|\?|？|[:：]",
    re.IGNORECASE,
)

# Headings that compare. Each group holds one side or both.
_COMPARES_EN = re.compile(
    rf"{join_words(en.COMPARISON_NOUNS)}\s+(?:between|of)\s+(.+)"
    r"|(?:compare|contrast)\s+(.+)"
    r"|(?:how|where)\s+(?:do|does|did)\s+(.+?)\s+(?:differ|compare)\b"
    r"(?:\s+(?:from|to|with)\s+(.+))?"
    r"|(?:how\s+(?:is|are)\s+)?(.+?)\s+(?:different|compared?)\s+(?:from|to|with)\s+(.+)",
    re.IGNORECASE,
)
_COMPARES_ZH = re.compile(
    r"^(.+?(?:和|与|跟|、|同|及).+?)(?:之间)?(?:有|的|都有|到底)*"
    rf"(?:什么|哪些|何|啥|主要|本质)*的?{join_words(zh.COMPARISON_NOUNS)}"
)
_VERSUS = re.compile(r"^(.+?)\s*(?:\bvs\.?\b|\bversus\b|对比|\bVS\b)\s*(.+)$", re.IGNORECASE)

# Headings that ask about the one thing in their first group.
_ASKS_ABOUT = {
    "en": tuple(
        re.compile(question, re.IGNORECASE)
        for question in (
            r"^(?:an? |the )?what\s+(?:exactly\s+)?(?:is|are|was|were)\s+(.+)",
            rf"^{join_words(en.EXPLAIN_VERBS)}\s+(.+)",
            rf"^what\s+(?:do|does|did)\s+(.+?)\s+{join_words(en.WHAT_DOES_VERBS)}\b",
            rf"^what\s+\w+\s+(?:do|does)\s+(.+?)\s+{join_words(en.WHICH_DOES_VERBS)}\b",
            r"^how\s+(?:do|does|did|can|is|are)\s+(.+?)\s+"
            rf"{join_words(en.HOW_DOES_VERBS)}\b",
            r"^why\s+(?:do\s+we\s+)?(?:use|need)\s+(.+)",
        )
    ),
    "zh": tuple(
        re.compile(question)
        for question in (
            rf"^(?:请|\S{{1,6}}地)?{join_words(zh.EXPLAIN_VERBS)}\s*(.+)$",
            r"^(.+?)(?:是|指的是|指|到底是|究竟是)(?:一种|一个)?(?:什么|啥|怎么回事)",
            rf"^(.+?)的?{join_words(zh.ASKED_FACETS)}(?:是|有|和|$)",
            rf"^(.+?)(?:是)?(?:怎么|怎样|如何){join_words(zh.HOW_DOES_VERBS)}",
        )
    ),
}
_QUESTION = re.compile(
    rf"^{join_words(en.QUESTION_OPENERS)}\b|{join_words(zh.QUESTION_SIGNS)}", re.IGNORECASE
)

# "the limits of BERT": a facet and the thing that has it.
_FACET_OF = re.compile(r"^(?:main |key |basic )?(\w+(?: \w+)?) (?:of|behind|for) (.+)$", re.I)
# LSTM 的细胞状态: a thing and something of it.
_OF_THING = re.compile(r"(.+?)\s*的\s*(.+)")
_FACET_ZH = re.compile(f"{join_words(zh.FACETS)}$")
_HEADING_END = re.compile(f"的?{join_words(zh.HEADING_ENDS)}$")

_PRONOUNS = en.PRONOUNS | zh.PRONOUNS


def names_one_thing(title: str) -> bool:
    """Tell whether a title names one thing, not a list of things.

    >>> names_one_thing("maximum likelihood: multivariate Gaussians")
    True
    >>> names_one_thing("Attention variants: MHA, MQA and MLA")
    False
    """
    pieces = re.split("[:：]", PARENTHESES.sub(" ", title))
    return not any(len(split_enumeration(piece)) > 1 for piece in pieces)


def parse_heading(heading: str) -> HeadingTopic:
    """Find what a heading names or asks about.

    >>> parse_heading("4. What is the bias–variance trade-off?").terms
    (TermVariants(forms=('bias–variance trade-off',), sure=True),)
    >>> [variants.forms for variants in parse_heading("MHA 和 MQA 有什么区别？").terms]
    [('MHA',), ('MQA',)]
    >>> parse_heading("什么是多头注意力？").asks
    True
    """
    text = NUMBERING.sub("", heading).strip()
    bare = text.rstrip("?？ ")
    asks = bare != text or bool(_QUESTION.search(text))
    if sides := _compared_things(bare):
        variants = tuple(TermVariants(forms, False) for side in sides if (forms := _forms(side)))
        return HeadingTopic(variants, True, asks)
    for question in _ASKS_ABOUT[detect_language(text)]:
        if match := question.search(bare):
            return HeadingTopic(tuple(_variants(match[1], True)), False, True)
    if asks:
        return HeadingTopic((), False, True)
    pieces = re.split("[:：]", bare, maxsplit=1)  # `Topic: A, B and C`
    sure = len(pieces) == 1
    terms = tuple(variants for piece in pieces for variants in _variants(piece, sure))
    return HeadingTopic(terms, False, False)


def _compared_things(text: str) -> list[str]:
    """Return the things that a heading compares, two at least.

    The result is empty when the heading does not compare, or compares with a pronoun.
    """
    text = text.replace("是什么，", "")  # FSDP 是什么，与 DDP 有何不同
    for pattern in (_COMPARES_EN, _COMPARES_ZH, _VERSUS):
        if match := pattern.search(text):
            sides = [side for side in match.groups() if side]
            if pattern is _COMPARES_EN:
                sides = [_CLAUSE_END.split(side.strip())[0] for side in sides]
            things = [thing for side in sides for thing in split_enumeration(side)]
            if len(things) > 1:
                return [] if _PRONOUNS.intersection(things) else things
    return []


def _variants(phrase: str, sure: bool) -> Iterator[TermVariants]:
    """Yield a phrase as one term, and each part of an enumeration as a term that is not sure."""
    subject = _HEADING_END.sub("", _CLAUSE_END.split(phrase.strip())[0].strip())
    parts = split_enumeration(subject)
    if forms := _forms(subject):
        yield TermVariants(forms, sure and len(parts) == 1)
    if len(parts) > 1:
        yield from (TermVariants(forms, False) for part in parts if (forms := _forms(part)))


def _forms(phrase: str) -> tuple[str, ...]:
    """Return a phrase as a term, then each time without its last prepositional tail.

    Of a facet (the limits of BERT, GRU 的公式) only the thing that has it is a term.
    """
    text = clean_term(phrase)
    while (match := _FACET_OF.match(text)) and name_key(match[1]) in GENERAL_KEYS:
        text = clean_term(match[2])
    if match := _OF_THING.fullmatch(text):
        owner, owned = clean_term(match[1]), clean_term(match[2])
        is_facet = name_key(owned) in GENERAL_KEYS or _FACET_ZH.search(owned)
        return (owner,) if is_facet else (owned, text)
    forms = []
    while text:
        forms.append(text)
        cuts = [match.start() for match in _TAIL.finditer(text)]
        text = clean_term(text[: cuts[-1]]) if cuts and detect_language(text) == "en" else ""
    return tuple(forms)
