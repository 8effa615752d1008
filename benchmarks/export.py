"""Measure how long an export takes, and how long the exported page takes in a browser.

    python benchmarks/export.py [CONCEPTS…]

Each format is compared with the baseline, plain node-link JSON of the same graph; medians of
several runs in turns. The browser is Debian's chromium, if it is installed. Opening is measured
from the file to the drawing; unfolding a topic from a key press to the next painted frame.
"""

import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from kg.export.write import RenderOptions, render_export
from kg.graph.build import Graph, to_document
from kg.graph.subgraph import Neighbourhood
from tests.browser import QUIET
from tests.graphs import bundled, doubled, sized

RUNS = 7
FORMATS = ("json", "html", "svg", "gexf")
# Unfolds the first topic and returns the milliseconds until the frame after that.
PRESS_KEY = """async () => {
  const node = document.querySelector('.node[tabindex="0"]');
  node.focus();
  const start = performance.now();
  node.dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true}));
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - start;
}"""
OPENING = "performance.getEntriesByType('navigation')[0].duration"


def main() -> None:
    for graph in [bundled(), doubled(), *(sized(int(count)) for count in sys.argv[1:])]:
        print(f"\n{len(graph)} concepts, {graph.number_of_edges()} relations")
        measure_exports(graph)
        html = export(graph, "html")
        print(f"  page   {len(html):,} bytes")
        measure_page(html)


def export(graph: Graph, format: str) -> bytes:
    rendered = render_export(graph, format, Neighbourhood(), (), RenderOptions("en"))
    return next(iter(rendered.documents.values()))


def measure_exports(graph: Graph) -> None:
    """Print the seconds of each format, and how many times those of the baseline they are."""
    programs: dict[str, Callable[[], object]] = {
        format: partial(export, graph, format) for format in FORMATS
    }
    programs["base"] = lambda: json.dumps(to_document(graph))
    times: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(RUNS):
        for name, program in programs.items():
            start = time.perf_counter()
            program()
            times[name].append(time.perf_counter() - start)
    baseline = statistics.median(times["base"])
    for name, taken in times.items():
        seconds = statistics.median(taken)
        print(f"  {name:6} {seconds:.3f} s  × {seconds / baseline:.1f}")


def measure_page(html: bytes) -> None:
    """Print the milliseconds in which a page opens and unfolds a topic."""
    if not (chromium := shutil.which("chromium")):
        return
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder, "page.html")
        path.write_bytes(html)
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        opening, unfolding = [], []
        for _ in range(RUNS):
            page = browser.new_page()
            page.goto(path.as_uri())
            opening.append(page.evaluate(OPENING))
            unfolding.append(page.evaluate(PRESS_KEY))
            page.close()
        browser.close()
    print(
        f"  browser: opens in {statistics.median(opening):.0f} ms,"
        f" unfolds a topic in {statistics.median(unfolding):.0f} ms"
    )


if __name__ == "__main__":
    main()
