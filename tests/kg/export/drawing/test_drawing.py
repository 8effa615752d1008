"""Lay out nodes and edges, and draw them as SVG and PNG."""

import random
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zlib
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.export.drawing.labels import fit_label, label_width, node_size, plain_label
from kg.export.drawing.layers import reversed_edges
from kg.export.drawing.layout import compute_layout
from kg.export.drawing.png import has_font
from kg.export.drawing.svg import DARK, LIGHT, Theme, layout_of, render_svg
from kg.export.drawing.topics import group_topics
from kg.export.drawing.view import MOST_CONCEPTS
from kg.graph.build import Graph
from kg.graph.subgraph import Neighbourhood
from tests.browser import missing
from tests.graphs import bundled, circle, hostile, sized, view_of
from tests.test_cli import Kbase

ROOT = Path(__file__).parents[4]
SVG = "{http://www.w3.org/2000/svg}"
POINT = re.compile(r"(-?\d+),(-?\d+)")
SIZES = st.lists(
    st.tuples(st.integers(30, 240), st.sampled_from([36, 50])), min_size=1, max_size=25
)


@given(SIZES, st.data())
def test_any_nodes_and_edges_are_drawn_apart_and_within_the_picture(
    sizes: list[tuple[int, int]], data: st.DataObject
) -> None:
    node = st.integers(0, len(sizes) - 1)
    pair = st.tuples(node, node).filter(lambda ends: ends[0] != ends[1])
    edges = data.draw(st.lists(pair, max_size=40, unique=True))
    layout = compute_layout(sizes, edges)
    areas = [
        (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        for (x, y), (width, height) in zip(layout.places, sizes, strict=True)
    ]
    for left, top, right, bottom in areas:
        assert left >= 0 and top >= 0 and right <= layout.width and bottom <= layout.height
    for (left, top, right, bottom), (left2, top2, right2, bottom2) in combinations(areas, 2):
        assert right <= left2 or right2 <= left or bottom <= top2 or bottom2 <= top
    for (source, target), route, head in zip(edges, layout.routes, layout.heads, strict=True):
        points = [(int(x), int(y)) for x, y in POINT.findall(route)]
        assert touches(areas[source], points[0]) or touches(areas[source], points[-1])
        tip = POINT.findall(head)[0]
        assert touches(areas[target], (int(tip[0]), int(tip[1])))
    assert compute_layout(sizes, edges) == layout


def touches(area: tuple[float, float, float, float], point: tuple[int, int]) -> bool:
    return area[0] - 1 <= point[0] <= area[2] + 1 and area[1] - 1 <= point[1] <= area[3] + 1


def test_without_cycles_every_edge_leads_onward() -> None:
    random.seed(4)
    edges = [pair for pair in combinations(range(40), 2) if random.random() < 0.06]
    layout = compute_layout([(90, 36)] * 40, edges)
    along = [place[1 if layout.down else 0] for place in layout.places]
    assert all(along[source] < along[target] for source, target in edges)


def test_few_edges_of_a_cycle_are_reversed() -> None:
    cycle = [(node, (node + 1) % 12) for node in range(12)]
    assert sum(reversed_edges(12, cycle)) == 1
    onward = list(combinations(range(12), 2))
    assert reversed_edges(12, [*onward, (7, 3)]) == [False] * len(onward) + [True]


def test_a_chain_is_straight_and_runs_to_the_right_as_long_as_it_fits() -> None:
    layout = compute_layout([(100, 36)] * 4, list(pairwise(range(4))))
    assert not layout.down and [place[1] for place in layout.places] == [42] * 4
    assert compute_layout([(200, 36)] * 15, list(pairwise(range(15)))).down


def test_a_crossing_that_can_be_avoided_is_avoided() -> None:
    layout = compute_layout([(60, 36)] * 4, [(0, 3), (1, 2)])
    (_, y0), (_, y1), (_, y2), (_, y3) = layout.places
    assert (y0 < y1) == (y3 < y2)


def test_the_picture_is_xml_with_every_node_and_edge_and_names_in_full() -> None:
    for graph, focus in ((bundled(), "mla"), (hostile(), ""), (bundled(), "")):
        view = view_of(graph, Neighbourhood(focus))
        root = ElementTree.fromstring(render_svg(view, "en"))
        titles = [title.text for title in root.iter(f"{SVG}title")]
        assert all(node.name in titles for node in view.nodes)
        assert len(list(root.iter(f"{SVG}rect"))) == len(view.nodes) + 1
        texts = [text.text for text in root.iter(f"{SVG}text")]
        for node in view.nodes:
            assert node.title in texts and (not node.subtitle or node.subtitle in texts)
        forbidden = {f"{SVG}{tag}" for tag in ("script", "style", "image", "foreignObject")}
        assert not forbidden & {element.tag for element in root.iter()}
        paths = list(root.iter(f"{SVG}path"))
        kinds = len({path.get("stroke") for path in paths})
        assert len(paths) == len(view.edges) + (kinds if kinds > 1 else 0)


@pytest.mark.parametrize(
    ("name", "options"), [("attention.svg", []), ("attention-dark.svg", ["--dark"])]
)
def test_the_pictures_in_the_readme_are_what_the_command_draws(
    kbase: Kbase, name: str, options: list[str]
) -> None:
    drawn = kbase("export", "-", "--format", "svg", "--focus", "MLA", "--depth", 5, *options).stdout
    assert drawn == (ROOT / "data" / "pictures" / name).read_text(encoding="utf-8")
    assert name in (ROOT / "README.md").read_text(encoding="utf-8")


def test_light_and_dark_differ_in_nothing_but_colour() -> None:
    view = view_of(bundled(), Neighbourhood("gru"))
    light, dark = (render_svg(view, "zh", dark=dark) for dark in (False, True))
    assert light != dark
    assert re.sub(r"#[0-9a-f]{6}", "#", light) == re.sub(r"#[0-9a-f]{6}", "#", dark)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_edges_have_enough_contrast(theme: Theme) -> None:
    pairs = [
        (theme.text, theme.box),
        (theme.text, theme.topic),
        (theme.soft, theme.box),
        (theme.soft, theme.topic),
        (theme.soft, theme.ground),
        (theme.on_accent, theme.accent),
    ]
    assert all(contrast(text, ground) >= 4.5 for text, ground in pairs)
    drawn_by_default = [*theme.relations.values()][:-1]
    assert all(contrast(color, theme.ground) >= 3 for color in (*drawn_by_default, theme.cycle))


def contrast(text: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.2."""

    def luminance(color: str) -> float:
        parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(text), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_edges_in_a_cycle_are_red_and_dashed() -> None:
    picture = render_svg(view_of(circle()), "en")
    assert picture.count(f'stroke="{LIGHT.cycle}"') == 3 and "stroke-dasharray" in picture


@pytest.mark.parametrize("graph", [bundled(), sized(500)], ids=["bundled", "500"])
def test_more_concepts_than_can_be_read_are_folded_into_topics(graph: Graph) -> None:
    view = view_of(graph)
    assert len(view.nodes) <= MOST_CONCEPTS < len(graph)
    assert sum(node.members or 1 for node in view.nodes) == len(graph)
    layout = layout_of(view)
    assert layout.width * layout.height < 1800 * 1800


def test_concepts_are_grouped_by_relations_if_all_are_in_one_note_or_each_is_in_its_own() -> None:
    for path in ("{}.md", "all.md"):
        graph = sized(120)
        for id, data in graph.nodes(data=True):
            moved = replace(data["concept"].notes[0], path=path.format(id))
            data["concept"] = replace(data["concept"], notes=(moved,))
        groups = group_topics(graph, "en")
        assert 2 <= len(groups) <= 30
        assert sorted(id for group in groups for id in group.members) == sorted(graph)


def test_a_label_fits_its_room_and_ends_in_an_ellipsis_when_it_is_cut() -> None:
    assert (label_width("注意力", 14), label_width("", 14)) == (42, 0)
    assert label_width("e\u0301", 14) == label_width("e", 14)
    cut = fit_label("长" * 300, 14)
    assert cut.endswith("…") and label_width(cut, 14) <= 264
    assert fit_label("MHA", 14) == "MHA"
    assert node_size("MHA", "")[1] < node_size("MHA", "多头")[1]
    assert plain_label("a\nb\x00\u202e") == "a b\ufffd\ufffd"


def test_a_png_is_twice_the_size_of_its_svg_and_not_empty(kbase: Kbase) -> None:
    if not has_font("中"):
        missing("no Chinese font is installed")
    picture = kbase("export", "-", "--format", "svg", "--focus", "GRU").stdout
    width, height = re.findall(r'(?:width|height)="(\d+)"', picture)[:2]
    data = kbase("export", "-", "--format", "png", "--focus", "GRU").stdout_bytes
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", data[16:24]) == (2 * int(width), 2 * int(height))
    assert len(set(zlib.decompress(compressed_pixels(data)))) > 50  # Colours and smooth edges.


def compressed_pixels(png: bytes) -> bytes:
    """Return the contents of the IDAT chunks of a PNG."""
    pixels, start = b"", 8
    while start < len(png):
        (length,) = struct.unpack(">I", png[start : start + 4])
        if png[start + 4 : start + 8] == b"IDAT":
            pixels += png[start + 8 : start + 8 + length]
        start += 12 + length
    return pixels


def test_without_a_chinese_font_png_says_what_to_install() -> None:
    code = """
import functools, resvg_py
resvg_py.svg_to_bytes = functools.partial(resvg_py.svg_to_bytes, skip_system_fonts=True)
from cli import main
main(["export", "no.png", "--focus", "GRU"])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (
        done.returncode == 1
        and "no font here" in done.stderr
        and "fonts-noto-cjk" in done.stderr
        and ".svg" in done.stderr
    )
