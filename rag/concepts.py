"""Look up one concept, list suggested relations, and record decisions about them."""

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from kg.errors import ConceptError, IndexUnwritable, NotesError
from kg.graph.build import name_index
from kg.names import NameIndex, resolve_one
from kg.serialize import relation_from_json
from kg.types import ConceptDetails, LocalizedText, Origin, Relation, RelationKind, Status
from rag.index.graph import all_concepts, is_outdated, load_graph
from rag.indexing.graph import curated_hash, read_curated_file, update_graph

if TYPE_CHECKING:
    from rag.index.reader import Index

_RELATION_NAMES = [kind.value for kind in RelationKind]
_STATEMENT = re.compile(rf"(.+?)\s+({'|'.join(_RELATION_NAMES)})\s+(.+)")


def find_problems(index: "Index") -> list[str]:
    """Return what is wrong in concepts.yaml, as it is now, and in front matter.

    Each is `file:line: what`. Raises NotesError when concepts.yaml cannot be read.
    """
    if curated_hash(index.location) == index.settings.curated_hash:
        return list(index.settings.problems)
    curated = read_curated_file(index.location)
    unclear = curated.resolve_relations(NameIndex([*curated.concepts, *all_concepts(index)]))[1]
    return [str(problem) for problem in (*curated.problems, *unclear)]


def update_concepts(index: "Index") -> "Index":
    """Return the index with its concepts derived from the notes as they were last indexed.

    If nobody may write it, or another process does, the concepts stay as they are.
    """
    if not is_outdated(index):
        return index
    with suppress(IndexUnwritable):
        update_graph(index.location)
        return index.reopened()
    return index


def concept_details(index: "Index", name: str) -> ConceptDetails:
    """Return a concept and its relations, without the rejected ones. Raises ConceptError.

    Accepted relations come first, then they are ordered by kind, those from the concept before
    those to it.
    """
    from kg.graph.build import concept_of, relations_of
    from rag.index.sources import LiveNotes

    graph = load_graph(index)
    id, notes = resolve_one(name_index(graph), name), LiveNotes(index)
    kinds = list(RelationKind)

    def order(relation: Relation) -> tuple[bool, int, bool, str, str]:
        suggested = relation.status is not Status.ACCEPTED
        kind = kinds.index(relation.kind)
        return suggested, kind, relation.source != id, relation.source, relation.target

    relations = [
        relation
        for relation in relations_of(graph)
        if id in (relation.source, relation.target) and relation.status is not Status.REJECTED
    ]
    relations.sort(key=order)
    others = [
        concept_of(graph, relation.target if relation.source == id else relation.source)
        for relation in relations
    ]
    verified = map(notes.relation, relations)
    return ConceptDetails(concept_of(graph, id), tuple(zip(verified, others, strict=True)))


def suggestions(index: "Index") -> list[Relation]:
    """List the relations that nobody has decided on, the most confident first."""
    rows = index.rows(
        "SELECT source, target, kind, document FROM relations WHERE status = ?",
        (Status.SUGGESTED.value,),
    )
    relations = [
        relation_from_json(source, target, RelationKind(kind), json.loads(text))
        for source, target, kind, text in rows
    ]

    def order(relation: Relation) -> tuple[float, str, str, str]:
        return -relation.confidence, relation.source, relation.target, relation.kind.value

    return sorted(relations, key=order)


def parse_relation(index: "Index", statement: str) -> Relation:
    """Return the relation that `A relation B` states: the index's, else one of the person's own.

    Raises ConceptError.
    """
    parts = _STATEMENT.fullmatch(statement.strip())
    if not parts:
        raise ConceptError(
            f"{statement!r} is no relation",
            f"write it as A RELATION B, with one of {', '.join(_RELATION_NAMES)}",
        )
    names = name_index(load_graph(index))
    source, target = resolve_one(names, parts[1]), resolve_one(names, parts[3])
    kind = RelationKind(parts[2])
    query = "SELECT document FROM relations WHERE source = ? AND target = ? AND kind = ?"
    for (document,) in index.rows(query, (source, target, kind.value)):
        return relation_from_json(source, target, kind, json.loads(document))
    unsaid = LocalizedText()
    return Relation(source, target, kind, Origin.USER, 1.0, Status.ACCEPTED, unsaid, unsaid, ())


def record_decisions(index: "Index", decisions: Sequence[tuple[Relation, bool]]) -> None:
    """Write decisions into concepts.yaml and derive the graph again.

    Each is a relation and whether it is accepted. Raises NotesError, IndexUnwritable.
    """
    from kg.curation.writer import write_decisions

    if not index.location.is_beside_notes:
        raise NotesError(
            "the notes that come with kbase are not yours to edit",
            "index notes of your own: kbase index FOLDER",
        )
    statuses = [
        (relation, Status.ACCEPTED if accepted else Status.REJECTED)
        for relation, accepted in decisions
    ]
    write_decisions(index.location.curated, statuses, NameIndex(all_concepts(index)))
    update_graph(index.location)
