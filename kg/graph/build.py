"""Build the concept graph, and read concepts and relations from it.

The graph is a networkx.MultiDiGraph. A node is a concept's id and has the attribute `concept`. An
edge leads from source to target under the value of its RelationKind as key, and has the attributes
`relation` and `opposed`, which tells whether the opposite direction is stated too.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from math import prod
from typing import TypeAlias

import networkx as nx

from kg.errors import QuestionError
from kg.names import NameIndex
from kg.serialize import Attributes, concept_to_json, relation_to_json
from kg.types import Concept, Edge, LocalizedText, Origin, Relation, RelationKind, Status

Graph: TypeAlias = "nx.MultiDiGraph[str]"
Digraph: TypeAlias = "nx.DiGraph[str]"
EdgeKey = tuple[str, str, str]  # An edge of the graph: source, target, the relation kind's value.

SCHEMA = "kbase.graph/1"
_KINDS = list(RelationKind)
_ORIGINS_BY_TRUST = list(Origin)
_STATUSES_BY_WEIGHT = list(Status)


def build_graph(concepts: Iterable[Concept], relations: Iterable[Relation]) -> Graph:
    """Build the graph with nodes and edges sorted by id; duplicates are merged.

    If a concept is given twice, the first one counts and gets the other's names and notes. Two
    relations of an acyclic kind in opposite directions are both kept, marked as `opposed`. Raises
    ValueError when a relation names no concept of the graph, or the same one twice.
    """
    by_id: dict[str, Concept] = {}
    for concept in concepts:
        first = by_id.get(concept.id)
        by_id[concept.id] = _merge_concepts(first, concept) if first else concept
    graph: Graph = nx.MultiDiGraph()
    for id, concept in sorted(by_id.items()):
        graph.add_node(id, concept=concept)
    distinct = merge_relations(relations)
    stated = {relation.edge for relation in distinct if relation.status is not Status.REJECTED}
    for relation in distinct:
        source, target, kind = relation.edge
        if source not in by_id or target not in by_id or source == target:
            raise ValueError(f"{source} {kind.value} {target} does not relate two of the concepts")
        opposed = kind.acyclic and {relation.edge, (target, source, kind)} <= stated
        graph.add_edge(source, target, kind.value, relation=relation, opposed=opposed)
    return graph


def merge_relations(relations: Iterable[Relation]) -> list[Relation]:
    """Merge relations into one for each edge, sorted; independent of the order given.

    Confidence is combined by noisy-or, 1 − Π(1 − c): two statements of 0.5 make 0.75. A rejection
    outweighs everything, an acceptance a suggestion. The origin is the most trusted one; the reason
    is that of the most trusted relation that has one.
    """
    groups: defaultdict[Edge, set[Relation]] = defaultdict(set)
    for relation in relations:
        source, target, _ = relation.edge
        groups[relation.edge].add(replace(relation, source=source, target=target))
    edges = sorted(groups, key=lambda edge: (*edge[:2], _KINDS.index(edge[2])))
    return [_merge_duplicates(groups[edge]) for edge in edges]


def concept_of(graph: Graph, id: str) -> Concept:
    """Return the concept of this id. Raises KeyError when there is none."""
    concept: Concept = graph.nodes[id]["concept"]
    return concept


def concepts_of(graph: Graph, ids: Iterable[str]) -> tuple[Concept, ...]:
    """Return the concepts of these ids, in their order; for the graph itself, all of them."""
    return tuple(concept_of(graph, id) for id in ids)


def relation_of(graph: Graph, source: str, target: str, kind: RelationKind) -> Relation:
    """Return the relation at an edge. Raises KeyError when there is none."""
    relation: Relation = graph.edges[source, target, kind.value]["relation"]
    return relation


def relations_of(graph: Graph) -> list[Relation]:
    """Return all relations, in the graph's order."""
    return [data["relation"] for _, _, data in graph.edges(data=True)]


def accepted_edges(graph: Graph, kinds: Collection[RelationKind]) -> list[EdgeKey]:
    """Return the edges of the accepted relations of these kinds, sorted."""
    keys = {kind.value for kind in kinds}
    return sorted(
        (source, target, key)
        for source, target, key, data in graph.edges(keys=True, data=True)
        if key in keys and data["relation"].status is Status.ACCEPTED
    )


def is_accepted(graph: Graph, source: str, target: str, key: str) -> bool:
    """Tell whether there is such an edge and its relation is accepted."""
    data = graph.get_edge_data(source, target, key)
    return data is not None and data["relation"].status is Status.ACCEPTED


def accepted_digraph(graph: Graph, *kinds: RelationKind) -> Digraph:
    """Return all concepts with their accepted relations of these kinds, in the order of ids."""
    digraph: Digraph = nx.DiGraph()
    digraph.add_nodes_from(sorted(graph))
    digraph.add_edges_from(edge[:2] for edge in accepted_edges(graph, kinds))
    return digraph


def require_concepts(graph: Graph, *ids: str) -> None:
    """Raise QuestionError for the first id that is not a concept of the graph."""
    for id in ids:
        if id not in graph:
            raise QuestionError(f"there is no concept {id}", "kbase concepts lists them")


def name_index(graph: Graph) -> NameIndex:
    """Return an index of the names of all concepts of the graph."""
    return NameIndex(concepts_of(graph, graph))


def to_document(graph: Graph) -> Attributes:
    """Return the graph as a kbase.graph/1 document: networkx node-link data, complete."""
    plain: Graph = nx.MultiDiGraph()
    for concept in concepts_of(graph, graph):
        plain.add_node(concept.id, **concept_to_json(concept))
    for source, target, key, data in graph.edges(keys=True, data=True):
        plain.add_edge(source, target, key, **edge_attributes(data["relation"], data["opposed"]))
    return {"schema": SCHEMA, **nx.node_link_data(plain, edges="edges", key="relation")}


def edge_attributes(relation: Relation, opposed: bool) -> Attributes:
    """Return the plain attributes of an edge, as the index and the JSON export hold them."""
    return {**relation_to_json(relation), "opposed": opposed}


def _merge_concepts(first: Concept, second: Concept) -> Concept:
    """Return the first concept with the names and notes of the second added."""
    texts = {alias.text for alias in first.aliases}
    return replace(
        first,
        aliases=first.aliases + tuple(alias for alias in second.aliases if alias.text not in texts),
        definition=_first_stated((first.definition, second.definition)),
        notes=tuple(dict.fromkeys(first.notes + second.notes)),
        gap=first.gap and second.gap,
    )


def _merge_duplicates(duplicates: set[Relation]) -> Relation:
    """Merge the relations of one edge, as `merge_relations` says."""
    if len(duplicates) == 1:
        return duplicates.pop()
    ranked = sorted(duplicates, key=_trust_rank)
    evidence = (place for relation in ranked for place in relation.evidence)
    return replace(
        ranked[0],
        confidence=round(1 - prod(1 - relation.confidence for relation in ranked), 6),
        status=max((relation.status for relation in ranked), key=_STATUSES_BY_WEIGHT.index),
        reason=_first_stated(relation.reason for relation in ranked),
        trade_off=_first_stated(relation.trade_off for relation in ranked),
        evidence=tuple(dict.fromkeys(evidence)),
    )


def _trust_rank(relation: Relation) -> tuple[int, float, str]:
    """Rank by trust in the origin, then by confidence; the rest makes the order total."""
    return _ORIGINS_BY_TRUST.index(relation.origin), -relation.confidence, repr(relation)


def _first_stated(texts: Iterable[LocalizedText]) -> LocalizedText:
    """Return the first text that is not empty, else an empty one."""
    return next((text for text in texts if text != LocalizedText()), LocalizedText())
