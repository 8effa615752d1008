"""The language of a text."""

import pytest

from kg.language.detect import detect_language


@pytest.mark.parametrize(
    ("text", "language_code"),
    [
        ("why sqrt d_k", "en"),
        ("什么是 Transformer", "zh"),
        ("MHA MQA GQA MLA 的区别", "zh"),
        ("", "en"),
        ("d_k", "en"),
        ("RNN 是啥", "zh"),
    ],
)
def test_one_han_character_for_two_latin_words_makes_a_text_chinese(
    text: str, language_code: str
) -> None:
    assert detect_language(text) == language_code
