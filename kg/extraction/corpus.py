"""Find the concepts in all notes: what each sentence mentions and what each heading is about."""

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
    mentions: tuple[tuple[tuple[ConceptMention, ...], ...], ...]
    # For each section of each note, the concepts that its heading is about.
    about: tuple[tuple[tuple[int, ...], ...], ...]
    # The concepts that a sentence introduces, by (note, sentence).
    introduced: Mapping[tuple[int, int], frozenset[int]]
    # The note, and the sentence in it, where each concept is first mentioned.
    first_mentions: Mapping[int, tuple[int, Span]]
    # For each note, the number of the first one with its id: the same text, in another language.
    twins: tuple[int, ...]


def read_corpus(notes: tuple[NoteAnnotations, ...], cache: ExtractionCache) -> Corpus:
    """Find and resolve the concepts of all notes. The cache is brought up to date."""
    vocabulary = collect_vocabulary(notes)
    term_mentions = MentionFinder(vocabulary.spellings.items()).find_in_notes(notes, cache)
    resolution = resolve_concepts(notes, term_mentions, vocabulary)
    resolver = _MentionResolver(resolution)
    mentions = tuple(
        tuple(resolver.resolve_all(number, sentence) for sentence in sentences)
        for number, sentences in enumerate(term_mentions)
    )
    about = tuple(
        tuple(
            _concepts_in_heading(resolution, number, note, section)
            for section in range(len(note.headings))
        )
        for number, note in enumerate(notes)
    )
    first: dict[str, int] = {}
    return Corpus(
        notes,
        resolution,
        mentions,
        about,
        _find_introductions(notes, resolution, about),
        _find_first_mentions(notes, mentions),
        tuple(first.setdefault(note.id or note.path, number) for number, note in enumerate(notes)),
    )


class _MentionResolver:
    """Resolves mentions, and remembers those that mean the same in every note."""

    def __init__(self, resolution: Resolution) -> None:
        self._resolution = resolution
        self._local_keys = resolution.local_keys
        self._known: dict[tuple[str, ...], tuple[int, ...]] = {}

    def resolve_all(self, note: int, mentions: Sequence[Mention]) -> tuple[ConceptMention, ...]:
        """Return the mentions of a note that mean one concept each."""
        resolved = ((self._resolve(note, mention.concepts), mention) for mention in mentions)
        return tuple(
            ConceptMention(concepts[0], mention.start, mention.end)
            for concepts, mention in resolved
            if len(concepts) == 1
        )

    def _resolve(self, note: int, keys: tuple[str, ...]) -> tuple[int, ...]:
        """Return the concepts that these keys can mean in a note."""
        concepts = self._known.get(keys)
        if concepts is None:
            concepts = self._resolution.resolve(note, keys)
            if self._local_keys.isdisjoint(keys):
                self._known[keys] = concepts
        return concepts


def _concepts_in_heading(
    resolution: Resolution, number: int, note: NoteAnnotations, section: int
) -> tuple[int, ...]:
    """Return the concepts that a heading is about, in order. Ambiguous names are left out."""
    resolved = (
        resolution.resolve(number, (term_key(name),))
        for term in note.terms
        if term.section == section and term.sentence < 0
        for name in term.names
    )
    return tuple(dict.fromkeys(concepts[0] for concepts in resolved if len(concepts) == 1))


def _find_introductions(
    notes: Sequence[NoteAnnotations],
    resolution: Resolution,
    about: Sequence[Sequence[Sequence[int]]],
) -> dict[tuple[int, int], frozenset[int]]:
    """Return the concepts that each sentence introduces, by (note, sentence).

    A sentence introduces what it sets in bold. It also introduces what it only gives names to in
    parentheses, if no heading or title is about that.
    """
    introduced: defaultdict[tuple[int, int], set[int]] = defaultdict(set)
    headed = {concept for note in about for section in note for concept in section}.union(
        *resolution.subjects
    )
    for number, note in enumerate(notes):
        for term in note.terms:
            if term.sentence >= 0 and term.source is not TermSource.LINK:
                concepts = set(resolution.resolve(number, map(term_key, term.names)))
                if term.source is TermSource.GROUP:
                    concepts -= headed
                introduced[number, term.sentence] |= concepts
    return {sentence: frozenset(concepts) for sentence, concepts in introduced.items()}


def _find_first_mentions(
    notes: Sequence[NoteAnnotations], mentions: Sequence[Sequence[Sequence[ConceptMention]]]
) -> dict[int, tuple[int, Span]]:
    """Return the note and the sentence that mention each concept first."""
    first: dict[int, tuple[int, Span]] = {}
    for number, note in enumerate(notes):
        for sentence, in_sentence in zip(note.sentences, mentions[number], strict=True):
            for mention in in_sentence:
                first.setdefault(mention.concept, (number, sentence.span))
    return first
