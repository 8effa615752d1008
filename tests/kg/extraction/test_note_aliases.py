"""Aliases in the front matter are names of a note's subject, unless they are keywords."""

import pytest

from tests.kg.extraction.vaults import extract_texts, names_of


def note_on_gru(aliases: str, text: str = "It forgets.") -> str:
    return f"---\naliases: [{aliases}]\n---\n\n# GRU network\n\n{text}\n"


def test_aliases_of_a_note_about_one_thing_are_its_names() -> None:
    concepts, _ = extract_texts(
        "---\naliases: [MHA, multihead attn]\n---\n\n# Multi-Head Attention\n\nMany heads.\n"
    )
    assert names_of(concepts)[0] == {"Multi-Head Attention", "MHA", "multihead attn"}


@pytest.mark.parametrize(
    "texts",
    [
        [note_on_gru("reset gate", "The reset gate of a GRU network forgets.")],
        [note_on_gru("reset gate"), "## What is a reset gate?\n\nA reset gate is a gate.\n"],
        [note_on_gru("reset gate, deep GRU network")],
    ],
    ids=["mentioned beside the subject", "a concept of its own", "beside one that has its name"],
)
def test_aliases_that_are_keywords_are_not(texts: list[str]) -> None:
    names = names_of(extract_texts(*texts)[0])
    assert not any({"reset gate", "GRU network"} <= group for group in names)


def test_of_keywords_the_initials_of_the_title_are_still_its_abbreviation() -> None:
    concepts, _ = extract_texts(
        "---\naliases: [MHA, reset gate]\n---\n\n# Multi-Head Attention\n\n"
        "The reset gate is not in Multi-Head Attention.\n"
    )
    assert {"Multi-Head Attention", "MHA"} in names_of(concepts)


def test_aliases_of_a_note_about_several_things_are_not_merged() -> None:
    text = "---\naliases: [gated cell]\n---\n\n# LSTM and GRU\n\nAn LSTM and a GRU have gates.\n"
    assert not any(
        "gated cell" in names and len(names) > 1 for names in names_of(extract_texts(text)[0])
    )


def test_ten_thousand_aliases_are_read() -> None:
    aliases = ", ".join(f"gated cell {number}" for number in range(10_000))
    concepts, _ = extract_texts(note_on_gru(aliases))
    assert len(concepts[0].aliases) > 9_000
