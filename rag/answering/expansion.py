"""Expand a unit to the smallest quote that can be understood on its own, within its passage."""

import re
from collections.abc import Iterator

from kg.language import en, zh
from kg.language.words import join_words
from rag.analyzer import analyze_question, truncate_term
from rag.answering.policy import POLICY
from rag.answering.units import CONTINUATION, HitUnits, Selection
from rag.question import Question, coverage
from rag.types import AnswerKind, BlockKind

# The sentence ends in a colon.
_ENDS_IN_COLON = re.compile(r"[:：]\W*$")
# The sentence ends in a colon, or has no end.
_ANNOUNCES = re.compile(r"[:：]\W*$|[\w\u4e00-\u9fff]\**$")
_EXPLAINS_SYMBOLS = re.compile(
    rf"\W*(?:{join_words(zh.SYMBOL_EXPLANATIONS)}|{join_words(en.SYMBOL_EXPLANATIONS)}\b)",
    re.IGNORECASE,
)
# A line in bold that serves as a heading.
BOLD_TITLE = re.compile(r"\W{0,3}(?:\d+[.、)]\s*)?(\*\*|__)[^\n*]{1,40}\1\s*[:：]?\s*")
# A sentence is quoted with at most this many before it that it refers back to.
_MOST_BEFORE = 2


def expand(units: HitUnits, number: int, question: Question) -> Selection:
    """Return what to quote when a unit answers: the unit and what it cannot be read without."""
    match units.kind(number):
        case BlockKind.PROSE:
            return _expand_sentence(units, number, question)
        case BlockKind.LIST:
            return _expand_item(units, number, question)
        case BlockKind.TABLE:
            return _expand_row(units, number, question)
        case _:
            introduction = _find_introduction(units, number)
            return introduction.add([number]) | _find_symbol_explanation(units, number)


def _expand_sentence(units: HitUnits, number: int, question: Question) -> Selection:
    """Add the sentences that it refers back to, and the list, table or formula after it."""
    paragraph = units.siblings(number)
    first = number
    while (
        first > paragraph.start
        and number - first < _MOST_BEFORE
        and CONTINUATION.match(units[first].text)
    ):
        first -= 1
    selection = units.select(range(first, number + 1))
    following = units[number].block_number + 1
    distance = paragraph[-1] - number
    if following == len(units.blocks) or distance > _most_distance(units, following, question):
        return selection
    if _goes_with(units, paragraph[-1], following, question, is_announced=distance == 0):
        block = units.members(following)
        selection = selection.add(range(number, block.stop))
        selection |= _find_symbol_explanation(units, block[-1])
        if units.blocks[following].kind is BlockKind.LIST:
            selection |= _continue_list(units, following)
    elif _ENDS_IN_COLON.search(units[number].text) and _is_list_or_table(units, following):
        # The block is too long to be quoted whole, so the best of it is.
        selection |= expand(units, units.best_of(units.members(following)), question)
    return selection


def _is_list_or_table(units: HitUnits, block_number: int) -> bool:
    return units.blocks[block_number].kind in {BlockKind.LIST, BlockKind.TABLE}


def _most_distance(units: HitUnits, block_number: int, question: Question) -> int:
    """Return how many sentences may be between an answer and the block that belongs to it."""
    match units.blocks[block_number].kind:
        case BlockKind.LIST:
            return 2 if question.kind in {AnswerKind.LIST, AnswerKind.STEPS} else 0
        case BlockKind.TABLE:
            return 2 if question.kind is AnswerKind.COMPARISON else 0
        case _:
            return 0


def _goes_with(
    units: HitUnits, last: int, block_number: int, question: Question, is_announced: bool
) -> bool:
    """Tell whether a block is quoted with a sentence of the paragraph before it.

    `last` is the last sentence of the paragraph; `is_announced` tells that it is that sentence.
    """
    block, kind = units.blocks[block_number], question.kind
    fits = _may_be_whole(units, block_number, question)
    announces = is_announced and _ANNOUNCES.search(units[last].text)
    if announces or _ENDS_IN_COLON.search(units[last].text):
        return fits
    is_short = block.characters <= POLICY.short_list_characters
    match block.kind:
        case BlockKind.LIST:
            is_wanted = kind in {AnswerKind.LIST, AnswerKind.STEPS}
            return fits and is_wanted and _is_about_topic(units, block_number, question)
        case BlockKind.TABLE:
            has_few_rows = len(block.parts) <= POLICY.short_list_units + 1 and is_short
            if has_few_rows and kind in {AnswerKind.NUMBER, AnswerKind.FORMULA}:
                return True
            is_wanted = kind in {AnswerKind.LIST, AnswerKind.COMPARISON}
            return fits and is_wanted and _is_about_topic(units, block_number, question)
        case BlockKind.MATH:
            is_wanted = kind in {AnswerKind.FORMULA, AnswerKind.DEFINITION, AnswerKind.STEPS}
            return is_wanted and is_short
        case BlockKind.CODE:
            return is_announced and block.characters <= POLICY.snippet_characters
        case _:
            return False


def _may_be_whole(units: HitUnits, block_number: int, question: Question) -> bool:
    """Tell whether a list or table is short enough to be quoted whole.

    It may be long if the heading names all that the question asks a list of. Items under items
    are not counted.
    """
    block = units.blocks[block_number]
    factor = 1
    if question.kind is AnswerKind.LIST and question.topic:
        heading = set(analyze_question(units.passage.title))
        factor = POLICY.named_list_factor if coverage(question.topic, heading) == 1.0 else 1
    outermost = min(part.indent for part in block.parts)
    count = sum(part.indent == outermost for part in block.parts)
    return (
        count <= factor * POLICY.whole_list_units
        and block.characters <= factor * POLICY.whole_list_characters
    )


def _is_about_topic(units: HitUnits, block_number: int, question: Question) -> bool:
    """Tell whether a whole list or table is about what the question asks.

    Either the headings and the introduction name half of that, or most of the block scores well,
    as where the note is in another language than the question.
    """
    members = units.members(block_number)
    introduction = _find_introduction(units, members[0])
    above = " ".join([*units.passage.heading, *(units[number].text for number in introduction)])
    terms = {truncate_term(term) for term in analyze_question(above)}
    if coverage(frozenset(map(truncate_term, question.topic)), terms) >= 0.5:
        return True
    threshold = units[units.best].score - POLICY.topic_margin
    return sum(units[number].score >= threshold for number in members) > len(members) / 2


def _expand_item(units: HitUnits, number: int, question: Question) -> Selection:
    """Add the rest of the list and its introduction, if it is asked for or short.

    Otherwise add the items that the item is under, those under it, and those that score the same.
    """
    block_number, block = units[number].block_number, units.block_of(number)
    members = units.members(block_number)
    whole, introduction = units.select(members), _find_introduction(units, members[0])
    is_wanted = question.kind in {AnswerKind.LIST, AnswerKind.STEPS, AnswerKind.COMPARISON}
    if (
        is_wanted
        and _is_about_topic(units, block_number, question)
        and _may_be_whole(units, block_number, question)
    ):
        return whole | introduction | _continue_list(units, block_number)
    is_announced = any(_ENDS_IN_COLON.search(units[other].text) for other in introduction)
    # One reason of three says little, and so does one step.
    is_indivisible = is_announced or question.kind is AnswerKind.REASON
    has_few_items = (is_indivisible and len(members) <= POLICY.short_list_units) or (
        block.numbered and len(members) <= 2 * POLICY.short_list_units
    )
    if has_few_items and block.characters <= POLICY.short_list_characters:
        # A sentence that explains the symbols of a formula introduces no list.
        explains = introduction and _EXPLAINS_SYMBOLS.match(units[introduction.first].text)
        return whole if explains else whole | introduction
    threshold = units[number].score - POLICY.sibling_margin
    selection = units.select(other for other in members if units[other].score >= threshold)
    for other in selection:
        selection = selection.add(_find_related_items(units, other))
    return selection | introduction if is_announced else selection


def _continue_list(units: HitUnits, block_number: int) -> Selection:
    """Return the formula or code that the last item of a list announces, and the list after it."""
    last = units.members(block_number)[-1]
    following = units.blocks[block_number + 1 : block_number + 3]
    if (
        not following
        or following[0].kind not in {BlockKind.MATH, BlockKind.CODE}
        or not _ANNOUNCES.search(units[last].text)
    ):
        return units.select()
    selection = units.select(units.members(block_number + 1))
    list_continues = (
        len(following) > 1
        and following[1].kind is BlockKind.LIST
        and following[1].numbered is units.blocks[block_number].numbered
    )
    if not list_continues:
        return selection
    rest = selection.add(units.members(block_number + 2))
    return rest | _continue_list(units, block_number + 2)


def _find_related_items(units: HitUnits, number: int) -> Iterator[int]:
    """Yield the items that an item is under, and those that are under it."""
    members = units.siblings(number)
    indent = units[number].part.indent
    for below in range(number + 1, members.stop):
        if units[below].part.indent <= indent:
            break
        yield below
    for above in range(number - 1, members.start - 1, -1):
        if units[above].part.indent < indent:
            indent = units[above].part.indent
            yield above


def _expand_row(units: HitUnits, number: int, question: Question) -> Selection:
    """Add the rest of the table if it is short or asked for, else its header and similar rows.

    What introduces the table is added in any case.
    """
    block_number, block = units[number].block_number, units.block_of(number)
    members = units.members(block_number)
    whole = units.select(members) | _find_introduction(units, members[0])
    is_short = block.characters <= POLICY.short_list_characters
    if len(members) <= POLICY.short_list_units + 1 and is_short:
        return whole
    if (
        question.kind in {AnswerKind.LIST, AnswerKind.COMPARISON}
        and _is_about_topic(units, block_number, question)
        and _may_be_whole(units, block_number, question)
    ):
        return whole
    threshold = units[number].score - POLICY.sibling_margin
    answering = [other for other in members if units[other].score >= threshold]
    if (
        len(answering) > POLICY.cut_rows  # none of them stands out
        and len(members) <= POLICY.whole_list_units
        and block.characters <= POLICY.whole_list_characters
    ):
        return whole
    best = sorted(answering, key=lambda other: (-units[other].score, other))[: POLICY.cut_rows]
    header = [members[0]] if block.headed else []
    return units.select([*best, *header]) | _find_introduction(units, members[0])


def _find_introduction(units: HitUnits, number: int) -> Selection:
    """Return the sentence right before a list, table, formula or piece of code, if there is one.

    A short paragraph is returned whole: its first sentence may be what introduces the list.
    """
    before = number - 1
    if before < 0 or units.kind(before) is not BlockKind.PROSE or not units[before].is_quotable:
        return units.select()
    paragraph = units.siblings(before)
    if len(paragraph) <= POLICY.introduction_sentences:
        return units.select(paragraph)
    while before > paragraph.start and CONTINUATION.match(units[before].text):
        before -= 1
    return units.select(range(before, number))


def resolve_announcements(selection: Selection) -> Selection:
    """Add what the last sentence of a run announces if that is short, else drop the sentence.

    The best unit of the selection is never dropped.
    """
    units = selection.units
    best_score = max(units[number].score for number in selection)
    ends = [number for number in selection if number + 1 not in selection]
    for last in ends:
        if not _leads_on(units, last):
            continue
        announced = _find_short_block(units, last)
        if announced:
            selection |= announced
        elif units[last].score < best_score:
            selection = selection.remove([last])
    return selection


def _leads_on(units: HitUnits, number: int) -> bool:
    source = units.source(number, number)
    return bool(_ENDS_IN_COLON.search(units[number].text) or BOLD_TITLE.fullmatch(source))


def _find_short_block(units: HitUnits, number: int) -> Selection:
    """Return the block after a unit with what explains its symbols; empty if it is too long."""
    if number + 1 == len(units) or not units[number + 1].is_quotable:
        return units.select()
    block = units.select(units.siblings(number + 1))
    characters = units[block.last].part.end - units[number].part.end
    if len(block) > POLICY.whole_list_units or characters > POLICY.whole_list_characters:
        return units.select()
    return block | _find_symbol_explanation(units, block.last)


def _find_symbol_explanation(units: HitUnits, last: int) -> Selection:
    """Return the sentence right after a formula that explains its symbols, if there is one."""
    after = last + 1
    if (
        units.kind(last) is BlockKind.MATH
        and after < len(units)
        and units.kind(after) is BlockKind.PROSE
        and _EXPLAINS_SYMBOLS.match(units[after].text)
    ):
        return units.select([after])
    return units.select()
