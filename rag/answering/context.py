"""Hits whose list, table or answer goes on in the next passage → hits that have it. Passages are cut by length, not by sense."""

import re
from collections.abc import Sequence, Set
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.answering.blocks import opens_part
from rag.index.sources import LiveNotes
from rag.types import Hit, Passage

if TYPE_CHECKING:
    from rag.index.reader import Index

_PARTS = 3  # passages that are joined at most, on either side
_LAST = 2  # sentences of a passage, of which one that answers best may go on in the next
_LEADS_ON = re.compile(r"(?:[:：]|\*\*)\W*$")  # ends in a colon, or in a title


def merge_neighbours(index: "Index", hits: Sequence[Hit], sources: LiveNotes) -> list[Hit]:
    """The hits, each grown by the neighbours that it cannot be read without; none stands in two.

    Those are the ones that begin or end inside one list or table with it, or lead on to it, that were found too, or that come
    after what answers best at its end.
    A sentence that comes in so scores as in its own hit, or else as the worst of those it comes to.
    """
    scores = {
        (hit.passage.path, sentence.start): score
        for hit in hits
        for sentence, score in zip(hit.passage.sentences, hit.sentence_scores, strict=True)
    }
    found_at = {(hit.passage.path, hit.passage.start) for hit in hits}
    grown: list[Hit] = []
    for hit in hits:
        if any(_within(hit.passage, one.passage) for one in grown):
            continue
        passage = _joined(index.neighbours(hit.passage, _PARTS), hit, found_at, sources)
        worst = min(hit.sentence_scores)
        found = tuple(
            scores.get((passage.path, sentence.start), worst) for sentence in passage.sentences
        )
        grown.append(replace(hit, passage=passage, sentence_scores=found))
    return grown


def _within(passage: Passage, other: Passage) -> bool:
    return passage.path == other.path and other.start <= passage.start < other.end


def _joined(
    section: Sequence[Passage], hit: Hit, found_at: Set[tuple[str, int]], sources: LiveNotes
) -> Passage:
    passage = hit.passage
    at = next((number for number, one in enumerate(section) if one.start == passage.start), 0)
    first = last = at
    while (
        first > 0 and at - first < _PARTS and _runs_on(section[first - 1], section[first], found_at)
    ):
        first -= 1
    while (
        last + 1 < len(section)
        and last - at < _PARTS
        and _runs_on(section[last], section[last + 1], found_at)
    ):
        last += 1
    if last == at and at + 1 < len(section) and _ends_well(hit):
        last += 1
    parts, text = section[first : last + 1], sources.text(passage.path) or ""
    if len(parts) < 2 or any(
        text[one.start : one.end] != one.text for one in parts
    ):  # the note has changed
        return passage
    start, end = parts[0].start, parts[-1].end
    sentences = tuple(sentence for one in parts for sentence in one.sentences)
    first, last = parts[0].first, parts[-1].last
    return replace(
        passage,
        start=start,
        end=end,
        first=first,
        last=last,
        text=text[start:end],
        sentences=sentences,
    )


def _runs_on(one: Passage, after: Passage, found_at: Set[tuple[str, int]]) -> bool:
    """Whether the passage after another is to be read with it."""
    both = {(one.path, one.start), (after.path, after.start)} <= found_at
    return both or opens_part(after.text) or bool(_LEADS_ON.search(one.text))


def _ends_well(hit: Hit) -> bool:
    """Whether a passage answers best at its end."""
    scores = hit.sentence_scores
    return scores.index(max(scores)) >= len(scores) - _LAST
