"""Claim relations from what sentences state, from the order of headings, and from names.

A claim's confidence depends on where it comes from. Which claims become relations is not decided
here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from kg.extraction.annotations import Span, TermSource
from kg.extraction.cache import ExtractionCache
from kg.extraction.corpus import ConceptMention, Corpus
from kg.extraction.relations.patterns import find_relations
from kg.extraction.terms.grammar import term_key
from kg.language import en, zh
from kg.language.detect import detect_language
from kg.language.words import join_words
from kg.types import Origin, RelationKind

# Confidence that a heading which compares two concepts contrasts them.
_COMPARED = 0.85
# Confidence that a section on an evolution has its concepts in order.
_ORDERED = 0.75
# Confidence that a concept is a kind of the one whose name its name ends in.
_NAMED = 0.6
# Fewest concepts of a section whose order means something.
_FEWEST_STAGES = 3
_EVOLUTION = re.compile(join_words(en.EVOLUTION, zh.EVOLUTION), re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claim:
    """The claim of one place in one note that two concepts are related."""

    source: int
    target: int
    kind: RelationKind
    origin: Origin
    confidence: float
    note: int
    span: Span


def find_stated_relations(corpus: Corpus, cache: ExtractionCache) -> Iterator[Claim]:
    """Yield the relations that sentences state, and the contrasts of headings that compare.

    What the phrases find in a sentence is kept in `cache`, by the sentence and its names' places.
    """
    for number, note in enumerate(corpus.notes):
        before = cache.get("stated", note) or {}
        now: dict[str, list[list[Any]]] = {}
        for index, sentence in enumerate(note.sentences):
            mentions = corpus.mentions[number][index]
            if len(mentions) > 1 and sentence.prose:
                spans = [(mention.start, mention.end) for mention in mentions]
                key = f"{index} {spans}"
                if (stated := before.get(key)) is None:
                    stated = _stated_in(sentence.text, spans)
                now[key] = stated
                yield from _stated_claims(stated, mentions, number, sentence.span)
        if now != before:
            cache.put("stated", note, now)
        for section, head in enumerate(note.headings):
            about = corpus.about[number][section]
            if head.topic.compares and len(about) == 2:
                yield Claim(
                    *about,
                    RelationKind.CONTRASTS_WITH,
                    Origin.HEADING,
                    _COMPARED,
                    number,
                    head.span,
                )


def _stated_in(sentence: str, spans: list[tuple[int, int]]) -> list[list[Any]]:
    """Return what a sentence states of the names at these places, ready for JSON."""
    return [
        [relation.source, relation.target, relation.kind.value, relation.confidence]
        for relation in find_relations(sentence, spans)
    ]


def _stated_claims(
    stated: list[list[Any]], mentions: tuple[ConceptMention, ...], note: int, span: Span
) -> Iterator[Claim]:
    for source, target, kind, confidence in stated:
        yield Claim(
            mentions[source].concept,
            mentions[target].concept,
            RelationKind(kind),
            Origin.PATTERN,
            confidence,
            note,
            span,
        )


def find_heading_order(corpus: Corpus) -> Iterator[Claim]:
    """Yield that concepts evolve into each other in the order of a section on an evolution.

    They are those that the section defines one after another, or those of the headings under it.
    """
    for number, note in enumerate(corpus.notes):
        for section, head in enumerate(note.headings):
            if head.trail and _EVOLUTION.search(head.trail[-1]):
                yield from _in_order(_concepts_defined_in(corpus, number, section), number)
                yield from _in_order(_concepts_of_headings_under(corpus, number, section), number)


def _in_order(stages: list[tuple[int, Span]], note: int) -> Iterator[Claim]:
    """Yield that each concept evolves into the next one, where the note has the latter."""
    if len({concept for concept, _ in stages}) >= _FEWEST_STAGES:
        for (before, _), (after, span) in pairwise(stages):
            yield Claim(
                before, after, RelationKind.EVOLVES_TO, Origin.HEADING, _ORDERED, note, span
            )


def _concepts_defined_in(corpus: Corpus, number: int, section: int) -> list[tuple[int, Span]]:
    """Return the concepts that a section defines, in order, each with the sentence that does."""
    defined: dict[int, Span] = {}
    for term in corpus.notes[number].terms:
        if term.section == section and term.source in {TermSource.DEFINED, TermSource.LABEL}:
            concepts = corpus.resolution.resolve(number, map(term_key, term.names))
            if len(concepts) == 1:
                defined.setdefault(concepts[0], corpus.notes[number].sentences[term.sentence].span)
    return list(defined.items())


def _concepts_of_headings_under(
    corpus: Corpus, number: int, section: int
) -> list[tuple[int, Span]]:
    """Return the concepts of the headings right under a heading, in order, each with its span.

    If the text right under the heading begins with a concept, that one comes first.
    """
    note, above = corpus.notes[number], corpus.notes[number].headings[section]
    stages: dict[int, Span] = {}
    opening = corpus.mentions[number][above.first] if above.first < above.last else ()
    if opening and opening[0].start == 0:
        stages[opening[0].concept] = note.sentences[above.first].span
    for head, about in zip(note.headings, corpus.about[number], strict=True):
        if head.trail[:-1] == above.trail and len(about) == 1 and not head.topic.asks:
            stages.setdefault(about[0], head.span)
    return list(stages.items())


def find_named_variants(corpus: Corpus) -> Iterator[Claim]:
    """Yield that a concept is a variant of the one whose name its name ends in.

    `byte-level BPE` is a kind of BPE. The evidence is where the notes first mention it.
    """
    by_key = concepts_by_key(corpus)
    for number, concept in enumerate(corpus.resolution.concepts):
        for name in concept.full:
            for tail in _tails(name):
                other = by_key.get(term_key(tail))
                if other is not None and other != number and number in corpus.first_mentions:
                    yield Claim(
                        number,
                        other,
                        RelationKind.VARIANT_OF,
                        Origin.PATTERN,
                        _NAMED,
                        *corpus.first_mentions[number],
                    )
                    break


def concepts_by_key(corpus: Corpus) -> dict[str, int]:
    """Return the concept that each key of a name means, where it means just one.

    Keys of a single character are left out.
    """
    return {
        key: concepts[0]
        for key, concepts in corpus.resolution.concepts_by_key.items()
        if len(concepts) == 1 and len(key) > 1
    }


def _tails(name: str) -> Iterator[str]:
    """Yield the ends of a name, longest first: of its words, or its characters in Chinese."""
    if detect_language(name) == "zh" and " " not in name:
        yield from (name[start:] for start in range(1, len(name) - 1))
    else:
        words = name.split()
        yield from (" ".join(words[start:]) for start in range(1, len(words)))
