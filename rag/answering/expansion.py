"""A sentence, item or row of a page → what a person needs to read with it. Pure; of other pages it knows nothing."""

import re
from collections.abc import Iterator
from itertools import pairwise

from rag.analyzer import analyze_question, truncate_term
from rag.answering.units import DANGLING, HitUnits
from rag.question import PROS_AND_CONS, Question, coverage
from rag.types import AnswerKind, BlockKind

_ITEMS = 14  # the longest list that is quoted whole where a list is asked for
_FEW = 5  # items or rows that are quoted whole where one of them is the answer
_LONG = 3  # times as many, where the heading says that this is the list asked for
_LONGEST = 2000  # characters of a list or a table that is quoted whole, and
_SHORT = 700  # of one that nobody asked for
_SNIPPET = 200  # characters of code that is quoted with the sentence right before it
_NEAR = 0.02  # rows and items that score so much less than the best of them are quoted with it
_FAIR = 0.1  # and so much less, do fairly well
_ROWS = 2  # of a long table, that are quoted without the others
_LEAD = 3  # sentences of a paragraph that is short

_COLON = re.compile(r"[:：]\W*$")
_ANNOUNCES = re.compile(r"[:：]\W*$|[\w\u4e00-\u9fff]\**$")  # ends in a colon, or does not end
_WHERE = re.compile(r"\W*(?:其中|式中|这里|上式|where\b|here\b|in which\b)", re.IGNORECASE)
_TITLE = re.compile(r"\W{0,3}(?:\d+[.、)]\s*)?(\*\*|__)[^\n*]{1,40}\1\s*[:：]?\s*")


def expand(page: HitUnits, at: int, asked: Question) -> set[int]:
    """The units to quote when one of them is the answer: itself, and what it cannot be read without."""
    match page.kind(at):
        case BlockKind.PROSE:
            return _sentence(page, at, asked)
        case BlockKind.LIST:
            return _items(page, at, asked)
        case BlockKind.TABLE:
            return _rows(page, at, asked)
        case _:
            return {at} | _before(page, at) | _explained(page, at)


def _sentence(page: HitUnits, at: int, asked: Question) -> set[int]:
    """A sentence, those before it that it refers back to, and the formula, list, table or lines of code that it announces."""
    inside = page.members(page.units[at].block)
    first = at
    while first > inside.start and at - first < 2 and DANGLING.match(page.units[first].text):
        first -= 1
    chosen = set(range(first, at + 1))
    number = page.units[at].block + 1
    if number == len(page.blocks) or len(inside) - 1 - (at - inside.start) > _gap(
        page, number, asked
    ):
        return chosen
    if _attached(page, inside[-1], number, asked, announced=at == inside[-1]):
        block = page.members(number)
        chosen |= set(range(at, block.stop)) | _explained(page, block[-1])
        chosen |= _runs_on(page, number) if page.blocks[number].kind is BlockKind.LIST else set()
    elif _COLON.search(page.units[at].text) and page.blocks[number].kind in {
        BlockKind.LIST,
        BlockKind.TABLE,
    }:
        best = max(page.members(number), key=lambda one: (page.units[one].score, -one))
        chosen |= expand(page, best, asked)  # too long to be quoted whole
    return chosen


def _gap(page: HitUnits, number: int, asked: Question) -> int:
    """How many sentences may stand between an answer and the list that belongs to it."""
    kind = page.blocks[number].kind
    listed = kind is BlockKind.LIST and asked.kind in {AnswerKind.LIST, AnswerKind.STEPS}
    return 2 if listed or (kind is BlockKind.TABLE and asked.kind is AnswerKind.COMPARISON) else 0


def _attached(page: HitUnits, last: int, number: int, asked: Question, announced: bool) -> bool:
    """Whether the block after a sentence goes with it."""
    block, size = page.blocks[number], page.blocks[number].end - page.blocks[number].start
    fits = _fits(page, number, asked)
    if (announced and _ANNOUNCES.search(page.units[last].text)) or _COLON.search(
        page.units[last].text
    ):
        return fits
    match block.kind:
        case BlockKind.LIST:
            return (
                fits
                and asked.kind in {AnswerKind.LIST, AnswerKind.STEPS}
                and _is_about(page, number, asked)
            )
        case BlockKind.TABLE:
            few = (
                len(block.parts) <= _FEW + 1
                and size <= _SHORT
                and asked.kind in {AnswerKind.NUMBER, AnswerKind.FORMULA}
            )
            return few or (
                fits
                and asked.kind in {AnswerKind.LIST, AnswerKind.COMPARISON}
                and _is_about(page, number, asked)
            )
        case BlockKind.MATH:
            return (
                asked.kind in {AnswerKind.FORMULA, AnswerKind.DEFINITION, AnswerKind.STEPS}
                and size <= _SHORT
            )
        case BlockKind.CODE:
            return announced and size <= _SNIPPET
        case _:
            return False


def _fits(page: HitUnits, number: int, asked: Question) -> bool:
    """Whether a list or table may be quoted whole: what a heading says is listed may be long. Items under items do not count."""
    block, listed = page.blocks[number], asked.kind is AnswerKind.LIST and bool(asked.topic)
    times = (
        _LONG
        if listed
        and coverage(asked.topic, set(analyze_question(" ".join(page.hit.passage.heading[-1:]))))
        == 1.0
        else 1
    )
    least = min(part.indent for part in block.parts)
    few = sum(part.indent == least for part in block.parts) <= times * _ITEMS
    return few and block.end - block.start <= times * _LONGEST


def _is_about(page: HitUnits, number: int, asked: Question) -> bool:
    """Whether a whole list or table is about what is asked.

    What stands over it names that; or, as where the note is in another language than the question, most of it scores well.
    """
    inside = page.members(number)
    over = " ".join(
        [
            *page.hit.passage.heading,
            *(page.units[at].text for at in sorted(_before(page, inside[0]))),
        ]
    )
    held = {truncate_term(term) for term in analyze_question(over)}
    if coverage(frozenset(truncate_term(term) for term in asked.topic), held) >= 0.5:
        return True
    floor = page.units[page.best].score - _FAIR
    return sum(page.units[at].score >= floor for at in inside) > len(inside) / 2


def _items(page: HitUnits, at: int, asked: Question) -> set[int]:
    """The whole list with what announces it, where it is asked for or short; else the item with those above and under it."""
    number = page.units[at].block
    inside, block = page.members(number), page.blocks[number]
    size, lead = block.end - block.start, _before(page, inside[0])
    listed = asked.kind in {AnswerKind.LIST, AnswerKind.STEPS, AnswerKind.COMPARISON} and _is_about(
        page, number, asked
    )
    if listed and _fits(page, number, asked):
        return set(inside) | lead | _runs_on(page, number)
    bound = any(_COLON.search(page.units[one].text) for one in lead)
    told = (
        bound or asked.kind is AnswerKind.REASON
    )  # one reason of three tells little, as does one step
    few = (told and len(inside) <= _FEW) or (block.numbered and len(inside) <= 2 * _FEW)
    if few and size <= _SHORT:
        return set(inside) | (set() if lead and _WHERE.match(page.units[min(lead)].text) else lead)
    floor = page.units[at].score - _NEAR
    near = {one for one in inside if page.units[one].score >= floor}
    near |= {other for one in near for other in _family(page, one)}
    return near | (lead if bound else set())


def _runs_on(page: HitUnits, number: int) -> set[int]:
    """The formula or code that the last item of a list announces, and the rest of the list after it."""
    last, after = page.members(number)[-1], page.blocks[number + 1 : number + 3]
    if (
        not after
        or after[0].kind not in {BlockKind.MATH, BlockKind.CODE}
        or not _ANNOUNCES.search(page.units[last].text)
    ):
        return set()
    goes_on = (
        len(after) > 1
        and after[1].kind is BlockKind.LIST
        and after[1].numbered is page.blocks[number].numbered
    )
    return set(page.members(number + 1)) | (
        set(page.members(number + 2)) | _runs_on(page, number + 2) if goes_on else set()
    )


def _family(page: HitUnits, at: int) -> Iterator[int]:
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


def _rows(page: HitUnits, at: int, asked: Question) -> set[int]:
    """The whole table where it is short or asked for; else its header and the rows that answer; and what announces it."""
    number = page.units[at].block
    inside, block = page.members(number), page.blocks[number]
    size, lead = block.end - block.start, _before(page, inside[0])
    if len(inside) <= _FEW + 1 and size <= _SHORT:
        return set(inside) | lead
    listed = asked.kind in {AnswerKind.LIST, AnswerKind.COMPARISON} and _is_about(
        page, number, asked
    )
    if listed and _fits(page, number, asked):
        return set(inside) | lead
    near = [one for one in inside if page.units[one].score >= page.units[at].score - _NEAR]
    if len(near) > _ROWS and len(inside) <= _ITEMS and size <= _LONGEST:  # none of them stands out
        return set(inside) | lead
    best = sorted(near, key=lambda one: (-page.units[one].score, one))[:_ROWS]
    return set(best) | ({inside[0]} if block.headed else set()) | lead


def halves(page: HitUnits, chosen: set[int], asked: Question) -> set[int]:
    """The parts of a section under bold lines that stand in for headings, where one of them is chosen and all are short.

    Where advantages and faults are asked for, those that say it is them.
    """
    bold = [
        at
        for at, unit in enumerate(page.units)
        if unit.is_quotable and _TITLE.fullmatch(page.source(at, at))
    ]
    parts = [_half(page, at, after) for at, after in pairwise([*bold, len(page.units)])]
    if asked.pros_and_cons:
        parts = [
            part
            for part in parts
            if any(sign.search(page.units[min(part)].text) for sign in PROS_AND_CONS)
        ]
    whole = set().union(*parts)
    size = sum(page.units[at].part.end - page.units[at].part.start for at in whole)
    fits = (
        len(parts) > 1 and chosen & whole and len(whole) <= _ITEMS + len(parts) and size <= _LONGEST
    )
    return whole if fits else set()


def _half(page: HitUnits, title: int, past: int) -> set[int]:
    """A bold line and the paragraph or list under it."""
    under = page.units[title + 1].block if title + 1 < past else -1
    return {at for at in range(title, past) if at == title or page.units[at].block == under}


def _before(page: HitUnits, at: int) -> set[int]:
    """The sentence that stands right before a list, table, formula or piece of code, when there is one.

    Of a short paragraph it is the whole: its first sentence may be what the list belongs to.
    """
    before = at - 1
    if before < 0 or page.kind(before) is not BlockKind.PROSE or not page.units[before].is_quotable:
        return set()
    inside = page.members(page.units[before].block)
    if len(inside) <= _LEAD:
        return set(inside)
    while before > inside.start and DANGLING.match(page.units[before].text):
        before -= 1
    return set(range(before, at))


def closed(page: HitUnits, units: set[int]) -> set[int]:
    """Without sentences that only lead on to what is not quoted, or with that, where it is short."""
    best = max(page.units[at].score for at in units)
    for last in [at for at in sorted(units) if at + 1 not in units and _leads_on(page, at)]:
        block = (
            set(page.members(page.units[last + 1].block)) if last + 1 < len(page.units) else set()
        )
        size = page.units[max(block)].part.end - page.units[last].part.end if block else 0
        if block and len(block) <= _ITEMS and size <= _LONGEST and page.units[last + 1].is_quotable:
            units = units | block | _explained(page, max(block))
        elif page.units[last].score < best:
            units = units - {last}
    return units


def _leads_on(page: HitUnits, at: int) -> bool:
    return bool(_COLON.search(page.units[at].text) or _TITLE.fullmatch(page.source(at, at)))


def _explained(page: HitUnits, last: int) -> set[int]:
    """What says right after a formula what its signs mean."""
    after = last + 1
    if page.kind(last) is not BlockKind.MATH or after == len(page.units):
        return set()
    return (
        {after}
        if page.kind(after) is BlockKind.PROSE and _WHERE.match(page.units[after].text)
        else set()
    )
