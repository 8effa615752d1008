"""Group concepts into topics, which a drawing shows when there are too many concepts to read."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import networkx as nx

from kg.export.drawing.labels import plain_label, title_and_subtitle
from kg.graph.build import Graph, accepted_edges, concepts_of
from kg.language.detect import Language, detect_language
from kg.types import Concept, RelationKind

# Notes group the concepts only if a note has at least this many on average.
_CONCEPTS_PER_NOTE = 2.5


@dataclass(frozen=True, slots=True)
class Topic:
    """Concepts that belong together.

    The title is in one language, the subtitle in the other if there is one. `members` are ids.
    """

    id: str
    title: str
    subtitle: str
    members: tuple[str, ...]


def group_topics(graph: Graph, language: Language) -> list[Topic]:
    """Put every concept into one topic, by its note; if notes do not group, by relations."""
    concepts = {concept.id: concept for concept in concepts_of(graph, sorted(graph))}
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for id in concepts:
        groups[_note_of(graph, concepts, id)].append(id)
    if not 1 < len(groups) <= max(2, len(concepts) / _CONCEPTS_PER_NOTE):
        return _communities(graph, concepts, language)
    return [
        _note_topic(path, [concepts[id] for id in ids], language)
        for path, ids in sorted(groups.items())
    ]


def _note_topic(path: str, members: list[Concept], language: Language) -> Topic:
    """Return the topic of a note, under its title in one language or the other, else its path."""
    title = _note_title(members, language)
    other_title = _note_title(members, "en" if language == "zh" else "zh")
    return Topic(
        f"topic:{path}",
        title or other_title or path or "…",
        other_title if title else "",
        tuple(concept.id for concept in members),
    )


def _note_of(graph: Graph, concepts: dict[str, Concept], id: str) -> str:
    """Return the first note of a concept; without one, that of its first neighbour with a note."""
    neighbours = sorted({*graph.predecessors(id), *graph.successors(id)})
    places = (place for concept in (id, *neighbours) for place in concepts[concept].notes[:1])
    return next((place.path for place in places), "")


def _note_title(members: Iterable[Concept], language: Language) -> str:
    """Return the most frequent title in this language of the notes about these concepts."""
    first_titles = (
        next((place.heading[0] for place in concept.notes if _is_in(place.heading, language)), "")
        for concept in members
    )
    counts = Counter(plain_label(title) for title in first_titles if title)
    return max(counts, key=lambda title: (counts[title], title), default="")


def _is_in(headings: tuple[str, ...], language: Language) -> bool:
    return bool(headings) and detect_language(headings[0]) == language


def _communities(graph: Graph, concepts: dict[str, Concept], language: Language) -> list[Topic]:
    """Return groups of densely related concepts, each named after its two most connected ones."""
    undirected: nx.Graph[str] = nx.Graph()
    undirected.add_nodes_from(sorted(graph))
    undirected.add_edges_from(edge[:2] for edge in accepted_edges(graph, tuple(RelationKind)))
    topics = []
    for community in nx.community.louvain_communities(undirected, seed=1):
        central = sorted(community, key=lambda id: (-undirected.degree[id], id))[:2]
        names = [title_and_subtitle(concepts[id], language)[0] for id in central]
        topics.append(Topic(f"topic:{central[0]}", ", ".join(names), "", tuple(sorted(community))))
    return sorted(topics, key=lambda topic: topic.id)
