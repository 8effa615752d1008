"""A question → Hits, best first. What is said with them is rag/answer.py's business."""

import math
from collections import Counter
from collections.abc import Mapping
from heapq import nsmallest
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kg.language.detect import detect_language
from rag.analyzer import analyze, analyze_question
from rag.index.lexical import TermMatches
from rag.index.reader import Index
from rag.index.scoring import DENSE, combine
from rag.index.vector_codec import StoredPassage
from rag.question import check_question
from rag.retrieval.synonyms import Synonyms, synonyms, terms_by_synonym
from rag.types import Hit, ScoreBreakdown, SearchMode

_CANDIDATES = 50  # passages from each signal that are scored in full
_OWN_WORDS = (
    0.3  # for a sentence, of the share of the question's words that single it out in its passage
)
_OPENING = (
    0.15  # for a passage's first sentence, of the share of the question's words in its heading
)
_TWIN = 0.49  # cosine from which two passages say the same in two languages


def search(
    index: Index,
    question: str,
    k: int = 10,
    mode: SearchMode = SearchMode.HYBRID,
    language: str = "auto",
) -> list[Hit]:
    """The k best passages for a question, best first; ties in the order of the notes.

    A score is what rag/score.py makes of the passage's cosine, its best sentence's and its words, less what the best
    passages of its language reach with questions they have nothing to do with.
    `tongue` is the language whose passage comes first where two say the same. Raises QuestionError.
    """
    question = check_question(question)
    if mode is SearchMode.KEYWORD:
        return _by_keyword(index, question, k)
    query = index.encode_question(question)
    named = synonyms(index, question) if mode is SearchMode.HYBRID else []
    words = (
        _by_words(index, question, named)
        if mode is SearchMode.HYBRID
        else TermMatches({}, {}, frozenset())
    )
    near = [id for id, _ in index.nearest(query, max(k, _CANDIDATES))]
    told = nsmallest(_CANDIDATES, words.scores, key=lambda id: (-words.scores[id], id))
    stored = index.passages({*near, *told})
    levels, asked = index.levels, detect_language(question)
    parts = {id: _parts(one, query, words.scores.get(id, 0.0)) for id, one in stored.items()}
    if mode is SearchMode.HYBRID:
        scores = {
            id: parts[id].score - levels.of(asked, one.language) for id, one in stored.items()
        }
    else:
        scores = {id: part.dense for id, part in parts.items()}
    ranked = sorted(scores, key=lambda id: (-scores[id], id))
    ordered = _own_language_first(ranked, stored, asked if language == "auto" else language)
    other = {id: named if stored[id].language != asked else [] for id in ordered[:k]}
    return [_hit(stored[id], scores[id], parts[id], words.idf, other[id]) for id in ordered[:k]]


def _by_keyword(index: Index, question: str, k: int) -> list[Hit]:
    """The k best passages by BM25 alone."""
    matched = index.lexical.bm25(analyze_question(question), k)
    stored = index.passages(matched.scores)
    parts = {
        id: _Parts(0.0, 0.0, score, np.zeros(len(stored[id].passage.sentences), np.float32))
        for id, score in matched.scores.items()
    }
    return [_hit(stored[id], part.words, part, matched.idf, []) for id, part in parts.items()]


def _by_words(index: Index, question: str, named: Synonyms) -> TermMatches:
    """How much of the question stands in each passage, by any of its words' names."""
    return index.lexical.term_coverage(
        analyze_question(question), index.lexical.synonym_postings(named)
    )


class _Parts(NamedTuple):
    """What a passage's score is made of, and the cosines of all its sentences, (sentences,)."""

    dense: float
    sentence: float
    words: float
    sentences: NDArray[np.float32]

    @property
    def score(self) -> float:
        return combine(self.dense, self.sentence, self.words)


def _parts(one: StoredPassage, query: NDArray[np.float32], words: float) -> _Parts:
    sentences = one.sentence_vectors @ query
    return _Parts(float(one.vector @ query), float(sentences.max()), words, sentences)


def _hit(
    one: StoredPassage, score: float, parts: _Parts, idf: Mapping[str, float], named: Synonyms
) -> Hit:
    """The passage with its scores.

    A sentence scores by its cosine and by how much it holds of the question's words that its heading leaves open, those
    counting most that few sentences of its passage hold; the first one under a heading also by how much of the question the
    heading holds: where the heading is the question, it is the answer.
    """
    held = [_held(sentence.text, idf, named) for sentence in one.passage.sentences]
    asked = set(analyze(one.passage.heading[-1])) & idf.keys() if one.passage.heading else set()
    trail = set(analyze(" ".join(one.passage.heading))) & idf.keys()
    found = tuple(sorted(trail.union(*held), key=lambda word: (-idf[word], word)))
    counts = Counter(word for words in held for word in words - asked)
    own = {
        word: math.log1p((len(held) - counts[word] + 0.5) / (counts[word] + 0.5))
        for word in idf.keys() - asked
    }
    whole = sum(own.values()) or 1.0
    scores = [
        DENSE * near + _OWN_WORDS * sum(own[word] for word in words - asked) / whole
        for near, words in zip(parts.sentences.tolist(), held, strict=True)
    ]
    if one.passage.sentences[0].start > one.passage.start:  # the heading's line goes before it
        scores[0] += _OPENING * sum(idf[word] for word in asked) / (sum(idf.values()) or 1.0)
    return Hit(
        one.passage,
        score,
        ScoreBreakdown(parts.dense, parts.sentence, parts.words, found),
        tuple(scores),
    )


def _held(text: str, idf: Mapping[str, float], named: Synonyms) -> set[str]:
    """The words of a question that stand in a text, by any of their names."""
    here = set(analyze(text))
    return (here | terms_by_synonym(here, named)) & idf.keys()


def _own_language_first(
    ranked: list[int], stored: Mapping[int, StoredPassage], wanted: str
) -> list[int]:
    """The ranking with each passage in another language behind its twin in the wanted one, where there is a twin."""
    own = [id for id in ranked if stored[id].language == wanted]
    order: dict[int, None] = {}
    for id in ranked:
        if stored[id].language != wanted and id not in order:
            twins = [
                (float(stored[id].vector @ stored[other].vector), -other)
                for other in own
                if other not in order
            ]
            if twins and max(twins)[0] >= _TWIN:
                order[-max(twins)[1]] = None
        order[id] = None
    return list(order)
