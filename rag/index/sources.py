"""Quotes checked against the notes as they are now: what is printed stands there, at the lines it names."""

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from kg.errors import NotesError
from kg.notes.formats import is_extracted
from kg.notes.note import content_hash, decode_note
from kg.text import Lines, locate_quote
from kg.types import Evidence, Relation
from rag.index.reader import Index
from rag.types import Hit, NoteLines

if TYPE_CHECKING:
    from kg.graph.paths import Path


class LiveNotes:
    """The notes on disk, each read once. `changed` are the ones that are no longer as they were indexed."""

    def __init__(self, index: Index) -> None:
        self._base = index
        self._texts: dict[str, str | None] = {}
        self._lines: dict[str, Lines] = {}
        self.changed: list[str] = []

    def find(self, path: str, start: int, quote: str) -> tuple[int, int, int] | None:
        """Where the quote stands now: its first character, its first and its last line; None when it is gone.

        It is looked for where it was indexed and, in a file that has changed, anywhere else.
        """
        text = self.text(path)
        if text is None:
            return None
        start = locate_quote(text, quote, [(start, start + len(quote))])
        if start < 0:
            return None
        lines = Lines.of(text)
        return start, lines.number(start), lines.number(start + len(quote) - 1)

    def relation(self, relation: Relation) -> Relation:
        """The relation with its evidence at the lines where it stands now; what is gone has none."""
        return replace(relation, evidence=tuple(map(self._evidence, relation.evidence)))

    def _evidence(self, place: Evidence) -> Evidence:
        text = self.text(place.path) if place.quote else None
        if text is None:
            return replace(place, first=0, last=0)
        lines = self._lines.get(place.path) or self._lines.setdefault(place.path, Lines.of(text))
        start = lines.starts[place.first - 1] if 0 < place.first <= len(lines.starts) else 0
        start = locate_quote(text, place.quote, [(start, len(text))])
        if start < 0:
            return replace(place, first=0, last=0)
        return replace(
            place, first=lines.number(start), last=lines.number(start + len(place.quote) - 1)
        )

    def notices(self) -> tuple[str, ...]:
        """What to tell the person of files that changed."""
        return tuple(
            f"{path} has changed since it was indexed: kbase index {self._base.location.notes}"
            for path in self.changed
        )

    def text(self, path: str) -> str | None:
        """The note's text as it is now; None when it is gone or may not be read."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def _read(self, path: str) -> str | None:
        indexed = self._base.file(path)
        if indexed is None:  # concepts.yaml may name any file
            return None
        encoding, known = indexed
        root = self._base.location.notes
        try:
            if not (root / path).resolve().is_relative_to(root.resolve()):
                raise OSError  # a link that was laid after indexing
            data = (root / path).read_bytes()
            if content_hash(data) != known:
                self.changed.append(path)
            elif is_extracted(
                path
            ):  # the same bytes say the same, and to read them again takes seconds
                return self._base.extracted(path)
            return decode_note(data, path, encoding)[0]
        except (OSError, NotesError):
            if path not in self.changed:
                self.changed.append(path)
            return None


def lines_at(index: Index, place: str) -> NoteLines | None:
    """Return the lines that `FILE:FIRST-LAST` names, of an indexed note as it is now; None if it names none."""
    match = re.fullmatch(r"(.+):(\d+)(?:-(\d+))?", place)
    if not match or match[1] not in {path for path, _, _ in index.files()}:
        return None
    text = LiveNotes(index).text(match[1]) or ""
    lines = Lines.of(text)
    first, last = int(match[2]), min(int(match[3] or match[2]), len(lines.starts))
    if not 1 <= first <= last:
        return None
    return NoteLines(place, text[lines.starts[first - 1] : lines.ends[last - 1]])


def verify_hits(index: Index, hits: list[Hit]) -> tuple[list[Hit], tuple[str, ...]]:
    """The hits whose passages still stand in the notes, at their lines of now; and what to tell the person."""
    sources = LiveNotes(index)
    kept = []
    for hit in hits:
        if found := sources.find(hit.passage.path, hit.passage.start, hit.passage.text):
            _, first, last = found
            kept.append(replace(hit, passage=replace(hit.passage, first=first, last=last)))
    return kept, sources.notices()


def verify_path(index: Index, found: "Path") -> "Path":
    """Return the path with its quotes at the lines where they stand now."""
    notes = LiveNotes(index)
    steps = tuple(replace(step, relation=notes.relation(step.relation)) for step in found.steps)
    return replace(found, steps=steps, notices=notes.notices())
