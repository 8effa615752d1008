"""Concepts → the topics that a drawing folds them into when there are too many to read."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import networkx as nx

from kg.export.drawing.labels import concept_heading, plain_label
from kg.graph.build import Graph, accepted, concepts_of
from kg.language.detect import detect_language
from kg.types import Concept, RelationKind


@dataclass(frozen=True, slots=True)
class Topic:
    """Concepts that belong together, named in the language asked for and, if there is a name, in the other."""

    id: str
    title: str
    subtitle: str
    members: tuple[str, ...]


def topics(graph: Graph, language: str) -> list[Topic]:
    """Every concept in one topic, by id: the note that it is in; where notes do not group them, what is closely related."""
    concepts = {one.id: one for one in concepts_of(graph, sorted(graph))}
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for id in concepts:
        groups[_note(graph, concepts, id)].append(id)
    if not 1 < len(groups) <= max(2, len(concepts) / 2.5):
        return _communities(graph, concepts, language)
    found = []
    for path, ids in sorted(groups.items()):
        titles = {one: _title(path, (concepts[id] for id in ids), one) for one in ("en", "zh")}
        title, other = titles[language], titles["en" if language == "zh" else "zh"]
        found.append(
            Topic(
                f"topic:{path}", title or other or path or "…", other if title else "", tuple(ids)
            )
        )
    return found


def _note(graph: Graph, concepts: dict[str, Concept], id: str) -> str:
    """The note that a concept is in first; of a concept without a note, that of the first neighbour in one."""
    beside = sorted({*graph.predecessors(id), *graph.successors(id)})
    places = (place for one in (id, *beside) for place in concepts[one].notes[:1])
    return next((place.path for place in places), "")


def _title(path: str, members: Iterable[Concept], language: str) -> str:
    """The title of a note in one language: its own, or the one that most of its concepts' first notes in that language have."""
    firsts = (
        next((place.heading[0] for place in one.notes if _tells(place.heading, language)), "")
        for one in members
    )
    own = Counter(plain_label(title) for title in firsts if title)
    return max(own, key=lambda title: (own[title], title), default="")


def _tells(trail: tuple[str, ...], language: str) -> bool:
    return bool(trail) and detect_language(trail[0]) == language


def _communities(graph: Graph, concepts: dict[str, Concept], language: str) -> list[Topic]:
    """Groups of concepts with many relations between them, each named after the two that have the most."""
    simple: nx.Graph[str] = nx.Graph()
    simple.add_nodes_from(sorted(graph))
    simple.add_edges_from(edge[:2] for edge in accepted(graph, tuple(RelationKind)))
    found = []
    for group in nx.community.louvain_communities(simple, seed=1):
        first, *others = sorted(group, key=lambda id: (-simple.degree[id], id))
        names = [concept_heading(concepts[id], language)[0] for id in (first, *others[:1])]
        found.append(Topic(f"topic:{first}", ", ".join(names), "", tuple(sorted(group))))
    return sorted(found, key=lambda topic: topic.id)
