"""What is gathered from one note: its headings, sentences, written terms and declared prerequisites, each with its place."""

import json
from dataclasses import dataclass
from enum import Enum
from typing import Any

from kg.extraction.terms.headings import HeadingTopic, TermVariants
from kg.text import Lines
from kg.types import Evidence, Problem


class TermSource(Enum):
    """Where a term stands, and so how surely it is one."""

    TITLE = "title"
    HEADING = "heading"
    DEFINED = "defined"  # bold, and a sentence begins with it
    BOLD = "bold"
    LABEL = "label"  # bold before a colon: often no term at all
    GROUP = "group"  # 名称（English, ABBR） in running text
    ALIAS = "alias"
    TAG = "tag"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of the note, within a section (its number)."""

    section: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its trail, where it stands, the sentences under it up to the next one, and what it is about."""

    trail: tuple[str, ...]
    place: Span
    first: int
    last: int  # up to, not with
    asked: HeadingTopic


@dataclass(frozen=True, slots=True)
class SentenceSpan:
    """A sentence, a table row: where it stands, and what a reader sees of it. `prose` is not so for rows, code and math.

    `aside` says that it is about an example, an application or a contrast.
    """

    place: Span
    text: str
    prose: bool
    aside: bool


@dataclass(frozen=True, slots=True)
class TermCandidate:
    """A written term with its names. `spot` is the sentence it stands in, -1 in a heading or the front matter."""

    names: tuple[str, ...]
    source: TermSource
    spot: int
    section: int


@dataclass(frozen=True, slots=True)
class DeclaredPrerequisite:
    """What the note says has to be known first: names, titles, ids or paths; and where it says so."""

    targets: tuple[str, ...]
    place: Span


@dataclass(frozen=True, slots=True)
class NoteAnnotations:
    """All of a note that concepts and relations are made of. `title` is empty when it has none but its file's name."""

    path: str
    text: str
    id: str
    title: str
    aliases: tuple[str, ...]
    heads: tuple[Heading, ...]
    spots: tuple[SentenceSpan, ...]
    terms: tuple[TermCandidate, ...]
    declared: tuple[DeclaredPrerequisite, ...]
    problems: tuple[Problem, ...]

    def to_json(self) -> str:
        """A text from which `from_json` makes the same again."""
        return json.dumps(
            {
                "note": [self.path, self.text, self.id, self.title, self.aliases],
                "heads": [
                    [one.trail, *_flat(one.place), one.first, one.last, _asked_json(one.asked)]
                    for one in self.heads
                ],
                "spots": [
                    [*_flat(one.place), one.text, one.prose + 2 * one.aside] for one in self.spots
                ],
                "terms": [
                    [one.names, one.source.value, one.spot, one.section] for one in self.terms
                ],
                "declared": [[one.targets, *_flat(one.place)] for one in self.declared],
                "problems": [[one.line, one.message] for one in self.problems],
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> "NoteAnnotations":
        """The Gathered of such a text."""
        one = json.loads(text)
        path, note, id, title, aliases = one["note"]
        return cls(
            path,
            note,
            id,
            title,
            tuple(aliases),
            tuple(
                Heading(tuple(trail), Span(*place), first, last, _asked_from(asked))
                for trail, *place, first, last, asked in one["heads"]
            ),
            tuple(
                SentenceSpan(Span(section, start, end), seen, bool(flags & 1), bool(flags & 2))
                for section, start, end, seen, flags in one["spots"]
            ),
            tuple(
                TermCandidate(tuple(names), _SOURCES[source], spot, section)
                for names, source, spot, section in one["terms"]
            ),
            tuple(
                DeclaredPrerequisite(tuple(targets), Span(*place))
                for targets, *place in one["declared"]
            ),
            tuple(Problem(path, line, message) for line, message in one["problems"]),
        )

    def evidence(self, place: Span, lines: Lines) -> Evidence:
        """The place as evidence; `lines` are those of the note's text."""
        first, last = lines.number(place.start), lines.number(max(place.start, place.end - 1))
        trail = self.heads[place.section].trail if 0 <= place.section < len(self.heads) else ()
        return Evidence(self.path, first, last, trail, self.text[place.start : place.end])


_SOURCES = {source.value: source for source in TermSource}


def _flat(place: Span) -> tuple[int, int, int]:
    return place.section, place.start, place.end


def _asked_json(one: HeadingTopic) -> list[Any]:
    return [[[reading.forms, reading.sure] for reading in one.terms], one.compares, one.asks]


def _asked_from(one: list[Any]) -> HeadingTopic:
    return HeadingTopic(
        tuple(TermVariants(tuple(forms), sure) for forms, sure in one[0]), one[1], one[2]
    )
