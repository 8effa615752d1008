"""Find the relations that a sentence states of the names in it.

Each name is first replaced by its number, ⟨0⟩, so that a phrase can have places for names:
`⟨0⟩ builds on ⟨1⟩`. Between them only words that change nothing may occur (articles, adverbs):
what is not understood is not stated. A chain of arrows, `⟨0⟩ → ⟨1⟩ → ⟨2⟩`, states a lineage.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kg.extraction.relations.phrases import NAME, Phrase, load_phrases
from kg.language import en, zh
from kg.language.words import join_words
from kg.types import RelationKind


@dataclass(frozen=True, slots=True)
class StatedRelation:
    """A relation of two names, by their numbers in the sentence."""

    source: int
    target: int
    kind: RelationKind
    confidence: float


# Confidence of a chain of arrows in a sentence about a lineage.
_LINEAGE_CONFIDENCE = 0.95
# Confidence of any other chain of arrows.
_CHAIN_CONFIDENCE = 0.75
# Characters before a chain of arrows in which the word that introduces it is looked for.
_CHAIN_LOOK_BEHIND = 20
# Most characters of an arrow with the space around it.
_LONGEST_ARROW = 6

_DENIES_NEXT = re.compile(
    rf"(?:\b{join_words(en.NEGATIONS_BEFORE)}|{join_words(zh.NEGATIONS_BEFORE)})\s*$",
    re.IGNORECASE,
)
_DENIES = re.compile(
    rf"\b{join_words(en.NEGATIONS)}\b|n't\b|{join_words(zh.NEGATIONS)}", re.IGNORECASE
)
_YES_NO_QUESTION = re.compile(
    rf"^{join_words(en.YES_NO_OPENERS)}\b.*\?\s*$|{join_words(zh.YES_NO_SIGNS)}", re.IGNORECASE
)
# The gradient of ⟨0⟩: what follows is about the gradient.
_OWNED = re.compile(
    rf"(?:\b{join_words(en.OWNERS)}\s+(?:the\s+|an?\s+)?|{join_words(zh.OWNERS)})$",
    re.IGNORECASE,
)
_ARROW = r"\s*(?:→|⟶|➔|➜|⇒|-{1,2}>|={1,2}>)\s*"
_ARROW_BEFORE, _ARROW_AFTER = re.compile(f"{_ARROW}$"), re.compile(_ARROW)
_STEP = rf"{NAME}(?:\s*/\s*{NAME})*"
_CHAIN = re.compile(rf"{_STEP}(?:{_ARROW}{_STEP})+")
# What may come before a chain. After anything else its first name is the end of a longer name:
# learned ⟨0⟩ → ⟨1⟩.
_BEFORE_CHAIN = re.compile(
    rf"(?:^|[^\w\s⟩]|[{zh.CHAIN_OPENERS}]|\b{join_words(en.CHAIN_OPENERS)})\s*$", re.IGNORECASE
)
_LINEAGE = re.compile(join_words(en.LINEAGE, zh.LINEAGE), re.IGNORECASE)
_PIPELINE = re.compile(join_words(en.PIPELINE, zh.PIPELINE), re.IGNORECASE)
_MENU = re.compile(rf"\b{join_words(en.MENU)}\b|{join_words(zh.MENU)}", re.IGNORECASE)
# Names side by side are a longer name, which is not known.
_COMPOUND = re.compile(r"⟨\d+⟩(?:\s*⟨\d+⟩)+")
_PARENTHESES = re.compile(r"\s*[（(][^（）()]{0,80}[)）]")


def find_relations(sentence: str, spans: Sequence[tuple[int, int]]) -> Iterator[StatedRelation]:
    """Yield what a sentence states of its names, which are at these characters (start, end).

    Each relation comes once, with the confidence of the surest phrase. A question that yes or no
    answers states nothing.

    >>> [relation] = find_relations("GQA improves on MQA.", [(0, 3), (16, 19)])
    >>> relation.source, relation.target, relation.kind.value, relation.confidence
    (1, 0, 'evolves_to', 0.9)
    """
    if len(spans) < 2 or _YES_NO_QUESTION.search(sentence):
        return
    masked = mask_names(sentence, spans)
    confidences: dict[tuple[int, int, RelationKind], float] = {}
    language = "zh" if re.search("[一-鿿]", masked) else "en"
    for phrase in load_phrases(language) if masked.count("⟨") > 1 else ():
        for source, target in match_phrase(phrase, masked):
            key = source, target, phrase.kind
            confidences[key] = max(confidences.get(key, 0.0), phrase.confidence)
    if not _MENU.search(sentence):
        is_lineage = _LINEAGE.search(masked) is not None
        for source, target in _chained_names(masked, is_lineage):
            key = source, target, RelationKind.EVOLVES_TO
            confidences[key] = _LINEAGE_CONFIDENCE if is_lineage else _CHAIN_CONFIDENCE
    yield from (StatedRelation(*key, confidence) for key, confidence in confidences.items())


def mask_names(sentence: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return a sentence with each name as its number, and without what is in parentheses.

    Two names side by side become one unknown name: ⟪⟫.
    """
    pieces, end = [], 0
    for number, (start, stop) in enumerate(spans):
        pieces += [sentence[end:start], f"⟨{number}⟩"]
        end = stop
    return _COMPOUND.sub("⟪⟫", _PARENTHESES.sub("", "".join([*pieces, sentence[end:]])))


def match_phrase(phrase: Phrase, masked: str) -> Iterator[tuple[int, int]]:
    """Yield the source and target of each pair of names that a phrase relates in a sentence."""
    for match in phrase.pattern.finditer(masked):
        if _is_denied(masked, match, phrase):
            continue
        for subject in _numbers(match["s"]):
            for object_ in _numbers(match["o"]):
                yield (object_, subject) if phrase.backward else (subject, object_)


def _is_denied(masked: str, match: re.Match[str], phrase: Phrase) -> bool:
    """Tell whether a match is negated, or its subject belongs to the word before it.

    A contrast is not checked: negation is a part of it.
    """
    if phrase.kind is RelationKind.CONTRASTS_WITH:
        return False
    subject, object_ = match.span("s"), match.span("o")
    between = masked[min(subject[1], object_[1]) : max(subject[0], object_[0])]
    before = masked[: subject[0]]
    owned = subject[0] == match.start() and _OWNED.search(before)
    return bool(owned or _DENIES.search(between) or _DENIES_NEXT.search(before))


def _chained_names(masked: str, is_lineage: bool) -> Iterator[tuple[int, int]]:
    """Yield the neighbours in chains of arrows: `⟨0⟩ → ⟨1⟩ → ⟨2⟩ / ⟨3⟩`.

    In a sentence about a pipeline there are none, unless it is about a lineage too.
    """
    if _PIPELINE.search(masked) and not is_lineage:
        return
    for chain in _CHAIN.finditer(masked):
        before = masked[: chain.start()]
        if _ARROW_BEFORE.search(before[-_LONGEST_ARROW:]) or _ARROW_AFTER.match(
            masked, chain.end()
        ):
            continue  # The chain has a step that is no name.
        steps = [_numbers(step) for step in re.split(_ARROW, chain[0])]
        if not _BEFORE_CHAIN.search(before[-_CHAIN_LOOK_BEHIND:]):
            steps = steps[1:]
        for sources, targets in pairwise(steps):
            yield from ((source, target) for source in sources for target in targets)


def _numbers(names: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", names)]
