"""A question's words → what they may be in the other language, Chinese or English, as CC-CEDICT has it (data/dictionary).

Beside their vectors, passages in the other language are found by that. All that a word may mean counts, as one word
(Pirkola 1998, "The effects of query structure and dictionary setups in dictionary-based cross-language information retrieval").
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing

from kg.errors import IndexDamaged
from kg.language.detect import CJK_RUN
from kg.language.normalize import fold
from rag.analyzer import TermSequence, analyze, remove_question_words
from rag.bundled_data import bundled_path

_LONGEST = 8  # characters of a Chinese word, and
_PHRASE = 3  # terms of an English one, that are looked up
_READ = 400  # characters of a question: what is longer was pasted
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


def translations(question: str) -> dict[TermSequence, list[TermSequence]]:
    """By the terms of each word of the question that the dictionary has, what it may be in the other language, by its terms.

    Raises IndexDamaged when the dictionary cannot be read, IndexMissing when there is none.

    >>> translations("which gradient")
    {('gradient',): [('坡度',), ('斜度',), ('梯度',), ('渐变',), ('陡度',)]}
    """
    asked = remove_question_words(question[:_READ])
    words = dict([*_chinese(asked), *_english(asked)])
    wanted = json.dumps(
        sorted({spelling for spellings in words.values() for spelling in spellings})
    )
    query = "SELECT word, meanings FROM dictionary WHERE word IN (SELECT value FROM json_each(?))"
    path = bundled_path("dictionary/cc-cedict.sqlite")
    try:
        with closing(sqlite3.connect(path.as_uri() + "?mode=ro&immutable=1", uri=True)) as database:
            known = dict(database.execute(query, (wanted,)))
    except sqlite3.Error as error:
        raise IndexDamaged(
            f"{path} cannot be read: {error}", "pip install --force-reinstall kbase"
        ) from error
    first = (
        (word, next((one for one in spellings if one in known), ""))
        for word, spellings in words.items()
    )
    return {
        word: [tuple(analyze(meaning)) for meaning in known[one].split("\n")]
        for word, one in first
        if one
    }


def _chinese(asked: str) -> Iterator[tuple[TermSequence, list[str]]]:
    """All that may be a Chinese word."""
    for run in CJK_RUN.findall(fold(asked)):
        for start in range(len(run) - 1):
            for end in range(start + 2, min(len(run), start + _LONGEST) + 1):
                yield tuple(analyze(run[start:end])), [run[start:end]]


def _english(asked: str) -> Iterator[tuple[TermSequence, list[str]]]:
    """The words, with what they may be inflected forms of, and the phrases."""
    latin = analyze(CJK_RUN.sub("\n", asked))
    for size in range(1, _PHRASE + 1):
        for start in range(len(latin) - size + 1):
            phrase = tuple(latin[start : start + size])
            yield phrase, [" ".join(phrase), *(_bases(phrase[0]) if size == 1 else ())]


def _bases(word: str) -> Iterator[str]:
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 2:
            index = word.removesuffix(ending) + instead
            yield index
            if index[-1] == index[-2]:  # stopping
                yield index[:-1]
