"""Build the concepts: curated ones with what the notes add, then those that only the notes have."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from kg.curation.reader import CuratedConcepts
from kg.extraction.annotations import NoteAnnotations, TermSource
from kg.extraction.corpus import Corpus
from kg.extraction.evidence import EvidenceFinder
from kg.extraction.resolution import Resolution, ResolvedConcept
from kg.extraction.terms.grammar import term_key
from kg.language.detect import detect_language
from kg.language.normalize import fold
from kg.names import NameIndex, name_key
from kg.text import Lines
from kg.types import Alias, AliasKind, Concept, Evidence, LocalizedText

# The sections of a note in which its subject may be defined: up to the first under its title.
_DEFINING_SECTIONS = 2
# Bytes of the digest that is the id of a concept whose names give none.
_DIGEST_BYTES = 5


def build_concepts(
    corpus: Corpus, curated: CuratedConcepts, finder: EvidenceFinder, lines: Sequence[Lines]
) -> tuple[list[str], list[Concept]]:
    """Return the id of each resolved concept, and all concepts, curated ones first.

    `lines` are those of each note of the corpus.
    """
    curated_concepts = [_with_sections(concept, finder) for concept in curated.concepts]
    names = NameIndex(curated_concepts)
    sections, definitions = _find_sections(corpus, lines), _find_definitions(corpus)
    ids: list[str] = []
    taken = {concept.id for concept in curated_concepts}
    new: list[Concept] = []
    additions: defaultdict[str, list[Concept]] = defaultdict(list)
    for number, resolved in enumerate(corpus.resolution.concepts):
        curated_id = _find_curated(resolved, names)
        id = curated_id or _make_id(resolved, corpus.resolution, taken)
        taken.add(id)
        ids.append(id)
        aliases = _make_aliases(resolved)
        concept = Concept(
            id,
            aliases[0].text,
            aliases,
            definitions[number],
            sections[number],
            not sections[number],
        )
        (additions[id] if curated_id else new).append(concept)
    extended = [
        _extend_curated(concept, additions[concept.id], names) for concept in curated_concepts
    ]
    return ids, [*extended, *new]


def _with_sections(concept: Concept, finder: EvidenceFinder) -> Concept:
    """Return a curated concept with the sections that its places are in the notes."""
    sections = (section for place in concept.notes for section in finder.find_section(place))
    return replace(concept, notes=tuple(sections))


def _find_curated(resolved: ResolvedConcept, names: NameIndex) -> str:
    """Return the id of the curated concept that a name means if it means just one, else ""."""
    for name in (*resolved.full, *resolved.short):
        if len(ids := names.resolve(name)) == 1:
            return ids[0]
    return ""


def _extend_curated(concept: Concept, additions: Sequence[Concept], names: NameIndex) -> Concept:
    """Return a curated concept with what it lacks: names that no other has, definition, notes."""
    keys = {name_key(alias.text) for alias in concept.aliases}
    aliases = dict.fromkeys(
        alias
        for addition in additions
        for alias in addition.aliases
        if name_key(alias.text) not in keys and not names.resolve(alias.text)
    )
    definition = concept.definition
    if definition == LocalizedText() and additions:
        definition = additions[0].definition
    notes = dict.fromkeys(section for addition in additions for section in addition.notes)
    return replace(
        concept,
        aliases=(*concept.aliases, *aliases),
        definition=definition,
        notes=concept.notes or tuple(notes),
    )


def _make_id(resolved: ResolvedConcept, resolution: Resolution, taken: set[str]) -> str:
    """Return the first slug that is not taken: of an unambiguous abbreviation, then of full names.

    Of these, English ones come first, from the longest to the shortest. If no name gives a slug of
    at least two characters, the id is a digest of the names.
    """
    abbreviations = (
        name
        for name in resolved.short
        if len(resolution.concepts_by_key[term_key(name)]) == 1 and len(name) > 1
    )
    english = sorted(filter(str.isascii, resolved.full), key=lambda name: (-len(name), name))
    for name in (*abbreviations, *english, *resolved.full):
        slug = re.sub(r"[\W_]+", "-", fold(name)).strip("-")
        if len(slug) > 1 and slug not in taken:
            return slug
    keys = "\n".join(sorted(resolved.keys)).encode("utf-8", "replace")
    return f"c-{hashlib.blake2b(keys, digest_size=_DIGEST_BYTES).hexdigest()}"


def _make_aliases(resolved: ResolvedConcept) -> tuple[Alias, ...]:
    """Return the names of a concept as aliases: full names, abbreviations, then synonyms.

    The first name of each language is its full name, the English one first. An abbreviation
    without any full name counts as one itself.
    """
    full: dict[str, str] = {}
    for name in resolved.full:
        full.setdefault(detect_language(name), name)
    short_kind = AliasKind.ABBR if full else AliasKind.FULL
    aliases = [
        Alias(full[language], language, AliasKind.FULL)
        for language in ("en", "zh")
        if language in full
    ]
    aliases += (Alias(name, "en", short_kind) for name in resolved.short)
    aliases += (
        Alias(name, detect_language(name), AliasKind.SYNONYM)
        for name in resolved.full
        if name not in full.values()
    )
    return tuple(dict.fromkeys(aliases))


def _find_sections(corpus: Corpus, lines_of: Sequence[Lines]) -> list[tuple[Evidence, ...]]:
    """Return the sections about each concept, in the order of the notes.

    The heading of such a section asks about the concept, or a sentence in it defines it, or the
    whole note is about nothing else.
    """
    sections: list[dict[Evidence, None]] = [{} for _ in corpus.resolution.concepts]
    for number, note in enumerate(corpus.notes):
        defined = _defined_by_section(corpus, number, note)
        subjects = corpus.resolution.subjects[number]
        only_subject = subjects if len(subjects) == 1 else ()
        for section, heading in enumerate(note.headings):
            if heading.has_sentences:
                about = corpus.about[number][section] or only_subject
                evidence = note.section_of(heading, lines_of[number])
                for concept in (*about, *sorted(defined[section])):
                    sections[concept][evidence] = None
    return [tuple(evidence) for evidence in sections]


def _defined_by_section(
    corpus: Corpus, number: int, note: NoteAnnotations
) -> defaultdict[int, set[int]]:
    """Return the concepts that the sentences of each section of a note define."""
    defined: defaultdict[int, set[int]] = defaultdict(set)
    for term in note.terms:
        if term.source is TermSource.DEFINED:
            defined[term.section].update(
                corpus.resolution.resolve(number, map(term_key, term.names))
            )
    return defined


def _find_definitions(corpus: Corpus) -> list[LocalizedText]:
    """Return the first sentence in each language that defines a concept."""
    definitions: list[dict[str, str]] = [{} for _ in corpus.resolution.concepts]
    for number, note in enumerate(corpus.notes):
        for concept, text in _defining_sentences(corpus, number, note):
            definitions[concept].setdefault(detect_language(text), text)
    return [LocalizedText(**by_language) for by_language in definitions]


def _defining_sentences(
    corpus: Corpus, number: int, note: NoteAnnotations
) -> Iterator[tuple[int, str]]:
    """Yield the sentences of a note that define a concept, each with its concept.

    They are those that begin with the concept in bold, then the first in prose under a heading
    about one concept, if it mentions that one first.
    """
    for term in note.terms:
        if term.source is TermSource.DEFINED:
            for concept in corpus.resolution.resolve(number, map(term_key, term.names)):
                yield concept, note.sentences[term.sentence].text
    for section, heading in enumerate(note.headings):
        about = corpus.about[number][section]
        if not about and section < _DEFINING_SECTIONS:
            about = corpus.resolution.subjects[number]
        if len(about) == 1 and heading.has_sentences:
            indexes = range(heading.first, heading.last)
            first = next((index for index in indexes if note.sentences[index].prose), indexes[0])
            mentions = corpus.mentions[number][first]
            if mentions and mentions[0].concept == about[0]:
                yield about[0], note.sentences[first].text
