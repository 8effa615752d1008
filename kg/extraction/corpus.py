"""All notes with the concepts in them: which sentence names which, what a heading is about, which note says the same.

Names and places only: what follows from them is kg/claims.py's.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kg.extraction.annotations import NoteAnnotations, Span, TermSource
from kg.extraction.cache import ExtractionCache
from kg.extraction.mentions import MentionFinder
from kg.extraction.resolution import Resolution, resolve_concepts, vocabulary
from kg.extraction.terms.grammar import term_key
from kg.names import Mention


@dataclass(frozen=True, slots=True)
class ConceptMention:
    """A concept at a place of a sentence's text."""

    concept: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Corpus:
    """All notes with the concepts in them."""

    notes: tuple[NoteAnnotations, ...]
    naming: Resolution
    seen: tuple[
        tuple[tuple[ConceptMention, ...], ...], ...
    ]  # of each note, of each sentence: the concepts that it names surely
    about: tuple[
        tuple[tuple[int, ...], ...], ...
    ]  # of each note, of each section: what its heading is about
    introduced: Mapping[
        tuple[int, int], frozenset[int]
    ]  # (note, sentence) → the concepts that it introduces
    first: Mapping[
        int, tuple[int, Span]
    ]  # where each concept is first named: the note, and the place in it
    twins: tuple[
        int, ...
    ]  # of each note: the number of the first one that says the same, in another language


def read_corpus(notes: tuple[NoteAnnotations, ...], memory: ExtractionCache) -> Corpus:
    """All notes read against each other."""
    spelled = vocabulary(notes)
    spotted = MentionFinder(spelled.items()).spot(notes, memory)
    naming = resolve_concepts(notes, spotted, spelled)
    everywhere = _Everywhere(naming)
    seen = tuple(
        tuple(_resolved(everywhere, number, sentence) for sentence in found)
        for number, found in enumerate(spotted)
    )
    about = tuple(
        tuple(_about(naming, number, note, section) for section in range(len(note.heads)))
        for number, note in enumerate(notes)
    )
    first: dict[str, int] = {}
    twins = tuple(
        first.setdefault(note.id or note.path, number) for number, note in enumerate(notes)
    )
    return Corpus(
        notes,
        naming,
        seen,
        about,
        _introduced(naming, notes, about),
        _first_places(notes, seen),
        twins,
    )


class _Everywhere:
    """What mentions mean, kept where it is the same in every note."""

    def __init__(self, naming: Resolution) -> None:
        self._naming = naming
        self._local = naming.local_keys
        self._known: dict[tuple[str, ...], tuple[int, ...]] = {}

    def meant(self, note: int, keys: tuple[str, ...]) -> tuple[int, ...]:
        """The concepts that these keys can mean in a note."""
        meant = self._known.get(keys)
        if meant is None:
            meant = self._naming.resolve(note, keys)
            if self._local.isdisjoint(keys):
                self._known[keys] = meant
        return meant


def _resolved(
    everywhere: _Everywhere, note: int, sentence: Sequence[Mention]
) -> tuple[ConceptMention, ...]:
    """The mentions of a sentence that mean one concept each."""
    found = ((everywhere.meant(note, one.concepts), one) for one in sentence)
    return tuple(
        ConceptMention(meant[0], one.start, one.end) for meant, one in found if len(meant) == 1
    )


def _about(naming: Resolution, number: int, note: NoteAnnotations, section: int) -> tuple[int, ...]:
    """The concepts that a section's heading is about: those it asks about, in order."""
    keys = (
        term_key(text)
        for term in note.terms
        if term.section == section and term.spot < 0
        for text in term.names
    )
    found = (meant[0] for key in keys if len(meant := naming.resolve(number, (key,))) == 1)
    return tuple(dict.fromkeys(found))


def _introduced(
    naming: Resolution, notes: Sequence[NoteAnnotations], about: Sequence[Sequence[Sequence[int]]]
) -> dict[tuple[int, int], frozenset[int]]:
    """The concepts that a sentence sets in bold or, where no heading is about them, gives names in parentheses."""
    found: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    headed = {one for note in about for section in note for one in section}.union(*naming.subjects)
    for number, note in enumerate(notes):
        for term in note.terms:
            if term.spot >= 0 and term.source is not TermSource.LINK:
                meant = set(naming.resolve(number, map(term_key, term.names)))
                found[number, term.spot] |= (
                    meant - headed if term.source is TermSource.GROUP else meant
                )
    return {place: frozenset(concepts) for place, concepts in found.items()}


def _first_places(
    notes: Sequence[NoteAnnotations], seen: Sequence[Sequence[Sequence[ConceptMention]]]
) -> dict[int, tuple[int, Span]]:
    found: dict[int, tuple[int, Span]] = {}
    for number, note in enumerate(notes):
        for at, sentence in enumerate(seen[number]):
            for one in sentence:
                if one.concept not in found:
                    found[one.concept] = number, note.spots[at].place
    return found
