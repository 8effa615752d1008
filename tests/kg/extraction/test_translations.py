"""Names at the same position of two notes with one id are translations of each other."""

import pytest

from tests.kg.extraction.vaults import extract_texts, names_of


def twin(body: str, front: str = "") -> str:
    return f"---\nid: n\n{front}---\n\n{body}\n"


@pytest.mark.parametrize(
    ("english", "chinese", "names"),
    [
        (
            "# Beam search\n\nBeam search keeps beams.",
            "# 束搜索\n\n束搜索保留几条路径。",
            {"Beam search", "束搜索"},
        ),
        (
            "# Notes of today\n\n## What is beam search?\n\nBeam search keeps beams.",
            "# 今天的笔记\n\n## 什么是束搜索？\n\n束搜索保留几条路径。",
            {"beam search", "束搜索"},
        ),
        (
            "# Notes of today\n\n**Beam search** keeps beams.",
            "# 今天的笔记\n\n**束搜索** 保留几条路径。",
            {"Beam search", "束搜索"},
        ),
    ],
    ids=["title", "heading", "definition"],
)
def test_terms_at_the_same_position_of_twin_notes_are_merged(
    english: str, chinese: str, names: set[str]
) -> None:
    assert names in names_of(extract_texts(twin(english), twin(chinese))[0])


def test_terms_of_notes_with_different_ids_are_not() -> None:
    english = "# Beam search\n\nBeam search keeps beams."
    concepts, _ = extract_texts(twin(english), "# 束搜索\n\n束搜索保留几条路径。")
    assert len(concepts) == 2


def test_a_name_with_a_translation_gets_no_second_one() -> None:
    concepts, _ = extract_texts(
        twin("# Beam search\n\n**Beam search（集束搜索）** keeps beams."),
        twin("# 束搜索\n\n束搜索保留几条路径。"),
    )
    assert {"Beam search", "束搜索"} not in names_of(concepts)
    assert {"Beam search", "集束搜索"} in names_of(concepts)


def test_aliases_at_the_same_position_between_shared_ones_are_merged() -> None:
    aliases = "aliases: [{}]\n"
    concepts, _ = extract_texts(
        twin(
            "# Cells: LSTM and GRU\n\nA **reset gate** and LSTM.",
            aliases.format("LSTM, reset gate, GRU"),
        ),
        twin(
            "# 单元：LSTM 与 GRU\n\n一个 **重置门** 与 LSTM。", aliases.format("LSTM, 重置门, GRU")
        ),
        "The reset gate is a gate. A reset gate resets.\n\n重置门是门。重置门会重置。",
    )
    assert {"reset gate", "重置门"} in names_of(concepts)
