"""What headings name, ask about and compare."""

import pytest

from kg.extraction.terms.headings import parse_heading


@pytest.mark.parametrize(
    ("heading", "forms"),
    [
        ("Layer normalization", ("Layer normalization",)),
        ("What is the softmax function?", ("softmax function",)),
        ("How does beam search work?", ("beam search",)),
        ("Why do we need residual connections?", ("residual connections",)),
        ("Occam's razor in learning", ("Occam's razor in learning", "Occam's razor")),
        ("The limits of BERT", ("BERT",)),
        ("什么是多头注意力？", ("多头注意力",)),
        ("交叉熵是什么？", ("交叉熵",)),
        ("束搜索怎么工作？", ("束搜索",)),
        ("GRU 的公式", ("GRU",)),
        ("LSTM 的细胞状态", ("细胞状态", "LSTM 的细胞状态")),
        ("束搜索的原理", ("束搜索",)),
    ],
)
def test_a_heading_names_or_asks_about_a_term(heading: str, forms: tuple[str, ...]) -> None:
    assert parse_heading(heading).terms[0].forms == forms


@pytest.mark.parametrize(
    ("heading", "things"),
    [
        ("Difference between GRU and LSTM", ["GRU", "LSTM"]),
        ("Relationships between bagging and boosting", ["bagging", "boosting"]),
        ("How do MHA and MQA differ?", ["MHA", "MQA"]),
        ("BERT vs. GPT", ["BERT", "GPT"]),
        ("MHA 和 MQA 有什么区别？", ["MHA", "MQA"]),
        ("FSDP 是什么，与 DDP 有何不同？", ["FSDP", "DDP"]),
    ],
)
def test_a_heading_that_compares_has_the_things_it_compares(
    heading: str, things: list[str]
) -> None:
    topic = parse_heading(heading)
    assert topic.compares and [variants.forms[0] for variants in topic.terms] == things
    assert not any(variants.sure for variants in topic.terms)


def test_a_comparison_with_a_pronoun_names_nothing() -> None:
    topic = parse_heading("Difference between it and GRU")
    assert not topic.compares


@pytest.mark.parametrize("heading", ["Is it slow?", "Why is training unstable", "为何发散", "好吗"])
def test_other_questions_name_nothing(heading: str) -> None:
    topic = parse_heading(heading)
    assert topic.asks and not topic.terms
