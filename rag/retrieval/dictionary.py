"""Translate a question's words between Chinese and English with CC-CEDICT (data/dictionary).

Passages in the other language are then found by their words as well as by their vectors. All the
translations of a word count together as one word (Pirkola 1998, "The effects of query structure
and dictionary setups in dictionary-based cross-language information retrieval").
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing

from kg.errors import IndexDamaged
from kg.language.detect import CJK_RUN
from kg.language.normalize import fold
from rag.analyzer import TermSequence, analyze, remove_question_words
from rag.bundled_data import bundled_path

# The longest Chinese word that is looked up, in characters.
_LONGEST_WORD = 8
# The longest English phrase that is looked up, in terms.
_LONGEST_PHRASE = 3
# How many characters of a question are looked up: a longer one is pasted text.
_READ_CHARACTERS = 400
# English endings, and what the base form has instead of them.
_ENDINGS = (
    ("ing", ""),
    ("ing", "e"),
    ("ied", "y"),
    ("ed", ""),
    ("ed", "e"),
    ("ly", ""),
    ("er", ""),
    ("er", "e"),
)


def translate_words(question: str) -> dict[TermSequence, list[TermSequence]]:
    """Translate the words of a question that the dictionary contains.

    The keys are the terms of a word or phrase, the values its translations, each as its terms.
    Raises IndexDamaged when the dictionary cannot be read, IndexMissing when there is none.

    >>> translate_words("which gradient")
    {('gradient',): [('坡度',), ('斜度',), ('梯度',), ('渐变',), ('陡度',)]}
    """
    text = remove_question_words(question[:_READ_CHARACTERS])
    spellings = dict([*_chinese_words(text), *_english_words(text)])
    known = _look_up({spelling for some in spellings.values() for spelling in some})
    translations = {}
    for word, some in spellings.items():
        first = next((spelling for spelling in some if spelling in known), None)
        if first is not None:
            translations[word] = [tuple(analyze(meaning)) for meaning in known[first].split("\n")]
    return translations


def _look_up(spellings: Iterable[str]) -> dict[str, str]:
    """Return the entries for these spellings: translations, one a line."""
    path = bundled_path("dictionary/cc-cedict.sqlite")
    query = "SELECT word, meanings FROM dictionary WHERE word IN (SELECT value FROM json_each(?))"
    try:
        with closing(sqlite3.connect(path.as_uri() + "?mode=ro&immutable=1", uri=True)) as database:
            return dict(database.execute(query, (json.dumps(sorted(spellings)),)))
    except sqlite3.Error as error:
        raise IndexDamaged(
            f"{path} cannot be read: {error}", "pip install --force-reinstall kbase"
        ) from error


def _chinese_words(text: str) -> Iterator[tuple[TermSequence, list[str]]]:
    """Yield every stretch of Chinese characters that may be a word: its terms and its spelling."""
    for run in CJK_RUN.findall(fold(text)):
        for start in range(len(run) - 1):
            for end in range(start + 2, min(len(run), start + _LONGEST_WORD) + 1):
                yield tuple(analyze(run[start:end])), [run[start:end]]


def _english_words(text: str) -> Iterator[tuple[TermSequence, list[str]]]:
    """Yield each English word and phrase: its terms, and the spellings to look up in order.

    The spellings of a word are the word itself, then what it may be an inflected form of.
    """
    terms = analyze(CJK_RUN.sub("\n", text))
    for size in range(1, _LONGEST_PHRASE + 1):
        for start in range(len(terms) - size + 1):
            phrase = tuple(terms[start : start + size])
            yield phrase, [" ".join(phrase), *(_base_forms(phrase[0]) if size == 1 else ())]


def _base_forms(word: str) -> Iterator[str]:
    """Yield what an English word may be an inflected form of; most of it are no words."""
    for ending, replacement in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 2:
            base = word.removesuffix(ending) + replacement
            yield base
            if base[-1] == base[-2]:  # "stopping" doubles the consonant of "stop".
                yield base[:-1]
