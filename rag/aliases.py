"""A question → where its concepts stand under another name. Which passages that brings up is rag/search.py's business."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress

from kg.concepts import Concept
from kg.errors import KbaseError
from rag.keywords import terms
from rag.learning import linked
from rag.places import bundled
from rag.store import KnowledgeBase


def elsewhere(base: KnowledgeBase, question: str) -> Mapping[str, set[int]]:
    """By the question's words for a concept, the ids of the passages that have one of its names: 词嵌入 for word embedding.

    The concepts are those of the notes and those that come with kbase: what a thing is called does not depend on whose notes.
    """
    found: defaultdict[str, set[int]] = defaultdict(set)
    for written, concept in _named(base, question):
        ids = base.holding([terms(alias.text) for alias in concept.aliases])
        for word in terms(written):
            found[word] |= ids
    return found


def _named(base: KnowledgeBase, question: str) -> Iterator[tuple[str, Concept]]:
    yield from linked(base, question).items()
    place = bundled()
    if place != base.place:
        with suppress(KbaseError), KnowledgeBase(place) as own:  # it may not have been made yet
            yield from linked(own, question).items()
