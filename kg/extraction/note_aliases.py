"""Merge the front matter aliases of a note about one thing with the name of that thing."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from kg.extraction.annotations import NoteAnnotations, TermSource
from kg.extraction.merging import MergedNames, NameSets, Vocabulary
from kg.extraction.terms.grammar import ABBREVIATION, is_term, split_names, term_key
from kg.extraction.terms.headings import names_one_thing
from kg.names import Mention

# Sources of terms that are surely concepts.
STRONG_SOURCES = frozenset({TermSource.TITLE, TermSource.HEADING, TermSource.DEFINED})


@dataclass(frozen=True, slots=True)
class NoteSubject:
    """What a note's title says it is about: a single thing with its names, or several things."""

    names: tuple[tuple[str, ...], ...]
    is_single: bool


class _NoteAlias(NamedTuple):
    """An alias of a note. `is_initials` tells that it abbreviates the note's title."""

    text: str
    key: str
    is_initials: bool


def find_subject(note: NoteAnnotations) -> NoteSubject:
    """Return what a note's title says it is about."""
    names = tuple(term.names for term in note.terms if term.source is TermSource.TITLE)
    return NoteSubject(names, len(names) == 1 and names_one_thing(note.title))


def merge_aliases(
    notes: Sequence[NoteAnnotations],
    subjects: Sequence[NoteSubject],
    mentions: Sequence[Sequence[Sequence[Mention]]],
    vocabulary: Vocabulary,
    names: MergedNames,
) -> MergedNames:
    """Merge the front matter aliases of each note about one thing.

    If they are a list of keywords, only the initials of the title are taken for its abbreviation.
    `mentions` holds those of every sentence of every note.
    """
    sets, expansions = names.sets.copy(), dict(names.expansions)
    own_terms = _keys_of_own_terms(notes, names.sets)
    for note, subject, sentences in zip(notes, subjects, mentions, strict=True):
        keys = [term_key(name) for group in subject.names for name in group]
        full = vocabulary.full_names(keys)
        if not (subject.is_single and full and note.aliases):
            continue
        aliases = _aliases_of(note, subject)
        roots = set(sets.roots(full))
        further = {
            alias.key
            for alias in aliases
            if not alias.is_initials and sets.root(alias.key) not in roots
        }
        are_keywords = any(
            alias.key in own_terms
            or sets.root(alias.key) in own_terms
            or not is_term(alias.text)
            or any(key in alias.key or alias.key in key for key in full)
            for alias in aliases
            if alias.key in further
        ) or _are_mentioned_together(sentences, full, further, sets)
        for alias in aliases:
            if (
                alias.is_initials
                and alias.key in vocabulary.abbreviations
                and alias.key not in expansions
            ):
                expansions[alias.key] = frozenset({full[0]})
            elif alias.key in further and not are_keywords:
                sets.join((full[0], alias.key))
    return replace(names, sets=sets, expansions=expansions)


def _keys_of_own_terms(notes: Sequence[NoteAnnotations], sets: NameSets) -> set[str]:
    """Return the roots of terms with a title, heading, definition or group of their own.

    An alias that is one of them is a keyword, not another name of its note's subject.
    """
    names = {
        name
        for note in notes
        for term in note.terms
        if term.source in STRONG_SOURCES or len(term.names) > 1
        for name in term.names
    }
    return set(sets.roots(map(term_key, names)))


def _aliases_of(note: NoteAnnotations, subject: NoteSubject) -> list[_NoteAlias]:
    """Return the aliases of a note about one thing; one with several names counts as several."""
    return [
        _NoteAlias(text, term_key(text), _matches_initials(text, subject.names[0]))
        for alias in note.aliases
        for text in split_names(alias) or (alias,)
    ]


def _are_mentioned_together(
    sentences: Iterable[Sequence[Mention]], first: Iterable[str], others: set[str], sets: NameSets
) -> bool:
    """Tell whether some sentence mentions one of the first names beside one of the others.

    A sentence does not call one thing by two of its names.
    """
    if not others:
        return False
    roots, other_roots = set(sets.roots(first)), set(sets.roots(others))
    for sentence in sentences:
        mentioned = {sets.root(key) for mention in sentence for key in mention.concepts}
        if not roots.isdisjoint(mentioned) and not other_roots.isdisjoint(mentioned):
            return True
    return False


def _matches_initials(short: str, names: Iterable[str]) -> bool:
    """Tell whether an abbreviation has the first letters of the words of one of the names.

    >>> _matches_initials("GRU", ("Gated Recurrent Unit",))
    True
    >>> _matches_initials("BM25", ("Retrieval-Augmented Generation",))
    False
    """
    letters = "".join(filter(str.isalpha, short.casefold()))
    if len(letters) < 2 or not ABBREVIATION.fullmatch(short):
        return False
    return any(
        letters == "".join(word[0] for word in re.findall(r"\w+", name.casefold()))
        for name in names
    )
