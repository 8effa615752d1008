"""Find the places in the notes that the curated file names: quotes and sections."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from kg.extraction.annotations import Heading, NoteAnnotations, Span
from kg.names import name_key
from kg.text import Lines, locate_quote
from kg.types import Evidence


class EvidenceFinder:
    """Finds quotes and sections in the notes, by a note's path, with or without suffix, or id."""

    def __init__(self, notes: Sequence[NoteAnnotations]) -> None:
        self._notes: defaultdict[str, list[NoteAnnotations]] = defaultdict(list)
        self._lines: dict[str, Lines] = {}
        for note in notes:
            without_suffix = str(PurePosixPath(note.path).with_suffix(""))
            for name in filter(None, dict.fromkeys((note.path, without_suffix, note.id))):
                self._notes[name].append(note)

    def find_quote(self, place: Evidence) -> Evidence:
        """Return the evidence with the lines and headings of its quote in the notes.

        The lines are 0 if the quote is gone. It is looked for under the heading of the evidence
        first, and in the first of several notes with one id.
        """
        for note in self._notes.get(place.path, ())[:1]:
            start = _locate(note, place)
            if start >= 0:
                section = _section_at(note, start)
                span = Span(section, start, start + len(place.quote))
                found = note.evidence_for(span, self._lines_of(note))
                trail = found.heading if section >= 0 else place.heading
                return replace(place, first=found.first, last=found.last, heading=trail)
        return replace(place, first=0, last=0)

    def find_section(self, place: Evidence) -> list[Evidence]:
        """Return the section that the evidence names, and those at its position in the twins.

        Without a heading it names whole notes. What is not found is returned as it is.
        """
        notes = self._notes.get(place.path, [])
        if not place.heading:
            return [
                Evidence(note.path, 1, max(1, len(self._lines_of(note).starts)), (), "")
                for note in notes
            ]
        positions = (
            position
            for note in notes
            for position, heading in enumerate(note.headings)
            if _is_called(heading, place.heading[-1])
        )
        position = next(positions, None)
        if position is None:
            return [place]
        return [
            note.section_of(note.headings[position], self._lines_of(note))
            for note in notes
            if position < len(note.headings)
        ]

    def _lines_of(self, note: NoteAnnotations) -> Lines:
        if note.path not in self._lines:
            self._lines[note.path] = Lines.of(note.text)
        return self._lines[note.path]


def _locate(note: NoteAnnotations, place: Evidence) -> int:
    """Return the offset of a quote in a note, or -1 if the note lacks it."""
    # A quote may include the line end after the last sentence: one or two characters.
    sections = [
        (heading.span.start, max(note.end_of(heading), heading.span.end) + 2)
        for heading in note.headings
        if place.heading and _is_called(heading, place.heading[-1])
    ]
    return locate_quote(note.text, place.quote, sections)


def _is_called(heading: Heading, name: str) -> bool:
    """Tell whether a heading reads like this, but for case, spaces and hyphens."""
    return bool(heading.trail) and name_key(heading.trail[-1]) == name_key(name)


def _section_at(note: NoteAnnotations, offset: int) -> int:
    """Return the number of the section that holds a character, or -1 before the first one."""
    sections = (
        number for number, heading in enumerate(note.headings) if heading.span.start <= offset
    )
    return max(sections, default=-1)
