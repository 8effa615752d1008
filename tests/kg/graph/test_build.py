"""Concepts and relations to a graph and back, merging, opposite directions, and the document."""

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.graph.build import (
    Graph,
    accepted_edges,
    build_graph,
    concept_of,
    concepts_of,
    merge_relations,
    relation_of,
    relations_of,
    to_document,
)
from kg.serialize import concept_from_json, relation_from_json
from kg.types import (
    Alias,
    AliasKind,
    Concept,
    Evidence,
    LocalizedText,
    Origin,
    Relation,
    RelationKind,
    Status,
)

IDS = ("a", "b", "c", "d")
EVOLVES = RelationKind.EVOLVES_TO
WORDINGS = st.builds(LocalizedText, st.text(max_size=3), st.text(max_size=3))
PLACES = st.builds(
    Evidence,
    st.sampled_from(["zh/x.md", "en/x.md"]),
    st.integers(0, 9),
    st.integers(0, 9),
    st.lists(st.text(max_size=3), max_size=2).map(tuple),
    st.text(max_size=3),
)
RELATIONS = st.builds(
    lambda ends, *rest: Relation(*ends, *rest),
    st.permutations(IDS).map(lambda ids: ids[:2]),
    st.sampled_from(RelationKind),
    st.sampled_from(Origin),
    st.floats(0, 1),
    st.sampled_from(Status),
    WORDINGS,
    WORDINGS,
    st.lists(PLACES, max_size=2).map(tuple),
)
ALIASES = st.builds(
    Alias, st.text(max_size=3), st.sampled_from(["zh", "en"]), st.sampled_from(AliasKind)
)
CONCEPTS = st.builds(
    Concept,
    st.sampled_from(IDS),
    st.text(max_size=3),
    st.lists(ALIASES, max_size=2).map(tuple),
    WORDINGS,
    st.lists(PLACES, max_size=2).map(tuple),
    st.booleans(),
)
ALL = [Concept(id, id, (), LocalizedText(), (), False) for id in IDS]


def said(
    source: str,
    target: str,
    kind: RelationKind = EVOLVES,
    *,
    confidence: float = 1.0,
    origin: Origin = Origin.DECLARED,
    status: Status = Status.ACCEPTED,
    reason: str = "",
) -> Relation:
    return Relation(
        source,
        target,
        kind,
        origin,
        confidence,
        status,
        LocalizedText(en=reason),
        LocalizedText(),
        (),
    )


@pytest.mark.parametrize(
    ("confidences", "merged"),
    [
        ([0.7], 0.7),
        ([0.5, 0.5], 0.5),
        ([0.5, 0.4], 0.7),
        ([0.5, 0.4, 0.2], 0.76),
        ([1.0, 0.1], 1.0),
        ([0.0, 0.3], 0.3),
    ],
    ids=["alone", "the same twice is one", "two", "three", "certain", "nothing"],
)
def test_confidence_merges_by_noisy_or(confidences: list[float], merged: float) -> None:
    """1 − (1 − 0.5)(1 − 0.4) = 1 − 0.5 · 0.6 = 0.7."""
    (relation,) = merge_relations(
        said("a", "b", confidence=confidence) for confidence in confidences
    )
    assert relation.confidence == merged


@pytest.mark.parametrize(
    ("statuses", "merged"),
    [
        ([Status.SUGGESTED, Status.ACCEPTED], Status.ACCEPTED),
        ([Status.ACCEPTED, Status.REJECTED], Status.REJECTED),
        ([Status.REJECTED, Status.SUGGESTED], Status.REJECTED),
    ],
)
def test_a_rejection_is_remembered_whatever_is_found_later(
    statuses: list[Status], merged: Status
) -> None:
    graph = build_graph(
        ALL, [said("a", "b", status=status, reason=status.value) for status in statuses]
    )
    assert relation_of(graph, "a", "b", EVOLVES).status is merged
    assert bool(accepted_edges(graph, [EVOLVES])) is (merged is Status.ACCEPTED)


def test_the_most_trusted_names_the_origin_and_the_first_reason_that_is_given_counts() -> None:
    found = said("a", "b", origin=Origin.MENTION, confidence=0.9, reason="guessed")
    pattern = said("a", "b", origin=Origin.PATTERN, confidence=0.5, reason="stated")
    (merged,) = merge_relations([found, pattern, said("a", "b", confidence=0.5)])
    assert (merged.origin, merged.reason.en) == (Origin.DECLARED, "stated")


def test_opposite_directions_are_both_kept_and_flagged() -> None:
    graph = build_graph(
        ALL,
        [said("a", "b"), said("b", "a"), said("c", "d"), said("d", "c", status=Status.REJECTED)],
    )
    assert {ends[:2]: attributes["opposed"] for ends, attributes in graph.edges.items()} == {
        ("a", "b"): True,
        ("b", "a"): True,
        ("c", "d"): False,
        ("d", "c"): False,
    }
    assert accepted_edges(graph, [EVOLVES]) == [
        ("a", "b", "evolves_to"),
        ("b", "a", "evolves_to"),
        ("c", "d", "evolves_to"),
    ]


def test_a_symmetric_relation_is_kept_once() -> None:
    contrasts = RelationKind.CONTRASTS_WITH
    graph = build_graph(
        ALL, [said("b", "a", contrasts, confidence=0.5), said("a", "b", contrasts, confidence=0.4)]
    )
    assert [
        (relation.source, relation.target, relation.confidence) for relation in relations_of(graph)
    ] == [("a", "b", 0.7)]


def test_of_a_concept_given_twice_the_first_counts_and_names_and_notes_add_up() -> None:
    place = Evidence("x.md", 1, 2, (), "")
    item = Concept(
        "a", "One", (Alias("One", "en", AliasKind.FULL),), LocalizedText(en="First."), (), True
    )
    two = Concept(
        "a",
        "Two",
        (Alias("Two", "en", AliasKind.FULL),),
        LocalizedText(en="Second."),
        (place,),
        False,
    )
    merged = concept_of(build_graph([item, two], []), "a")
    assert merged == Concept(
        "a", "One", item.aliases + two.aliases, LocalizedText(en="First."), (place,), False
    )


@pytest.mark.parametrize("ends", [("a", "unheard"), ("unheard", "a"), ("a", "a")])
def test_a_relation_that_relates_no_two_concepts_is_refused(ends: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="does not relate two of the concepts"):
        build_graph(ALL, [said(*ends)])


@given(st.lists(RELATIONS, max_size=12), st.randoms())
def test_merging_is_independent_of_the_order_and_done_once(
    relations: list[Relation], random: Random
) -> None:
    merged = merge_relations(relations)
    shuffled = random.sample(relations, len(relations))
    assert merge_relations(shuffled) == merged == merge_relations(merged)
    assert len({item.edge for item in merged}) == len(merged)
    assert all(0 <= item.confidence <= 1 for item in merged)


def same(first: Graph, second: Graph) -> bool:
    return (
        concepts_of(first, first) == concepts_of(second, second)
        and relations_of(first) == relations_of(second)
        and list(first.edges) == list(second.edges)
    )


@given(st.lists(CONCEPTS, max_size=4), st.lists(RELATIONS, max_size=8))
def test_graph_and_document_say_the_same_and_lose_nothing(
    concepts: list[Concept], relations: list[Relation]
) -> None:
    graph = build_graph([*concepts, *ALL], relations)
    document = json.loads(json.dumps(to_document(graph)))
    read = build_graph(
        (concept_from_json(node["id"], node) for node in document["nodes"]),
        (
            relation_from_json(edge["source"], edge["target"], RelationKind(edge["relation"]), edge)
            for edge in document["edges"]
        ),
    )
    assert same(read, graph)
    assert same(build_graph(concepts_of(graph, graph), relations_of(graph)), graph)
    assert relations_of(graph) == merge_relations(relations)


def test_the_document_has_the_keys_of_the_contract() -> None:
    document = to_document(build_graph(ALL, [said("a", "b", reason="Because.")]))
    assert document["schema"] == "kbase.graph/1"
    assert {"id", "label", "aliases", "definition", "status"} <= document["nodes"][0].keys()
    edge = document["edges"][0]
    assert {
        "source",
        "target",
        "relation",
        "origin",
        "confidence",
        "status",
        "reason",
        "evidence",
    } <= edge.keys()
    assert (edge["relation"], edge["reason"]) == ("evolves_to", "Because.")
