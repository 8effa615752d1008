"""A hit as what can be quoted of it, and a sentence of it grown to what a person needs to read with it. Pure.

Nothing of it knows of other hits: which of them are quoted, and how much, is rag/compose.py's to say.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from rag.asking import Asking
from rag.asking import Kind as Wanted
from rag.blocks import Block, Kind, Part, blocks
from rag.keywords import question_terms, terms
from rag.types import Hit

_ITEMS = 14  # the longest list that is quoted whole where a list is asked for
_FEW = 5  # items or rows that are quoted whole where one of them is the answer
_LONGEST = 2000  # characters of a list or a table that is quoted whole, and
_SHORT = 700  # of one that nobody asked for
_NEAR = 0.02  # rows and items that score so much less than the best of them are quoted with it
_FAIR = 0.1  # and so much less, do fairly well
_LEAD = 3  # sentences of a paragraph that is short
_STEM = 8  # letters by which regularise and regularisation are one
_NEVER = -9.0  # what is not quoted on its own

_COLON = re.compile(r"[:：]\W*$")
_ANNOUNCES = re.compile(r"[:：]\W*$|[\w\u4e00-\u9fff]\**$")  # ends in a colon, or does not end
_DANGLING = re.compile(
    r"\W*(?:这|那|它|其(?![他余])|因此|所以|因而|但|然而|不过|而(?!且)|于是|同时|此外|另外|相反|例如|比如|该|此|两者|前者|后者|他|她|由此|反之"
    r"|(?:this|that|these|those|it|its|they|their|them|he|she|his|her|therefore|thus|hence|so|but|however|then|such|also|instead|both"
    r"|otherwise|for example|for instance|in contrast|by contrast|moreover|the (?:former|latter|same)|here)\b)",
    re.IGNORECASE,
)
_WHERE = re.compile(r"\W*(?:其中|式中|这里|上式|where\b|here\b|in which\b)", re.IGNORECASE)
_SOURCE = re.compile(r"\W*(来源|参考|参考资料|参考文献|sources?|references?|see also|further reading)\W*[:：]", re.IGNORECASE)
_POINTER = re.compile(  # says only where it is said, or asks
    r"(?:见|参见|详见|参考|\bsee|\b(?:explained|described|covered|discussed|derived) in)\W{0,3}\[[^\]]*\]\([^)]*\)\W*$"
    r"|^\W*see \[|[?？]\W*$",
    re.IGNORECASE,
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
    part: Part
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Page:
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
    def sets_tasks(self) -> bool:
        """Whether it says what the reader is to do, and so answers nothing: goals, exercises."""
        return bool(self.hit.passage.heading) and bool(_TASKS.fullmatch(self.hit.passage.heading[-1].strip(" :：")))

    def kind(self, at: int) -> Kind:
        return self.blocks[self.units[at].block].kind

    def source(self, first: int, last: int) -> str:
        """The note's characters from one unit to another."""
        passage = self.hit.passage
        return passage.text[self.units[first].part.start - passage.start : self.units[last].part.end - passage.start]

    def members(self, block: int) -> range:
        """The units of a block."""
        numbers = [at for at, unit in enumerate(self.units) if unit.block == block]
        return range(numbers[0], numbers[-1] + 1) if numbers else range(0)


Chosen = tuple[Page, set[int]]  # a passage and the numbers of its units


def pages_of(hits: Sequence[Hit]) -> list[Page]:
    """The hits as pages, best first; without those of which nothing can be quoted."""
    standings = list(accumulate((hit.score for hit in reversed(hits)), max))[::-1]
    pages = [_page(hit, standing) for hit, standing in zip(hits, standings, strict=True)]
    return [one for one in pages if one.units[one.best].score > _NEVER]


def _page(hit: Hit, standing: float) -> Page:
    """A hit as units. What is no answer by itself, a source line, a question, a table's header, scores next to nothing."""
    found = blocks(hit.passage)
    units = tuple(unit for number, block in enumerate(found) for unit in _units(hit, number, block))
    return Page(hit, standing, found, units)


def _units(hit: Hit, number: int, block: Block) -> Iterator[Unit]:
    sentences, scores = hit.passage.sentences, hit.sentence_scores
    opening = sentences[block.parts[0].first].text
    for at, part in enumerate(block.parts):
        text = " ".join(one.text for one in sentences[part.first : part.last + 1])
        raw = hit.passage.text[part.start - hit.passage.start : part.end - hit.passage.start]
        silent = _SOURCE.match(opening) or _SOURCE.match(text) or _POINTER.search(raw) or not _WORD.search(text)
        score = _NEVER if silent or (block.headed and at == 0) else max(scores[part.first : part.last + 1])
        yield Unit(number, part, text, score)


def covers(page: Page, at: int, about: frozenset[str]) -> float:
    """The share of the terms that a unit holds, or the heading it stands under."""
    held = set(terms(page.units[at].text)).union(question_terms(" ".join(page.hit.passage.heading)))
    return len(about & held) / len(about) if about else 1.0


def words(one: Page, units: set[int]) -> set[str]:
    return set(terms(" ".join(one.units[at].text for at in sorted(units))))


def grown(page: Page, at: int, asked: Asking) -> set[int]:
    """The units to quote when one of them is the answer: itself, and what it cannot be read without."""
    match page.kind(at):
        case Kind.PROSE:
            return _sentence(page, at, asked)
        case Kind.LIST:
            return _items(page, at, asked)
        case Kind.TABLE:
            return _rows(page, at, asked)
        case _:
            return {at} | _before(page, at) | _explained(page, at)


def _sentence(page: Page, at: int, asked: Asking) -> set[int]:
    """A sentence, those before it that it refers back to, and the formula, list or table that it announces."""
    inside = page.members(page.units[at].block)
    first = at
    while first > inside.start and at - first < 2 and _DANGLING.match(page.units[first].text):
        first -= 1
    chosen = set(range(first, at + 1))
    number = page.units[at].block + 1
    if number == len(page.blocks) or len(inside) - 1 - (at - inside.start) > _gap(page, number, asked):
        return chosen
    if _attached(page, inside[-1], number, asked, announced=at == inside[-1]):
        block = page.members(number)
        chosen |= set(range(at, block.stop)) | _explained(page, block[-1])
        chosen |= _runs_on(page, number) if page.blocks[number].kind is Kind.LIST else set()
    elif _COLON.search(page.units[at].text) and page.blocks[number].kind in {Kind.LIST, Kind.TABLE}:
        best = max(page.members(number), key=lambda one: (page.units[one].score, -one))
        chosen |= grown(page, best, asked)  # too long to be quoted whole
    return chosen


def _gap(page: Page, number: int, asked: Asking) -> int:
    """How many sentences may stand between an answer and the list that belongs to it."""
    kind = page.blocks[number].kind
    listed = kind is Kind.LIST and asked.kind in {Wanted.LIST, Wanted.STEPS}
    return 2 if listed or (kind is Kind.TABLE and asked.kind is Wanted.COMPARISON) else 0


def _attached(page: Page, last: int, number: int, asked: Asking, announced: bool) -> bool:
    """Whether the block after a sentence goes with it."""
    block, size = page.blocks[number], page.blocks[number].end - page.blocks[number].start
    fits = _fits(block)
    if (announced and _ANNOUNCES.search(page.units[last].text)) or _COLON.search(page.units[last].text):
        return fits
    match block.kind:
        case Kind.LIST:
            return fits and asked.kind in {Wanted.LIST, Wanted.STEPS} and _is_about(page, number, asked)
        case Kind.TABLE:
            few = len(block.parts) <= _FEW + 1 and size <= _SHORT and asked.kind in {Wanted.NUMBER, Wanted.FORMULA}
            return few or (fits and asked.kind in {Wanted.LIST, Wanted.COMPARISON} and _is_about(page, number, asked))
        case Kind.MATH:
            return asked.kind in {Wanted.FORMULA, Wanted.DEFINITION, Wanted.STEPS} and size <= _SHORT
        case _:
            return False


def _fits(block: Block) -> bool:
    """Whether a list or table may be quoted whole. Items under items are not counted."""
    least = min(part.indent for part in block.parts)
    return sum(part.indent == least for part in block.parts) <= _ITEMS and block.end - block.start <= _LONGEST


def _is_about(page: Page, number: int, asked: Asking) -> bool:
    """Whether a whole list or table is about what is asked.

    What stands over it names that; or, as where the note is in another language than the question, most of it scores well.
    """
    inside = page.members(number)
    over = " ".join([*page.hit.passage.heading, *(page.units[at].text for at in _before(page, inside[0]))])
    held = {term[:_STEM] for term in question_terms(over)}
    if sum(term[:_STEM] in held for term in asked.about) >= len(asked.about) / 2:
        return True
    floor = page.units[page.best].score - _FAIR
    return sum(page.units[at].score >= floor for at in inside) > len(inside) / 2


def _items(page: Page, at: int, asked: Asking) -> set[int]:
    """The whole list with what announces it, where it is asked for or short; else the item with those above and under it."""
    number = page.units[at].block
    inside, block = page.members(number), page.blocks[number]
    size, lead = block.end - block.start, _before(page, inside[0])
    listed = asked.kind in {Wanted.LIST, Wanted.STEPS, Wanted.COMPARISON} and _is_about(page, number, asked)
    if listed and _fits(block):
        return set(inside) | lead | _runs_on(page, number)
    bound = any(_COLON.search(page.units[one].text) for one in lead)
    told = bound or asked.kind is Wanted.REASON  # one reason of three tells little, as does one step
    few = (told and len(inside) <= _FEW) or (block.numbered and len(inside) <= 2 * _FEW)
    if few and size <= _SHORT:
        return set(inside) | (set() if lead and _WHERE.match(page.units[min(lead)].text) else lead)
    floor = page.units[at].score - _NEAR
    near = {one for one in inside if page.units[one].score >= floor}
    near |= {other for one in near for other in _family(page, one)}
    return near | (lead if bound else set())


def _runs_on(page: Page, number: int) -> set[int]:
    """The formula or code that the last item of a list announces, and the rest of the list after it."""
    last, after = page.members(number)[-1], page.blocks[number + 1 : number + 3]
    if not after or after[0].kind not in {Kind.MATH, Kind.CODE} or not _ANNOUNCES.search(page.units[last].text):
        return set()
    goes_on = len(after) > 1 and after[1].kind is Kind.LIST and after[1].numbered is page.blocks[number].numbered
    return set(page.members(number + 1)) | (set(page.members(number + 2)) | _runs_on(page, number + 2) if goes_on else set())


def _family(page: Page, at: int) -> Iterator[int]:
    """The items that an item stands under, and those that stand under it."""
    inside = page.members(page.units[at].block)
    indent = page.units[at].part.indent
    for under in range(at + 1, inside.stop):
        if page.units[under].part.indent <= indent:
            break
        yield under
    for above in range(at - 1, inside.start - 1, -1):
        if page.units[above].part.indent < indent:
            indent = page.units[above].part.indent
            yield above


def _rows(page: Page, at: int, asked: Asking) -> set[int]:
    """The whole table where it is short or asked for; else its header and the rows that answer; and what announces it."""
    number = page.units[at].block
    inside, block = page.members(number), page.blocks[number]
    size, lead = block.end - block.start, _before(page, inside[0])
    if len(inside) <= _FEW + 1 and size <= _SHORT:
        return set(inside) | lead
    listed = asked.kind in {Wanted.LIST, Wanted.COMPARISON} and _is_about(page, number, asked)
    if listed and _fits(block):
        return set(inside) | lead
    floor = page.units[at].score - _NEAR
    best = sorted(inside, key=lambda one: (-page.units[one].score, one))[:2]
    return {one for one in best if page.units[one].score >= floor} | ({inside[0]} if block.headed else set()) | lead


def _before(page: Page, at: int) -> set[int]:
    """The sentence that stands right before a list, table, formula or piece of code, when there is one.

    Of a short paragraph that does not end in a colon it is the whole: its first sentence may be what the list belongs to.
    """
    before = at - 1
    if before < 0 or page.kind(before) is not Kind.PROSE or page.units[before].score == _NEVER:
        return set()
    inside = page.members(page.units[before].block)
    if not _COLON.search(page.units[before].text) and len(inside) <= _LEAD:
        return set(inside)
    while before > inside.start and _DANGLING.match(page.units[before].text):
        before -= 1
    return set(range(before, at))


def stands(page: Page, at: int) -> bool:
    """Whether a unit can be read without what is before it."""
    return page.kind(at) is not Kind.PROSE or not _DANGLING.match(page.units[at].text)


def _explained(page: Page, last: int) -> set[int]:
    """What says right after a formula what its signs mean."""
    after = last + 1
    if page.kind(last) is not Kind.MATH or after == len(page.units):
        return set()
    return {after} if page.kind(after) is Kind.PROSE and _WHERE.match(page.units[after].text) else set()
