"""Concepts and relations in the index: derived from notes and concepts.yaml, read back as a graph or a few at a time.

Asking a question reads only the rows it needs, without networkx; the graph commands read them all.
"""

import gc
import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kg.concepts import Concept, Names, Origin, Relation, RelationKind, Status, Wording, keys_in, name_key
from kg.errors import ConceptError, IndexUnwritable, NotesError
from kg.notes import digest
from kg.records import concept_from, relation_from

if TYPE_CHECKING:
    from kg.curated import Curated, Problem
    from kg.graph import Graph
    from rag.database import Place
    from rag.store import KnowledgeBase

# What an answer names uninvited has to be right: of prerequisites that only mentions tell, that sure, 55 of 57 are.
_SURELY_NEEDED = f"""kind = '{RelationKind.PREREQUISITE_OF.value}' AND status = '{Status.ACCEPTED.value}'
                     AND (document ->> '$.origin' <> '{Origin.MENTION.value}' OR document ->> '$.confidence' >= 0.85)"""
_STEPS = 5  # prerequisites that an answer names; the rest is counted


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """A concept to know first, and why: the reason of the relation by which it is needed."""

    concept: Concept
    why: Wording


@dataclass(frozen=True, slots=True)
class Studied:
    """What an answer is about, and what to know before: the nearest few in learning order, and how many more there are."""

    concepts: tuple[Concept, ...]
    prerequisites: tuple[Prerequisite, ...]
    more: int


def curated(place: "Place") -> "Curated":
    """What the person's concepts.yaml says; nothing, where there is none. Raises NotesError when it cannot be read."""
    from kg.curated import Curated, read_curated

    if not place.curated.is_file():
        return Curated((), (), ())
    try:
        return read_curated(place.curated.read_text(encoding="utf-8-sig"), place.curated.name)
    except (OSError, UnicodeDecodeError) as error:
        raise NotesError(f"{place.curated} cannot be read: {error}", "it is to be UTF-8 text") from error


def curated_digest(place: "Place") -> str:
    """The hash of concepts.yaml, by which a change of it is known; empty when there is none."""
    try:
        return digest(place.curated.read_bytes()).hex()
    except OSError:
        return ""


def problems(base: "KnowledgeBase") -> list[str]:
    """What is wrong in concepts.yaml as it is now and in the notes' front matter, each as `file:line: what`."""
    if curated_digest(base.place) == base.settings["curated"]:
        return list(json.loads(base.settings["problems"]))
    said = curated(base.place)
    unclear = said.resolved(Names([*said.concepts, *_concepts(base)]))[1]
    return [str(problem) for problem in (*said.problems, *unclear)]


def derive(database: sqlite3.Connection, place: "Place") -> list[str]:
    """Writes the concepts and relations of all notes and of concepts.yaml anew; what is wrong, as `file:line: what`."""
    from kg.graph import build

    now, said = curated_digest(place), curated(place)
    with _no_collection():
        concepts, relations, found = _extracted(database, said)
        if said.complete:
            concepts, relations = _only(said, concepts, relations)
        graph = build(concepts, relations)
    write_graph(database, graph)
    problems = [str(problem) for problem in found]
    rows = [("curated", now), ("problems", json.dumps(problems, ensure_ascii=False)), ("behind", 0)]
    database.executemany("INSERT OR REPLACE INTO settings VALUES (?, ?)", rows)
    return problems


def write_graph(database: sqlite3.Connection, graph: "Graph") -> None:
    """Puts a graph in the place of the one in the index."""
    for table in ("concepts", "names", "relations"):
        database.execute(f"DELETE FROM {table}")
    nodes = ((id, json.dumps(data, ensure_ascii=False)) for id, data in graph.nodes(data=True))
    database.executemany("INSERT INTO concepts VALUES (?, ?)", nodes)
    names = {(name_key(alias["text"]), id) for id, data in graph.nodes(data=True) for alias in data["aliases"]}
    database.executemany("INSERT INTO names VALUES (?, ?)", sorted(names))
    edges = (
        (source, target, kind, data["status"], json.dumps(data, ensure_ascii=False))
        for source, target, kind, data in graph.edges(keys=True, data=True)
    )
    database.executemany("INSERT INTO relations VALUES (?, ?, ?, ?, ?)", edges)


def _extracted(database: sqlite3.Connection, said: "Curated") -> "tuple[list[Concept], list[Relation], list[Problem]]":
    """What the notes and the curated file hold; what was found out on the way is kept for the next time."""
    from kg.extract import Gathered, Memory, extract

    before = dict(database.execute("SELECT name, text FROM memory"))
    memory = Memory(before)
    gathered = [Gathered.from_json(text) for (text,) in database.execute("SELECT gathered FROM files ORDER BY path")]
    found = extract(gathered, said, memory)
    database.executemany("DELETE FROM memory WHERE name = ?", ((name,) for name in before.keys() - memory.texts.keys()))
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


def _only(said: "Curated", concepts: list[Concept], relations: list[Relation]) -> tuple[list[Concept], list[Relation]]:
    """What concerns the curated concepts; a relation that the curated file does not state is a suggestion."""
    ids, stated = {concept.id for concept in said.concepts}, {one.edge for one in said.resolved(Names(said.concepts))[0]}
    kept = [relation for relation in relations if {relation.source, relation.target} <= ids]
    for at, one in enumerate(kept):
        if one.edge not in stated and one.status is Status.ACCEPTED:
            kept[at] = replace(one, status=Status.SUGGESTED)
    return [concept for concept in concepts if concept.id in ids], kept


def _concepts(base: "KnowledgeBase") -> Iterator[Concept]:
    return (concept_from(id, json.loads(text)) for id, text in base.rows("SELECT id, document FROM concepts ORDER BY id"))


def is_behind(base: "KnowledgeBase") -> bool:
    """Whether the concepts are those of the notes before an edit: rag/sync.py leaves many notes' to whoever asks for them."""
    return bool(base.settings.get("behind"))


def catch_up(base: "KnowledgeBase") -> None:
    """Brings the concepts up to the notes; where nobody may write, or another process does, they stay as they are."""
    from rag.database import writing

    if is_behind(base):
        with suppress(IndexUnwritable):
            with writing(base.place) as database:
                derive(database, base.place)
            base.reopen()


def load_graph(base: "KnowledgeBase") -> "Graph":
    """The whole graph, brought up to the notes. Raises ConceptError when the notes hold no concept."""
    import networkx as nx

    catch_up(base)
    graph: Graph = nx.MultiDiGraph()
    for id, document in base.rows("SELECT id, document FROM concepts ORDER BY id"):
        graph.add_node(id, **json.loads(document))
    if not len(graph):
        raise ConceptError("these notes hold no concepts", "kbase index, or name some in concepts.yaml")
    for source, target, kind, document in base.rows("SELECT source, target, kind, document FROM relations"):
        graph.add_edge(source, target, kind, **json.loads(document))
    return graph


def all_names(graph: "Graph") -> Names:
    """The names of every concept of a graph."""
    return Names(concept_from(id, data) for id, data in graph.nodes(data=True))


def meant(names: Names, text: str) -> str:
    """The id of the one concept that a name means. Raises ConceptError, with what may have been meant."""
    ids = names.resolve(text)
    if len(ids) == 1:
        return ids[0]
    if ids:
        raise ConceptError(f"{text!r} means several concepts: {', '.join(ids)}", "name one of them")
    near = names.suggest(text)
    raise ConceptError(
        f"the notes have no concept {text!r}", f"did you mean {', '.join(near)}?" if near else "kbase concepts lists them"
    )


def linked(base: "KnowledgeBase", text: str) -> dict[str, Concept]:
    """The concepts that a question names, by the words it uses, in its order; of an ambiguous name, none."""
    # as one JSON array: a long question has more keys than a statement may have parameters
    named = "SELECT concept FROM names WHERE key IN (SELECT value FROM json_each(?))"
    rows = base.rows(f"SELECT id, document FROM concepts WHERE id IN ({named}) ORDER BY id", (json.dumps(sorted(keys_in(text))),))
    found = {id: concept_from(id, json.loads(document)) for id, document in rows}
    mentions = Names(found.values()).mentions(text, any_case=True)
    return {text[one.start : one.end]: found[one.concepts[0]] for one in mentions if len(one.concepts) == 1}


def study(base: "KnowledgeBase", concepts: Sequence[Concept]) -> Studied:
    """What to know before these concepts: the nearest few, in learning order. A knot of prerequisites does no harm."""
    targets = {concept.id for concept in concepts}
    hops, needs = _before(base, targets)
    known = {id: _ancestors(needs, id) for id in hops}
    wanted = sorted(hops, key=lambda id: (hops[id], -len(known[id]), id))
    near = sorted(wanted[:_STEPS], key=lambda id: (len(known[id]), id))  # whoever is before another has fewer before it
    return Studied(tuple(concepts), tuple(_prerequisite(base, id, targets | hops.keys()) for id in near), len(wanted) - len(near))


def _before(base: "KnowledgeBase", targets: set[str]) -> tuple[dict[str, int], dict[str, set[str]]]:
    """Everything before the targets with its distance in hops, and what each needs directly."""
    hops: dict[str, int] = {}
    needs: defaultdict[str, set[str]] = defaultdict(set)
    frontier, distance = targets, 0
    while frontier:
        distance += 1
        marks = ",".join("?" * len(frontier))
        query = f"SELECT source, target FROM relations WHERE {_SURELY_NEEDED} AND target IN ({marks})"
        rows = base.rows(query, sorted(frontier))
        for source, target in rows:
            needs[target].add(source)
        frontier = {source for source, _ in rows} - hops.keys() - targets
        hops |= dict.fromkeys(frontier, distance)
    return hops, needs


def _ancestors(needs: dict[str, set[str]], id: str) -> set[str]:
    found: set[str] = set()
    left = [id]
    while left:
        new = needs.get(left.pop(), set()) - found
        found |= new
        left += new
    return found - {id}


def _prerequisite(base: "KnowledgeBase", id: str, among: set[str]) -> Prerequisite:
    """A concept with the reason why one of the others needs it."""
    ((document,),) = base.rows("SELECT document FROM concepts WHERE id = ?", (id,))
    marks = ",".join("?" * len(among))
    query = f"""SELECT source, target, document FROM relations
                WHERE {_SURELY_NEEDED} AND source = ? AND target IN ({marks}) ORDER BY target"""
    rows = base.rows(query, (id, *sorted(among)))
    relations = [relation_from(source, target, RelationKind.PREREQUISITE_OF, json.loads(text)) for source, target, text in rows]
    return Prerequisite(concept_from(id, json.loads(document)), max(relations, key=lambda one: one.confidence).reason)


def about(base: "KnowledgeBase", name: str) -> tuple[Concept, list[tuple[Relation, Concept]]]:
    """A concept and its relations, rejected ones left out, each with the concept at the other end. Raises ConceptError."""
    from kg.graph import concept_of, relations_of
    from rag.quote import Sources

    graph = load_graph(base)
    id, sources = meant(all_names(graph), name), Sources(base)
    mine = [one for one in relations_of(graph) if id in (one.source, one.target) and one.status is not Status.REJECTED]
    kinds = list(RelationKind)
    mine.sort(
        key=lambda one: (one.status is not Status.ACCEPTED, kinds.index(one.kind), one.source != id, one.source, one.target)
    )
    ends = (concept_of(graph, one.target if one.source == id else one.source) for one in mine)
    return concept_of(graph, id), list(zip(map(sources.relation, mine), ends, strict=True))


def suggestions(base: "KnowledgeBase") -> list[Relation]:
    """The relations that nobody has decided on, the surest first."""
    catch_up(base)
    rows = base.rows("SELECT source, target, kind, document FROM relations WHERE status = ?", (Status.SUGGESTED.value,))
    found = [relation_from(source, target, RelationKind(kind), json.loads(text)) for source, target, kind, text in rows]
    return sorted(found, key=lambda one: (-one.confidence, one.source, one.target, one.kind.value))


def named(base: "KnowledgeBase", statement: str) -> Relation:
    """The relation that `A relation B` states, as the index has it, else as the person's own. Raises ConceptError."""
    parts = re.fullmatch(rf"(.+?)\s+({'|'.join(kind.value for kind in RelationKind)})\s+(.+)", statement.strip())
    if not parts:
        raise ConceptError(
            f"{statement!r} is no relation",
            f"write it as A RELATION B, with one of {', '.join(kind.value for kind in RelationKind)}",
        )
    names = all_names(load_graph(base))
    source, target, kind = meant(names, parts[1]), meant(names, parts[3]), RelationKind(parts[2])
    query = "SELECT document FROM relations WHERE source = ? AND target = ? AND kind = ?"
    for (document,) in base.rows(query, (source, target, kind.value)):
        return relation_from(source, target, kind, json.loads(document))
    return Relation(source, target, kind, Origin.USER, 1.0, Status.ACCEPTED, Wording(), Wording(), ())


def decide(base: "KnowledgeBase", decisions: Sequence[tuple[Relation, bool]]) -> None:
    """Writes what was decided into concepts.yaml and brings the index up to it. Raises NotesError, IndexUnwritable."""
    from kg.review import decide
    from rag.database import FOLDER, writing

    if base.place.index.name != FOLDER:
        raise NotesError("the notes that come with kbase are not yours to edit", "index notes of your own: kbase index FOLDER")
    statuses = [(one, Status.ACCEPTED if yes else Status.REJECTED) for one, yes in decisions]
    decide(base.place.curated, statuses, Names(_concepts(base)))
    with writing(base.place) as database:
        derive(database, base.place)
