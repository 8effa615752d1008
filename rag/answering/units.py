"""A hit as what can be quoted of it: blocks, and their sentences, items and rows. Pure.

Nothing of it knows of other hits: which of them are quoted, and how much, is rag/compose.py's to say.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from rag.analyzer import analyze, analyze_question
from rag.answering.blocks import blocks
from rag.question import coverage
from rag.types import Block, BlockKind, BlockPart, Hit

_NEVER = -9.0  # what is not quoted
_BETWEEN = -5.0  # what is quoted only between others: a question, a picture
_CODE = 0.1  # less for code: its comments may say what was asked, the text around it says what is answered

_REFERS = (  # to what was named before
    r"这|那|它|其(?![他余])|该|此(?!外)|两者|前者|后者|他|她"
    r"|(?:this|that|these|those|it|its|they|their|them|he|she|his|her|such|both|the (?:former|latter|same)|here)\b"
)
_JOINS = (  # on to what was said before
    r"因此|所以|因而|但|然而|不过|而(?!且)|于是|同时|此外|另外|相反|例如|比如|由此|反之"
    r"|(?:therefore|thus|hence|so|but|however|then|also|instead|otherwise|moreover"
    r"|for example|for instance|in contrast|by contrast)\b"
)
_DEPENDS = re.compile(rf"\W*(?:{_REFERS})", re.IGNORECASE)
DANGLING = re.compile(rf"\W*(?:{_REFERS}|{_JOINS})", re.IGNORECASE)
_SOURCE = re.compile(
    r"\W*(来源|参考|参考资料|参考文献|sources?|references?|see also|further reading)\W*[:：]",
    re.IGNORECASE,
)
_POINTER = re.compile(  # says only where it is said
    r"(?:见|参见|详见|参考|\bsee|\b(?:explained|described|covered|discussed|derived) in)\W{0,3}\[[^\]]*\]\([^)]*\)\W*$"
    r"|^\W*see (?:\w+ ){0,2}\w*\W{0,2}\[",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"[?？]\W*$")
_PICTURE = re.compile(  # and what else shows no words: a bare address, a link out of the notes, maybe with a word before it
    r"(?:\w{1,12}[:：]\s*)?(?:!\[[^\]\n]*\]\([^)\n]*\)|!\[\[[^\]\n]*\]\]|<img\b[^>\n]*>|\[[^\]\n]*\]\(https?://[^)\n]*\)"
    r"|<?https?://\S+)"
)
_TASKS = re.compile(  # headings of what the reader is to do
    r"goals?|objectives?|learning (?:goals|objectives)|exercises?|problems?|questions?|to-?dos?|further reading|references?"
    r"|(?:学习)?目标|练习|习题|作业|思考题?|待办|参考(?:资料|文献)?|延伸阅读",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w{2}|[^\W\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, item, row, formula or piece of code: the number of its block, what a reader sees of it, its score."""

    block: int
    part: BlockPart
    text: str
    score: float

    @property
    def is_quotable(self) -> bool:
        return self.score > _NEVER

    @property
    def says_something(self) -> bool:
        """Whether it may be quoted on its own."""
        return self.score > _BETWEEN


@dataclass(frozen=True, slots=True)
class HitUnits:
    """A hit with its blocks and their units, in order; units are named by their number.

    `standing` is the score that the hit's rank is worth: not less than any behind it has.
    """

    hit: Hit
    standing: float
    blocks: tuple[Block, ...]
    units: tuple[Unit, ...]

    @property
    def best(self) -> int:
        """The unit that answers best."""
        return max(range(len(self.units)), key=lambda at: (self.units[at].score, -at))

    @property
    def language(self) -> str:
        return self.hit.passage.language

    @property
    def sets_tasks(self) -> bool:
        """Whether it says what the reader is to do, and so answers nothing: goals, exercises."""
        return bool(self.hit.passage.heading) and bool(
            _TASKS.fullmatch(self.hit.passage.heading[-1].strip(" :："))
        )

    def kind(self, at: int) -> BlockKind:
        return self.blocks[self.units[at].block].kind

    def source(self, first: int, last: int) -> str:
        """The note's characters from one unit to another."""
        passage = self.hit.passage
        return passage.text[
            self.units[first].part.start - passage.start : self.units[last].part.end - passage.start
        ]

    def members(self, block: int) -> range:
        """The units of a block."""
        numbers = [at for at, unit in enumerate(self.units) if unit.block == block]
        return range(numbers[0], numbers[-1] + 1) if numbers else range(0)


Selected = tuple[HitUnits, set[int]]  # a passage and the numbers of its units


def units_of(hits: Sequence[Hit]) -> list[HitUnits]:
    """The hits as pages, best first; without those of which nothing can be quoted."""
    standings = list(accumulate((hit.score for hit in reversed(hits)), max))[::-1]
    pages = [_page(hit, standing) for hit, standing in zip(hits, standings, strict=True)]
    return [one for one in pages if one.units[one.best].says_something]


def _page(hit: Hit, standing: float) -> HitUnits:
    """A hit as units. What is no answer by itself, a source line, a question, a table's header, scores next to nothing."""
    found = blocks(hit.passage)
    units = tuple(unit for number, block in enumerate(found) for unit in _units(hit, number, block))
    return HitUnits(hit, standing, found, units)


def _units(hit: Hit, number: int, block: Block) -> Iterator[Unit]:
    sentences, scores = hit.passage.sentences, hit.sentence_scores
    opening = sentences[block.parts[0].first].text
    pointing = False
    for at, part in enumerate(block.parts):
        text = " ".join(one.text for one in sentences[part.first : part.last + 1])
        raw = hit.passage.text[part.start - hit.passage.start : part.end - hit.passage.start]
        pointing = bool(_POINTER.search(raw) or (pointing and DANGLING.match(text)))
        silent = pointing or _SOURCE.match(opening) or _SOURCE.match(text) or not _WORD.search(text)
        score = max(scores[part.first : part.last + 1]) - (
            _CODE if block.kind is BlockKind.CODE else 0.0
        )
        if silent or (block.headed and at == 0):
            score = _NEVER
        elif _QUESTION.search(raw) or not _WORD.search(_PICTURE.sub("", raw)):
            score = _BETWEEN
        yield Unit(number, part, text, score)


def topic_coverage(page: HitUnits, at: int, about: frozenset[str]) -> float:
    """The share of the terms that a unit holds, or the heading it stands under."""
    return coverage(
        about,
        set(analyze(page.units[at].text)).union(
            analyze_question(" ".join(page.hit.passage.heading))
        ),
    )


def unit_terms(one: HitUnits, units: set[int]) -> set[str]:
    return set(analyze(" ".join(one.units[at].text for at in sorted(units))))


def stands_alone(page: HitUnits, at: int) -> bool:
    """Whether a unit can be read without what is before it: "but", "therefore" can, "it" and "this" cannot."""
    return page.kind(at) is not BlockKind.PROSE or not _DEPENDS.match(page.units[at].text)
