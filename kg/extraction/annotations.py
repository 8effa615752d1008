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


_SOURCES = {source.value: source for source in TermSource}
# Flags of a stored sentence.
_PROSE = 1
_ASIDE = 2


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` up to `end` of a note, within one of its sections.

    `section` is the number of the section's heading, or -1 in the front matter.
    """

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

    @property
    def has_sentences(self) -> bool:
        """Tell whether there is any text between this heading and the next."""
        return self.first < self.last


@dataclass(frozen=True, slots=True)
class SentenceSpan:
    """A sentence or table row: its span, and the text that a reader sees.

    `prose` is False for rows, code and math. `aside` tells that the sentence is about an example,
    an application or a contrast.
    """

    span: Span
    text: str
    prose: bool
    aside: bool


@dataclass(frozen=True, slots=True)
class TermCandidate:
    """A term that a note writes, with the names that it gives it there.

    `sentence` is the number of its sentence, or -1 in a heading or the front matter. `section` is
    the number of its heading, or -1 in the title or the front matter.
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
    """All of a note that concepts and relations are derived from.

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
        """Return a JSON text that `from_json` reads. Its keys are those of stored indexes."""
        return json.dumps(
            {
                "note": [self.path, self.text, self.id, self.title, self.aliases],
                "heads": [
                    [
                        heading.trail,
                        *_span_to_json(heading.span),
                        heading.first,
                        heading.last,
                        _topic_to_json(heading.topic),
                    ]
                    for heading in self.headings
                ],
                "spots": [
                    [
                        *_span_to_json(sentence.span),
                        sentence.text,
                        _PROSE * sentence.prose + _ASIDE * sentence.aside,
                    ]
                    for sentence in self.sentences
                ],
                "terms": [
                    [term.names, term.source.value, term.sentence, term.section]
                    for term in self.terms
                ],
                "declared": [
                    [declaration.targets, *_span_to_json(declaration.span)]
                    for declaration in self.declared
                ],
                "problems": [[problem.line, problem.message] for problem in self.problems],
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> "NoteAnnotations":
        """Return the annotations that `to_json` wrote."""
        data = json.loads(text)
        path, note, id, title, aliases = data["note"]
        return cls(
            path,
            note,
            id,
            title,
            tuple(aliases),
            tuple(
                Heading(tuple(trail), Span(*span), first, last, _topic_from_json(topic))
                for trail, *span, first, last, topic in data["heads"]
            ),
            tuple(
                SentenceSpan(Span(*span), shown, bool(flags & _PROSE), bool(flags & _ASIDE))
                for *span, shown, flags in data["spots"]
            ),
            tuple(
                TermCandidate(tuple(names), _SOURCES[source], sentence, section)
                for names, source, sentence, section in data["terms"]
            ),
            tuple(
                DeclaredPrerequisite(tuple(targets), Span(*span))
                for targets, *span in data["declared"]
            ),
            tuple(Problem(path, line, message) for line, message in data["problems"]),
        )

    def evidence_for(self, span: Span, lines: Lines) -> Evidence:
        """Return a span as evidence that quotes it; `lines` are those of the note's text."""
        in_section = 0 <= span.section < len(self.headings)
        trail = self.headings[span.section].trail if in_section else ()
        return self._evidence(span.start, span.end, trail, lines, self.text[span.start : span.end])

    def section_of(self, heading: Heading, lines: Lines) -> Evidence:
        """Return a heading with its sentences as evidence without a quote."""
        return self._evidence(heading.span.start, self.end_of(heading), heading.trail, lines, "")

    def end_of(self, heading: Heading) -> int:
        """Return where the last sentence under a heading ends, or the heading if it has none."""
        if heading.has_sentences:
            return self.sentences[heading.last - 1].span.end
        return heading.span.end

    def _evidence(
        self, start: int, end: int, trail: tuple[str, ...], lines: Lines, quote: str
    ) -> Evidence:
        first, last = lines.number(start), lines.number(max(start, end - 1))
        return Evidence(self.path, first, last, trail, quote)


def _span_to_json(span: Span) -> tuple[int, int, int]:
    return span.section, span.start, span.end


def _topic_to_json(topic: HeadingTopic) -> list[Any]:
    terms = [[variants.forms, variants.sure] for variants in topic.terms]
    return [terms, topic.compares, topic.asks]


def _topic_from_json(data: list[Any]) -> HeadingTopic:
    terms, compares, asks = data
    return HeadingTopic(
        tuple(TermVariants(tuple(forms), sure) for forms, sure in terms), compares, asks
    )
