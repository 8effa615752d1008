"""Find what covers the sides of a question: things that are compared, or pros and cons."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from rag.analyzer import analyze, analyze_question
from rag.answering.expansion import BOLD_TITLE, expand
from rag.answering.policy import POLICY
from rag.answering.units import HitUnits, Selection
from rag.question import PROS_AND_CONS, Question
from rag.types import BlockKind, Passage


def sides_in_heading(passage: Passage, question: Question) -> set[frozenset[str]]:
    """Return the sides of a comparison that the heading right above a passage names."""
    heading = set(analyze_question(passage.title))
    return {side for side in question.sides if side <= heading}


def mentions_side(units: HitUnits, number: int, question: Question) -> bool:
    """Tell whether a unit names a side of the comparison; true if the question compares nothing."""
    terms = set(analyze(units[number].text))
    return not question.sides or any(side <= terms for side in question.sides)


def select_comparison(units: HitUnits, question: Question) -> Selection:
    """Select the table, or else the list, of a section whose heading names two sides."""
    candidates = [
        number
        for number, unit in enumerate(units)
        if unit.is_quotable_alone and units.kind(number) in {BlockKind.TABLE, BlockKind.LIST}
    ]
    if not candidates or len(sides_in_heading(units.passage, question)) < 2:
        return units.select()
    rows = [number for number in candidates if units.kind(number) is BlockKind.TABLE]
    return expand(units, units.best_of(rows or candidates), question)


def select_titled_parts(selection: Selection, question: Question) -> Selection:
    """Return all parts of a section under bold lines, if one is selected and all are short.

    A part is a bold line that serves as a heading, and the paragraph or list under it. Where
    advantages and disadvantages are asked for, only parts titled so count.
    """
    units = selection.units
    titles = [
        number
        for number, unit in enumerate(units)
        if unit.is_quotable and BOLD_TITLE.fullmatch(units.source(number, number))
    ]
    parts = [_select_titled_part(units, *ends) for ends in pairwise([*titles, len(units)])]
    if question.pros_and_cons:
        parts = [part for part in parts if _names_pro_or_con(units[part.first].text)]
    whole = units.select(number for part in parts for number in part)
    fits = (
        len(parts) > 1
        and selection.numbers & whole.numbers
        and len(whole) <= POLICY.whole_list_units + len(parts)
        and whole.characters <= POLICY.whole_list_characters
    )
    return whole if fits else units.select()


def _select_titled_part(units: HitUnits, title: int, end: int) -> Selection:
    """Return a bold line and the block under it, which ends before the next bold line."""
    under = units[title + 1].block_number if title + 1 < end else -1
    body = (number for number in range(title + 1, end) if units[number].block_number == under)
    return units.select([title, *body])


def _names_pro_or_con(text: str) -> bool:
    return any(pattern.search(text) for pattern in PROS_AND_CONS)


def select_opposite_section(
    lead: HitUnits, candidates: Sequence[HitUnits], question: Question
) -> Iterator[Selection]:
    """Yield the disadvantages beside a section of advantages, or the other way round.

    The other section is under the same heading of the same note.
    """
    here = _pros_and_cons_in(lead.passage.title)
    if here not in {(True, False), (False, True)}:
        return
    for units in candidates:
        if (
            _pros_and_cons_in(units.passage.title) == here[::-1]
            and units.passage.heading[:-1] == lead.passage.heading[:-1]
            and units.passage.path == lead.passage.path
        ):
            yield expand(units, units.best, question)
            return


def _pros_and_cons_in(title: str) -> tuple[bool, ...]:
    """Tell whether a title names advantages, and whether it names disadvantages."""
    return tuple(bool(pattern.search(title)) for pattern in PROS_AND_CONS)


def select_uncovered_sides(
    question: Question, lead: Selection, candidates: Sequence[HitUnits]
) -> Iterator[Selection]:
    """Yield what another passage says best about each side that the answer does not cover yet.

    A passage whose heading names one side is about that side, whatever it mentions. Any other
    passage is about the sides it mentions.
    """
    in_heading = sides_in_heading(lead.passage, question)
    covered = in_heading
    if len(in_heading) != 1:
        terms = lead.terms.union(*in_heading)
        covered = {side for side in question.sides if side <= terms}
    for side in question.sides:
        if side not in covered:
            yield from _select_side(side, question, candidates)


def _select_side(
    side: frozenset[str], question: Question, candidates: Sequence[HitUnits]
) -> Iterator[Selection]:
    """Yield the best unit about one side, expanded, if there is any.

    A unit whose heading names the side comes first, and the fewer other sides the heading names
    the better; then its score decides, then the rank of its hit.
    """
    about = [
        (units, number)
        for units in candidates
        for number, unit in enumerate(units)
        if unit.is_quotable_alone
        and units.stands_alone(number)
        and units.topic_coverage(number, side) == 1.0
    ]

    def preference(candidate: tuple[HitUnits, int]) -> tuple[bool, int, float]:
        units, number = candidate
        in_heading = sides_in_heading(units.passage, question)
        return side in in_heading, -len(in_heading), units[number].score

    if about:
        yield expand(*max(about, key=preference), question)
