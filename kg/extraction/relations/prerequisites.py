"""Infer prerequisites from mention asymmetry: a concept whose text mentions another may need it.

If the text on A mentions B and the text on B does not mention A, then A needs B more often than
not. A logistic regression on features of the pair says how likely that is. It is the least reliable
source of relations: a good sense of direction, but a mediocre detector.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import NamedTuple

from kg.language import en, zh
from kg.language.words import join_words

_ASIDE = re.compile(join_words(en.ASIDES, zh.ASIDES), re.IGNORECASE)
# Highest confidence for a pair in which each text mentions the other, or of which other evidence
# says the reverse.
_MOST_WHEN_UNDECIDED = 0.6

# By (note, sentence), the concepts that a sentence mentions but does not introduce; each with those
# that the sentence enumerates together with it.
SentenceMentions = Mapping[tuple[int, int], Mapping[int, frozenset[int]]]
# By (prerequisite, concept), the sentences of the concept's text that mention the prerequisite.
_Pairs = dict[tuple[int, int], list["ConceptSentence"]]


@dataclass(frozen=True, slots=True)
class ConceptSentence:
    """A sentence of the text on a concept, by the numbers of its note and of itself in the note.

    An aside is about an example, an application or a contrast. `opens` tells that the sentence
    opens the text.
    """

    note: int
    sentence: int
    aside: bool
    opens: bool


@dataclass(frozen=True, slots=True)
class ConceptText:
    """The text on a concept alone, and what is known of its name."""

    sentences: tuple[ConceptSentence, ...]
    first_sections: Mapping[int, int]  # the concept's first section in each note
    sections: frozenset[tuple[int, int]]  # (note, section) of all that is on it or defines it
    has_own_note: bool  # a note is on this concept alone
    is_common_word: bool  # its names are single short words, which may mean something else
    within_name: frozenset[int]  # the concepts whose names are within its own names


@dataclass(frozen=True, slots=True)
class PrerequisiteCandidate:
    """A concept that another one may need, how likely, and the first sentence that mentions it.

    There is no such sentence when only the other concept's name has it.
    """

    prerequisite: int
    concept: int
    confidence: float
    sentence: ConceptSentence | None


class _Features(NamedTuple):
    """The features of a pair, in which the text on a concept mentions a possible prerequisite."""

    opens: float  # 1 if a sentence that opens the text mentions it, and not as an aside
    opens_as_aside: float  # 1 if only an aside that opens the text mentions it
    sentences: float  # log of 1 + the sentences that mention it and are not asides
    asides: float  # log of 1 + the asides that mention it
    share: float  # share of the text's sentences that mention it
    in_name: float  # 1 if the concept's name has the prerequisite's name in it
    around_name: float  # 1 if the prerequisite's name has the concept's name in it
    popularity: float  # log ratio of how many texts mention the prerequisite and the concept
    common_word: float  # 1 if the prerequisite's names are single short words
    note_required: float  # 1 if a note on the concept requires a note on the prerequisite
    note_requires: float  # 1 if a note on the prerequisite requires a note on the concept
    both_have_notes: float  # 1 if each of the two has a note to itself
    concept_has_note: float  # 1 if only the concept has a note to itself
    comes_before: float  # 1 if the prerequisite comes first in a note with sections on both
    comes_after: float  # 1 if the prerequisite comes second in a note with sections on both


# Fitted by logistic regression on the bundled notes and the Metacademy notes with equal weight, and
# rounded; the intercept is 0. It and `both_have_notes` were set afterwards by the precision of what
# is accepted (at least .8 on the bundled notes, where implied prerequisites count as right) and by
# the recall of plain mention asymmetry on Metacademy. benchmarks/extraction.py measures both.
COEFFICIENTS = _Features(
    opens=0.7,
    opens_as_aside=0.45,
    sentences=0.35,
    asides=-0.3,
    share=0.4,
    in_name=1.8,
    around_name=-0.2,
    popularity=-0.15,
    common_word=-1.1,
    note_required=0.3,
    note_requires=-1.7,
    both_have_notes=0.95,
    concept_has_note=-0.6,
    comes_before=0.6,
    comes_after=-0.6,
)


def is_aside(sentence: str) -> bool:
    """Tell whether a sentence is about an example, an application or a contrast."""
    return bool(_ASIDE.search(sentence))


def infer_prerequisites(
    texts: Sequence[ConceptText], mentions: SentenceMentions, requires: Mapping[int, set[int]]
) -> Iterator[PrerequisiteCandidate]:
    """Yield the pairs of concepts in which one's text mentions the other.

    A concept's number is its index in `texts`. `requires` has for each note those that it requires.
    """
    pairs = _mentioned_pairs(texts, mentions)
    popularity = Counter(prerequisite for prerequisite, _ in pairs)
    for (number, other), sentences in pairs.items():
        prerequisite, concept = texts[number], texts[other]
        direct = [sentence for sentence in sentences if not sentence.aside]
        features = _Features(
            **_mention_features(sentences, concept),
            in_name=number in concept.within_name,
            around_name=other in prerequisite.within_name,
            popularity=log(popularity[number] + 1) - log(popularity[other] + 1),
            common_word=prerequisite.is_common_word,
            note_required=_is_required(prerequisite, concept, requires),
            note_requires=_is_required(concept, prerequisite, requires),
            both_have_notes=prerequisite.has_own_note and concept.has_own_note,
            concept_has_note=concept.has_own_note and not prerequisite.has_own_note,
            comes_before=_order(prerequisite, concept) < 0,
            comes_after=_order(prerequisite, concept) > 0,
        )
        confidence = _sigmoid(_dot(COEFFICIENTS, features))
        undecided = (
            any(not sentence.aside for sentence in pairs.get((other, number), ()))
            or features.note_requires
            or features.comes_after
            or not prerequisite.sections - concept.sections
        )
        yield PrerequisiteCandidate(
            number,
            other,
            min(confidence, _MOST_WHEN_UNDECIDED) if undecided else confidence,
            next(iter(direct or sentences), None),
        )


def _mention_features(
    sentences: Sequence[ConceptSentence], concept: ConceptText
) -> dict[str, float]:
    """Return the features that depend on the sentences of a text that mention the prerequisite."""
    direct = [sentence for sentence in sentences if not sentence.aside]
    opens = any(sentence.opens for sentence in direct)
    return {
        "opens": opens,
        "opens_as_aside": not opens and any(sentence.opens for sentence in sentences),
        "sentences": log(len(direct) + 1),
        "asides": log(len(sentences) - len(direct) + 1),
        "share": len(sentences) / max(1, len(concept.sentences)),
    }


def _dot(coefficients: _Features, features: _Features) -> float:
    """Return the dot product, added up from left to right so that every Python rounds it alike."""
    total = 0.0
    for coefficient, feature in zip(coefficients, features, strict=True):
        total += coefficient * feature
    return total


def _sigmoid(score: float) -> float:
    return 1 / (1 + exp(-score))


def _mentioned_pairs(texts: Sequence[ConceptText], mentions: SentenceMentions) -> _Pairs:
    """Return the pairs in which the text on a concept, or its name, mentions another concept.

    A sentence that enumerates both concepts does not count: they stand side by side in it.
    """
    pairs: defaultdict[tuple[int, int], list[ConceptSentence]] = defaultdict(list)
    for concept, text in enumerate(texts):
        for sentence in text.sentences:
            mentioned = mentions.get((sentence.note, sentence.sentence), {})
            for prerequisite, enumerated in mentioned.items():
                if prerequisite != concept and concept not in enumerated:
                    pairs[prerequisite, concept].append(sentence)
        for prerequisite in sorted(text.within_name - {concept}):
            pairs[prerequisite, concept] += ()
    return dict(pairs)


def _order(first: ConceptText, second: ConceptText) -> int:
    """Compare where two concepts come in the first note with sections on both.

    The result is below 0 if the first one comes first, above 0 if the second one does, 0 if they
    share a section or no note has both.
    """
    shared = sorted(first.first_sections.keys() & second.first_sections.keys())
    return first.first_sections[shared[0]] - second.first_sections[shared[0]] if shared else 0


def _is_required(
    prerequisite: ConceptText, concept: ConceptText, requires: Mapping[int, set[int]]
) -> bool:
    """Tell whether a note on the concept requires one on the prerequisite, and no note has both."""
    notes, others = concept.first_sections.keys(), prerequisite.first_sections.keys()
    if notes & others:
        return False
    return any(not requires.get(note, set()).isdisjoint(others) for note in notes)
