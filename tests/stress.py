"""One indexer and eight readers at once: `python -m tests.stress FOLDER VERSIONS`. tests/test_stress.py runs it.

Every note says which version it is of, and the indexer writes so many versions, one after the other; the readers read until it
is through. Whatever a reader sees is of one
version, and each of its quotes is a sentence of that version to the letter, or stood there when its file was read.
"""

import multiprocessing
import re
import sys
import time
from pathlib import Path

from rag.answering.answer import ask
from rag.index.location import IndexLocation
from rag.index.reader import Index
from rag.indexing.sync import sync
from rag.retrieval.search import search
from rag.types import SearchMode
from tests.conftest import BagOfWords

NOTES = 20
READERS = 8
MOST = 10_000  # rounds of a reader, should the indexer never end
SENTENCE = re.compile(r"The gate of note (\d+) opens in version(\d+)\.")


def write(folder: Path, version: int) -> None:
    for number in range(NOTES):
        text = f"# Note {number}\n\n{'Padding. ' * (version % 3)}\n\nThe gate of note {number} opens in version{version}.\n"
        (folder / f"{number}.md").write_text(text)


def read(place: IndexLocation, through: Path) -> int:
    """Asks again and again, until that file is there; how many answers had a quote."""
    answered = 0
    for _ in range(MOST):
        if through.exists():
            break
        with Index(place, BagOfWords()) as index:
            for one in ask(
                index, f"in which version does the gate of note {answered % NOTES} open?"
            ).citations:
                assert SENTENCE.search(one.quote) or one.quote.startswith("Padding."), one.quote
                answered += 1
            for mode in SearchMode:
                texts = [
                    SENTENCE.search(hit.passage.text)
                    for hit in search(index, "which gate opens?", NOTES, mode)
                ]
                assert len({found[2] for found in texts if found}) == 1 and len(texts) == NOTES, (
                    mode,
                    len(texts),
                )
            assert len(index.vectors) == len(index) == NOTES
    return answered


def main(folder: Path, versions: int) -> None:
    place, through = IndexLocation(folder, folder / ".kbase"), folder / ".through"
    write(folder, 0)
    sync(place, encoder=BagOfWords())
    with multiprocessing.get_context("fork").Pool(READERS) as pool:
        readers = [pool.apply_async(read, (place, through)) for _ in range(READERS)]
        for version in range(1, versions + 1):
            write(folder, version)
            sync(place, encoder=BagOfWords())
            time.sleep(1)  # while the notes are as they were indexed, there is something to quote
        through.touch()
        answers = sum(one.get() for one in readers)
    sys.stdout.write(f"{answers} quotes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
