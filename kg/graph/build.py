"""Build the concept graph, and read concepts and relations from it.

A networkx.MultiDiGraph: a node is a concept's id and holds `concept`; an edge's key is the value of
its RelationKind, and it holds `relation` and `opposed`, which tells whether the opposite direction
is stated too.
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
    """Build the graph, in the order of ids whatever the order given; duplicates are merged.

    If a concept is given twice, the first one counts and gets the other's names and notes. Two
    relations of an acyclic kind in opposite directions are both kept, marked as `opposed`. Raises
    ValueError when a relation names no concept of the graph, or the same one twice.
    """
    merged: dict[str, Concept] = {}
    for concept in concepts:
        merged[concept.id] = (
            _merge_concepts(merged[concept.id], concept) if concept.id in merged else concept
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
    """Merge relations into one for each edge, sorted; independent of the order given.

    Confidence is combined by noisy-or, 1 − Π(1 − c): two statements of 0.5 make 0.75. A rejection
    outweighs everything, an acceptance a suggestion. The most trusted origin gives its name, and
    the reason if it has one.
    """
    groups: defaultdict[Edge, set[Relation]] = defaultdict(set)
    for relation in relations:
        source, target, _ = relation.edge
        groups[relation.edge].add(replace(relation, source=source, target=target))
    order = list(RelationKind)
    return [
        _merge_relations(groups[edge])
        for edge in sorted(groups, key=lambda edge: (*edge[:2], order.index(edge[2])))
    ]


def concepts_of(graph: Graph, ids: Iterable[str]) -> tuple[Concept, ...]:
    """Return the concepts of these ids, in their order; for the graph itself, all of them."""
    return tuple(concept_of(graph, id) for id in ids)


def relations_of(graph: Graph) -> list[Relation]:
    """Return all relations, in the graph's order."""
    return [data["relation"] for _, _, data in graph.edges(data=True)]


def concept_of(graph: Graph, id: str) -> Concept:
    """Return the concept of this id. Raises KeyError when there is none."""
    concept: Concept = graph.nodes[id]["concept"]
    return concept


def relation_of(graph: Graph, source: str, target: str, kind: RelationKind) -> Relation:
    """Return the relation at an edge. Raises KeyError when there is none."""
    relation: Relation = graph.edges[source, target, kind.value]["relation"]
    return relation


def accepted(graph: Graph, kinds: Collection[RelationKind]) -> list[tuple[str, str, str]]:
    """Return the accepted relations of these kinds as edges (source, target, key), sorted."""
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
    """Return all concepts and their accepted relations of these kinds, in the order of ids."""
    result: Digraph = nx.DiGraph()
    result.add_nodes_from(sorted(graph))
    result.add_edges_from((source, target) for source, target, _ in accepted(graph, kinds))
    return result


def require(graph: Graph, *ids: str) -> None:
    """Raise QuestionError for the first id that is not a concept of the graph."""
    for id in ids:
        if id not in graph:
            raise QuestionError(f"there is no concept {id}", "kbase concepts lists them")


def to_document(graph: Graph) -> Attributes:
    """Return the graph as a kbase.graph/1 document: networkx node-link data, nothing lost."""
    plain: Graph = nx.MultiDiGraph()
    for concept in concepts_of(graph, graph):
        plain.add_node(concept.id, **concept_attributes(concept))
    for source, target, key, data in graph.edges(keys=True, data=True):
        plain.add_edge(source, target, key, **edge_attributes(data["relation"], data["opposed"]))
    return {"schema": SCHEMA, **nx.node_link_data(plain, edges="edges", key="relation")}


def edge_attributes(relation: Relation, opposed: bool) -> Attributes:
    """Return the plain attributes of an edge, as the index and the export keep them."""
    return {**relation_attributes(relation), "opposed": opposed}


def _merge_concepts(first: Concept, second: Concept) -> Concept:
    """Return the first concept with the names and notes of the second."""
    texts = {alias.text for alias in first.aliases}
    return replace(
        first,
        aliases=first.aliases + tuple(alias for alias in second.aliases if alias.text not in texts),
        definition=first.definition if first.definition != LocalizedText() else second.definition,
        notes=tuple(dict.fromkeys(first.notes + second.notes)),
        gap=first.gap and second.gap,
    )


def _merge_relations(duplicates: set[Relation]) -> Relation:
    if len(duplicates) == 1:
        return duplicates.pop()
    first, *rest = sorted(duplicates, key=_trust_rank)
    return replace(
        first,
        confidence=round(1 - prod(1 - relation.confidence for relation in (first, *rest)), 6),
        status=max((relation.status for relation in (first, *rest)), key=_DECISION.index),
        reason=next(
            (relation.reason for relation in (first, *rest) if relation.reason != LocalizedText()),
            LocalizedText(),
        ),
        trade_off=next(
            (
                relation.trade_off
                for relation in (first, *rest)
                if relation.trade_off != LocalizedText()
            ),
            LocalizedText(),
        ),
        evidence=tuple(
            dict.fromkeys(evidence for relation in (first, *rest) for evidence in relation.evidence)
        ),
    )


def _trust_rank(relation: Relation) -> tuple[int, float, str]:
    """Rank by trust in the origin, then by confidence; the rest makes the order total."""
    return _TRUST.index(relation.origin), -relation.confidence, repr(relation)


def name_index(graph: "Graph") -> NameIndex:
    """Return the names of every concept of a graph."""
    return NameIndex(concepts_of(graph, graph))
