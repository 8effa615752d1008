"""What the tests of indexing share: where an index is, what is in it, and engines that stop."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.index.location import IndexLocation, beside_notes
from rag.index.reader import Index
from rag.index.settings import IndexSettings
from rag.indexing.report import Report
from rag.indexing.sync import sync
from rag.indexing.vector_cache import SAVED
from tests.conftest import BagOfWords

ZEBRA = "# Zebra\n\nA zebra has stripes.\n"


def sync_notes(notes: Path, *within: str, **options: Any) -> Report:
    """Sync the index of a folder with the bag of words, unless another `encoder` is given."""
    return sync(beside_notes(notes), within or (".",), **{"encoder": BagOfWords()} | options)


def location_of(notes: Path) -> IndexLocation:
    return beside_notes(notes)


def open_index(notes: Path) -> Index:
    """Open the index of a folder with the bag of words."""
    return Index(beside_notes(notes), BagOfWords())


def passage_texts(notes: Path) -> dict[str, list[str]]:
    """Return every note in the index with the texts of its passages."""
    texts: dict[str, list[str]] = {}
    with open_index(notes) as index:
        ids = [id for (id,) in index.rows("SELECT id FROM passages ORDER BY id")]
        for stored in index.passages(ids).values():
            texts.setdefault(stored.passage.path, []).append(stored.passage.text)
    return texts


def query(notes: Path, statement: str) -> list[tuple[Any, ...]]:
    """Run a statement on the database of an index."""
    with open_index(notes) as index:
        return index.rows(statement)


def settings_of(notes: Path) -> IndexSettings:
    with open_index(notes) as index:
        return index.settings


def replace_in(file: Path, old: str, new: str) -> None:
    """Edit a note."""
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def write_sections(file: Path, count: int = 3 * SAVED) -> None:
    """Write a note of many sections, each of which becomes a passage."""
    file.write_text(
        "\n\n".join(f"# Section {number}\n\nWhat section {number} says." for number in range(count))
    )


class InterruptedEngine(BagOfWords):
    """An engine that is interrupted after some calls, beside the four that measure its means."""

    def __init__(self, calls: int = -4) -> None:
        self.calls = calls + 4

    def encode_passages(self, texts: Sequence[str], progress: Any = lambda _: None) -> Any:
        self.calls -= 1
        if self.calls < 0:
            raise KeyboardInterrupt
        return super().encode_passages(texts, progress)
