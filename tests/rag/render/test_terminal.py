"""What the terminal shows of answers, hits and reports."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from click import unstyle

from kg.notes.files import SkippedFile
from rag.index.location import IndexLocation
from rag.indexing.report import Report
from rag.render.terminal import show_answer, show_hits, show_report
from rag.types import (
    Answer,
    AnswerKind,
    Background,
    Citation,
    Hit,
    Passage,
    ScoreBreakdown,
    Sentence,
    Statement,
)


def passage(*sentences: str) -> Passage:
    spans = tuple(Sentence(0, len(text), text) for text in sentences)
    return Passage("a.md", ("Gates",), 0, 0, 1, 2, "\n".join(sentences), spans, "en")


def answer(quotes: Sequence[str], disagreements: tuple[tuple[int, int], ...] = ()) -> Answer:
    citations = [
        Citation(id, passage(quote), 0, len(quote), id, id, quote)
        for id, quote in enumerate(quotes, 1)
    ]
    return Answer(
        question="which gates",
        kind=AnswerKind.LIST,
        language="en",
        statements=tuple(Statement(item.quote, (item.id,)) for item in citations),
        citations=tuple(citations),
        disagreements=disagreements,
        confidence=0.9,
        nearest=(),
        notices=(),
        hits=(),
        background=Background((), (), 0),
    )


@pytest.mark.parametrize(
    ("quotes", "shown"),
    [
        (["One.", "Two."], ["One. [1]", "Two. [2]"]),
        (["One.", "- a\n- b", "Two."], ["One. [1]", "", "- a", "- b [2]", "", "Two. [3]"]),
        (["| a |\n|---|", "| 1 |", "| 2 |"], ["| a |", "|---|", "| 1 |", "| 2 |", "[1][2][3]"]),
        (["$$\nx\n$$"], ["$$", "x", "$$", "[1]"]),
    ],
    ids=["sentences", "a list set apart", "rows below their header", "a formula"],
)
def test_each_quote_is_followed_by_the_number_of_its_source(
    quotes: list[str], shown: list[str]
) -> None:
    lines = unstyle(show_answer(answer(quotes))).splitlines()
    assert lines[: len(shown)] == shown
    assert lines[len(shown) : len(shown) + 2] == ["", "Sources"]


def test_contradictions_are_named_after_the_quotes() -> None:
    shown = unstyle(show_answer(answer(["It is.", "It is not."], disagreements=((1, 2),))))
    assert "It is not. [2]\n\nYour notes disagree: [1] ≠ [2].\n\nSources" in shown


def test_what_was_printed_before_is_not_printed_again() -> None:
    whole = show_answer(answer(["One.", "Two."]))
    first = whole[: whole.index("\n") + 1]
    assert first + show_answer(answer(["One.", "Two."]), printed=first) == whole


def test_a_hit_is_shown_with_its_best_sentence_on_one_line() -> None:
    hit = Hit(
        passage("First.", "Second\nand " + "long " * 50),
        0.3,
        ScoreBreakdown(0.2, 0.1, 0.05, ("gate",), rerank=1.5),
        (0.1, 0.2),
    )
    head, sentence, why = unstyle(show_hits([hit], explain=True)).splitlines()
    assert head == " 1. a.md:1-2  Gates"
    assert sentence.startswith("    Second and long") and sentence.endswith("…")
    assert len(sentence.strip()) <= 160
    assert why == (
        "    +0.300 = dense +0.200  sentence +0.100  keyword 0.050  rerank 1.500  a.md:1-2  gate"
    )


def test_without_hits_that_is_said() -> None:
    assert show_hits([]) == "Nothing found."


def test_a_report_counts_notes_and_groups_skipped_files_by_reason() -> None:
    skipped = [SkippedFile(f"{number}.bin", "not text") for number in range(5)]
    report = Report(
        location=IndexLocation(Path("notes"), Path("notes/.kbase")),
        read=("a.md", "b.md"),
        unchanged=("c.md",),
        removed=(),
        skipped=(*skipped, SkippedFile("d.pdf", "encrypted", failed=True)),
        encodings={"b.md": "gb18030"},
        problems=("concepts.yaml:3: no such concept",),
        passages=7,
        encoded=4,
    )
    assert show_report(report).splitlines() == [
        "notes: 2 read, 1 unchanged; 7 passages, 4 of them newly encoded",
        "  concepts.yaml:3: no such concept",
        "  b.md was read as gb18030",
        "  failed d.pdf: encrypted",
        "  skipped 0.bin, 1.bin, 2.bin and 2 more (all with --json): not text",
    ]
