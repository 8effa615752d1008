"""Make an indexer fail again and again: `python -m tests.crash FOLDER killed|starved ROUNDS`.

It is killed at random moments, or none of its files may grow beyond a random size, as on a full
disk. Every note says which version it is of. After each failure the index must hold all notes of
one version, the last one or the one that was being indexed, with as many vectors as passages and
the words and concepts of that version alone.
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
from rag.index.location import IndexLocation, beside_notes
from rag.index.reader import Index
from rag.indexing.sync import sync
from tests.conftest import BagOfWords

NOTES = 30
# Bytes that a file may grow to, at most, in a round on a full disk.
LARGEST_FILE = 400_000


def write_version(folder: Path, version: int) -> None:
    """Write the notes of a version: each says so, one more is there and another is gone."""
    for path in folder.glob("*.md"):
        path.unlink()
    for number in range(NOTES):
        if number != version % NOTES:
            claim = f"**Model V{version}N{number}** is based on Transformer."
            (folder / f"{number}.md").write_text(
                f"# Note {number}\n\n{claim}\n\n## More\n\nversion{version} says it.\n"
            )


def read_version(location: IndexLocation) -> int:
    """Return the version that everything in the index is of. Raises AssertionError if mixed."""
    query = "SELECT text FROM passages WHERE text LIKE '%version%'"
    with Index(location, BagOfWords()) as index:
        texts = [text for (text,) in index.rows(query)]
        versions = {int(text.split("version")[1].split()[0]) for text in texts}
        assert len(versions) == 1 and len(texts) == NOTES - 1, (versions, len(texts))
        version = versions.pop()
        assert len(index.vectors) == len(index) == 2 * (NOTES - 1)
        assert len(index.lexical.bm25([f"version{version}"], 100).scores) == NOTES - 1
        assert index.lexical.bm25([f"version{version - 1}"], 100).scores == {}
        graph = load_graph(index)
        labels = {concept.label for concept in concepts_of(graph, graph)}
        models = {label for label in labels if label.startswith("Model V")}
        expected = (number for number in range(NOTES) if number != version % NOTES)
        assert models == {f"Model V{version}N{number}" for number in expected}, models
    return version


def sync_and_kill(location: IndexLocation, after: float) -> bool:
    """Kill an indexer after some seconds; tell whether it was still at work."""
    child = os.fork()
    if not child:
        sync(location, encoder=BagOfWords())
        os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def sync_and_starve(location: IndexLocation, size: int) -> bool:
    """Run an indexer whose files may not outgrow a size; tell whether it reports that."""
    child = os.fork()
    if not child:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        try:
            sync(location, encoder=BagOfWords())
        except IndexUnwritable:
            os._exit(1)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, 1), code
    return code == 1


def main(folder: Path, how: str, rounds: int) -> None:
    chance, location = random.Random(1), beside_notes(folder)
    write_version(folder, 0)
    sync(location, encoder=BagOfWords())  # so that everything is imported before the clock runs
    write_version(folder, 1)
    start = time.perf_counter()
    sync(location, encoder=BagOfWords())
    seconds, before, failures, completed = time.perf_counter() - start, 1, 0, 0
    for version in range(2, rounds + 2):
        write_version(folder, version)
        if how == "killed":
            failed = sync_and_kill(location, chance.uniform(0, 2 * seconds))
        else:
            failed = sync_and_starve(location, chance.randrange(LARGEST_FILE))
        # However busy the machine is, about half of the indexers come through.
        seconds *= 1.1 if failed else 0.9
        failures += failed
        now = read_version(location)
        assert now in (before, version), (before, now, version)
        completed, before = completed + (now == version), now
    sync(location, encoder=BagOfWords())
    assert read_version(location) == rounds + 1
    left = sorted(path.name for path in location.index.iterdir())
    others = [name for name in left if not name.startswith(("index.sqlite", "vectors-"))]
    assert others == [".gitignore"], left
    assert sum(name.startswith("vectors-") for name in left) == 1, left
    sys.stdout.write(f"{rounds} rounds, {failures} failed, {completed} came through\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
