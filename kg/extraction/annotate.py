"""Annotate one note with what concepts and relations may be derived from: terms and sentences."""

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

# A term in bold, and a group in parentheses right after it, which may hold more of its names.
_BOLD = re.compile(
    r"(?:\*\*|__)(?=\S)(.{1,160}?)(?<=\S)(?:\*\*|__)(\s*[（(][^（）()\n]{1,120}[)）])?"
)
# A Markdown link to another note; its second group is the target without a fragment.
_LINK = re.compile(
    r"(?<!!)\[([^\[\]\n]{1,160})\]\(<?([^()\s<>]+?\.(?:md|markdown|txt))(?:#[^()\s<>]*)?>?\)"
)
_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
# What may come before the first word of a sentence: markers of lists, quotes and headings.
_LINE_MARKERS = " \t-*+>#0123456789.、)[]"
_REQUIRES_HEADING = re.compile(
    rf"^\W*{join_words(en.REQUIRES_HEADINGS, zh.REQUIRES_HEADINGS)}\W*$", re.IGNORECASE
)
# A label that begins a line. Its group is the colon after it, or empty before a link.
_REQUIRES_LABEL = re.compile(
    rf"^\W*{join_words(en.REQUIRES_LABELS, zh.REQUIRES_LABELS)}\s*(::|:|：|(?=\[))\s*",
    re.IGNORECASE,
)
_LIST_SEPARATORS = re.compile("[,，、;；]")


def annotate(note: Note) -> NoteAnnotations:
    """Annotate a note. Raises nothing: errors in the front matter are among the problems."""
    text = note.markdown
    headings, sentences = _outline_note(text, note.sections())
    front = FrontMatter(note)
    title = (
        front.title
        or next((heading.trail[0] for heading in headings if heading.trail), "")
        or _first_heading(text)
    )
    body = term_key("\n".join(sentence.text for sentence in sentences))
    terms = [
        *_find_front_matter_terms(front, title, body),
        *_find_heading_terms(headings, title, body),
        *_find_marked_terms(text, sentences),
    ]
    required = [
        DeclaredPrerequisite(names, Span(-1, start, end)) for names, start, end in front.requires
    ]
    return NoteAnnotations(
        note.path,
        note.text,
        front.id,
        title,
        tuple(front.aliases),
        tuple(headings),
        tuple(sentences),
        tuple(dict.fromkeys(_without_known_groups(terms))),
        (*required, *_find_declarations(text, headings, sentences)),
        tuple(front.problems),
    )


def _first_heading(text: str) -> str:
    """Return the first heading of a note that has no sections, for lack of text."""
    match = _HEADING.search(text)
    return to_plain_text(match[1]) if match else ""


def _without_known_groups(terms: Sequence[TermCandidate]) -> list[TermCandidate]:
    """Return the terms without those groups of running text whose names a marked term has too.

    The marked term shows where its first name begins, which running text does not.
    """
    marked = {
        name
        for term in terms
        if term.source is not TermSource.GROUP and len(term.names) > 1
        for name in term.names
    }
    return [
        term
        for term in terms
        if term.source is not TermSource.GROUP or marked.isdisjoint(term.names[1:])
    ]


def _outline_note(
    text: str, sections: Sequence[Section]
) -> tuple[list[Heading], list[SentenceSpan]]:
    """Return the headings, also those without text of their own, and the sentences."""
    headings: list[Heading] = []
    sentences: list[SentenceSpan] = []
    end, trail = 0, tuple[str, ...]()
    for section in sections:
        for match in _HEADING.finditer(text, end, section.start):
            title = to_plain_text(match[1])
            if title in section.heading and title not in trail:
                above = section.heading[: section.heading.index(title) + 1]
                span = Span(len(headings), *match.span(1))
                count = len(sentences)
                headings.append(Heading(above, span, count, count, parse_heading(title)))
        number, first = len(headings), len(sentences)
        for block in section.blocks:
            is_prose = block.kind is BlockKind.PROSE
            for start, stop, shown in split_sentences(text, block):
                span = Span(number, start, stop)
                sentences.append(SentenceSpan(span, shown, is_prose, is_aside(shown)))
            end = block.spans[-1][1]
        title = section.heading[-1] if section.heading else ""
        span = Span(number, *_title_span(text, section))
        topic = parse_heading(title)
        headings.append(Heading(section.heading, span, first, len(sentences), topic))
        trail = section.heading
    return headings, sentences


def _title_span(text: str, section: Section) -> tuple[int, int]:
    """Return where the words of a section's heading are; an empty span if it has none."""
    line = text[section.start :].split("\n", 1)[0].rstrip("\r") if section.heading else ""
    start = section.start + len(line) - len(line.lstrip(" \t#"))
    return start, max(start, section.start + len(line.rstrip(" \t#")))


def _find_front_matter_terms(front: FrontMatter, title: str, body: str) -> Iterator[TermCandidate]:
    """Yield the terms of the title, the aliases and the last parts of the tags.

    `body` is the key of the note's text, which confirms the terms of a title with several.
    """
    topic = parse_heading(title)
    is_name = not topic.compares and not topic.asks and names_one_thing(title)
    whole = split_names(title) if is_name else ()
    for names in [whole] if whole else _confirm_terms(topic, body):
        yield TermCandidate(names, TermSource.TITLE, -1, -1)
    for alias in front.aliases:
        if names := split_names(alias):
            yield TermCandidate(names, TermSource.ALIAS, -1, -1)
    for tag in front.tags:
        if names := split_names(tag.rpartition("/")[2].replace("_", " ")):
            yield TermCandidate(names, TermSource.TAG, -1, -1)


def _find_heading_terms(
    headings: Sequence[Heading], title: str, body: str
) -> Iterator[TermCandidate]:
    """Yield the terms of all headings but the title that the key of the note's text confirms."""
    for section, heading in enumerate(headings):
        if heading.trail and heading.trail[-1] != title:
            for names in _confirm_terms(heading.topic, body):
                yield TermCandidate(names, TermSource.HEADING, -1, section)


def _confirm_terms(topic: HeadingTopic, body: str) -> Iterator[tuple[str, ...]]:
    """Yield the names of each term of a heading: the first of its forms that the text writes too.

    A sure term needs no confirmation and then has its last form. The first term of an enumeration
    is all of it, which is no term if all its parts are.
    """
    confirmed = []
    for variants in topic.terms:
        forms = [names for form in variants.forms if (names := split_names(form))]
        written = (names for names in forms if any(term_key(name) in body for name in names))
        unwritten = forms[-1] if variants.sure and forms else None
        confirmed.append(next(written, unwritten))
    is_enumeration = len(confirmed) > 2 and not topic.compares and all(confirmed[1:])
    yield from filter(None, confirmed[1:] if is_enumeration else confirmed)


def _find_marked_terms(text: str, sentences: Sequence[SentenceSpan]) -> Iterator[TermCandidate]:
    """Yield the terms that sentences mark: in bold, by links, by names in parentheses."""
    for number, sentence in enumerate(sentences):
        if sentence.prose:
            markdown = text[sentence.span.start : sentence.span.end]
            groups = (
                *find_names_in_parentheses(sentence.text),
                *find_translated_names(sentence.text),
            )
            for names, source in (
                *_find_bold_terms(markdown),
                *((names, TermSource.LINK) for names in _find_link_terms(markdown)),
                *((names, TermSource.GROUP) for names in groups),
            ):
                yield TermCandidate(names, source, number, sentence.span.section)


def _find_bold_terms(markdown: str) -> Iterator[tuple[tuple[str, ...], TermSource]]:
    """Yield the names in bold: defined if the sentence begins with them, labels before a colon."""
    for match in _BOLD.finditer(markdown):
        names = split_names(to_plain_text(match[1]) + to_plain_text(match[2] or ""))
        if not names:
            continue
        rest = markdown[match.end() :].lstrip()
        ends = match[1].rstrip().endswith((":", "：", ".", "。")) or rest.startswith((":", "："))
        if markdown[: match.start()].strip(_LINE_MARKERS):
            yield names, TermSource.BOLD
        else:
            yield names, TermSource.LABEL if ends and len(names) == 1 else TermSource.DEFINED


def _find_link_terms(markdown: str) -> Iterator[tuple[str, ...]]:
    """Yield the names of the notes that wikilinks lead to."""
    for match in WIKILINK.finditer(markdown):
        if names := split_names(PurePosixPath(match[1].strip()).name):
            yield names


def _find_declarations(
    text: str, headings: Sequence[Heading], sentences: Sequence[SentenceSpan]
) -> Iterator[DeclaredPrerequisite]:
    """Yield the prerequisites that the text declares.

    They follow a label, as in `- requires [[X]]` or `Prerequisites: A, B`, or are under a heading
    that says so. If such a sentence has links, what they lead to is meant, else the terms listed.
    """
    for sentence in sentences:
        markdown = text[sentence.span.start : sentence.span.end]
        trail = headings[sentence.span.section].trail
        is_under_heading = bool(trail and _REQUIRES_HEADING.match(trail[-1]))
        label = _REQUIRES_LABEL.match(markdown)
        if not sentence.prose or not (is_under_heading or label):
            continue
        listed = markdown[label.end() :] if label else markdown
        targets = _find_links(listed)
        if not targets and (is_under_heading or (label and label[1])):
            parts = map(clean_term, _LIST_SEPARATORS.split(to_plain_text(listed)))
            targets = [part for part in parts if part and is_term(part)]
        if targets:
            yield DeclaredPrerequisite(tuple(targets), sentence.span)


def _find_links(markdown: str) -> list[str]:
    """Return the notes that a piece of text links to, as it writes them: wikilinks first."""
    wikilinks = [match[1].strip() for match in WIKILINK.finditer(markdown) if match[1]]
    return wikilinks + [unquote(match[2]) for match in _LINK.finditer(markdown)]
