"""Write a graph to a file, in the format that its name says.

Data formats hold the part of the graph that was asked for; drawings show as much of it as can be
read; the page holds everything.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kg.errors import ExportError
from kg.files import replace_file
from kg.graph.build import Graph
from kg.graph.subgraph import Neighbourhood, Subgraph, select_subgraph
from kg.language.detect import Language, LanguageChoice
from kg.types import RelationKind

DATA = ("json", "graphml", "gexf", "csv")
DRAWINGS = ("html", "svg", "png", "dot", "mmd", "canvas")
FORMATS = (*DRAWINGS, *DATA)
_KNOWN_FORMATS = "known are " + ", ".join(f".{format}" for format in FORMATS)


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How to draw: the language (`zh`, `en`, or `auto` until it is known), and light or dark."""

    language: LanguageChoice = "auto"
    dark: bool = False


@dataclass(frozen=True, slots=True)
class ExportResult:
    """The exported documents by what is added to the file's name: mostly one, under "".

    `concepts` and `relations` count what is in them, `folded` the concepts that are drawn as their
    topics. `paths` are the files that were written. `notices` tell the person which files changed
    since they were indexed.
    """

    documents: Mapping[str, bytes]
    format: str
    concepts: int
    relations: int
    folded: int = 0
    paths: tuple[Path, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def single_document(self) -> bytes:
        """Return the only document. Raises ExportError when there are several."""
        if len(self.documents) > 1:
            raise ExportError(
                f"{self.format} is {len(self.documents)} files",
                "name a file: kbase export graph.csv",
            )
        return self.documents[""]


def choose_format(file: str, requested: str | None) -> str:
    """Return the requested format, else that of the file's suffix. Raises ExportError."""
    format = requested or Path(file).suffix.lstrip(".").lower()
    if format not in FORMATS:
        problem = f"there is no format .{format}" if format else f"{file} has no suffix"
        raise ExportError(
            problem if file != "-" else "- needs to be told the format",
            f"--format, or a suffix: {_KNOWN_FORMATS}",
        )
    return format


def render_export(
    graph: Graph,
    format: str,
    around: Neighbourhood,
    kinds: tuple[RelationKind, ...],
    options: RenderOptions,
) -> ExportResult:
    """Render the documents of a format, for what is around a concept or for everything.

    Raises QuestionError for an unknown concept, NothingFound for an empty part, ExportError when
    the format cannot show it.
    """
    part = select_subgraph(graph, around, kinds)
    language = "en" if options.language == "auto" else options.language
    if format in DATA:
        relations = part.graph.number_of_edges()
        return ExportResult(_render_data(part.graph, format), format, len(part.graph), relations)
    if format == "html":
        from kg.export.page.page import render_page

        page = render_page(graph, around, kinds, language)
        return ExportResult({"": page.encode()}, format, len(graph), graph.number_of_edges())
    return _render_drawing(graph, part, format, language, options.dark)


def _render_drawing(
    graph: Graph, part: Subgraph, format: str, language: Language, dark: bool
) -> ExportResult:
    from kg.export.diagrams import render_canvas, render_dot, render_mermaid
    from kg.export.drawing.svg import render_svg
    from kg.export.drawing.topics import group_topics
    from kg.export.drawing.view import build_view

    view = build_view(part, group_topics(graph, language), language)
    if format in {"svg", "png"}:
        text = render_svg(view, language, dark=dark)
    else:
        diagrams = {"dot": render_dot, "mmd": render_mermaid, "canvas": render_canvas}
        text = diagrams[format](view, language)
    data = text.encode()
    if format == "png":
        from kg.export.drawing.png import render_png

        data = render_png(text)
    return ExportResult({"": data}, format, len(part.graph), len(part.drawn_edges), view.folded)


def _render_data(graph: Graph, format: str) -> dict[str, bytes]:
    from kg.export import data

    if format == "csv":
        nodes, edges = data.render_csv_nodes(graph), data.render_csv_edges(graph)
        return {".nodes": nodes.encode(), ".edges": edges.encode()}
    render = {"json": data.render_json, "graphml": data.render_graphml, "gexf": data.render_gexf}
    return {"": render[format](graph).encode()}


def write_export(result: ExportResult, file: str) -> ExportResult:
    """Write the documents, and return the result with the paths of the files.

    Each of several documents gets a name of its own beside `file`. Readers see the old file or the
    new one, never half of it. Raises ExportError.
    """
    target = Path(os.path.realpath(file))  # Write through a link, not over it.
    paths = [target.with_name(f"{target.stem}{part}{target.suffix}") for part in result.documents]
    for path, data in zip(paths, result.documents.values(), strict=True):
        try:
            if path.exists() and not path.is_file():
                raise ExportError(f"{path} is not a file", "name a file to write")
            replace_file(path, data)
        except OSError as error:
            raise ExportError(
                f"{path} cannot be written: {error.strerror or error}",
                "name a file where you may write",
            ) from error
    return replace(result, paths=tuple(paths))
