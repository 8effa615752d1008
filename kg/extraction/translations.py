"""Merge names across languages: those at the same position in two notes of one id.

Two such notes are called twins: they are one text in two languages.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from kg.extraction.annotations import NoteAnnotations, TermSource
from kg.extraction.merging import MergedNames, Vocabulary
from kg.extraction.terms.grammar import split_names, term_key
from kg.extraction.terms.headings import names_one_thing
from kg.language.detect import detect_language

# The sources of terms that are compared with each other in notes with as many sections.
_COMPARED_SOURCES = ({TermSource.HEADING}, {TermSource.DEFINED, TermSource.LABEL})


def merge_translations(
    notes: Sequence[NoteAnnotations], vocabulary: Vocabulary, names: MergedNames
) -> MergedNames:
    """Merge the titles of twin notes, and the names in their headings and definitions."""
    sets, partners = names.sets.copy(), names.partners.copy()
    for first, second in _find_twins(notes):
        for pair in _pair_terms(first, second, vocabulary):
            if partners.are_translations(*pair):
                sets.join(pair)
                partners.add(pair)
    return replace(names, sets=sets, partners=partners)


def merge_aligned_aliases(
    notes: Sequence[NoteAnnotations], vocabulary: Vocabulary, names: MergedNames
) -> MergedNames:
    """Merge the front matter aliases at the same position of twin notes.

    Where the lists differ, the aliases between two shared ones are aligned if they are as many.
    """
    sets, partners = names.sets.copy(), names.partners.copy()

    def roots_of(note: NoteAnnotations) -> list[str]:
        """Return the roots of a note's aliases in order, each once, abbreviations expanded."""
        keys = (term_key(name) for alias in note.aliases for name in split_names(alias)[:1])
        expanded = (_expand_only(key, names.expansions) for key in keys)
        return list(dict.fromkeys(map(sets.root, expanded)))

    for first, second in _find_twins(notes):
        for pair in _align(roots_of(first), roots_of(second)):
            if vocabulary.abbreviations.isdisjoint(pair) and partners.are_translations(*pair):
                sets.join(pair)
                partners.add(pair)
    return replace(names, sets=sets, partners=partners)


def _find_twins(notes: Sequence[NoteAnnotations]) -> list[list[NoteAnnotations]]:
    """Return the pairs of notes with one id. Three notes of one id are no pair."""
    by_id: defaultdict[str, list[NoteAnnotations]] = defaultdict(list)
    for note in notes:
        if note.id:
            by_id[note.id].append(note)
    return [twins for twins in by_id.values() if len(twins) == 2]


def _pair_terms(
    first: NoteAnnotations, second: NoteAnnotations, vocabulary: Vocabulary
) -> Iterator[tuple[str, str]]:
    """Yield the keys of terms at the same position of twin notes, in different languages."""
    if names_one_thing(first.title) and names_one_thing(second.title):
        yield from _pair_names(first, second, {TermSource.TITLE}, vocabulary)
    if len(first.headings) == len(second.headings):
        for sources in _COMPARED_SOURCES:
            yield from _pair_names(first, second, sources, vocabulary)


def _pair_names(
    first: NoteAnnotations,
    second: NoteAnnotations,
    sources: set[TermSource],
    vocabulary: Vocabulary,
) -> Iterator[tuple[str, str]]:
    """Yield the keys of full names at the same position of sections with as many names."""
    sections, others = _names_by_section(first, sources), _names_by_section(second, sources)
    for section in sorted(sections.keys() & others.keys()):
        if len(sections[section]) == len(others[section]):
            for name, other in zip(sections[section], others[section], strict=True):
                pair = term_key(name), term_key(other)
                differ = detect_language(name) != detect_language(other)
                if differ and vocabulary.abbreviations.isdisjoint(pair):
                    yield pair


def _names_by_section(note: NoteAnnotations, sources: set[TermSource]) -> dict[int, list[str]]:
    """Return the first name of each term from these sources, by section."""
    names: defaultdict[int, list[str]] = defaultdict(list)
    for term in note.terms:
        if term.source in sources:
            names[term.section].append(term.names[0])
    return names


def _expand_only(key: str, expansions: Mapping[str, frozenset[str]]) -> str:
    """Return the full name of an abbreviation with just one, else the key itself."""
    full = expansions.get(key, frozenset())
    return next(iter(full)) if len(full) == 1 else key


def _align(first: Sequence[str], second: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Yield what replaces each other in two lists, in runs of equal length.

    >>> list(_align(["a", "x", "b"], ["1", "x", "2", "3"]))
    [('a', '1')]
    """
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    for operation, start, end, other_start, other_end in matcher.get_opcodes():
        if operation == "replace" and end - start == other_end - other_start:
            yield from zip(first[start:end], second[other_start:other_end], strict=True)
