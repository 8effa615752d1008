"""Test which relations are accepted, what their evidence is, and what changes none of them."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from kg.curation.reader import read_curated
from kg.extraction.annotate import annotate
from kg.extraction.pipeline import ACCEPTED_FROM, extract
from kg.graph.build import build_graph
from kg.text import Lines
from kg.types import Evidence, Origin, Relation, RelationKind, Status
from tests.kg.extraction.vaults import (
    GLOSSARY,
    RANDOM_TEXTS,
    annotate_texts,
    edges_of,
    extract_texts,
    make_note,
)

REJECTED = """
version: 1
concepts:
  recurrent:
    name: {en: Recurrent Neural Network}
    abbr: [RNN]
  lstm: {name: LSTM}
relations:
  - {from: recurrent, to: lstm, relation: evolves_to, status: rejected}
"""


def is_quoted_at_its_lines(evidence: Evidence, text: str) -> bool:
    lines = Lines.of(text)
    return evidence.quote in text[lines.starts[evidence.first - 1] : lines.ends[evidence.last - 1]]


def without_evidence(relations: list[Relation]) -> list[Relation]:
    return [replace(relation, evidence=()) for relation in relations]


def test_only_what_is_sure_enough_is_accepted() -> None:
    _, relations = extract_texts(
        GLOSSARY, "XGBoost is based on GBDT. LightGBM improves on XGBoost."
    )
    by_target = {
        relation.target: relation
        for relation in relations
        if relation.kind is RelationKind.EVOLVES_TO
    }
    unsure, sure = by_target["xgboost"], by_target["lightgbm"]
    assert unsure.status is Status.SUGGESTED and unsure.confidence < ACCEPTED_FROM
    assert sure.status is Status.ACCEPTED and sure.confidence >= ACCEPTED_FROM


def test_each_further_note_removes_a_tenth_of_the_doubt() -> None:
    sentence = "XGBoost is based on GBDT."
    confidences = [
        relation.confidence
        for texts in ([sentence], [sentence, f"Again: {sentence}"])
        for relation in extract_texts(GLOSSARY, *texts)[1]
        if relation.kind is RelationKind.EVOLVES_TO
    ]
    assert 1 - confidences[1] == pytest.approx(0.9 * (1 - confidences[0]))


def test_opposite_statements_are_both_kept() -> None:
    _, relations = extract_texts(GLOSSARY, "GRU improves on LSTM.", "LSTM improves on GRU.")
    assert {"lstm evolves_to gru", "gru evolves_to lstm"} <= edges_of(relations)


def test_a_lineage_passes_through_every_stage() -> None:
    _, relations = extract_texts(
        GLOSSARY, "Lineage: RNN → LSTM → GRU. GRU is a gated variant of the RNN."
    )
    statuses = {
        relation.edge[:2]: relation.status
        for relation in relations
        if relation.kind is RelationKind.EVOLVES_TO
    }
    assert statuses["lstm", "gru"] is Status.ACCEPTED
    assert statuses["rnn", "gru"] is Status.SUGGESTED


def test_the_curated_file_wins_and_its_rejections_are_remembered() -> None:
    note = "## What is RNN?\n\nAn RNN has a loop.\n\n## What is LSTM?\n\nLSTM improves on RNN.\n"
    concepts, relations = extract_texts(note, curated=read_curated(REJECTED, "concepts.yaml"))
    assert {concept.id for concept in concepts} == {"recurrent", "lstm"}
    graph = build_graph(concepts, relations)
    assert graph.edges["recurrent", "lstm", "evolves_to"]["relation"].status is Status.REJECTED


def test_a_copy_of_a_note_changes_no_relation() -> None:
    once = extract_texts(GLOSSARY, "GRU improves on LSTM.")[1]
    twice = extract_texts(GLOSSARY, "GRU improves on LSTM.", "GRU improves on LSTM.")[1]
    assert edges_of(once, Origin.PATTERN) == edges_of(twice, Origin.PATTERN)


def test_a_copy_of_a_note_does_not_make_its_relations_surer() -> None:
    text = f"---\nid: n\n---\n\n{GLOSSARY}\n\nXGBoost is based on GBDT.\n"
    once, twice = (
        extract([annotate(make_note(text, path)) for path in paths])[1]
        for paths in (["a.md"], ["a.md", "b.md"])
    )
    assert without_evidence(once) == without_evidence(twice)


@settings(deadline=None, max_examples=150)
@given(RANDOM_TEXTS)
def test_any_text_is_read_and_every_quote_is_at_its_lines(texts: list[str]) -> None:
    notes = annotate_texts(texts)
    concepts, relations, _ = extract(notes)
    text_of = {note.path: note.text for note in notes}
    for evidence in (evidence for relation in relations for evidence in relation.evidence):
        assert evidence.quote and evidence.found
        assert is_quoted_at_its_lines(evidence, text_of[evidence.path])
    for section in (section for concept in concepts for section in concept.notes):
        assert 1 <= section.first <= section.last <= len(Lines.of(text_of[section.path]).starts)
    graph = build_graph(concepts, relations)
    assert all(graph.nodes[id]["concept"].label for id in graph)
    assert all(re.fullmatch(r"[^\W_]+(-[^\W_]+)*", id) for id in graph)


@settings(deadline=None, max_examples=50)
@given(RANDOM_TEXTS)
def test_the_order_of_notes_does_not_matter(texts: list[str]) -> None:
    notes = annotate_texts(texts)
    assert extract(notes) == extract(notes[::-1])
