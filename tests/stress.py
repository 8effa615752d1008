"""Run one indexer and eight readers at once: `python -m tests.stress FOLDER VERSIONS`.

Every note says which version it is of. The indexer writes the versions one after another, and the
readers read until it is through. Whatever a reader sees is of one version, and each of its quotes
is a sentence of that version to the letter, or was in its file when that was read.
"""

import multiprocessing
import re
import sys
import time
from pathlib import Path

from rag.answering.answer import ask
from rag.index.location import IndexLocation, beside_notes
from rag.index.reader import Index
from rag.indexing.sync import sync
from rag.retrieval.search import search
from rag.types import SearchMode
from tests.conftest import BagOfWords

NOTES = 20
READERS = 8
# Rounds of a reader, should the indexer never end.
MOST_ROUNDS = 10_000
SENTENCE = re.compile(r"The gate of note (\d+) opens in version(\d+)\.")


def write_version(folder: Path, version: int) -> None:
    padding = "Padding. " * (version % 3)
    for number in range(NOTES):
        (folder / f"{number}.md").write_text(
            f"# Note {number}\n\n{padding}\n\n"
            f"The gate of note {number} opens in version{version}.\n"
        )


def read(location: IndexLocation, through: Path) -> int:
    """Ask again and again until the file `through` exists; count the quotes."""
    quotes = 0
    for _ in range(MOST_ROUNDS):
        if through.exists():
            break
        with Index(location, BagOfWords()) as index:
            question = f"in which version does the gate of note {quotes % NOTES} open?"
            for citation in ask(index, question).citations:
                quote = citation.quote
                assert SENTENCE.search(quote) or quote.startswith("Padding."), quote
                quotes += 1
            for mode in SearchMode:
                hits = search(index, "which gate opens?", NOTES, mode)
                sentences = [SENTENCE.search(hit.passage.text) for hit in hits]
                versions = {sentence[2] for sentence in sentences if sentence}
                assert len(versions) == 1 and len(hits) == NOTES, (mode, len(hits))
            assert len(index.vectors) == len(index) == NOTES
    return quotes


def main(folder: Path, versions: int) -> None:
    location, through = beside_notes(folder), folder / ".through"
    write_version(folder, 0)
    sync(location, encoder=BagOfWords())
    with multiprocessing.get_context("fork").Pool(READERS) as pool:
        readers = [pool.apply_async(read, (location, through)) for _ in range(READERS)]
        for version in range(1, versions + 1):
            write_version(folder, version)
            sync(location, encoder=BagOfWords())
            time.sleep(1)  # only while the notes are as they were indexed can they be quoted
        through.touch()
        quotes = sum(reader.get() for reader in readers)
    sys.stdout.write(f"{quotes} quotes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
