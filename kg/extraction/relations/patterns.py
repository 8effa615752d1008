"""A sentence and the names in it → which of them it relates, how, and how surely. The phrases are in kg/phrases.py.

Each name is first replaced by its number, ⟨0⟩, so that a phrase has places for names: `⟨0⟩ builds on ⟨1⟩`. Between them only
words may stand that change nothing (articles, adverbs): what is not understood is not stated.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kg.extraction.relations.phrases import ONE, PHRASES, Phrase
from kg.types import RelationKind


@dataclass(frozen=True, slots=True)
class StatedRelation:
    """Names, by their numbers in the sentence, that it relates."""

    source: int
    target: int
    kind: RelationKind
    confidence: float


_NEGATED = re.compile(
    r"(?:\b(?:not|never|no|neither|nor|cannot|n't|hardly|instead\s+of|rather\s+than)|不|没有|没|并非|无法|而不是|难以)\s*$",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:not|never|cannot|neither|nor)\b|n't\b|不(?!同|断|少|仅|只)|没有|无法|并非", re.IGNORECASE
)
_YES_NO = re.compile(
    r"^(?:is|are|does|do|did|can|could|should|was|were|will|has|have)\b.*\?\s*$|吗[？?]|是否",
    re.IGNORECASE,
)
_OWNED = re.compile(
    r"(?:\b(?:of|in|with|by|for|to|from|on|than|like|via|through|under|when|if|instead of|an?\s+[\w-]+)\s+(?:the\s+|an?\s+)?"
    r"|在|把|对|用|比|给|从|让|使)$",
    re.IGNORECASE,
)
_ARROW = r"\s*(?:→|⟶|➔|➜|⇒|-{1,2}>|={1,2}>)\s*"
_STEP = rf"{ONE}(?:\s*/\s*{ONE})*"
_ENDS_IN_ARROW, _ARROW_NEXT = re.compile(_ARROW + "$"), re.compile(_ARROW)
_CHAIN = re.compile(rf"{_STEP}(?:{_ARROW}{_STEP})+")
# A chain begins with a name, and not with the end of a longer one: learned ⟨0⟩ → ⟨1⟩
_CHAIN_BEFORE = re.compile(
    r"(?:^|[^\w\s⟩]|[是为从由即按沿着到如括成]|\b(?:is|are|was|were|goes|went|evolved|from|along|as|like|of|in|by|through|then|and|chain"
    r"|lineage|order|line|path|evolution|history|development|progression|timeline|roadmap|family|series))\s*$",
    re.IGNORECASE,
)
_LINEAGE = re.compile(
    r"lineage|evol|develop|histor|successor|generation|line of|family|improv|variant"
    r"|演进|演化|演变|发展|脉络|历程|历史|谱系|一支|系列|变体|改进",
    re.IGNORECASE,
)
_PIPELINE = re.compile(
    r"pipeline|workflow|\bflow|path of|\bsteps?\b|process|transition|\bmap|\binputs?\b|\boutputs?\b|stages?"
    r"|流程|流向|步骤|转移|映射|输入|输出|管线|阶段|先.{0,12}再",
    re.IGNORECASE,
)
_MENU = re.compile(
    r"\b(?:go(?:ing)? to|select|click|tap|press|open|choose|enable|disable|menu|settings?|preferences?|folders?|tabs?)\b"
    r"|点击|点按|选择|打开|菜单|设置|文件夹|路径",
    re.IGNORECASE,
)
_COMPOUND = re.compile(r"⟨\d+⟩(?:\s*⟨\d+⟩)+")
_PAREN = re.compile(r"\s*[（(][^（）()]{0,80}[)）]")


def find_relations(text: str, spans: Sequence[tuple[int, int]]) -> Iterator[StatedRelation]:
    """What a sentence states of the names that stand at these places.

    >>> [(one.source, one.target, one.kind.value) for one in find_relations("GQA improves on MQA.", [(0, 3), (16, 19)])]
    [(1, 0, 'evolves_to')]
    """
    if len(spans) < 2 or _YES_NO.search(text):
        return
    masked = _masked(text, spans)
    seen: dict[tuple[int, int, RelationKind], float] = {}
    chinese = bool(re.search("[一-鿿]", masked))
    for phrase in PHRASES if masked.count("⟨") > 1 else ():
        if phrase.chinese is not chinese:
            continue
        for match in phrase.pattern.finditer(masked):
            if _unsaid(masked, match, phrase):
                continue
            for subject in _numbers(match["s"]):
                for object_ in _numbers(match["o"]):
                    source, target = (object_, subject) if phrase.backward else (subject, object_)
                    key = source, target, phrase.kind
                    seen[key] = max(seen.get(key, 0.0), phrase.confidence)
    for source, target in () if _MENU.search(text) else _lineage(masked):
        seen[source, target, RelationKind.EVOLVES_TO] = 0.95 if _LINEAGE.search(masked) else 0.75
    yield from (StatedRelation(*key, confidence) for key, confidence in seen.items())


def _lineage(masked: str) -> Iterator[tuple[int, int]]:
    """The neighbours in chains of arrows, `⟨0⟩ → ⟨1⟩ → ⟨2⟩ / ⟨3⟩`, unless the sentence is about a pipeline."""
    if _PIPELINE.search(masked) and not _LINEAGE.search(masked):
        return
    for chain in _CHAIN.finditer(masked):
        if _ENDS_IN_ARROW.search(
            masked, max(0, chain.start() - 6), chain.start()
        ) or _ARROW_NEXT.match(masked, chain.end()):
            continue  # a step of it is no concept
        steps = [_numbers(step) for step in re.split(_ARROW, chain[0])]
        if not _CHAIN_BEFORE.search(masked[max(0, chain.start() - 20) : chain.start()]):
            steps = steps[1:]
        yield from (
            (one, other) for before, after in pairwise(steps) for one in before for other in after
        )


def _masked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with each name as its number, and without what stands in parentheses; two names side by side are neither."""
    pieces, end = [], 0
    for number, (start, stop) in enumerate(spans):
        pieces += [text[end:start], f"⟨{number}⟩"]
        end = stop
    return _COMPOUND.sub("⟪⟫", _PAREN.sub("", "".join([*pieces, text[end:]])))


def _numbers(names: str) -> list[int]:
    return [int(one) for one in re.findall(r"\d+", names)]


def _unsaid(masked: str, match: re.Match[str], phrase: Phrase) -> bool:
    """Whether the phrase is denied, or its subject belongs to another word: the gradient of ⟨0⟩ …"""
    if phrase.kind is RelationKind.CONTRASTS_WITH:
        return False
    subject, object_ = match.span("s"), match.span("o")
    between = masked[min(subject[1], object_[1]) : max(subject[0], object_[0])]
    before = masked[: subject[0]]
    owned = subject[0] == match.start() and _OWNED.search(before)
    return bool(owned or _NOT.search(between) or _NEGATED.search(before))
