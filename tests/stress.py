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

from rag.answer import ask
from rag.database import Place
from rag.search import search
from rag.store import KnowledgeBase
from rag.sync import sync
from rag.types import Mode
from tests.conftest import BagOfWords

NOTES = 20
READERS = 8
MOST = 10_000  # rounds of a reader, should the indexer never end
SENTENCE = re.compile(r"The gate of note (\d+) opens in version(\d+)\.")


def write(folder: Path, version: int) -> None:
    for number in range(NOTES):
        text = f"# Note {number}\n\n{'Padding. ' * (version % 3)}\n\nThe gate of note {number} opens in version{version}.\n"
        (folder / f"{number}.md").write_text(text)


def read(place: Place, through: Path) -> int:
    """Asks again and again, until that file is there; how many answers had a quote."""
    answered = 0
    for _ in range(MOST):
        if through.exists():
            break
        with KnowledgeBase(place, BagOfWords()) as base:
            for one in ask(base, f"in which version does the gate of note {answered % NOTES} open?").citations:
                assert SENTENCE.search(one.quote) or one.quote.startswith("Padding."), one.quote
                answered += 1
            for mode in Mode:
                texts = [SENTENCE.search(hit.passage.text) for hit in search(base, "which gate opens?", NOTES, mode)]
                assert len({found[2] for found in texts if found}) == 1 and len(texts) == NOTES, (mode, len(texts))
            assert len(base.vectors) == len(base) == NOTES
    return answered


def main(folder: Path, versions: int) -> None:
    place, through = Place(folder, folder / ".kbase"), folder / ".through"
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
