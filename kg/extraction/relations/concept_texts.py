"""Claim prerequisites from which concepts' texts mention which other concepts.

This file collects each concept's text and what it mentions; a model then judges each pair.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from kg.extraction.annotations import Heading, NoteAnnotations, TermSource
from kg.extraction.corpus import Corpus
from kg.extraction.relations.claims import Claim, concepts_by_key
from kg.extraction.relations.declarations import find_required_notes
from kg.extraction.relations.prerequisites import (
    ConceptSentence,
    ConceptText,
    infer_prerequisites,
)
from kg.extraction.resolution import ResolvedConcept
from kg.extraction.terms.grammar import term_key
from kg.language import en, zh
from kg.language.detect import detect_language
from kg.language.words import join_words
from kg.types import Origin, RelationKind

# Least confidence of a claim; below, a mention suggests nothing.
_LEAST_CONFIDENCE = 0.35
# What may be between two names that a sentence enumerates.
_ENUMERATION = re.compile(
    rf"\s*(?:→|->|=>|[,，、/]|{join_words(en.CONJUNCTIONS, zh.CONJUNCTIONS)}|vs\.?|,\s*and)\s*"
    rf"(?:{join_words(en.ARTICLES)}\s+)?",
    re.IGNORECASE,
)
# A single English word, or up to three characters of another script.
_COMMON_WORD = re.compile(r"[a-zA-Z]{1,11}|[^a-zA-Z]{1,3}")


def find_text_prerequisites(corpus: Corpus) -> Iterator[Claim]:
    """Yield the prerequisites that the mentions in concepts' texts make likely.

    The evidence is the first sentence that mentions the prerequisite. When only the concept's name
    mentions it, the evidence is where the notes first mention the concept.
    """
    mentions = {
        (number, index): _mentioned_in(corpus, number, index)
        for number, note in enumerate(corpus.mentions)
        for index, found in enumerate(note)
        if found
    }
    for candidate in infer_prerequisites(
        _concept_texts(corpus), mentions, find_required_notes(corpus)
    ):
        if candidate.confidence < _LEAST_CONFIDENCE:
            continue
        if sentence := candidate.sentence:
            note = sentence.note
            span = corpus.notes[note].sentences[sentence.sentence].span
        elif candidate.concept in corpus.first_mentions:
            note, span = corpus.first_mentions[candidate.concept]
        else:
            continue
        yield Claim(
            candidate.prerequisite,
            candidate.concept,
            RelationKind.PREREQUISITE_OF,
            Origin.MENTION,
            candidate.confidence,
            note,
            span,
        )


def _mentioned_in(corpus: Corpus, number: int, index: int) -> dict[int, frozenset[int]]:
    """Return the concepts that a sentence mentions and does not introduce.

    Each comes with the concepts that the sentence enumerates together with it.
    """
    mentions = corpus.mentions[number][index]
    introduced = corpus.introduced.get((number, index), frozenset())
    text = corpus.notes[number].sentences[index].text
    enumerated: defaultdict[int, set[int]] = defaultdict(set)
    chain: list[int] = []
    for mention, following in pairwise(mentions):
        if not _ENUMERATION.fullmatch(text[mention.end : following.start]):
            chain = []
            continue
        chain.append(mention.concept)
        for concept in chain:
            enumerated[concept].add(following.concept)
            enumerated[following.concept].add(concept)
    return {
        mention.concept: frozenset(enumerated[mention.concept])
        for mention in mentions
        if mention.concept not in introduced
    }


def _concept_texts(corpus: Corpus) -> list[ConceptText]:
    """Return each concept's text: the sections on it alone, and the sentences that define it."""
    builders = [_TextBuilder() for _ in corpus.resolution.concepts]
    for number, note in enumerate(corpus.notes):
        for section, head in enumerate(note.headings):
            about = corpus.about[number][section] or corpus.resolution.subjects[number]
            if len(about) == 1 and head.last > head.first:
                builders[about[0]].add_section(note, number, corpus.twins[number], section, head)
        for term in note.terms:
            if term.source is TermSource.DEFINED:
                concepts = corpus.resolution.resolve(number, map(term_key, term.names))
                if len(concepts) == 1:
                    builders[concepts[0]].add_definition(
                        note, number, corpus.twins[number], term.section, term.sentence
                    )
    alone = {concepts[0] for concepts in corpus.resolution.subjects if len(concepts) == 1}
    by_key = concepts_by_key(corpus)
    return [
        ConceptText(
            sentences=tuple(builder.sentences.values()),
            first_sections=builder.first_sections,
            sections=frozenset(builder.sections),
            has_own_note=number in alone,
            is_common_word=_is_common_word(concept),
            within_name=_concepts_within_name(number, concept, by_key),
        )
        for number, (builder, concept) in enumerate(
            zip(builders, corpus.resolution.concepts, strict=True)
        )
    ]


class _TextBuilder:
    """Collect the sentences and sections of one concept's text."""

    def __init__(self) -> None:
        self.sentences: dict[tuple[int, int], ConceptSentence] = {}
        self.first_sections: dict[int, int] = {}
        self.sections: set[tuple[int, int]] = set()

    def add_section(
        self, note: NoteAnnotations, number: int, twin: int, section: int, head: Heading
    ) -> None:
        """Add the sentences of a section; its first one in prose opens the text."""
        indexes = range(head.first, head.last)
        opening = next((index for index in indexes if note.sentences[index].prose), -1)
        for index in indexes:
            self.sentences[number, index] = ConceptSentence(
                number, index, note.sentences[index].aside, index == opening
            )
        self.first_sections.setdefault(twin, section)
        self.sections.add((number, section))

    def add_definition(
        self, note: NoteAnnotations, number: int, twin: int, section: int, index: int
    ) -> None:
        """Add a sentence that defines the concept, which opens the text."""
        self.sentences[number, index] = ConceptSentence(
            number, index, note.sentences[index].aside, True
        )
        self.sections.add((number, section))
        self.first_sections[twin] = min(section, self.first_sections.get(twin, section))


def _is_common_word(concept: ResolvedConcept) -> bool:
    """Tell whether a concept has no names but single short words."""
    return not concept.short and all(map(_COMMON_WORD.fullmatch, concept.full))


def _concepts_within_name(
    number: int, concept: ResolvedConcept, by_key: dict[str, int]
) -> frozenset[int]:
    """Return the other concepts whose names a concept's names begin or end with."""
    pieces = (piece for name in concept.full for piece in _beginnings_and_ends(name))
    found = {by_key.get(term_key(piece)) for piece in pieces}
    return frozenset(other for other in found if other is not None and other != number)


def _beginnings_and_ends(name: str) -> Iterator[str]:
    """Yield the beginnings and ends of a name, by words, or by characters in Chinese."""
    if detect_language(name) == "zh" and " " not in name:
        for cut in range(2, len(name) - 1):
            yield name[:cut]
            yield name[cut:]
    else:
        words = name.split()
        for cut in range(1, len(words)):
            yield " ".join(words[:cut])
            yield " ".join(words[cut:])
