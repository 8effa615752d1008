"""A question → what its words are called otherwise. Which passages that brings up is rag/search.py's business."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from kg.errors import KbaseError
from kg.types import Concept
from rag.analyzer import TermSequence, analyze
from rag.index.graph import concepts_in
from rag.index.reader import Index
from rag.retrieval.dictionary import translations

Synonyms = Sequence[tuple[TermSequence, list[TermSequence]]]  # words, and what they are called too


def synonyms(index: Index, question: str) -> Synonyms:
    """What the question's words are called, too: 词嵌入 for word embedding, all by their terms.

    That is what else a concept is called, and what a word may be in the other language. The concepts are those of the notes
    and those that come with kbase: what a thing is called does not depend on whose notes.
    """
    concepts = [
        (tuple(analyze(written)), _names(concept)) for written, concept in _named(index, question)
    ]
    return [*concepts, *translations(question).items()]


def terms_by_synonym(here: set[str], named: Synonyms) -> set[str]:
    """The words of which another name stands among the terms of a text."""
    return {
        word
        for words, names in named
        for word in words
        if any(name and here.issuperset(name) for name in names)
    }


def _names(concept: Concept) -> list[TermSequence]:
    return [tuple(analyze(alias.text)) for alias in concept.aliases]


def _named(index: Index, question: str) -> Iterator[tuple[str, Concept]]:
    yield from concepts_in(index, question).items()
    if index.bundled:
        with suppress(KbaseError):  # the notes' own names do without
            yield from concepts_in(index.bundled, question).items()
