"""A question → what kind of answer it asks for, and about what. Pure: words alone decide, in Chinese and in English."""

import re
from collections.abc import Set
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from kg.errors import QuestionError
from kg.language.detect import CJK, detect_language
from kg.language.normalize import fold
from rag.analyzer import analyze_question

LONGEST_QUESTION = 4_000  # characters; longer is a pasted document


class AnswerKind(Enum):
    """What would answer: two sides, steps in order, several things, a formula, a number, a reason, what it is, or a fact."""

    COMPARISON = "comparison"
    STEPS = "steps"
    LIST = "list"
    FORMULA = "formula"
    NUMBER = "number"
    REASON = "reason"
    DEFINITION = "definition"
    FACT = "fact"


@dataclass(frozen=True, slots=True)
class Question:
    """The kind of answer; the terms of what it is about, without words that only ask; those of each thing compared.

    `first` is what it asks first what that is, where it goes on to ask more. `opposites` says that two sides of one thing are
    asked for, as advantages and faults are.
    """

    kind: AnswerKind
    about: frozenset[str]
    sides: tuple[frozenset[str], ...] = ()
    first: str = ""
    opposites: bool = False
    thing: frozenset[str] = frozenset()

    @property
    def defined(self) -> frozenset[str]:
        """The terms of what is to be told first."""
        return _topic(self.first)


# The first that is found says the kind: "what are the steps" asks for steps, though "what are" asks for a definition.
_SIGNS = [
    (AnswerKind.COMPARISON, r"区别|不同(?!的)|差别|差异|异同|对比|比较|相比|差在哪|哪个(?:更|好|快|大|多)|用哪个|选哪个|还是"),
    (AnswerKind.COMPARISON, r"\bvs\b|\bversus\b|\bdiffer|\bcompar|\bdistinguish|\bbetter than\b"),
    (AnswerKind.COMPARISON, r"\b(?:which|choose|use|pick)\b.*\b(?:or|over)\b"),
    (AnswerKind.STEPS, r"步骤|流程|[哪分]几步|\bsteps\b|\bstep[ -]by[ -]step\b|\bprocedure\b|\bprocess of\b|\bpipeline\b"),
    (AnswerKind.LIST, r"哪些|哪[几两]|几种|列举|列出|种类|包括什么|包含什么|优缺点|分别是|由.{0,6}组成|怎么办"),
    (AnswerKind.LIST, r"(?:有什么|有啥|的)(?:方法|办法|优点|缺点|短板|不足|局限|好处|坏处|特点|类型|种类|用途|手段|技巧|优势|组成)"),
    (AnswerKind.LIST, r"的\w{0,4}(?:方法|办法|任务|策略|类型|种类|技巧)\W*$"),
    (AnswerKind.LIST, r"(?:怎样|如何|怎么)(?:避免|防止|缓解|解决|减轻|提高|提升|改善|降低|减少|加快)"),
    (AnswerKind.LIST, r"\b(?:types|kinds|ways|methods|techniques|strategies|options|examples|components|properties|variants)\b"),
    (AnswerKind.LIST, r"\b(?:remedies|advantages|disadvantages|benefits|drawbacks|limitations|pros|cons|tasks|applications)\b"),
    (AnswerKind.LIST, r"\b(?<!what )causes\b"),
    (AnswerKind.LIST, r"\b(?:which|what) (?:\w+ )?\w+(?<!s)s (?:are|do|does|can|help|exist|should|were|have)\b|\blist\b"),
    (AnswerKind.LIST, r"\bwhich (?!(?:is|was|does|has)\b)\w{2,}(?<![sui])s\b"),
    (AnswerKind.LIST, r"\bhow (?:can|do|could|to)\b.{0,12}\b(?:avoid|prevent|reduce|fix|mitigate|fight|handle|improve|speed up)\b"),
    (AnswerKind.FORMULA, r"公式|表达式|方程|推导|\b(?:formula|equation|derive|derivation)\b"),
    (AnswerKind.NUMBER, r"多少|多[大长高快久]|几[个层倍步头年次维]|哪一?年|何时|什么时候|百分之几|占比"),
    (AnswerKind.NUMBER, r"\bhow (?:many|much|large|big|long|often|fast|small|high|old|far)\b|\bwhen (?:did|was|were)\b"),
    (AnswerKind.NUMBER, r"\b(?:what|which) (?:year|percentage|percent|share|size|fraction|number|date|rate|value|age)\b"),
    (AnswerKind.STEPS, r"(?:怎么|如何|怎样)(?!样|会|办|回事|不|没|还|就|才|了)|\bhow (?:do|does|is|are|to|can|did)\b"),
    (AnswerKind.REASON, r"为什么|为何|为啥|原因|凭什么|怎么会|\bwhy\b|\breasons?\b|\bhow come\b|\bwhat causes\b"),
    (AnswerKind.FACT, r"\b(?:who|where|when|whose)\b|谁|哪里|在哪|用(?:什么|啥)"),
    (AnswerKind.DEFINITION, r"什么是|是什么(?!关系)|是啥|啥是|定义|含义|什么意思|指什么"),
    (AnswerKind.DEFINITION, r"\bwhat(?:'s| is| are| was| does)\b|\bdefin|\bmean(?:ing)?\b"),
]  # fmt: skip
_KINDS = [(kind, re.compile(sign)) for kind, sign in _SIGNS]
_BARE = 3  # terms: so short a question that says nothing else asks what that is

# Words that say what is asked for and not about what, and those that only join.
_FRAME = re.compile(
    r"怎么办|区别|差别|差异|异同|对比|比较|相比|不同|列举|列出|种类|类型|方法|办法|步骤|流程|公式|原因|定义|含义|意思|作用"
    r"|避免|防止|缓解|减轻|介绍|简述|解释|说明|描述|讲讲|主要|常见|常用|优缺点|所有|全部|之间|它|其|的|和|与|有|是|了|在|要|被|会|用|选"
    r"|\b(?:differences?|differs?|different|compared?|comparison|versus|vs|types?|kinds?|ways?|methods?|steps?|formula|equation|reasons?"
    r"|avoid|prevent|mitigate|fight|definition|meaning|mean|list|name|explain|describe|tell|about|main|common|many|much|works?|used?|between|than|better|choose|over|i|all|pros|cons|there)\b"
)
_JOINTS = re.compile(
    r"和|与|跟|及|、|，|,|/|还是|\bvs\b|\bversus\b|\b(?:and|or|from|with|to|than|over)\b|;"
)
_TWOFOLD = re.compile(  # "what is X and why …", "X 是什么，为什么 …"
    r"^(?:what(?:'s| is| are)|什么是|啥是)(?P<en>.{2,40}?)(?:,? and |[,，、;；]|以及)\W*"
    r"(?:how|why|when|which|what|who|where|怎|为|如何|有|它|多|哪|几)"
    r"|^(?P<zh>.{2,40}?)是(?:什么|啥)\W+(?=\w)"
)
_OPPOSITES = re.compile(
    r"优缺点|利弊|优劣|好处坏处|好处和坏处|优点和缺点|优点与缺点|异同"
    r"|\bpros (?:and|&) cons\b"
    r"|\b(?:advantages|strengths|benefits)\b.{1,6}\b(?:disadvantages|faults|drawbacks|limits|limitations|weaknesses)\b"
)
SIGNS = (  # of advantages, and of faults
    re.compile(r"优点|优势|好处|\b(?:advantages?|strengths?|benefits?|pros)\b", re.I),
    re.compile(
        r"缺点|不足|局限|劣势|坏处|\b(?:disadvantages?|drawbacks?|faults?|limitations?|limits|weakness(?:es)?|cons)\b",
        re.IGNORECASE,
    ),
)
_SIDES = 4  # at most, that a comparison is between
_THINGS = (  # all of a question that asks what one thing is, or how it works; or, in Chinese, only names it
    re.compile(
        r"(?:what(?:'s| is| are)|define|explain|describe|how (?:do|does)(?: the)?(?=.* works?\W*$)) (?:an? )?"
        r"(?!(?:the|my|our|your|this|that|these|best|typical|good|default|common|usual|other)\b)(?P<thing>[a-z][\w+./' -]{1,39}?)"
        r"(?: works?)?\W*$"
    ),
    re.compile(
        rf"(?:什么是|啥是|介绍(?:一下)?|解释(?:一下)?|讲讲)?\s*(?P<thing>[{CJK}a-z][{CJK}\w\s+./-]{{1,19}}?)\s*"
        r"(?:是什么(?:意思)?|是啥|的?(?:工作)?原理(?:是什么)?|的?(?:概念|定义|含义)|怎么工作|如何工作)?\W*$"
    ),
)
_NOT_A_THING = re.compile(
    r"\b(?:is|are|was|do|does|did|can|should|why|how|what|when|where|which|who|if|not|vs|or|than|i|you|it|we|between|to|for|with|after)\b"
    "|[有在到就也还了么吗能会要不那这几多得把被跟从用让对给为以比更最都又太可没去来做选加算看改切啥呢的]|怎|哪|如何|区别|步骤|谁"
)


@lru_cache(1024)  # headings are asked too, and more than once
def analyse(question: str) -> Question:
    """What a question asks for.

    >>> analyse("GRU 有哪些门").kind, analyse("LSTM vs GRU").sides
    (<AnswerKind.LIST: 'list'>, (frozenset({'lstm'}), frozenset({'gru'})))
    """
    folded = fold(question)
    about = _topic(folded)
    kind = next((kind for kind, sign in _KINDS if sign.search(folded)), None)
    if kind is None:
        kind = AnswerKind.DEFINITION if len(about) <= _BARE else AnswerKind.FACT
    named = subject_of(question)
    if (
        len(named) == 1 and kind is AnswerKind.LIST and folded.startswith("what ")
    ):  # "what are properties"
        kind = AnswerKind.DEFINITION
    found = _TWOFOLD.match(folded)
    first = (found["en"] or found["zh"]).strip() if found else ""
    return Question(
        kind,
        about,
        _sides(folded, about) if kind is AnswerKind.COMPARISON else (),
        first,
        bool(_OPPOSITES.search(folded)),
        named,
    )


def asks_for(text: str, kind: AnswerKind) -> bool:
    """Whether a text, a heading say, asks for an answer of a kind; it may ask for more than one."""
    folded = fold(text)
    return any(sign.search(folded) for one, sign in _KINDS if one is kind)


def subject_of(question: str) -> frozenset[str]:
    """The terms without which nothing is about the one thing that a question asks the nature of; none when it asks for more.

    In Chinese the first term alone is one of them: what stands before tells kinds apart.

    >>> sorted(subject_of("what is ring attention")), subject_of("条件随机场"), subject_of("why use ring attention")
    (['attention', 'ring'], frozenset({'条件'}), frozenset())
    """
    folded = fold(question).strip()
    english, chinese = (pattern.fullmatch(folded) for pattern in _THINGS)
    found = chinese if detect_language(folded) == "zh" else english
    if not found or (
        _NOT_A_THING.search(found["thing"]) and not folded.startswith(("什么是", "啥是"))
    ):
        return frozenset()
    named = analyze_question(_FRAME.sub("\n", found["thing"].rpartition(" of ")[2]))
    return frozenset(named if found is english else named[:1])


def coverage(about: frozenset[str], held: Set[str]) -> float:
    """How much of what is asked about stands among other terms: a Chinese character counts as half a word.

    Of 缓解幻觉 so half is held by what holds 幻觉, though it has a third term, 解幻, that runs across both words.

    >>> coverage(frozenset({"缓解", "解幻", "幻觉"}), {"幻觉"}), coverage(frozenset({"lora", "rank"}), {"lora"})
    (0.5, 0.5)
    """
    whole, found = _size(about), _size(about & held)
    return found / whole if whole else 1.0


def _size(some: Set[str]) -> int:
    """Twice the number of words, and each Chinese character once."""
    latin = [term for term in some if term.isascii()]
    return 2 * len(latin) + len(set("".join(some - set(latin))))


def _topic(folded: str) -> frozenset[str]:
    return frozenset(analyze_question(_FRAME.sub(" ", folded)))


def _sides(folded: str, about: frozenset[str]) -> tuple[frozenset[str], ...]:
    """The terms of each thing compared: between the joints, or else, of a few words, each; none when there are not two."""
    found = tuple(dict.fromkeys(piece for piece in map(_topic, _JOINTS.split(folded)) if piece))
    found = (
        found
        if len(found) > 1
        else tuple(frozenset({term}) for term in sorted(about) if term.isascii())
    )
    return found if 1 < len(found) <= _SIDES else ()


def check_question(question: str) -> str:
    """The question without surrounding space. Raises QuestionError when there is nothing in it to look for."""
    question = _mended(question).strip()
    if not question:
        raise QuestionError("the question is empty", 'ask something: kbase ask "why sqrt d_k"')
    if len(question) > LONGEST_QUESTION:
        raise QuestionError(
            f"the question has {len(question)} characters, {LONGEST_QUESTION} is the most",
            "ask in a sentence or two",
        )
    if not re.search(r"\w", question):
        raise QuestionError(
            "the question has no word in it", 'ask something: kbase ask "why sqrt d_k"'
        )
    return question


def _mended(text: str) -> str:
    """Text without lone surrogates: those that stand for bytes (a terminal whose locale is not UTF-8) are read as UTF-8."""
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = text.encode("utf-8", "replace")
    return data.decode("utf-8", "replace")
