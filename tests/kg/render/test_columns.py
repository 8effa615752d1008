"""Measure and pad text whose characters differ in width."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.render.columns import display_width, pad


@pytest.mark.parametrize(
    ("text", "width"),
    [("", 0), ("GRU", 3), ("门控", 4), ("KV 缓存", 7), ("e\u0301", 1), ("，", 2)],
    ids=["empty", "ASCII", "Chinese", "mixed", "combining accent", "Chinese punctuation"],
)
def test_a_chinese_character_is_two_columns_wide(text: str, width: int) -> None:
    assert display_width(text) == width


@given(st.lists(st.text(max_size=8)))
def test_padded_texts_are_equally_wide_and_keep_their_beginning(texts: list[str]) -> None:
    padded = pad(texts)
    assert all(after.startswith(before) for before, after in zip(texts, padded, strict=True))
    if all(text.isprintable() for text in texts):
        assert len({display_width(text) for text in padded}) <= 1
