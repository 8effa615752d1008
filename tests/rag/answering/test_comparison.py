"""Both sides are quoted: of things that are compared, of advantages and disadvantages."""

import pytest

from tests.rag.answering.conftest import AskNote, quotes_of
from tests.rag.answering.notes import SORTS

BOATS = """# Boats

## Sails and engines compared

**Sails**:

- A sail needs wind and no fuel.
- A sail is quiet.

**Engines**:

- An engine runs in a calm.
- An engine is loud and costs fuel.

## Rowing boats

**Advantages**:

- A rowing boat is cheap to keep.
- A rowing boat goes anywhere there is water.

**Limitations**:

- A rowing boat tires its crew.
- A rowing boat is slow on the open sea.
"""
KILNS = """# Kilns

## What are the advantages and faults of gas kilns?

### Advantages of gas kilns

- Gas kilns heat quickly.
- Gas kilns allow a reducing flame.

### Faults of gas kilns

- Gas kilns need a chimney.
- Gas kilns fire unevenly from shelf to shelf.
"""
LOOMS = """# Looms

## How do hand looms and power looms differ?

Hand looms and power looms weave the same cloth in different ways, and both are in use today.

1. **Hand looms**:

- A hand loom is worked by a weaver's feet.
- A hand loom takes a day for two yards.

2. **Power looms**:

- A power loom is driven by a belt.
- A power loom weaves forty yards a day.
"""


def test_each_side_is_quoted_from_its_own_section(ask_note: AskNote) -> None:
    answer = ask_note(SORTS, "merge sort vs quicksort")
    assert {citation.passage.title for citation in answer.citations} == {"Merge sort", "Quicksort"}


def test_parts_under_bold_lines_are_quoted_together_for_a_comparison(ask_note: AskNote) -> None:
    (quote,) = quotes_of(ask_note(BOATS, "how do sails and engines compare"))
    assert quote == BOATS[BOATS.index("**Sails**") : BOATS.index("\n\n## Rowing")]


def test_advantages_are_quoted_with_limitations_under_bold_lines(ask_note: AskNote) -> None:
    (quote,) = quotes_of(ask_note(BOATS, "advantages and limitations of rowing boats"))
    assert quote == BOATS[BOATS.index("**Advantages**") :].rstrip()


def test_advantages_are_quoted_before_the_faults_under_the_next_heading(ask_note: AskNote) -> None:
    answer = ask_note(KILNS, "what are the advantages and faults of gas kilns")
    titles = [citation.passage.title for citation in answer.citations]
    assert titles == ["Advantages of gas kilns", "Faults of gas kilns"]


def test_a_numbered_title_is_quoted_with_the_list_under_it(ask_note: AskNote) -> None:
    (quote,) = quotes_of(ask_note(LOOMS, "difference between hand looms and power looms"))
    assert quote == LOOMS[LOOMS.index("1. ") :].rstrip()


@pytest.mark.parametrize(
    "question", ["advantages and limitations of rowing boats", "how do sails and engines compare"]
)
def test_no_quote_ends_in_a_line_that_only_leads_on(ask_note: AskNote, question: str) -> None:
    quotes = quotes_of(ask_note(BOATS, question))
    assert not any(quote.rstrip().endswith((":", "**")) for quote in quotes)
