"""Read concepts and relations from the index."""

import json
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from kg.errors import ConceptError
from kg.names import NameIndex, keys_in
from kg.serialize import concept_from_json, relation_from_json
from kg.types import Concept, Origin, Relation, RelationKind, Status

if TYPE_CHECKING:
    from kg.graph.build import Graph
    from rag.index.reader import Index

# Prerequisites that are named to a person who did not ask for them have to be right. Of those that
# only mentions show, with at least this confidence, 55 of 57 are.
_RELIABLE_PREREQUISITE = f"""
    kind = '{RelationKind.PREREQUISITE_OF.value}' AND status = '{Status.ACCEPTED.value}'
    AND (document ->> '$.origin' <> '{Origin.MENTION.value}' OR document ->> '$.confidence' >= 0.85)
"""


def all_concepts(index: "Index") -> Iterator[Concept]:
    """Yield every concept, ordered by id."""
    return (
        concept_from_json(id, json.loads(text))
        for id, text in index.rows("SELECT id, document FROM concepts ORDER BY id")
    )


def is_outdated(index: "Index") -> bool:
    """Tell whether the concepts are older than the notes: in a large folder an edit defers them."""
    return index.settings.concepts_outdated


def load_graph(index: "Index") -> "Graph":
    """Return the whole graph as the index has it. Raises ConceptError when it has no concepts."""
    import networkx as nx

    graph: Graph = nx.MultiDiGraph()
    for id, document in index.rows("SELECT id, document FROM concepts ORDER BY id"):
        graph.add_node(id, concept=concept_from_json(id, json.loads(document)))
    if not len(graph):
        raise ConceptError(
            "these notes hold no concepts", "kbase index, or name some in concepts.yaml"
        )
    for source, target, kind, document in index.rows(
        "SELECT source, target, kind, document FROM relations"
    ):
        attributes = json.loads(document)
        relation = relation_from_json(source, target, RelationKind(kind), attributes)
        graph.add_edge(source, target, kind, relation=relation, opposed=attributes["opposed"])
    return graph


def concepts_in(index: "Index", text: str) -> dict[str, Concept]:
    """Find the concepts that a text names: the words it uses, in its order, with the concept.

    Ambiguous names are left out.
    """
    # The keys go in as one JSON array: a long question has more than a statement may have
    # parameters.
    named = "SELECT concept FROM names WHERE key IN (SELECT value FROM json_each(?))"
    rows = index.rows(
        f"SELECT id, document FROM concepts WHERE id IN ({named}) ORDER BY id",
        (json.dumps(sorted(keys_in(text))),),
    )
    concepts = {id: concept_from_json(id, json.loads(document)) for id, document in rows}
    mentions = NameIndex(concepts.values()).mentions(text, any_case=True)
    return {
        text[mention.start : mention.end]: concepts[mention.concepts[0]]
        for mention in mentions
        if len(mention.concepts) == 1
    }


def load_concept(index: "Index", id: str) -> Concept:
    """Return the concept with an id that is in the index."""
    ((document,),) = index.rows("SELECT document FROM concepts WHERE id = ?", (id,))
    return concept_from_json(id, json.loads(document))


def prerequisite_pairs(index: "Index", targets: Collection[str]) -> list[tuple[str, str]]:
    """Return each reliable prerequisite of one of the targets, with that target, by their ids."""
    marks = ",".join("?" * len(targets))
    query = f"""SELECT source, target FROM relations
                WHERE {_RELIABLE_PREREQUISITE} AND target IN ({marks})"""
    return index.rows(query, sorted(targets))


def prerequisite_relations(index: "Index", source: str, targets: Collection[str]) -> list[Relation]:
    """Return the reliable relations by which targets need a concept, in the order of their ids."""
    marks = ",".join("?" * len(targets))
    query = f"""SELECT source, target, document FROM relations
                WHERE {_RELIABLE_PREREQUISITE} AND source = ? AND target IN ({marks})
                ORDER BY target"""
    return [
        relation_from_json(source, target, RelationKind.PREREQUISITE_OF, json.loads(document))
        for source, target, document in index.rows(query, (source, *sorted(targets)))
    ]
