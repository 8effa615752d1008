"""Different spellings of one thing become equal."""

import unicodedata

import pytest

from kg.language.normalize import RADICALS, fold


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


def test_every_radical_is_replaced_by_a_han_character() -> None:
    for radical, han in RADICALS.items():
        assert "RADICAL" in unicodedata.name(chr(radical))
        assert unicodedata.name(chr(han)).startswith("CJK UNIFIED IDEOGRAPH")
