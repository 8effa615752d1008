"""Read around a hit: merge it with neighbouring passages, and list the subsections beside it.

Passages are cut by length, so a list or table may continue in the next one, and an answer may be
the list of the subsections themselves.
"""

import re
from collections.abc import Sequence, Set
from dataclasses import replace
from typing import TYPE_CHECKING

from rag.analyzer import analyze_question
from rag.answering.blocks import opens_part
from rag.answering.units import Quote
from rag.index.sources import LiveNotes
from rag.question import Question, coverage
from rag.types import AnswerKind, Hit, Passage

if TYPE_CHECKING:
    from rag.index.reader import Index

# At most this many passages are merged on either side of a hit.
_MOST_NEIGHBOURS = 3
# A hit whose best sentence is among its last ones, this many, is merged with the next passage.
_LAST_SENTENCES = 2
# A passage that ends in a colon or in a bold title leads on to the next.
_LEADS_ON = re.compile(r"(?:[:：]|\*\*)\W*$")

# The subsections beside this many of the best hits are considered.
_TITLE_HITS = 3
# Each of those hits scores at most this below the best one.
_TITLE_MARGIN = 0.05
# Fewer subsections than this are no list.
_FEWEST_TITLES = 3
# More subsections than this are not quoted.
_MOST_TITLES = 14


def merge_neighbours(index: "Index", hits: Sequence[Hit], notes: LiveNotes) -> list[Hit]:
    """Return the hits, each merged with the neighbours that it cannot be read without.

    A neighbour is merged if it was found too, if the two share a list or table, if one leads on to
    the other, or if the hit answers best at its end. No passage is in two merged hits. A sentence
    that comes in keeps the score it has in its own hit, or else gets the lowest score of the hit.
    """
    scores = {
        (hit.passage.path, sentence.start): score
        for hit in hits
        for sentence, score in zip(hit.passage.sentences, hit.sentence_scores, strict=True)
    }
    hit_starts = {(hit.passage.path, hit.passage.start) for hit in hits}
    merged: list[Hit] = []
    for hit in hits:
        if any(_is_within(hit.passage, other.passage) for other in merged):
            continue
        section = index.neighbours(hit.passage, _MOST_NEIGHBOURS)
        passage = _merge(_choose_neighbours(section, hit, hit_starts), hit, notes)
        lowest = min(hit.sentence_scores)
        sentence_scores = tuple(
            scores.get((passage.path, sentence.start), lowest) for sentence in passage.sentences
        )
        merged.append(replace(hit, passage=passage, sentence_scores=sentence_scores))
    return merged


def _is_within(passage: Passage, other: Passage) -> bool:
    return passage.path == other.path and other.start <= passage.start < other.end


def _choose_neighbours(
    section: Sequence[Passage], hit: Hit, hit_starts: Set[tuple[str, int]]
) -> Sequence[Passage]:
    """Return the consecutive passages of a section that are read together with a hit."""
    starts = [passage.start for passage in section]
    position = starts.index(hit.passage.start) if hit.passage.start in starts else 0
    first = last = position
    while (
        first > 0
        and position - first < _MOST_NEIGHBOURS
        and _are_read_together(section[first - 1], section[first], hit_starts)
    ):
        first -= 1
    while (
        last + 1 < len(section)
        and last - position < _MOST_NEIGHBOURS
        and _are_read_together(section[last], section[last + 1], hit_starts)
    ):
        last += 1
    if last == position and position + 1 < len(section) and _answers_at_end(hit):
        last += 1
    return section[first : last + 1]


def _are_read_together(
    passage: Passage, following: Passage, hit_starts: Set[tuple[str, int]]
) -> bool:
    both = {(passage.path, passage.start), (following.path, following.start)}
    return both <= hit_starts or opens_part(following.text) or bool(_LEADS_ON.search(passage.text))


def _answers_at_end(hit: Hit) -> bool:
    scores = hit.sentence_scores
    return scores.index(max(scores)) >= len(scores) - _LAST_SENTENCES


def _merge(passages: Sequence[Passage], hit: Hit, notes: LiveNotes) -> Passage:
    """Return consecutive passages as one; the hit's alone if the note has changed since."""
    text = notes.text(hit.passage.path) or ""
    is_changed = any(text[passage.start : passage.end] != passage.text for passage in passages)
    if len(passages) < 2 or is_changed:
        return hit.passage
    start, end = passages[0].start, passages[-1].end
    return replace(
        hit.passage,
        start=start,
        end=end,
        first=passages[0].first,
        last=passages[-1].last,
        text=text[start:end],
        sentences=tuple(sentence for passage in passages for sentence in passage.sentences),
    )


def subsection_titles(index: "Index", question: Question, hits: Sequence[Hit]) -> list[Quote]:
    """Return the titles under a heading that promises the list asked for; empty if there is none.

    For "how to avoid overfitting" these are "1. Regularisation", "2. More data" and so on. Two of
    the hits have to be under the heading, and one of the best hits under a title that does not
    repeat it.
    """
    if question.kind is not AnswerKind.LIST or not hits or not question.topic:
        return []
    threshold = hits[0].score - _TITLE_MARGIN
    for best in (hit.passage for hit in hits[:_TITLE_HITS] if hit.score >= threshold):
        for depth in range(len(best.heading) - 1, 0, -1):
            trail, title = best.heading[:depth], best.heading[depth]
            if (
                _count_under(hits, best.path, trail) > 1
                and _names_topic(trail[-1], question)
                and not _names_topic(title, question)
            ):
                titles = _list_titles(index, best.path, trail)
                return titles if _is_list_of_things(titles) else []
    return []


def _count_under(hits: Sequence[Hit], path: str, trail: tuple[str, ...]) -> int:
    """Return how many hits are in a note under a heading, which is given with those above it."""
    passages = (hit.passage for hit in hits if hit.passage.path == path)
    return sum(passage.heading[: len(trail)] == trail for passage in passages)


def _names_topic(heading: str, question: Question) -> bool:
    return coverage(question.topic, set(analyze_question(heading))) > 0.5


def _is_list_of_things(titles: Sequence[Quote]) -> bool:
    """Tell whether there are neither too few titles nor too many, and most are no questions."""
    questions = sum(title.text.endswith(("?", "？")) for title in titles)
    return _FEWEST_TITLES <= len(titles) <= _MOST_TITLES and 2 * questions < len(titles)


def _list_titles(index: "Index", path: str, trail: tuple[str, ...]) -> list[Quote]:
    """Return the titles right under a heading, in order.

    The result is empty if a subsection has no text of its own: it is not in the index then.
    """
    depth = len(trail)
    passages = {
        heading: id
        for id, heading in index.headings(path)
        if heading[:depth] == trail and len(heading) > depth
    }
    subsections = [id for heading, id in passages.items() if len(heading) == depth + 1]
    if len(subsections) < len({heading[depth] for heading in passages}):
        return []
    found = (stored.passage for stored in index.passages(subsections).values())
    titles = [_title_of(passage) for passage in sorted(found, key=lambda passage: passage.start)]
    return titles if all(title.text for title in titles) else []


def _title_of(passage: Passage) -> Quote:
    """Return the words in the line of a heading, without the marks before and after them."""
    line = passage.text.splitlines()[0]
    words = line.lstrip("# \t").rstrip()
    unmarked = words.rstrip("#")
    # Marks at the end count only after a space: C# keeps its own.
    if unmarked != words and unmarked.endswith((" ", "\t")):
        words = unmarked.rstrip()
    start = passage.start + line.index(words)
    return Quote(passage, start, start + len(words), False)
