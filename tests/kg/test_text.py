"""Lines as an editor counts them, and text that is safe to print."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from kg.text import Lines, printable


@given(st.text())
def test_printable_text_has_no_control_characters(text: str) -> None:
    shown = printable(text)
    controls = {char for char in shown if unicodedata.category(char) in {"Cc", "Cs"}}
    assert controls <= {"\n", "\t"}


@given(st.text(st.sampled_from("ab\r\n\x0b\u2028")))
def test_lines_are_those_an_editor_shows(text: str) -> None:
    lines = Lines.of(text)
    expected = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ranges = zip(lines.starts, lines.ends, strict=True)
    assert [text[start:end] for start, end in ranges] == expected
    for offset in range(len(text)):
        assert lines.starts[lines.number(offset) - 1] <= offset
