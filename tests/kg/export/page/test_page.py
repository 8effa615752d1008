"""Read the page in a real browser."""

import html
import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from kg.export.diagrams import render_mermaid
from kg.export.drawing.labels import plain_label
from kg.export.drawing.svg import render_svg
from kg.export.write import RenderOptions, render_export
from kg.graph.build import Graph
from kg.graph.subgraph import Direction, Neighbourhood
from kg.language.detect import Language
from kg.types import RelationKind, Status
from tests.browser import browser, npm, opened
from tests.graphs import HOSTILE, bundled, circle, doubled, hostile, isolated, sized, view_of
from tests.kg.export.test_export import render

__all__ = ["browser"]  # a fixture
NOTES = Path(__file__).parents[4] / "data" / "notes"
SVG = "{http://www.w3.org/2000/svg}"


def write_page(
    graph: Graph, folder: Path, around: Neighbourhood | None = None, language: Language = "en"
) -> Path:
    options = RenderOptions(language)
    result = render_export(graph, "html", around or Neighbourhood(), (), options)
    path = folder / "page.html"
    path.write_bytes(result.single_document)
    return path


def focused_id(page: Page) -> str:
    """Return the id of what has the keyboard focus."""
    return str(page.evaluate("document.activeElement.dataset.id || document.activeElement.id"))


@pytest.fixture(scope="module")
def bundled_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(bundled(), tmp_path_factory.mktemp("page"))


def test_the_page_opens_folded_into_topics_which_unfold_in_place(
    browser: Browser, bundled_page: Path
) -> None:
    with opened(browser, bundled_page) as page:
        assert page.locator(".node.topic").count() > 30 and page.locator(".node").count() <= 80
        assert page.locator("#outline li").count() == page.locator(".node").count()
        topic = page.locator('.node[data-id="topic:en/attention-variants.md"]')
        topic.focus()
        page.keyboard.press("Enter")
        assert page.locator('.node.unfolded[data-id="mqa"]').count() == 1 and topic.count() == 0
        page.click("#fold")
        assert topic.count() == 1


def test_a_search_finds_a_chinese_alias_and_enter_opens_it_with_quotes_from_the_notes(
    browser: Browser, bundled_page: Path
) -> None:
    with opened(browser, bundled_page) as page:
        page.keyboard.press("/")
        assert focused_id(page) == "search"
        page.keyboard.type("多查询注意力")
        page.keyboard.press("Enter")
        assert page.inner_text("#panel h2") == "MQA · Multi-Query Attention"
        assert "多查询注意力" in page.inner_text(
            ".aliases"
        ) and "en/attention-variants.md:33-49" in page.inner_text(".places")
        blocks = page.locator("#panel blockquote:has(q)").all()
        quotes = [
            (block.locator("q").text_content() or "", block.locator("cite").text_content() or "")
            for block in blocks
        ]
        assert len(quotes) > 5
        for quote, place in quotes:
            path, first, last = re.fullmatch(r"(.+?):(\d+)(?:-(\d+))?", place).groups()  # type: ignore[union-attr]
            lines = (
                (NOTES / path)
                .read_text(encoding="utf-8")
                .split("\n")[int(first) - 1 : int(last or first)]
            )
            assert quote in "\n".join(lines)
        page.keyboard.press("Escape")
        assert page.locator("#panel").is_hidden() and focused_id(page) == "mqa"


def test_enter_goes_on_to_the_next_hit(browser: Browser, bundled_page: Path) -> None:
    with opened(browser, bundled_page) as page:
        page.fill("#search", "gate")
        names = []
        for _ in range(3):
            page.press("#search", "Enter")
            names.append(page.inner_text("#panel h2"))
        assert len(set(names)) == 3 and all("gate" in name.lower() for name in names)
        page.fill("#search", "no such thing")
        assert page.inner_text("#found") == "0 found"


def test_arrow_keys_follow_edges_and_layers(browser: Browser, bundled_page: Path) -> None:
    with opened(browser, bundled_page, "gru") as page:
        page.locator('.node[data-id="lstm"]').focus()
        page.keyboard.press("ArrowDown")
        assert focused_id(page) == "gru"
        page.keyboard.press("ArrowUp")
        assert focused_id(page) == "lstm"
        page.locator('.node[data-id="bptt"]').focus()
        page.keyboard.press("ArrowRight")
        assert focused_id(page) == "vanishing-gradient"
        page.keyboard.press("Enter")
        assert "Vanishing Gradient" in page.inner_text("#panel h2")
        assert page.locator('.node[tabindex="0"]').count() == 1


def test_in_a_drawing_to_the_right_the_arrow_keys_go_where_they_point(
    browser: Browser, tmp_path: Path
) -> None:
    with opened(browser, write_page(sized(4), tmp_path)) as page:
        page.locator('.node[data-id="c0000"]').focus()
        page.keyboard.press("ArrowRight")
        first = focused_id(page)
        page.keyboard.press("ArrowLeft")
        assert first in {"c0001", "c0002"} and focused_id(page) == "c0000"


def test_a_link_leads_to_a_concept_and_back(browser: Browser, bundled_page: Path) -> None:
    with opened(browser, bundled_page, "mha") as page:
        assert page.locator(".node.focus").get_attribute("data-id") == "mha"
        assert page.inner_text("#panel h2").startswith(
            "MHA"
        ) and "concepts before it" in page.inner_text("#seen")
        page.evaluate("location.hash = '#gru'")
        page.wait_for_selector('.node.focus[data-id="gru"]')
        page.click("#panel button:has-text('After')")
        assert page.url.endswith("#gru") and "after it" in page.inner_text("#seen")
        page.click("#everything")
        assert page.locator(".node.focus").count() == 0 and page.locator(".node.topic").count() > 30
        page.go_back()
        page.wait_for_selector('.node.focus[data-id="gru"]')


@pytest.mark.parametrize("hash", ["nonsense", "%", "%E4%B8%AD"])
def test_a_link_to_nothing_shows_everything(
    browser: Browser, bundled_page: Path, hash: str
) -> None:
    with opened(browser, bundled_page, hash) as page:
        assert page.locator(".node.topic").count() > 30 and page.locator("#panel").is_hidden()


def test_a_relation_whose_quote_is_gone_says_so(browser: Browser, tmp_path: Path) -> None:
    graph = circle()
    edge = graph.edges["a", "b", "prerequisite_of"]
    gone = replace(edge["relation"].evidence[0], first=0, last=0)
    edge["relation"] = replace(edge["relation"], evidence=(gone,))
    with opened(browser, write_page(graph, tmp_path), "a") as page:
        assert "its quote is gone from the notes" in page.inner_text("#panel li:has-text('b')")


def test_relations_can_be_shown_and_hidden_and_the_depth_limited(
    browser: Browser, bundled_page: Path
) -> None:
    with opened(browser, bundled_page, "mla") as page:
        assert page.locator("#stage .edge.evolves_to").count() > 3
        page.uncheck("[name=evolves_to]")
        assert (
            page.locator("#stage .edge.evolves_to").count() == 0
            and page.locator("#stage .edge.prerequisite_of").count() > 10
        )
        page.check("[name=contrasts_with]")
        assert page.locator("#stage .edge.contrasts_with").count() > 0
        page.check("[name=suggested]")
        assert page.locator("#stage .edge.suggested").count() > 0
        page.uncheck("[name=suggested]")
        before = page.locator(".node").count()
        page.fill("#depth", "2")
        assert 2 < page.locator(".node").count() < before and page.inner_text("#far") == "2"


def test_pointing_at_an_edge_or_node_highlights_what_it_connects(
    browser: Browser, bundled_page: Path
) -> None:
    with opened(browser, bundled_page, "gru") as page:
        page.keyboard.press("Escape")
        page.hover('.node[data-id="lstm"]')
        assert (
            page.locator("#stage .edge.hot").count() == 5
            and page.locator(".node.near").count() == 6
        )
        edge = page.locator("#stage .edge:has(title:text('LSTM')) .line").first
        edge.dispatch_event("pointerenter")
        page.locator("#stage .edge").first.dispatch_event("pointerenter")
        assert (
            page.locator("#stage .edge.hot").count() == 1
            and page.locator(".node.near").count() == 2
        )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_no_violation_of_accessibility(
    browser: Browser, bundled_page: Path, dark: bool, width: int
) -> None:
    axe = npm("axe-core/axe.min.js")
    for hash in ("", "mla"):
        with opened(browser, bundled_page, hash, dark=dark, width=width) as page:
            page.evaluate(axe)
            report = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            violations = [
                (violation["id"], [node["html"][:700] for node in violation["nodes"]][:3])
                for violation in report["violations"]
            ]
            assert violations == []


def test_the_page_is_dark_where_the_system_is(browser: Browser, bundled_page: Path) -> None:
    grounds = []
    for dark in (False, True):
        with opened(browser, bundled_page, dark=dark) as page:
            grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert grounds == ["rgb(251, 251, 249)", "rgb(20, 24, 29)"]


def test_on_a_phone_the_drawing_scrolls_and_not_the_page(
    browser: Browser, bundled_page: Path
) -> None:
    for hash in ("", "mla"):
        with opened(browser, bundled_page, hash, width=320) as page:
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
            assert page.evaluate("document.querySelector('#stage').scrollWidth") > 320
            assert page.locator("#controls").get_attribute("open") is None


def test_on_paper_there_is_only_the_drawing_with_its_legend(
    browser: Browser, bundled_page: Path
) -> None:
    with opened(browser, bundled_page, "gru") as page:
        page.keyboard.press("Escape")
        page.emulate_media(media="print")
        assert page.locator("#stage svg").is_visible() and page.locator("#legend").is_visible()
        for hidden in ("#search", "#outline", ".zoom", "footer"):
            assert not page.locator(hidden).is_visible()
        assert page.pdf()[:5] == b"%PDF-"


def test_no_label_is_markup_or_script(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, write_page(hostile(), tmp_path)) as page:
        for number, label in enumerate(HOSTILE):
            page.locator(f'.node[data-id="c{number}"]').focus()
            page.keyboard.press("Enter")
            assert page.locator("#panel h2").text_content() == plain_label(label)
        assert page.title() == "Concepts" and page.locator("img").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "around",
    [
        Neighbourhood(),
        Neighbourhood("mla"),
        Neighbourhood("rag"),
        Neighbourhood("attention", Direction.AFTER),
        Neighbourhood("gru", Direction.BOTH, 2),
    ],
)
def test_the_page_and_a_still_picture_are_the_same_drawing(
    browser: Browser, tmp_path: Path, around: Neighbourhood, language: Language
) -> None:
    assert_same_drawing(browser, tmp_path, bundled(), around, language)


@pytest.mark.parametrize(
    "graph", [circle(), sized(1), sized(79), sized(300), hostile(), isolated(30)], ids=len
)
def test_page_and_picture_agree_on_cycles_on_crowds_and_on_nodes_without_an_edge(
    browser: Browser, tmp_path: Path, graph: Graph
) -> None:
    assert_same_drawing(browser, tmp_path, graph, Neighbourhood(), "en")


def assert_same_drawing(
    browser: Browser, folder: Path, graph: Graph, around: Neighbourhood, language: Language
) -> None:
    picture = ElementTree.fromstring(render_svg(view_of(graph, around, language), language))
    rects = [rect for rect in picture.iter(f"{SVG}rect") if rect.get("rx")]
    corners = [[float(rect.get("x") or ""), float(rect.get("y") or "")] for rect in rects]
    paths = [path.get("d") or "" for path in picture.iter(f"{SVG}path")]
    with opened(browser, write_page(graph, folder, around, language), width=1600) as page:
        page_corners = page.evaluate("""[...document.querySelectorAll('.node')].map((box) => {
          const [x, y] = box.getAttribute('transform').match(/-?\\d+/g);
          const rect = box.querySelector('rect');
          return [x - rect.getAttribute('width') / 2, y - rect.getAttribute('height') / 2];
        })""")
        page_paths = page.evaluate(
            "[...document.querySelectorAll('#stage .line')].map((path) => path.getAttribute('d'))"
        )
    assert corners == page_corners
    assert paths[: len(page_paths)] == page_paths
    assert len(paths) - len(page_paths) <= 2  # The rest is the legend.


def test_a_rejected_relation_is_in_the_data_formats_and_in_no_drawing(tmp_path: Path) -> None:
    graph = circle()
    edge = graph.edges["a", "b", "prerequisite_of"]
    edge["relation"] = replace(edge["relation"], status=Status.REJECTED)
    assert len(json.loads(render(graph, "json"))["edges"]) == 3
    assert [edge["flags"] for edge in data_of(write_page(graph, tmp_path))["edges"]] == [0, 0]
    assert render(graph, "dot").count("->") == 2


def test_a_cycle_is_marked_in_the_drawing_and_in_the_panel(
    browser: Browser, tmp_path: Path
) -> None:
    with opened(browser, write_page(circle(), tmp_path), "b") as page:
        assert page.locator("#stage .edge.cycle").count() == 3
        assert "leads around in a circle" in page.inner_text("#panel")


def test_a_page_of_500_concepts_is_under_a_megabyte_and_a_half(
    browser: Browser, tmp_path: Path
) -> None:
    path = write_page(doubled(), tmp_path)
    assert path.stat().st_size < 1_500_000
    with opened(browser, path) as page:
        assert 20 < page.locator(".node").count() <= 80 and "500 concepts" in page.inner_text(
            "#seen"
        )


def test_mermaids_own_parser_reads_the_same_nodes_edges_and_names(
    browser: Browser, tmp_path: Path
) -> None:
    code = npm("mermaid/dist/mermaid.min.js")
    parse = """async (text) => {
      await mermaid.parse(text);
      const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
      const nodes = [...diagram.db.getVertices().values()].map((node) => [node.id, node.text]);
      return [nodes, diagram.db.getEdges().map((edge) => [edge.start, edge.end, edge.text])];
    }"""
    page = browser.new_page()
    page.add_script_tag(content=code)
    for graph, focus in ((bundled(), "mla"), (bundled(), ""), (hostile(), "")):
        view = view_of(graph, Neighbourhood(focus))
        nodes, edges = page.evaluate(parse, render_mermaid(view, "en"))
        ids = {f"n{number}": node.id for number, node in enumerate(view.nodes, 1)}
        names = {ids[id]: decode_entities(text).split("<br>") for id, text in nodes}
        assert names == {
            node.id: [node.name, *filter(None, [node.subtitle])] for node in view.nodes
        }
        assert [(ids[source], ids[target], bool(label)) for source, target, label in edges] == [
            (edge.source, edge.target, edge.kinds != (RelationKind.PREREQUISITE_OF,))
            for edge in view.edges
        ]
        picture = page.evaluate(
            "async (text) => (await mermaid.render('drawn', text)).svg", render_mermaid(view, "en")
        )
        assert picture.startswith("<svg") and "owned" not in page.title()
    page.close()


def decode_entities(text: str) -> str:
    """Decode Mermaid's entities, whose numbers it keeps in a spelling of its own."""
    return html.unescape(re.sub(r"ﬂ°°(\d+)¶ß", r"&#\1;", text))


def test_the_data_of_a_page_is_json_without_markup(tmp_path: Path) -> None:
    page = write_page(hostile(), tmp_path)
    names = {concept["id"]: concept["name"] for concept in data_of(page)["concepts"]}
    assert names == {f"c{number}": plain_label(label) for number, label in enumerate(HOSTILE)}


def data_of(page: Path) -> dict[str, Any]:
    """Return the data of a page."""
    html = page.read_text(encoding="utf-8")
    (data,) = re.findall(
        r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL
    )
    assert "<" not in data
    return dict(json.loads(data))
