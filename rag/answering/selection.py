"""Which passage an answer begins with, and how much of it is quoted. Pure."""

from collections.abc import Set
from itertools import pairwise

from rag.analyzer import analyze, analyze_question
from rag.answering.expansion import expand, halves
from rag.answering.sides import comparison_block, sides_in_heading, speaks_of_a_side
from rag.answering.units import HitUnits, stands_alone
from rag.question import Question, analyse, asks_for, coverage
from rag.types import AnswerKind, BlockKind

_MARGIN = 0.12  # below the best sentence, within its passage,
_WIDE = 0.2  # or where that alone would be the answer
_BESIDE = 0.03  # more for what stands right beside what is quoted
ENOUGH = 4  # sentences, items and rows: an answer of so many is not added to from other passages,
_BRIEF = 250  # unless it has no more characters
_GAP = 4  # sentences or items between two that are quoted, which are quoted with them,
_SHORT = 600  # characters, and
_FULL = 8  # where that makes no more than so many
FEW = 2  # an answer of fewer is added to more readily
MOST = 6  # and what is added does not make it more
_ITEMS = 10  # of a list, half of which is quoted, that are quoted all,
_LONGEST = 1500  # where they have no more characters
_FAIR = 0.15  # below the best sentence, one is still preferred that has the formula or list which is asked for
ASKED = 0.2  # for a passage whose heading asks just what the question does; so far below the best it is still looked at
_UNSAID = 0.3  # of what a passage's best sentence scores above the best that can be quoted, which only points elsewhere
_FITTING = (
    0.06  # for a passage that has what is asked for: a list, a formula, both sides in its heading
)


def passage_worth(one: HitUnits, asked: Question) -> float:
    """By what the passage to begin with is chosen: its score, and whether it has what is asked for."""
    best = _best(one, asked)
    kinds = {one.kind(at) for at in expand(one, best, asked)}
    title = " ".join(one.hit.passage.heading[-1:])
    heading = set(analyze_question(title))
    trail = set(analyze_question(" ".join(one.hit.passage.heading[-2:])))
    fits: int
    match asked.kind:
        case AnswerKind.LIST:
            told = _is_named(asked, heading) or (
                BlockKind.LIST in kinds
                and _is_named(asked, trail | set(analyze(one.units[best].text)))
            )
            fits = told and bool(kinds & {BlockKind.LIST, BlockKind.TABLE})
            fits += fits and asks_for(title, asked.kind)  # ways to avoid it rather than what it is
        case AnswerKind.STEPS:
            fits = _asks_it(one, asked)
        case AnswerKind.FORMULA:
            fits = (
                BlockKind.MATH in kinds and not asks_for(title, AnswerKind.COMPARISON)
            ) + _asks_it(one, asked)
        case AnswerKind.COMPARISON:
            fits = len(sides_in_heading(one, asked)) > 1 and asks_for(title, asked.kind)
        case AnswerKind.REASON | AnswerKind.DEFINITION:
            fits = _asks_it(one, asked)
        case _:
            fits = False
    all_sides = len(asked.sides) > 1 and len(sides_in_heading(one, asked)) == len(asked.sides)
    told = bool(fits) and _is_named(asked, heading)
    of_it = all_sides or (
        asked.kind is AnswerKind.LIST and told
    )  # the gates of an LSTM are not a GRU's
    fitting = (
        -2 * _FITTING
        if one.sets_tasks
        else _FITTING * (fits + 2 * of_it) + ASKED * is_headed_by_question(one, asked)
    )
    return (
        one.standing
        + fitting
        - _UNSAID * (max(one.hit.sentence_scores) - one.units[one.best].score)
    )


def _is_named(asked: Question, held: Set[str]) -> bool:
    """Whether all that is asked about stands among terms, wherever one Chinese word ends."""
    return coverage(asked.topic, held) == 1.0


def is_headed_by_question(one: HitUnits, asked: Question) -> float:
    """How nearly a passage's heading asks first what one thing is, or how it works, where the question does: from 0 to 1."""
    if not asked.subject:
        return 0.0
    words = " ".join(one.hit.passage.heading[-1:])
    title = analyse(words)
    kind, about = (
        (AnswerKind.DEFINITION, title.first_topic)
        if title.first_part
        else (title.kind, title.topic)
    )
    if kind not in {asked.kind, AnswerKind.DEFINITION} or not asked.subject <= about:
        return 0.0
    focus = coverage(about, asked.subject)
    return 0.5 + 0.5 * focus if focus == 1.0 or asks_for(words, kind) else 0.0


def _asks_it(one: HitUnits, asked: Question) -> bool:
    """Whether a passage's heading asks for the same kind of answer, and about the most of what is asked."""
    title = " ".join(one.hit.passage.heading[-1:])
    return asks_for(title, asked.kind) and coverage(asked.topic, set(analyze_question(title))) > 0.5


def _best(one: HitUnits, asked: Question) -> int:
    """The unit that an answer begins with: the best one, or a fair one that has or announces what is asked for."""
    best = one.best
    fair = [at for at, unit in enumerate(one.units) if unit.score >= one.units[best].score - _FAIR]
    match asked.kind:
        case AnswerKind.FORMULA:
            fitting = [
                at
                for at in fair
                if BlockKind.MATH in {one.kind(other) for other in expand(one, at, asked)}
            ]
        case AnswerKind.LIST | AnswerKind.STEPS:
            naming = [at for at in fair if _is_named(asked, set(analyze(one.units[at].text)))]
            fitting = [
                at
                for at in naming
                if {BlockKind.LIST, BlockKind.TABLE}
                & {one.kind(other) for other in expand(one, at, asked)}
            ]
        case AnswerKind.REASON | AnswerKind.DEFINITION:
            fitting = [at for at in fair if at == 0 and _asks_it(one, asked)]
        case _:
            fitting = []
    return max(fitting, key=lambda at: (one.units[at].score, -at), default=best)


def select_units(one: HitUnits, asked: Question) -> set[int]:
    """The units of the best passage: its best one, grown, and more that are nearly as good; at least two where it has them."""
    best = _best(one, asked)
    chosen = expand(one, best, asked) | comparison_block(one, asked)
    chosen |= _listed(one, chosen, asked)
    if asked.pros_and_cons or asked.kind is AnswerKind.COMPARISON:
        chosen |= halves(one, chosen, asked)
    left = set(range(len(one.units))) - chosen
    while left and not is_complete(one, chosen, asked):
        at = max(left, key=lambda at: (_drawn(one, at, chosen), -at))
        if _drawn(one, at, chosen) < one.units[best].score - (
            _MARGIN if count(one, chosen) > 1 else _WIDE
        ):
            break
        more = _with(one, at, chosen, asked)
        chosen |= more
        left -= {at, *more}
    return chosen


def _drawn(one: HitUnits, at: int, chosen: set[int]) -> float:
    """A unit's score, and more where it stands in one block with what is chosen and right beside it: an answer runs on."""
    beside = any(
        one.units[at].block == one.units[other].block for other in {at - 1, at + 1} & chosen
    )
    return one.units[at].score + (_BESIDE if beside else 0.0)


def _with(one: HitUnits, at: int, chosen: set[int], asked: Question) -> set[int]:
    """What is added to what is chosen with a unit, grown; nothing, where that cannot be read, tells something else or is much."""
    listed = (
        asked.kind is AnswerKind.REASON and one.kind(at) is BlockKind.LIST
    )  # of reasons all or none
    more = (set(one.members(one.units[at].block)) if listed else expand(one, at, asked)) - chosen
    readable = (
        more
        and (min(more) - 1 in chosen or stands_alone(one, min(more)))
        and not _is_beside(one, at, more, asked)
    )
    fits = speaks_of_a_side(one, at, asked) and count(one, chosen | more) <= (
        _FULL if listed else MOST
    )
    return more if readable and fits else set()


def _listed(one: HitUnits, chosen: set[int], asked: Question) -> set[int]:
    """The list of the section, where one is asked for and none chosen yet; of steps it has to be numbered."""
    if asked.kind not in {AnswerKind.LIST, AnswerKind.STEPS} or {one.kind(at) for at in chosen} & {
        BlockKind.LIST,
        BlockKind.TABLE,
    }:
        return set()
    items = [
        at
        for at, unit in enumerate(one.units)
        if one.kind(at) is BlockKind.LIST and unit.says_something
    ]
    items = [
        at
        for at in items
        if asked.kind is AnswerKind.LIST or one.blocks[one.units[at].block].numbered
    ]
    if not items:
        return set()
    best = max(items, key=lambda at: (one.units[at].score, -at))
    more = expand(one, best, asked)
    return more if more.issuperset(one.members(one.units[best].block)) else set()


def _is_beside(one: HitUnits, at: int, units: set[int], asked: Question) -> bool:
    """Whether this tells something else: rows cut from their table not what a thing is, a formula of itself no reason."""
    if asked.kind is AnswerKind.REASON:
        return any(one.kind(other) is BlockKind.MATH for other in units)
    cut = one.kind(at) is BlockKind.TABLE and not units.issuperset(one.members(one.units[at].block))
    return cut and asked.kind is AnswerKind.DEFINITION


def count(one: HitUnits, units: set[int]) -> int:
    """How many sentences, items and rows these units are."""
    return sum(
        one.kind(at) not in {BlockKind.MATH, BlockKind.CODE} and one.units[at].says_something
        for at in units
    )


def complete_lists(one: HitUnits, units: set[int]) -> set[int]:
    """With the rest of each list of which half the items are quoted, where it is not too long."""
    for number in {one.units[at].block for at in units if one.kind(at) is BlockKind.LIST}:
        items, size = set(one.members(number)), one.blocks[number].end - one.blocks[number].start
        if 2 * len(items & units) >= len(items) and len(items) <= _ITEMS and size <= _LONGEST:
            units = units | items
    return units


def fill_gaps(one: HitUnits, units: set[int]) -> set[int]:
    """With the few sentences or items that are missing between others, where they may be quoted."""
    for at, after in pairwise(sorted(units)):
        gap = set(range(at + 1, after))
        short = 0 < len(gap) <= _GAP and len(one.source(at + 1, after - 1)) <= _SHORT
        told = all(
            one.units[other].is_quotable and one.kind(other) in {BlockKind.PROSE, BlockKind.LIST}
            for other in gap
        )
        if short and told and count(one, units | gap) <= _FULL:
            units = units | gap
    return units


def extend_to_section_end(one: HitUnits, units: set[int], asked: Question, most: int) -> set[int]:
    """With what comes after it in its section, while it is short."""
    last = max(units)
    while not is_complete(one, units, asked) and last + 1 < len(one.units):
        more = expand(one, last + 1, asked) - units
        if (
            not one.units[last + 1].says_something
            or one.kind(last + 1) is BlockKind.CODE
            or not more
            or min(more) <= last
            or count(one, units | more) > most
        ):
            break
        units, last = units | more, max(more)
    return units


def is_complete(one: HitUnits, units: set[int], asked: Question) -> bool:
    """Whether what was chosen of one passage is all that is wanted: the list or formula that was asked for, or enough anyhow."""
    kinds = {one.kind(at) for at in units}
    if asked.kind in {AnswerKind.LIST, AnswerKind.STEPS} and kinds & {
        BlockKind.LIST,
        BlockKind.TABLE,
    }:
        return True
    if asked.kind is AnswerKind.FORMULA and BlockKind.MATH in kinds:
        return True
    return count(one, units) >= ENOUGH and sum(len(one.source(at, at)) for at in units) > _BRIEF
