"""A question → what its words are called otherwise. Which passages that brings up is rag/search.py's business."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from kg.concepts import Concept
from kg.errors import KbaseError
from rag.dictionary import Name, translations
from rag.keywords import terms
from rag.learning import linked
from rag.places import bundled
from rag.store import KnowledgeBase

Named = Sequence[tuple[Name, list[Name]]]  # words, and what they are called too


def other_names(base: KnowledgeBase, question: str) -> Named:
    """What the question's words are called, too: 词嵌入 for word embedding, all by their terms.

    That is what else a concept is called, and what a word may be in the other language. The concepts are those of the notes
    and those that come with kbase: what a thing is called does not depend on whose notes.
    """
    concepts = [(tuple(terms(written)), _names(concept)) for written, concept in _named(base, question)]
    return [*concepts, *translations(question).items()]


def named_in(here: set[str], named: Named) -> set[str]:
    """The words of which another name stands among the terms of a text."""
    return {word for words, names in named for word in words if any(name and here.issuperset(name) for name in names)}


def _names(concept: Concept) -> list[Name]:
    return [tuple(terms(alias.text)) for alias in concept.aliases]


def _named(base: KnowledgeBase, question: str) -> Iterator[tuple[str, Concept]]:
    yield from linked(base, question).items()
    place = bundled()
    if place != base.place:
        with suppress(KbaseError), KnowledgeBase(place) as own:  # it may not have been made yet
            yield from linked(own, question).items()
