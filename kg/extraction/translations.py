"""Pair names across languages: what stands at the same position in two notes of one id."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from kg.extraction.annotations import NoteAnnotations, TermSource
from kg.extraction.terms.grammar import split_names, term_key
from kg.extraction.terms.headings import names_one_thing
from kg.language.detect import detect_language


def find_translations(
    notes: Sequence[NoteAnnotations], abbreviations: set[str]
) -> Iterator[tuple[str, str]]:
    """Yield terms of headings and definitions at the same position of twin notes."""
    for twin_note, other in _twin_notes(notes):
        if names_one_thing(twin_note.title) and names_one_thing(other.title):
            yield from _pair_names(
                _names_by_section(twin_note, {TermSource.TITLE}),
                _names_by_section(other, {TermSource.TITLE}),
                abbreviations,
            )
        if len(twin_note.headings) == len(other.headings):
            for sources in ({TermSource.HEADING}, {TermSource.DEFINED, TermSource.LABEL}):
                yield from _pair_names(
                    _names_by_section(twin_note, sources),
                    _names_by_section(other, sources),
                    abbreviations,
                )


def find_aligned_aliases(
    notes: Sequence[NoteAnnotations],
    root_of: Callable[[str], str],
    expansions: Mapping[str, set[str]],
) -> Iterator[tuple[str, str]]:
    """Yield front matter aliases at the same position of twin notes.

    Only runs of equal length between two aliases that the lists share.
    """

    def concepts(note: NoteAnnotations) -> list[str]:
        keys = (term_key(name) for alias in note.aliases for name in split_names(alias)[:1])
        roots = (
            root_of(next(iter(expansions[key])) if len(expansions.get(key, ())) == 1 else key)
            for key in keys
        )
        return list(dict.fromkeys(roots))

    for twin_note, other in _twin_notes(notes):
        mine, theirs = concepts(twin_note), concepts(other)
        for what, start, end, from_, to in SequenceMatcher(
            None, mine, theirs, autojunk=False
        ).get_opcodes():
            if what == "replace" and end - start == to - from_:
                yield from zip(mine[start:end], theirs[from_:to], strict=True)


def _twin_notes(notes: Sequence[NoteAnnotations]) -> list[list[NoteAnnotations]]:
    """Return the pairs of notes with one id."""
    twins: defaultdict[str, list[NoteAnnotations]] = defaultdict(list)
    for note in notes:
        if note.id:
            twins[note.id].append(note)
    return [pair for pair in twins.values() if len(pair) == 2]


def _pair_names(
    mine: Mapping[int, Sequence[str]], theirs: Mapping[int, Sequence[str]], abbreviations: set[str]
) -> Iterator[tuple[str, str]]:
    """Yield the full names at the same position, in sections with equally many."""
    for section in sorted(mine.keys() & theirs.keys()):
        if len(mine[section]) == len(theirs[section]):
            for relation, other in zip(mine[section], theirs[section], strict=True):
                if detect_language(relation) != detect_language(other) and abbreviations.isdisjoint(
                    (term_key(relation), term_key(other))
                ):
                    yield term_key(relation), term_key(other)


def _names_by_section(note: NoteAnnotations, sources: set[TermSource]) -> dict[int, list[str]]:
    """Return the first name of each term from these sources, by section."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for term in note.terms:
        if term.source in sources:
            found[term.section].append(term.names[0])
    return found
