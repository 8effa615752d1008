"""Find the places in the notes that the curated file names: quotes and sections."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from kg.extraction.annotations import Heading, NoteAnnotations
from kg.names import name_key
from kg.text import Lines, locate_quote
from kg.types import Evidence


class EvidenceFinder:
    """Finds quotes and sections in the notes, by a note's path or id."""

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
        """Return the evidence with its lines; with none when its quote is gone from the note.

        With a heading, the quote has to be under it.
        """
        for note in self._notes.get(place.path, ())[:1]:
            start = self._quote(note, place)
            if start >= 0:
                lines = self._lines_of(note)
                section = _section_at(note, start)
                trail = note.headings[section].trail if section >= 0 else place.heading
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
            (heading.span.start, max(_end_of(note, heading), heading.span.end) + 2)
            for heading in note.headings
            if place.heading
            and heading.trail
            and name_key(heading.trail[-1]) == name_key(place.heading[-1])
        ]
        return locate_quote(note.text, place.quote, sections)

    def section(self, place: Evidence) -> list[Evidence]:
        """Return a section of the notes with this path or id, and those of their twins."""
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
                for at, heading in enumerate(note.headings)
                if heading.trail and name_key(heading.trail[-1]) == wanted
            ),
            None,
        )
        if at is None:
            return [place]
        found = []
        for note in notes:
            if at < len(note.headings):
                heading, lines = note.headings[at], self._lines_of(note)
                end = _end_of(note, heading)
                found.append(
                    Evidence(
                        note.path,
                        lines.number(heading.span.start),
                        lines.number(max(heading.span.start, end - 1)),
                        heading.trail,
                        "",
                    )
                )
        return found

    def _lines_of(self, note: NoteAnnotations) -> Lines:
        if note.path not in self._lines:
            self._lines[note.path] = Lines.of(note.text)
        return self._lines[note.path]


def _end_of(note: NoteAnnotations, heading: Heading) -> int:
    """Return where a section's last sentence ends, or its heading when it has none."""
    return (
        note.sentences[heading.last - 1].span.end
        if heading.last > heading.first
        else heading.span.end
    )


def _section_at(note: NoteAnnotations, offset: int) -> int:
    return max(
        (at for at, heading in enumerate(note.headings) if heading.span.start <= offset), default=-1
    )
