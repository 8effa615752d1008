"""Whether a question names something that the notes do not know: what most near misses are. Words alone decide.

What a name is, its spelling tells: a capital within a sentence, RWKV, DistilBERT. What else is named, the question does: who
asks what something is, and no more than that, is not answered by what does not mention it.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from kg.language.detect import detect_language
from rag.analyzer import analyze, truncate_term
from rag.question import subject_of
from rag.types import Hit

if TYPE_CHECKING:
    from rag.index.lexical import TermMatches
    from rag.index.reader import Index

_READ = 3  # hits that are looked at
_ALIKE = (
    0.8  # of the letters of two words with the same first one, from which one is the other mistyped
)
_SHORTEST = 5  # letters of a word that can be told when it is mistyped
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]+(?:[-+./^_][A-Za-z0-9]+)*")
_PLAIN = re.compile("[a-z\u4e00-\u9fff]")


def has_unknown_name(
    index: "Index", question: str, unseen: frozenset[str], hits: Sequence[Hit]
) -> bool:
    """Whether a name stands in the question that no note has, no other name of its concept either, and that is not mistyped.

    That a Chinese note lacks a name as it is written in English says nothing: it may have it in Chinese.
    """
    if hits and detect_language(question) == "en" and hits[0].passage.language == "zh":
        return False
    missing = {term for name in _names(question) if (term := _missing(name, unseen))}
    return bool(missing) and _are_strange(index, question, missing, _held(hits))


def subject_not_mentioned(
    index: "Index", question: str, words: "TermMatches", hits: Sequence[Hit]
) -> bool:
    """Whether it is asked only what something is, and the best passages do not mention it.

    Of passages in the question's language, the best have to. In another a thing goes by another name: there a word of it is
    missing when no note has it or a translation. Of Chinese words those that have none may be no words.
    """
    language, asked = detect_language(question), subject_of(question)
    if not asked or not hits:
        return False
    held = _held([hit for hit in hits if hit.passage.language == hits[0].passage.language])
    if hits[0].passage.language == language:
        stems = {truncate_term(term) for term in held}
        missing = {term for term in asked if truncate_term(term) not in stems}
    else:
        missing = {term for term in asked & words.unseen if term.isascii() or term in words.named}
    return _are_strange(index, question, missing, held)


def _names(question: str) -> Iterator[str]:
    """The words with a capital, but for the first of an English question, where it has that from its place."""
    if not _PLAIN.search(question):  # all is in capitals
        return
    for found in _WORD.finditer(question):
        opens = (
            not re.search(r"\w", question[: found.start()]) and detect_language(question) == "en"
        )
        if any(letter.isupper() for letter in (found[0][1:] if opens else found[0])):
            yield found[0]


def _missing(name: str, unseen: frozenset[str]) -> str:
    """The term of a name that no note has; none when it is a compound of parts that the notes have."""
    whole, *parts = analyze(name) or [""]
    return (
        next((part for part in parts if part in unseen), "")
        if parts
        else whole
        if whole in unseen
        else ""
    )


def _held(hits: Sequence[Hit]) -> set[str]:
    return {term for hit in hits[:_READ] for term in analyze(hit.passage.indexed_text)}


def _are_strange(index: "Index", question: str, missing: set[str], held: set[str]) -> bool:
    """Whether one of the missing terms is neither mistyped nor of a concept that the notes know by another name."""
    strange = {term for term in missing if not any(_mistyped(term, other) for other in held)}
    if not strange:
        return False
    from rag.index.graph import concepts_in  # most questions name nothing strange

    return not strange <= {
        term for written in concepts_in(index, question) for term in analyze(written)
    }


def _mistyped(one: str, other: str) -> bool:
    close = (
        one[:1] == other[:1]
        and abs(len(one) - len(other)) < 2
        and one.isascii()
        and other.isascii()
    )
    if not close or min(len(one), len(other)) < _SHORTEST:
        return False
    return (
        _digits(one) == _digits(other)
        and SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE
    )


def _digits(word: str) -> str:
    return "".join(letter for letter in word if letter.isdigit())
