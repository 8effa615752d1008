"""Entity resolution: decide which term candidates are concepts and which names belong together.

Names are merged when the notes say so: in one parenthesised group, or as an alias of a note about
one thing. Nothing is merged because it looks alike. An abbreviation that stands for several things
belongs to each of them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from kg.extraction.annotations import NoteAnnotations, TermSource
from kg.extraction.merging import (
    MergedNames,
    NameGroup,
    NamePartners,
    NoteMentions,
    expand_abbreviations,
    find_name_groups,
    merge_groups,
    merge_kind_nouns,
    merge_languages,
)
from kg.extraction.note_aliases import STRONG, merge_aliases, note_subject
from kg.extraction.terms.grammar import ABBREVIATION, term_key
from kg.extraction.translations import find_aligned_aliases


@dataclass(frozen=True, slots=True)
class ResolvedConcept:
    """One concept: the keys of its names, its spellings (surest first) and abbreviations."""

    keys: frozenset[str]
    full: tuple[str, ...]
    short: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """The concepts, and which of them a key means.

    An ambiguous key means several, unless a note says which one it means there. `subjects` holds
    what each note is about: one concept, or several when its title enumerates them.
    """

    concepts: tuple[ResolvedConcept, ...]
    # The numbers of the concepts that a key can mean.
    concepts_by_key: Mapping[str, tuple[int, ...]]
    # The concept that an ambiguous key means in a note, by (note, key).
    local: Mapping[tuple[int, str], int]
    subjects: tuple[tuple[int, ...], ...]

    @property
    def local_keys(self) -> set[str]:
        """Return the keys that mean something of their own in some note."""
        return {key for _, key in self.local}

    def resolve(self, note: int, keys: Iterable[str]) -> tuple[int, ...]:
        """Return the concepts that a mention with these keys can mean in this note."""
        found: dict[int, None] = {}
        for key in keys:
            for number in (
                (self.local[note, key],)
                if (note, key) in self.local
                else self.concepts_by_key.get(key, ())
            ):
                found[number] = None
        return tuple(found)


def vocabulary(notes: Sequence[NoteAnnotations]) -> dict[str, str]:
    """Return every term's key with its most frequent spelling, to look for in sentences."""
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for note in notes:
        for name in (name for term in note.terms for name in term.names):
            spellings[term_key(name)][name] += 1
    return {
        key: min(found, key=lambda name: (-found[name], name))
        for key, found in sorted(spellings.items())
        if key
    }


def resolve_concepts(
    notes: Sequence[NoteAnnotations], mentions: Sequence[NoteMentions], spellings: Mapping[str, str]
) -> Resolution:
    """Resolve term candidates to concepts, ambiguous keys in each note, and each note's subject.

    Each pass merges names on better evidence than the next: names given together, kind nouns,
    languages, aliases, aligned aliases of twin notes.
    """
    merged, groups = MergedNames(), find_name_groups(notes)
    abbreviations = {key for key, text in spellings.items() if ABBREVIATION.fullmatch(text)}
    partners = NamePartners(spellings, merged)
    merge_groups(notes, groups, merged, abbreviations, partners)
    expansions = expand_abbreviations(groups, abbreviations, merged)
    merge_kind_nouns(merged, abbreviations, spellings, expansions)
    merge_languages(expansions, merged, spellings)
    subjects = [note_subject(note) for note in notes]
    merge_aliases(notes, subjects, mentions, merged, abbreviations, expansions)
    partners.join_all(
        pair
        for pair in find_aligned_aliases(notes, merged.root, expansions)
        if abbreviations.isdisjoint(pair)
    )
    expansions = {key: {merged.root(full) for full in full} for key, full in expansions.items()}
    accepted = _accept_concepts(notes, mentions, spellings, merged, expansions)
    return _number_concepts(notes, spellings, merged, expansions, accepted, groups)


def _accept_concepts(
    notes: Sequence[NoteAnnotations],
    mentions: Sequence[NoteMentions],
    spellings: Mapping[str, str],
    merged: MergedNames,
    expansions: Mapping[str, set[str]],
) -> set[str]:
    """Return the roots that are concepts.

    What a title, a heading or a definition names is one; anything else if it is mentioned enough.
    """

    @cache
    def roots(key: str) -> frozenset[str]:
        return (
            frozenset(merged.root(expansion) for expansion in expansions[key])
            if key in expansions
            else frozenset((merged.root(key),))
        )

    sentences, within = _count_mentions(mentions, roots)
    marked: defaultdict[str, set[tuple[int, TermSource]]] = defaultdict(set)
    accepted: set[str] = set()
    for number, note in enumerate(notes):
        for term in note.terms:
            found = {root for text in term.names for root in roots(term_key(text))}
            for root in found:
                marked[root].add((number, term.source))
            if term.source in STRONG or (term.source is TermSource.BOLD and len(term.names) > 1):
                accepted |= found
    return accepted | {
        root
        for root, marks in marked.items()
        if _is_mentioned_enough(marks, sentences[root], len(within[root]))
    }


def _count_mentions(
    mentions: Sequence[NoteMentions], roots: Callable[[str], frozenset[str]]
) -> tuple[Counter[str], dict[str, set[int]]]:
    """Count in how many sentences each root is mentioned, and collect in which notes."""
    sentences: Counter[str] = Counter()
    within: defaultdict[str, set[int]] = defaultdict(set)
    for number, note in enumerate(mentions):
        here: set[str] = set()
        for found in note:
            named = frozenset[str]().union(
                *(roots(key) for mention in found for key in mention.concepts)
            )
            for root in named:
                sentences[root] += 1
            here |= named
        for root in here:
            within[root].add(number)
    return sentences, within


def _is_mentioned_enough(marks: set[tuple[int, TermSource]], sentences: int, notes: int) -> bool:
    """Tell whether a term that is marked less surely is mentioned often enough to be a concept."""
    sources = {source for _, source in marks}
    linked = sum(source is TermSource.LINK for _, source in marks)
    return (
        (bool(sources & {TermSource.BOLD, TermSource.GROUP, TermSource.ALIAS}) and sentences > 1)
        or (TermSource.LABEL in sources and len(sources) > 1)
        or (TermSource.TAG in sources and notes > 1)
        or linked > 1
    )


def _number_concepts(
    notes: Sequence[NoteAnnotations],
    spellings: Mapping[str, str],
    merged: MergedNames,
    expansions: Mapping[str, set[str]],
    accepted: set[str],
    groups: Sequence[NameGroup],
) -> Resolution:
    said: Counter[str] = Counter(
        term_key(name) for note in notes for term in note.terms for name in term.names
    )
    members: defaultdict[str, list[str]] = defaultdict(list)
    for key in spellings:
        for root in (
            sorted({merged.root(expansion) for expansion in expansions[key]})
            if key in expansions
            else [merged.root(key)]
        ):
            members[root].append(key)
    order = sorted(root for root in accepted if members[root])
    number = {root: at for at, root in enumerate(order)}
    concepts = tuple(_concept_of_keys(members[root], expansions, spellings, said) for root in order)
    meant: defaultdict[str, list[int]] = defaultdict(list)
    for root in order:
        for key in members[root]:
            meant[key].append(number[root])
    local = {
        (note, key): number[merged.root(full)]
        for note, keys, _ in groups
        for key in keys
        if len(meant[key]) > 1
        for full in keys
        if full != key
        and merged.root(full) in number
        and key in expansions
        and full not in expansions
    }
    concepts_by_key = {key: tuple(found) for key, found in meant.items()}
    untitled = Resolution(concepts, concepts_by_key, local, ())
    subjects = tuple(
        tuple(
            dict.fromkeys(
                concept
                for names in note_subject(note).names
                for concept in untitled.resolve(at, map(term_key, names))
            )
        )
        for at, note in enumerate(notes)
    )
    return replace(untitled, subjects=subjects)


def _concept_of_keys(
    keys: Sequence[str],
    expansions: Mapping[str, set[str]],
    spellings: Mapping[str, str],
    said: Counter[str],
) -> ResolvedConcept:
    ordered = sorted(keys, key=lambda key: (-said[key], key))
    short = [key for key in ordered if ABBREVIATION.fullmatch(spellings[key])]
    full = [key for key in ordered if key not in short]
    return ResolvedConcept(
        frozenset(keys),
        tuple(spellings[key] for key in full),
        tuple(spellings[key] for key in short),
    )
