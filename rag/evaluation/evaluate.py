"""Measure kbase on questions with gold lines, beside dense retrieval, BM25 and grep.

All four systems search the same passages. Only kbase also answers, or abstains.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.language.normalize import fold
from kg.notes.formats import is_extracted
from rag.answering.answer import ask
from rag.evaluation.journal import append_results, read_journal
from rag.evaluation.metrics import (
    DEPTH,
    AnswerMetrics,
    Bin,
    Measures,
    QuestionResult,
    measure_by_direction,
    reliability_bins,
)
from rag.evaluation.questions import EvaluationQuestion
from rag.index.reader import Index
from rag.retrieval.search import rank_passages
from rag.types import Answer, Citation, Passage, SearchMode

# Answers a question with the passages found, best first, at most DEPTH. kbase also returns a
# function that measures its answer, which is called when the clock has stopped.
System = Callable[
    [EvaluationQuestion], tuple[tuple[Passage, ...], Callable[[], AnswerMetrics] | None]
]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The measures of each system by direction, and how well kbase's confidence is calibrated.

    `systems` maps kbase, dense, bm25 and grep to measures for `all` questions and for each pair of
    languages, such as `zh-en`.
    """

    questions: int
    systems: dict[str, dict[str, Measures]]
    reliability: list[Bin]


def evaluate(
    index: Index,
    questions: Sequence[EvaluationQuestion],
    progress: Callable[[int, int], None] = lambda done, total: None,
    journal: Path | None = None,
) -> Evaluation:
    """Put the questions to each system, one by one, and measure what comes back.

    The results are kept in the journal until all are there: an interrupted run is resumed.
    """
    ids = [id for (id,) in index.rows("SELECT id FROM passages")]
    passages = [stored.passage for _, stored in sorted(index.passages(ids).items())]
    systems = _build_systems(index, passages)
    systems["kbase"](questions[0])  # Load the model before the clock runs.
    done = read_journal(journal) if journal else {}
    results: dict[str, list[QuestionResult]] = {name: [] for name in systems}
    for position, question in enumerate(questions):
        found = done.get(position) or _put_to_systems(question, systems, passages)
        if journal and position not in done:
            append_results(journal, position, found)
        for name, result in found.items():
            results[name].append(result)
        progress(position + 1, len(questions))
    if journal:
        journal.unlink(missing_ok=True)
    measures = {name: measure_by_direction(some) for name, some in results.items()}
    return Evaluation(len(questions), measures, reliability_bins(results["kbase"]))


def _build_systems(index: Index, passages: Sequence[Passage]) -> dict[str, System]:
    folded = [(passage, fold(passage.indexed_text)) for passage in passages]

    def rank(question: EvaluationQuestion, mode: SearchMode) -> tuple[Passage, ...]:
        return tuple(hit.passage for hit in rank_passages(index, question.text, DEPTH, mode))

    return {
        "kbase": lambda question: _ask_kbase(index, question),
        "dense": lambda question: (rank(question, SearchMode.DENSE), None),
        "bm25": lambda question: (rank(question, SearchMode.KEYWORD), None),
        "grep": lambda question: (_grep(folded, question.text), None),
    }


def _put_to_systems(
    question: EvaluationQuestion, systems: Mapping[str, System], passages: Iterable[Passage]
) -> dict[str, QuestionResult]:
    relevant = [passage for passage in passages if question.answered_by(passage)]
    results = {}
    for name, system in systems.items():
        start = time.perf_counter()
        found, measure = system(question)
        seconds = time.perf_counter() - start
        results[name] = QuestionResult(
            direction=question.direction(relevant),
            answerable=bool(question.gold),
            ranks=tuple(
                rank for rank, passage in enumerate(found, 1) if question.answered_by(passage)
            ),
            relevant=len(relevant),
            seconds=seconds,
            answer=measure() if measure else None,
        )
    return results


def _ask_kbase(
    index: Index, question: EvaluationQuestion
) -> tuple[tuple[Passage, ...], Callable[[], AnswerMetrics]]:
    answer = ask(index, question.text, DEPTH)
    passages = tuple(hit.passage for hit in answer.hits)
    return passages, lambda: _measure_answer(index, question, answer)


def _measure_answer(index: Index, question: EvaluationQuestion, answer: Answer) -> AnswerMetrics:
    contains = best_sentence_contains = None
    if question.answer:
        contains = question.answer in " ".join(part.text for part in answer.statements)
        best_sentence_contains = question.answer in _best_sentence(answer)
    return AnswerMetrics(
        answered=answer.found,
        confidence=answer.confidence,
        contains_expected=contains,
        best_sentence_contains_expected=best_sentence_contains,
        exact_citations=tuple(_is_exact(index, citation) for citation in answer.citations),
    )


def _best_sentence(answer: Answer) -> str:
    """Return the sentence with the highest score in the best hit; empty without a hit."""
    if not answer.hits:
        return ""
    best = answer.hits[0]
    scored = zip(best.sentence_scores, best.passage.sentences, strict=True)
    return max(scored, key=lambda pair: pair[0])[1].text


def _grep(passages: Sequence[tuple[Passage, str]], question: str) -> tuple[Passage, ...]:
    """Return the passages that contain most different words of a question, as they are typed."""
    words = {word for word in re.findall(r"\w+", fold(question)) if len(word) > 1}
    counts = [sum(word in text for word in words) for _, text in passages]
    best = sorted(range(len(passages)), key=lambda position: -counts[position])[:DEPTH]
    return tuple(passages[position][0] for position in best if counts[position])


def _is_exact(index: Index, citation: Citation) -> bool:
    """Tell whether the cited lines of the file contain the quote, byte by byte.

    The text of a PDF file or a notebook is what was extracted from it.
    """
    path = citation.passage.path
    data = (
        index.extracted(path).encode()
        if is_extracted(path)
        else (index.location.notes / path).read_bytes()
    )
    lines = _split_lines(data)[citation.first - 1 : citation.last]
    return b"\n".join(_split_lines(citation.quote.encode())) in b"\n".join(lines)


def _split_lines(data: bytes) -> list[bytes]:
    return re.split(rb"\r\n|\r|\n", data)
