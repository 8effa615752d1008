"""What reads as the name of something, and which names a written term gives."""

import pytest

from kg.extraction.terms.grammar import (
    clean_term,
    is_term,
    split_enumeration,
    split_names,
    term_key,
)


@pytest.mark.parametrize(
    "name",
    [
        "Adam",
        "top-p sampling",
        "Occam's razor",
        "多头注意力",
        "KV 缓存",
        "GPT-4",
        "L2 regularization",
    ],
)
def test_names_of_things_are_terms(name: str) -> None:
    assert is_term(name)


@pytest.mark.parametrize(
    "phrase",
    [
        "",
        "x",
        "2024",
        "Overview",
        "参考文献",
        "why it works",
        "the gradient vanishes because of the sigmoid function here",
        "模型没有收敛",
        "每个头",
        "训练的",
        "a = b",
        "Vaswani et al",
        "see https://example.org",
        "another layer",
    ],
)
def test_pieces_of_sentences_and_general_headings_are_not_terms(phrase: str) -> None:
    assert not is_term(phrase)


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ("4. The Adam optimizer:", "Adam optimizer"),
        ("Chapter 3: Attention", "Attention"),
        ("2.1 束搜索", "束搜索"),
        ("（四）归一化", "归一化"),
        ("第五章 优化", "优化"),
        ("**“Dropout”**", "Dropout"),
        ("gates of width $d$", "gates of width"),
    ],
)
def test_numbering_marks_and_articles_are_removed(written: str, cleaned: str) -> None:
    assert clean_term(written) == cleaned


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Adam", ("Adam",)),
        ("Overview", ()),
        ("多头注意力（Multi-Head Attention, MHA）", ("多头注意力", "Multi-Head Attention", "MHA")),
        ("Xavier（Glorot）初始化", ("Xavier 初始化", "Glorot 初始化")),
        ("sequence-to-sequence (seq2seq)", ("sequence-to-sequence", "seq2seq")),
        ("Dropout (2014)", ("Dropout",)),
        ("maximum likelihood: Gaussians", ("maximum likelihood: Gaussians",)),
    ],
)
def test_a_written_term_gives_its_names(written: str, names: tuple[str, ...]) -> None:
    assert split_names(written) == names


@pytest.mark.parametrize(
    ("phrase", "parts"),
    [
        ("precision and recall", ["precision", "recall"]),
        ("batch and layer normalization", ["batch normalization", "layer normalization"]),
        ("编码器和解码器", ["编码器", "解码器"]),
        ("BERT", ["BERT"]),
    ],
)
def test_an_enumeration_is_split_at_its_conjunctions(phrase: str, parts: list[str]) -> None:
    assert split_enumeration(phrase) == parts


def test_spelling_number_and_case_do_not_change_the_key() -> None:
    assert len({term_key(name) for name in ("Optimisers", "optimizer", "OPTIMIZER")}) == 1
    assert term_key("loss") != term_key("los")
