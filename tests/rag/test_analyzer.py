"""Text becomes terms in both languages."""

import pytest

from rag.analyzer import analyze, stem


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("d_k KV GPT-4 O(n^2)", ["d_k", "kv", "gpt-4", "gpt", "o(n^2)"]),
        ("$\\sqrt{d_k}$", ["sqrt", "d_k"]),
        ("√d_k，根号 d_k", ["sqrt", "d_k", "sqrt", "d_k"]),
        ("多头注意力", ["多头", "头注", "注意", "意力"]),
        ("门", ["门"]),
        ("⾃注意⼒ＫＶ", ["自注", "注意", "意力", "kv"]),
        ("What is the model's purpose?", ["model", "purpose"]),
        ('" OR * NEAR(', ["near"]),
        ("😀 ？！", []),
    ],
)
def test_terms_of_a_text(text: str, expected: list[str]) -> None:
    assert analyze(text) == expected


@pytest.mark.parametrize(
    ("spelling", "other"),
    [
        ("GPUs", "GPU"),
        ("β1", "beta1"),
        ("λ2", "lambda 2"),
        ("the nets can't learn", "nets learn"),
        ("I'm sure we've won", "sure won"),
    ],
)
def test_spellings_of_one_thing_have_the_same_terms(spelling: str, other: str) -> None:
    assert analyze(spelling) == analyze(other)


def test_plurals_are_stemmed_and_other_words_stay() -> None:
    assert [stem(word) for word in ("gates", "queries", "losses", "bias", "focus", "gru")] == [
        "gate",
        "query",
        "losse",
        "bias",
        "focus",
        "gru",
    ]


def test_spaces_in_words_and_odd_characters_of_a_pdf_copy_make_no_other_terms() -> None:
    assert analyze("缺 失值") == analyze("缺失值")
    assert analyze("⾃注意⼒的重置⻔") == analyze("自注意力的重置门")
    assert analyze("𝗆𝗈𝗎𝗌𝖾 零\u200b宽 ＧＲＵ") == analyze("mouse 零宽 GRU")
