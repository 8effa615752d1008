"""How a text names a thing: written terms, groups such as 名称（English, ABBR）, what a heading asks about. Knows no concepts."""

import re
from functools import lru_cache

from kg.language.detect import detect_language
from kg.language.normalize import american
from kg.names import name_key

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
_SENTENCE = re.compile(
    r"[。！？；;!?\n|=\\{}<>→⇒∑]|[.,:：]\s|[，：]|->|et al|等人|https?:|\.(?:md|py|png|jpg|pdf)\b"
)
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


@lru_cache(maxsize=200_000)
def term_key(name: str) -> str:
    """What all spellings of a term share: as a name's; British spelling is American, and a plural its singular.

    >>> term_key("Weight Initialisation") == term_key("weight initialization")
    True
    """
    spelled = american(singularize(name.strip()).casefold())
    return name_key(spelled.replace("&", "and"))


def singularize(name: str) -> str:
    """The name with its last word in the singular, when that is a plural by its ending.

    >>> [singularize(name) for name in ("covariance matrices", "Markov random fields", "loss", "bases", "bias", "basis")]
    ['covariance matrix', 'Markov random field', 'loss', 'basis', 'bias', 'basis']
    """
    for pattern, ending in _SINGULAR if detect_language(name) == "en" else ():
        if pattern.search(name):
            return pattern.sub(ending, name)
    return name


def clean_term(written: str) -> str:
    """A written term without numbering, article, quotes, math and marks at its ends; empty when nothing is left.

    >>> clean_term("4. The Adam optimizer:")
    'Adam optimizer'
    """
    seen = _EDGE.sub("", _MATH.sub(" ", _NUMBERING.sub("", written)).strip())
    return " ".join(_ARTICLE.sub("", seen).split())


def is_term(name: str) -> bool:
    """Whether it reads as the name of something: short, no sentence, no label that every note has."""
    language = detect_language(name)
    most_words, most_characters = _LONGEST[language]
    words = sum("\u2e80" < one for one in name) if language == "zh" else len(name.split())
    if not name or words > most_words or len(name) > most_characters or not _LETTER.search(name):
        return False
    if (
        _SENTENCE.search(name)
        or name_key(name) in _GENERAL
        or (_NOT_WITHIN_ZH if language == "zh" else _NOT_WITHIN).search(name)
    ):
        return False
    letters = _LETTER.findall(name)
    return len(letters) > 1 and (
        len(letters) * 2 > len(name_key(name))
        or language == "zh"
        or bool(ABBREVIATION.fullmatch(name))
    )


@lru_cache(maxsize=100_000)
def split_names(written: str) -> tuple[str, ...]:
    """The names that a written term holds, in its order; without parentheses just the one, and none when it is no term.

    >>> split_names("多头注意力（Multi-Head Attention, MHA）"), split_names("top-p (nucleus) sampling")
    (('多头注意力', 'Multi-Head Attention', 'MHA'), ('top-p sampling', 'nucleus sampling'))
    >>> split_names("Dropout (training)"), split_names("残差连接（Residual Connection，又称跳跃连接）")
    (('Dropout',), ('残差连接', 'Residual Connection', '跳跃连接'))
    """
    term = clean_term(written)
    match = _PARENTHESES.search(term)
    if not match and (
        topic := re.fullmatch(r"([^:：]{2,60})[:：]\s*([^:：]{2,60})", term)
    ):  # maximum likelihood: multivariate Gaussians
        return (term,) if is_term(topic[1]) and is_term(topic[2]) else ()
    if not match or not match.start():
        return (term,) if is_term(term) else ()
    before, after = term[: match.start()].strip(), term[match.end() :].strip()
    outer = clean_term(f"{before} {after}") if after else clean_term(before)
    if after and (len(after) > 24 or _PARENTHESES.search(after) or not is_term(outer)):
        return (before,) if is_term(before) else ()
    if not is_term(outer) and not is_term(before):
        return ()
    inner = [clean_term(_SAID_AGAIN.sub("", one)) for one in _GROUP_SPLIT.split(match[1])]
    names = [outer] if is_term(outer) else [before]
    for at, name in enumerate(inner):
        again = bool(_SAID_AGAIN.match(_GROUP_SPLIT.split(match[1])[at]))
        if is_name := _other_name(names[0], name, match[1], after, again or len(names) > 1):
            names.append(is_name)
    if after and len(names) > 1 and detect_language(before) != detect_language(names[1]):
        names[0] = before if is_term(before) and len(after) <= 2 else names[0]
    return tuple(dict.fromkeys(names))


def _other_name(outer: str, name: str, inside: str, after: str, again: bool) -> str:
    """What stands in parentheses, if it is another name of what stands before them."""
    if ABBREVIATION.fullmatch(name) or _spelled_by_ear(name, outer):
        return (
            (f"{name} {after}" if after and detect_language(after) == "en" else name)
            if len(name) > 1
            else ""
        )
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
    if ABBREVIATION.fullmatch(outer) or detect_language(outer) != detect_language(name) or again:
        return name
    same_head = outer.split()[-1].casefold() == name.split()[-1].casefold() and " " in name
    return name if same_head and detect_language(outer) == "en" else ""


def _spelled_by_ear(short: str, long: str) -> bool:
    """Whether a short form has a 2 for `to` or a 4 for `for`, and its letters in order in the long one.

    >>> _spelled_by_ear("seq2seq", "sequence-to-sequence"), _spelled_by_ear("word2vec", "word embedding")
    (True, False)
    """
    letters = iter(long.casefold())
    spoken = short.replace("2", "to").replace("4", "for")
    return bool(re.fullmatch("[a-z]+[24][a-z]+", short)) and all(one in letters for one in spoken)


def split_enumeration(phrase: str) -> list[str]:
    """The parts of an enumeration, a shared last word given back to each.

    >>> split_enumeration("vanishing and exploding gradients"), split_enumeration("MHA、MQA 和 GQA")
    (['vanishing gradients', 'exploding gradients'], ['MHA', 'MQA', 'GQA'])
    """
    parts = [clean_term(one) for one in _AND.split(phrase)]
    parts = [one for one in parts if one]
    words = parts[-1].split() if parts else []
    if (
        len(parts) > 1
        and detect_language(phrase) == "en"
        and len(words) > 1
        and all(one.islower() and " " not in one for one in parts[:-1])
    ):
        parts[:-1] = [f"{one} {words[-1]}" for one in parts[:-1]]
    return parts
