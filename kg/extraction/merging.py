"""Merge the names of one concept: groups, kind nouns, abbreviations in two languages."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from networkx.utils import UnionFind

from kg.extraction.annotations import NoteAnnotations, TermSource
from kg.extraction.mentions import strip_kind_noun
from kg.extraction.terms.grammar import term_key
from kg.extraction.translations import find_translations
from kg.language.detect import detect_language
from kg.names import Mention

# For each sentence of a note, its mentions, with the keys that each can mean.
NoteMentions = list[list[Mention]]


class MergedNames:
    """Which keys of names are one concept's. A concept's root is its smallest key."""

    def __init__(self) -> None:
        self._sets: UnionFind[str] = UnionFind()
        # networkx picks a set's representative by size; the smallest key is the same in any order.
        self._smallest: dict[str, str] = {}

    def root(self, key: str) -> str:
        representative = self._sets[key]
        return self._smallest.get(representative, representative)

    def join(self, keys: Iterable[str]) -> None:
        roots = sorted({self.root(key) for key in keys})
        self._sets.union(*roots)
        self._smallest[self._sets[roots[0]]] = roots[0]


class NameGroup(NamedTuple):
    """Names that one term of a note gives together: `marked` as a term, not in running text."""

    note: int
    keys: tuple[str, ...]
    marked: bool


def find_name_groups(notes: Sequence[NoteAnnotations]) -> list[NameGroup]:
    """Return every term with several names."""
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


class NamePartners:
    """Which languages a concept has a name in already.

    A second name in the same language that is merely likely is not merged.
    """

    def __init__(self, spellings: Mapping[str, str], merged: MergedNames) -> None:
        self._language = {key: detect_language(text) for key, text in spellings.items()}
        self._merged = merged
        self._has: defaultdict[str, set[str]] = defaultdict(set)

    def note(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._has[key] |= {self._language[item] for item in keys}

    def fit(self, keys: Sequence[str]) -> bool:
        """Tell whether none of these has a name in the language of another."""
        languages = {self._language[key] for key in keys}
        return all(not (self._has[key] & (languages - {self._language[key]})) for key in keys)

    def join_all(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Merge the pairs of names in two languages that fit."""
        for pair in pairs:
            if (
                self._language.keys() >= set(pair)
                and self._language[pair[0]] != self._language[pair[1]]
                and self.fit(pair)
            ):
                self._merged.join(pair)
                self.note(pair)


def merge_groups(
    notes: Sequence[NoteAnnotations],
    groups: Sequence["NameGroup"],
    merged: MergedNames,
    abbreviations: set[str],
    partners: "NamePartners",
) -> None:
    """Merge the full names of each group.

    In running text, where nothing marks where a name begins, only if none has a partner already.
    """
    for weak in (False, True):
        for _, keys, marked in groups:
            full = [key for key in keys if key not in abbreviations] or list(keys)
            if marked is not weak and (marked or partners.fit(full)):
                merged.join(full)
                partners.note(full)
    partners.join_all(find_translations(notes, abbreviations))


def merge_kind_nouns(
    merged: MergedNames,
    abbreviations: set[str],
    spellings: Mapping[str, str],
    expansions: dict[str, set[str]],
) -> None:
    """Merge names that differ by a kind noun, if the notes use both.

    The attention mechanism is attention, and the BERT model is BERT.
    """
    for key, text in spellings.items():
        bare = term_key(strip_kind_noun(text))
        if bare not in spellings or key in abbreviations:
            continue
        if bare not in abbreviations:
            merged.join((key, bare))
        elif len(expansions.get(bare, ())) < 2:
            merged.join((key, *expansions.get(bare, ())))
            expansions[bare] = {merged.root(key)}


def expand_abbreviations(
    groups: Iterable[NameGroup], abbreviations: set[str], merged: MergedNames
) -> dict[str, set[str]]:
    """Return the full names that each abbreviation stands for, one of each concept."""
    expansions: defaultdict[str, set[str]] = defaultdict(set)
    for _, keys, _ in groups:
        if full := [key for key in keys if key not in abbreviations]:
            for key in keys:
                if key in abbreviations:
                    expansions[key].add(merged.root(full[0]))
    return dict(expansions)


def merge_languages(
    expansions: Mapping[str, set[str]], merged: MergedNames, spellings: Mapping[str, str]
) -> None:
    """Merge what an abbreviation means in two languages.

    An abbreviation with one Chinese and one English concept means the same thing in both; so do
    spellings such as `model` and `modelling`.
    """
    members: defaultdict[str, list[str]] = defaultdict(list)
    for key in spellings:
        members[merged.root(key)].append(key)
    for short in sorted(expansions):
        roots = sorted({merged.root(expansion) for expansion in expansions[short]})
        stems = {
            root: [
                _stems(spellings[key])
                for key in members[root]
                if detect_language(spellings[key]) == "en"
            ]
            for root in roots
        }
        for at, item in enumerate(roots):
            for other in roots[at + 1 :]:
                if any(a <= b or b <= a for a in stems[item] for b in stems[other]):
                    merged.join((item, other))
        roots = sorted({merged.root(expansion) for expansion in expansions[short]})
        languages = [{detect_language(spellings[key]) for key in members[root]} for root in roots]
        if len(roots) == 2 and sorted(map(sorted, languages)) == [["en"], ["zh"]]:
            merged.join(roots)


def _stems(text: str) -> frozenset[str]:
    """Return the beginnings of a name's words: `language model` and `language modelling` agree."""
    return frozenset(word[:6].casefold() for word in re.findall(r"[^\W\d_]{2,}", text))
