"""Annotate one note with what concepts and relations may be derived from."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote

from kg.extraction.annotations import (
    DeclaredPrerequisite,
    Heading,
    NoteAnnotations,
    SentenceSpan,
    Span,
    TermCandidate,
    TermSource,
)
from kg.extraction.relations.prerequisites import is_aside
from kg.extraction.terms.abbreviations import find_names_in_parentheses, find_translated_names
from kg.extraction.terms.grammar import clean_term, is_term, split_names, term_key
from kg.extraction.terms.headings import HeadingTopic, names_one_thing, parse_heading
from kg.language import en, zh
from kg.language.words import join_words
from kg.notes.front_matter import FrontMatter
from kg.notes.inline import WIKILINK, to_plain_text
from kg.notes.markdown import BlockKind, Section
from kg.notes.note import Note
from kg.notes.sentences import split_sentences

# Raise this when notes are annotated, or sentences understood, differently: what is stored is then
# derived again.
ANNOTATION_VERSION = 4

_BOLD = re.compile(
    r"(?:\*\*|__)(?=\S)(.{1,160}?)(?<=\S)(?:\*\*|__)(\s*[（(][^（）()\n]{1,120}[)）])?"
)
_LINK = re.compile(
    r"(?<!!)\[([^\[\]\n]{1,160})\]\(<?([^()\s<>]+?\.(?:md|markdown|txt))(?:#[^()\s<>]*)?>?\)"
)
_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_NEEDED = re.compile(
    rf"^\W*{join_words(en.REQUIRES_HEADINGS, zh.REQUIRES_HEADINGS)}\W*$", re.IGNORECASE
)
_NEEDS = re.compile(
    rf"^\W*{join_words(en.REQUIRES_LABELS, zh.REQUIRES_LABELS)}\s*(::|:|：|(?=\[))\s*",
    re.IGNORECASE,
)


def annotate(note: Note) -> NoteAnnotations:
    """Annotate a note. Raises nothing: front matter errors are among the problems."""
    text = note.markdown
    headings, sentences = _outline_note(text, note.sections())
    front = FrontMatter(note)
    title = (
        front.title
        or next((heading.trail[0] for heading in headings if heading.trail), "")
        or _only_heading(text)
    )
    terms = [
        *_front_matter_terms(front, title, headings, sentences),
        *_heading_terms(title, headings, sentences),
    ]
    for number, sentence in enumerate(sentences):
        if sentence.prose:
            terms += (
                TermCandidate(names, source, number, sentence.span.section)
                for names, source in _marked_terms(text, sentence)
            )
    marked = {
        name
        for term in terms
        if term.source is not TermSource.GROUP and len(term.names) > 1
        for name in term.names
    }
    terms = [
        term
        for term in terms
        if term.source is not TermSource.GROUP or marked.isdisjoint(term.names[1:])
    ]
    required = [DeclaredPrerequisite(n, Span(-1, start, end)) for n, start, end in front.requires]
    declared = [*required, *_declared_prerequisites(text, headings, sentences)]
    return NoteAnnotations(
        note.path,
        note.text,
        front.id,
        title,
        tuple(front.aliases),
        tuple(headings),
        tuple(sentences),
        tuple(dict.fromkeys(terms)),
        tuple(declared),
        tuple(front.problems),
    )


def _only_heading(text: str) -> str:
    """Return the first heading of a note without text."""
    match = _HEADING.search(text)
    return to_plain_text(match[1]) if match else ""


def _outline_note(
    text: str, sections: Sequence[Section]
) -> tuple[list[Heading], list[SentenceSpan]]:
    """Return the headings, also those without text of their own, and the sentences."""
    headings: list[Heading] = []
    sentences: list[SentenceSpan] = []
    end, trail = 0, tuple[str, ...]()
    for section in sections:
        for match in _HEADING.finditer(text, end, section.start):
            if (seen := to_plain_text(match[1])) in section.heading and seen not in trail:
                above = section.heading[: section.heading.index(seen) + 1]
                headings.append(
                    Heading(
                        above,
                        Span(len(headings), *match.span(1)),
                        len(sentences),
                        len(sentences),
                        parse_heading(seen),
                    )
                )
        first = len(sentences)
        line = text[section.start :].split("\n", 1)[0].rstrip("\r") if section.heading else ""
        start = section.start + len(line) - len(line.lstrip(" \t#"))
        place = Span(len(headings), start, max(start, section.start + len(line.rstrip(" \t#"))))
        for block in section.blocks:
            for begin, stop, seen in split_sentences(text, block):
                prose = block.kind is BlockKind.PROSE
                sentences.append(
                    SentenceSpan(Span(len(headings), begin, stop), seen, prose, is_aside(seen))
                )
            end = block.spans[-1][1]
        title = section.heading[-1] if section.heading else ""
        headings.append(
            Heading(section.heading, place, first, len(sentences), parse_heading(title))
        )
        trail = section.heading
    return headings, sentences


def _heading_terms(
    title: str, headings: Sequence[Heading], sentences: Sequence[SentenceSpan]
) -> Iterator[TermCandidate]:
    """Yield the terms of headings that some text in the note confirms."""
    body = term_key("\n".join(sentence.text for sentence in sentences))
    for number, heading in enumerate(headings):
        if heading.trail and heading.trail[-1] != title:
            for names in _confirmed_terms(heading.topic, body):
                yield TermCandidate(names, TermSource.HEADING, -1, number)


def _confirmed_terms(heading: HeadingTopic, body: str) -> Iterator[tuple[str, ...]]:
    """Yield the fullest form of each variant that the text also writes.

    A sure variant needs no confirmation. An enumeration is not a term when all its parts are.
    """
    confirmed = []
    for reading in heading.terms:
        found = [names for form in reading.forms if (names := split_names(form))]
        written = next(
            (names for names in found if any(term_key(name) in body for name in names)), None
        )
        confirmed.append(written or (found[-1] if reading.sure and found else None))
    whole = len(confirmed) > 2 and not heading.compares and all(confirmed[1:])
    yield from (names for names in confirmed[whole:] if names)


def _front_matter_terms(
    front: FrontMatter, title: str, headings: Sequence[Heading], sentences: Sequence[SentenceSpan]
) -> Iterator[TermCandidate]:
    body = term_key("\n".join(sentence.text for sentence in sentences))
    about = parse_heading(title)
    whole = () if about.compares or about.asks or not names_one_thing(title) else split_names(title)
    for names in [whole] if whole else _confirmed_terms(about, body):
        yield TermCandidate(names, TermSource.TITLE, -1, -1)
    for alias in front.aliases:
        if names := split_names(alias):
            yield TermCandidate(names, TermSource.ALIAS, -1, -1)
    for tag in front.tags:
        if names := split_names(tag.rpartition("/")[2].replace("_", " ")):
            yield TermCandidate(names, TermSource.TAG, -1, -1)


def _marked_terms(
    text: str, sentence: SentenceSpan
) -> Iterator[tuple[tuple[str, ...], TermSource]]:
    """Yield the terms that a sentence marks: bold ones, groups in parentheses, links."""
    raw = text[sentence.span.start : sentence.span.end]
    for match in _BOLD.finditer(raw):
        inside = to_plain_text(match[1])
        names = split_names(inside + to_plain_text(match[2] or ""))
        if names:
            begins = not raw[: match.start()].strip(" \t-*+>#0123456789.、)[]")
            ends = match[1].rstrip().endswith((":", "：", ".", "。")) or raw[
                match.end() :
            ].lstrip()[:1] in {":", "："}
            source = (
                TermSource.LABEL
                if ends and begins and len(names) == 1
                else TermSource.DEFINED
                if begins
                else TermSource.BOLD
            )
            yield names, source
    for match in WIKILINK.finditer(raw):
        if names := split_names(PurePosixPath(match[1].strip()).name):
            yield names, TermSource.LINK
    yield from (
        (names, TermSource.GROUP)
        for names in (
            *find_names_in_parentheses(sentence.text),
            *find_translated_names(sentence.text),
        )
    )


def _declared_prerequisites(
    text: str, headings: Sequence[Heading], sentences: Sequence[SentenceSpan]
) -> Iterator[DeclaredPrerequisite]:
    """Yield declared prerequisites.

    `- requires [[X]]`, `Prerequisites: A, B`, and what is linked or listed under such a heading.
    """
    for sentence in sentences:
        raw = text[sentence.span.start : sentence.span.end]
        heading = headings[sentence.span.section]
        under = bool(heading.trail and _NEEDED.match(heading.trail[-1]))
        said = _NEEDS.match(raw)
        if not sentence.prose or not (under or said):
            continue
        rest = raw[said.end() :] if said else raw
        targets = _links(rest)
        if not targets and (under or (said and said[1])):
            targets = [
                term
                for part in re.split("[,，、;；]", to_plain_text(rest))
                if (term := clean_term(part)) and is_term(term)
            ]
        if targets:
            yield DeclaredPrerequisite(tuple(targets), sentence.span)


def _links(raw: str) -> list[str]:
    """Return the notes that a piece of text links to, as written."""
    wiki = [match[1].strip() for match in WIKILINK.finditer(raw) if match[1]]
    return wiki + [unquote(match[2]) for match in _LINK.finditer(raw)]
