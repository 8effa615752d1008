"""A hit is cut into units, and what answers nothing is not quoted; a selection becomes quotes."""

from rag.answering.units import HitUnits, units_of
from rag.indexing.splitter import split_note
from rag.types import BlockKind, Hit, ScoreBreakdown
from tests.rag.answering.conftest import AskNote, quotes_of
from tests.rag.indexing.test_splitter import note_of

LOCKS = """# Canal locks

## How can I check the work of a lock?

Yes. See our guide, [how a canal lock works](https://example.org/how-a-canal-lock-works). This \
guide shows step by step how a
canal lock works.

## Boats going up

A canal lock works by letting water from above into its chamber until the boat floats at the level \
of the upper reach.

## About the canal lock

Author: [How a canal lock works](https://example.org/lock)
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
MIXED = """# Loaves

A loaf rises twice. It is baked once.

- flour
- water
- salt

| Loaf | Hours |
| --- | --- |
| rye | 20 |
| wheat | 5 |

$$h = 4 s$$
"""


def cut(text: str) -> HitUnits:
    """The units of a note of one passage, the first scoring most."""
    (passage,) = split_note(note_of(text))
    scores = tuple(1 - number / 100 for number in range(len(passage.sentences)))
    (units,) = units_of([Hit(passage, 1.0, ScoreBreakdown(0, 0, 0, ()), scores)])
    return units


def test_a_hit_is_cut_into_sentences_items_rows_and_formulas() -> None:
    units = cut(MIXED)
    kinds = [units.kind(number) for number in range(len(units))]
    assert kinds == [
        *[BlockKind.PROSE] * 2,
        *[BlockKind.LIST] * 3,
        *[BlockKind.TABLE] * 3,
        BlockKind.MATH,
    ]
    assert units.best == 0 and units.siblings(3) == range(2, 5)
    assert not units[5].is_quotable  # the header of the table


def test_a_unit_that_refers_back_does_not_stand_alone() -> None:
    units = cut(MIXED)
    assert units.stands_alone(0) and not units.stands_alone(1) and units.stands_alone(2)


def test_a_selection_counts_what_says_something() -> None:
    units = cut(MIXED)
    selection = units.select([0, 4, 5, 8])
    assert selection.count == 2  # neither the header of the table nor the formula
    header = "| Loaf | Hours |\n| --- | --- |"
    assert selection.characters == len("A loaf rises twice." + "- salt" + header + "$$h = 4 s$$")
    assert selection.kinds == {BlockKind.PROSE, BlockKind.LIST, BlockKind.TABLE, BlockKind.MATH}


def test_selections_of_one_hit_are_combined() -> None:
    units = cut(MIXED)
    selection = units.select([3, 0]) | units.select([1])
    assert list(selection) == [0, 1, 3] and (selection.first, selection.last) == (0, 3)
    assert list(selection - units.select([0])) == [1, 3] and not selection.remove(selection)
    assert selection.add([2, 4]).covers_block_of(3) and not selection.covers_block_of(3)


def test_consecutive_units_are_one_quote_and_an_item_alone_loses_its_marker() -> None:
    selection = cut(MIXED).select([0, 1, 3, 7])
    quotes = list(selection.quotes())
    assert [quote.text for quote in quotes] == [
        "A loaf rises twice. It is baked once.",
        "water",
        "| wheat | 5 |",
    ]
    assert [quote.headless for quote in quotes] == [False, False, False]


def test_rows_without_a_header_are_headless() -> None:
    (quote,) = cut("# Hours\n\n| rye | 20 |\n| wheat | 5 |\n").select([0]).quotes()
    assert quote.headless


def test_a_sentence_that_points_elsewhere_and_what_continues_it_are_not_quoted(
    ask_note: AskNote,
) -> None:
    quotes = quotes_of(ask_note(LOCKS, "how does a canal lock work"))
    assert quotes[0].startswith("A canal lock works by")
    assert "guide" not in " ".join(quotes) and "Author" not in " ".join(quotes)


def test_pictures_and_links_out_of_the_notes_are_not_quoted(ask_note: AskNote) -> None:
    text = " ".join(quotes_of(ask_note(RULES, "rules of the workshop")))
    assert "plan.png" not in text and "example.org" not in text


def test_a_quote_of_several_lines_keeps_the_marks_of_its_first_line(ask_note: AskNote) -> None:
    (quote,) = quotes_of(ask_note(RULES, "rules of the workshop"))
    assert quote == "> Tools go back to the wall at night.\n> The saw is used with goggles only."
