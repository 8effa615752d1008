"""Everything gathered → which terms are concepts, and which names are one concept's. No relations.

Names are one concept's when the notes say so: in one parenthesised group, or as an alias of a note about one thing. Nothing
is merged because it looks alike. A short form that stands for several things belongs to each of them.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

from kg.extraction.annotations import NoteAnnotations, TermSource
from kg.extraction.mentions import strip_kind_noun
from kg.extraction.terms.grammar import ABBREVIATION, is_term, split_names, term_key
from kg.extraction.terms.headings import names_one_thing
from kg.language.detect import detect_language
from kg.names import Mention

_STRONG = {TermSource.TITLE, TermSource.HEADING, TermSource.DEFINED}
Spotted = list[
    list[Mention]
]  # of a note, for each sentence: its mentions, with the keys that each can mean


@dataclass(frozen=True, slots=True)
class ResolvedConcept:
    """One concept by its names: the keys of them, the full spellings (surest first) and the short ones."""

    keys: frozenset[str]
    full: tuple[str, ...]
    short: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resolution:
    """The concepts, and what a key means: several for an ambiguous one, fewer in a note that says which.

    `subjects` has, of each note, what it is about: one concept, or several when its title enumerates them.
    """

    concepts: tuple[ResolvedConcept, ...]
    meant: Mapping[str, tuple[int, ...]]  # key → numbers of concepts
    local: Mapping[tuple[int, str], int]  # (note, ambiguous key) → the concept that it is there
    subjects: tuple[tuple[int, ...], ...]

    @property
    def local_keys(self) -> set[str]:
        """The keys that some note has a meaning of its own for."""
        return {key for _, key in self.local}

    def resolve(self, note: int, keys: Iterable[str]) -> tuple[int, ...]:
        """The concepts that a mention can mean in this note."""
        found: dict[int, None] = {}
        for key in keys:
            for number in (
                (self.local[note, key],) if (note, key) in self.local else self.meant.get(key, ())
            ):
                found[number] = None
        return tuple(found)


class _Merged:
    """Keys that are one concept's: a union-find."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def root(self, key: str) -> str:
        while (parent := self._parent.setdefault(key, key)) != key:
            self._parent[key] = self._parent[parent] if parent in self._parent else parent
            key = parent
        return key

    def join(self, keys: Iterable[str]) -> None:
        first, *rest = sorted({self.root(key) for key in keys})
        for other in rest:
            self._parent[other] = first


def vocabulary(notes: Sequence[NoteAnnotations]) -> dict[str, str]:
    """Every term's key with its commonest spelling: what is looked for in the sentences."""
    spelled: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for note in notes:
        for name in (name for term in note.terms for name in term.names):
            spelled[term_key(name)][name] += 1
    return {
        key: min(found, key=lambda name: (-found[name], name))
        for key, found in sorted(spelled.items())
        if key
    }


def resolve_concepts(
    notes: Sequence[NoteAnnotations], spotted: Sequence[Spotted], spelled: Mapping[str, str]
) -> Resolution:
    """The concepts by their names, each note's own use of ambiguous ones, and what each note is about."""
    merged, groups = _Merged(), _groups(notes)
    shorts = {key for key, text in spelled.items() if ABBREVIATION.fullmatch(text)}
    partners = _Partners(spelled, merged)
    _join_groups(notes, groups, merged, shorts, partners)
    stands = _expanded(groups, shorts, merged)
    _join_kinds(merged, shorts, spelled, stands)
    _join_languages(stands, merged, spelled)
    subjects = [_subject(note) for note in notes]
    _join_aliases(notes, subjects, spotted, merged, shorts, stands)
    partners.join_all(
        pair for pair in _aligned_aliases(notes, merged, stands) if shorts.isdisjoint(pair)
    )
    stands = {key: {merged.root(full) for full in full} for key, full in stands.items()}
    accepted = _accepted(notes, spotted, spelled, merged, stands)
    return _numbered(notes, spelled, merged, stands, accepted, groups)


def _join_groups(
    notes: Sequence[NoteAnnotations],
    groups: Sequence["_Group"],
    merged: _Merged,
    shorts: set[str],
    partners: "_Partners",
) -> None:
    """The full names of one group; where nothing marks where a name begins, only if none has another partner already."""
    for weak in (False, True):
        for _, keys, marked in groups:
            full = [key for key in keys if key not in shorts] or list(keys)
            if marked is not weak and (marked or partners.fit(full)):
                merged.join(full)
                partners.note(full)
    partners.join_all(_translations(notes, shorts))


def _join_kinds(
    merged: _Merged, shorts: set[str], spelled: Mapping[str, str], stands: dict[str, set[str]]
) -> None:
    """The attention mechanism is attention, and the BERT model is BERT, if the notes say both."""
    for key, text in spelled.items():
        bare = term_key(strip_kind_noun(text))
        if bare not in spelled or key in shorts:
            continue
        if bare not in shorts:
            merged.join((key, bare))
        elif len(stands.get(bare, ())) < 2:
            merged.join((key, *stands.get(bare, ())))
            stands[bare] = {merged.root(key)}


_Group = tuple[
    int, tuple[str, ...], bool
]  # the note's number, the keys, whether marked as a term and not in running text


def _groups(notes: Sequence[NoteAnnotations]) -> list[_Group]:
    """Every term with several names."""
    return [
        (
            number,
            tuple(filter(None, map(term_key, term.names))),
            term.source is not TermSource.GROUP,
        )
        for number, note in enumerate(notes)
        for term in note.terms
        if len(term.names) > 1
    ]


class _Partners:
    """Which concepts have a name in which language already: a second one that is merely likely does not join them."""

    def __init__(self, spelled: Mapping[str, str], merged: _Merged) -> None:
        self._language = {key: detect_language(text) for key, text in spelled.items()}
        self._merged = merged
        self._has: defaultdict[str, set[str]] = defaultdict(set)

    def note(self, keys: Sequence[str]) -> None:
        for key in keys:
            self._has[key] |= {self._language[one] for one in keys}

    def fit(self, keys: Sequence[str]) -> bool:
        """Whether none of them has a name in the language of another."""
        tongues = {self._language[key] for key in keys}
        return all(not (self._has[key] & (tongues - {self._language[key]})) for key in keys)

    def join_all(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Joins the pairs of names in two languages that fit."""
        for pair in pairs:
            if (
                self._language.keys() >= set(pair)
                and self._language[pair[0]] != self._language[pair[1]]
                and self.fit(pair)
            ):
                self._merged.join(pair)
                self.note(pair)


def _twins(notes: Sequence[NoteAnnotations]) -> list[list[NoteAnnotations]]:
    """The pairs of notes of one id."""
    twins: defaultdict[str, list[NoteAnnotations]] = defaultdict(list)
    for note in notes:
        if note.id:
            twins[note.id].append(note)
    return [pair for pair in twins.values() if len(pair) == 2]


def _aligned_aliases(
    notes: Sequence[NoteAnnotations], merged: _Merged, stands: Mapping[str, set[str]]
) -> Iterator[tuple[str, str]]:
    """Front matter aliases at the same place in two notes of one id: as many, between two that the lists share."""

    def concepts(note: NoteAnnotations) -> list[str]:
        keys = (term_key(name) for alias in note.aliases for name in split_names(alias)[:1])
        roots = (
            merged.root(next(iter(stands[key])) if len(stands.get(key, ())) == 1 else key)
            for key in keys
        )
        return list(dict.fromkeys(roots))

    for one, other in _twins(notes):
        mine, theirs = concepts(one), concepts(other)
        for what, start, end, from_, to in SequenceMatcher(
            None, mine, theirs, autojunk=False
        ).get_opcodes():
            if what == "replace" and end - start == to - from_:
                yield from zip(mine[start:end], theirs[from_:to], strict=True)


def _translations(notes: Sequence[NoteAnnotations], shorts: set[str]) -> Iterator[tuple[str, str]]:
    """Terms at the same position in two notes of one id, in two languages: a heading's, a definition's."""
    for one, other in _twins(notes):
        if names_one_thing(one.title) and names_one_thing(other.title):
            yield from _paired(
                _in_sections(one, {TermSource.TITLE}),
                _in_sections(other, {TermSource.TITLE}),
                shorts,
            )
        if len(one.heads) == len(other.heads):
            for sources in ({TermSource.HEADING}, {TermSource.DEFINED, TermSource.LABEL}):
                yield from _paired(_in_sections(one, sources), _in_sections(other, sources), shorts)


def _paired(
    mine: Mapping[int, Sequence[str]], theirs: Mapping[int, Sequence[str]], shorts: set[str]
) -> Iterator[tuple[str, str]]:
    """The full names at the same place in sections that have as many."""
    for section in sorted(mine.keys() & theirs.keys()):
        if len(mine[section]) == len(theirs[section]):
            for one, other in zip(mine[section], theirs[section], strict=True):
                if detect_language(one) != detect_language(other) and shorts.isdisjoint(
                    (term_key(one), term_key(other))
                ):
                    yield term_key(one), term_key(other)


def _in_sections(note: NoteAnnotations, sources: set[TermSource]) -> dict[int, list[str]]:
    """The first names of the terms from such places, of each section."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for term in note.terms:
        if term.source in sources:
            found[term.section].append(term.names[0])
    return found


def _expanded(groups: Iterable[_Group], shorts: set[str], merged: _Merged) -> dict[str, set[str]]:
    """Short form → the full names that it stands for, one of each concept."""
    stands: defaultdict[str, set[str]] = defaultdict(set)
    for _, keys, _ in groups:
        if full := [key for key in keys if key not in shorts]:
            for key in keys:
                if key in shorts:
                    stands[key].add(merged.root(full[0]))
    return dict(stands)


def _join_languages(
    stands: Mapping[str, set[str]], merged: _Merged, spelled: Mapping[str, str]
) -> None:
    """A short form with one Chinese and one English concept to it is the same thing in both; and so is `model(ling)`."""
    members: defaultdict[str, list[str]] = defaultdict(list)
    for key in spelled:
        members[merged.root(key)].append(key)
    for short in sorted(stands):
        roots = sorted({merged.root(one) for one in stands[short]})
        stems = {
            root: [
                _stems(spelled[key])
                for key in members[root]
                if detect_language(spelled[key]) == "en"
            ]
            for root in roots
        }
        for at, one in enumerate(roots):
            for other in roots[at + 1 :]:
                if any(a <= b or b <= a for a in stems[one] for b in stems[other]):
                    merged.join((one, other))
        roots = sorted({merged.root(one) for one in stands[short]})
        tongues = [{detect_language(spelled[key]) for key in members[root]} for root in roots]
        if len(roots) == 2 and sorted(map(sorted, tongues)) == [["en"], ["zh"]]:
            merged.join(roots)


def _stems(text: str) -> frozenset[str]:
    """The beginnings of a name's words, by which `language model` and `language modelling` agree."""
    return frozenset(word[:6].casefold() for word in re.findall(r"[^\W\d_]{2,}", text))


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a note's title says it is about: one thing with its names, or several."""

    names: tuple[tuple[str, ...], ...]
    one: bool


def _subject(note: NoteAnnotations) -> _Subject:
    terms = tuple(term.names for term in note.terms if term.source is TermSource.TITLE)
    return _Subject(terms, len(terms) == 1 and names_one_thing(note.title))


def _join_aliases(
    notes: Sequence[NoteAnnotations],
    subjects: Sequence[_Subject],
    spotted: Sequence[Spotted],
    merged: _Merged,
    shorts: set[str],
    stands: dict[str, set[str]],
) -> None:
    """Front matter aliases of a note about one thing: all of them, or of a list of keywords only its abbreviations.

    It is a list of keywords when one of them is certainly no other name: a term with a heading, definition or group of its
    own, one that a sentence names beside the thing, one that contains its name or is contained in it.
    """
    terms = {
        term
        for note in notes
        for term in note.terms
        if term.source in _STRONG or len(term.names) > 1
    }
    own = {
        merged.root(key)
        for key in {term_key(name) for names in {term.names for term in terms} for name in names}
    }
    for note, subject, sentences in zip(notes, subjects, spotted, strict=True):
        keys = [term_key(one) for names in subject.names for one in names]
        full = [key for key in keys if key not in shorts]
        if not (subject.one and full and note.aliases):
            continue
        roots = {merged.root(key) for key in full}
        aliases = [
            (text, term_key(text))
            for alias in note.aliases
            for text in split_names(alias) or (alias,)
        ]
        others = [
            key
            for text, key in aliases
            if merged.root(key) not in roots and not _initials(text, subject.names[0])
        ]
        certain = [
            key in own
            or merged.root(key) in own
            or not is_term(text)
            or any(one in key or key in one for one in full)
            for text, key in aliases
            if key in others
        ]
        beside = _roots_in(sentences, merged) if others and not any(certain) else []
        certain += [
            any(merged.root(key) in sentence and roots & sentence for sentence in beside)
            for key in others
        ]
        for text, key in aliases:
            if key in shorts and key not in stands and _initials(text, subject.names[0]):
                stands[key] = {full[0]}
            elif key in others and not any(certain):
                merged.join((full[0], key))


def _roots_in(sentences: Spotted, merged: _Merged) -> list[set[str]]:
    return [
        {merged.root(key) for mention in sentence for key in mention.concepts}
        for sentence in sentences
    ]


def _initials(short: str, names: Sequence[str]) -> bool:
    """Whether a short form has the first letters of one of the names' words.

    >>> _initials("GRU", ("Gated Recurrent Unit",)), _initials("BM25", ("Retrieval-Augmented Generation",))
    (True, False)
    """
    letters = "".join(one for one in short.casefold() if one.isalpha())
    firsts = ("".join(word[0] for word in re.findall(r"\w+", name.casefold())) for name in names)
    return len(letters) > 1 and bool(ABBREVIATION.fullmatch(short)) and letters in set(firsts)


def _accepted(
    notes: Sequence[NoteAnnotations],
    spotted: Sequence[Spotted],
    spelled: Mapping[str, str],
    merged: _Merged,
    stands: Mapping[str, set[str]],
) -> set[str]:
    """The roots that are concepts: a title's, a heading's, what a sentence defines; others when the notes speak of them."""

    @cache
    def roots(key: str) -> frozenset[str]:
        return (
            frozenset(merged.root(one) for one in stands[key])
            if key in stands
            else frozenset((merged.root(key),))
        )

    sentences, within = _frequency(spotted, roots)
    marked: defaultdict[str, set[tuple[int, TermSource]]] = defaultdict(set)
    accepted: set[str] = set()
    for number, note in enumerate(notes):
        for term in note.terms:
            found = {root for text in term.names for root in roots(term_key(text))}
            for root in found:
                marked[root].add((number, term.source))
            if term.source in _STRONG or (term.source is TermSource.BOLD and len(term.names) > 1):
                accepted |= found
    return accepted | {
        root
        for root, marks in marked.items()
        if _spoken_of(marks, sentences[root], len(within[root]))
    }


def _frequency(
    spotted: Sequence[Spotted], roots: Callable[[str], frozenset[str]]
) -> tuple[Counter[str], dict[str, set[int]]]:
    """In how many sentences each is named, and in which notes."""
    sentences: Counter[str] = Counter()
    within: defaultdict[str, set[int]] = defaultdict(set)
    for number, note in enumerate(spotted):
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


def _spoken_of(marks: set[tuple[int, TermSource]], sentences: int, notes: int) -> bool:
    """Whether a term that is marked less surely is spoken of often enough to be a concept."""
    sources = {source for _, source in marks}
    linked = sum(source is TermSource.LINK for _, source in marks)
    return (
        (bool(sources & {TermSource.BOLD, TermSource.GROUP, TermSource.ALIAS}) and sentences > 1)
        or (TermSource.LABEL in sources and len(sources) > 1)
        or (TermSource.TAG in sources and notes > 1)
        or linked > 1
    )


def _numbered(
    notes: Sequence[NoteAnnotations],
    spelled: Mapping[str, str],
    merged: _Merged,
    stands: Mapping[str, set[str]],
    accepted: set[str],
    groups: Sequence[_Group],
) -> Resolution:
    said: Counter[str] = Counter(
        term_key(name) for note in notes for term in note.terms for name in term.names
    )
    members: defaultdict[str, list[str]] = defaultdict(list)
    for key in spelled:
        for root in (
            sorted({merged.root(one) for one in stands[key]})
            if key in stands
            else [merged.root(key)]
        ):
            members[root].append(key)
    order = sorted(root for root in accepted if members[root])
    number = {root: at for at, root in enumerate(order)}
    concepts = tuple(_named(members[root], stands, spelled, said) for root in order)
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
        if full != key and merged.root(full) in number and key in stands and full not in stands
    }
    naming = Resolution(concepts, {key: tuple(found) for key, found in meant.items()}, local, ())
    subjects = tuple(
        tuple(
            dict.fromkeys(
                one
                for names in _subject(note).names
                for one in naming.resolve(at, map(term_key, names))
            )
        )
        for at, note in enumerate(notes)
    )
    return Resolution(concepts, naming.meant, local, subjects)


def _named(
    keys: Sequence[str],
    stands: Mapping[str, set[str]],
    spelled: Mapping[str, str],
    said: Counter[str],
) -> ResolvedConcept:
    ordered = sorted(keys, key=lambda key: (-said[key], key))
    short = [key for key in ordered if ABBREVIATION.fullmatch(spelled[key])]
    full = [key for key in ordered if key not in short]
    return ResolvedConcept(
        frozenset(keys), tuple(spelled[key] for key in full), tuple(spelled[key] for key in short)
    )
