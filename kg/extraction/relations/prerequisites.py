"""Whose text names whom → what to know first. The weakest of the origins: a good sense of direction, a mediocre detector.

A concept whose own text names another, and not the reverse, needs it more often than not. How surely is a logistic
regression on what can be seen of the pair, fitted to the bundled notes and to the Metacademy notes with equal weight.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

# What a sentence names as an example, an application or a contrast is not what its subject rests on.
_ASIDE = re.compile(
    r"applicat|\bappl(?:y|ies|ied)\b|\bused (?:in|for|to|as|by)\b|\buseful\b|\bsuch as\b|\be\.g\.|for example|for instance"
    r"|\binclud(?:e|es|ing)\b|\blike\b|basis for|leads? to|motivat|important (?:in|for)|\barises?\b|widely|can be used|unlike"
    r"|\brelated to\b|in contrast|whereas|\bwhile\b|differs?\b|rather than|instead of|compared|generali[sz]es? to|\bremed"
    r"|\bhelps? against"
    r"|\b(?:handled|solved|eased|fixed|reduced|prevented|avoided|limited|replaced) (?:by|with)\b"
    r"|\b(?:does|do|did|is|are|has|have|with)(?: not|n't|out)\b"
    r"|应用|用于|例如|比如|如|等|有关|相关|不同于|与.+不同|而不是|区别|相比|常用|广泛|沿用|参见|见|缓解|解决|减轻|防止|避免|没有"
    r"|不(?:能|是|会|用|需)|退化",
    re.IGNORECASE,
)
# Weights of what is seen of a pair, rounded; _OWN_NOTES and the start, 0, were then set by the precision of what is accepted
# (bundled notes: at least .8 transitive) and by the recall of plain mention asymmetry on Metacademy.
_OPENING, _OPENING_ASIDE, _SENTENCES, _ASIDES, _SHARE = 0.7, 0.45, 0.35, -0.3, 0.4
_NAME_WITHIN, _NAME_AROUND, _HUB, _COMMON_WORD = 1.8, -0.2, -0.15, -1.1
_NOTE_NEEDED, _NOTE_NEEDS, _OWN_NOTES, _OTHER_NOTE, _BEFORE, _AFTER = (
    0.3,
    -1.7,
    0.95,
    -0.6,
    0.6,
    -0.6,
)
_UNDECIDED = 0.6  # the most for a pair that names each other, or of which the notes say the reverse

# (note, sentence) → each concept that it names but does not introduce, with those that it enumerates together with it
Named = Mapping[tuple[int, int], Mapping[int, frozenset[int]]]


@dataclass(frozen=True, slots=True)
class OwnSentence:
    """A sentence of a concept's own text: its note and number, whether it is an aside, and whether it opens the text."""

    note: int
    spot: int
    aside: bool
    opens: bool


@dataclass(frozen=True, slots=True)
class ConceptText:
    """What is known of a concept: its own text, its notes and first section there, whether one is on nothing else."""

    own: tuple[OwnSentence, ...]
    homes: Mapping[int, int]  # note → first section
    sections: frozenset[tuple[int, int]]  # (note, section) of all that is on it, or defines it
    alone: bool
    common: bool  # one short word of a language, so that a text that has it may mean something else
    within: frozenset[int]  # the concepts whose names its own name has within


@dataclass(frozen=True, slots=True)
class PrerequisiteCandidate:
    """That the second concept needs the first, how surely, and the sentence that names it: none when only its name does."""

    before: int
    after: int
    confidence: float
    place: OwnSentence | None


def is_aside(text: str) -> bool:
    """Whether a sentence is about an example, an application or a contrast."""
    return bool(_ASIDE.search(text))


def infer_prerequisites(
    subjects: Sequence[ConceptText], named: Named, requires: Mapping[int, set[int]]
) -> Iterator[PrerequisiteCandidate]:
    """The pairs of which one's text names the other. `requires` has the notes that a note requires."""
    pairs = _pairs(subjects, named)
    popular = Counter(before for before, _ in pairs)
    for (before, after), places in pairs.items():
        good = [one for one in places if not one.aside]
        back = [one for one in pairs.get((after, before), ()) if not one.aside]
        one, other = subjects[before], subjects[after]
        order = _order(one, other)
        needed, needs_it = _between(one, other, requires), _between(other, one, requires)
        score = (
            (
                _OPENING
                if any(place.opens for place in good)
                else _OPENING_ASIDE
                if any(place.opens for place in places)
                else 0
            )
            + _SENTENCES * log(len(good) + 1)
            + _ASIDES * log(len(places) - len(good) + 1)
            + _SHARE * len(places) / max(1, len(other.own))
            + (_NAME_WITHIN if before in other.within else 0)
            + (_NAME_AROUND if after in one.within else 0)
            + _HUB * (log(popular[before] + 1) - log(popular[after] + 1))
            + (_COMMON_WORD if one.common else 0)
            + (_NOTE_NEEDED if needed else 0)
            + (_NOTE_NEEDS if needs_it else 0)
            + (_OWN_NOTES if one.alone and other.alone else _OTHER_NOTE if other.alone else 0)
            + (_BEFORE if order < 0 else _AFTER if order > 0 else 0)
        )
        confidence = 1 / (1 + exp(-score))
        undecided = back or needs_it or order > 0 or not one.sections - other.sections
        yield PrerequisiteCandidate(
            before,
            after,
            min(confidence, _UNDECIDED) if undecided else confidence,
            next(iter(good or places), None),
        )


def _pairs(
    subjects: Sequence[ConceptText], named: Named
) -> dict[tuple[int, int], list[OwnSentence]]:
    """(named, naming) with the sentences of the second one's own text that name the first."""
    pairs: defaultdict[tuple[int, int], list[OwnSentence]] = defaultdict(list)
    for after, subject in enumerate(subjects):
        for place in subject.own:
            for before, beside in named.get((place.note, place.spot), {}).items():
                if before != after and after not in beside:
                    pairs[before, after].append(place)
        for before in sorted(subject.within - {after}):
            pairs[before, after] += ()
    return dict(pairs)


def _order(one: ConceptText, other: ConceptText) -> int:
    """Which of them comes first in a note that has both: below 0 the one, above 0 the other."""
    shared = sorted(one.homes.keys() & other.homes.keys())
    return one.homes[shared[0]] - other.homes[shared[0]] if shared else 0


def _between(one: ConceptText, other: ConceptText, requires: Mapping[int, set[int]]) -> bool:
    """Whether a note on the other requires one on the first, and none is on both."""
    if one.homes.keys() & other.homes.keys():
        return False
    return any(not requires.get(note, set()).isdisjoint(one.homes.keys()) for note in other.homes)
