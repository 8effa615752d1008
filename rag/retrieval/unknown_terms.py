"""Detect names in the question that do not occur in the notes: the typical near miss.

Near misses are questions of the notes' field that the notes do not answer. A name shows by its
spelling: a capital within a sentence, RWKV, DistilBERT. What a question asks to define counts
too, however it is spelled: a passage that does not mention it cannot define it.
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

# How many hits are searched for a name.
_HITS_READ = 3
# Similarity, from 0 to 1, from which two words with the same first letter are one word misspelled.
_SIMILARITY = 0.8
# The fewest letters of a word whose misspellings are recognised.
_SHORTEST_WORD = 5
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]+(?:[-+./^_][A-Za-z0-9]+)*")
_LOWER_CASE_OR_CHINESE = re.compile("[a-z\u4e00-\u9fff]")


def has_unknown_name(
    index: "Index", question: str, unseen: frozenset[str], hits: Sequence[Hit]
) -> bool:
    """Tell whether the question contains a name that no note contains.

    `unseen` are the question's terms that no note contains. A misspelled name is known, and so is
    another name of a known concept. An English question answered by a Chinese note never has an
    unknown name: the note may write the name in Chinese.
    """
    if hits and detect_language(question) == "en" and hits[0].passage.language == "zh":
        return False
    missing = {term for name in _names(question) if (term := _unseen_term(name, unseen))}
    return bool(missing) and _has_unknown(index, question, missing, _terms_of(hits))


def subject_not_mentioned(
    index: "Index", question: str, matches: "TermMatches", hits: Sequence[Hit]
) -> bool:
    """Tell whether the question only asks what something is, and the best hits do not mention it.

    Only hits in the language of the best hit count. If that is the question's language, they must
    contain every term of the subject. Otherwise the subject has another name there, and its terms
    are missing if no note contains them or a translation; a Chinese term without any translation
    is not missing, for it may be no word.
    """
    subject = subject_of(question)
    if not subject or not hits:
        return False
    best_language = hits[0].passage.language
    mentioned = _terms_of([hit for hit in hits if hit.passage.language == best_language])
    if best_language == detect_language(question):
        truncated = {truncate_term(term) for term in mentioned}
        missing = {term for term in subject if truncate_term(term) not in truncated}
    else:
        unseen = subject & matches.unseen
        missing = {term for term in unseen if term.isascii() or term in matches.named}
    return _has_unknown(index, question, missing, mentioned)


def _names(question: str) -> Iterator[str]:
    """Yield the words with a capital; in a question all in capitals there are none.

    The first letter of an English question does not count: it has its capital from its position.
    """
    if not _LOWER_CASE_OR_CHINESE.search(question):
        return
    english = detect_language(question) == "en"
    for word in _WORD.finditer(question):
        opens_question = english and not re.search(r"\w", question[: word.start()])
        letters = word[0][1:] if opens_question else word[0]
        if any(letter.isupper() for letter in letters):
            yield word[0]


def _unseen_term(name: str, unseen: frozenset[str]) -> str:
    """Return the term of a name that no note contains; empty when the notes know the name.

    They know a compound when they contain all of its parts.
    """
    whole, *parts = analyze(name) or [""]
    return next((term for term in parts or [whole] if term in unseen), "")


def _terms_of(hits: Sequence[Hit]) -> set[str]:
    """Return the terms of the first few hits."""
    return {term for hit in hits[:_HITS_READ] for term in analyze(hit.passage.indexed_text)}


def _has_unknown(index: "Index", question: str, missing: set[str], mentioned: set[str]) -> bool:
    """Tell whether a missing term is neither misspelled nor of a concept that the notes know."""
    unknown = {
        term for term in missing if not any(_is_misspelling(term, other) for other in mentioned)
    }
    if not unknown:
        return False
    # Imported late: most questions get no further than this.
    from rag.index.graph import concepts_in

    return not unknown <= {term for name in concepts_in(index, question) for term in analyze(name)}


def _is_misspelling(word: str, other: str) -> bool:
    """Tell whether two Latin words are probably one word, misspelled. Digits must be the same."""
    close = (
        word[:1] == other[:1]
        and abs(len(word) - len(other)) < 2
        and word.isascii()
        and other.isascii()
    )
    if not close or min(len(word), len(other)) < _SHORTEST_WORD:
        return False
    return (
        _digits(word) == _digits(other)
        and SequenceMatcher(None, word, other, autojunk=False).ratio() >= _SIMILARITY
    )


def _digits(word: str) -> str:
    return "".join(letter for letter in word if letter.isdigit())
