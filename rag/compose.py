"""What is asked and the Hits → which pieces of the notes to quote, in order. Chooses; rag/answer.py checks and cites them.

An answer begins with the best sentence of the best passage, grown to what a person needs to read with it (rag/page.py).
More is added only while the answer is short, and only what is about the same and not said already.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.asking import Asking, asks
from rag.asking import Kind as Wanted
from rag.blocks import Kind
from rag.disagree import about_the_same, contradict
from rag.keywords import question_terms, terms
from rag.page import Chosen, Page, covers, grown, pages_of, stands, words
from rag.sides import compared, missing_sides, named, speaks_of_a_side
from rag.types import Hit, Passage

_PASSAGES = 3  # at most
_MARGIN = 0.12  # below the best sentence, within its passage,
_WIDE = 0.2  # or where that alone would be the answer
_FURTHER = 0.03  # and in others
_ENOUGH = 4  # sentences, items and rows: an answer of so many is not added to from other passages
_FEW = 2  # an answer of fewer is added to more readily
_MOST = 6  # and what is added does not make it more
_SAME = 0.6  # share of words, from which two pieces say the same
_BEHIND = 0.1  # below the best passage, others are left out, but for the sides of a comparison
_NAMED = 0.6  # share of what is asked about, that a passage in the question's language has to name to come before the best
_FAIR = 0.15  # below the best sentence, one is still preferred that has the formula or list which is asked for
_FITTING = 0.06  # for a passage that has what is asked for: a list, a formula, both sides in its heading


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters `start` to `end` of a passage's note, to be quoted as they stand; `headless` rows need their table's header."""

    passage: Passage
    start: int
    end: int
    headless: bool

    @property
    def text(self) -> str:
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]


def compose(asked: Asking, hits: Sequence[Hit], tongue: str) -> list[Piece]:
    """What to quote of hits that all answer, best first: few pieces, the first of them of the passage that answers best.

    All are in one language: in `tongue`, where a passage in it is about what is asked.
    """
    pages = _in_one_language(pages_of(hits), asked, tongue)
    if not pages:
        return []
    near = [one for one in pages if one.standing >= pages[0].standing - _BEHIND]
    lead, *others = sorted(near, key=lambda one: -_worth(one, asked))
    chosen = [(lead, _lead(lead, asked))]
    if asked.sides:
        chosen += missing_sides(asked, chosen[0], pages)
    elif not _is_whole(lead, chosen[0][1], asked):
        chosen += _further(asked, chosen, others)
    chosen = _defined(asked, chosen, pages)
    chosen += _contradictions(asked, chosen, pages)
    return [piece for one, units in chosen for piece in _pieces(one, units)]


def _defined(asked: Asking, chosen: list[Chosen], pages: Sequence[Page]) -> list[Chosen]:
    """With what says first what a thing is, where a question asks that and more, and a section is there to say it."""
    what = Asking(Wanted.DEFINITION, asked.defined)
    page = next((one for one in pages if _asks_it(one, what) and covers(one, 0, asked.defined) == 1.0), None)
    if page is None or not asked.defined:
        return chosen
    (lead, units), *more = chosen
    first = grown(page, 0, what)
    return [(lead, units | first), *more] if page is lead else [(page, first), *chosen]


def _in_one_language(pages: Sequence[Page], asked: Asking, tongue: str) -> list[Page]:
    """The pages in the language of the best one; in `tongue`, where one in it is nearly as good and names what is asked."""
    own = next((one for one in pages if _tongue(one) == tongue), None)
    if own and own is not pages[0]:
        shown, least = _named_in(own, asked), max(_NAMED, _named_in(pages[0], asked))
        if shown < least or own.standing < pages[0].standing - _BEHIND:
            own = None
    first = own or (pages[0] if pages else None)
    return [one for one in pages if first and _tongue(one) == _tongue(first)]


def _named_in(one: Page, asked: Asking) -> float:
    return len(asked.about & set(terms(one.hit.passage.reading))) / max(1, len(asked.about))


def _tongue(one: Page) -> str:
    return one.hit.passage.language


def _worth(one: Page, asked: Asking) -> float:
    """By what the passage to begin with is chosen: its score, and whether it has what is asked for."""
    best = _best(one, asked)
    kinds = {one.kind(at) for at in grown(one, best, asked)}
    heading = set(question_terms(" ".join(one.hit.passage.heading[-1:])))
    match asked.kind:
        case Wanted.LIST | Wanted.STEPS:
            told = asked.about <= heading or (Kind.LIST in kinds and asked.about <= heading.union(terms(one.units[best].text)))
            fits = told and bool(kinds & ({Kind.LIST} if asked.kind is Wanted.STEPS else {Kind.LIST, Kind.TABLE}))
        case Wanted.FORMULA:
            fits = Kind.MATH in kinds
        case Wanted.COMPARISON:
            fits = len(named(one, asked)) > 1 and asks(" ".join(one.hit.passage.heading[-1:]), asked.kind)
        case Wanted.REASON | Wanted.DEFINITION:
            fits = _asks_it(one, asked)
        case _:
            fits = False
    all_sides = len(asked.sides) > 1 and len(named(one, asked)) == len(asked.sides)
    of_it = all_sides or (asked.kind is Wanted.LIST and _names_it(one, asked))  # the gates of an LSTM are not those of a GRU
    return one.standing + (-2 * _FITTING if one.sets_tasks else _FITTING * (fits + 2 * of_it))


def _names_it(one: Page, asked: Asking) -> bool:
    """Whether a Chinese passage stands under a name in Latin letters that is asked about."""
    names = {term for term in terms(" ".join(one.hit.passage.heading)) if term.isascii()}
    return _tongue(one) == "zh" and bool(names & asked.about)


def _asks_it(one: Page, asked: Asking) -> bool:
    """Whether a passage's heading asks for the same kind of answer, and about the most of what is asked."""
    title = " ".join(one.hit.passage.heading[-1:])
    return asks(title, asked.kind) and 2 * len(asked.about & set(question_terms(title))) >= len(asked.about)


def _best(one: Page, asked: Asking) -> int:
    """The unit that an answer begins with: the best one, or a fair one that has or announces what is asked for."""
    best = one.best
    fair = [at for at, unit in enumerate(one.units) if unit.score >= one.units[best].score - _FAIR]
    match asked.kind:
        case Wanted.FORMULA:
            fitting = [at for at in fair if Kind.MATH in {one.kind(other) for other in grown(one, at, asked)}]
        case Wanted.LIST | Wanted.STEPS:
            naming = [at for at in fair if asked.about <= set(terms(one.units[at].text))]
            fitting = [at for at in naming if {Kind.LIST, Kind.TABLE} & {one.kind(other) for other in grown(one, at, asked)}]
        case Wanted.REASON | Wanted.DEFINITION:
            fitting = [at for at in fair if at == 0 and _asks_it(one, asked)]
        case _:
            fitting = []
    return max(fitting, key=lambda at: (one.units[at].score, -at), default=best)


def _lead(one: Page, asked: Asking) -> set[int]:
    """The units of the best passage: its best one, grown, and more that are nearly as good; at least two where it has them."""
    best = _best(one, asked)
    chosen = grown(one, best, asked) | compared(one, asked)
    for at in sorted(range(len(one.units)), key=lambda at: (-one.units[at].score, at)):
        count = _count(one, chosen)
        floor = one.units[best].score - (_MARGIN if count > 1 else _WIDE)
        if one.units[at].score < floor or _is_whole(one, chosen, asked):
            break
        more = grown(one, at, asked) - chosen
        readable = more and (min(more) - 1 in chosen or stands(one, min(more))) and not _is_cut(one, at, more, asked)
        if readable and speaks_of_a_side(one, at, asked) and _count(one, chosen | more) <= _MOST:
            chosen |= more
    if _count(one, chosen) < _FEW:
        chosen |= _next(one, max(chosen), asked)
    return _filled(one, chosen)


def _is_cut(one: Page, at: int, units: set[int], asked: Asking) -> bool:
    """Whether rows that were cut from their table are to be added to what something is: they do not say that."""
    cut = one.kind(at) is Kind.TABLE and not units.issuperset(one.members(one.units[at].block))
    return cut and asked.kind is Wanted.DEFINITION


def _next(one: Page, last: int, asked: Asking) -> set[int]:
    """The sentence after the last one in its paragraph, with what it announces; after a reason's last, its short list."""
    after, inside = last + 1, one.members(one.units[last].block)
    if one.kind(last) is not Kind.PROSE or after == len(one.units) or one.units[after].score < -1:
        return set()
    listed = asked.kind is Wanted.REASON and one.kind(after) is Kind.LIST
    more = grown(one, after, asked) if after in inside or listed else set()
    return more if after in inside or more.issuperset(one.members(one.units[after].block)) else set()


def _count(one: Page, units: set[int]) -> int:
    """How many sentences, items and rows these units are."""
    return sum(one.kind(at) not in {Kind.MATH, Kind.CODE} and one.units[at].score > -1 for at in units)


def _filled(one: Page, units: set[int]) -> set[int]:
    """With the one sentence or item that is missing between two of a paragraph or list."""
    between = {at + 1 for at in units if at + 2 in units and one.units[at].block == one.units[at + 2].block}
    return units | {at for at in between if one.kind(at) in {Kind.PROSE, Kind.LIST}}


def _is_whole(one: Page, units: set[int], asked: Asking) -> bool:
    """Whether what was chosen of one passage is all that is wanted: the list or formula that was asked for, or enough anyhow."""
    kinds = {one.kind(at) for at in units}
    if asked.kind in {Wanted.LIST, Wanted.STEPS} and kinds & {Kind.LIST, Kind.TABLE}:
        return True
    return (asked.kind is Wanted.FORMULA and Kind.MATH in kinds) or _count(one, units) >= _ENOUGH


def _further(asked: Asking, chosen: Sequence[Chosen], others: Sequence[Page]) -> Iterator[Chosen]:
    """The best of further passages: as good as the first's, as much about what is asked, and not the same again."""
    lead, units = chosen[0]
    count, said = _count(lead, units), [words(lead, units)]
    about = covers(lead, lead.best, asked.about)
    for other in others[: _PASSAGES - 1]:
        units = grown(other, other.best, asked)
        told, more = words(other, units), _count(other, units)
        near = other.standing >= lead.standing - (_FURTHER if count < _FEW else 0.0)
        fits = near and covers(other, other.best, asked.about) >= about and stands(other, min(units)) and not other.sets_tasks
        if fits and count + more <= _MOST and not any(_same(told, before) for before in said):
            yield other, units
            said.append(told)
            count += more


def _same(one: set[str], other: set[str]) -> bool:
    """Whether two pieces say the same: most words of the shorter are in the other."""
    return len(one & other) >= _SAME * max(1, min(len(one), len(other)))


def _contradictions(asked: Asking, chosen: Sequence[Chosen], pages: Sequence[Page]) -> Iterator[Chosen]:
    """What says otherwise than something that was chosen, in the passages at hand: both are to be shown."""
    quoted = {(id(one), at) for one, units in chosen for at in units}
    said = [(one, one.units[at].text) for one, units in chosen for at in sorted(units) if one.kind(at) in {Kind.PROSE, Kind.LIST}]
    for one in pages:
        for at, unit in enumerate(one.units):
            if unit.score < -1 or (id(one), at) in quoted or one.kind(at) not in {Kind.PROSE, Kind.LIST}:
                continue
            if any(
                contradict(text, unit.text) and about_the_same(one.hit.passage, other.hit.passage, text, asked.about)
                for other, text in said
            ):
                yield one, {at}


def _pieces(one: Page, units: set[int]) -> Iterator[Piece]:
    """Neighbours as one piece; an item alone without its marker."""
    ordered, passage = sorted(units), one.hit.passage
    first = 0
    for at, number in enumerate(ordered):
        if at + 1 == len(ordered) or ordered[at + 1] != number + 1:
            begin = one.units[ordered[first]]
            start = passage.sentences[begin.part.first].start if ordered[first] == number else begin.part.start
            headless = one.kind(ordered[first]) is Kind.TABLE and not one.blocks[begin.block].headed
            yield Piece(passage, start, one.units[number].part.end, headless)
            first = at + 1
