"""Find what a heading is about: the terms it may name, and whether it asks or compares."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kg.extraction.terms.grammar import (
    _GENERAL,
    _NUMBERING,
    _PARENTHESES,
    clean_term,
    split_enumeration,
)
from kg.language.detect import detect_language
from kg.names import name_key


@dataclass(frozen=True, slots=True)
class HeadingTopic:
    """What a heading is about: its terms, whether it compares them, and whether it is a question."""

    terms: tuple["TermVariants", ...]
    compares: bool
    asks: bool


@dataclass(frozen=True, slots=True)
class TermVariants:
    """A term as it may be meant, the fullest form first. One that is not sure is one only if the notes write it so."""

    forms: tuple[str, ...]
    sure: bool


_HEAD = r"^(?:an? |the )?"
_TAIL = re.compile(
    r"\s+(?=(?:in|for|on|of|with|without|at|during|under|from|to|by|behind|when|than|like|against|between|beyond|over|as|used|needed)\b)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"(?:,|\s)\s*(?:and|or|but)\s+(?=(?:what|why|how|when|where|which|who|its?|their|is|are|can|does|do)\b)|，|\?|？|[:：]",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"(?:difference|differences|relation|relationship|distinction|comparison)s?\s+(?:between|of)\s+(.+)"
    r"|(?:compare|contrast)\s+(.+)|(?:how|where)\s+(?:do|does|did)\s+(.+?)\s+(?:differ|compare)\b(?:\s+(?:from|to|with)\s+(.+))?"
    r"|(?:how\s+(?:is|are)\s+)?(.+?)\s+(?:different|compared?)\s+(?:from|to|with)\s+(.+)",
    re.IGNORECASE,
)
_VERSUS = re.compile(r"^(.+?)\s*(?:\bvs\.?\b|\bversus\b|对比|\bVS\b)\s*(.+)$", re.IGNORECASE)
_BETWEEN_ZH = re.compile(
    r"^(.+?(?:和|与|跟|、|同|及).+?)(?:之间)?(?:有|的|都有|到底)*(?:什么|哪些|何|啥|主要|本质)*的?(?:区别|不同|差异|差别|异同|对比|比较)"
)
_ASKED = (
    re.compile(_HEAD + r"what\s+(?:exactly\s+)?(?:is|are|was|were)\s+(.+)", re.IGNORECASE),
    re.compile(
        r"^(?:explain|define|describe|introduce|introducing|introduction to|understanding|overview of|basics of)\s+(.+)",
        re.IGNORECASE,
    ),
    re.compile(
        r"^what\s+(?:do|does|did)\s+(.+?)\s+(?:mean|do|change|solve|say|show|compute|learn|measure|improve|add)\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"^what\s+\w+\s+(?:do|does)\s+(.+?)\s+(?:solve|address|fix|have|use|need)\b", re.IGNORECASE
    ),
    re.compile(
        r"^how\s+(?:do|does|did|can|is|are)\s+(.+?)\s+(?:works?|\w+ed|learn|update|prevent|reduce|help|improve|combine)\b",
        re.IGNORECASE,
    ),
    re.compile(r"^why\s+(?:do\s+we\s+)?(?:use|need)\s+(.+)", re.IGNORECASE),
)
_ASKED_ZH = (
    re.compile(
        r"^(?:请|\S{1,6}地)?(?:什么是|何为|何谓|谈谈|说说|讲讲|了解|理解|(?:介绍|解释|简述|讲述|描述|讲|说)(?:一下|下)?)\s*(.+)$"
    ),
    re.compile(r"^(.+?)(?:是|指的是|指|到底是|究竟是)(?:一种|一个)?(?:什么|啥|怎么回事)"),
    re.compile(
        r"^(.+?)的?(?:原理|作用|定义|含义|思想|公式|流程|优点|缺点|优缺点|特点|好处|意义|目的|局限)(?:是|有|和|$)"
    ),
    re.compile(r"^(.+?)(?:是)?(?:怎么|怎样|如何)(?:工作|做|实现|计算|训练|更新|定义|得到)"),
)
_QUESTION = re.compile(
    r"^(?:what|how|why|when|which|where|who|is|are|do|does|can|should)\b|怎|如何|什么|为何|哪|吗$",
    re.IGNORECASE,
)
_FACET = re.compile(r"^(?:main |key |basic )?(\w+(?: \w+)?) (?:of|behind|for) (.+)$", re.IGNORECASE)
_FACETS = (
    r"(?:公式|例子|大小|步骤|流程|过程|原理|作用|特点|代价|优势|缺点|优点|缺陷|不足|实现|简洁实现|从零开始实现|代码实现|代码|推导|历史|发展"
    r"|演进|由来|应用|任务|场景|使用场景|应用场景|细节|结构|架构|改进|优化|教程|评估|问题|一些问题|常见问题|常见功能|功能|预测|数据集|工具)$"
)
_MARKED = re.compile(
    r"的?(?:概念|基本思想|原理|定义|含义|作用|介绍|简介|概述|总结|入门|教程|详解|代码实现|代码详解|面试题)$"
)

_PRONOUN = frozenset({"it", "they", "them", "这", "它", "它们"})


def names_one_thing(title: str) -> bool:
    """Whether a title names one thing and no list of them.

    >>> names_one_thing("maximum likelihood: multivariate Gaussians"), names_one_thing("Attention variants: MHA, MQA and MLA")
    (True, False)
    """
    return not any(
        len(split_enumeration(piece)) > 1
        for piece in re.split("[:：]", _PARENTHESES.sub(" ", title))
    )


def parse_heading(heading: str) -> HeadingTopic:
    """What a heading names or asks about.

    >>> parse_heading("4. What is the bias–variance trade-off?").terms
    (TermVariants(forms=('bias–variance trade-off',), sure=True),)
    >>> [reading.forms for reading in parse_heading("MHA 和 MQA 有什么区别？").terms], parse_heading("什么是多头注意力？").asks
    ([('MHA',), ('MQA',)], True)
    """
    text = _NUMBERING.sub("", heading).strip()
    bare = text.rstrip("?？ ")
    asks = bare != text or bool(_QUESTION.search(text))
    if pair := _compared(bare):
        return HeadingTopic(
            tuple(TermVariants(forms, False) for part in pair if (forms := _forms(part))),
            True,
            asks,
        )
    for pattern in _ASKED_ZH if detect_language(text) == "zh" else _ASKED:
        if match := pattern.search(bare):
            return HeadingTopic(tuple(_enumerated(match[1], True)), False, True)
    if asks:
        return HeadingTopic((), False, True)
    pieces = re.split("[:：]", bare, maxsplit=1)  # `Topic: A, B and C`
    return HeadingTopic(
        tuple(one for piece in pieces for one in _enumerated(piece, len(pieces) == 1)), False, False
    )


def _compared(text: str) -> list[str]:
    """The things that a heading compares: none when it compares one with a pronoun."""
    text = text.replace("是什么，", "")  # FSDP 是什么，与 DDP 有何不同
    for pattern in (_BETWEEN, _BETWEEN_ZH, _VERSUS):
        if match := pattern.search(text):
            groups = [
                _CLAUSE.split(group.strip())[0] if pattern is _BETWEEN else group
                for group in match.groups()
                if group
            ]
            pieces = [one for group in groups for one in split_enumeration(group)]
            if len(pieces) > 1:
                return [] if _PRONOUN.intersection(pieces) else pieces
    return []


def _enumerated(phrase: str, sure: bool) -> Iterator[TermVariants]:
    """A phrase as one term, and each part of it as one."""
    kept = _MARKED.sub("", _CLAUSE.split(phrase.strip())[0].strip())
    pieces = split_enumeration(kept)
    if forms := _forms(kept):
        yield TermVariants(forms, sure and len(pieces) == 1)
    if len(pieces) > 1:
        yield from (TermVariants(forms, False) for piece in pieces if (forms := _forms(piece)))


def _forms(phrase: str) -> tuple[str, ...]:
    """A phrase as a term, then without its prepositional tails."""
    found = []
    text = clean_term(phrase)
    while (match := _FACET.match(text)) and name_key(match[1]) in _GENERAL:  # the limits of BERT
        text = clean_term(match[2])
    if owned := re.fullmatch(
        r"(.+?)\s*的\s*(.+)", text
    ):  # LSTM 的细胞状态; GRU 的公式 is about GRU
        owner, thing = clean_term(owned[1]), clean_term(owned[2])
        return (
            (owner,) if name_key(thing) in _GENERAL or re.search(_FACETS, thing) else (thing, text)
        )
    while text:
        found.append(text)
        cuts = [match.start() for match in _TAIL.finditer(text)]
        text = clean_term(text[: cuts[-1]]) if cuts and detect_language(text) == "en" else ""
    return tuple(found)
