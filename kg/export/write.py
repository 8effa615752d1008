"""Write a graph to a file, in the format that its name says.

Data formats hold the part of the graph that was asked for; drawings show what can be read of it;
the page holds everything.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kg.errors import ExportError
from kg.files import replace_file
from kg.graph.build import Graph
from kg.graph.subgraph import Neighbourhood, select_subgraph
from kg.language.detect import LanguageChoice
from kg.types import RelationKind

DATA = ("json", "graphml", "gexf", "csv")
DRAWINGS = ("html", "svg", "png", "dot", "mmd", "canvas")
FORMATS = (*DRAWINGS, *DATA)
_KNOWN = "known are " + ", ".join(f".{item}" for item in FORMATS)


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How to draw: the language (`zh`, `en`, or `auto` until it is known), and light or dark."""

    language: LanguageChoice = "auto"
    dark: bool = False


@dataclass(frozen=True, slots=True)
class ExportResult:
    """The exported documents, by the suffix of their file's stem: mostly one, with the suffix "".

    `concepts` and `relations` count what is in them, `folded` the concepts shown only as their
    topic.
    """

    documents: Mapping[str, bytes]
    format: str
    concepts: int
    relations: int
    folded: int = 0
    paths: tuple[Path, ...] = ()  # Where the documents were written.
    notices: tuple[str, ...] = ()  # For the person: files that changed since they were indexed.

    @property
    def single_document(self) -> bytes:
        """Return the only document. Raises ExportError when there are several."""
        if len(self.documents) > 1:
            raise ExportError(
                f"{self.format} is {len(self.documents)} files",
                "name a file: kbase export graph.csv",
            )
        return self.documents[""]


def format_of(file: str, named: str | None) -> str:
    """Return the named format, else that of a file's suffix. Raises ExportError."""
    found = named or Path(file).suffix.lstrip(".").lower()
    if found not in FORMATS:
        what = f"{file} has no suffix" if not found else f"there is no format .{found}"
        raise ExportError(
            what if file != "-" else "- needs to be told the format",
            f"--format, or a suffix: {_KNOWN}",
        )
    return found


def render_export(
    graph: Graph,
    format: str,
    around: Neighbourhood,
    kinds: tuple[RelationKind, ...],
    look: RenderOptions,
) -> ExportResult:
    """Render the documents of a format, for what is around a concept or for everything."""
    part = select_subgraph(graph, around, kinds)
    if format in DATA:
        return ExportResult(
            _data(part.graph, format), format, len(part.graph), part.graph.number_of_edges()
        )
    language = "en" if look.language == "auto" else look.language
    if format == "html":
        from kg.export.page.page import page

        return ExportResult(
            {"": page(graph, around, kinds, language).encode()},
            format,
            len(graph),
            graph.number_of_edges(),
        )
    from kg.export.diagrams import canvas, dot, mermaid
    from kg.export.drawing.svg import svg
    from kg.export.drawing.topics import topics
    from kg.export.drawing.view import view

    seen = view(part, topics(graph, language), language)
    if format in {"svg", "png"}:
        text = svg(seen, language, dark=look.dark)
    else:
        text = {"dot": dot, "mmd": mermaid, "canvas": canvas}[format](seen, language)
    data = text.encode()
    if format == "png":
        from kg.export.drawing.png import png

        data = png(text)
    return ExportResult({"": data}, format, len(part.graph), len(part.drawn_edges), seen.folded)


def _data(graph: Graph, format: str) -> dict[str, bytes]:
    from kg.export import data as interchange

    if format == "csv":
        return {
            ".nodes": interchange.csv_nodes(graph).encode(),
            ".edges": interchange.csv_edges(graph).encode(),
        }
    return {
        "": {
            "json": interchange.node_link,
            "graphml": interchange.graphml,
            "gexf": interchange.gexf,
        }[format](graph).encode()
    }


def write(made: ExportResult, file: str) -> ExportResult:
    """Write the documents: of several, each beside `file` with its own name. Raises ExportError.

    A file is written beside the old one and then replaces it: readers see either one, never half.
    """
    target = Path(os.path.realpath(file))  # Write through a link, not over it.
    paths = [target.with_name(f"{target.stem}{which}{target.suffix}") for which in made.documents]
    for path, data in zip(paths, made.documents.values(), strict=True):
        try:
            if path.exists() and not path.is_file():
                raise ExportError(f"{path} is not a file", "name a file to write")
            replace_file(path, data)
        except OSError as error:
            raise ExportError(
                f"{path} cannot be written: {error.strerror or error}",
                "name a file where you may write",
            ) from error
    return replace(made, paths=tuple(paths))
