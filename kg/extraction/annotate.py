"""Note → what concepts and relations may be made of, each with its place. One note at a time: what is one is decided later."""

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

# Raised whenever the same note comes to be gathered, or a sentence of it understood, otherwise: what is kept is then made anew.
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
    """What concepts and relations may be made of. Raises nothing: what is wrong with the front matter is among the problems."""
    text = note.markdown
    heads, spots = _walk(text, note.sections())
    front = FrontMatter(note)
    title = (
        front.title
        or next((head.trail[0] for head in heads if head.trail), "")
        or _only_heading(text)
    )
    terms = [*_front_terms(front, title, heads, spots), *_heading_terms(title, heads, spots)]
    for number, spot in enumerate(spots):
        if spot.prose:
            terms += (
                TermCandidate(names, source, number, spot.place.section)
                for names, source in _written(text, spot)
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
    declared = [*required, *_declared(text, heads, spots)]
    return NoteAnnotations(
        note.path,
        note.text,
        front.id,
        title,
        tuple(front.aliases),
        tuple(heads),
        tuple(spots),
        tuple(dict.fromkeys(terms)),
        tuple(declared),
        tuple(front.problems),
    )


def _only_heading(text: str) -> str:
    """The first heading of a note without any text."""
    match = _HEADING.search(text)
    return to_plain_text(match[1]) if match else ""


def _walk(text: str, sections: Sequence[Section]) -> tuple[list[Heading], list[SentenceSpan]]:
    """The headings, those without text of their own too, and the sentences."""
    heads: list[Heading] = []
    spots: list[SentenceSpan] = []
    end, trail = 0, tuple[str, ...]()
    for section in sections:
        for match in _HEADING.finditer(text, end, section.start):
            if (seen := to_plain_text(match[1])) in section.heading and seen not in trail:
                above = section.heading[: section.heading.index(seen) + 1]
                heads.append(
                    Heading(
                        above,
                        Span(len(heads), *match.span(1)),
                        len(spots),
                        len(spots),
                        parse_heading(seen),
                    )
                )
        first = len(spots)
        line = text[section.start :].split("\n", 1)[0].rstrip("\r") if section.heading else ""
        start = section.start + len(line) - len(line.lstrip(" \t#"))
        place = Span(len(heads), start, max(start, section.start + len(line.rstrip(" \t#"))))
        for block in section.blocks:
            for begin, stop, seen in split_sentences(text, block):
                prose = block.kind is BlockKind.PROSE
                spots.append(
                    SentenceSpan(Span(len(heads), begin, stop), seen, prose, is_aside(seen))
                )
            end = block.spans[-1][1]
        title = section.heading[-1] if section.heading else ""
        heads.append(Heading(section.heading, place, first, len(spots), parse_heading(title)))
        trail = section.heading
    return heads, spots


def _heading_terms(
    title: str, heads: Sequence[Heading], spots: Sequence[SentenceSpan]
) -> Iterator[TermCandidate]:
    """The terms of headings that the text under them, or anywhere, confirms."""
    body = term_key("\n".join(spot.text for spot in spots))
    for number, head in enumerate(heads):
        if head.trail and head.trail[-1] != title:
            for names in _confirmed(head.asked, body):
                yield TermCandidate(names, TermSource.HEADING, -1, number)


def _confirmed(heading: HeadingTopic, body: str) -> Iterator[tuple[str, ...]]:
    """Of each reading the fullest form that the text writes too; a sure one is believed without it.

    An enumeration is no term when all its parts are.
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


def _front_terms(
    front: FrontMatter, title: str, heads: Sequence[Heading], spots: Sequence[SentenceSpan]
) -> Iterator[TermCandidate]:
    body = term_key("\n".join(spot.text for spot in spots))
    about = parse_heading(title)
    whole = () if about.compares or about.asks or not names_one_thing(title) else split_names(title)
    for names in [whole] if whole else _confirmed(about, body):
        yield TermCandidate(names, TermSource.TITLE, -1, -1)
    for alias in front.aliases:
        if names := split_names(alias):
            yield TermCandidate(names, TermSource.ALIAS, -1, -1)
    for tag in front.tags:
        if names := split_names(tag.rpartition("/")[2].replace("_", " ")):
            yield TermCandidate(names, TermSource.TAG, -1, -1)


def _written(text: str, spot: SentenceSpan) -> Iterator[tuple[tuple[str, ...], TermSource]]:
    """The terms that a sentence marks: bold ones, groups in parentheses, links to other notes."""
    raw = text[spot.place.start : spot.place.end]
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
        for names in (*find_names_in_parentheses(spot.text), *find_translated_names(spot.text))
    )


def _declared(
    text: str, heads: Sequence[Heading], spots: Sequence[SentenceSpan]
) -> Iterator[DeclaredPrerequisite]:
    """`- requires [[X]]`, `Prerequisites: A, B`, and what is linked or listed under such a heading."""
    for spot in spots:
        raw = text[spot.place.start : spot.place.end]
        head = heads[spot.place.section]
        under = bool(head.trail and _NEEDED.match(head.trail[-1]))
        said = _NEEDS.match(raw)
        if not spot.prose or not (under or said):
            continue
        rest = raw[said.end() :] if said else raw
        targets = _links(rest)
        if not targets and (under or (said and said[1])):
            targets = [
                one
                for part in re.split("[,，、;；]", to_plain_text(rest))
                if (one := clean_term(part)) and is_term(one)
            ]
        if targets:
            yield DeclaredPrerequisite(tuple(targets), spot.place)


def _links(raw: str) -> list[str]:
    """The notes that a piece of text links to, as they are written."""
    wiki = [match[1].strip() for match in WIKILINK.finditer(raw) if match[1]]
    return wiki + [unquote(match[2]) for match in _LINK.finditer(raw)]
