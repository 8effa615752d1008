"""The model of prerequisites: which of two concepts needs the other, and how surely."""

import pytest

from kg.extraction.relations.prerequisites import (
    ConceptSentence,
    ConceptText,
    infer_prerequisites,
    is_aside,
)


def text_of(note: int, *, aside: bool = False, within: frozenset[int] = frozenset()) -> ConceptText:
    """Return the text of a concept with a note to itself, which has one sentence."""
    sentence = ConceptSentence(note, 0, aside, opens=True)
    return ConceptText(
        (sentence,), {note: 0}, frozenset({(note, 0)}), True, False, within_name=within
    )


def test_the_concept_whose_text_mentions_the_other_needs_it() -> None:
    mentions = {(1, 0): {0: frozenset[int]()}}
    [candidate] = infer_prerequisites([text_of(0), text_of(1)], mentions, {})
    assert (candidate.prerequisite, candidate.concept) == (0, 1)
    assert candidate.sentence == ConceptSentence(1, 0, False, True)
    # .7 opens + .35 log 2 sentences + .4 share - .15 log 2 popularity + .95 both have notes
    assert candidate.confidence == pytest.approx(0.8992, abs=1e-4)


def test_an_aside_counts_less() -> None:
    mentions = {(1, 0): {0: frozenset[int]()}}
    [candidate] = infer_prerequisites([text_of(0), text_of(1, aside=True)], mentions, {})
    assert candidate.confidence == pytest.approx(0.8158, abs=1e-4)


def test_two_concepts_that_mention_each_other_are_undecided() -> None:
    mentions = {(0, 0): {1: frozenset[int]()}, (1, 0): {0: frozenset[int]()}}
    candidates = list(infer_prerequisites([text_of(0), text_of(1)], mentions, {}))
    assert [candidate.confidence for candidate in candidates] == [0.6, 0.6]


def test_concepts_that_a_sentence_enumerates_do_not_need_each_other() -> None:
    mentions = {(1, 0): {0: frozenset({1})}}
    assert not list(infer_prerequisites([text_of(0), text_of(1)], mentions, {}))


def test_a_name_within_a_name_is_enough() -> None:
    texts = [text_of(0), text_of(1, within=frozenset({0}))]
    [candidate] = infer_prerequisites(texts, {}, {})
    assert candidate.sentence is None and candidate.confidence > 0.9


def test_a_note_that_requires_the_other_decides_the_direction() -> None:
    mentions = {(1, 0): {0: frozenset[int]()}}
    texts = [text_of(0), text_of(1)]
    [forward] = infer_prerequisites(texts, mentions, {1: {0}})
    [reverse] = infer_prerequisites(texts, mentions, {0: {1}})
    assert forward.confidence > 0.9 and reverse.confidence <= 0.6


@pytest.mark.parametrize(
    ("sentence", "aside"),
    [
        ("It is used in BERT.", True),
        ("For example, Adam.", True),
        ("例如 Adam。", True),
        ("It normalizes each layer.", False),
        ("它把每一层归一化。", False),
    ],
)
def test_examples_and_applications_are_asides(sentence: str, aside: bool) -> None:
    assert is_aside(sentence) is aside
