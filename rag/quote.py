"""Quotes checked against the notes as they are now: what is printed stands there, at the lines it names."""

from dataclasses import replace

from kg.errors import NotesError
from kg.notes import decode, digest
from kg.text import Lines
from rag.store import KnowledgeBase
from rag.types import Hit


class Sources:
    """The notes on disk, each read once. `changed` are the ones that are no longer as they were indexed."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base
        self._texts: dict[str, str | None] = {}
        self.changed: list[str] = []

    def find(self, path: str, start: int, quote: str) -> tuple[int, int, int] | None:
        """Where the quote stands now: its first character, its first and its last line; None when it is gone.

        It is looked for where it was indexed and, in a file that has changed, anywhere else.
        """
        text = self._text(path)
        if text is None:
            return None
        if text[start : start + len(quote)] != quote:
            start = text.find(quote)
            if start < 0:
                return None
        lines = Lines.of(text)
        return start, lines.number(start), lines.number(start + len(quote) - 1)

    def notices(self) -> tuple[str, ...]:
        """What to tell the person of files that changed."""
        return tuple(f"{path} has changed since it was indexed: kbase index {self._base.place.notes}" for path in self.changed)

    def _text(self, path: str) -> str | None:
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def _read(self, path: str) -> str | None:
        encoding, known = self._base.file(path)
        root = self._base.place.notes
        try:
            if not (root / path).resolve().is_relative_to(root.resolve()):
                raise OSError  # a link that was laid after indexing
            data = (root / path).read_bytes()
            if digest(data) != known:
                self.changed.append(path)
            return decode(data, path, encoding)[0]
        except (OSError, NotesError):
            if path not in self.changed:
                self.changed.append(path)
            return None


def current(base: KnowledgeBase, hits: list[Hit]) -> tuple[list[Hit], tuple[str, ...]]:
    """The hits whose passages still stand in the notes, at their lines of now; and what to tell the person."""
    sources = Sources(base)
    kept = []
    for hit in hits:
        if found := sources.find(hit.passage.path, hit.passage.start, hit.passage.text):
            _, first, last = found
            kept.append(replace(hit, passage=replace(hit.passage, first=first, last=last)))
    return kept, sources.notices()
