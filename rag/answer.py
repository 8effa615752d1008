"""A question and its Hits → an Answer in the notes' own sentences, each cited; or that the notes say nothing."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from kg.text import language
from rag.asking import Asking, asking
from rag.blocks import header
from rag.compose import Piece, compose
from rag.disagree import about_the_same, contradict
from rag.learning import Studied, linked, study
from rag.outline import outline
from rag.quote import Sources
from rag.rerank import search
from rag.search import checked
from rag.section import joined
from rag.silence import judge
from rag.store import KnowledgeBase
from rag.types import Answer, Citation, Hit, Statement

_COPIES = 2  # passages more than wanted are looked for, in case some say the same
_SECTIONS = 20  # passages that are looked at where one of them may be headed by the question


def ask(base: KnowledgeBase, question: str, k: int = 5, tongue: str = "auto") -> Answer:
    """What the notes say to a question; `k` passages are considered. Every quote was re-read from its file just now.

    Raises QuestionError when there is nothing in the question to look for.
    """
    question = checked(question)
    wanted = language(question) if tongue == "auto" else tongue
    asked = asking(question)
    found = _once(search(base, question, max(k, _SECTIONS if asked.thing else 0) + _COPIES, tongue=wanted))
    hits, sources = found[:k], Sources(base)
    verdict = judge(base, question, hits)
    good = _good(found, verdict.bar) if verdict.answers else []
    pieces = outline(base, asked, good) or compose(asked, joined(base, good, sources), wanted, _first(base, asked, good))
    citations = _cited(pieces, sources)
    return Answer(
        question=question,
        language=wanted,
        statements=tuple(Statement(citation.quote, (citation.id,)) for citation in citations),
        citations=tuple(citations),
        disagreements=tuple(_disagreements(citations, asked.about)),
        confidence=verdict.confidence,
        nearest=() if citations else _headings(hits),
        notices=sources.notices(),
        hits=tuple(hits),
        studied=study(base, list(dict.fromkeys(linked(base, question).values()))) if citations else Studied((), (), 0),
    )


def _first(base: KnowledgeBase, asked: Asking, good: Sequence[Hit]) -> list[Hit]:
    """The hits of what a question in two parts asks first, where it is to be answered."""
    if not asked.first or not good:
        return []
    return search(base, f"{asked.first}是什么" if language(asked.first) == "zh" else f"what is {asked.first}", _SECTIONS)


def _once(hits: Sequence[Hit]) -> list[Hit]:
    """The hits without copies: of passages that read the same, in whatever files, the best one."""
    kept: dict[tuple[str, ...], Hit] = {}
    for hit in hits:
        kept.setdefault(tuple(one.text for one in hit.passage.sentences), hit)
    return list(kept.values())


def _good(hits: Sequence[Hit], bar: float) -> Sequence[Hit]:
    """The hits up to the last one that reaches the bar: one that stands before it, for its language, is worth as much."""
    last = max((at for at, hit in enumerate(hits) if hit.score >= bar), default=-1)
    return hits[: last + 1]


def _headings(hits: list[Hit], most: int = 3) -> tuple[tuple[str, ...], ...]:
    return tuple(dict.fromkeys(hit.passage.heading for hit in hits if hit.passage.heading))[:most]


def _cited(pieces: Sequence[Piece], sources: Sources) -> list[Citation]:
    """The pieces that stand in their notes now, each once, and before rows that were cut from their table its header."""
    citations: list[Citation] = []
    for piece in pieces:
        passage = piece.passage
        for start, quote in [*_header(piece, sources), (piece.start, piece.text)]:
            found = sources.find(passage.path, start, quote)
            if found and all(quote not in other.quote for other in citations):
                at, first, last = found
                citations.append(Citation(len(citations) + 1, passage, at, at + len(quote), first, last, quote))
    return citations


def _header(piece: Piece, sources: Sources) -> Iterator[tuple[int, str]]:
    """The header of the table that a piece is cut from, and where it stands."""
    text = sources.text(piece.passage.path) if piece.headless else None
    found = sources.find(piece.passage.path, piece.start, piece.text) if text else None
    if text and found and (place := header(text, found[0])):
        yield place[0], text[place[0] : place[1]]


def _disagreements(citations: Sequence[Citation], about: frozenset[str]) -> Iterator[tuple[int, int]]:
    """The pairs of citations of which a sentence of the one contradicts one of the other."""
    for one, other in combinations(citations, 2):
        if any(
            contradict(first, second) and about_the_same(one.passage, other.passage, first, about)
            for first in _sentences(one)
            for second in _sentences(other)
        ):
            yield one.id, other.id


def _sentences(citation: Citation) -> list[str]:
    """What a reader sees of the sentences that were quoted."""
    passage, begin = citation.passage, citation.passage.start
    return [one.text for one in passage.sentences if passage.text[one.start - begin : one.end - begin] in citation.quote]
