"""Derive concepts and relations from notes and concepts.yaml, and write them into the index."""

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
from rag.index.database import write_transaction
from rag.index.settings import IndexSettings

if TYPE_CHECKING:
    from kg.curation.reader import CuratedConcepts
    from kg.graph.build import Graph
    from kg.types import Problem
    from rag.index.location import IndexLocation


def read_curated_file(location: "IndexLocation") -> "CuratedConcepts":
    """Read concepts.yaml; without one, nothing is curated.

    Raises NotesError when it cannot be read.
    """
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
    """Return the hash of concepts.yaml, which tells whether it changed; empty without one."""
    try:
        return content_hash(location.curated.read_bytes()).hex()
    except OSError:
        return ""


def update_graph(location: "IndexLocation") -> None:
    """Derive the graph of an index again. Raises NotesError, IndexUnwritable."""
    with write_transaction(location) as database:
        curated = curated_hash(location)
        problems = derive_graph(database, location)
        settings = IndexSettings.load(database)
        if settings:
            replace(
                settings, curated_hash=curated, problems=problems, concepts_outdated=False
            ).save(database)


def derive_graph(database: sqlite3.Connection, location: "IndexLocation") -> tuple[str, ...]:
    """Derive the concepts and relations of all notes and of concepts.yaml, and write them.

    Returns what is wrong in concepts.yaml and front matter, each as `file:line: what`.
    """
    from kg.graph.build import build_graph

    curated = read_curated_file(location)
    with _paused_collector():
        concepts, relations, problems = _extract(database, curated)
        if curated.complete:
            concepts, relations = _restrict(curated, concepts, relations)
        graph = build_graph(concepts, relations)
    write_graph(database, graph)
    return tuple(str(problem) for problem in problems)


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


def _to_json(attributes: Attributes) -> str:
    return json.dumps(attributes, ensure_ascii=False)


def _extract(
    database: sqlite3.Connection, curated: "CuratedConcepts"
) -> "tuple[list[Concept], list[Relation], list[Problem]]":
    """Extract what the notes and concepts.yaml contain; keep what is found on the way for later."""
    from kg.extraction.annotations import NoteAnnotations
    from kg.extraction.cache import ExtractionCache
    from kg.extraction.pipeline import extract

    before = dict(database.execute("SELECT name, text FROM memory"))
    cache = ExtractionCache(before)
    annotations = [
        NoteAnnotations.from_json(text)
        for (text,) in database.execute("SELECT gathered FROM files ORDER BY path")
    ]
    extracted = extract(annotations, curated, cache)
    gone = before.keys() - cache.texts.keys()
    database.executemany("DELETE FROM memory WHERE name = ?", ((name,) for name in gone))
    new = (row for row in cache.texts.items() if before.get(row[0]) != row[1])
    database.executemany("INSERT OR REPLACE INTO memory VALUES (?, ?)", new)
    return extracted


@contextmanager
def _paused_collector() -> Iterator[None]:
    """Pause the garbage collector: none of the million objects made here is garbage meanwhile.

    Looking for it takes a third of the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _restrict(
    curated: "CuratedConcepts", concepts: list[Concept], relations: list[Relation]
) -> tuple[list[Concept], list[Relation]]:
    """Keep the curated concepts and the relations between them.

    A relation that concepts.yaml does not state is a suggestion at most.
    """
    ids = {concept.id for concept in curated.concepts}
    stated = {
        relation.edge for relation in curated.resolve_relations(NameIndex(curated.concepts))[0]
    }
    kept = [relation for relation in relations if {relation.source, relation.target} <= ids]
    for at, relation in enumerate(kept):
        if relation.edge not in stated and relation.status is Status.ACCEPTED:
            kept[at] = replace(relation, status=Status.SUGGESTED)
    return [concept for concept in concepts if concept.id in ids], kept
