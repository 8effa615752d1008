"""Find the concepts in all notes: which sentence mentions which, and what each heading is about."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kg.extraction.annotations import NoteAnnotations, Span, TermSource
from kg.extraction.cache import ExtractionCache
from kg.extraction.mentions import MentionFinder
from kg.extraction.merging import collect_vocabulary
from kg.extraction.resolution import Resolution, resolve_concepts
from kg.extraction.terms.grammar import term_key
from kg.names import Mention


@dataclass(frozen=True, slots=True)
class ConceptMention:
    """A concept at characters `start` to `end` of a sentence's text."""

    concept: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Corpus:
    """All notes, with the concepts that they mention.

    A concept is its number in `resolution.concepts`, a note its number in `notes`.
    """

    notes: tuple[NoteAnnotations, ...]
    resolution: Resolution
    # For each sentence of each note, the mentions that mean one concept each.
    seen: tuple[tuple[tuple[ConceptMention, ...], ...], ...]
    # For each section of each note, the concepts that its heading is about.
    about: tuple[tuple[tuple[int, ...], ...], ...]
    # The concepts that a sentence introduces, by (note, sentence).
    introduced: Mapping[tuple[int, int], frozenset[int]]
    # The note, and the place in it, where each concept is first mentioned.
    first: Mapping[int, tuple[int, Span]]
    # For each note, the number of the first one that says the same in another language.
    twins: tuple[int, ...]


def read_corpus(notes: tuple[NoteAnnotations, ...], memory: ExtractionCache) -> Corpus:
    """Read all notes against each other."""
    vocabulary = collect_vocabulary(notes)
    mentions = MentionFinder(vocabulary.spellings.items()).find_in_notes(notes, memory)
    resolution = resolve_concepts(notes, mentions, vocabulary)
    meanings = _MentionMeanings(resolution)
    seen = tuple(
        tuple(_resolve_mentions(meanings, number, sentence) for sentence in found)
        for number, found in enumerate(mentions)
    )
    about = tuple(
        tuple(
            _heading_concepts(resolution, number, note, section)
            for section in range(len(note.headings))
        )
        for number, note in enumerate(notes)
    )
    first: dict[str, int] = {}
    twins = tuple(
        first.setdefault(note.id or note.path, number) for number, note in enumerate(notes)
    )
    return Corpus(
        notes,
        resolution,
        seen,
        about,
        _introductions(resolution, notes, about),
        _first_mentions(notes, seen),
        twins,
    )


class _MentionMeanings:
    """What mentions mean, remembered where it is the same in every note."""

    def __init__(self, resolution: Resolution) -> None:
        self._resolution = resolution
        self._local = resolution.local_keys
        self._known: dict[tuple[str, ...], tuple[int, ...]] = {}

    def resolve(self, note: int, keys: tuple[str, ...]) -> tuple[int, ...]:
        """Return the concepts that these keys can mean in a note."""
        concepts = self._known.get(keys)
        if concepts is None:
            concepts = self._resolution.resolve(note, keys)
            if self._local.isdisjoint(keys):
                self._known[keys] = concepts
        return concepts


def _resolve_mentions(
    meanings: _MentionMeanings, note: int, sentence: Sequence[Mention]
) -> tuple[ConceptMention, ...]:
    """Return the mentions of a sentence that mean one concept each."""
    found = ((meanings.resolve(note, mention.concepts), mention) for mention in sentence)
    return tuple(
        ConceptMention(meant[0], mention.start, mention.end)
        for meant, mention in found
        if len(meant) == 1
    )


def _heading_concepts(
    resolution: Resolution, number: int, note: NoteAnnotations, section: int
) -> tuple[int, ...]:
    """Return the concepts that a section's heading is about, in order."""
    keys = (
        term_key(text)
        for term in note.terms
        if term.section == section and term.sentence < 0
        for text in term.names
    )
    found = (meant[0] for key in keys if len(meant := resolution.resolve(number, (key,))) == 1)
    return tuple(dict.fromkeys(found))


def _introductions(
    resolution: Resolution,
    notes: Sequence[NoteAnnotations],
    about: Sequence[Sequence[Sequence[int]]],
) -> dict[tuple[int, int], frozenset[int]]:
    """Return the concepts that each sentence introduces.

    Those it sets in bold, or gives names in parentheses where no heading is about them.
    """
    introduced: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    headed = {concept for note in about for section in note for concept in section}.union(
        *resolution.subjects
    )
    for number, note in enumerate(notes):
        for term in note.terms:
            if term.sentence >= 0 and term.source is not TermSource.LINK:
                meant = set(resolution.resolve(number, map(term_key, term.names)))
                introduced[number, term.sentence] |= (
                    meant - headed if term.source is TermSource.GROUP else meant
                )
    return {place: frozenset(concepts) for place, concepts in introduced.items()}


def _first_mentions(
    notes: Sequence[NoteAnnotations], seen: Sequence[Sequence[Sequence[ConceptMention]]]
) -> dict[int, tuple[int, Span]]:
    first: dict[int, tuple[int, Span]] = {}
    for number, note in enumerate(notes):
        for at, sentence in enumerate(seen[number]):
            for mention in sentence:
                if mention.concept not in first:
                    first[mention.concept] = number, note.sentences[at].span
    return first
