"""The words of a question show what it asks for."""

import pytest

from rag.question import _CHINESE_KINDS, _ENGLISH_KINDS, analyse, asks_for, coverage
from rag.types import AnswerKind

QUESTIONS = {
    AnswerKind.COMPARISON: [
        "MHA 和 MQA 的区别",
        "LSTM vs GRU",
        "how does GRU differ from LSTM",
        "when should I choose GRU over LSTM",
    ],
    AnswerKind.STEPS: [
        "RLHF 分几步",
        "BPE 怎么训练",
        "how does beam search work",
        "怎么创建笔记",
        "what are the steps of the EM algorithm",
    ],
    AnswerKind.LIST: [
        "GRU 有哪些门",
        "bert 有啥短板",
        "有哪两种模型",
        "ways to sort",
        "which services run here",
        "BERT 的预训练任务",
        "怎么提高召回",
    ],
    AnswerKind.FORMULA: [
        "注意力的公式是什么",
        "formula of attention",
    ],
    AnswerKind.NUMBER: [
        "GRU 层有多少参数",
        "GPT-3 有几层",
        "how many parameters does GPT-3 have",
        "what year did Tesla die",
    ],
    AnswerKind.REASON: [
        "为什么要除以根号 d_k",
        "why sqrt d_k",
        "LayerNorm 放在前面的原因",
        "what causes overflow",
    ],
    AnswerKind.DEFINITION: [
        "什么是多查询注意力",
        "RoPE 是什么",
        "what is perplexity",
        "kernel trick",
        "what are properties",
    ],
    AnswerKind.FACT: [
        "who invented the Transformer",
        "llama 用啥分词器",
        "where did Luther study theology in those days",
    ],
}


@pytest.mark.parametrize(
    ("kind", "question"),
    [(kind, question) for kind, questions in QUESTIONS.items() for question in questions],
)
def test_a_question_asks_for_a_kind_of_answer(kind: AnswerKind, question: str) -> None:
    assert analyse(question).kind is kind


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("BERT 和 GPT 有什么区别", [{"bert"}, {"gpt"}]),
        ("what is the difference between an encoder and a decoder", [{"encoder"}, {"decoder"}]),
        ("LSTM versus GRU", [{"lstm"}, {"gru"}]),
        ("MHA MQA GQA 区别", [{"gqa"}, {"mha"}, {"mqa"}]),
        ("哪个更快", []),
        ("what is a decoder", []),
    ],
)
def test_the_sides_of_a_comparison_are_what_is_between_its_separators(
    question: str, sides: list[set[str]]
) -> None:
    assert list(map(set, analyse(question).sides)) == sides


def test_the_topic_of_a_question_has_no_words_that_only_ask() -> None:
    assert analyse("what are the main types of optimizers").topic == {"optimizer"}
    assert analyse("GRU 有哪些门").topic == {"gru", "门"}


def test_a_heading_may_ask_for_more_than_one_kind_of_answer() -> None:
    asked = {
        kind
        for kind in AnswerKind
        if asks_for("What is a residual connection and why does it help?", kind)
    }
    assert asked == {AnswerKind.DEFINITION, AnswerKind.REASON}


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("what is BERT and how many parameters does it have", {"bert"}),
        ("RoPE 是什么，为什么用它", {"rope"}),
        ("什么是 GRU，它有哪些门", {"gru"}),
        ("what is precision and recall", set()),
        ("RoPE 是什么", set()),
    ],
)
def test_the_first_part_is_what_is_defined_before_more_is_asked(
    question: str, topic: set[str]
) -> None:
    assert analyse(question).first_topic == topic


@pytest.mark.parametrize(
    "question",
    ["Adam 的优缺点", "pros and cons of threads", "what are the advantages and drawbacks of Rust"],
)
def test_a_question_may_ask_for_advantages_and_disadvantages(question: str) -> None:
    assert analyse(question).pros_and_cons and not analyse("advantages of threads").pros_and_cons


def test_of_two_chinese_words_either_is_half_of_the_topic() -> None:
    assert coverage(analyse("检测幻觉").topic, {"幻觉", "模型"}) == 0.5


def test_both_languages_have_the_same_kinds_in_the_same_order() -> None:
    english, chinese = ([kind for kind, _ in table] for table in (_ENGLISH_KINDS, _CHINESE_KINDS))
    assert english == chinese
