"""What a person wants to see of an indexed graph → the documents of a format, every quote re-read from its note just now."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kg.errors import NothingFound, QuestionError
from kg.export.write import ExportResult, RenderOptions, render_export
from kg.graph.build import Graph, concepts_of, name_index
from kg.graph.paths import NoPath, find_path
from kg.graph.subgraph import Direction, Neighbourhood, induced_subgraph, path_subgraph
from kg.language.detect import Language, detect_language
from kg.names import resolve_one
from kg.types import RelationKind
from rag.index.graph import load_graph
from rag.index.sources import LiveNotes

if TYPE_CHECKING:
    from rag.index.reader import Index


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Which part of the graph: around a concept, along a path, what an answer used, or, with none of them, everything."""

    focus: str = ""
    direction: Direction = Direction.BEFORE
    depth: int = 0
    relations: tuple[RelationKind, ...] = ()
    path: tuple[str, str] | None = None
    answer: str = ""


def parse_request(
    focus: str = "",
    direction: str = "before",
    depth: int | None = None,
    relations: Sequence[str] = (),
    path: tuple[str, str] | None = None,
    answer: str = "",
) -> ExportRequest:
    """The wish that the words of a command line express. Raises QuestionError when they name two parts of the graph."""
    if (focus != "") + (path is not None) + (answer != "") > 1:
        raise QuestionError(
            "--focus, --path and --answer each name a part of the graph", "use one of them"
        )
    return ExportRequest(
        focus, Direction(direction), depth or 0, tuple(map(RelationKind, relations)), path, answer
    )


def export_graph(
    index: "Index", wish: ExportRequest, format: str, look: RenderOptions
) -> ExportResult:
    """Return the documents of a format. Raises ConceptError for an unknown name, NothingFound for an empty part."""
    graph = load_graph(index)
    names = name_index(graph)
    around = (
        Neighbourhood(resolve_one(names, wish.focus), wish.direction, wish.depth)
        if wish.focus
        else Neighbourhood()
    )
    kinds = wish.relations
    if wish.path:
        found = find_path(graph, *(resolve_one(names, end) for end in wish.path))
        if isinstance(found, NoPath):
            ends = f"{found.source.id} to {found.target.id}"
            raise NothingFound(
                f"there is no path from {ends}", "kbase path says what there is instead"
            )
        graph, kinds = (
            path_subgraph(graph, found),
            tuple(dict.fromkeys(step.relation.kind for step in found.steps)),
        )
    elif wish.answer:
        graph = induced_subgraph(graph, _used(index, wish.answer))
    sources = LiveNotes(index)
    _reread(graph, sources)
    language = _tongue(graph, wish) if look.language == "auto" else look.language
    made = render_export(graph, format, around, kinds, replace(look, language=language))
    return replace(made, notices=sources.notices())


def _used(index: "Index", question: str) -> set[str]:
    """The concepts that an answer is about and those it says to know first. Raises NothingFound."""
    from rag.answering.answer import ask

    answer = ask(index, question)
    used = {*answer.background.concepts, *(one.concept for one in answer.background.prerequisites)}
    if not answer.found:
        raise NothingFound("the notes do not answer that", f"kbase search {question!r}")
    if not used:
        raise NothingFound("the answer names no concept", "kbase export FILE --focus CONCEPT")
    return {one.id for one in used}


def _reread(graph: Graph, sources: LiveNotes) -> None:
    for source, target, key in graph.edges(keys=True):
        edge = graph.edges[source, target, key]
        edge["relation"] = sources.relation(edge["relation"])


def _tongue(graph: Graph, wish: ExportRequest) -> Language:
    """The language of what was asked, else that of most concepts' labels."""
    if asked := " ".join(filter(None, (wish.focus, *(wish.path or ()), wish.answer))):
        return detect_language(asked)
    chinese = sum(detect_language(concept.label) == "zh" for concept in concepts_of(graph, graph))
    return "zh" if 2 * chinese > len(graph) else "en"
