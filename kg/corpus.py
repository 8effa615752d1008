"""All notes with the concepts in them: which sentence names which, what a heading is about, which note says the same.

Names and places only: what follows from them is kg/claims.py's.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kg.concepts import Mention
from kg.gathered import Gathered, Place, Source
from kg.mentions import Lexicon, Memory
from kg.naming import Naming, name, vocabulary
from kg.terms import term_key


@dataclass(frozen=True, slots=True)
class Seen:
    """A concept at a place of a sentence's text."""

    concept: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Corpus:
    """All notes with the concepts in them."""

    notes: tuple[Gathered, ...]
    naming: Naming
    seen: tuple[tuple[tuple[Seen, ...], ...], ...]  # of each note, of each sentence: the concepts that it names surely
    about: tuple[tuple[tuple[int, ...], ...], ...]  # of each note, of each section: what its heading is about
    introduced: Mapping[tuple[int, int], frozenset[int]]  # (note, sentence) → the concepts that it introduces
    first: Mapping[int, tuple[int, Place]]  # where each concept is first named: the note, and the place in it
    twins: tuple[int, ...]  # of each note: the number of the first one that says the same, in another language


def read_corpus(notes: tuple[Gathered, ...], memory: Memory) -> Corpus:
    """All notes read against each other."""
    spelled = vocabulary(notes)
    spotted = Lexicon(spelled.items()).spot(notes, memory)
    naming = name(notes, spotted, spelled)
    known: dict[tuple[str, ...], tuple[int, ...]] = {}
    seen = tuple(tuple(_resolved(naming, number, sentence, known) for sentence in found) for number, found in enumerate(spotted))
    about = tuple(
        tuple(_about(naming, number, note, section) for section in range(len(note.heads))) for number, note in enumerate(notes)
    )
    first: dict[str, int] = {}
    twins = tuple(first.setdefault(note.id or note.path, number) for number, note in enumerate(notes))
    return Corpus(notes, naming, seen, about, _introduced(naming, notes, about), _first_places(notes, seen), twins)


def _resolved(
    naming: Naming, note: int, sentence: Sequence[Mention], known: dict[tuple[str, ...], tuple[int, ...]]
) -> tuple[Seen, ...]:
    """The mentions of a sentence that mean one concept each; `known` keeps what mentions mean wherever they stand."""
    found = []
    for one in sentence:
        meant = known.get(one.concepts)
        if meant is None:
            meant = naming.resolve(note, one.concepts)
            if naming.local_keys.isdisjoint(one.concepts):
                known[one.concepts] = meant
        if len(meant) == 1:
            found.append(Seen(meant[0], one.start, one.end))
    return tuple(found)


def _about(naming: Naming, number: int, note: Gathered, section: int) -> tuple[int, ...]:
    """The concepts that a section's heading is about: those it asks about, in order."""
    keys = (term_key(text) for term in note.terms if term.section == section and term.spot < 0 for text in term.names)
    found = (meant[0] for key in keys if len(meant := naming.resolve(number, (key,))) == 1)
    return tuple(dict.fromkeys(found))


def _introduced(
    naming: Naming, notes: Sequence[Gathered], about: Sequence[Sequence[Sequence[int]]]
) -> dict[tuple[int, int], frozenset[int]]:
    """The concepts that a sentence sets in bold or, where no heading is about them, gives names in parentheses."""
    found: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    headed = {one for note in about for section in note for one in section}.union(*naming.subjects)
    for number, note in enumerate(notes):
        for term in note.terms:
            if term.spot >= 0 and term.source is not Source.LINK:
                meant = set(naming.resolve(number, map(term_key, term.names)))
                found[number, term.spot] |= meant - headed if term.source is Source.GROUP else meant
    return {place: frozenset(concepts) for place, concepts in found.items()}


def _first_places(notes: Sequence[Gathered], seen: Sequence[Sequence[Sequence[Seen]]]) -> dict[int, tuple[int, Place]]:
    found: dict[int, tuple[int, Place]] = {}
    for number, note in enumerate(notes):
        for at, sentence in enumerate(seen[number]):
            for one in sentence:
                if one.concept not in found:
                    found[one.concept] = number, note.spots[at].place
    return found
