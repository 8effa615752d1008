"""Notes are split into passages: golden cases in tests/cases, and what must hold of any text."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.notes.files import read_note
from kg.notes.note import Note
from kg.notes.sentences import MAX_SENTENCE_CHARS
from kg.text import Lines
from rag.indexing.splitter import split_note

CASES = Path(__file__).parents[2] / "cases"

# Pieces of Markdown, of HTML, and of what PDF copies leave; arbitrary text is mixed in too.
MARKS = (
    "# |## 问？\n|- |  - |1. |> |```\n|~~~|$$\n|$x$|\n|\n\n|\r\n|\r|\t|。|！|. |? |“|”|**|`"
    "|<img src='x'/>|<!--|-->|<pre>|[a](b)|![|\\|&lt;|---\n|===\n|⻔|\u2028|\x0b|\x1b[31m|字|word "
    "|e.g. |3.5|    "
).split("|")
MARKS.append("| a | b |\n|---|---|\n| c | d |\n")
TEXTS = st.lists(st.sampled_from(MARKS) | st.text(max_size=8), max_size=40).map("".join)


def note_of(text: str) -> Note:
    text = text.encode("utf-8", "replace").decode()
    return Note("note.md", text, "utf-8", b"", Lines.of(text))


def show_passages(note: Note) -> str:
    """Return the passages of a note in the form of the golden files.

    That is the lines and heading trail of each, and the lines and text of its sentences.
    """
    rows = []
    for passage in split_note(note):
        rows.append(f"{passage.first}-{passage.last} | {' › '.join(passage.heading)}")
        for sentence in passage.sentences:
            first, last = note.line_range(sentence.start, sentence.end)
            rows.append(f"    {first}-{last} | {sentence.text!r}")
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("case", sorted(CASES.glob("*.md")), ids=lambda path: path.stem)
def test_a_note_is_split_as_its_golden_file_says(case: Path) -> None:
    note = read_note(CASES, case.name)
    assert show_passages(note) == case.with_suffix(".expected").read_text(encoding="utf-8")


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_passages_are_slices_in_order_that_never_overlap(text: str) -> None:
    note = note_of(text)
    end = 0
    for passage in split_note(note):
        assert end <= passage.start < passage.end <= len(note.text)
        assert passage.text == note.text[passage.start : passage.end]
        assert 1 <= passage.first <= passage.last <= len(note.lines.starts)
        assert passage.sentences
        end = passage.end


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_sentences_lie_in_their_passage_in_order_and_say_something(text: str) -> None:
    for passage in split_note(note_of(text)):
        end = passage.start
        for sentence in passage.sentences:
            assert end <= sentence.start < sentence.end <= passage.end
            assert sentence.text.strip()
            end = sentence.end


@given(st.lists(st.text("字词a b,.，。", min_size=1, max_size=50), max_size=30).map(" ".join))
def test_split_then_join_gives_all_of_a_paragraph_back(text: str) -> None:
    note = note_of(f"字{text}")
    quoted = "".join(
        note.text[sentence.start : sentence.end]
        for passage in split_note(note)
        for sentence in passage.sentences
    )
    assert "".join(quoted.split()) == "".join(note.text.split())


def test_a_line_of_a_megabyte_is_cut_into_sentences_of_bounded_length() -> None:
    note = note_of("# Long\n\n" + "没有句号的一行" * 150_000)
    sentences = [sentence for passage in split_note(note) for sentence in passage.sentences]
    lengths = [sentence.end - sentence.start for sentence in sentences]
    assert max(lengths) <= MAX_SENTENCE_CHARS
    assert sum(lengths) == 7 * 150_000


def test_a_long_section_is_cut_between_blocks_and_its_first_part_has_the_heading() -> None:
    paragraphs = [f"第{number}段" + "说明" * 60 + "。" for number in range(20)]
    passages = split_note(note_of("# 长\n\n" + "\n\n".join(paragraphs)))
    assert len(passages) > 3
    assert passages[0].text.startswith("# 长\n")
    assert all(passage.heading == ("长",) for passage in passages)
    assert all(
        passage.text.startswith("第") and passage.text.endswith("。") for passage in passages[1:]
    )


def test_lists_nested_deeper_than_the_parser_allows_by_default_keep_their_leaves() -> None:
    text = "\n".join("  " * depth + f"- level {depth}" for depth in range(40))
    (passage,) = split_note(note_of(text))
    texts = [sentence.text for sentence in passage.sentences]
    assert texts == [f"level {depth}" for depth in range(40)]


@pytest.mark.parametrize(
    ("text", "trail"),
    [
        ("# Gates\n\nOpen.\n", ("Gates",)),
        ("Open.\n\n```sh\n# a comment\n```\n", ("gates",)),
        ("## Part\n\nOpen.\n", ("gates", "Part")),
        ("---\ntitle: All about gates\n---\nOpen.\n", ("All about gates",)),
        ("---\ntitle: All about gates\n---\n# Gates\n\nOpen.\n", ("Gates",)),
    ],
)
def test_a_note_is_called_by_its_heading_else_its_front_matter_else_its_name(
    text: str, trail: tuple[str, ...]
) -> None:
    note = Note("gates.md", text, "utf-8", b"", Lines.of(text))
    assert split_note(note)[0].heading == trail


def test_rows_of_numbers_are_no_passages() -> None:
    rows = "20150302,545000,3,2.25\n" * 500
    assert split_note(note_of(rows)) == []
    (passage,) = split_note(note_of(f"{rows}\nTaken in 2015.\n\n{rows}"))
    assert "Taken in 2015." in passage.text


@pytest.mark.parametrize(
    ("part", "language"),
    [
        ("```python\nfor gate in gates:\n    gate.open(at=once, and_then=close)\n```\n", "zh"),
        ("- [LoRA: Low-Rank Adaptation of Large Language Models](https://host.org/lora)\n", "zh"),
        ("BERT-base uncased\n", "zh"),
        ("A gate decides how much of the state is kept at each step.\n", "en"),
    ],
)
def test_code_and_links_do_not_make_a_passage_english(part: str, language: str) -> None:
    passages = split_note(
        note_of(f"# 门\n\n门控决定保留多少状态，也决定写入多少新信息。\n\n## 二\n\n{part}")
    )
    assert [passage.language for passage in passages] == ["zh", language]
