"""A question and its Hits → an Answer in the notes' own sentences, each cited; or that the notes say nothing."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from kg.language.detect import detect_language
from rag.answering.background import background
from rag.answering.blocks import header
from rag.answering.compose import Quote, compose
from rag.answering.context import merge_neighbours
from rag.answering.contradictions import contradicts, share_topic
from rag.answering.outline import subsection_titles
from rag.index.graph import concepts_in
from rag.index.reader import Index
from rag.index.sources import LiveNotes
from rag.question import Question, analyse, check_question
from rag.retrieval.abstention import assess
from rag.retrieval.search import search
from rag.types import Answer, Background, Citation, Hit, Statement

_COPIES = 2  # passages more than wanted are looked for, in case some say the same
_SECTIONS = 20  # passages that are looked at where one of them may be headed by the question


def ask(index: Index, question: str, k: int = 5, language: str = "auto") -> Answer:
    """What the notes say to a question; `k` passages are considered. Every quote was re-read from its file just now.

    Raises QuestionError when there is nothing in the question to look for.
    """
    question = check_question(question)
    wanted = detect_language(question) if language == "auto" else language
    asked = analyse(question)
    found = _once(
        search(
            index, question, max(k, _SECTIONS if asked.subject else 0) + _COPIES, language=wanted
        )
    )
    hits, sources = found[:k], LiveNotes(index)
    verdict = assess(index, question, hits)
    good = _good(found, verdict.threshold) if verdict.answers else []
    pieces = subsection_titles(index, asked, good) or compose(
        asked, merge_neighbours(index, good, sources), wanted, _first(index, asked, good)
    )
    citations = _cited(pieces, sources)
    return Answer(
        question=question,
        kind=asked.kind,
        language=wanted,
        statements=tuple(Statement(citation.quote, (citation.id,)) for citation in citations),
        citations=tuple(citations),
        disagreements=tuple(_disagreements(citations, asked.topic)),
        confidence=verdict.confidence,
        nearest=() if citations else _headings(hits),
        notices=sources.notices(),
        hits=tuple(hits),
        background=background(index, list(dict.fromkeys(concepts_in(index, question).values())))
        if citations
        else Background((), (), 0),
    )


def _first(index: Index, asked: Question, good: Sequence[Hit]) -> list[Hit]:
    """The hits of what a question in two parts asks first, where it is to be answered."""
    if not asked.first_part or not good:
        return []
    return search(
        index,
        f"{asked.first_part}是什么"
        if detect_language(asked.first_part) == "zh"
        else f"what is {asked.first_part}",
        _SECTIONS,
    )


def _once(hits: Sequence[Hit]) -> list[Hit]:
    """The hits without copies: of passages that read the same, in whatever files, the best one."""
    kept: dict[tuple[str, ...], Hit] = {}
    for hit in hits:
        kept.setdefault(tuple(one.text for one in hit.passage.sentences), hit)
    return list(kept.values())


def _good(hits: Sequence[Hit], threshold: float) -> Sequence[Hit]:
    """The hits up to the last one that reaches the bar: one that stands before it, for its language, is worth as much."""
    last = max((at for at, hit in enumerate(hits) if hit.score >= threshold), default=-1)
    return hits[: last + 1]


def _headings(hits: list[Hit], most: int = 3) -> tuple[tuple[str, ...], ...]:
    return tuple(dict.fromkeys(hit.passage.heading for hit in hits if hit.passage.heading))[:most]


def _cited(pieces: Sequence[Quote], sources: LiveNotes) -> list[Citation]:
    """The pieces that stand in their notes now, each once, and before rows that were cut from their table its header."""
    citations: list[Citation] = []
    for piece in pieces:
        passage = piece.passage
        for start, quote in [*_header(piece, sources), (piece.start, piece.text)]:
            found = sources.find(passage.path, start, quote)
            if found and all(quote not in other.quote for other in citations):
                at, first, last = found
                citations.append(
                    Citation(len(citations) + 1, passage, at, at + len(quote), first, last, quote)
                )
    return citations


def _header(piece: Quote, sources: LiveNotes) -> Iterator[tuple[int, str]]:
    """The header of the table that a piece is cut from, and where it stands."""
    text = sources.text(piece.passage.path) if piece.headless else None
    found = sources.find(piece.passage.path, piece.start, piece.text) if text else None
    if text and found and (place := header(text, found[0])):
        yield place[0], text[place[0] : place[1]]


def _disagreements(
    citations: Sequence[Citation], about: frozenset[str]
) -> Iterator[tuple[int, int]]:
    """The pairs of citations of which a sentence of the one contradicts one of the other."""
    for one, other in combinations(citations, 2):
        if any(
            contradicts(first, second) and share_topic(one.passage, other.passage, first, about)
            for first in _sentences(one)
            for second in _sentences(other)
        ):
            yield one.id, other.id


def _sentences(citation: Citation) -> list[str]:
    """What a reader sees of the sentences that were quoted."""
    passage, begin = citation.passage, citation.passage.start
    return [
        one.text
        for one in passage.sentences
        if passage.text[one.start - begin : one.end - begin] in citation.quote
    ]
