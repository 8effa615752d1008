"""What a person wants to see of an indexed graph → the documents of a format, every quote re-read from its note just now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kg.concepts import RelationKind
from kg.errors import NothingFound, QuestionError
from kg.export import Look, Made, make
from kg.graph import Graph, relation_of
from kg.paths import NoPath, path
from kg.records import relation_attributes
from kg.selection import Around, Direction, along, within
from kg.text import language
from rag.learning import all_names, load_graph, meant
from rag.quote import Sources

if TYPE_CHECKING:
    from rag.store import KnowledgeBase


@dataclass(frozen=True, slots=True)
class Wish:
    """Which part of the graph: around a concept, along a path, what an answer used, or, with none of them, everything."""

    focus: str = ""
    direction: Direction = Direction.BEFORE
    depth: int = 0
    relations: tuple[RelationKind, ...] = ()
    path: tuple[str, str] | None = None
    answer: str = ""


def wished(
    focus: str, direction: str, depth: int | None, relation: Sequence[str], ends: tuple[str, str] | None, answer: str
) -> Wish:
    """The wish that the words of a command line express. Raises QuestionError when they name two parts of the graph."""
    if (focus != "") + (ends is not None) + (answer != "") > 1:
        raise QuestionError("--focus, --path and --answer each name a part of the graph", "use one of them")
    return Wish(focus, Direction(direction), depth or 0, tuple(map(RelationKind, relation)), ends, answer)


def export(base: "KnowledgeBase", wish: Wish, format: str, look: Look) -> tuple[Made, tuple[str, ...]]:
    """The documents, and what to tell the person. Raises ConceptError for an unknown name, NothingFound for an empty part."""
    graph = load_graph(base)
    names = all_names(graph)
    around = Around(meant(names, wish.focus), wish.direction, wish.depth) if wish.focus else Around()
    kinds = wish.relations
    if wish.path:
        found = path(graph, *(meant(names, end) for end in wish.path))
        if isinstance(found, NoPath):
            ends = f"{found.source.id} to {found.target.id}"
            raise NothingFound(f"there is no path from {ends}", "kbase path says what there is instead")
        graph, kinds = along(graph, found), tuple(dict.fromkeys(step.relation.kind for step in found.steps))
    elif wish.answer:
        graph = within(graph, _used(base, wish.answer))
    sources = Sources(base)
    _reread(graph, sources)
    tongue = _tongue(graph, wish) if look.tongue == "auto" else look.tongue
    return make(graph, format, around, kinds, replace(look, tongue=tongue)), sources.notices()


def _used(base: "KnowledgeBase", question: str) -> set[str]:
    """The concepts that an answer is about and those it says to know first. Raises NothingFound."""
    from rag.answer import ask

    answer = ask(base, question)
    used = {*answer.studied.concepts, *(one.concept for one in answer.studied.prerequisites)}
    if not answer.found:
        raise NothingFound("the notes do not answer that", f"kbase search {question!r}")
    if not used:
        raise NothingFound("the answer names no concept", "kbase export FILE --focus CONCEPT")
    return {one.id for one in used}


def _reread(graph: Graph, sources: Sources) -> None:
    for source, target, key in graph.edges(keys=True):
        relation = sources.relation(relation_of(graph, source, target, RelationKind(key)))
        graph.edges[source, target, key].update(relation_attributes(relation))


def _tongue(graph: Graph, wish: Wish) -> str:
    """The language of what was asked, else that of most concepts' labels."""
    if asked := " ".join(filter(None, (wish.focus, *(wish.path or ()), wish.answer))):
        return language(asked)
    chinese = sum(language(data["label"]) == "zh" for _, data in graph.nodes(data=True))
    return "zh" if 2 * chinese > len(graph) else "en"
