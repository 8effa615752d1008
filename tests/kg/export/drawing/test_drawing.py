"""Placing boxes and lines, the SVG and PNG made of them, and the small trees of the terminal."""

import random
import re
import struct
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcswidth

from kg.export.drawing.labels import fit_label, label_width, node_size, plain_label
from kg.export.drawing.layers import reversed_edges
from kg.export.drawing.layout import compute_layout
from kg.export.drawing.png import has_font
from kg.export.drawing.svg import DARK, LIGHT, Theme, layout_of, render_svg
from kg.export.drawing.topics import group_topics
from kg.export.drawing.view import MOST_CONCEPTS, View, build_view
from kg.graph.build import Graph
from kg.graph.subgraph import Direction, Neighbourhood, select_subgraph
from kg.render.tree import nearest, tree
from tests.browser import missing
from tests.graphs import bundled, circle, hostile, sized
from tests.test_cli import Kbase

ROOT = Path(__file__).parents[4]
SVG = "{http://www.w3.org/2000/svg}"
POINT = re.compile(r"(-?\d+),(-?\d+)")
SIZES = st.lists(
    st.tuples(st.integers(30, 240), st.sampled_from([36, 50])), min_size=1, max_size=25
)


def seen(graph: Graph, focus: str = "", direction: Direction = Direction.BEFORE) -> View:
    return build_view(
        select_subgraph(graph, Neighbourhood(focus, direction)), group_topics(graph, "en"), "en"
    )


@given(SIZES, st.data())
def test_any_boxes_and_lines_are_drawn_apart_and_within_the_picture(
    sizes: list[tuple[int, int]], data: st.DataObject
) -> None:
    box = st.integers(0, len(sizes) - 1)
    lines = data.draw(
        st.lists(
            st.tuples(box, box).filter(lambda pair: pair[0] != pair[1]), max_size=40, unique=True
        )
    )
    drawn = compute_layout(sizes, lines)
    areas = [
        (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
        for (x, y), (w, h) in zip(drawn.places, sizes, strict=True)
    ]
    for at, (left, top, right, bottom) in enumerate(areas):
        assert left >= 0 and top >= 0 and right <= drawn.width and bottom <= drawn.height
        assert all(
            right <= l2 or r2 <= left or bottom <= t2 or b2 <= top
            for l2, t2, r2, b2 in areas[at + 1 :]
        )
    for (source, target), route, head in zip(lines, drawn.routes, drawn.heads, strict=True):
        points = [(int(x), int(y)) for x, y in POINT.findall(route)]
        assert touches(areas[source], points[0]) or touches(areas[source], points[-1])
        tip = POINT.findall(head)[0]
        assert touches(areas[target], (int(tip[0]), int(tip[1])))
    assert compute_layout(sizes, lines) == drawn


def touches(area: tuple[float, float, float, float], point: tuple[int, int]) -> bool:
    return area[0] - 1 <= point[0] <= area[2] + 1 and area[1] - 1 <= point[1] <= area[3] + 1


def test_without_circles_every_line_leads_onward() -> None:
    random.seed(4)
    lines = [(a, b) for a in range(40) for b in range(a + 1, 40) if random.random() < 0.06]
    drawn = compute_layout([(90, 36)] * 40, lines)
    along = [place[1 if drawn.down else 0] for place in drawn.places]
    assert all(along[source] < along[target] for source, target in lines)


def test_few_lines_are_turned_where_they_lead_around_in_circles() -> None:
    around = [(at, (at + 1) % 12) for at in range(12)]
    assert sum(reversed_edges(12, around)) == 1
    onward = [(a, b) for a in range(12) for b in range(a + 1, 12)]
    assert reversed_edges(12, [*onward, (7, 3)]) == [False] * len(onward) + [True]


def test_a_chain_is_straight_and_runs_to_the_right_as_long_as_it_fits() -> None:
    drawn = compute_layout([(100, 36)] * 4, [(0, 1), (1, 2), (2, 3)])
    assert not drawn.down and [place[1] for place in drawn.places] == [42] * 4
    assert compute_layout([(200, 36)] * 15, [(at, at + 1) for at in range(14)]).down


def test_a_crossing_that_can_be_avoided_is_avoided() -> None:
    drawn = compute_layout([(60, 36)] * 4, [(0, 3), (1, 2)])
    (_, y0), (_, y1), (_, y2), (_, y3) = drawn.places
    assert (y0 < y1) == (y3 < y2)


def test_the_picture_is_xml_with_every_box_and_line_and_names_in_full() -> None:
    for graph, focus in ((bundled(), "mla"), (hostile(), ""), (bundled(), "")):
        drawn = seen(graph, focus)
        root = ElementTree.fromstring(render_svg(drawn, "en"))
        titles = [item.text for item in root.iter(f"{SVG}title")]
        assert all(box.name in titles for box in drawn.nodes)
        rects = list(root.iter(f"{SVG}rect"))
        assert len(rects) == len(drawn.nodes) + 1
        texts = [item.text for item in root.iter(f"{SVG}text")]
        assert all(
            box.title in texts and (not box.subtitle or box.subtitle in texts)
            for box in drawn.nodes
        )
        assert not {item.tag for item in root.iter()} & {
            f"{SVG}script",
            f"{SVG}style",
            f"{SVG}image",
            f"{SVG}foreignObject",
        }
        legend = len({item.get("stroke") for item in root.iter(f"{SVG}path")})
        assert len(list(root.iter(f"{SVG}path"))) == len(drawn.edges) + (
            legend if legend > 1 else 0
        )


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
    drawn = seen(bundled(), "gru")
    light, dark = (render_svg(drawn, "zh", dark=dark) for dark in (False, True))
    assert light != dark
    assert re.sub(r"#[0-9a-f]{6}", "#", light) == re.sub(r"#[0-9a-f]{6}", "#", dark)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read_and_lines_be_seen(theme: Theme) -> None:
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
    """The contrast ratio of WCAG 2.2."""

    def luminance(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(text), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_lines_that_lead_around_are_red_and_dashed() -> None:
    picture = render_svg(seen(circle()), "en")
    assert picture.count(f'stroke="{LIGHT.cycle}"') == 3 and "stroke-dasharray" in picture


@pytest.mark.parametrize("graph", [bundled(), sized(500)], ids=["bundled", "500"])
def test_more_than_can_be_read_is_folded_into_topics(graph: Graph) -> None:
    drawn = seen(graph)
    assert len(drawn.nodes) <= MOST_CONCEPTS < len(graph)
    assert sum(box.members or 1 for box in drawn.nodes) == len(graph)
    place = layout_of(drawn)
    assert place.width * place.height < 1800 * 1800


def test_concepts_in_one_note_or_each_in_its_own_are_grouped_by_their_relations() -> None:
    for path in ("{}.md", "all.md"):
        graph = sized(120)
        for id, data in graph.nodes(data=True):
            moved = replace(data["concept"].notes[0], path=path.format(id))
            data["concept"] = replace(data["concept"], notes=(moved,))
        groups = group_topics(graph, "en")
        assert 2 <= len(groups) <= 30
        assert sorted(id for group in groups for id in group.members) == sorted(graph)


def test_a_label_takes_the_room_it_has_and_says_when_it_is_cut() -> None:
    assert (
        label_width("注意力", 14) == 42
        and label_width("e\u0301", 14) == label_width("e", 14)
        and label_width("", 14) == 0
    )
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
    assert len(set(zlib.decompress(chunks(data)))) > 50  # colours and smooth edges


def chunks(data: bytes) -> bytes:
    """The compressed pixels of a PNG."""
    found, at = b"", 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        found += data[at + 8 : at + 8 + length] if data[at + 4 : at + 8] == b"IDAT" else b""
        at += 12 + length
    return found


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


def test_a_tree_names_each_thing_once_and_counts_what_it_leaves_out() -> None:
    below = nearest({"c": [], "b": ["c"], "a": ["b", "c", "d"], "d": []})
    assert below["a"] == ["b", "d"]
    assert [row.branches + row.id for row in tree("a", below)] == ["a", "├─ b", "│  └─ c", "└─ d"]
    wide = {"root": [str(at) for at in range(30)]}
    rows = tree("root", wide, most=5)
    assert len(rows) == 5 and rows[0].hidden == 26
    assert len(tree("x", {"x": ["y"], "y": ["x"]})) == 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_columns_of_a_path_line_up_whatever_the_characters(kbase: Kbase, language: str) -> None:
    lines = (
        kbase("path", "Sigmoid", "ELMo", "--via", "any", "--lang", language)
        .stdout.split("\n\n")[1]
        .splitlines()
    )
    assert len(lines) == 3 and "└─" in lines[1]
    assert len({wcswidth(re.split(r"(?:zh|en)/", line)[0]) for line in lines}) == 1


def test_plan_and_show_draw_trees_that_line_up(kbase: Kbase) -> None:
    plan = kbase("plan", "MLA", "--lang", "zh").stdout
    assert "├─ 低秩分解\n└─ 分组查询注意力 (GQA)\n   └─ 多查询注意力 (MQA)" in plan
    branches = [
        line
        for line in kbase("show", "KV 缓存").stdout.splitlines()
        if line.startswith(("├─", "└─"))
    ]
    assert len(branches) >= 3
    assert len({wcswidth(re.match(r".*?  +", line)[0]) for line in branches}) == 1  # type: ignore[index]  # each has two columns
