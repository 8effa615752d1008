"""Analyse a question: what kind of answer it asks for, and about what. Its words alone decide."""

import re
from collections.abc import Set
from dataclasses import dataclass
from functools import lru_cache

from kg.errors import QuestionError
from kg.language import en, zh
from kg.language.detect import CJK, detect_language
from kg.language.normalize import fold
from kg.language.words import join_words
from rag.analyzer import analyze_question
from rag.types import AnswerKind

# A question of more characters is a pasted document.
LONGEST_QUESTION = 4_000

# Advantages, and disadvantages.
PROS_AND_CONS = (
    re.compile(rf"{join_words(zh.ADVANTAGES)}|\b{join_words(en.ADVANTAGES)}\b", re.IGNORECASE),
    re.compile(
        rf"{join_words(zh.DISADVANTAGES)}|\b{join_words(en.DISADVANTAGES)}\b", re.IGNORECASE
    ),
)

# What shows the kind of answer. The first row that matches decides: "what are the steps" asks for
# steps, though "what are" asks for a definition. Both tables have the same kinds in the same order.
_ENGLISH_KINDS = (
    (
        AnswerKind.COMPARISON,
        r"\bvs\b|\bversus\b|\bdiffer|\bcompar|\bdistinguish|\bbetter than\b"
        r"|\b(?:which|choose|use|pick)\b.*\b(?:or|over)\b",
    ),
    (
        AnswerKind.STEPS,
        r"\bsteps\b|\bstep[ -]by[ -]step\b|\bprocedure\b|\bprocess of\b|\bpipeline\b",
    ),
    (
        AnswerKind.LIST,
        r"\b(?:types|kinds|ways|methods|techniques|strategies|options|examples|components"
        r"|properties|variants|remedies|advantages|disadvantages|benefits|drawbacks|limitations"
        r"|pros|cons|tasks|applications)\b"
        r"|\b(?<!what )causes\b"
        r"|\b(?:which|what) (?:\w+ )?\w+(?<!s)s (?:are|do|does|can|help|exist|should|were|have)\b"
        r"|\blist\b"
        r"|\bwhich (?!(?:is|was|does|has)\b)\w{2,}(?<![sui])s\b"
        r"|\bhow (?:can|do|could|to)\b.{0,12}"
        r"\b(?:avoid|prevent|reduce|fix|mitigate|fight|handle|improve|speed up)\b",
    ),
    (AnswerKind.FORMULA, r"\b(?:formula|equation|derive|derivation)\b"),
    (
        AnswerKind.NUMBER,
        r"\bhow (?:many|much|large|big|long|often|fast|small|high|old|far)\b"
        r"|\bwhen (?:did|was|were)\b"
        r"|\b(?:what|which) "
        r"(?:year|percentage|percent|share|size|fraction|number|date|rate|value|age)\b",
    ),
    (AnswerKind.STEPS, r"\bhow (?:do|does|is|are|to|can|did)\b"),
    (AnswerKind.REASON, r"\bwhy\b|\breasons?\b|\bhow come\b|\bwhat causes\b"),
    (AnswerKind.FACT, r"\b(?:who|where|when|whose)\b"),
    (
        AnswerKind.DEFINITION,
        r"\bwhat(?:'s| is| are| was| does)\b|\bdefin|\bmean(?:ing)?\b",
    ),
)
_CHINESE_KINDS = (
    (
        AnswerKind.COMPARISON,
        r"区别|不同(?!的)|差别|差异|异同|对比|比较|相比|差在哪|哪个(?:更|好|快|大|多)"
        r"|用哪个|选哪个|还是",
    ),
    (AnswerKind.STEPS, r"步骤|流程|[哪分]几步"),
    (
        AnswerKind.LIST,
        r"哪些|哪[几两]|几种|列举|列出|种类|包括什么|包含什么|优缺点|分别是|由.{0,6}组成|怎么办"
        r"|(?:有什么|有啥|的)(?:方法|办法|优点|缺点|短板|不足|局限|好处|坏处|特点|类型|种类|用途"
        r"|手段|技巧|优势|组成)"
        r"|的\w{0,4}(?:方法|办法|任务|策略|类型|种类|技巧)\W*$"
        r"|(?:怎样|如何|怎么)(?:避免|防止|缓解|解决|减轻|提高|提升|改善|降低|减少|加快)",
    ),
    (AnswerKind.FORMULA, r"公式|表达式|方程|推导"),
    (
        AnswerKind.NUMBER,
        r"多少|多[大长高快久]|几[个层倍步头年次维]|哪一?年|何时|什么时候|百分之几|占比",
    ),
    (AnswerKind.STEPS, r"(?:怎么|如何|怎样)(?!样|会|办|回事|不|没|还|就|才|了)"),
    (AnswerKind.REASON, r"为什么|为何|为啥|原因|凭什么|怎么会"),
    (AnswerKind.FACT, r"谁|哪里|在哪|用(?:什么|啥)"),
    (AnswerKind.DEFINITION, r"什么是|是什么(?!关系)|是啥|啥是|定义|含义|什么意思|指什么"),
)
_KINDS = [
    (kind, re.compile(f"{chinese}|{english}"))
    for (kind, english), (_, chinese) in zip(_ENGLISH_KINDS, _CHINESE_KINDS, strict=True)
]
# A question of so few terms that shows no kind asks for a definition.
_SHORT_QUESTION = 3

# Words that say what is asked for, not what it is about.
_REQUEST_WORDS = re.compile(rf"{join_words(zh.REQUEST_WORDS)}|\b{join_words(en.REQUEST_WORDS)}\b")

# The words and signs between two things that are compared.
_SIDE_SEPARATOR = re.compile(
    r"和|与|跟|及|、|，|,|/|还是|;|\bvs\b|\bversus\b|\b(?:and|or|from|with|to|than|over)\b"
)
# The most sides that a comparison has.
_MOST_SIDES = 4

# "What is X and why …" or "X 是什么，为什么 …": a definition is asked for first, then more.
_TWO_PARTS = re.compile(
    r"^(?:what(?:'s| is| are)|什么是|啥是)(?P<object>.{2,40}?)(?:,? and |[，,、;；]|以及)\W*"
    r"(?:how|why|when|which|what|who|where|怎|为|如何|有|它|多|哪|几)"
    r"|^(?P<subject>.{2,40}?)是(?:什么|啥)\W+(?=\w)"
)
# Both advantages and disadvantages are asked for, or both what is the same and what differs.
_BOTH_SIDES = re.compile(
    r"优缺点|利弊|优劣|好处坏处|好处和坏处|优点和缺点|优点与缺点|异同"
    r"|\bpros (?:and|&) cons\b"
    r"|\b(?:advantages|strengths|benefits)\b.{1,6}"
    r"\b(?:disadvantages|faults|drawbacks|limits|limitations|weaknesses)\b"
)

# The whole of a question that asks what one thing is, or how it works. In Chinese it may be the
# name alone.
_ENGLISH_SUBJECT = re.compile(
    r"(?:what(?:'s| is| are)|define|explain|describe|how (?:do|does)(?: the)?(?=.* works?\W*$)) "
    r"(?:an? )?"
    r"(?!(?:the|my|our|your|this|that|these|best|typical|good|default|common|usual|other)\b)"
    r"(?P<subject>[a-z][\w+./' -]{1,39}?)(?: works?)?\W*$"
)
_CHINESE_SUBJECT = re.compile(
    r"(?:什么是|啥是|介绍(?:一下)?|解释(?:一下)?|讲讲)?\s*"
    rf"(?P<subject>[{CJK}a-z][{CJK}\w\s+./-]{{1,19}}?)\s*"
    r"(?:是什么(?:意思)?|是啥|的?(?:工作)?原理(?:是什么)?|的?(?:概念|定义|含义)|怎么工作|如何工作)?\W*$"
)
_NOT_IN_SUBJECT = re.compile(
    rf"\b{join_words(en.NOT_IN_SUBJECTS)}\b|{join_words(zh.NOT_IN_SUBJECTS)}"
)


@dataclass(frozen=True, slots=True)
class Question:
    """What a question asks for.

    `topic` holds the terms of what the question is about, without words that only ask. `sides`
    holds the terms of each thing that a comparison compares. `first_part` is X in "what is X and
    why …". `pros_and_cons` tells that the question asks for two sides of one thing. `subject`
    holds the terms of the one thing whose nature is asked for; it is empty for other questions.
    """

    kind: AnswerKind
    topic: frozenset[str]
    sides: tuple[frozenset[str], ...] = ()
    first_part: str = ""
    pros_and_cons: bool = False
    subject: frozenset[str] = frozenset()

    @property
    def first_topic(self) -> frozenset[str]:
        """Return the terms of the first part; empty when the question has one part."""
        return _topic_of(self.first_part)


@lru_cache(1024)  # headings are analysed like questions, and more than once
def analyse(question: str) -> Question:
    """Return what a question asks for.

    >>> analyse("GRU 有哪些门").kind, analyse("LSTM vs GRU").sides
    (<AnswerKind.LIST: 'list'>, (frozenset({'lstm'}), frozenset({'gru'})))
    """
    folded = fold(question)
    topic = _topic_of(folded)
    subject = subject_of(question)
    kind = _kind_of(folded, topic, subject)
    parts = _TWO_PARTS.match(folded)
    return Question(
        kind,
        topic,
        _sides_of(folded, topic) if kind is AnswerKind.COMPARISON else (),
        (parts["object"] or parts["subject"]).strip() if parts else "",
        bool(_BOTH_SIDES.search(folded)),
        subject,
    )


def _kind_of(folded: str, topic: frozenset[str], subject: frozenset[str]) -> AnswerKind:
    kind = next((kind for kind, pattern in _KINDS if pattern.search(folded)), None)
    if kind is None:
        return AnswerKind.DEFINITION if len(topic) <= _SHORT_QUESTION else AnswerKind.FACT
    # "What are properties" asks for a definition, though properties could be listed.
    if kind is AnswerKind.LIST and len(subject) == 1 and folded.startswith("what "):
        return AnswerKind.DEFINITION
    return kind


def asks_for(text: str, kind: AnswerKind) -> bool:
    """Tell whether a question or a heading asks for an answer of a kind.

    It may ask for more than one.
    """
    folded = fold(text)
    return any(pattern.search(folded) for other, pattern in _KINDS if other is kind)


def subject_of(question: str) -> frozenset[str]:
    """Return the terms that a passage about the subject of the question cannot lack.

    The subject is the one thing whose nature the question asks for; there are no terms when it
    asks for more. In Chinese only the first term is returned: what comes first distinguishes.

    >>> sorted(subject_of("what is ring attention")), subject_of("条件随机场")
    (['attention', 'ring'], frozenset({'条件'}))
    >>> subject_of("why use ring attention")
    frozenset()
    """
    folded = fold(question).strip()
    is_chinese = detect_language(folded) == "zh"
    match = (_CHINESE_SUBJECT if is_chinese else _ENGLISH_SUBJECT).fullmatch(folded)
    if not match:
        return frozenset()
    is_explicit = folded.startswith(("什么是", "啥是"))
    if not is_explicit and _NOT_IN_SUBJECT.search(match["subject"]):
        return frozenset()
    # In "the size of X" the subject is X.
    name = match["subject"].rpartition(" of ")[2]
    terms = analyze_question(_REQUEST_WORDS.sub("\n", name))
    return frozenset(terms[:1] if is_chinese else terms)


def coverage(topic: frozenset[str], terms: Set[str]) -> float:
    """Return how much of a topic is among other terms, from 0 to 1; 1 for an empty topic.

    Sizes are counted in words, a Chinese character as half a word, because the bigrams of two
    words overlap: 幻觉 is half of 缓解幻觉, though that has a third term, 解幻, across both words.

    >>> coverage(frozenset({"缓解", "解幻", "幻觉"}), {"幻觉"})
    0.5
    >>> coverage(frozenset({"lora", "rank"}), {"lora"})
    0.5
    """
    whole = _half_words(topic)
    return _half_words(topic & terms) / whole if whole else 1.0


def _half_words(terms: Set[str]) -> int:
    """Return twice the number of Latin words, plus the number of different Chinese characters."""
    latin = [term for term in terms if term.isascii()]
    return 2 * len(latin) + len(set("".join(terms - set(latin))))


def _topic_of(folded: str) -> frozenset[str]:
    return frozenset(analyze_question(_REQUEST_WORDS.sub(" ", folded)))


def _sides_of(folded: str, topic: frozenset[str]) -> tuple[frozenset[str], ...]:
    """Return the terms of each thing compared; empty unless there are two to four.

    The things are what is between the separators. Without a separator each Latin word of the
    topic is a thing.
    """
    pieces = map(_topic_of, _SIDE_SEPARATOR.split(folded))
    sides = tuple(dict.fromkeys(piece for piece in pieces if piece))
    if len(sides) < 2:
        sides = tuple(frozenset({term}) for term in sorted(topic) if term.isascii())
    return sides if 1 < len(sides) <= _MOST_SIDES else ()


def check_question(question: str) -> str:
    """Return the question without surrounding space.

    Raises QuestionError when it is empty, too long, or has no word in it.
    """
    question = _replace_surrogates(question).strip()
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


def _replace_surrogates(text: str) -> str:
    """Replace lone surrogates, which stand for bytes where the terminal's locale is not UTF-8.

    The bytes are read as UTF-8; what cannot be read so becomes a replacement character.
    """
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = text.encode("utf-8", "replace")
    return data.decode("utf-8", "replace")
