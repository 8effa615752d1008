"""A section's subsections by their titles, where the list that is asked for is one of headings."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rag.analyzer import analyze_question
from rag.answering.compose import Quote
from rag.question import Question, coverage
from rag.types import AnswerKind, Hit, Passage

if TYPE_CHECKING:
    from rag.index.reader import Index

_BEST = 3  # hits that may be under such a heading,
_BEHIND = 0.05  # if they are nearly as good as the first
_FEWEST, _MOST = 3, 14  # subsections that are a list


def subsection_titles(index: "Index", asked: Question, hits: Sequence[Hit]) -> list[Quote]:
    """The titles that stand under a heading which says what a list is asked of; nothing, where the notes are not like that.

    Two of the hits have to be under that heading, and one of the best of them under a title that does not say it itself:
    "How to avoid overfitting" with "1. Regularisation", "2. More data" and so on under it.
    """
    if asked.kind is not AnswerKind.LIST or not hits or not asked.topic:
        return []
    for best in (hit.passage for hit in hits[:_BEST] if hit.score >= hits[0].score - _BEHIND):
        for depth in range(len(best.heading) - 1, 0, -1):
            above = best.heading[:depth]
            together = sum(
                hit.passage.path == best.path and hit.passage.heading[:depth] == above
                for hit in hits
            )
            if together > 1 and _names(above[-1], asked) and not _names(best.heading[depth], asked):
                return _listed(index, best.path, above)
    return []


def _listed(index: "Index", path: str, above: tuple[str, ...]) -> list[Quote]:
    """The titles under a heading, where they are few enough and name things and ask nothing."""
    titles = _titles(index, path, above)
    asking = sum(title.text.endswith(("?", "？")) for title in titles)
    return titles if _FEWEST <= len(titles) <= _MOST and 2 * asking < len(titles) else []


def _names(heading: str, asked: Question) -> bool:
    return coverage(asked.topic, set(analyze_question(heading))) > 0.5


def _titles(index: "Index", path: str, above: tuple[str, ...]) -> list[Quote]:
    """The titles right under a heading, in order; none when one of them has no text of its own, and so no place in the index."""
    rows = index.headings(path)
    under = {
        heading: id
        for id, heading in rows
        if heading[: len(above)] == above and len(heading) > len(above)
    }
    own = [id for heading, id in under.items() if len(heading) == len(above) + 1]
    if len(own) < len({heading[len(above)] for heading in under}):
        return []
    passages = (one.passage for one in index.passages(own).values())
    titles = [_title(passage) for passage in sorted(passages, key=lambda one: one.start)]
    return titles if all(title.text for title in titles) else []


def _title(passage: Passage) -> Quote:
    """A heading's words as they stand in its line, without the marks before and after."""
    line = passage.text.splitlines()[0]
    words = line.lstrip("# \t").rstrip()
    if words.rstrip("#") != words and words.rstrip("#").endswith((" ", "\t")):
        words = words.rstrip("#").rstrip()
    start = passage.start + line.index(words)
    return Quote(passage, start, start + len(words), False)
