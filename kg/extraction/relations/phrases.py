r"""The phrases by which sentences relate two names, in English and Chinese: one to a line, after how surely it relates them.

S and O stand for names (or lists of them), A for adverbs, D for articles and the like, J for up to three words before a noun.
A space is any space between English words, and none or some between Chinese ones; the rest is a regular expression.
"""

import re
from dataclasses import dataclass

from kg.types import RelationKind

ONE = r"⟨\d+⟩"
_LIST = (
    rf"{ONE}(?:(?:\s*、\s*{ONE})*\s*(?:和|与|及|以及)\s*{ONE}|(?:,\s*{ONE})+,?\s+and\s+{ONE}"
    rf"|(?:\s+and\s+|\s*[/、]\s*){ONE})?"
)
_WORDS = {
    "S": f"(?P<s>{_LIST})",
    "O": f"(?P<o>{_LIST})",
    "S1": f"(?P<s>{ONE})",
    "O1": f"(?P<o>{ONE})",
    "O2": rf"(?P<o>{ONE}(?:(?:,|\s*、)\s*{ONE})*(?:,?\s+(?:and|with)\s+|\s*(?:和|与|及)\s*){ONE})",
    "J ": r"(?:[\w-]+,?\s+){0,3}?",
}
_ENGLISH = {
    " A": r"(?:\s+(?:also|thus|then|directly|further|greatly|mainly|simply|essentially|basically|just|now|often|usually|itself"
    r"|can|could|will|may|was|is|are|were|has|have|been|therefore|hence|even|still|only|partly|largely|first|later|in\s+turn))*",
    "D ": r"(?:(?:the|an?|its|this|his|their|plain|simple|standard|original|classic|classical|ordinary|vanilla|basic|usual|normal"
    r"|ideas?|form|principle|framework|work|concept|success|of|earlier|older|previous|existing|traditional|general)\s+)*",
}
_CHINESE = {
    " A": r"\s*(?:则|也|都|就|还|又|正|可以|可|能够|能|主要|进一步|直接|本质上|其实|实际上|通常|往往|一般|便|均|同样|大幅|显著"
    r"|有效|有效地|有助于|用来|用于|可用来|可以用来|来|帮助|在一定程度上|明显|巧妙地){0,3}",
    "G": r"[^，。；⟨]",  # any character of the same clause
}
_LAYER = r"(?! (?:encoder|decoder|layers?|blocks?)\b)"
_BETTER = (
    r"(?:successors?|extensions?|refinements?|improvements?|improved versions?|simplifications?"
    r"|simplified (?:version|form|variant)s?|evolutions?|descendants?|follow-ups?|enhancements?|upgrades?|generali[sz]ations?)"
)
_KINDS = (
    r"(?:variants?|variations?|versions?|forms?|kinds?|types?|special cases?|instances?|examples?|implementations?|flavou?rs?"
    r"|subclass(?:es)?|class(?:es)?|modifications?)"
)
_EASES = (
    r"(?:eases?|solves?|solved|alleviates?|mitigates?|address(?:es)?|prevents?|reduces?|lowers?|avoids?|fix(?:es)?|overcomes?|tackles?"
    r"|combats?|counters?|remed(?:y|ies)|cures?|limits?|handles?|suppress(?:es)?|removes?|eliminates?)"
)
_EASED = r"(?:solved|eased|alleviated|mitigated|prevented|avoided|reduced|handled|cured|addressed|limited)"
_HOLDS = r"(?:consists? of|(?:is|are) (?:made (?:up )?of|composed of|built from)|comprises?)"
_PARTS = r"(?:parts?|components?|building blocks?|sub-?layers?|modules?|ingredients?)"
_NOUN_ENDS = r"(?=\s*(?:$|[.,;:]|(?:that|which|where|in which|whose|with|for|used|methods?|models?|algorithms?|techniques?)\b))"
_VERSION_ZH = r"(?:改进版|改进|升级版|升级|简化版|简化|扩展|延伸|后继者?|继任者|增强版)"
_KIND_ZH = r"(?:变体|变种|特例|特殊情况|特殊形式|实现|形式|版本|一种|一类|类型)"
_COMES_ZH = r"(?:简化|演进|演化|演变|发展|改进|扩展|衍生|派生|推广)"
_BECOMES_ZH = r"(?:演进|演化|演变|发展|进化|升级)"
_END_ZH = r"(?= (?:[，。；、,.;：:!！?？]|$))"  # and not the beginning of a longer name
_IS_ZH = r"(?:是|作为|(?:看作|看成|看做|视为|视作|理解为|认为)是?)"
_SEVERAL_ZH = r"(?:[一二两三几多]种|[一二两三几多]个|多种|若干)?(?:常见|主要|著名|典型)?的?"
_EASES_ZH = r"(?<![不没])(?:缓解|解决|减轻|防止|避免|克服|抑制|消除|减少|降低|改善|应对|预防)"

# (relation, whether the object is the source) → phrases
_PHRASES = {
    (RelationKind.EVOLVES_TO, True): rf"""
        0.85 S A (?<!is )(?<!are )(?:builds?|built) (?:up)?on D O{_LAYER}
        0.9  S A (?:improv(?:es?|ed)|advances?) (?:up)?on D O
        0.85 S A (?:simplif(?:y|ies|ied)|refines?|refined|supersedes?|superseded|succeed(?:s|ed)|streamlines?) D O
        0.6  S A (?:extends?|extended|generali[sz]e[sd]?|improves?|enhances?) D O(?! (?:by|from|to) ⟨)
        0.85 S A (?:(?:is|was|are|were|as)\s+)?(?:an?|the|one) J {_BETTER} (?:of|to|on|over|upon) D O
        0.85 S A (?:derive[sd]?|evolve[sd]?|developed|grew|descends?|originate[sd]?|stems?) (?:out of|from) D O
        0.55 S A based (?:up)?on D O{_LAYER}
        0.6  S A (?:inspired by|modelled (?:on|after)) D O
        0.5  S A (?:replaces?|replaced) D O(?!'s| (?:by|with)\b)
        0.72 S A combines? D O2
        0.8  S A (?:adds?|makes?|brings?) (?:[\w-]+ ){{1,3}}(?:changes?|modifications?|improvements?|refinements?) to D O
        0.72 S [^.;⟨]{{2,60}} than (?:the\s+)?(?:plain|ordinary|vanilla|original) O
        0.7  S is (?:an?|the) J (?:variant|variation|modification|version)s? of D O
        0.5  S is O with (?!the same)
        0.9  S A (?:改进自|脱胎于|源自|源于|衍生自|演化自|演进自|继承自|发展自|扩展自) O
        0.9  S A (?:是|正是)?(?:由|从) O (?:的基础上)?{_COMES_ZH}(?:而来|而成|得来|出来|得到|来)?
        0.85 S(?! 的)G{{0,16}}(?<![不没])(?:改进了|简化了|优化了|升级了) O{_END_ZH}
        0.72 S A (?:简化|改进|扩展|推广) O(?:(?= 的(?:办法|方法|方式))|{_END_ZH})
        0.85 S A (?:是)?(?:建立)?在 (?:采用G{{1,12}}的)?O (?:[A-Za-z一-鿿 ]{{0,6}}的)?基础(?:之上|上)
        0.85 S A (?:是)?建立在 O (?:的基础)?(?:之上|上)
        0.6  S A 以 (?:采用G{{1,12}}的)?O 为基础
        0.55 S A (?:是)?基于 O(?! 的? (?:编码器|解码器|层|模块))
        0.85 S A {_IS_ZH} (?:对)?O 的?(?:一种|一个)?G{{0,4}}{_VERSION_ZH}
        0.7  S A {_IS_ZH} O 的(?:一种|一个)?G{{0,4}}(?:变体|变种)
        0.5  S A (?:取代|代替|替代)了? O
        0.72 S A (?:结合|融合|综合)了? O2(?:(?= 的(?:优点|长处|优势|思想|想法))|{_END_ZH})
        0.8  S A 对(?:标准|原始|普通|传统|朴素)?的? O G{{0,6}}(?:做|作|进行)了?G{{0,6}}(?:改动|改进|修改|简化|优化|扩展)
        0.72 S G{{0,12}}比(?:原始|普通|传统|朴素)的? O
    """,
    (RelationKind.EVOLVES_TO, False): rf"""
        0.85 S A (?:evolve[sd]?|develope?d?|grew) into D O
        0.75 S A (?:superseded|succeeded|replaced) by D O
        0.55 replac(?:es?|ed|ing) D S (?:by|with) D O
        0.8  (?:develop|evolve)(?:ed|s|d)? from D S (?:in)?to D O
        0.85 S A (?:逐步|逐渐|后来)?{_BECOMES_ZH}(?:为|成|到|至|出)了? O
        0.8  (?:从|由) S (?:一步步|逐步|逐渐)?{_BECOMES_ZH}?(?:为|成|到|至) O (?:的)?{_BECOMES_ZH}
        0.8  从 S (?:一步步|逐步|逐渐)?{_BECOMES_ZH}(?:为|成|到|至) O
        0.55 把 S (?:换成|替换为|改为|改成)了? O
        0.85 {_VERSION_ZH}(?:版本)?的 S [，,]? (?:如|例如|比如|包括|有) O
        0.85 S (?:的|有|存在) {_SEVERAL_ZH}{_VERSION_ZH}(?:版本)?(?:，?(?:如|例如|比如|包括|有|是|为|即)|[：:]) O
        0.72 S (?:的|有|存在) {_SEVERAL_ZH}(?:变体|变种)(?:，?(?:如|例如|比如|包括|有|是|为|即)|[：:])? O
        0.8  {_BETTER} of D S,? (?:such as|like|include|are|:) D O
        0.72 variants? of D S,? (?:such as|like|include|are|:) D O
        0.72 S has (?:two|three|several|many|some) (?:variants?|versions?)(?:,|:| such as| like) D O
    """,
    (RelationKind.VARIANT_OF, False): rf"""
        0.9  S (?:is|are|was) (?:both\s+)?(?:(?:an?|the|one|two)\s+)?J {_KINDS} of D O(?! and\b)
        0.75 (?:^|[.;:]\s+)D S (?:is|are) (?:an?|the) J O{_NOUN_ENDS}
        0.6  O,? such as D S
        0.75 S and other J O
        0.9  S A {_IS_ZH} O 的(?:一种|一个|一类)?G{{0,6}}{_KIND_ZH}
        0.85 variants? of D O,? (?:such as|like|include|are|:) D S
        0.85 O (?:的|有|存在) {_SEVERAL_ZH}(?:变体|变种)(?:，?(?:如|例如|比如|包括|有|是|为|即)|[：:])? S
        0.75 S A 是 (?:一种|一类|一个)[^，。；⟨的]{{0,8}}的? O(?= (?:方法|算法|模型|技术|函数|层|机制|架构)? (?:[，。：；]|$))
        0.7  S A 属于 (?:一种)?O(?! 的)
        0.5  S 等(?:几种|多种|各种|常见)?的? O(?=方法|模型|算法|$|[，。])
    """,
    (RelationKind.PART_OF, True): rf"""
        0.8  S A {_HOLDS} (?:(?:an?|the|two|several|\d+)\s+)?J O
        0.55 S A (?:contains?|has|have|includes?) (?:(?:an?|the)\s+)?O(?=\s*(?:[.,;:]|and\b|$))
        0.85 S A (?:是)?由 O 等?[几两三多]?个?(?:部分|模块|子层)?(?:组成|构成|拼成|堆叠而成)
        0.6  S A (?:包含|包括|含有|分为) O
    """,
    (RelationKind.PART_OF, False): rf"""
        0.85 S (?:is|are) (?:(?:an?|the|one)\s+)?J {_PARTS} (?:of|in) D O
        0.85 S A 是 O 的(?:核心|关键|重要|基本|主要)?(?:一个|一种)?(?:组成部分|组成|部分|组件|子层|构件|模块|一部分|一环|一步)
    """,
    (RelationKind.SOLVES, False): rf"""
        0.7  S A {_EASES} (?:the\s+)?(?:problems? of\s+)?O(?!'s| (?:of|layers?|parameters?|weights?)\b)
        0.75 O (?:in [\w⟨⟩ ]{{1,12}}\s+)?(?:is|are|can be) {_EASED} (?:by|with) S
        0.8  S A (?:works?|helps?|protects?) against O
        0.7  (?:remed(?:y|ies)|cures?|solutions?) (?:against|for|to) O (?:is|are|include) [^.]{{0,40}}?S
        0.72 S G{{0,6}}? A {_EASES_ZH}了? O(?! 的(?!问题|现象|风险))
        0.8  O G{{0,4}}(?:可以|可|能|就)?(?:靠|用|通过|由|采用) S (?:来)?(?:缓解|解决|减轻|避免|抑制|克服)
    """,
    (RelationKind.USED_BY, True): r"""
        0.6  S A (?:uses?|used|employs?|appl(?:y|ies)|adopts?|adopted|relies on|utili[sz]es?) (?:(?:an?|the)\s+)?O
        0.6  S A (?:使用|采用|运用|利用|借助|应用|沿用)了?的?(?:是)? O(?! 的)
    """,
    (RelationKind.USED_BY, False): r"""
        0.6  S A (?:used|applied|employed) (?:in|by|inside|within|for) D O
        0.55 S A (?:应用于|用于|用在|被用于) O
    """,
    (RelationKind.CONTRASTS_WITH, False): r"""
        0.85 (?:differences?|distinction|contrast) between D S1 and D O1
        0.85 S1 and O1 (?:(?:mainly|only)\s+)?(?:differ|contrast)\b
        0.75 how (?:do|does|is|are) S1(?: and|,)? (?:(?:differ(?:ent)? from|compare (?:with|to)) )?D O1(?: differ| compare)?\s*\?
        0.85 S1 (?:mainly\s+)?(?:differs?|is different) from D O1
        0.75 (?:unlike|in contrast to|as opposed to|compared (?:with|to)) D O1, S1
        0.72 ^D S1\s[^.;⟨]{3,140}?[,;] (?:whereas|while|but) D O1\s
        0.85 S1 (?:vs\.?|versus) O1
        0.85 S1 (?:和|与|跟|、) O1 (?:之间)?的?(?:有|主要|最大|本质)?(?:什么|哪些|何)?的?(?:区别|不同|差异|差别)
        0.75 与 O1 不同[，的是]* S1
        0.6  ^S1 G{2,40}[，；] (?:而)?O1 (?:则|只|却|是|有|对|把|用)
        0.65 S1 (?:而不是|而非|不同于|区别于) O1
    """,
    (RelationKind.PREREQUISITE_OF, True): r"""
        0.9  S (?:requires?|presupposes?|assumes?) (?:an?\s+)?(?:knowledge|understanding|familiarity) (?:of|with) D O
    """,
    (RelationKind.PREREQUISITE_OF, False): r"""
        0.85 S (?:is|are) (?:an?\s+)?(?:prerequisites?|necessary|needed|required) (?:for|of|to understand) D O
        0.85 before (?:learning|studying|reading|starting|tackling) D O[^.;⟨]{0,40}S
        0.8  (?:to understand|understanding) D O[^.;⟨]{0,40}(?:need|know|requires?|understand)[^.;⟨]{0,20}S
        0.85 (?:学习|理解|阅读|掌握|看) O (?:之)?前[^。；⟨]{0,12}(?:先|需要|应|必须|要)[^。；⟨]{0,8}S
        0.75 S 是 (?:学习|理解|掌握)? O 的(?:前置知识|前置|前提|基础|先修)
        0.85 (?:理解|学习|掌握) O[^。；⟨]{0,6}(?:需要|必须|要)先?(?:了解|知道|掌握|学习|理解|懂) S
    """,
}


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase with places for a subject and an object; `backward` when the object is the source of the relation."""

    kind: RelationKind
    chinese: bool
    pattern: re.Pattern[str]
    confidence: float
    backward: bool


_PIECE = re.compile(
    r"\[[^\]]*\]|\(\?<[!=][^()]*\)"  # in a character class or a look-behind nothing stands for anything else
    r"| A(?= )|(?<![A-Za-z])[DJ] |(?<![A-Za-z\\])(?:[SO][12]|[SOAG])(?![A-Za-z])| "
)


def _compiled(kind: RelationKind, backward: bool, line: str) -> Phrase:
    """The phrase of a line of the table."""
    confidence, phrase = line.split(maxsplit=1)
    chinese = bool(re.search("[一-鿿]", phrase))
    words = _WORDS | (_CHINESE if chinese else _ENGLISH) | {" ": r"\s*" if chinese else r"\s+"}
    pattern = _PIECE.sub(lambda one: words.get(one[0], one[0]), phrase)
    return Phrase(kind, chinese, re.compile(pattern, re.IGNORECASE), float(confidence), backward)


PHRASES = tuple(
    _compiled(kind, backward, line)
    for (kind, backward), lines in _PHRASES.items()
    for line in map(str.strip, lines.splitlines())
    if line
)
