"""Test what a note is annotated with: its terms, and the problems of its front matter."""

import pytest

from kg.extraction.annotate import annotate
from kg.extraction.annotations import TermSource
from kg.extraction.pipeline import extract
from tests.kg.extraction.vaults import extract_texts, make_note


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("**GRU** has gates.", TermSource.DEFINED),
        ("- **GRU** has gates.", TermSource.DEFINED),
        ("The **GRU** has gates.", TermSource.BOLD),
        ("**GRU**: has gates.", TermSource.LABEL),
        ("**GRU:** has gates.", TermSource.LABEL),
        ("See [[cells/GRU]].", TermSource.LINK),
    ],
)
def test_a_sentence_marks_a_term(sentence: str, source: TermSource) -> None:
    annotations = annotate(make_note(f"Some text first.\n\n{sentence}\n"))
    [term] = annotations.terms
    assert (term.names, term.source, term.sentence) == (("GRU",), source, 1)


def test_a_heading_without_text_of_its_own_is_kept() -> None:
    annotations = annotate(make_note("# Cells\n\n## GRU\n\nIt has gates.\n"))
    assert [heading.trail for heading in annotations.headings] == [("Cells",), ("Cells", "GRU")]
    assert [(heading.first, heading.last) for heading in annotations.headings] == [(0, 0), (0, 1)]


def test_a_note_of_a_single_heading_has_it_as_its_title() -> None:
    assert annotate(make_note("# GRU\n")).title == "GRU"


@pytest.mark.parametrize(
    ("heading", "label"),
    [
        ("What is GRU?", "GRU"),
        ("What is the softmax function?", "softmax function"),
        ("4. What is Occam's razor in learning?", "Occam's razor"),
        ("How does beam search work?", "beam search"),
        ("什么是多头注意力？", "多头注意力"),
        ("3.2 束搜索", "束搜索"),
        ("交叉熵是什么？", "交叉熵"),
        ("Explain layer normalization", "layer normalization"),
        ("The limits of BERT", "BERT"),
    ],
)
def test_a_heading_gives_the_term_that_it_asks_about(heading: str, label: str) -> None:
    text = (
        f"# My notes of today\n\n## {heading}\n\nAnswer about GRU, softmax function, Occam's "
        f"razor, beam search, BERT.\n"
    )
    assert label in {concept.label for concept in extract_texts(text)[0]}


@pytest.mark.parametrize(
    "heading",
    [
        "Introduction",
        "参考文献",
        "Why is it so slow?",
        "1. Overview",
        "总结",
        "如何学习？",
        "2024",
        "→",
        "?",
    ],
)
def test_a_heading_that_any_note_may_have_is_no_concept(heading: str) -> None:
    concepts, _ = extract_texts(f"## {heading}\n\nSome words, and more of them.\n")
    assert not [concept for concept in concepts if concept.label in heading]


def test_malformed_front_matter_is_reported_with_its_line() -> None:
    text = "---\nid: x\nrequires: [a, b\n---\n\n# X\n\nText.\n"
    *_, problems = extract([annotate(make_note(text, "x.md"))])
    assert [str(problem) for problem in problems] == [
        "x.md:3: malformed front matter: expected ',' or ']', but got '<stream end>'"
    ]


@pytest.mark.parametrize(
    ("front", "line"),
    [
        ("requires: {a: 1}", 2),
        ("title: [[]]\naliases: {x: y}", 3),
        ("- a list", 2),
        ("a: *nowhere", 2),
        ("\tx: 1", 2),
        ("x: '\x07'", 2),
    ],
)
def test_useless_front_matter_is_reported_and_the_rest_of_the_note_is_read(
    front: str, line: int
) -> None:
    text = f"---\n{front}\n---\n\n# GRU\n\n**Reset gate** is a gate.\n"
    concepts, _, problems = extract([annotate(make_note(text))])
    assert [problem.line for problem in problems] == [line]
    assert "Reset gate" in {concept.label for concept in concepts}
