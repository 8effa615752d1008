"""Prerequisites that a note declares, in its front matter or in its text."""

import pytest

from kg.extraction.annotate import annotate
from kg.extraction.pipeline import extract
from kg.types import Origin, Status
from tests.kg.extraction.vaults import edges_of, make_note


@pytest.mark.parametrize(
    "declaration",
    [
        "---\nrequires: [rnn]\n---\n\n# LSTM\n\nGates.\n",
        "---\nrequires: rnn\n---\n\n# LSTM\n\nGates.\n",
        '---\nprerequisites:\n  - "[[RNN]]"\n---\n\n# LSTM\n\nGates.\n',
        "---\n前置知识: [RNN]\n---\n\n# LSTM\n\nGates.\n",
        "# LSTM\n\n- requires [[RNN]]\n\nGates.\n",
        "# LSTM\n\nPrerequisites: RNN\n\nGates.\n",
        "# LSTM\n\n前置知识：[[RNN]]\n\n门。\n",
        "# LSTM\n\nGates.\n\n## Prerequisites\n\n- [recurrent networks](rnn.md)\n",
        "# LSTM\n\n门。\n\n## 前置知识\n\n- [[RNN|循环网络]]\n",
    ],
)
def test_what_a_note_declares_is_a_prerequisite_with_its_line(declaration: str) -> None:
    notes = [
        annotate(make_note("# RNN\n\nA loop.\n", "rnn.md")),
        annotate(make_note(declaration, "lstm.md")),
    ]
    _, relations, problems = extract(notes)
    declared = [relation for relation in relations if relation.origin is Origin.DECLARED]
    assert edges_of(declared) == {"rnn prerequisite_of lstm"} and not problems
    assert declared[0].status is Status.ACCEPTED and "RNN" in declared[0].evidence[0].quote.upper()


def test_requirements_of_a_note_about_several_things_relate_no_two_of_them() -> None:
    cells = (
        "---\nrequires: [rnn]\n---\n\n# Cells: LSTM and GRU\n\n## What is LSTM?\n\nLSTM has "
        "gates. GRU too.\n"
    )
    notes = [
        annotate(make_note("---\nid: rnn\n---\n\n# RNN\n\nA loop.\n", "rnn.md")),
        annotate(make_note(cells, "cells.md")),
    ]
    assert not edges_of(extract(notes)[1], Origin.DECLARED)
