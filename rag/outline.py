"""A section's subsections by their titles, where the list that is asked for is one of headings."""

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.asking import Asking, Kind
from rag.compose import Piece
from rag.keywords import question_terms
from rag.types import Hit, Passage

if TYPE_CHECKING:
    from rag.store import KnowledgeBase

_FEWEST, _MOST = 3, 14  # subsections that are a list
_TITLE = re.compile(r"(?:#{1,6}[ \t]+)?([^\r\n]*?)[ \t]*#*[ \t]*(?=[\r\n]|$)")


def outline(base: "KnowledgeBase", asked: Asking, hits: Sequence[Hit]) -> list[Piece]:
    """The titles that stand under a heading which says what a list is asked of; nothing, where the notes are not like that.

    Two of the hits have to be under that heading, and the best of them under a title that does not say it itself:
    "How to avoid overfitting" with "1. Regularisation", "2. More data" and so on under it.
    """
    if asked.kind is not Kind.LIST or not hits or not asked.about:
        return []
    best = hits[0].passage
    for depth in range(len(best.heading) - 1, 0, -1):
        above = best.heading[:depth]
        together = sum(hit.passage.path == best.path and hit.passage.heading[:depth] == above for hit in hits)
        if together > 1 and _names(above[-1], asked) and not _names(best.heading[depth], asked):
            titles = _titles(base, best.path, above)
            return titles if _FEWEST <= len(titles) <= _MOST else []
    return []


def _names(heading: str, asked: Asking) -> bool:
    return 2 * len(asked.about & set(question_terms(heading))) > len(asked.about)


def _titles(base: "KnowledgeBase", path: str, above: tuple[str, ...]) -> list[Piece]:
    """The titles right under a heading, in order; none when one of them has no text of its own, and so no place in the index."""
    rows = base.rows("SELECT p.id, p.heading FROM passages p JOIN files f ON f.id = p.file WHERE f.path = ?", (path,))
    under = {id: tuple(heading) for id, text in rows if (heading := json.loads(text))[: len(above)] == list(above)}
    titles = {heading[len(above)] for heading in under.values() if len(heading) > len(above)}
    own = {heading: id for id, heading in sorted(under.items(), reverse=True) if len(heading) == len(above) + 1}
    passages = [one.passage for one in base.passages(own.values()).values()]
    return [_title(passage) for passage in sorted(passages, key=lambda one: one.start)] if len(own) == len(titles) else []


def _title(passage: Passage) -> Piece:
    found = _TITLE.match(passage.text)
    start, end = found.span(1) if found else (0, 0)
    return Piece(passage, passage.start + start, passage.start + end, False)
