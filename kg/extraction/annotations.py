"""Annotations of one note: headings, sentences, term candidates and declared prerequisites."""

import json
from dataclasses import dataclass
from enum import Enum
from typing import Any

from kg.extraction.terms.headings import HeadingTopic, TermVariants
from kg.text import Lines
from kg.types import Evidence, Problem


class TermSource(Enum):
    """Where a term stands, which tells how surely it is one."""

    TITLE = "title"
    HEADING = "heading"
    DEFINED = "defined"  # Bold, at the beginning of a sentence.
    BOLD = "bold"
    LABEL = "label"  # Bold before a colon: often not a term.
    GROUP = "group"  # 名称（English, ABBR） in running text.
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
    """A heading: its trail, its span, what it is about, and the sentences under it.

    Those are the sentences from `first` up to, but not including, `last`.
    """

    trail: tuple[str, ...]
    span: Span
    first: int
    last: int
    topic: HeadingTopic


@dataclass(frozen=True, slots=True)
class SentenceSpan:
    """A sentence or table row: its span and the text a reader sees.

    `prose` is False for rows, code and math. `aside` tells that it is about an example, an
    application or a contrast.
    """

    span: Span
    text: str
    prose: bool
    aside: bool


@dataclass(frozen=True, slots=True)
class TermCandidate:
    """A written term with its names.

    `sentence` is the number of its sentence; -1 in a heading or the front matter.
    """

    names: tuple[str, ...]
    source: TermSource
    sentence: int
    section: int


@dataclass(frozen=True, slots=True)
class DeclaredPrerequisite:
    """What the note says must be known first, as names, titles, ids or paths; and where."""

    targets: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class NoteAnnotations:
    """All that concepts and relations are derived from in one note.

    `title` is empty when the note has none but its file's name.
    """

    path: str
    text: str
    id: str
    title: str
    aliases: tuple[str, ...]
    headings: tuple[Heading, ...]
    sentences: tuple[SentenceSpan, ...]
    terms: tuple[TermCandidate, ...]
    declared: tuple[DeclaredPrerequisite, ...]
    problems: tuple[Problem, ...]

    def to_json(self) -> str:
        """Return a JSON text that `from_json` reads."""
        return json.dumps(
            {
                "note": [self.path, self.text, self.id, self.title, self.aliases],
                "heads": [
                    [
                        heading.trail,
                        *_span_json(heading.span),
                        heading.first,
                        heading.last,
                        _topic_json(heading.topic),
                    ]
                    for heading in self.headings
                ],
                "spots": [
                    [*_span_json(sentence.span), sentence.text, sentence.prose + 2 * sentence.aside]
                    for sentence in self.sentences
                ],
                "terms": [
                    [term.names, term.source.value, term.sentence, term.section]
                    for term in self.terms
                ],
                "declared": [[item.targets, *_span_json(item.span)] for item in self.declared],
                "problems": [[problem.line, problem.message] for problem in self.problems],
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> "NoteAnnotations":
        """Read what `to_json` wrote."""
        data = json.loads(text)
        path, note, id, title, aliases = data["note"]
        return cls(
            path,
            note,
            id,
            title,
            tuple(aliases),
            tuple(
                Heading(tuple(trail), Span(*place), first, last, _topic_from(asked))
                for trail, *place, first, last, asked in data["heads"]
            ),
            tuple(
                SentenceSpan(Span(section, start, end), seen, bool(flags & 1), bool(flags & 2))
                for section, start, end, seen, flags in data["spots"]
            ),
            tuple(
                TermCandidate(tuple(names), _SOURCES[source], spot, section)
                for names, source, spot, section in data["terms"]
            ),
            tuple(
                DeclaredPrerequisite(tuple(targets), Span(*place))
                for targets, *place in data["declared"]
            ),
            tuple(Problem(path, line, message) for line, message in data["problems"]),
        )

    def evidence(self, place: Span, lines: Lines) -> Evidence:
        """Return a span as evidence; `lines` are those of the note's text."""
        first, last = lines.number(place.start), lines.number(max(place.start, place.end - 1))
        trail = (
            self.headings[place.section].trail if 0 <= place.section < len(self.headings) else ()
        )
        return Evidence(self.path, first, last, trail, self.text[place.start : place.end])


_SOURCES = {source.value: source for source in TermSource}


def _span_json(place: Span) -> tuple[int, int, int]:
    return place.section, place.start, place.end


def _topic_json(topic: HeadingTopic) -> list[Any]:
    return [[[reading.forms, reading.sure] for reading in topic.terms], topic.compares, topic.asks]


def _topic_from(data: list[Any]) -> HeadingTopic:
    return HeadingTopic(
        tuple(TermVariants(tuple(forms), sure) for forms, sure in data[0]), data[1], data[2]
    )
