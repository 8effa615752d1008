"""The page in a real browser."""

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
from kg.export.drawing.topics import group_topics
from kg.export.drawing.view import build_view
from kg.export.write import RenderOptions, render_export
from kg.graph.build import Graph
from kg.graph.subgraph import Direction, Neighbourhood, select_subgraph
from kg.language.detect import Language
from kg.types import RelationKind, Status
from tests.browser import browser, npm, opened
from tests.graphs import HOSTILE, alone, bundled, circle, doubled, hostile, sized
from tests.kg.export.test_export import made

__all__ = ["browser"]  # a fixture
NOTES = Path(__file__).parents[4] / "data" / "notes"
SVG = "{http://www.w3.org/2000/svg}"


def written(
    graph: Graph, folder: Path, around: Neighbourhood | None = None, language: Language = "en"
) -> Path:
    path = folder / "page.html"
    path.write_bytes(
        render_export(
            graph, "html", around or Neighbourhood(), (), RenderOptions(language)
        ).documents[""]
    )
    return path


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.dataset.id || document.activeElement.id"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(bundled(), tmp_path_factory.mktemp("page"))


def test_it_opens_folded_into_topics_which_unfold_where_they_are(
    browser: Browser, whole: Path
) -> None:
    with opened(browser, whole) as page:
        assert page.locator(".box.topic").count() > 30 and page.locator(".box").count() <= 80
        assert page.locator("#outline li").count() == page.locator(".box").count()
        topic = page.locator('.box[data-id="topic:en/attention-variants.md"]')
        topic.focus()
        page.keyboard.press("Enter")
        assert page.locator('.box.kin[data-id="mqa"]').count() == 1 and topic.count() == 0
        page.click("#fold")
        assert topic.count() == 1


def test_a_search_finds_a_chinese_alias_and_enter_opens_it_with_the_notes_quote(
    browser: Browser, whole: Path
) -> None:
    with opened(browser, whole) as page:
        page.keyboard.press("/")
        assert focused(page) == "search"
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
        assert page.locator("#panel").is_hidden() and focused(page) == "mqa"


def test_enter_goes_on_to_the_next_that_was_found(browser: Browser, whole: Path) -> None:
    with opened(browser, whole) as page:
        page.fill("#search", "gate")
        names = []
        for _ in range(3):
            page.press("#search", "Enter")
            names.append(page.inner_text("#panel h2"))
        assert len(set(names)) == 3 and all("gate" in name.lower() for name in names)
        page.fill("#search", "no such thing")
        assert page.inner_text("#found") == "0 found"


def test_arrow_keys_walk_along_lines_and_layers(browser: Browser, whole: Path) -> None:
    with opened(browser, whole, "gru") as page:
        page.locator('.box[data-id="lstm"]').focus()
        page.keyboard.press("ArrowDown")
        assert focused(page) == "gru"
        page.keyboard.press("ArrowUp")
        assert focused(page) == "lstm"
        page.locator('.box[data-id="bptt"]').focus()
        page.keyboard.press("ArrowRight")
        assert focused(page) == "vanishing-gradient"
        page.keyboard.press("Enter")
        assert "Vanishing Gradient" in page.inner_text("#panel h2")
        assert page.locator('.box[tabindex="0"]').count() == 1


def test_in_a_drawing_to_the_right_the_keys_do_what_they_show(
    browser: Browser, tmp_path: Path
) -> None:
    with opened(browser, written(sized(4), tmp_path)) as page:
        page.locator('.box[data-id="c0000"]').focus()
        page.keyboard.press("ArrowRight")
        first = focused(page)
        page.keyboard.press("ArrowLeft")
        assert first in {"c0001", "c0002"} and focused(page) == "c0000"


def test_a_link_leads_to_a_concept_and_back(browser: Browser, whole: Path) -> None:
    with opened(browser, whole, "mha") as page:
        assert page.locator(".box.focus").get_attribute("data-id") == "mha"
        assert page.inner_text("#panel h2").startswith(
            "MHA"
        ) and "concepts before it" in page.inner_text("#seen")
        page.evaluate("location.hash = '#gru'")
        page.wait_for_selector('.box.focus[data-id="gru"]')
        page.click("#panel button:has-text('After')")
        assert page.url.endswith("#gru") and "after it" in page.inner_text("#seen")
        page.click("#everything")
        assert page.locator(".box.focus").count() == 0 and page.locator(".box.topic").count() > 30
        page.go_back()
        page.wait_for_selector('.box.focus[data-id="gru"]')


@pytest.mark.parametrize("hash", ["nonsense", "%", "%E4%B8%AD"])
def test_a_link_to_nothing_shows_everything(browser: Browser, whole: Path, hash: str) -> None:
    with opened(browser, whole, hash) as page:
        assert page.locator(".box.topic").count() > 30 and page.locator("#panel").is_hidden()


def test_a_relation_whose_quote_is_gone_says_so(browser: Browser, tmp_path: Path) -> None:
    graph = circle()
    edge = graph.edges["a", "b", "prerequisite_of"]
    gone = replace(edge["relation"].evidence[0], first=0, last=0)
    edge["relation"] = replace(edge["relation"], evidence=(gone,))
    with opened(browser, written(graph, tmp_path), "a") as page:
        assert "its quote is gone from the notes" in page.inner_text("#panel li:has-text('b')")


def test_relations_are_shown_and_hidden_and_steps_counted(browser: Browser, whole: Path) -> None:
    with opened(browser, whole, "mla") as page:
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
        before = page.locator(".box").count()
        page.fill("#depth", "2")
        assert 2 < page.locator(".box").count() < before and page.inner_text("#far") == "2"


def test_pointing_at_a_line_or_box_shows_what_it_joins(browser: Browser, whole: Path) -> None:
    with opened(browser, whole, "gru") as page:
        page.keyboard.press("Escape")
        page.hover('.box[data-id="lstm"]')
        assert (
            page.locator("#stage .edge.hot").count() == 5 and page.locator(".box.near").count() == 6
        )
        edge = page.locator("#stage .edge:has(title:text('LSTM')) .way").first
        edge.dispatch_event("pointerenter")
        page.locator("#stage .edge").first.dispatch_event("pointerenter")
        assert (
            page.locator("#stage .edge.hot").count() == 1 and page.locator(".box.near").count() == 2
        )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_to_complain_of(
    browser: Browser, whole: Path, dark: bool, width: int
) -> None:
    axe = npm("axe-core/axe.min.js")
    for hash in ("", "mla"):
        with opened(browser, whole, hash, dark=dark, width=width) as page:
            page.evaluate(axe)
            found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            told = [
                (item["id"], [node["html"][:700] for node in item["nodes"]][:3])
                for item in found["violations"]
            ]
            assert told == []


def test_dark_surroundings_make_a_dark_page(browser: Browser, whole: Path) -> None:
    grounds = []
    for dark in (False, True):
        with opened(browser, whole, dark=dark) as page:
            grounds.append(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert grounds == ["rgb(251, 251, 249)", "rgb(20, 24, 29)"]


def test_a_phone_scrolls_the_drawing_and_not_the_page(browser: Browser, whole: Path) -> None:
    for hash in ("", "mla"):
        with opened(browser, whole, hash, width=320) as page:
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
            assert page.evaluate("document.querySelector('#stage').scrollWidth") > 320
            assert page.locator("#controls").get_attribute("open") is None


def test_on_paper_there_is_the_drawing_with_its_legend_alone(browser: Browser, whole: Path) -> None:
    with opened(browser, whole, "gru") as page:
        page.keyboard.press("Escape")
        page.emulate_media(media="print")
        assert page.locator("#stage svg").is_visible() and page.locator("#legend").is_visible()
        assert not any(
            page.locator(item).is_visible() for item in ("#search", "#outline", ".zoom", "footer")
        )
        assert page.pdf()[:5] == b"%PDF-"


def test_no_label_is_markup_or_script(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, written(hostile(), tmp_path)) as page:
        for at, label in enumerate(HOSTILE):
            page.locator(f'.box[data-id="c{at}"]').focus()
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
    the_same(browser, tmp_path, bundled(), around, language)


@pytest.mark.parametrize(
    "graph", [circle(), sized(1), sized(79), sized(300), hostile(), alone(30)], ids=len
)
def test_so_are_those_of_circles_of_crowds_and_of_boxes_without_a_line(
    browser: Browser, tmp_path: Path, graph: Graph
) -> None:
    the_same(browser, tmp_path, graph, Neighbourhood(), "en")


def the_same(
    browser: Browser, folder: Path, graph: Graph, around: Neighbourhood, language: Language
) -> None:
    still = ElementTree.fromstring(
        render_svg(
            build_view(select_subgraph(graph, around), group_topics(graph, language), language),
            language,
        )
    )
    rects = [item for item in still.iter(f"{SVG}rect") if item.get("rx")]
    paths = [item.get("d") or "" for item in still.iter(f"{SVG}path")]
    with opened(browser, written(graph, folder, around, language), width=1600) as page:
        boxes = page.evaluate("""[...document.querySelectorAll('.box')].map((one) => {
          const [x, y] = one.getAttribute('transform').match(/-?\\d+/g);
          const rect = one.querySelector('rect');
          return [x - rect.getAttribute('width') / 2, y - rect.getAttribute('height') / 2];
        })""")
        ways = page.evaluate(
            "[...document.querySelectorAll('#stage .way')].map((one) => one.getAttribute('d'))"
        )
    assert [[float(rect.get("x") or ""), float(rect.get("y") or "")] for rect in rects] == boxes
    assert paths[: len(ways)] == ways and len(paths) - len(ways) <= 2  # the rest is the legend


def test_what_was_rejected_is_in_the_data_formats_and_in_no_drawing(tmp_path: Path) -> None:
    graph = circle()
    edge = graph.edges["a", "b", "prerequisite_of"]
    edge["relation"] = replace(edge["relation"], status=Status.REJECTED)
    assert len(json.loads(made(graph, "json"))["edges"]) == 3
    assert [item["flags"] for item in data_of(written(graph, tmp_path))["edges"]] == [0, 0]
    assert made(graph, "dot").count("->") == 2


def test_a_circle_is_drawn_and_said_to_be_one(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, written(circle(), tmp_path), "b") as page:
        assert page.locator("#stage .edge.cycle").count() == 3
        assert "leads around in a circle" in page.inner_text("#panel")


def test_a_page_of_500_concepts_is_under_a_megabyte_and_a_half(
    browser: Browser, tmp_path: Path
) -> None:
    path = written(doubled(), tmp_path)
    assert path.stat().st_size < 1_500_000
    with opened(browser, path) as page:
        assert 20 < page.locator(".box").count() <= 80 and "500 concepts" in page.inner_text(
            "#seen"
        )


def test_mermaids_own_parser_reads_the_same_boxes_lines_and_names(
    browser: Browser, tmp_path: Path
) -> None:
    code = npm("mermaid/dist/mermaid.min.js")
    parse = """async (text) => {
      await mermaid.parse(text);
      const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
      const boxes = [...diagram.db.getVertices().values()].map((one) => [one.id, one.text]);
      return [boxes, diagram.db.getEdges().map((one) => [one.start, one.end, one.text])];
    }"""
    page = browser.new_page()
    page.add_script_tag(content=code)
    for graph, focus in ((bundled(), "mla"), (bundled(), ""), (hostile(), "")):
        drawn = build_view(
            select_subgraph(graph, Neighbourhood(focus)), group_topics(graph, "en"), "en"
        )
        boxes, lines = page.evaluate(parse, render_mermaid(drawn, "en"))
        ids = {f"n{at}": box.id for at, box in enumerate(drawn.nodes, 1)}
        names = {ids[id]: decoded(text).split("<br>") for id, text in boxes}
        assert names == {box.id: [box.name, *filter(None, [box.subtitle])] for box in drawn.nodes}
        assert [(ids[a], ids[b], bool(word)) for a, b, word in lines] == [
            (edge.source, edge.target, edge.kinds != (RelationKind.PREREQUISITE_OF,))
            for edge in drawn.edges
        ]
        picture = page.evaluate(
            "async (text) => (await mermaid.render('drawn', text)).svg", render_mermaid(drawn, "en")
        )
        assert picture.startswith("<svg") and "owned" not in page.title()
    page.close()


def decoded(text: str) -> str:
    """What Mermaid's entities stand for, whose numbers it holds in a spelling of its own."""
    return html.unescape(re.sub(r"ﬂ°°(\d+)¶ß", r"&#\1;", text))


def test_the_data_of_a_page_is_json_of_which_nothing_is_markup(tmp_path: Path) -> None:
    page = written(hostile(), tmp_path)
    names = {item["id"]: item["name"] for item in data_of(page)["concepts"]}
    assert names == {f"c{at}": plain_label(label) for at, label in enumerate(HOSTILE)}


def data_of(page: Path) -> dict[str, Any]:
    text = page.read_text(encoding="utf-8")
    (found,) = re.findall(
        r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL
    )
    assert "<" not in found
    return dict(json.loads(found))
