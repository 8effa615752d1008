"""What a question asks for, told by its words."""

import pytest

from rag.question import analyse, asks_for, coverage
from rag.types import AnswerKind

QUESTIONS = {
    AnswerKind.COMPARISON: ["MHA 和 MQA 的区别", "LSTM vs GRU", "how does GRU differ from LSTM", "when should I choose GRU over LSTM"],
    AnswerKind.STEPS: ["RLHF 分几步", "BPE 怎么训练", "how does beam search work", "怎么创建笔记",
                 "what are the steps of the EM algorithm"],
    AnswerKind.LIST: ["GRU 有哪些门", "bert 有啥短板", "有哪两种模型", "ways to sort", "which services run here", "BERT 的预训练任务",
                "怎么提高召回"],
    AnswerKind.FORMULA: ["注意力的公式是什么", "formula of attention"],
    AnswerKind.NUMBER: ["GRU 层有多少参数", "GPT-3 有几层", "how many parameters does GPT-3 have", "what year did Tesla die"],
    AnswerKind.REASON: ["为什么要除以根号 d_k", "why sqrt d_k", "LayerNorm 放在前面的原因", "what causes overflow"],
    AnswerKind.DEFINITION: ["什么是多查询注意力", "RoPE 是什么", "what is perplexity", "kernel trick", "what are properties"],
    AnswerKind.FACT: ["who invented the Transformer", "llama 用啥分词器", "where did Luther study theology in those days"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "question"), [(kind, one) for kind, some in QUESTIONS.items() for one in some]
)
def test_the_kind_of_answer_is_told_by_the_question(kind: AnswerKind, question: str) -> None:
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
def test_the_sides_of_a_comparison_are_what_is_between_its_joints(
    question: str, sides: list[set[str]]
) -> None:
    assert list(map(set, analyse(question).sides)) == sides


def test_what_is_asked_about_is_told_without_the_words_that_ask() -> None:
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
    ("question", "defined"),
    [
        ("what is BERT and how many parameters does it have", {"bert"}),
        ("RoPE 是什么，为什么用它", {"rope"}),
        ("什么是 GRU，它有哪些门", {"gru"}),
        ("what is precision and recall", set()),
        ("RoPE 是什么", set()),
    ],
)
def test_what_is_to_be_defined_first_is_told_where_more_is_asked(
    question: str, defined: set[str]
) -> None:
    assert analyse(question).first_topic == defined


@pytest.mark.parametrize(
    "question",
    ["Adam 的优缺点", "pros and cons of threads", "what are the advantages and drawbacks of Rust"],
)
def test_who_asks_for_advantages_and_faults_asks_for_both(question: str) -> None:
    assert analyse(question).pros_and_cons and not analyse("advantages of threads").pros_and_cons


def test_of_two_chinese_words_one_is_half_of_what_is_asked_about() -> None:
    assert coverage(analyse("检测幻觉").topic, {"幻觉", "模型"}) == 0.5
