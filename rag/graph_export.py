"""Export an indexed graph, or a part of it, with every quote re-read from its note."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kg.errors import NothingFound, QuestionError
from kg.export.write import ExportResult, RenderOptions, render_export
from kg.graph.build import Graph, concepts_of, name_index
from kg.graph.paths import NoPath, find_path
from kg.graph.subgraph import Direction, Neighbourhood, induced_subgraph, path_subgraph
from kg.language.detect import Language, detect_language
from kg.names import NameIndex, resolve_one
from kg.types import RelationKind
from rag.index.graph import load_graph
from rag.index.sources import LiveNotes

if TYPE_CHECKING:
    from rag.index.reader import Index


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Which part of the graph to export: around a concept, along a path, or what an answer used.

    Without any of these it is the whole graph.
    """

    focus: str = ""
    direction: Direction = Direction.BEFORE
    depth: int = 0
    relations: tuple[RelationKind, ...] = ()
    path: tuple[str, str] | None = None
    answer: str = ""

    @property
    def words(self) -> str:
        """What the person typed: names, or a question."""
        return " ".join(filter(None, (self.focus, *(self.path or ()), self.answer)))


def parse_request(
    focus: str = "",
    direction: str = "before",
    depth: int | None = None,
    relations: Sequence[str] = (),
    path: tuple[str, str] | None = None,
    answer: str = "",
) -> ExportRequest:
    """Return the request that the options of a command line express.

    Raises QuestionError when they name two parts of the graph.
    """
    if (focus != "") + (path is not None) + (answer != "") > 1:
        raise QuestionError(
            "--focus, --path and --answer each name a part of the graph", "use one of them"
        )
    kinds = tuple(map(RelationKind, relations))
    return ExportRequest(focus, Direction(direction), depth or 0, kinds, path, answer)


def export_graph(
    index: "Index", request: ExportRequest, format: str, options: RenderOptions
) -> ExportResult:
    """Return the documents of a format.

    Raises ConceptError for an unknown name, NothingFound for an empty part of the graph.
    """
    graph = load_graph(index)
    names = name_index(graph)
    around, kinds = Neighbourhood(), request.relations
    if request.focus:
        focus = resolve_one(names, request.focus)
        around = Neighbourhood(focus, request.direction, request.depth)
    elif request.path:
        graph, kinds = _along_path(graph, names, request.path)
    elif request.answer:
        graph = induced_subgraph(graph, _concepts_of_answer(index, request.answer))
    notes = LiveNotes(index)
    _verify_quotes(graph, notes)
    if options.language == "auto":
        options = replace(options, language=_language_of(graph, request))
    result = render_export(graph, format, around, kinds, options)
    return replace(result, notices=notes.notices())


def _along_path(
    graph: Graph, names: NameIndex, ends: tuple[str, str]
) -> tuple[Graph, tuple[RelationKind, ...]]:
    """Return the path between two concepts as a graph, and its kinds of relations."""
    path = find_path(graph, *(resolve_one(names, end) for end in ends))
    if isinstance(path, NoPath):
        raise NothingFound(
            f"there is no path from {path.source.id} to {path.target.id}",
            "kbase path says what there is instead",
        )
    kinds = dict.fromkeys(step.relation.kind for step in path.steps)
    return path_subgraph(graph, path), tuple(kinds)


def _concepts_of_answer(index: "Index", question: str) -> set[str]:
    """Return the concepts that an answer is about, and those it says to know first.

    Raises NothingFound when there are none.
    """
    from rag.answering.answer import ask

    answer = ask(index, question)
    if not answer.found:
        raise NothingFound("the notes do not answer that", f"kbase search {question!r}")
    background = answer.background
    first = {prerequisite.concept.id for prerequisite in background.prerequisites}
    ids = {concept.id for concept in background.concepts} | first
    if not ids:
        raise NothingFound("the answer names no concept", "kbase export FILE --focus CONCEPT")
    return ids


def _verify_quotes(graph: Graph, notes: LiveNotes) -> None:
    """Replace the evidence of each relation by what is in the notes now."""
    for source, target, key in graph.edges(keys=True):
        edge = graph.edges[source, target, key]
        edge["relation"] = notes.relation(edge["relation"])


def _language_of(graph: Graph, request: ExportRequest) -> Language:
    """Return the language of what was typed, else that of most concepts' labels."""
    if request.words:
        return detect_language(request.words)
    chinese = sum(detect_language(concept.label) == "zh" for concept in concepts_of(graph, graph))
    return "zh" if 2 * chinese > len(graph) else "en"
