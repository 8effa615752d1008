"""Concepts and relations ↔ networkx.MultiDiGraph keyed by relation ↔ the kbase.graph/1 document. No questions (plans, paths).

A node is a concept's id, an edge's key is the value of its RelationKind, and every attribute is plain JSON: those of
kg/records.py, and `opposed` on an edge whose opposite is stated too.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from math import prod
from typing import TypeAlias

import networkx as nx

from kg.errors import QuestionError
from kg.names import NameIndex
from kg.serialize import (
    Attributes,
    concept_attributes,
    relation_attributes,
)
from kg.types import Concept, Edge, LocalizedText, Origin, Relation, RelationKind, Status

Graph: TypeAlias = "nx.MultiDiGraph[str]"
Digraph: TypeAlias = "nx.DiGraph[str]"

SCHEMA = "kbase.graph/1"
_TRUST = list(Origin)
_DECISION = list(Status)


def build_graph(concepts: Iterable[Concept], relations: Iterable[Relation]) -> Graph:
    """The graph, in the order of ids whatever the order given; what is said twice is merged.

    Of a concept given twice the first counts, with the other's names and notes added. Two relations of an acyclic kind
    in opposite directions are both kept, `opposed`. Raises ValueError when a relation leaves the concepts or is a loop.
    """
    merged: dict[str, Concept] = {}
    for concept in concepts:
        merged[concept.id] = (
            _joined(merged[concept.id], concept) if concept.id in merged else concept
        )
    graph: Graph = nx.MultiDiGraph()
    for id, concept in sorted(merged.items()):
        graph.add_node(id, concept=concept)
    distinct = merge(relations)
    stated = {relation.edge for relation in distinct if relation.status is not Status.REJECTED}
    for relation in distinct:
        source, target, kind = relation.edge
        if source not in merged or target not in merged or source == target:
            raise ValueError(f"{source} {kind.value} {target} does not relate two of the concepts")
        opposed = kind.acyclic and {relation.edge, (target, source, kind)} <= stated
        graph.add_edge(source, target, kind.value, relation=relation, opposed=opposed)
    return graph


def merge(relations: Iterable[Relation]) -> list[Relation]:
    """One relation for each edge, sorted; independent of the order given.

    Confidence by noisy-or, 1 − Π(1 − c): two statements of 0.5 make 0.75. A rejection outweighs everything, an acceptance
    a suggestion. The most trusted origin gives its name, and the reason if it has one.
    """
    groups: defaultdict[Edge, set[Relation]] = defaultdict(set)
    for relation in relations:
        source, target, _ = relation.edge
        groups[relation.edge].add(replace(relation, source=source, target=target))
    order = list(RelationKind)
    return [
        _merged(groups[edge])
        for edge in sorted(groups, key=lambda edge: (*edge[:2], order.index(edge[2])))
    ]


def concepts_of(graph: Graph, ids: Iterable[str]) -> tuple[Concept, ...]:
    """The concepts of these ids, in their order; of the graph itself, all of them."""
    return tuple(concept_of(graph, id) for id in ids)


def relations_of(graph: Graph) -> list[Relation]:
    """All relations, in the graph's order."""
    return [data["relation"] for _, _, data in graph.edges(data=True)]


def concept_of(graph: Graph, id: str) -> Concept:
    """The concept of this id. Raises KeyError when there is none."""
    concept: Concept = graph.nodes[id]["concept"]
    return concept


def relation_of(graph: Graph, source: str, target: str, kind: RelationKind) -> Relation:
    """The relation at an edge. Raises KeyError when there is none."""
    relation: Relation = graph.edges[source, target, kind.value]["relation"]
    return relation


def accepted(graph: Graph, kinds: Collection[RelationKind]) -> list[tuple[str, str, str]]:
    """The accepted relations of these kinds as edges of the graph, sorted: source, target, key."""
    keys = {kind.value for kind in kinds}
    return sorted(
        (source, target, key)
        for source, target, key, data in graph.edges(keys=True, data=True)
        if key in keys and data["relation"].status is Status.ACCEPTED
    )


def is_accepted(graph: Graph, source: str, target: str, key: str) -> bool:
    """Tell whether there is such an edge and its relation is accepted."""
    edge = graph.get_edge_data(source, target, key)
    return edge is not None and edge["relation"].status is Status.ACCEPTED


def digraph(graph: Graph, *kinds: RelationKind) -> Digraph:
    """All concepts and their accepted relations of these kinds, in the order of ids."""
    result: Digraph = nx.DiGraph()
    result.add_nodes_from(sorted(graph))
    result.add_edges_from((source, target) for source, target, _ in accepted(graph, kinds))
    return result


def require(graph: Graph, *ids: str) -> None:
    """Raises QuestionError for the first id that is no concept's."""
    for id in ids:
        if id not in graph:
            raise QuestionError(f"there is no concept {id}", "kbase concepts lists them")


def to_document(graph: Graph) -> Attributes:
    """The graph as a kbase.graph/1 document: networkx node-link data, nothing lost."""
    plain: Graph = nx.MultiDiGraph()
    for concept in concepts_of(graph, graph):
        plain.add_node(concept.id, **concept_attributes(concept))
    for source, target, key, data in graph.edges(keys=True, data=True):
        plain.add_edge(source, target, key, **edge_attributes(data["relation"], data["opposed"]))
    return {"schema": SCHEMA, **nx.node_link_data(plain, edges="edges", key="relation")}


def edge_attributes(relation: Relation, opposed: bool) -> Attributes:
    """Return the plain attributes of an edge, as the index and the export keep them."""
    return {**relation_attributes(relation), "opposed": opposed}


def _joined(first: Concept, second: Concept) -> Concept:
    """The first concept with the names and notes of the second."""
    texts = {alias.text for alias in first.aliases}
    return replace(
        first,
        aliases=first.aliases + tuple(alias for alias in second.aliases if alias.text not in texts),
        definition=first.definition if first.definition != LocalizedText() else second.definition,
        notes=tuple(dict.fromkeys(first.notes + second.notes)),
        gap=first.gap and second.gap,
    )


def _merged(said: set[Relation]) -> Relation:
    if len(said) == 1:
        return said.pop()
    first, *rest = sorted(said, key=_rank)
    return replace(
        first,
        confidence=round(1 - prod(1 - one.confidence for one in (first, *rest)), 6),
        status=max((one.status for one in (first, *rest)), key=_DECISION.index),
        reason=next(
            (one.reason for one in (first, *rest) if one.reason != LocalizedText()), LocalizedText()
        ),
        trade_off=next(
            (one.trade_off for one in (first, *rest) if one.trade_off != LocalizedText()),
            LocalizedText(),
        ),
        evidence=tuple(dict.fromkeys(place for one in (first, *rest) for place in one.evidence)),
    )


def _rank(relation: Relation) -> tuple[int, float, str]:
    """The most trusted first, then the surest; the rest only makes the order total."""
    return _TRUST.index(relation.origin), -relation.confidence, repr(relation)


def name_index(graph: "Graph") -> NameIndex:
    """The names of every concept of a graph."""
    return NameIndex(concepts_of(graph, graph))
