"""Group concepts into topics, which a drawing shows when there are too many concepts to read."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import networkx as nx

from kg.export.drawing.labels import concept_heading, plain_label
from kg.graph.build import Graph, accepted_edges, concepts_of
from kg.language.detect import Language, detect_language
from kg.types import Concept, RelationKind


@dataclass(frozen=True, slots=True)
class Topic:
    """Concepts that belong together, named in one language and, if possible, in the other."""

    id: str
    title: str
    subtitle: str
    members: tuple[str, ...]


def topics(graph: Graph, language: Language) -> list[Topic]:
    """Put every concept into one topic, by its note; where notes do not group, by relations."""
    concepts = {concept.id: concept for concept in concepts_of(graph, sorted(graph))}
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for id in concepts:
        groups[_note(graph, concepts, id)].append(id)
    if not 1 < len(groups) <= max(2, len(concepts) / 2.5):
        return _communities(graph, concepts, language)
    found = []
    for path, ids in sorted(groups.items()):
        titles = {
            concept: _title(path, (concepts[id] for id in ids), concept) for concept in ("en", "zh")
        }
        title, other = titles[language], titles["en" if language == "zh" else "zh"]
        found.append(
            Topic(
                f"topic:{path}", title or other or path or "…", other if title else "", tuple(ids)
            )
        )
    return found


def _note(graph: Graph, concepts: dict[str, Concept], id: str) -> str:
    """Return the first note of a concept; without one, that of its first neighbour with a note."""
    beside = sorted({*graph.predecessors(id), *graph.successors(id)})
    places = (place for neighbour in (id, *beside) for place in concepts[neighbour].notes[:1])
    return next((place.path for place in places), "")


def _title(path: str, members: Iterable[Concept], language: Language) -> str:
    """Return a note's title in one language: its own, or its concepts' most frequent one."""
    firsts = (
        next((place.heading[0] for place in concept.notes if _tells(place.heading, language)), "")
        for concept in members
    )
    own = Counter(plain_label(title) for title in firsts if title)
    return max(own, key=lambda title: (own[title], title), default="")


def _tells(trail: tuple[str, ...], language: Language) -> bool:
    return bool(trail) and detect_language(trail[0]) == language


def _communities(graph: Graph, concepts: dict[str, Concept], language: Language) -> list[Topic]:
    """Return groups of densely related concepts, each named after its two most connected ones."""
    simple: nx.Graph[str] = nx.Graph()
    simple.add_nodes_from(sorted(graph))
    simple.add_edges_from(edge[:2] for edge in accepted_edges(graph, tuple(RelationKind)))
    found = []
    for group in nx.community.louvain_communities(simple, seed=1):
        first, *others = sorted(group, key=lambda id: (-simple.degree[id], id))
        names = [concept_heading(concepts[id], language)[0] for id in (first, *others[:1])]
        found.append(Topic(f"topic:{first}", ", ".join(names), "", tuple(sorted(group))))
    return sorted(found, key=lambda topic: topic.id)
