"""A question and its Hits → an Answer in the notes' own sentences, each cited; or that the notes say nothing."""

import math
import re

from kg.text import language
from rag.learning import Studied, linked, study
from rag.quote import Sources
from rag.rerank import search
from rag.search import checked
from rag.store import KnowledgeBase
from rag.types import Answer, Citation, Hit, Statement

# Spread of the scores of passages that have nothing to do with a question, by its language (benchmarks/README.md).
_NOISE = {"zh": 0.024, "en": 0.033}
_STEEPNESS = 40.0  # how fast confidence grows with the score: from .5 at the bar to .98 at a tenth above it
_PASSAGES = 3  # at most; further ones only while they are nearly as good as the best
_PASSAGE_MARGIN = 0.08
_SENTENCES = 3  # from the best passage; from each further one a sentence less
_SENTENCE_MARGIN = 0.05  # below the best sentence, in its own passage
_FURTHER_MARGIN = 0.03  # and in others
_LIST_ITEMS = 8  # that follow a sentence ending in a colon
_LEAD_IN = re.compile(r"[:：]\W*$")
_SOURCE_LINE = re.compile(r"\W*(来源|参考|参考资料|sources?|references?)\W*[:：]", re.IGNORECASE)
_WORD = re.compile(r"\w{2}|[^\W\x00-\x7f]")


def ask(base: KnowledgeBase, question: str, k: int = 5, tongue: str = "auto") -> Answer:
    """What the notes say to a question; `k` passages are considered. Every quote was re-read from its file just now.

    Raises QuestionError when there is nothing in the question to look for.
    """
    question = checked(question)
    wanted = language(question) if tongue == "auto" else tongue
    hits = search(base, question, k, tongue=wanted)
    sources = Sources(base)
    bar = enough(len(base), language(question))
    citations = _citations(hits, bar, sources) if hits and hits[0].score >= bar else []
    return Answer(
        question=question,
        language=wanted,
        statements=tuple(Statement(citation.quote, (citation.id,)) for citation in citations),
        citations=tuple(citations),
        confidence=_confidence(hits[0].score - bar) if hits else 0.0,
        nearest=() if citations else _headings(hits),
        notices=sources.notices(),
        hits=tuple(hits),
        studied=study(base, list(dict.fromkeys(linked(base, question).values()))) if citations else Studied((), (), 0),
    )


def enough(passages: int, tongue: str) -> float:
    """The score from which notes of that many passages are taken to answer a question in that language.

    The best of n scores that mean nothing grows like the spread times √(2 ln n), as the largest of n normal numbers does.
    """
    return _NOISE[tongue] * math.sqrt(2 * math.log(max(passages, 10)))


def _confidence(above: float) -> float:
    return round(1 / (1 + math.exp(-_STEEPNESS * above)), 3)


def _headings(hits: list[Hit], most: int = 3) -> tuple[tuple[str, ...], ...]:
    return tuple(dict.fromkeys(hit.passage.heading for hit in hits if hit.passage.heading))[:most]


def _citations(hits: list[Hit], bar: float, sources: Sources) -> list[Citation]:
    """The best sentences of the best passages, in one language: passages by rank, sentences in reading order, none twice."""
    best = hits[0]
    tongue = language(best.passage.reading)
    floor = max(bar, best.score - _PASSAGE_MARGIN)
    near = [hit for hit in hits if hit.score >= floor and language(hit.passage.reading) == tongue]
    top = max(best.sentence_scores)
    citations: list[Citation] = []
    for rank, hit in enumerate(near[:_PASSAGES]):
        margin = _FURTHER_MARGIN if rank else _SENTENCE_MARGIN
        for first, last in _runs(_chosen(hit, top - margin, _SENTENCES - rank), hit):
            start, end = hit.passage.sentences[first].start, hit.passage.sentences[last].end
            quote = hit.passage.text[start - hit.passage.start : end - hit.passage.start]
            found = sources.find(hit.passage.path, start, quote)
            if found and all(quote not in other.quote for other in citations):
                at, first_line, last_line = found
                citations.append(Citation(len(citations) + 1, hit.passage, at, at + len(quote), first_line, last_line, quote))
    return citations


def _chosen(hit: Hit, floor: float, most: int) -> list[int]:
    """Which sentences of a passage to quote: the best ones, if they score `floor` at least."""
    scored = [
        (score, at)
        for at, (score, sentence) in enumerate(zip(hit.sentence_scores, hit.passage.sentences, strict=True))
        if _WORD.search(sentence.text) and not _SOURCE_LINE.match(sentence.text)
    ]
    ranked = sorted(scored, key=lambda pair: (-pair[0], pair[1]))
    return sorted(at for score, at in ranked[:most] if score >= floor)


def _runs(chosen: list[int], hit: Hit) -> list[tuple[int, int]]:
    """Neighbours as one quote; a sentence that announces a list, with the list."""
    sentences = hit.passage.sentences
    runs: list[tuple[int, int]] = []
    for at in chosen:
        last = min(at + _LIST_ITEMS, len(sentences) - 1) if _LEAD_IN.search(sentences[at].text) else at
        while last > at and _SOURCE_LINE.match(sentences[last].text):
            last -= 1
        if runs and at <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], max(last, runs[-1][1]))
        else:
            runs.append((at, last))
    return runs
