"""Compose an answer: choose what to quote of the hits, and in which order.

An answer begins with the best unit of the best passage, expanded to what a reader needs with it.
More is added while the answer is short, if it is about the same topic and not said already.
"""

from collections.abc import Iterator, Sequence

from kg.language.detect import Language
from rag.analyzer import analyze
from rag.answering.comparison import select_opposite_section, select_uncovered_sides
from rag.answering.contradictions import contradicts, share_topic
from rag.answering.expansion import expand, resolve_announcements
from rag.answering.policy import POLICY
from rag.answering.selection import (
    complete_lists,
    extend_to_section_end,
    fill_gaps,
    heading_match,
    is_complete,
    passage_worth,
    select_units,
)
from rag.answering.units import HitUnits, Quote, Selection, units_of
from rag.question import Question, coverage
from rag.types import AnswerKind, BlockKind, Hit, Passage


def compose(
    question: Question, hits: Sequence[Hit], language: Language, first_hits: Sequence[Hit] = ()
) -> list[Quote]:
    """Return what to quote of hits that all answer, given best first; empty if nothing can be.

    All quotes are in one language: in `language` if a passage in it is about the topic, else in
    that of the best passage. `first_hits` are the hits for the first part of the question.
    """
    candidates = _in_one_language(units_of(hits), question, language)
    if not candidates:
        return []
    best = candidates[0]
    near = [
        units for units in candidates if units.rank_score >= _least_score(best, units, question)
    ]
    lead_units, *others = sorted(near, key=lambda units: -passage_worth(units, question))
    lead = select_units(lead_units, question)
    more = [fill_gaps(other) for other in _select_more(question, lead, candidates, others)]
    most = POLICY.most_units - sum(selection.count for selection in more)
    lead = extend_to_section_end(fill_gaps(lead), question, most)
    chosen = [resolve_announcements(complete_lists(selection)) for selection in (lead, *more)]
    is_one_note = len({selection.passage.path for selection in chosen}) == 1
    if (question.pros_and_cons or question.sides) and is_one_note:
        chosen.sort(key=lambda selection: selection.passage.start)
    language = lead.passage.language
    first = [units for units in units_of(first_hits) if units.passage.language == language]
    chosen = _begin_with_definition(question, chosen, [*candidates, *first])
    chosen += _select_contradictions(question, chosen, candidates)
    return [quote for selection in chosen for quote in selection.quotes()]


def _in_one_language(
    candidates: Sequence[HitUnits], question: Question, language: Language
) -> list[HitUnits]:
    """Return the candidates in the wanted language, or else in the language of the best one.

    The wanted language is taken if its best candidate scores nearly as well as the best of all,
    and names as much of the topic.
    """
    if not candidates:
        return []
    best = candidates[0].passage
    wanted = next((units for units in candidates if units.passage.language == language), None)
    if wanted is None or not _is_as_good(wanted, candidates[0], question):
        language = best.language
    return [units for units in candidates if units.passage.language == language]


def _is_as_good(units: HitUnits, best: HitUnits, question: Question) -> bool:
    if units is best:
        return True
    least = max(POLICY.language_coverage, _topic_share(best.passage, question))
    return (
        _topic_share(units.passage, question) >= least
        and units.rank_score >= best.rank_score - POLICY.passage_margin
    )


def _topic_share(passage: Passage, question: Question) -> float:
    """Return the share of the topic that a passage names; 0 for a question without a topic."""
    if not question.topic:
        return 0.0
    return coverage(question.topic, set(analyze(passage.indexed_text)))


def _least_score(best: HitUnits, units: HitUnits, question: Question) -> float:
    """Return the score from which an answer may begin with a passage."""
    is_headed = heading_match(units.passage, question) > 0
    return best.rank_score - (POLICY.heading_bonus if is_headed else POLICY.passage_margin)


def _select_more(
    question: Question,
    lead: Selection,
    candidates: Sequence[HitUnits],
    others: Sequence[HitUnits],
) -> Iterator[Selection]:
    """Yield what is added from other passages.

    That is what covers the other sides that the question asks for. A question without sides gets
    what says more, unless the answer is complete.
    """
    if question.sides:
        yield from select_uncovered_sides(question, lead, candidates)
    elif question.pros_and_cons:
        yield from select_opposite_section(lead.units, candidates, question)
    elif not is_complete(lead, question) and not _is_headed_and_answered(lead, question):
        yield from _select_further(question, lead, others)


def _is_headed_and_answered(lead: Selection, question: Question) -> bool:
    is_headed = heading_match(lead.passage, question) > 0
    return is_headed and lead.count >= POLICY.headed_complete_units


def _select_further(
    question: Question, lead: Selection, others: Sequence[HitUnits]
) -> Iterator[Selection]:
    """Yield the best of further passages.

    Each scores nearly as well as the first, names as much of the topic, and repeats nothing.
    """
    total, quoted = lead.count, [lead.terms]
    topic_share = lead.units.topic_coverage(lead.units.best, question.topic)
    for units in others[: POLICY.most_passages - 1]:
        selection = expand(units, units.best, question)
        terms = selection.terms
        if (
            units.rank_score >= lead.units.rank_score - POLICY.further_passage_margin
            and units.topic_coverage(units.best, question.topic) >= topic_share
            and units.stands_alone(selection.first)
            and not units.sets_tasks
            and total + selection.count <= POLICY.most_units_together
            and not any(_say_same(terms, other) for other in quoted)
        ):
            yield selection
            quoted.append(terms)
            total += selection.count


def _say_same(terms: set[str], other: set[str]) -> bool:
    """Tell whether most terms of the shorter text are in the other."""
    shorter = max(1, min(len(terms), len(other)))
    return len(terms & other) >= POLICY.same_content_share * shorter


def _begin_with_definition(
    question: Question, chosen: list[Selection], candidates: Sequence[HitUnits]
) -> list[Selection]:
    """Put the definition first if the question asks for it and then for more.

    Nothing changes where no section is headed by the first part of the question.
    """
    if not question.first_part:
        return chosen
    topic = question.first_topic
    first_question = Question(AnswerKind.DEFINITION, topic, subject=topic)
    units = max(candidates, key=lambda units: heading_match(units.passage, first_question))
    if not heading_match(units.passage, first_question):
        return chosen
    lead, *more = chosen
    definition = expand(units, 0, first_question)
    if units.passage == lead.passage:
        return [lead.add(definition.numbers), *more]
    return [definition, *chosen]


def _select_contradictions(
    question: Question, chosen: Sequence[Selection], candidates: Sequence[HitUnits]
) -> Iterator[Selection]:
    """Yield each unit that contradicts one that was chosen: a reader should see both."""
    quoted = {(id(selection.units), number) for selection in chosen for number in selection}
    quoted_texts = [
        (selection.passage, selection.units[number].text)
        for selection in chosen
        for number in selection
        if _is_text(selection.units, number)
    ]
    for units in candidates:
        for number, unit in enumerate(units):
            if (
                unit.is_quotable_alone
                and _is_text(units, number)
                and (id(units), number) not in quoted
                and any(
                    contradicts(text, unit.text)
                    and share_topic(units.passage, passage, text, question.topic)
                    for passage, text in quoted_texts
                )
            ):
                yield units.select([number])


def _is_text(units: HitUnits, number: int) -> bool:
    return units.kind(number) in {BlockKind.PROSE, BlockKind.LIST}
