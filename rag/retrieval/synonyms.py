"""Find what else a question's words are called: concept aliases and dictionary translations."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from kg.errors import KbaseError
from kg.types import Concept
from rag.analyzer import TermSequence, analyze
from rag.index.graph import concepts_in
from rag.index.reader import Index
from rag.retrieval.dictionary import translate_words

# Terms as the question has them, and the synonyms for them, each as its terms.
Synonyms = Sequence[tuple[TermSequence, list[TermSequence]]]


def find_synonyms(index: Index, question: str) -> Synonyms:
    """Return synonyms for terms of the question: 词嵌入 for word embedding, for example.

    They are the aliases of the concepts that the question names, and the words' translations. The
    bundled concepts count too: what a thing is called does not depend on whose notes it is in.
    """
    aliases = [
        (tuple(analyze(name)), _analyze_aliases(concept))
        for name, concept in _concepts_named(index, question)
    ]
    return [*aliases, *translate_words(question).items()]


def match_synonyms(terms: set[str], synonyms: Synonyms) -> set[str]:
    """Return the question's terms that a text with these terms contains under another name."""
    return {
        term
        for sequence, names in synonyms
        for term in sequence
        if any(name and terms.issuperset(name) for name in names)
    }


def _analyze_aliases(concept: Concept) -> list[TermSequence]:
    return [tuple(analyze(alias.text)) for alias in concept.aliases]


def _concepts_named(index: Index, question: str) -> Iterator[tuple[str, Concept]]:
    """Yield each concept in the question with the name that it has there."""
    yield from concepts_in(index, question).items()
    if index.bundled:
        with suppress(KbaseError):  # A damaged bundled index must not stop the person's own notes.
            yield from concepts_in(index.bundled, question).items()
