"""Time an export beside the plain node-link JSON of the same graph, and the page in a browser.

    python benchmarks/export.py [CONCEPTS…]

Medians of 7 runs in turns. The browser is Debian's chromium, where there is one: from opening the
file until the drawing is shown, and from a key press that unfolds a topic until the next frame is
painted.
"""

import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from kg.export.write import RenderOptions, render_export
from kg.graph.build import Graph, to_document
from kg.graph.subgraph import Neighbourhood
from tests.browser import QUIET
from tests.graphs import bundled, doubled, sized

RUNS = 7
FORMATS = ("json", "html", "svg", "gexf")
PRESS = """async () => {
  const box = document.querySelector('.box[tabindex="0"]');
  box.focus();
  const start = performance.now();
  box.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - start;
}"""


def main() -> None:
    for graph in [bundled(), doubled(), *(sized(int(count)) for count in sys.argv[1:])]:
        print(f"\n{len(graph)} concepts, {graph.number_of_edges()} relations")
        works = {format: work(graph, format) for format in FORMATS} | {
            "floor": lambda graph=graph: json.dumps(to_document(graph))
        }
        times: dict[str, list[float]] = {name: [] for name in works}
        for _ in range(RUNS):
            for name, item in works.items():
                start = time.perf_counter()
                item()
                times[name].append(time.perf_counter() - start)
        floor = statistics.median(times["floor"])
        for name, taken in times.items():
            print(
                f"  {name:6} {statistics.median(taken):.3f} s"
                f"  × {statistics.median(taken) / floor:.1f}"
            )
        html = render_export(graph, "html", Neighbourhood(), (), RenderOptions("en")).documents[""]
        print(f"  page   {len(html):,} bytes")
        browse(html)


def work(graph: Graph, format: str) -> Callable[[], object]:
    return lambda: render_export(graph, format, Neighbourhood(), (), RenderOptions("en"))


def browse(html: bytes) -> None:
    if not (chromium := shutil.which("chromium")):
        return
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder, "page.html")
        path.write_bytes(html)
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        opening, pressing = [], []
        for _ in range(RUNS):
            page = browser.new_page()
            page.goto(path.as_uri())
            opening.append(page.evaluate("performance.getEntriesByType('navigation')[0].duration"))
            pressing.append(page.evaluate(PRESS))
            page.close()
        browser.close()
    print(
        f"  browser: opens in {statistics.median(opening):.0f} ms, unfolds a topic in "
        f"{statistics.median(pressing):.0f} ms"
    )


if __name__ == "__main__":
    main()
