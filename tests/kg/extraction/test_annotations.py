"""Annotations are stored as JSON and give evidence for their spans."""

from hypothesis import given, settings

from kg.extraction.annotate import annotate
from kg.extraction.annotations import NoteAnnotations
from kg.text import Lines
from tests.kg.extraction.vaults import RANDOM_TEXTS, annotate_texts, make_note

NOTE = """---
id: x
aliases: [A]
tags: [t]
requires: [y]
---

# GRU（门控）

**GRU (Gated Recurrent Unit)** improves on `RNN → LSTM`.
"""


def test_annotations_survive_as_json() -> None:
    annotations = annotate(make_note(NOTE))
    assert NoteAnnotations.from_json(annotations.to_json()) == annotations


@settings(deadline=None, max_examples=50)
@given(RANDOM_TEXTS)
def test_annotations_of_any_text_survive_as_json(texts: list[str]) -> None:
    annotations = annotate_texts(texts)
    assert [NoteAnnotations.from_json(note.to_json()) for note in annotations] == annotations


def test_the_evidence_for_a_sentence_quotes_it_with_its_lines_and_headings() -> None:
    annotations = annotate(make_note("# Cells\n\n## GRU\n\nIt has\ngates. It is small.\n"))
    evidence = annotations.evidence_for(annotations.sentences[0].span, Lines.of(annotations.text))
    assert (evidence.first, evidence.last) == (5, 6)
    assert (evidence.heading, evidence.quote) == (("Cells", "GRU"), "It has\ngates.")


def test_a_section_reaches_from_its_heading_to_its_last_sentence() -> None:
    annotations = annotate(make_note("# Cells\n\n## GRU\n\nIt has\ngates.\n\nIt is small.\n"))
    lines = Lines.of(annotations.text)
    sections = [annotations.section_of(heading, lines) for heading in annotations.headings]
    assert [(section.first, section.last) for section in sections] == [(1, 1), (3, 8)]
