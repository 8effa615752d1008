"""What is to be compared, on the passages at hand: the sides that a heading names, what compares them, what is missing. Pure."""

from collections.abc import Iterator, Sequence

from rag.asking import SIGNS, Asking
from rag.blocks import Kind
from rag.grow import grown
from rag.keywords import question_terms, terms
from rag.page import Chosen, Page, covers, stands, words


def named(one: Page, asked: Asking) -> set[frozenset[str]]:
    """The sides of a comparison that a passage's heading names."""
    heading = set(question_terms(" ".join(one.hit.passage.heading[-1:])))
    return {side for side in asked.sides if side <= heading}


def speaks_of_a_side(one: Page, at: int, asked: Asking) -> bool:
    """Whether a unit names one of what is to be compared, where something is."""
    return not asked.sides or any(side <= set(terms(one.units[at].text)) for side in asked.sides)


def compared(one: Page, asked: Asking) -> set[int]:
    """The table of a section that compares what is to be compared, or else its list."""
    if len(named(one, asked)) < 2:
        return set()
    told = [at for at, unit in enumerate(one.units) if one.kind(at) in {Kind.TABLE, Kind.LIST} and unit.says_something]
    best = max(told, key=lambda at: (one.kind(at) is Kind.TABLE, one.units[at].score, -at), default=-1)
    return grown(one, best, asked) if told else set()


def opposite(lead: Page, pages: Sequence[Page], asked: Asking) -> Iterator[Chosen]:
    """Beside a section of advantages the one of faults under the same heading, or the other way round."""
    title = lead.hit.passage.heading
    mine = [bool(sign.search(" ".join(title[-1:]))) for sign in SIGNS]
    for one in pages:
        heading = one.hit.passage.heading
        theirs = [bool(sign.search(" ".join(heading[-1:]))) for sign in SIGNS]
        if (
            any(mine)
            and heading[:-1] == title[:-1]
            and theirs == mine[::-1] != mine
            and one.hit.passage.path == lead.hit.passage.path
        ):
            yield one, grown(one, one.best, asked)
            return


def missing_sides(asked: Asking, lead: Chosen, pages: Sequence[Page]) -> Iterator[Chosen]:
    """For each side of a comparison that the answer so far is not about: the best that another passage says of it.

    A passage under the heading of one side is about that side, whatever it mentions; others are about what they mention.
    """
    over = named(lead[0], asked)
    said = over if len(over) == 1 else {side for side in asked.sides if side <= words(*lead) | set().union(*over)}
    for side in asked.sides:
        of_it = [
            (side in named(one, asked), -len(named(one, asked)), one.units[at].score, -rank, -at)
            for rank, one in enumerate(pages)
            for at in range(len(one.units))
            if side not in said and one.units[at].says_something and stands(one, at) and covers(one, at, side) == 1.0
        ]
        if of_it:
            *_, rank, at = max(of_it)
            yield pages[-rank], grown(pages[-rank], -at, asked)
