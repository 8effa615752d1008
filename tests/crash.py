"""An indexer that fails again and again: `python -m tests.crash FOLDER killed|starved ROUNDS`. tests/test_crash.py runs it.

It is killed at random moments, or no file that it writes may grow beyond a random size, as on a full disk. Every note says
which version it is of. After each failure the index opened must hold all notes of one version, the last one or the one that was
being indexed, with as many vectors as passages and the words and concepts of that version alone.
"""

import os
import random
import resource
import signal
import sys
import time
from pathlib import Path

from kg.errors import IndexUnwritable
from kg.graph.build import concepts_of
from rag.index.graph import load_graph
from rag.index.location import IndexLocation
from rag.index.reader import Index
from rag.indexing.sync import sync
from tests.conftest import BagOfWords

NOTES = 30


def write(folder: Path, version: int) -> None:
    """The notes of a version: all of them say so, one more is there and one is gone."""
    for path in folder.glob("*.md"):
        path.unlink()
    for number in range(NOTES):
        if number != version % NOTES:
            said = f"**Model V{version}N{number}** is based on Transformer."
            (folder / f"{number}.md").write_text(
                f"# Note {number}\n\n{said}\n\n## More\n\nversion{version} says it.\n"
            )


def version_of(place: IndexLocation) -> int:
    """The one version that everything in the index is of. Raises AssertionError when it is none."""
    with Index(place, BagOfWords()) as index:
        texts = [
            text for (text,) in index.rows("SELECT text FROM passages WHERE text LIKE '%version%'")
        ]
        versions = {int(text.split("version")[1].split()[0]) for text in texts}
        assert len(versions) == 1 and len(texts) == NOTES - 1, (versions, len(texts))
        version = versions.pop()
        assert len(index.vectors) == len(index) == 2 * (NOTES - 1)
        assert len(index.lexical.bm25([f"version{version}"], 100).scores) == NOTES - 1
        assert index.lexical.bm25([f"version{version - 1}"], 100).scores == {}
        graph = load_graph(index)
        labels = {one.label for one in concepts_of(graph, graph) if one.label.startswith("Model V")}
        assert labels == {
            f"Model V{version}N{number}" for number in range(NOTES) if number != version % NOTES
        }, labels
    return version


def killed(place: IndexLocation, after: float) -> bool:
    """Runs an indexer in a process of its own and kills it; whether it was still at work."""
    child = os.fork()
    if not child:
        sync(place, encoder=BagOfWords())
        os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def starved(place: IndexLocation, size: int) -> bool:
    """Runs an indexer in a process none of whose files may grow beyond a size; whether it said that it cannot write."""
    child = os.fork()
    if not child:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        try:
            sync(place, encoder=BagOfWords())
        except IndexUnwritable:
            os._exit(1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 1), code
    return code == 1


def main(folder: Path, how: str, rounds: int) -> None:
    chance, place = random.Random(1), IndexLocation(folder, folder / ".kbase")
    write(folder, 0)
    sync(place, encoder=BagOfWords())  # all that is imported late is imported
    write(folder, 1)
    start = time.perf_counter()
    sync(place, encoder=BagOfWords())
    took, before, failed, new = time.perf_counter() - start, 1, 0, 0
    for version in range(2, rounds + 2):
        write(folder, version)
        fell = (
            killed(place, chance.uniform(0, 2 * took))
            if how == "killed"
            else starved(place, chance.randrange(400_000))
        )
        took *= (
            1.1 if fell else 0.9
        )  # whatever else the machine has to do, half of them come through
        failed += fell
        now = version_of(place)
        assert now in (before, version), (before, now, version)
        new, before = new + (now == version), now
    sync(place, encoder=BagOfWords())
    assert version_of(place) == rounds + 1
    left = sorted(path.name for path in place.index.iterdir())
    assert [name for name in left if not name.startswith(("index.sqlite", "vectors-"))] == [
        ".gitignore"
    ], left
    assert sum(name.startswith("vectors-") for name in left) == 1, left
    sys.stdout.write(f"{rounds} rounds, {failed} failed, {new} came through\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
