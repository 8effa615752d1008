"""Merge the names of one concept: names given together, kind nouns, and both languages.

A pass takes what earlier passes know of the names and returns what is known after it. It changes
nothing that it was given.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

from networkx.utils import UnionFind

from kg.extraction.annotations import NoteAnnotations, TermSource
from kg.extraction.mentions import strip_kind_noun
from kg.extraction.terms.grammar import ABBREVIATION, term_key
from kg.language.detect import Language, detect_language

# Words of two English names of one abbreviation agree if they begin with the same so many letters.
_STEM_LETTERS = 6


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names of all term candidates, by key and in the order of keys."""

    # The most frequent spelling of each key.
    spellings: Mapping[str, str]
    languages: Mapping[str, Language]
    abbreviations: frozenset[str]

    def full_names(self, keys: Iterable[str]) -> list[str]:
        """Return the keys that are not abbreviations."""
        return [key for key in keys if key not in self.abbreviations]


class NameGroup(NamedTuple):
    """Names that one term of a note gives together: `marked` as a term, or in running text."""

    note: int
    keys: tuple[str, ...]
    marked: bool


class NameSets:
    """The keys of names, divided into sets. The root of a set is its smallest key.

    A key that was never joined is a set of its own.

    >>> sets = NameSets()
    >>> sets.join(("mha", "attention"))
    >>> sets.root("mha"), sets.root("gru")
    ('attention', 'gru')
    """

    def __init__(self) -> None:
        self._union: UnionFind[str] = UnionFind()
        # networkx names a set by a member that depends on the order of joining. By that member,
        # this holds the smallest one.
        self._smallest: dict[str, str] = {}

    def copy(self) -> "NameSets":
        """Return the same sets; joining keys in them does not change these."""
        copied = NameSets()
        copied._union.parents = dict(self._union.parents)
        copied._union.weights = dict(self._union.weights)
        copied._smallest = dict(self._smallest)
        return copied

    def root(self, key: str) -> str:
        """Return the smallest key of the set that holds this one."""
        member = self._union[key]
        return self._smallest.get(member, member)

    def roots(self, keys: Iterable[str]) -> list[str]:
        """Return the roots of the sets that hold these keys, sorted, each once."""
        return sorted({self.root(key) for key in keys})

    def join(self, keys: Iterable[str]) -> None:
        """Make one set of those that hold these keys, which are at least one."""
        roots = self.roots(keys)
        self._union.union(*roots)
        self._smallest[self._union[roots[0]]] = roots[0]


class NamePartners:
    """For each key, the languages of the names that it was given together with.

    A likely translation is merged only if neither name has a partner in the other's language.
    """

    def __init__(self, languages: Mapping[str, Language]) -> None:
        self._languages = languages
        self._partners: defaultdict[str, frozenset[Language]] = defaultdict(frozenset)

    def copy(self) -> "NamePartners":
        """Return the same partners; adding some there does not change these."""
        copied = NamePartners(self._languages)
        copied._partners.update(self._partners)
        return copied

    def add(self, keys: Sequence[str]) -> None:
        """Remember that these names are partners of each other."""
        languages = frozenset(self._languages[key] for key in keys)
        for key in keys:
            self._partners[key] |= languages

    def are_free(self, keys: Sequence[str]) -> bool:
        """Tell whether none of these names has a partner in the language of another of them."""
        languages = frozenset(self._languages[key] for key in keys)
        return all(
            self._partners[key].isdisjoint(languages - {self._languages[key]}) for key in keys
        )

    def are_translations(self, first: str, second: str) -> bool:
        """Tell whether two names are in different languages, known, and free for each other."""
        return (
            first in self._languages
            and second in self._languages
            and self._languages[first] != self._languages[second]
            and self.are_free((first, second))
        )


@dataclass(frozen=True, slots=True)
class MergedNames:
    """What is known of the names after a pass."""

    # The names of one concept are in one set.
    sets: NameSets
    partners: NamePartners
    # For each abbreviation with a full name, a name of every concept that it stands for. A later
    # pass may have joined some of these names, so that there are fewer concepts than names.
    expansions: Mapping[str, frozenset[str]]


def collect_vocabulary(notes: Sequence[NoteAnnotations]) -> Vocabulary:
    """Return the names of all term candidates.

    Of equally frequent spellings the alphabetically first is taken.
    """
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for note in notes:
        for name in (name for term in note.terms for name in term.names):
            counts[term_key(name)][name] += 1
    spellings = {
        key: min(names, key=lambda name: (-names[name], name))
        for key, names in sorted(counts.items())
        if key
    }
    return Vocabulary(
        spellings,
        {key: detect_language(text) for key, text in spellings.items()},
        frozenset(key for key, text in spellings.items() if ABBREVIATION.fullmatch(text)),
    )


def collect_name_groups(notes: Sequence[NoteAnnotations]) -> list[NameGroup]:
    """Return the keys of every term candidate with several names, in the order of the notes."""
    return [
        NameGroup(
            number,
            tuple(filter(None, map(term_key, term.names))),
            term.source is not TermSource.GROUP,
        )
        for number, note in enumerate(notes)
        for term in note.terms
        if len(term.names) > 1
    ]


def merge_groups(groups: Sequence[NameGroup], vocabulary: Vocabulary) -> MergedNames:
    """Merge the full names of each group, or its abbreviations if it has no others.

    In running text nothing marks where a name begins, so its groups come last and are merged only
    if no name of theirs has a partner yet.
    """
    sets, partners = NameSets(), NamePartners(vocabulary.languages)
    for group in sorted(groups, key=lambda group: not group.marked):
        names = vocabulary.full_names(group.keys) or list(group.keys)
        if group.marked or partners.are_free(names):
            sets.join(names)
            partners.add(names)
    return MergedNames(sets, partners, {})


def expand_abbreviations(
    groups: Sequence[NameGroup], vocabulary: Vocabulary, names: MergedNames
) -> MergedNames:
    """Find the concepts that each abbreviation stands for: those of the groups that it is in."""
    expansions: defaultdict[str, set[str]] = defaultdict(set)
    for group in groups:
        if full := vocabulary.full_names(group.keys):
            for key in vocabulary.abbreviations.intersection(group.keys):
                expansions[key].add(names.sets.root(full[0]))
    return replace(names, expansions={key: frozenset(full) for key, full in expansions.items()})


def merge_kind_nouns(vocabulary: Vocabulary, names: MergedNames) -> MergedNames:
    """Merge names that differ by a kind noun, if the notes use both.

    The attention mechanism is attention. The BERT model is BERT, unless BERT is ambiguous.
    """
    sets, expansions = names.sets.copy(), dict(names.expansions)
    for key in vocabulary.full_names(vocabulary.spellings):
        bare = term_key(strip_kind_noun(vocabulary.spellings[key]))
        if bare not in vocabulary.spellings:
            continue
        if bare not in vocabulary.abbreviations:
            sets.join((key, bare))
        elif len(expansions.get(bare, ())) < 2:
            sets.join((key, *expansions.get(bare, ())))
            expansions[bare] = frozenset({key})
    return replace(names, sets=sets, expansions=expansions)


def merge_languages(vocabulary: Vocabulary, names: MergedNames) -> MergedNames:
    """Merge the concepts of an abbreviation whose names mean the same.

    One Chinese and one English concept of an abbreviation do. So do English names if the words of
    one agree with words of the other: `policy optimizer` and `policy optimization`.
    """
    sets = names.sets.copy()
    keys_by_root: defaultdict[str, list[str]] = defaultdict(list)
    for key in vocabulary.spellings:
        keys_by_root[sets.root(key)].append(key)
    for _, expansions in sorted(names.expansions.items()):
        stems = {
            root: _english_stems(keys_by_root[root], vocabulary) for root in sets.roots(expansions)
        }
        for first, second in combinations(stems, 2):
            if any(a <= b or b <= a for a in stems[first] for b in stems[second]):
                sets.join((first, second))
        roots = sets.roots(expansions)
        languages = [{vocabulary.languages[key] for key in keys_by_root[root]} for root in roots]
        if languages in ([{"en"}, {"zh"}], [{"zh"}, {"en"}]):
            sets.join(roots)
    return replace(names, sets=sets)


def _english_stems(keys: Iterable[str], vocabulary: Vocabulary) -> list[frozenset[str]]:
    """Return, for each English name, the beginnings of its words."""
    return [
        frozenset(
            word[:_STEM_LETTERS].casefold()
            for word in re.findall(r"[^\W\d_]{2,}", vocabulary.spellings[key])
        )
        for key in keys
        if vocabulary.languages[key] == "en"
    ]


def settle_expansions(names: MergedNames) -> MergedNames:
    """Expand each abbreviation to roots, each once."""
    return replace(
        names,
        expansions={
            key: frozenset(names.sets.roots(expansions))
            for key, expansions in names.expansions.items()
        },
    )
