"""Answer a question in sentences of the notes, each cited, or say that they do not cover it."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from kg.language.detect import LanguageChoice, detect_language
from rag.answering.background import find_background
from rag.answering.blocks import find_table_header
from rag.answering.compose import compose
from rag.answering.context import merge_neighbours, subsection_titles
from rag.answering.contradictions import contradicts, share_topic
from rag.answering.units import Quote
from rag.index.graph import concepts_in
from rag.index.reader import Index
from rag.index.sources import LiveNotes
from rag.question import Question, analyse, check_question
from rag.retrieval.abstention import assess
from rag.retrieval.search import search
from rag.types import Answer, Background, Citation, Hit, Statement

# This many passages more than wanted are retrieved, in case some are copies of each other.
_SPARE_HITS = 2
# At least this many passages are retrieved where the heading of one may ask the question.
_HITS_WITH_SUBJECT = 20
# At most this many headings are named when nothing was found.
_NEAREST_HEADINGS = 3


def ask(index: Index, question: str, k: int = 5, language: LanguageChoice = "auto") -> Answer:
    """Return what the notes say to a question, considering `k` passages.

    Every quote is read again from its file. Raises QuestionError when there is nothing in the
    question to look for.
    """
    question = check_question(question)
    analysed = analyse(question)
    language = detect_language(question) if language == "auto" else language
    most = max(k, _HITS_WITH_SUBJECT if analysed.subject else 0) + _SPARE_HITS
    found = _drop_copies(search(index, question, most, language=language))
    hits, notes = found[:k], LiveNotes(index)
    verdict = assess(index, question, hits)
    answering = _hits_above(found, verdict.threshold) if verdict.answers else []
    quotes = subsection_titles(index, analysed, answering) or compose(
        analysed,
        merge_neighbours(index, answering, notes),
        language,
        _search_first_part(index, analysed, answering),
    )
    citations = _cite(quotes, notes)
    return Answer(
        question=question,
        kind=analysed.kind,
        language=language,
        statements=tuple(Statement(citation.quote, (citation.id,)) for citation in citations),
        citations=tuple(citations),
        disagreements=tuple(_find_disagreements(citations, analysed.topic)),
        confidence=verdict.confidence,
        nearest=() if citations else _find_nearest_headings(hits),
        notices=notes.notices(),
        hits=tuple(hits),
        background=_find_background(index, question) if citations else Background((), (), 0),
    )


def _search_first_part(index: Index, question: Question, answering: Sequence[Hit]) -> Sequence[Hit]:
    """Return the hits for the first part of a question in two parts, if it is to be answered."""
    part = question.first_part
    if not part or not answering:
        return []
    is_chinese = detect_language(part) == "zh"
    first_question = f"{part}是什么" if is_chinese else f"what is {part}"
    return search(index, first_question, _HITS_WITH_SUBJECT)


def _find_background(index: Index, question: str) -> Background:
    concepts = dict.fromkeys(concepts_in(index, question).values())
    return find_background(index, list(concepts))


def _drop_copies(hits: Sequence[Hit]) -> list[Hit]:
    """Return the best hit of those that read the same, in whatever files they are."""
    kept: dict[tuple[str, ...], Hit] = {}
    for hit in hits:
        kept.setdefault(tuple(sentence.text for sentence in hit.passage.sentences), hit)
    return list(kept.values())


def _hits_above(hits: Sequence[Hit], threshold: float) -> Sequence[Hit]:
    """Return the hits up to the last one whose score reaches the threshold.

    A hit that is ranked before it for its language is worth as much, whatever its score.
    """
    ranks = (rank for rank, hit in enumerate(hits) if hit.score >= threshold)
    return hits[: max(ranks, default=-1) + 1]


def _find_nearest_headings(hits: Sequence[Hit]) -> tuple[tuple[str, ...], ...]:
    headings = dict.fromkeys(hit.passage.heading for hit in hits if hit.passage.heading)
    return tuple(headings)[:_NEAREST_HEADINGS]


def _cite(quotes: Sequence[Quote], notes: LiveNotes) -> list[Citation]:
    """Return a citation for each quote that its note still holds.

    Rows that were cut out of a table come after its header. What is quoted already is left out.
    """
    citations: list[Citation] = []
    for quote in quotes:
        passage = quote.passage
        for near, text in [*_find_header(quote, notes), (quote.start, quote.text)]:
            location = notes.find(passage.path, near, text)
            if location and all(text not in citation.quote for citation in citations):
                start, first, last = location
                number = len(citations) + 1
                citations.append(
                    Citation(number, passage, start, start + len(text), first, last, text)
                )
    return citations


def _find_header(quote: Quote, notes: LiveNotes) -> Iterator[tuple[int, str]]:
    """Yield where the header of a table starts and its text, if the quote was cut out of one."""
    if not quote.headless:
        return
    path = quote.passage.path
    text, location = notes.text(path), notes.find(path, quote.start, quote.text)
    span = find_table_header(text, location[0]) if text and location else None
    if text and span:
        yield span[0], text[span[0] : span[1]]


def _find_disagreements(
    citations: Sequence[Citation], topic: frozenset[str]
) -> Iterator[tuple[int, int]]:
    """Yield the ids of each two citations of which one sentence contradicts one of the other."""
    for citation, other in combinations(citations, 2):
        if any(
            contradicts(sentence, opposed)
            and share_topic(citation.passage, other.passage, sentence, topic)
            for sentence in _find_quoted_sentences(citation)
            for opposed in _find_quoted_sentences(other)
        ):
            yield citation.id, other.id


def _find_quoted_sentences(citation: Citation) -> list[str]:
    """Return what a reader sees of the sentences that were quoted."""
    passage = citation.passage
    return [
        sentence.text
        for sentence in passage.sentences
        if passage.text[sentence.start - passage.start : sentence.end - passage.start]
        in citation.quote
    ]
