"""Choose the passage that an answer begins with, and the units of it that are quoted."""

from collections.abc import Set
from itertools import pairwise

from rag.analyzer import analyze, analyze_question
from rag.answering.comparison import (
    mentions_side,
    select_comparison,
    select_titled_parts,
    sides_in_heading,
)
from rag.answering.expansion import expand
from rag.answering.policy import POLICY
from rag.answering.units import HitUnits, Selection
from rag.question import Question, analyse, asks_for, coverage
from rag.types import AnswerKind, BlockKind, Passage

_LIST_OR_TABLE = {BlockKind.LIST, BlockKind.TABLE}


def passage_worth(units: HitUnits, question: Question) -> float:
    """Return how well an answer would begin with a passage.

    That is the score of its rank, more if it has what is asked for, less if its best sentence
    cannot be quoted.
    """
    if units.sets_tasks:
        bonus = -2 * POLICY.fitting_bonus
    else:
        bonus = POLICY.fitting_bonus * _count_signs(units, question)
        bonus += POLICY.heading_bonus * heading_match(units.passage, question)
    unquotable = max(units.hit.sentence_scores) - units[units.best].score
    return units.rank_score + bonus - POLICY.unquotable_penalty * unquotable


def _count_signs(units: HitUnits, question: Question) -> int:
    """Return how many signs there are that a passage has what is asked for, from 0 to 4.

    A heading that names all sides, or the topic of a list, counts twice: the gates of an LSTM are
    not those of a GRU.
    """
    passage = units.passage
    in_heading = sides_in_heading(passage, question)
    has_topic = _is_covered(question, set(analyze_question(passage.title)))
    has_all_sides = len(question.sides) > 1 and len(in_heading) == len(question.sides)
    match question.kind:
        case AnswerKind.LIST:
            signs = _count_list_signs(units, question, has_topic)
        case AnswerKind.FORMULA:
            signs = _heading_asks_same(passage, question)
            if not asks_for(passage.title, AnswerKind.COMPARISON):
                lead = _lead_unit(units, question)
                signs += BlockKind.MATH in expand(units, lead, question).kinds
        case AnswerKind.COMPARISON:
            signs = len(in_heading) > 1 and asks_for(passage.title, AnswerKind.COMPARISON)
        case AnswerKind.STEPS | AnswerKind.REASON | AnswerKind.DEFINITION:
            signs = _heading_asks_same(passage, question)
        case _:
            signs = 0
    has_list_of_topic = question.kind is AnswerKind.LIST and signs > 0 and has_topic
    return signs + 2 * (has_all_sides or has_list_of_topic)


def _count_list_signs(units: HitUnits, question: Question, has_topic: bool) -> int:
    """Return 1 if a passage has a list of what is asked, 2 if its heading asks for one too."""
    lead = _lead_unit(units, question)
    kinds = expand(units, lead, question).kinds
    if not has_topic and BlockKind.LIST in kinds:
        above = analyze_question(" ".join(units.passage.heading[-2:]))
        terms = {*above, *analyze(units[lead].text)}
        has_topic = _is_covered(question, terms)
    if not has_topic or not kinds & _LIST_OR_TABLE:
        return 0
    # "Ways to avoid it" is a better heading than "What it is".
    return 1 + asks_for(units.passage.title, AnswerKind.LIST)


def _is_covered(question: Question, terms: Set[str]) -> bool:
    """Tell whether terms cover the topic, wherever one Chinese word ends."""
    return coverage(question.topic, terms) == 1.0


def heading_match(passage: Passage, question: Question) -> float:
    """Return how nearly the heading asks what the question asks about one thing, from 0 to 1.

    It is 0 unless the question asks what one thing is or how it works, and the heading asks that,
    or what the thing is.
    """
    if not question.subject:
        return 0.0
    title = analyse(passage.title)
    kind, topic = title.kind, title.topic
    if title.first_part:
        kind, topic = AnswerKind.DEFINITION, title.first_topic
    if kind not in {question.kind, AnswerKind.DEFINITION} or not question.subject <= topic:
        return 0.0
    focus = coverage(topic, question.subject)
    return 0.5 + 0.5 * focus if focus == 1.0 or asks_for(passage.title, kind) else 0.0


def _heading_asks_same(passage: Passage, question: Question) -> bool:
    """Tell whether the heading asks for the same kind of answer, about most of the topic."""
    if not asks_for(passage.title, question.kind):
        return False
    return coverage(question.topic, set(analyze_question(passage.title))) > 0.5


def _lead_unit(units: HitUnits, question: Question) -> int:
    """Return the unit that an answer begins with.

    That is the best unit, or one that scores nearly as well and has or announces what is asked.
    """
    threshold = units[units.best].score - POLICY.preferred_margin
    near = [number for number, unit in enumerate(units) if unit.score >= threshold]
    match question.kind:
        case AnswerKind.FORMULA:
            fitting = [
                number for number in near if BlockKind.MATH in expand(units, number, question).kinds
            ]
        case AnswerKind.LIST | AnswerKind.STEPS:
            fitting = [
                number
                for number in near
                if _is_covered(question, set(analyze(units[number].text)))
                and expand(units, number, question).kinds & _LIST_OR_TABLE
            ]
        case AnswerKind.REASON | AnswerKind.DEFINITION:
            asks_same = 0 in near and _heading_asks_same(units.passage, question)
            fitting = [0] if asks_same else []
        case _:
            fitting = []
    return units.best_of(fitting or [units.best])


def select_units(units: HitUnits, question: Question) -> Selection:
    """Select units of the passage that an answer begins with.

    The lead unit is expanded, then others are added that score nearly as well, the best first,
    until the selection is complete.
    """
    lead = _lead_unit(units, question)
    selection = expand(units, lead, question) | select_comparison(units, question)
    selection |= _select_wanted_list(selection, question)
    if question.pros_and_cons or question.kind is AnswerKind.COMPARISON:
        selection |= select_titled_parts(selection, question)
    remaining = units.select(range(len(units))) - selection
    while remaining and not is_complete(selection, question):
        number = max(remaining, key=lambda number: (_score_beside(selection, number), -number))
        margin = POLICY.unit_margin if selection.count > 1 else POLICY.second_unit_margin
        if _score_beside(selection, number) < units[lead].score - margin:
            break
        addition = _expand_addition(selection, number, question)
        selection |= addition
        remaining = (remaining - addition).remove([number])
    return selection


def _score_beside(selection: Selection, number: int) -> float:
    """Return a unit's score, with a bonus if it is right beside a selected one in its block."""
    units = selection.units
    is_adjacent = any(
        other in selection and units[other].block_number == units[number].block_number
        for other in (number - 1, number + 1)
    )
    return units[number].score + (POLICY.adjacency_bonus if is_adjacent else 0.0)


def _expand_addition(selection: Selection, number: int, question: Question) -> Selection:
    """Return what a unit adds to a selection.

    It is empty if that cannot be understood there, says something else, or is too much.
    """
    units = selection.units
    # A list of reasons is added as a whole or not at all.
    is_whole = question.kind is AnswerKind.REASON and units.kind(number) is BlockKind.LIST
    expanded = units.select(units.siblings(number)) if is_whole else expand(units, number, question)
    addition = expanded - selection
    most = POLICY.most_units_filled if is_whole else POLICY.most_units
    is_wanted = (
        addition
        and (addition.first - 1 in selection or units.stands_alone(addition.first))
        and not _says_something_else(addition, number, question)
        and mentions_side(units, number, question)
        and (selection | addition).count <= most
    )
    return addition if is_wanted else units.select()


def _says_something_else(addition: Selection, number: int, question: Question) -> bool:
    """Tell whether an addition does not belong to the answer.

    A formula alone is no reason, and rows cut out of their table do not define anything.
    """
    if question.kind is AnswerKind.REASON:
        return BlockKind.MATH in addition.kinds
    is_row = addition.units.kind(number) is BlockKind.TABLE
    return (
        question.kind is AnswerKind.DEFINITION and is_row and not addition.covers_block_of(number)
    )


def _select_wanted_list(selection: Selection, question: Question) -> Selection:
    """Select the list of the section if one is asked for and none is selected yet.

    A list of steps has to be numbered. A list that is too long to be quoted whole is left out.
    """
    units = selection.units
    if question.kind not in {AnswerKind.LIST, AnswerKind.STEPS} or selection.kinds & _LIST_OR_TABLE:
        return units.select()
    items = [
        number
        for number, unit in enumerate(units)
        if unit.is_quotable_alone
        and units.kind(number) is BlockKind.LIST
        and (question.kind is AnswerKind.LIST or units.block_of(number).numbered)
    ]
    if not items:
        return units.select()
    best = units.best_of(items)
    expanded = expand(units, best, question)
    return expanded if expanded.covers_block_of(best) else units.select()


def complete_lists(selection: Selection) -> Selection:
    """Add the rest of each list of which half the items are selected, if it is not too long."""
    units = selection.units
    for block_number in {units[number].block_number for number in selection}:
        items = units.select(units.members(block_number))
        if (
            units.blocks[block_number].kind is BlockKind.LIST
            and 2 * len(items.numbers & selection.numbers) >= len(items)
            and len(items) <= POLICY.completed_list_units
            and units.blocks[block_number].characters <= POLICY.completed_list_characters
        ):
            selection |= items
    return selection


def fill_gaps(selection: Selection) -> Selection:
    """Add the few sentences or items that are missing between others, if they may be quoted."""
    units = selection.units
    for before, after in pairwise(selection):
        gap = range(before + 1, after)
        if (
            0 < len(gap) <= POLICY.gap_units
            and len(units.source(gap[0], gap[-1])) <= POLICY.gap_characters
            and all(_may_fill_gap(units, number) for number in gap)
            and selection.add(gap).count <= POLICY.most_units_filled
        ):
            selection = selection.add(gap)
    return selection


def _may_fill_gap(units: HitUnits, number: int) -> bool:
    is_text = units.kind(number) in {BlockKind.PROSE, BlockKind.LIST}
    return is_text and units[number].is_quotable


def extend_to_section_end(selection: Selection, question: Question, most: int) -> Selection:
    """Add what comes after a selection in its section, up to `most` units that say something."""
    units = selection.units
    following = selection.last + 1
    while not is_complete(selection, question) and following < len(units):
        addition = expand(units, following, question) - selection
        if (
            not units[following].is_quotable_alone
            or units.kind(following) is BlockKind.CODE
            or not addition
            or addition.first < following
            or (selection | addition).count > most
        ):
            break
        selection |= addition
        following = addition.last + 1
    return selection


def is_complete(selection: Selection, question: Question) -> bool:
    """Tell whether a selection is all that is wanted of one passage.

    It is if it has the list or formula that is asked for, or else enough of anything.
    """
    kinds = selection.kinds
    if question.kind in {AnswerKind.LIST, AnswerKind.STEPS} and kinds & _LIST_OR_TABLE:
        return True
    if question.kind is AnswerKind.FORMULA and BlockKind.MATH in kinds:
        return True
    is_long = selection.characters > POLICY.complete_characters
    return selection.count >= POLICY.complete_units and is_long
