"""Resolve entities: decide which term candidates are concepts and which names belong together.

Names are merged when the notes say so: in one parenthesised group, or as an alias of a note about
one thing. Nothing is merged because it looks alike. An abbreviation that stands for several things
belongs to each of them.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from kg.extraction.annotations import NoteAnnotations, TermSource
from kg.extraction.merging import (
    MergedNames,
    NameGroup,
    Vocabulary,
    collect_name_groups,
    expand_abbreviations,
    merge_groups,
    merge_kind_nouns,
    merge_languages,
    settle_expansions,
)
from kg.extraction.note_aliases import STRONG_SOURCES, NoteSubject, find_subject, merge_aliases
from kg.extraction.terms.grammar import term_key
from kg.extraction.translations import merge_aligned_aliases, merge_translations
from kg.names import Mention

# For each sentence of a note, its mentions. Their concepts are the keys that each can mean.
NoteMentions = Sequence[Sequence[Mention]]

# Sources that make a term a concept if several sentences mention it.
_MENTIONED_SOURCES = frozenset({TermSource.BOLD, TermSource.GROUP, TermSource.ALIAS})


@dataclass(frozen=True, slots=True)
class ResolvedConcept:
    """One concept: the keys of its names, its full names and its abbreviations.

    Names are in their most frequent spelling, and the most frequent name comes first.
    """

    keys: frozenset[str]
    full: tuple[str, ...]
    short: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """The concepts, and which of them a key means. A concept is its number in `concepts`."""

    concepts: tuple[ResolvedConcept, ...]
    # The concepts that a key can mean: several if it is ambiguous.
    concepts_by_key: Mapping[str, tuple[int, ...]]
    # The concept that an ambiguous key means in a note that says so, by (note, key).
    local: Mapping[tuple[int, str], int]
    # What each note is about: one concept, or several if its title enumerates them.
    subjects: tuple[tuple[int, ...], ...]

    @property
    def local_keys(self) -> set[str]:
        """Return the keys that mean something of their own in some note."""
        return {key for _, key in self.local}

    def resolve(self, note: int, keys: Iterable[str]) -> tuple[int, ...]:
        """Return the concepts that a mention with these keys can mean in this note, each once."""
        return _look_up(self.concepts_by_key, self.local, note, keys)


def resolve_concepts(
    notes: Sequence[NoteAnnotations], mentions: Sequence[NoteMentions], vocabulary: Vocabulary
) -> Resolution:
    """Resolve term candidates to concepts, ambiguous keys in each note, and each note's subject.

    Names are merged in passes, and each goes by what the passes before it found.
    """
    groups = collect_name_groups(notes)
    subjects = [find_subject(note) for note in notes]
    names = merge_groups(groups, vocabulary)
    names = merge_translations(notes, vocabulary, names)
    names = expand_abbreviations(groups, vocabulary, names)
    names = merge_kind_nouns(vocabulary, names)
    names = merge_languages(vocabulary, names)
    names = merge_aliases(notes, subjects, mentions, vocabulary, names)
    names = merge_aligned_aliases(notes, vocabulary, names)
    names = settle_expansions(names)
    accepted = _accept_roots(notes, mentions, names)
    return _number_concepts(notes, subjects, groups, vocabulary, names, accepted)


def _look_up(
    concepts_by_key: Mapping[str, tuple[int, ...]],
    local: Mapping[tuple[int, str], int],
    note: int,
    keys: Iterable[str],
) -> tuple[int, ...]:
    """Return the concepts that the keys mean in a note: by what it says itself, or by all notes."""
    concepts: dict[int, None] = {}
    for key in keys:
        if (note, key) in local:
            concepts[local[note, key]] = None
        else:
            concepts.update(dict.fromkeys(concepts_by_key.get(key, ())))
    return tuple(concepts)


def _roots_of(key: str, names: MergedNames) -> frozenset[str]:
    """Return the roots that a key can mean: several for an ambiguous abbreviation."""
    return names.expansions.get(key) or frozenset((names.sets.root(key),))


def _accept_roots(
    notes: Sequence[NoteAnnotations], mentions: Sequence[NoteMentions], names: MergedNames
) -> set[str]:
    """Return the roots that are concepts.

    What a title, a heading or a definition names is one; any other if it is mentioned enough.
    """
    roots_of = cache(lambda key: _roots_of(key, names))
    sentence_counts, note_counts = _count_mentions(mentions, roots_of)
    # For each root, the notes that mark it as a term, and how.
    marks: defaultdict[str, set[tuple[int, TermSource]]] = defaultdict(set)
    accepted: set[str] = set()
    for number, note in enumerate(notes):
        for term in note.terms:
            roots = {root for name in term.names for root in roots_of(term_key(name))}
            for root in roots:
                marks[root].add((number, term.source))
            several_names = len(term.names) > 1
            if term.source in STRONG_SOURCES or (term.source is TermSource.BOLD and several_names):
                accepted |= roots
    return accepted | {
        root
        for root, sources in marks.items()
        if _is_mentioned_enough(sources, sentence_counts[root], note_counts[root])
    }


def _count_mentions(
    mentions: Sequence[NoteMentions], roots_of: Callable[[str], frozenset[str]]
) -> tuple[Counter[str], Counter[str]]:
    """Count in how many sentences, and in how many notes, each root is mentioned."""
    sentence_counts: Counter[str] = Counter()
    note_counts: Counter[str] = Counter()
    for sentences in mentions:
        in_note: set[str] = set()
        for sentence in sentences:
            keys = {key for mention in sentence for key in mention.concepts}
            roots = {root for key in keys for root in roots_of(key)}
            sentence_counts.update(roots)
            in_note |= roots
        note_counts.update(in_note)
    return sentence_counts, note_counts


def _is_mentioned_enough(marks: set[tuple[int, TermSource]], sentences: int, notes: int) -> bool:
    """Tell whether a term that is marked less surely is mentioned often enough to be a concept."""
    sources = {source for _, source in marks}
    links = sum(source is TermSource.LINK for _, source in marks)
    return (
        (not sources.isdisjoint(_MENTIONED_SOURCES) and sentences > 1)
        or (TermSource.LABEL in sources and len(sources) > 1)
        or (TermSource.TAG in sources and notes > 1)
        or links > 1
    )


def _number_concepts(
    notes: Sequence[NoteAnnotations],
    subjects: Sequence[NoteSubject],
    groups: Sequence[NameGroup],
    vocabulary: Vocabulary,
    names: MergedNames,
    accepted: set[str],
) -> Resolution:
    """Number the accepted roots in their order, and look up what keys and titles mean by them."""
    keys_by_root: defaultdict[str, list[str]] = defaultdict(list)
    for key in vocabulary.spellings:
        for root in _roots_of(key, names):
            keys_by_root[root].append(key)
    roots = sorted(accepted & keys_by_root.keys())
    numbers = {root: number for number, root in enumerate(roots)}
    counts = Counter(term_key(name) for note in notes for term in note.terms for name in term.names)
    meanings: defaultdict[str, list[int]] = defaultdict(list)
    for root in roots:
        for key in keys_by_root[root]:
            meanings[key].append(numbers[root])
    concepts_by_key = {key: tuple(concepts) for key, concepts in meanings.items()}
    local = _local_meanings(groups, names, numbers, concepts_by_key)
    return Resolution(
        tuple(_build_concept(keys_by_root[root], counts, vocabulary) for root in roots),
        concepts_by_key,
        local,
        tuple(
            _look_up(concepts_by_key, local, note, _keys_of(subject))
            for note, subject in enumerate(subjects)
        ),
    )


def _local_meanings(
    groups: Sequence[NameGroup],
    names: MergedNames,
    numbers: Mapping[str, int],
    concepts_by_key: Mapping[str, tuple[int, ...]],
) -> dict[tuple[int, str], int]:
    """Return, by (note, key), what an ambiguous abbreviation means in a note that expands it."""
    return {
        (group.note, key): numbers[names.sets.root(full)]
        for group in groups
        for key in group.keys
        if key in names.expansions and len(concepts_by_key.get(key, ())) > 1
        for full in group.keys
        if full not in names.expansions and names.sets.root(full) in numbers
    }


def _keys_of(subject: NoteSubject) -> Iterable[str]:
    """Return the keys of all names in a note's title."""
    return (term_key(name) for names in subject.names for name in names)


def _build_concept(
    keys: Sequence[str], counts: Counter[str], vocabulary: Vocabulary
) -> ResolvedConcept:
    """Return the concept with these keys of names. `counts` says how often each is written."""
    ordered = sorted(keys, key=lambda key: (-counts[key], key))
    spell = vocabulary.spellings.__getitem__
    return ResolvedConcept(
        frozenset(keys),
        tuple(map(spell, vocabulary.full_names(ordered))),
        tuple(spell(key) for key in ordered if key in vocabulary.abbreviations),
    )
