"""Chains of arrows, and what keeps a sentence from stating a relation."""

import re

import pytest

from kg.extraction.relations.patterns import find_relations, mask_names
from kg.types import RelationKind


def stated(sentence: str) -> set[tuple[str, str]]:
    """Return the names that evolve into each other; names are runs of capitals."""
    spans = [match.span() for match in re.finditer("[A-Z]{2,}", sentence)]
    return {
        (sentence[slice(*spans[relation.source])], sentence[slice(*spans[relation.target])])
        for relation in find_relations(sentence, spans)
        if relation.kind is RelationKind.EVOLVES_TO
    }


@pytest.mark.parametrize(
    ("sentence", "pairs"),
    [
        ("The lineage is RNN → LSTM -> GRU.", {("RNN", "LSTM"), ("LSTM", "GRU")}),
        ("History: MHA => MQA / GQA.", {("MHA", "MQA"), ("MHA", "GQA")}),
        ("演进：MHA → MQA。", {("MHA", "MQA")}),
        ("A learned RNN → LSTM → GRU", {("LSTM", "GRU")}),
        ("RNN → something else → GRU", set()),
        ("The pipeline is BERT → CRF.", set()),
        ("Open the menu BERT → CRF.", set()),
    ],
)
def test_a_chain_of_arrows_is_a_lineage(sentence: str, pairs: set[tuple[str, str]]) -> None:
    assert stated(sentence) == pairs


def test_a_chain_in_a_sentence_on_a_lineage_is_surer_than_another() -> None:
    spans = [(11, 14), (17, 20)]
    sure, unsure = "Lineage is RNN → GRU.", "Then it is RNN → GRU."
    [first], [second] = find_relations(sure, spans), find_relations(unsure, spans)
    assert first.confidence > second.confidence


@pytest.mark.parametrize(
    "sentence",
    [
        "The gradient of GQA improves on MQA.",
        "Is GQA an improvement on MQA?",
        "Neither GQA improves on MQA.",
    ],
)
def test_what_is_owned_asked_or_denied_is_not_stated(sentence: str) -> None:
    assert not stated(sentence)


def test_names_become_numbers_and_compounds_become_unknown() -> None:
    assert mask_names("GRU (a cell) beats RNN LSTM.", [(0, 3), (19, 22), (23, 27)]) == (
        "⟨0⟩ beats ⟪⟫."
    )
