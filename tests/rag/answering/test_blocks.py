"""Passages are divided into the blocks of the golden cases; some properties hold of any text."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings

from kg.notes.files import read_note
from rag.answering.blocks import find_table_header, split_blocks
from rag.indexing.splitter import split_note
from tests.rag.indexing.test_splitter import CASES, TEXTS, note_of


def show_blocks(case: Path) -> str:
    """Return the blocks of a note as the golden files have them: kind, then indented parts."""
    rows = []
    for passage in split_note(read_note(CASES, case.name)):
        rows.append(" › ".join(passage.heading))
        for block in split_blocks(passage):
            headed = " headed" if block.headed else ""
            numbered = " numbered" if block.numbered else ""
            rows.append(f"  {block.kind.value}{headed}{numbered}")
            for part in block.parts:
                text = passage.text[part.start - passage.start : part.end - passage.start]
                rows.append(f"    {part.indent} {text!r}")
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("case", sorted(CASES.glob("*.md")), ids=lambda path: path.stem)
def test_a_note_has_the_blocks_of_its_golden_file(case: Path) -> None:
    assert show_blocks(case) == case.with_suffix(".blocks").read_text(encoding="utf-8")


@settings(max_examples=400, deadline=None)
@given(TEXTS)
@example("> # > ")
def test_every_sentence_is_in_one_part_in_order(text: str) -> None:
    for passage in split_note(note_of(text)):
        parts = [part for block in split_blocks(passage) for part in block.parts]
        numbers = [number for part in parts for number in range(part.first, part.last + 1)]
        assert numbers == list(range(len(passage.sentences)))
        for part in parts:
            assert passage.start <= part.start <= passage.sentences[part.first].start
            assert passage.sentences[part.last].end <= part.end <= passage.end


def test_the_header_of_a_row_is_found_with_its_rule_however_far_above() -> None:
    table = "| a | b |\n|:--|--:|\n" + "".join(f"| {number} | x |\n" for number in range(40))
    text = "Before.\n\n  " + table.replace("\n", "\n  ")
    start, end = find_table_header(text, text.index("| 39 |")) or (0, 0)
    assert text[start:end] == "| a | b |\n  |:--|--:|"


def test_a_line_of_half_a_megabyte_is_read_at_once() -> None:
    for line in ("|" + " " * 500_000 + "-|x", "- " * 250_000, ":" * 500_000 + "|", "|" * 500_000):
        assert find_table_header(f"| a |\n{line}\n| b |\n", 8 + len(line)) is None


def test_a_row_of_a_headless_table_and_a_line_of_prose_have_no_header() -> None:
    assert find_table_header("| a | b |\n| c | d |\n", 10) is None
    assert find_table_header("text\n\nmore", 6) is None
