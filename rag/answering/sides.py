"""What is to be compared, on the passages at hand: the sides that a heading names, what compares them, what is missing. Pure."""

from collections.abc import Iterator, Sequence

from rag.analyzer import analyze, analyze_question
from rag.answering.expansion import expand
from rag.answering.units import HitUnits, Selected, stands_alone, topic_coverage, unit_terms
from rag.question import PROS_AND_CONS, Question
from rag.types import BlockKind


def sides_in_heading(one: HitUnits, asked: Question) -> set[frozenset[str]]:
    """The sides of a comparison that a passage's heading names."""
    heading = set(analyze_question(" ".join(one.hit.passage.heading[-1:])))
    return {side for side in asked.sides if side <= heading}


def speaks_of_a_side(one: HitUnits, at: int, asked: Question) -> bool:
    """Whether a unit names one of what is to be compared, where something is."""
    return not asked.sides or any(side <= set(analyze(one.units[at].text)) for side in asked.sides)


def comparison_block(one: HitUnits, asked: Question) -> set[int]:
    """The table of a section that compares what is to be compared, or else its list."""
    if len(sides_in_heading(one, asked)) < 2:
        return set()
    told = [
        at
        for at, unit in enumerate(one.units)
        if one.kind(at) in {BlockKind.TABLE, BlockKind.LIST} and unit.says_something
    ]
    best = max(
        told, key=lambda at: (one.kind(at) is BlockKind.TABLE, one.units[at].score, -at), default=-1
    )
    return expand(one, best, asked) if told else set()


def opposite_section(
    lead: HitUnits, pages: Sequence[HitUnits], asked: Question
) -> Iterator[Selected]:
    """Beside a section of advantages the one of faults under the same heading, or the other way round."""
    title = lead.hit.passage.heading
    mine = [bool(sign.search(" ".join(title[-1:]))) for sign in PROS_AND_CONS]
    for one in pages:
        heading = one.hit.passage.heading
        theirs = [bool(sign.search(" ".join(heading[-1:]))) for sign in PROS_AND_CONS]
        if (
            any(mine)
            and heading[:-1] == title[:-1]
            and theirs == mine[::-1] != mine
            and one.hit.passage.path == lead.hit.passage.path
        ):
            yield one, expand(one, one.best, asked)
            return


def uncovered_sides(
    asked: Question, lead: Selected, pages: Sequence[HitUnits]
) -> Iterator[Selected]:
    """For each side of a comparison that the answer so far is not about: the best that another passage says of it.

    A passage under the heading of one side is about that side, whatever it mentions; others are about what they mention.
    """
    over = sides_in_heading(lead[0], asked)
    said = (
        over
        if len(over) == 1
        else {side for side in asked.sides if side <= unit_terms(*lead) | set().union(*over)}
    )
    for side in asked.sides:
        of_it = [
            (
                side in sides_in_heading(one, asked),
                -len(sides_in_heading(one, asked)),
                one.units[at].score,
                -rank,
                -at,
            )
            for rank, one in enumerate(pages)
            for at in range(len(one.units))
            if side not in said
            and one.units[at].says_something
            and stands_alone(one, at)
            and topic_coverage(one, at, side) == 1.0
        ]
        if of_it:
            *_, rank, at = max(of_it)
            yield pages[-rank], expand(pages[-rank], -at, asked)
