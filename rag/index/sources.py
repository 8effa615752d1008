"""Check quotes against the notes as they are now, so that what is printed is in the file."""

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
    """The notes on disk, each read once. `changed` are those that differ from what was indexed."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._texts: dict[str, str | None] = {}
        self._lines: dict[str, Lines] = {}
        self.changed: list[str] = []

    def find(self, path: str, start: int, quote: str) -> tuple[int, int, int] | None:
        """Find a quote: return its first character, its first and its last line.

        It is looked for where it was indexed and then, for the file may have changed, anywhere.
        None when it is gone.
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
        """Return a relation with its evidence at its present lines; 0 for a quote that is gone."""
        return replace(relation, evidence=tuple(map(self._evidence, relation.evidence)))

    def _evidence(self, evidence: Evidence) -> Evidence:
        text = self.text(evidence.path) if evidence.quote else None
        if text is None:
            return replace(evidence, first=0, last=0)
        lines = self._lines.get(evidence.path)
        if lines is None:
            lines = self._lines[evidence.path] = Lines.of(text)
        known = 0 < evidence.first <= len(lines.starts)
        start = lines.starts[evidence.first - 1] if known else 0
        start = locate_quote(text, evidence.quote, [(start, len(text))])
        if start < 0:
            return replace(evidence, first=0, last=0)
        last = lines.number(start + len(evidence.quote) - 1)
        return replace(evidence, first=lines.number(start), last=last)

    def notices(self) -> tuple[str, ...]:
        """Return what to tell the person about files that changed."""
        return tuple(
            f"{path} has changed since it was indexed: kbase index {self._index.location.notes}"
            for path in self.changed
        )

    def text(self, path: str) -> str | None:
        """Return a note's present text; None when it is gone or may not be read."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def _read(self, path: str) -> str | None:
        indexed = self._index.file(path)
        if indexed is None:  # concepts.yaml may name any file
            return None
        encoding, digest = indexed
        root = self._index.location.notes
        try:
            if not (root / path).resolve().is_relative_to(root.resolve()):
                raise OSError  # the file became a link out of the notes after it was indexed
            data = (root / path).read_bytes()
            if content_hash(data) != digest:
                self.changed.append(path)
            elif is_extracted(path):
                # The same bytes give the same text, and extracting it again takes seconds.
                return self._index.extracted(path)
            return decode_note(data, path, encoding)[0]
        except (OSError, NotesError):
            if path not in self.changed:
                self.changed.append(path)
            return None


def lines_at(index: Index, location: str) -> NoteLines | None:
    """Return the lines that `FILE:FIRST-LAST` names, as they are now; None if it names none.

    FILE is an indexed note. The last line may be left out, or lie behind the end of the note.
    """
    match = re.fullmatch(r"(.+):(\d+)(?:-(\d+))?", location)
    if not match or match[1] not in {path for path, _, _ in index.files()}:
        return None
    text = LiveNotes(index).text(match[1]) or ""
    lines = Lines.of(text)
    first, last = int(match[2]), min(int(match[3] or match[2]), len(lines.starts))
    if not 1 <= first <= last:
        return None
    return NoteLines(location, text[lines.starts[first - 1] : lines.ends[last - 1]])


def verify_hits(index: Index, hits: list[Hit]) -> tuple[list[Hit], tuple[str, ...]]:
    """Keep the hits whose passages are still in the notes, at their present lines.

    Returns with them what to tell the person about files that changed.
    """
    notes = LiveNotes(index)
    kept = []
    for hit in hits:
        found = notes.find(hit.passage.path, hit.passage.start, hit.passage.text)
        if found:
            _, first, last = found
            kept.append(replace(hit, passage=replace(hit.passage, first=first, last=last)))
    return kept, notes.notices()


def verify_path(index: Index, path: "Path") -> "Path":
    """Return a path through the graph with its quotes at their present lines."""
    notes = LiveNotes(index)
    steps = tuple(replace(step, relation=notes.relation(step.relation)) for step in path.steps)
    return replace(path, steps=steps, notices=notes.notices())
