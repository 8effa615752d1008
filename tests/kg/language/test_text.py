"""Folding, language, lines, and what a terminal may be shown."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.language.detect import detect_language
from kg.language.normalize import RADICALS, fold
from kg.text import Lines, printable


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("⾃注意⼒", "自注意力"),
        ("重置⻔", "重置门"),
        ("⻓期", "长期"),
        ("𝗆𝗈𝗎𝗌𝖾", "mouse"),
        ("ＬＳＴＭ（１）", "lstm(1)"),
        ("a\u200bb\u00ad", "ab"),
    ],
)
def test_spellings_of_one_thing_fold_to_one_form(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_every_radical_stands_for_one_han_character() -> None:
    for radical, han in RADICALS.items():
        assert "RADICAL" in unicodedata.name(chr(radical))
        assert unicodedata.name(chr(han)).startswith("CJK UNIFIED IDEOGRAPH")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("why sqrt d_k", "en"),
        ("什么是 Transformer", "zh"),
        ("MHA MQA GQA MLA 的区别", "zh"),
        ("", "en"),
        ("d_k", "en"),
        ("RNN 是啥", "zh"),
    ],
)
def test_the_language_of_a_text(text: str, name: str) -> None:
    assert detect_language(text) == name


@given(st.text())
def test_what_is_printable_steers_no_terminal(text: str) -> None:
    shown = printable(text)
    assert not any(unicodedata.category(one) in {"Cc", "Cs"} and one not in "\n\t" for one in shown)


@given(st.text(st.sampled_from("ab\r\n\x0b\u2028")))
def test_lines_are_those_an_editor_shows(text: str) -> None:
    lines = Lines.of(text)
    assert len(lines.starts) == len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    assert [
        text[start:end] for start, end in zip(lines.starts, lines.ends, strict=True)
    ] == text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for offset in range(len(text)):
        assert lines.starts[lines.number(offset) - 1] <= offset
