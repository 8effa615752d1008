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
from rag.indexing.graph import curated_hash, derive_graph, read_curated_file

if TYPE_CHECKING:
    from rag.index.reader import Index


def problems(index: "Index") -> list[str]:
    """What is wrong in concepts.yaml as it is now and in the notes' front matter, each as `file:line: what`."""
    if curated_hash(index.location) == index.settings["curated"]:
        return list(json.loads(index.settings["problems"]))
    said = read_curated_file(index.location)
    unclear = said.resolve_relations(NameIndex([*said.concepts, *all_concepts(index)]))[1]
    return [str(problem) for problem in (*said.problems, *unclear)]


def update_concepts(index: "Index") -> "Index":
    """Return the index with its concepts derived from the notes as they were last indexed.

    If nobody may write it, or another process does, the concepts stay as they are.
    """
    from rag.index.database import writing

    if not is_outdated(index):
        return index
    with suppress(IndexUnwritable):
        with writing(index.location) as database:
            derive_graph(database, index.location)
        return index.reopened()
    return index


def concept_details(index: "Index", name: str) -> ConceptDetails:
    """Return a concept and its relations without rejected ones. Raises ConceptError."""
    from kg.graph.build import concept_of, relations_of
    from rag.index.sources import LiveNotes

    graph = load_graph(index)
    id, sources = resolve_one(name_index(graph), name), LiveNotes(index)
    mine = [
        one
        for one in relations_of(graph)
        if id in (one.source, one.target) and one.status is not Status.REJECTED
    ]
    kinds = list(RelationKind)
    mine.sort(
        key=lambda one: (
            one.status is not Status.ACCEPTED,
            kinds.index(one.kind),
            one.source != id,
            one.source,
            one.target,
        )
    )
    ends = (concept_of(graph, one.target if one.source == id else one.source) for one in mine)
    relations = tuple(zip(map(sources.relation, mine), ends, strict=True))
    return ConceptDetails(concept_of(graph, id), relations)


def suggestions(index: "Index") -> list[Relation]:
    """List the relations that nobody has decided on, the surest first."""
    rows = index.rows(
        "SELECT source, target, kind, document FROM relations WHERE status = ?",
        (Status.SUGGESTED.value,),
    )
    found = [
        relation_from_json(source, target, RelationKind(kind), json.loads(text))
        for source, target, kind, text in rows
    ]
    return sorted(found, key=lambda one: (-one.confidence, one.source, one.target, one.kind.value))


def parse_relation(index: "Index", statement: str) -> Relation:
    """The relation that `A relation B` states, as the index has it, else as the person's own. Raises ConceptError."""
    parts = re.fullmatch(
        rf"(.+?)\s+({'|'.join(kind.value for kind in RelationKind)})\s+(.+)", statement.strip()
    )
    if not parts:
        raise ConceptError(
            f"{statement!r} is no relation",
            f"write it as A RELATION B, with one of {', '.join(kind.value for kind in RelationKind)}",
        )
    names = name_index(load_graph(index))
    source, target, kind = (
        resolve_one(names, parts[1]),
        resolve_one(names, parts[3]),
        RelationKind(parts[2]),
    )
    query = "SELECT document FROM relations WHERE source = ? AND target = ? AND kind = ?"
    for (document,) in index.rows(query, (source, target, kind.value)):
        return relation_from_json(source, target, kind, json.loads(document))
    return Relation(
        source,
        target,
        kind,
        Origin.USER,
        1.0,
        Status.ACCEPTED,
        LocalizedText(),
        LocalizedText(),
        (),
    )


def record_decisions(index: "Index", decisions: Sequence[tuple[Relation, bool]]) -> None:
    """Writes what was decided into concepts.yaml and brings the index up to it. Raises NotesError, IndexUnwritable."""
    from kg.curation.writer import write_decisions
    from rag.index.database import writing
    from rag.index.location import FOLDER

    if index.location.index.name != FOLDER:
        raise NotesError(
            "the notes that come with kbase are not yours to edit",
            "index notes of your own: kbase index FOLDER",
        )
    statuses = [(one, Status.ACCEPTED if yes else Status.REJECTED) for one, yes in decisions]
    write_decisions(index.location.curated, statuses, NameIndex(all_concepts(index)))
    with writing(index.location) as database:
        derive_graph(database, index.location)
