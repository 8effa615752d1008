"""Where the places that the curated file names stand in the notes: its quotes and sections, by path or a note's id."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from kg.extraction.annotations import Heading, NoteAnnotations
from kg.names import name_key
from kg.text import Lines, locate_quote
from kg.types import Evidence


class EvidenceFinder:
    """Where the places that the curated file names stand in the notes."""

    def __init__(self, notes: Sequence[NoteAnnotations]) -> None:
        self._notes: defaultdict[str, list[NoteAnnotations]] = defaultdict(list)
        self._lines: dict[str, Lines] = {}
        for note in notes:
            for text in dict.fromkeys(
                (note.path, str(PurePosixPath(note.path).with_suffix("")), note.id)
            ):
                if text:
                    self._notes[text].append(note)

    def find(self, place: Evidence) -> Evidence:
        """The place with its lines; with none when its quote is not in the note, under that heading if there is one."""
        for note in self._notes.get(place.path, ())[:1]:
            start = self._quote(note, place)
            if start >= 0:
                lines = self._lines_of(note)
                section = _section_at(note, start)
                trail = note.heads[section].trail if section >= 0 else place.heading
                end = start + len(place.quote)
                return replace(
                    place,
                    first=lines.number(start),
                    last=lines.number(max(start, end - 1)),
                    heading=trail,
                )
        return replace(place, first=0, last=0)

    def _quote(self, note: NoteAnnotations, place: Evidence) -> int:
        sections = [
            (head.place.start, max(_end_of(note, head), head.place.end) + 2)
            for head in note.heads
            if place.heading
            and head.trail
            and name_key(head.trail[-1]) == name_key(place.heading[-1])
        ]
        return locate_quote(note.text, place.quote, sections)

    def section(self, place: Evidence) -> list[Evidence]:
        """A section of the notes of this path or id: that of this heading, and at the same position in the twins."""
        notes = self._notes.get(place.path, [])
        if not place.heading:
            return [
                Evidence(note.path, 1, max(1, len(self._lines_of(note).starts)), (), "")
                for note in notes
            ]
        wanted = name_key(place.heading[-1])
        at = next(
            (
                at
                for note in notes
                for at, head in enumerate(note.heads)
                if head.trail and name_key(head.trail[-1]) == wanted
            ),
            None,
        )
        if at is None:
            return [place]
        found = []
        for note in notes:
            if at < len(note.heads):
                head, lines = note.heads[at], self._lines_of(note)
                end = _end_of(note, head)
                found.append(
                    Evidence(
                        note.path,
                        lines.number(head.place.start),
                        lines.number(max(head.place.start, end - 1)),
                        head.trail,
                        "",
                    )
                )
        return found

    def _lines_of(self, note: NoteAnnotations) -> Lines:
        if note.path not in self._lines:
            self._lines[note.path] = Lines.of(note.text)
        return self._lines[note.path]


def _end_of(note: NoteAnnotations, head: Heading) -> int:
    """Return where a section's last sentence ends, or its heading when it has none."""
    return note.spots[head.last - 1].place.end if head.last > head.first else head.place.end


def _section_at(note: NoteAnnotations, offset: int) -> int:
    return max((at for at, head in enumerate(note.heads) if head.place.start <= offset), default=-1)
