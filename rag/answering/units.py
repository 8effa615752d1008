"""Cut a hit into the units that can be quoted, and hold a selection of them.

A unit is a sentence, a list item, a table row, a formula or a piece of code.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from kg.language import en, zh
from kg.language.words import join_words
from rag.analyzer import analyze, analyze_question
from rag.answering.blocks import split_blocks
from rag.answering.policy import POLICY
from rag.question import coverage
from rag.types import Block, BlockKind, BlockPart, Hit, Passage

# The score of a unit that is never quoted.
_NEVER_QUOTED = -9.0
# The score of a unit that is quoted only between others: a question, a picture.
_QUOTED_BETWEEN = -5.0

_REFERS_BACK = rf"{join_words(zh.REFERRING_WORDS)}|{join_words(en.REFERRING_WORDS)}\b"
_CONTINUES = rf"{join_words(zh.CONNECTIVES)}|{join_words(en.CONNECTIVES)}\b"
# A sentence that cannot be understood without the one before it.
_DEPENDENT = re.compile(rf"\W*(?:{_REFERS_BACK})", re.IGNORECASE)
# A sentence that continues the one before it, whether or not it can be understood alone.
CONTINUATION = re.compile(rf"\W*(?:{_REFERS_BACK}|{_CONTINUES})", re.IGNORECASE)
# A line that names a source.
_SOURCE = re.compile(rf"\W*{join_words(zh.SOURCE_LABELS, en.SOURCE_LABELS)}\W*[:：]", re.IGNORECASE)
# A sentence that only says where something is explained.
_POINTER = re.compile(
    rf"(?:{join_words(zh.POINTERS)}|\b{join_words(en.POINTERS)})\W{{0,3}}\[[^\]]*\]\([^)]*\)\W*$"
    r"|^\W*see (?:\w+ ){0,2}\w*\W{0,2}\[",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"[?？]\W*$")
# What shows no words: a picture, a bare address, a link out of the notes, maybe after one word.
_PICTURE_OR_LINK = re.compile(
    r"(?:\w{1,12}[:：]\s*)?"
    r"(?:!\[[^\]\n]*\]\([^)\n]*\)|!\[\[[^\]\n]*\]\]|<img\b[^>\n]*>|\[[^\]\n]*\]\(https?://[^)\n]*\)"
    r"|<?https?://\S+)"
)
_TASK_HEADING = re.compile(join_words(en.TASK_HEADINGS, zh.TASK_HEADINGS), re.IGNORECASE)
_WORD = re.compile(r"\w{2}|[^\W\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Quote:
    """Characters `start` to `end` of a passage's note, to be quoted verbatim.

    `headless` rows were cut out of a table and need its header.
    """

    passage: Passage
    start: int
    end: int
    headless: bool

    @property
    def text(self) -> str:
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]


@dataclass(frozen=True, slots=True)
class Unit:
    """A part of a block, with the block's number, what a reader sees of it, and its score."""

    block_number: int
    part: BlockPart
    text: str
    score: float

    @property
    def is_quotable(self) -> bool:
        """Tell whether the unit may be quoted at all."""
        return self.score > _NEVER_QUOTED

    @property
    def is_quotable_alone(self) -> bool:
        """Tell whether the unit may be quoted without others around it."""
        return self.score > _QUOTED_BETWEEN


@dataclass(frozen=True, slots=True)
class HitUnits:
    """A hit with its blocks and their units, in order. A unit's number is its place in `units`.

    `rank_score` is the score that the hit's rank is worth: at least that of every hit behind it.
    """

    hit: Hit
    rank_score: float
    blocks: tuple[Block, ...]
    units: tuple[Unit, ...]

    def __len__(self) -> int:
        return len(self.units)

    def __getitem__(self, number: int) -> Unit:
        return self.units[number]

    def __iter__(self) -> Iterator[Unit]:
        return iter(self.units)

    @property
    def passage(self) -> Passage:
        return self.hit.passage

    @property
    def best(self) -> int:
        """Return the number of the unit with the highest score, the first of equals."""
        return self.best_of(range(len(self)))

    @property
    def sets_tasks(self) -> bool:
        """Tell whether the passage sets goals or exercises for the reader, and answers nothing."""
        title = self.passage.title.strip(" :：")
        return bool(title and _TASK_HEADING.fullmatch(title))

    def best_of(self, numbers: Iterable[int]) -> int:
        """Return the number with the highest score, the first of equals. Needs at least one."""
        return max(numbers, key=lambda number: (self[number].score, -number))

    def kind(self, number: int) -> BlockKind:
        return self.block_of(number).kind

    def block_of(self, number: int) -> Block:
        return self.blocks[self[number].block_number]

    def members(self, block_number: int) -> range:
        """Return the numbers of the units of a block; empty if there is no such block."""
        numbers = [number for number, unit in enumerate(self) if unit.block_number == block_number]
        return range(numbers[0], numbers[-1] + 1) if numbers else range(0)

    def siblings(self, number: int) -> range:
        """Return the numbers of the units in the same block as a unit, itself included."""
        return self.members(self[number].block_number)

    def source(self, first: int, last: int) -> str:
        """Return the note's characters from one unit to another, both included."""
        start = self[first].part.start - self.passage.start
        return self.passage.text[start : self[last].part.end - self.passage.start]

    def select(self, numbers: Iterable[int] = ()) -> "Selection":
        return Selection(self, frozenset(numbers))

    def topic_coverage(self, number: int, topic: frozenset[str]) -> float:
        """Return the share of a topic that a unit and the headings above it name."""
        terms = set(analyze(self[number].text))
        return coverage(topic, terms.union(analyze_question(" ".join(self.passage.heading))))

    def stands_alone(self, number: int) -> bool:
        """Tell whether a unit can be understood without what is before it.

        A sentence that begins with "but" or "therefore" can, one with "it" or "this" cannot.
        """
        is_prose = self.kind(number) is BlockKind.PROSE
        return not is_prose or not _DEPENDENT.match(self[number].text)


@dataclass(frozen=True, slots=True)
class Selection:
    """Units of one hit that are to be quoted. `numbers` are valid numbers of `units`.

    Operators combine selections of the same hit. Iteration yields the numbers in order; an empty
    selection is false.
    """

    units: HitUnits
    numbers: frozenset[int]

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self.numbers))

    def __contains__(self, number: int) -> bool:
        return number in self.numbers

    def __or__(self, other: "Selection") -> "Selection":
        return self.add(other.numbers)

    def __sub__(self, other: "Selection") -> "Selection":
        return self.remove(other.numbers)

    def add(self, numbers: Iterable[int]) -> "Selection":
        return Selection(self.units, self.numbers.union(numbers))

    def remove(self, numbers: Iterable[int]) -> "Selection":
        return Selection(self.units, self.numbers.difference(numbers))

    @property
    def passage(self) -> Passage:
        return self.units.passage

    @property
    def first(self) -> int:
        return min(self.numbers)

    @property
    def last(self) -> int:
        return max(self.numbers)

    @property
    def kinds(self) -> set[BlockKind]:
        return {self.units.kind(number) for number in self.numbers}

    @property
    def count(self) -> int:
        """Return how many sentences, items and rows there are that say something.

        Formulas and code are not counted.
        """
        return sum(
            self.units.kind(number) not in {BlockKind.MATH, BlockKind.CODE}
            and self.units[number].is_quotable_alone
            for number in self.numbers
        )

    @property
    def characters(self) -> int:
        """Return the length of the units in the note, without what is between them."""
        return sum(len(self.units.source(number, number)) for number in self.numbers)

    @property
    def terms(self) -> set[str]:
        return set(analyze(" ".join(self.units[number].text for number in self)))

    def covers_block_of(self, number: int) -> bool:
        """Tell whether all units in the block of a unit are selected."""
        return self.numbers.issuperset(self.units.siblings(number))

    def quotes(self) -> Iterator[Quote]:
        """Yield a quote for each run of consecutive units; an item alone loses its marker."""
        run: list[int] = []
        for number in self:
            if run and number != run[-1] + 1:
                yield self._quote(run[0], run[-1])
                run = []
            run.append(number)
        if run:
            yield self._quote(run[0], run[-1])

    def _quote(self, first: int, last: int) -> Quote:
        part, end = self.units[first].part, self.units[last].part.end
        start = self.passage.sentences[part.first].start if first == last else part.start
        start = _include_quote_marks(self.passage, start, end)
        block = self.units.block_of(first)
        headless = block.kind is BlockKind.TABLE and not block.headed
        return Quote(self.passage, start, end, headless)


def _include_quote_marks(passage: Passage, start: int, end: int) -> int:
    """Return where a quote of several lines begins if the marks of a block quote belong to it.

    All lines but the first have their marks within the quote; so the first gets its own.
    """
    offset = start - passage.start
    line_start = passage.text.rfind("\n", 0, offset) + 1
    before = passage.text[line_start:offset]
    has_marks = ">" in before and not before.strip(" \t>")
    is_long = "\n" in passage.text[offset : end - passage.start]
    return passage.start + line_start if has_marks and is_long else start


def units_of(hits: Sequence[Hit]) -> list[HitUnits]:
    """Return the units of each hit, best hit first, without hits that have nothing to quote."""
    rank_scores = list(accumulate((hit.score for hit in reversed(hits)), max))[::-1]
    cut = [_cut_hit(hit, score) for hit, score in zip(hits, rank_scores, strict=True)]
    return [units for units in cut if units[units.best].is_quotable_alone]


def _cut_hit(hit: Hit, rank_score: float) -> HitUnits:
    hit_blocks = split_blocks(hit.passage)
    units = tuple(
        unit for number, block in enumerate(hit_blocks) for unit in _cut_block(hit, number, block)
    )
    return HitUnits(hit, rank_score, hit_blocks, units)


def _cut_block(hit: Hit, block_number: int, block: Block) -> Iterator[Unit]:
    """Yield the units of a block.

    What is no answer by itself gets a score below all others: a source, a pointer elsewhere, a
    question, a picture, the header of a table.
    """
    passage = hit.passage
    penalty = POLICY.code_penalty if block.kind is BlockKind.CODE else 0.0
    names_source = _SOURCE.match(passage.sentences[block.parts[0].first].text)
    is_pointer = False
    for position, part in enumerate(block.parts):
        sentences = passage.sentences[part.first : part.last + 1]
        text = " ".join(sentence.text for sentence in sentences)
        markup = passage.text[part.start - passage.start : part.end - passage.start]
        # What continues a pointer points elsewhere too.
        continues_pointer = is_pointer and CONTINUATION.match(text)
        is_pointer = bool(_POINTER.search(markup) or continues_pointer)
        is_header = block.headed and position == 0
        score = max(hit.sentence_scores[part.first : part.last + 1]) - penalty
        if is_header or is_pointer or names_source or _SOURCE.match(text) or not _WORD.search(text):
            score = _NEVER_QUOTED
        elif _QUESTION.search(markup) or not _WORD.search(_PICTURE_OR_LINK.sub("", markup)):
            score = _QUOTED_BETWEEN
        yield Unit(block_number, part, text, score)
