"""Build a graph from concepts and relations: merging, opposite directions, and the document."""

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
TEXTS = st.builds(LocalizedText, st.text(max_size=3), st.text(max_size=3))
EVIDENCE = st.builds(
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
    TEXTS,
    TEXTS,
    st.lists(EVIDENCE, max_size=2).map(tuple),
)
ALIASES = st.builds(
    Alias, st.text(max_size=3), st.sampled_from(["zh", "en"]), st.sampled_from(AliasKind)
)
CONCEPTS = st.builds(
    Concept,
    st.sampled_from(IDS),
    st.text(max_size=3),
    st.lists(ALIASES, max_size=2).map(tuple),
    TEXTS,
    st.lists(EVIDENCE, max_size=2).map(tuple),
    st.booleans(),
)
ALL = [Concept(id, id, (), LocalizedText(), (), False) for id in IDS]


def relation(
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
    # 1 − (1 − 0.5)(1 − 0.4) = 1 − 0.5 · 0.6 = 0.7
    (merged_relation,) = merge_relations(
        relation("a", "b", confidence=confidence) for confidence in confidences
    )
    assert merged_relation.confidence == merged


@pytest.mark.parametrize(
    ("statuses", "merged"),
    [
        ([Status.SUGGESTED, Status.ACCEPTED], Status.ACCEPTED),
        ([Status.ACCEPTED, Status.REJECTED], Status.REJECTED),
        ([Status.REJECTED, Status.SUGGESTED], Status.REJECTED),
    ],
)
def test_a_rejection_outweighs_what_is_found_later(statuses: list[Status], merged: Status) -> None:
    graph = build_graph(
        ALL, [relation("a", "b", status=status, reason=status.value) for status in statuses]
    )
    assert relation_of(graph, "a", "b", EVOLVES).status is merged
    assert bool(accepted_edges(graph, [EVOLVES])) is (merged is Status.ACCEPTED)


def test_the_most_trusted_origin_and_the_first_stated_reason_are_kept() -> None:
    mention = relation("a", "b", origin=Origin.MENTION, confidence=0.9, reason="guessed")
    pattern = relation("a", "b", origin=Origin.PATTERN, confidence=0.5, reason="stated")
    (merged,) = merge_relations([mention, pattern, relation("a", "b", confidence=0.5)])
    assert (merged.origin, merged.reason.en) == (Origin.DECLARED, "stated")


def test_opposite_directions_are_both_kept_and_flagged() -> None:
    graph = build_graph(
        ALL,
        [
            relation("a", "b"),
            relation("b", "a"),
            relation("c", "d"),
            relation("d", "c", status=Status.REJECTED),
        ],
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
        ALL,
        [
            relation("b", "a", contrasts, confidence=0.5),
            relation("a", "b", contrasts, confidence=0.4),
        ],
    )
    assert [
        (relation.source, relation.target, relation.confidence) for relation in relations_of(graph)
    ] == [("a", "b", 0.7)]


def test_if_a_concept_is_given_twice_the_first_counts_and_names_and_notes_add_up() -> None:
    place = Evidence("x.md", 1, 2, (), "")
    names = [(Alias(name, "en", AliasKind.FULL),) for name in ("One", "Two")]
    definitions = LocalizedText(en="First."), LocalizedText(en="Second.")
    first = Concept("a", "One", names[0], definitions[0], (), True)
    second = Concept("a", "Two", names[1], definitions[1], (place,), False)
    merged = concept_of(build_graph([first, second], []), "a")
    assert merged == Concept("a", "One", names[0] + names[1], definitions[0], (place,), False)


@pytest.mark.parametrize("ends", [("a", "unknown"), ("unknown", "a"), ("a", "a")])
def test_a_relation_must_be_between_two_concepts_of_the_graph(ends: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="does not relate two of the concepts"):
        build_graph(ALL, [relation(*ends)])


@given(st.lists(RELATIONS, max_size=12), st.randoms())
def test_merging_does_not_depend_on_the_order_and_merging_twice_changes_nothing(
    relations: list[Relation], random: Random
) -> None:
    merged = merge_relations(relations)
    shuffled = random.sample(relations, len(relations))
    assert merge_relations(shuffled) == merged == merge_relations(merged)
    assert len({relation.edge for relation in merged}) == len(merged)
    assert all(0 <= relation.confidence <= 1 for relation in merged)


def is_same(first: Graph, second: Graph) -> bool:
    return (
        concepts_of(first, first) == concepts_of(second, second)
        and relations_of(first) == relations_of(second)
        and list(first.edges) == list(second.edges)
    )


@given(st.lists(CONCEPTS, max_size=4), st.lists(RELATIONS, max_size=8))
def test_a_graph_can_be_rebuilt_from_its_document(
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
    assert is_same(read, graph)
    assert is_same(build_graph(concepts_of(graph, graph), relations_of(graph)), graph)
    assert relations_of(graph) == merge_relations(relations)


def test_the_document_has_the_keys_of_the_contract() -> None:
    document = to_document(build_graph(ALL, [relation("a", "b", reason="Because.")]))
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
