"""Concepts and relations in the index: derived from notes and concepts.yaml, read back as a graph or a few at a time.

Asking a question reads only the rows it needs, without networkx; the graph commands read them all.
"""

import gc
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from kg.errors import NotesError
from kg.names import NameIndex, name_key
from kg.notes.note import content_hash
from kg.serialize import Attributes, concept_to_json
from kg.types import Concept, Relation, Status

if TYPE_CHECKING:
    from kg.curation.reader import CuratedConcepts
    from kg.graph.build import Graph
    from kg.types import Problem
    from rag.index.location import IndexLocation


def read_curated_file(location: "IndexLocation") -> "CuratedConcepts":
    """What the person's concepts.yaml says; nothing, where there is none. Raises NotesError when it cannot be read."""
    from kg.curation.reader import CuratedConcepts, read_curated

    if not location.curated.is_file():
        return CuratedConcepts((), (), ())
    try:
        return read_curated(location.curated.read_text(encoding="utf-8-sig"), location.curated.name)
    except (OSError, UnicodeDecodeError) as error:
        raise NotesError(
            f"{location.curated} cannot be read: {error}", "it is to be UTF-8 text"
        ) from error


def curated_hash(location: "IndexLocation") -> str:
    """The hash of concepts.yaml, by which a change of it is known; empty when there is none."""
    try:
        return content_hash(location.curated.read_bytes()).hex()
    except OSError:
        return ""


def derive_graph(database: sqlite3.Connection, location: "IndexLocation") -> list[str]:
    """Writes the concepts and relations of all notes and of concepts.yaml anew; what is wrong, as `file:line: what`."""
    from kg.graph.build import build_graph

    now, said = curated_hash(location), read_curated_file(location)
    with _no_collection():
        concepts, relations, found = _extracted(database, said)
        if said.complete:
            concepts, relations = _only(said, concepts, relations)
        graph = build_graph(concepts, relations)
    write_graph(database, graph)
    problems = [str(problem) for problem in found]
    rows = [("curated", now), ("problems", json.dumps(problems, ensure_ascii=False)), ("behind", 0)]
    database.executemany("INSERT OR REPLACE INTO settings VALUES (?, ?)", rows)
    return problems


def _to_json(attributes: Attributes) -> str:
    return json.dumps(attributes, ensure_ascii=False)


def write_graph(database: sqlite3.Connection, graph: "Graph") -> None:
    """Replace the graph in the index."""
    from kg.graph.build import concepts_of, edge_attributes

    for table in ("concepts", "names", "relations"):
        database.execute(f"DELETE FROM {table}")
    concepts = concepts_of(graph, graph)
    nodes = ((concept.id, _to_json(concept_to_json(concept))) for concept in concepts)
    database.executemany("INSERT INTO concepts VALUES (?, ?)", nodes)
    names = {
        (name_key(alias.text), concept.id) for concept in concepts for alias in concept.aliases
    }
    database.executemany("INSERT INTO names VALUES (?, ?)", sorted(names))
    edges = (
        (
            source,
            target,
            kind,
            data["relation"].status.value,
            _to_json(edge_attributes(data["relation"], data["opposed"])),
        )
        for source, target, kind, data in graph.edges(keys=True, data=True)
    )
    database.executemany("INSERT INTO relations VALUES (?, ?, ?, ?, ?)", edges)


def _extracted(
    database: sqlite3.Connection, said: "CuratedConcepts"
) -> "tuple[list[Concept], list[Relation], list[Problem]]":
    """What the notes and the curated file hold; what was found out on the way is kept for the next time."""
    from kg.extraction.annotations import NoteAnnotations
    from kg.extraction.cache import ExtractionCache
    from kg.extraction.pipeline import extract

    before = dict(database.execute("SELECT name, text FROM memory"))
    memory = ExtractionCache(before)
    gathered = [
        NoteAnnotations.from_json(text)
        for (text,) in database.execute("SELECT gathered FROM files ORDER BY path")
    ]
    found = extract(gathered, said, memory)
    database.executemany(
        "DELETE FROM memory WHERE name = ?",
        ((name,) for name in before.keys() - memory.texts.keys()),
    )
    new = (row for row in memory.texts.items() if before.get(row[0]) != row[1])
    database.executemany("INSERT OR REPLACE INTO memory VALUES (?, ?)", new)
    return found


@contextmanager
def _no_collection() -> Iterator[None]:
    """No search for garbage meanwhile: of the million objects made here none is any, and looking takes a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _only(
    said: "CuratedConcepts", concepts: list[Concept], relations: list[Relation]
) -> tuple[list[Concept], list[Relation]]:
    """What concerns the curated concepts; a relation that the curated file does not state is a suggestion."""
    ids, stated = (
        {concept.id for concept in said.concepts},
        {one.edge for one in said.resolve_relations(NameIndex(said.concepts))[0]},
    )
    kept = [relation for relation in relations if {relation.source, relation.target} <= ids]
    for at, one in enumerate(kept):
        if one.edge not in stated and one.status is Status.ACCEPTED:
            kept[at] = replace(one, status=Status.SUGGESTED)
    return [concept for concept in concepts if concept.id in ids], kept
