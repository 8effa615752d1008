"""Names that a sentence gives together."""

import pytest

from kg.extraction.terms.abbreviations import find_names_in_parentheses, find_translated_names


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("We use linear discriminant analysis (LDA).", ("linear discriminant analysis", "LDA")),
        ("It is attention with linear biases (ALiBi).", ("attention with linear biases", "ALiBi")),
        ("LDA (Linear Discriminant Analysis) projects.", ("Linear Discriminant Analysis", "LDA")),
        ("这里采用旋转位置编码（RoPE）。", None),
        ("例如旋转位置编码（RoPE）。", ("旋转位置编码", "RoPE")),
        ("它很深，残差连接（Residual Connection）有用。", ("残差连接", "Residual Connection")),
        ("The loss (see below) falls.", None),
        ("The model of the encoder (XYZ) is old.", None),
    ],
)
def test_names_in_parentheses(sentence: str, names: tuple[str, ...] | None) -> None:
    assert list(find_names_in_parentheses(sentence)) == ([names] if names else [])


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("MHA（Multi-Head Attention），也就是多头注意力，很常见。", 3),
        ("残差连接，又称跳跃连接。", 0),
        ("MHA 很常见，也就是到处都有。", 0),
    ],
)
def test_a_translation_after_a_comma_is_a_name_of_the_same_thing(sentence: str, names: int) -> None:
    assert sum(map(len, find_translated_names(sentence))) == names
