"""A section's subsections by their titles, where the list that is asked for is one of headings."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.asking import Asking, Kind, share
from rag.compose import Piece
from rag.keywords import question_terms
from rag.types import Hit, Passage

if TYPE_CHECKING:
    from rag.store import KnowledgeBase

_BEST = 3  # hits that may be under such a heading,
_BEHIND = 0.05  # if they are nearly as good as the first
_FEWEST, _MOST = 3, 14  # subsections that are a list


def outline(base: "KnowledgeBase", asked: Asking, hits: Sequence[Hit]) -> list[Piece]:
    """The titles that stand under a heading which says what a list is asked of; nothing, where the notes are not like that.

    Two of the hits have to be under that heading, and one of the best of them under a title that does not say it itself:
    "How to avoid overfitting" with "1. Regularisation", "2. More data" and so on under it.
    """
    if asked.kind is not Kind.LIST or not hits or not asked.about:
        return []
    for best in (hit.passage for hit in hits[:_BEST] if hit.score >= hits[0].score - _BEHIND):
        for depth in range(len(best.heading) - 1, 0, -1):
            above = best.heading[:depth]
            together = sum(hit.passage.path == best.path and hit.passage.heading[:depth] == above for hit in hits)
            if together > 1 and _names(above[-1], asked) and not _names(best.heading[depth], asked):
                return _listed(base, best.path, above)
    return []


def _listed(base: "KnowledgeBase", path: str, above: tuple[str, ...]) -> list[Piece]:
    """The titles under a heading, where they are few enough and name things and ask nothing."""
    titles = _titles(base, path, above)
    asking = sum(title.text.endswith(("?", "？")) for title in titles)
    return titles if _FEWEST <= len(titles) <= _MOST and 2 * asking < len(titles) else []


def _names(heading: str, asked: Asking) -> bool:
    return share(asked.about, set(question_terms(heading))) > 0.5


def _titles(base: "KnowledgeBase", path: str, above: tuple[str, ...]) -> list[Piece]:
    """The titles right under a heading, in order; none when one of them has no text of its own, and so no place in the index."""
    query = "SELECT p.id, p.heading FROM passages p JOIN files f ON f.id = p.file WHERE f.path = ? ORDER BY p.start DESC"
    rows = [(id, tuple(json.loads(heading))) for id, heading in base.rows(query, (path,))]
    under = {heading: id for id, heading in rows if heading[: len(above)] == above and len(heading) > len(above)}
    own = [id for heading, id in under.items() if len(heading) == len(above) + 1]
    if len(own) < len({heading[len(above)] for heading in under}):
        return []
    passages = (one.passage for one in base.passages(own).values())
    titles = [_title(passage) for passage in sorted(passages, key=lambda one: one.start)]
    return titles if all(title.text for title in titles) else []


def _title(passage: Passage) -> Piece:
    """A heading's words as they stand in its line, without the marks before and after."""
    line = passage.text.splitlines()[0]
    words = line.lstrip("# \t").rstrip()
    if words.rstrip("#") != words and words.rstrip("#").endswith((" ", "\t")):
        words = words.rstrip("#").rstrip()
    start = passage.start + line.index(words)
    return Piece(passage, start, start + len(words), False)
