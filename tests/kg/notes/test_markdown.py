"""Parsing of inline markup, tables, headings, front matter and hostile text."""

import pytest
from markdown_it.token import Token

from kg.notes import inline
from kg.notes.front_matter import find_front_matter
from kg.notes.inline import to_plain_text
from kg.notes.markdown import BlockKind, parse_markdown


@pytest.mark.parametrize(
    ("markup", "seen"),
    [
        ("a **b** *c* ~~d~~", "a b c d"),
        ("**术语（Term）**后文", "术语（Term）后文"),
        ("### [**微调模型**] and [**link**](http://x.y)", "### 微调模型 and link"),
        ("[text](http://x.y) ![image](z.png)", "text"),
        ("`a*b` and $x_1 * y$", "a*b and x_1 * y"),
        ("&lt;mask&gt; \\[CLS] 10%\\~20%", "<mask> [CLS] 10%~20%"),
        ("![](https://latex.codecogs.com/gif.latex?x_{i}%3D1) of", "x_{i}=1 of"),
        ("![](https://www.zhihu.com/equation?tex=%5Calpha)", "\\alpha"),
        ("", ""),
    ],
)
def test_plain_text_is_what_a_reader_sees(markup: str, seen: str) -> None:
    assert to_plain_text(markup) == seen


def test_a_table_row_reads_with_its_columns_names() -> None:
    (section,) = parse_markdown("| Model | 门 |\n|---|---|\n| GRU | 2 |\n")
    assert [(block.kind, block.text) for block in section.blocks] == [
        (BlockKind.HEAD, "Model | 门"),
        (BlockKind.ROW, "GRU; 门: 2"),
    ]


def test_a_table_of_contents_is_left_out() -> None:
    contents = (
        "- [1. Gates](https://host.org/tree/gates#1-gates)\n  - [in (short)](#short)\n- "
        "[Elsewhere](other.md)\n"
    )
    (first, gates) = parse_markdown(
        f"# Notes\n\n[toc]\n\n{contents}\n## 1. Gates\n\nA gate, see [1. Gates](#1-gates).\n"
    )
    assert [block.text for block in first.blocks] == ["Elsewhere"]
    assert [block.text for block in gates.blocks] == ["A gate, see 1. Gates."]


def test_heading_3_1_is_a_subsection_of_3_even_at_the_same_level() -> None:
    text = (
        "### 3. CTranslate2\n\n### 3.1 Use\n\na\n\n### 3.2 Faults\n\nb\n\n### 4. Text\n\nc\n\n"
        "### 4-2 Other\n\nd\n"
    )
    trails = [section.heading for section in parse_markdown(text)]
    assert trails == [
        ("3. CTranslate2", "3.1 Use"),
        ("3. CTranslate2", "3.2 Faults"),
        ("4. Text",),
        ("4-2 Other",),
    ]


def test_front_matter_is_yaml_at_the_very_top_only() -> None:
    assert find_front_matter("---\r\nid: a\r\n---\r\ntext") == "id: a"
    assert find_front_matter("text\n---\nid: a\n---\n") == ""
    assert parse_markdown("---\nid: a\n---\n") == ()


@pytest.mark.parametrize(
    "piece", ["[", "[a](", "*a", "`a", "_a_", ">", "![", "~~a", "<a ", "&amp;", "$a ", "- "]
)
def test_hostile_text_never_reaches_the_inline_parser_which_would_take_quadratic_time(
    piece: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lengths: list[int] = []
    real = inline._PARSER.parseInline

    def counted(text: str) -> list[Token]:
        lengths.append(len(text))
        return real(text)

    monkeypatch.setattr(inline._PARSER, "parseInline", counted)
    parse_markdown(piece * (2_000_000 // len(piece)))
    assert max(lengths, default=0) <= 10_000
