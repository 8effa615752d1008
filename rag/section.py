"""Hits whose list or table goes on in the next passage → hits that have all of it. Passages are cut by length, not by sense."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.blocks import opens_part
from rag.quote import Sources
from rag.types import Hit, Passage

if TYPE_CHECKING:
    from rag.store import KnowledgeBase

_PARTS = 3  # passages that are joined at most, on either side


def joined(base: "KnowledgeBase", hits: Sequence[Hit], sources: Sources) -> list[Hit]:
    """The hits, each grown by the neighbours that begin or end inside one list or table with it; none stands in two.

    A sentence that comes in so scores as in its own hit, or else as the worst of those it comes to.
    """
    scores = {
        (hit.passage.path, sentence.start): score
        for hit in hits
        for sentence, score in zip(hit.passage.sentences, hit.sentence_scores, strict=True)
    }
    grown: list[Hit] = []
    for hit in hits:
        if any(_within(hit.passage, one.passage) for one in grown):
            continue
        passage = _joined(_neighbours(base, hit.passage), hit.passage, sources)
        worst = min(hit.sentence_scores)
        found = tuple(scores.get((passage.path, sentence.start), worst) for sentence in passage.sentences)
        grown.append(replace(hit, passage=passage, sentence_scores=found))
    return grown


def _within(passage: Passage, other: Passage) -> bool:
    return passage.path == other.path and other.start <= passage.start < other.end


def _neighbours(base: "KnowledgeBase", passage: Passage) -> list[Passage]:
    """The passages of the same section, in order; only itself where it neither begins nor ends with an item or a row."""
    query = "SELECT p.id, p.heading FROM passages p JOIN files f ON f.id = p.file WHERE f.path = ?"
    ids = [id for id, heading in base.rows(query, (passage.path,)) if tuple(json.loads(heading)) == passage.heading]
    if len(ids) == 1:
        return [passage]
    return sorted((one.passage for one in base.passages(ids).values()), key=lambda one: one.start)


def _joined(section: Sequence[Passage], passage: Passage, sources: Sources) -> Passage:
    at = next((number for number, one in enumerate(section) if one.start == passage.start), 0)
    first = last = at
    while first > 0 and at - first < _PARTS and opens_part(section[first].text):
        first -= 1
    while last + 1 < len(section) and last - at < _PARTS and opens_part(section[last + 1].text):
        last += 1
    parts, text = section[first : last + 1], sources.text(passage.path) or ""
    if len(parts) < 2 or any(text[one.start : one.end] != one.text for one in parts):  # the note has changed
        return passage
    start, end = parts[0].start, parts[-1].end
    sentences = tuple(sentence for one in parts for sentence in one.sentences)
    first, last = parts[0].first, parts[-1].last
    return replace(passage, start=start, end=end, first=first, last=last, text=text[start:end], sentences=sentences)
