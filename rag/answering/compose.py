"""What is asked and the Hits → which pieces of the notes to quote, in order. Chooses; rag/answer.py checks and cites them.

An answer begins with the best sentence of the best passage (rag/lead.py), grown to what a person needs to read with it
(rag/grow.py). More is added only while the answer is short, and only what is about the same and not said already.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.analyzer import analyze
from rag.answering.contradictions import contradicts, share_topic
from rag.answering.expansion import closed, expand
from rag.answering.selection import (
    ASKED,
    FEW,
    MOST,
    complete_lists,
    count,
    extend_to_section_end,
    fill_gaps,
    is_complete,
    is_headed_by_question,
    passage_worth,
    select_units,
)
from rag.answering.sides import opposite_section, uncovered_sides
from rag.answering.units import (
    HitUnits,
    Selected,
    stands_alone,
    topic_coverage,
    unit_terms,
    units_of,
)
from rag.question import Question, coverage
from rag.types import AnswerKind, BlockKind, Hit, Passage

_PASSAGES = 3  # at most
_TOGETHER = 7  # sentences, items and rows of them all, at most
_FURTHER = 0.04  # below the first, further passages are quoted too
_SAME = 0.6  # share of words, from which two pieces say the same
_BEHIND = 0.1  # below the best passage, others are left out, but for the sides of a comparison
_NAMED = 0.6  # share of what is asked about, that a passage in the question's language has to name to come before the best


@dataclass(frozen=True, slots=True)
class Quote:
    """Characters `start` to `end` of a passage's note, to be quoted as they stand; `headless` rows need their table's header."""

    passage: Passage
    start: int
    end: int
    headless: bool

    @property
    def text(self) -> str:
        return self.passage.text[self.start - self.passage.start : self.end - self.passage.start]


def compose(
    asked: Question, hits: Sequence[Hit], language: str, first: Sequence[Hit] = ()
) -> list[Quote]:
    """What to quote of hits that all answer, best first: few pieces, the first of them of the passage that answers best.

    All are in one language: in `tongue`, where a passage in it is about what is asked. `first` are hits of what a question in
    two parts asks first.
    """
    pages = _in_one_language(units_of(hits), asked, language)
    if not pages:
        return []
    near = [
        one
        for one in pages
        if one.standing
        >= pages[0].standing - (ASKED if is_headed_by_question(one, asked) else _BEHIND)
    ]
    lead, *others = sorted(near, key=lambda one: -passage_worth(one, asked))
    units = select_units(lead, asked)
    more = [(one, fill_gaps(one, some)) for one, some in _more(asked, (lead, units), pages, others)]
    most = MOST - sum(count(one, some) for one, some in more)
    chosen = [(lead, extend_to_section_end(lead, fill_gaps(lead, units), asked, most)), *more]
    chosen = [(one, closed(one, complete_lists(one, some))) for one, some in chosen]
    if (asked.pros_and_cons or asked.sides) and len(
        {one.hit.passage.path for one, _ in chosen}
    ) == 1:
        chosen.sort(key=lambda one: one[0].hit.passage.start)
    chosen = _defined(
        asked, chosen, [*pages, *(one for one in units_of(first) if one.language == lead.language)]
    )
    chosen += _contradictions(asked, chosen, pages)
    return [piece for one, units in chosen for piece in _pieces(one, units)]


def _more(
    asked: Question, lead: Selected, pages: Sequence[HitUnits], others: Sequence[HitUnits]
) -> Iterator[Selected]:
    """What is added from other passages: the other sides of what is asked, or else what says more, where that is wanted."""
    if asked.sides:
        yield from uncovered_sides(asked, lead, pages)
    elif asked.pros_and_cons:
        yield from opposite_section(lead[0], pages, asked)
    elif not is_complete(*lead, asked) and not (
        is_headed_by_question(lead[0], asked) and count(*lead) >= FEW
    ):
        yield from _further(asked, [lead], others)


def _defined(asked: Question, chosen: list[Selected], pages: Sequence[HitUnits]) -> list[Selected]:
    """With what says first what a thing is, where a question asks that and more, and a section is there to say it."""
    if not asked.first_part:
        return chosen
    what = Question(AnswerKind.DEFINITION, asked.first_topic, subject=asked.first_topic)
    page = max(pages, key=lambda one: is_headed_by_question(one, what))
    if not is_headed_by_question(page, what):
        return chosen
    (lead, units), *more = chosen
    first = expand(page, 0, what)
    return (
        [(lead, units | first), *more]
        if page.hit.passage == lead.hit.passage
        else [(page, first), *chosen]
    )


def _in_one_language(pages: Sequence[HitUnits], asked: Question, language: str) -> list[HitUnits]:
    """The pages in the language of the best one; in `tongue`, where one in it is nearly as good and names what is asked."""
    own = next((one for one in pages if one.language == language), None)
    if own and own is not pages[0]:
        shown, least = _named_in(own, asked), max(_NAMED, _named_in(pages[0], asked))
        if shown < least or own.standing < pages[0].standing - _BEHIND:
            own = None
    first = own or (pages[0] if pages else None)
    return [one for one in pages if first and one.language == first.language]


def _named_in(one: HitUnits, asked: Question) -> float:
    return coverage(asked.topic, set(analyze(one.hit.passage.indexed_text))) if asked.topic else 0.0


def _further(
    asked: Question, chosen: Sequence[Selected], others: Sequence[HitUnits]
) -> Iterator[Selected]:
    """The best of further passages: as good as the first's, as much about what is asked, and not the same again."""
    lead, units = chosen[0]
    size, said = count(lead, units), [unit_terms(lead, units)]
    about = topic_coverage(lead, lead.best, asked.topic)
    for other in others[: _PASSAGES - 1]:
        units = expand(other, other.best, asked)
        told, more = unit_terms(other, units), count(other, units)
        near = other.standing >= lead.standing - _FURTHER
        fits = (
            near
            and topic_coverage(other, other.best, asked.topic) >= about
            and stands_alone(other, min(units))
            and not other.sets_tasks
        )
        if fits and size + more <= _TOGETHER and not any(_same(told, before) for before in said):
            yield other, units
            said.append(told)
            size += more


def _same(one: set[str], other: set[str]) -> bool:
    """Whether two pieces say the same: most words of the shorter are in the other."""
    return len(one & other) >= _SAME * max(1, min(len(one), len(other)))


def _contradictions(
    asked: Question, chosen: Sequence[Selected], pages: Sequence[HitUnits]
) -> Iterator[Selected]:
    """What says otherwise than something that was chosen, in the passages at hand: both are to be shown."""
    quoted = {(id(one), at) for one, units in chosen for at in units}
    said = [
        (one, one.units[at].text)
        for one, units in chosen
        for at in sorted(units)
        if one.kind(at) in {BlockKind.PROSE, BlockKind.LIST}
    ]
    for one in pages:
        for at, unit in enumerate(one.units):
            if (
                not unit.says_something
                or (id(one), at) in quoted
                or one.kind(at) not in {BlockKind.PROSE, BlockKind.LIST}
            ):
                continue
            if any(
                contradicts(text, unit.text)
                and share_topic(one.hit.passage, other.hit.passage, text, asked.topic)
                for other, text in said
            ):
                yield one, {at}


def _pieces(one: HitUnits, units: set[int]) -> Iterator[Quote]:
    """Neighbours as one piece; an item alone without its marker."""
    ordered, passage = sorted(units), one.hit.passage
    first = 0
    for at, number in enumerate(ordered):
        if at + 1 == len(ordered) or ordered[at + 1] != number + 1:
            begin = one.units[ordered[first]]
            start = (
                passage.sentences[begin.part.first].start
                if ordered[first] == number
                else begin.part.start
            )
            start = _marked(passage, start, one.units[number].part.end)
            headless = (
                one.kind(ordered[first]) is BlockKind.TABLE and not one.blocks[begin.block].headed
            )
            yield Quote(passage, start, one.units[number].part.end, headless)
            first = at + 1


def _marked(passage: Passage, start: int, end: int) -> int:
    """Where a quote of several lines begins: with the marks of a block quote on its first line, as on the others."""
    at = start - passage.start
    line = passage.text.rfind("\n", 0, at) + 1
    marks = passage.text[line:at]
    quoted = (
        ">" in marks and not marks.strip(" \t>") and "\n" in passage.text[at : end - passage.start]
    )
    return passage.start + line if quoted else start
