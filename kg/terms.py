"""How a text names a thing: written terms, groups such as 名称（English, ABBR）, what a heading asks about. Knows no concepts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from kg.concepts import name_key
from kg.text import american, language

ABBREVIATION = re.compile(r"(?=(?:.*[A-Z]){2})[A-Za-z0-9][A-Za-z0-9.+-]{1,11}|[A-Z]")
_LONGEST = {"en": (7, 60), "zh": (14, 28)}  # words or Han, characters
_NUMBERING = re.compile(
    r"^\s*(?:(?:chapter|section|part|lecture|lesson|week|step|stage|q(?:uestion)?)\s*\.?\s*[\dIVX]+\s*[.:：、)]?\s+"
    r"|\d+(?:\.\d+)+\s+|\(?\d+(?:\.\d+)*\s*[.)、．:：](?!\d)\s*|[(（][一二三四五六七八九十\d]+[)）]\s*|[一二三四五六七八九十]+[、.．]\s*"
    r"|第[一二三四五六七八九十\d]+[章节部分讲课步]+[:：、\s]*)",
    re.IGNORECASE,
)
_MATH = re.compile(r"\$[^$]*\$")
_QUOTES = "\"'“”‘’「」『』《》*_`"
_EDGE = re.compile(rf"^[\s{_QUOTES}:：,，.。;；、—–|>#-]+|[\s{_QUOTES}:：,，.。;；、!！?？—–|-]+$")
_ARTICLE = re.compile(r"^(?:the|an?)\s+(?=\S)", re.IGNORECASE)
_SENTENCE = re.compile(r"[。！？；;!?\n|=\\{}<>→⇒∑]|[.,:：]\s|[，：]|->|et al|等人|https?:|\.(?:md|py|png|jpg|pdf)\b")
_LETTER = re.compile(r"[^\W\d_]")
# Words by which a phrase is a sentence's piece and no name.
_NOT_WITHIN = re.compile(
    r"\b(?:is|are|was|were|be|been|do|does|did|has|have|had|can|could|should|must|may|might|will|would|how|why|what|which|when"
    r"|where|who|that|this|these|those|it|its|they|we|you|your|our|I|not|don't|doesn't|if|then|than|because|so|but|also|only"
    r"|let|use|using|vs|versus|compared)\b|%|^(?:each|every|more|most|other|another|single|two|three|four|new|all|any|some|special|good"
    r"|different|best|many|several|few|same|such|own|first|second|both|no|non)\s",
    re.IGNORECASE,
)
_NOT_WITHIN_ZH = re.compile(
    r"什么|怎么|怎样|如何|为什么|为何|哪些|哪个|哪种|吗|呢|是否|区别|不同|对比|比较|因为|所以|如果|我们|你|它|这|那|不|了|没有|可以|需要|应该|的时候|其他|其它|以及|有关|相比|地说|等|本节|本章|本文|下面|首先|通常|被称|叫做|例如|比如|举个|已经|想要|上述|%|^(?:一[个组种些类]|另一|只有|每|各|该|某|两|三|几|多个|所有|从|把|被|让|使|与|对于|当)|(?:的|时|处|地|上|中|下)$"
)
# Headings and labels that every collection of notes has; none is a term of any one subject.
_GENERAL = frozenset(
    name_key(one)
    for one in """
    abstract|advantage|advantages|aim|analysis|answer|answers|appendix|application|applications|approach
    |background|basics|benefits|bibliography|caveats|challenges|changelog|characteristics|code
    |comparison|complexity|concise implementation
    |implementation from scratch|conclusion|conclusions|cons|contents|context|cost|costs|data|date|definition
    |definitions|description|details|difference|differences|disadvantages|discussion|drawbacks|effect
    |example|examples|exercise|exercises|experiment|experiments|explanation|faq|faults|features|formula
    |formulas|further reading|gain|general|goal|goals|how it works|idea|implementation|important|input
    |inputs|installation|intro|introduction|intuition|issues|key points|layer|layers|learning goals
    |limitations|limits|links|list|literature|loss|main idea|memory|method|methods|misc|model|models
    |motivation|name|note|notes|objectives|other|outline|output|outputs|overview|parameter|parameters
    |practice|preface|preliminaries|prerequisite|prerequisites|price|principle|principles|problem
    |problems|procedure|process|proof|properties|pros|pros and cons|purpose|question|questions|quiz
    |reading|readme|reason|reasons|reference|references|related|related work|remarks|requirements
    |resources|result|results|review|role|see also|setup|solution|solutions|source|sources|speed|steps
    |storage|structure|summary|syntax|table of contents|tags|task|tasks|terminology|test|theory|time
    |time and memory|tips|title|todo|topic|topics|training|types|usage|use|use cases|uses|variants
    |considerations|instructions|more|next steps
    |version|warning|weakness|what|why|worked example|worked examples|举例|介绍|代价|代码|价值|价格|任务|优势|优点|优缺点|作业
    |作用|使用|例|例子|例题|假设|公式|关键点|其他|内存|内容|分析|前提|前置|前置知识|前言|功能|劣势|区别|原因|原理|参数|参考|参考文献|参考资料|变体|后记|回答|图|基本概念|基础
    |复杂度|存储|定义|实例|实现|实验|对比|导读|小结|局限|局限性|层|展望|差异|常见问题|工作|工作原理|应用|应用场景|延伸阅读|引言|当前|形式|影响|待办|思考|思考题|思路|性能|性质|总结|意义
    |成本|技巧|损失|推导|推荐阅读|摘要|收益|效果|数值例子|数据|方法|显存|本章小结|条件|来源|架构|标签|标题|核心|核心思想|概念|概述|模型|模式|步骤|比较|注意|注意事项|流程|测试
    |版本|特性|特点|环境|理解|用法|用途|目录|目标|目的|直观理解|直觉|相关|相关工作|示例|程序|笔记|简介|算法|练习|结构|结果|结论|综述|缩写|缺点|背景|背景知识|表|要点|解决办法
    |解决方案|解答|计算|训练|训练过程|推理过程|讲义|讲解|证明|说明|课程|资料|资源|输入|输出|过程|运行|速度|部署|重点|问答|问题|附录|预备知识|题目|处理|基本|发展|删除|总览|联系|计算过程|改进|案例|案例分析
    """.replace("\n", "").split("|")
)
_AND = re.compile(r"\s*(?:,|，|、|;|；|/|\band\b|\bor\b|&|和|与|及其|以及|及|或)\s*")
_PARENTHESES = re.compile(r"\s*[（(]([^（）()]+)[）)]\s*")
_SAID_AGAIN = re.compile(
    r"^(?:又称为?|也称为?|也叫做?|又叫做?|又名|亦称|简称为?|缩写为?|或称?|即|英文[:：]?|全称(?:为|是)?"
    r"|aka|a\.k\.a\.|also (?:called|known as)|or\b|i\.e\.,?"
    r"|short for|abbreviated(?: as)?|formerly|简写为?)\s*[:：]?\s*",
    re.IGNORECASE,
)
_GROUP_SPLIT = re.compile(r"\s*(?:[,，、;；/]|\bor\b)\s*")

_SINGULAR = (
    (re.compile(r"ices$"), "ix"),
    (re.compile(r"(?<=[a-z]{2})ies$"), "y"),
    (re.compile(r"\bbases$"), "basis"),
    (re.compile(r"(?<=aly|oth|the)ses$"), "sis"),
    (re.compile(r"(?<=[sxz])es$"), ""),
    (re.compile(r"(?<=[cs]h)es$"), ""),
    (re.compile(r"(?<=[a-z][b-hj-rtv-z])s$"), ""),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a heading is about: its terms, whether it compares them, and whether it is a question."""

    terms: tuple["Reading", ...]
    compares: bool
    asks: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A term as it may be meant, the fullest form first. One that is not sure is one only if the notes write it so."""

    forms: tuple[str, ...]
    sure: bool


@lru_cache(maxsize=200_000)
def term_key(name: str) -> str:
    """What all spellings of a term share: as a name's; British spelling is American, and a plural its singular.

    >>> term_key("Weight Initialisation") == term_key("weight initialization")
    True
    """
    spelled = american(singular(name.strip()).casefold())
    return name_key(spelled.replace("&", "and"))


def singular(name: str) -> str:
    """The name with its last word in the singular, when that is a plural by its ending.

    >>> [singular(name) for name in ("covariance matrices", "Markov random fields", "loss", "bases", "bias", "basis")]
    ['covariance matrix', 'Markov random field', 'loss', 'basis', 'bias', 'basis']
    """
    for pattern, ending in _SINGULAR if language(name) == "en" else ():
        if pattern.search(name):
            return pattern.sub(ending, name)
    return name


def clean(written: str) -> str:
    """A written term without numbering, article, quotes, math and marks at its ends; empty when nothing is left.

    >>> clean("4. The Adam optimizer:")
    'Adam optimizer'
    """
    seen = _EDGE.sub("", _MATH.sub(" ", _NUMBERING.sub("", written)).strip())
    return " ".join(_ARTICLE.sub("", seen).split())


def is_term(name: str) -> bool:
    """Whether it reads as the name of something: short, no sentence, no label that every note has."""
    tongue = language(name)
    most_words, most_characters = _LONGEST[tongue]
    words = sum("\u2e80" < one for one in name) if tongue == "zh" else len(name.split())
    if not name or words > most_words or len(name) > most_characters or not _LETTER.search(name):
        return False
    if _SENTENCE.search(name) or name_key(name) in _GENERAL or (_NOT_WITHIN_ZH if tongue == "zh" else _NOT_WITHIN).search(name):
        return False
    letters = _LETTER.findall(name)
    return len(letters) > 1 and (len(letters) * 2 > len(name_key(name)) or tongue == "zh" or bool(ABBREVIATION.fullmatch(name)))


@lru_cache(maxsize=100_000)
def names_of(written: str) -> tuple[str, ...]:
    """The names that a written term holds, in its order; without parentheses just the one, and none when it is no term.

    >>> names_of("多头注意力（Multi-Head Attention, MHA）"), names_of("top-p (nucleus) sampling")
    (('多头注意力', 'Multi-Head Attention', 'MHA'), ('top-p sampling', 'nucleus sampling'))
    >>> names_of("Dropout (training)"), names_of("残差连接（Residual Connection，又称跳跃连接）")
    (('Dropout',), ('残差连接', 'Residual Connection', '跳跃连接'))
    """
    term = clean(written)
    match = _PARENTHESES.search(term)
    if not match and (
        topic := re.fullmatch(r"([^:：]{2,60})[:：]\s*([^:：]{2,60})", term)
    ):  # maximum likelihood: multivariate Gaussians
        return (term,) if is_term(topic[1]) and is_term(topic[2]) else ()
    if not match or not match.start():
        return (term,) if is_term(term) else ()
    before, after = term[: match.start()].strip(), term[match.end() :].strip()
    outer = clean(f"{before} {after}") if after else clean(before)
    if after and (len(after) > 24 or _PARENTHESES.search(after) or not is_term(outer)):
        return (before,) if is_term(before) else ()
    if not is_term(outer) and not is_term(before):
        return ()
    inner = [clean(_SAID_AGAIN.sub("", one)) for one in _GROUP_SPLIT.split(match[1])]
    names = [outer] if is_term(outer) else [before]
    for at, name in enumerate(inner):
        again = bool(_SAID_AGAIN.match(_GROUP_SPLIT.split(match[1])[at]))
        if is_name := _other_name(names[0], name, match[1], after, again or len(names) > 1):
            names.append(is_name)
    if after and len(names) > 1 and language(before) != language(names[1]):
        names[0] = before if is_term(before) and len(after) <= 2 else names[0]
    return tuple(dict.fromkeys(names))


def _other_name(outer: str, name: str, inside: str, after: str, again: bool) -> str:
    """What stands in parentheses, if it is another name of what stands before them."""
    if ABBREVIATION.fullmatch(name) or _spelled_by_ear(name, outer):
        return (f"{name} {after}" if after and language(after) == "en" else name) if len(name) > 1 else ""
    if not is_term(name) or set(re.findall(r"\d", name)) - set(re.findall(r"\d", outer)):
        return ""
    if after and language(outer) == language(name):  # Xavier (Glorot) initialisation
        return whole if is_term(whole := f"{name} {after}") else ""
    if after and re.match("[A-Za-z]", outer) and language(outer) == "zh" and language(name) == "en":  # Xavier（Glorot）初始化
        return f"{name} {after}"
    if ABBREVIATION.fullmatch(outer) or language(outer) != language(name) or again:
        return name
    same_head = outer.split()[-1].casefold() == name.split()[-1].casefold() and " " in name
    return name if same_head and language(outer) == "en" else ""


def _spelled_by_ear(short: str, long: str) -> bool:
    """Whether a short form has a 2 for `to` or a 4 for `for`, and its letters in order in the long one.

    >>> _spelled_by_ear("seq2seq", "sequence-to-sequence"), _spelled_by_ear("word2vec", "word embedding")
    (True, False)
    """
    letters = iter(long.casefold())
    spoken = short.replace("2", "to").replace("4", "for")
    return bool(re.fullmatch("[a-z]+[24][a-z]+", short)) and all(one in letters for one in spoken)


def parts_of(phrase: str) -> list[str]:
    """The parts of an enumeration, a shared last word given back to each.

    >>> parts_of("vanishing and exploding gradients"), parts_of("MHA、MQA 和 GQA")
    (['vanishing gradients', 'exploding gradients'], ['MHA', 'MQA', 'GQA'])
    """
    parts = [clean(one) for one in _AND.split(phrase)]
    parts = [one for one in parts if one]
    words = parts[-1].split() if parts else []
    if (
        len(parts) > 1
        and language(phrase) == "en"
        and len(words) > 1
        and all(one.islower() and " " not in one for one in parts[:-1])
    ):
        parts[:-1] = [f"{one} {words[-1]}" for one in parts[:-1]]
    return parts


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
        r"^what\s+(?:do|does|did)\s+(.+?)\s+(?:mean|do|change|solve|say|show|compute|learn|measure|improve|add)\b", re.IGNORECASE
    ),
    re.compile(r"^what\s+\w+\s+(?:do|does)\s+(.+?)\s+(?:solve|address|fix|have|use|need)\b", re.IGNORECASE),
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
    re.compile(r"^(.+?)的?(?:原理|作用|定义|含义|思想|公式|流程|优点|缺点|优缺点|特点|好处|意义|目的|局限)(?:是|有|和|$)"),
    re.compile(r"^(.+?)(?:是)?(?:怎么|怎样|如何)(?:工作|做|实现|计算|训练|更新|定义|得到)"),
)
_QUESTION = re.compile(
    r"^(?:what|how|why|when|which|where|who|is|are|do|does|can|should)\b|怎|如何|什么|为何|哪|吗$", re.IGNORECASE
)
_FACET = re.compile(r"^(?:main |key |basic )?(\w+(?: \w+)?) (?:of|behind|for) (.+)$", re.IGNORECASE)
_FACETS = (
    r"(?:公式|例子|大小|步骤|流程|过程|原理|作用|特点|代价|优势|缺点|优点|缺陷|不足|实现|简洁实现|从零开始实现|代码实现|代码|推导|历史|发展"
    r"|演进|由来|应用|任务|场景|使用场景|应用场景|细节|结构|架构|改进|优化|教程|评估|问题|一些问题|常见问题|常见功能|功能|预测|数据集|工具)$"
)
_MARKED = re.compile(r"的?(?:概念|基本思想|原理|定义|含义|作用|介绍|简介|概述|总结|入门|教程|详解|代码实现|代码详解|面试题)$")


def is_single(title: str) -> bool:
    """Whether a title names one thing and no list of them.

    >>> is_single("maximum likelihood: multivariate Gaussians"), is_single("Attention variants: MHA, MQA and MLA")
    (True, False)
    """
    return not any(len(parts_of(piece)) > 1 for piece in re.split("[:：]", _PARENTHESES.sub(" ", title)))


def asked(heading: str) -> Asked:
    """What a heading names or asks about.

    >>> asked("4. What is the bias–variance trade-off?").terms
    (Reading(forms=('bias–variance trade-off',), sure=True),)
    >>> [reading.forms for reading in asked("MHA 和 MQA 有什么区别？").terms], asked("什么是多头注意力？").asks
    ([('MHA',), ('MQA',)], True)
    """
    text = _NUMBERING.sub("", heading).strip()
    bare = text.rstrip("?？ ")
    asks = bare != text or bool(_QUESTION.search(text))
    if pair := _compared(bare):
        return Asked(tuple(Reading(forms, False) for part in pair if (forms := _forms(part))), True, asks)
    for pattern in _ASKED_ZH if language(text) == "zh" else _ASKED:
        if match := pattern.search(bare):
            return Asked(tuple(_enumerated(match[1], True)), False, True)
    if asks:
        return Asked((), False, True)
    pieces = re.split("[:：]", bare, maxsplit=1)  # `Topic: A, B and C`
    return Asked(tuple(one for piece in pieces for one in _enumerated(piece, len(pieces) == 1)), False, False)


_PRONOUN = frozenset({"it", "they", "them", "这", "它", "它们"})


def _compared(text: str) -> list[str]:
    """The things that a heading compares: none when it compares one with a pronoun."""
    text = text.replace("是什么，", "")  # FSDP 是什么，与 DDP 有何不同
    for pattern in (_BETWEEN, _BETWEEN_ZH, _VERSUS):
        if match := pattern.search(text):
            groups = [_CLAUSE.split(group.strip())[0] if pattern is _BETWEEN else group for group in match.groups() if group]
            pieces = [one for group in groups for one in parts_of(group)]
            if len(pieces) > 1:
                return [] if _PRONOUN.intersection(pieces) else pieces
    return []


def _enumerated(phrase: str, sure: bool) -> Iterator[Reading]:
    """A phrase as one term, and each part of it as one."""
    kept = _MARKED.sub("", _CLAUSE.split(phrase.strip())[0].strip())
    pieces = parts_of(kept)
    if forms := _forms(kept):
        yield Reading(forms, sure and len(pieces) == 1)
    if len(pieces) > 1:
        yield from (Reading(forms, False) for piece in pieces if (forms := _forms(piece)))


def _forms(phrase: str) -> tuple[str, ...]:
    """A phrase as a term, then without its prepositional tails."""
    found = []
    text = clean(phrase)
    while (match := _FACET.match(text)) and name_key(match[1]) in _GENERAL:  # the limits of BERT
        text = clean(match[2])
    if owned := re.fullmatch(r"(.+?)\s*的\s*(.+)", text):  # LSTM 的细胞状态; GRU 的公式 is about GRU
        owner, thing = clean(owned[1]), clean(owned[2])
        return (owner,) if name_key(thing) in _GENERAL or re.search(_FACETS, thing) else (thing, text)
    while text:
        found.append(text)
        cuts = [match.start() for match in _TAIL.finditer(text)]
        text = clean(text[: cuts[-1]]) if cuts and language(text) == "en" else ""
    return tuple(found)
