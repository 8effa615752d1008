"""Build the concepts: curated ones with what the notes add, then those only the notes have."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from kg.curation.reader import CuratedConcepts
from kg.extraction.annotations import TermSource
from kg.extraction.corpus import Corpus
from kg.extraction.evidence import EvidenceFinder
from kg.extraction.resolution import Resolution, ResolvedConcept
from kg.extraction.terms.grammar import term_key
from kg.language.detect import detect_language
from kg.language.normalize import fold
from kg.names import NameIndex, name_key
from kg.text import Lines
from kg.types import (
    Alias,
    AliasKind,
    Concept,
    Evidence,
    LocalizedText,
)


def build_concepts(
    corpus: Corpus, curated: CuratedConcepts, finder: EvidenceFinder, lines: Sequence[Lines]
) -> tuple[list[str], list[Concept]]:
    """Return the id of each concept, and the concepts: curated ones first."""
    curated_concepts = [
        replace(
            concept, notes=tuple(place for note in concept.notes for place in finder.section(note))
        )
        for concept in curated.concepts
    ]
    names = NameIndex(curated_concepts)
    places = _sections_about(corpus, lines)
    definitions = _definitions(corpus)
    taken = {concept.id for concept in curated_concepts}
    ids: list[str] = []
    added: list[Concept] = []
    more: defaultdict[str, list[Concept]] = defaultdict(list)
    for number, named in enumerate(corpus.resolution.concepts):
        owner = _curated_id(named, names)
        id = owner or _new_id(named, corpus.resolution, taken)
        taken.add(id)
        ids.append(id)
        aliases = _aliases_of(named)
        concept = Concept(
            id, aliases[0].text, aliases, definitions[number], places[number], not places[number]
        )
        (more[id] if owner else added).append(concept)
    return ids, [
        _add_names(concept, more[concept.id], names) for concept in curated_concepts
    ] + added


def _curated_id(named: ResolvedConcept, names: NameIndex) -> str:
    """Return the id of the curated concept that these names mean, if they mean exactly one."""
    for text in (*named.full, *named.short):
        if len(ids := names.resolve(text)) == 1:
            return ids[0]
    return ""


def _add_names(concept: Concept, found: Sequence[Concept], names: NameIndex) -> Concept:
    """Return a curated concept with further names from the notes, unless they are taken."""
    texts = {name_key(alias.text) for alias in concept.aliases}
    aliases = [
        alias
        for addition in found
        for alias in addition.aliases
        if name_key(alias.text) not in texts and not names.resolve(alias.text)
    ]
    definition = next(
        (addition.definition for addition in found if concept.definition == LocalizedText()),
        concept.definition,
    )
    notes = concept.notes or tuple(
        dict.fromkeys(place for addition in found for place in addition.notes)
    )
    return replace(
        concept,
        aliases=concept.aliases + tuple(dict.fromkeys(aliases)),
        definition=definition,
        notes=notes,
    )


def _new_id(named: ResolvedConcept, resolution: Resolution, taken: set[str]) -> str:
    """Return a slug of the abbreviation if unambiguous, else of the English or Chinese name."""
    own = [
        text
        for text in named.short
        if len(resolution.concepts_by_key[term_key(text)]) == 1 and len(text) > 1
    ]
    for text in (
        *own,
        *sorted(
            (name for name in named.full if name.isascii()), key=lambda name: (-len(name), name)
        ),
        *named.full,
    ):
        slug = re.sub(r"[\W_]+", "-", fold(text)).strip("-")
        if len(slug) > 1 and slug not in taken:
            return slug
    return (
        "c-"
        + hashlib.blake2b(
            "\n".join(sorted(named.keys)).encode("utf-8", "replace"), digest_size=5
        ).hexdigest()
    )


def _aliases_of(named: ResolvedConcept) -> tuple[Alias, ...]:
    """Return the names as aliases, English first.

    The first name of each language is the full name, the others are synonyms.
    """
    full: dict[str, str] = {}
    for text in named.full:
        full.setdefault(detect_language(text), text)
    aliases = [
        Alias(full[language], language, AliasKind.FULL)
        for language in ("en", "zh")
        if language in full
    ]
    aliases += [
        Alias(text, "en", AliasKind.ABBR if full else AliasKind.FULL) for text in named.short
    ]
    aliases += [
        Alias(text, detect_language(text), AliasKind.SYNONYM)
        for text in named.full
        if text not in full.values()
    ]
    return tuple(dict.fromkeys(aliases))


def _sections_about(corpus: Corpus, lines_of: Sequence[Lines]) -> list[tuple[Evidence, ...]]:
    """Return the sections about each concept.

    Those whose heading asks about it or that define it, or all of a note about nothing else.
    """
    places: list[dict[Evidence, None]] = [{} for _ in corpus.resolution.concepts]
    for number, note in enumerate(corpus.notes):
        lines = lines_of[number]
        defined: defaultdict[int, set[int]] = defaultdict(set)
        for term in note.terms:
            if term.source is TermSource.DEFINED:
                for meant in corpus.resolution.resolve(number, map(term_key, term.names)):
                    defined[term.section].add(meant)
        subjects = corpus.resolution.subjects[number]
        for section, heading in enumerate(note.headings):
            if heading.first == heading.last and heading.span.start == heading.span.end:
                continue
            about = corpus.about[number][section] or (subjects if len(subjects) == 1 else ())
            end = (
                note.sentences[heading.last - 1].span.end
                if heading.last > heading.first
                else heading.span.end
            )
            if heading.last > heading.first:
                place = Evidence(
                    note.path,
                    lines.number(heading.span.start),
                    lines.number(max(heading.span.start, end - 1)),
                    heading.trail,
                    "",
                )
                for concept in (*about, *sorted(defined[section])):
                    places[concept][place] = None
    return [tuple(found) for found in places]


def _definitions(corpus: Corpus) -> list[LocalizedText]:
    """Return the first sentence in each language that says what a concept is."""
    found: list[dict[str, str]] = [{} for _ in corpus.resolution.concepts]
    for number, note in enumerate(corpus.notes):
        for term in note.terms:
            if term.source is TermSource.DEFINED:
                text = note.sentences[term.sentence].text
                for concept in corpus.resolution.resolve(number, map(term_key, term.names)):
                    found[concept].setdefault(detect_language(text), text)
        for section, heading in enumerate(note.headings):
            about = corpus.about[number][section] or (
                corpus.resolution.subjects[number] if section < 2 else ()
            )
            if len(about) == 1 and heading.last > heading.first:
                first = next(
                    (at for at in range(heading.first, heading.last) if note.sentences[at].prose),
                    heading.first,
                )
                text = note.sentences[first].text
                if (
                    corpus.seen[number][first][:1]
                    and corpus.seen[number][first][0].concept == about[0]
                ):
                    found[about[0]].setdefault(detect_language(text), text)
    return [LocalizedText(**said) for said in found]
