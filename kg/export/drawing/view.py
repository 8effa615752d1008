"""Choose the boxes and lines of a drawing: at most as many as can be read, topics for the rest."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from kg.export.drawing.labels import SUBTITLE, TITLE, box_size, concept_heading, fit_label
from kg.export.drawing.layers import reversed_edges
from kg.export.drawing.topics import Topic
from kg.graph.build import EdgeKey, Graph, accepted_digraph, concept_of
from kg.graph.plans import cycles_through
from kg.graph.subgraph import Subgraph
from kg.language.detect import Language
from kg.types import RelationKind

MOST = 80  # Concepts that are drawn one by one.
_TOPIC = 220  # The widest title of a topic, in pixels: many stand side by side.
_KINDS = list(RelationKind)


@dataclass(frozen=True, slots=True)
class Node:
    """A box: a concept, or a topic with how many concepts it represents; its text and its size."""

    id: str
    name: str
    title: str
    subtitle: str
    size: tuple[int, int]
    members: int = 0
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A line between two boxes and the relations it represents; `cycle` when they form a circle."""

    source: str
    target: str
    kinds: tuple[RelationKind, ...]
    cycle: bool


@dataclass(frozen=True, slots=True)
class View:
    """What is drawn, by id. `folded` counts the concepts that the topics represent."""

    boxes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    focus: str
    folded: int


def view(part: Subgraph, groups: Sequence[Topic], language: Language) -> View:
    """Return the boxes and lines for a part of a graph.

    With more concepts than MOST, they are folded into topics, except the focus's.
    """
    graph = part.graph
    folded = {topic.id: topic for topic in groups if len(graph) > MOST and _folds(topic, part)}
    home = {id: topic.id for topic in folded.values() for id in topic.members if id in graph}
    boxes = [concept_box(graph, id, language) for id in sorted(graph) if id not in home] + [
        topic_box(topic) for topic in folded.values()
    ]
    edges = merge_edges(part.drawn_edges, cycles_in(graph))
    if home:
        place = {box.id: at for at, box in enumerate(boxes)}
        edges = without_implied(folded_edges(edges, home, place), place, set(folded))
    return View(tuple(boxes), tuple(edges), part.focus, len(home))


def _folds(topic: Topic, part: Subgraph) -> bool:
    return part.focus not in topic.members and sum(id in part.graph for id in topic.members) > 1


def concept_box(graph: Graph, id: str, language: Language) -> Node:
    concept = concept_of(graph, id)
    return _box(id, *concept_heading(concept, language), gap=concept.gap)


def topic_box(topic: Topic) -> Node:
    count = str(len(topic.members))
    below = f"{fit_label(topic.subtitle, SUBTITLE, _TOPIC)} · {count}" if topic.subtitle else count
    return _box(topic.id, topic.title, below, members=len(topic.members))


def _box(id: str, title: str, subtitle: str, *, members: int = 0, gap: bool = False) -> Node:
    shown = (
        fit_label(title, TITLE, _TOPIC) if members else fit_label(title, TITLE),
        fit_label(subtitle, SUBTITLE),
    )
    return Node(id, title, *shown, box_size(*shown), members, gap)


def cycles_in(graph: Graph) -> set[EdgeKey]:
    """Return the relations that form a cycle although their kind is acyclic."""
    found = set()
    for kind in (kind for kind in RelationKind if kind.acyclic):
        stated = accepted_digraph(graph, kind)
        for knot in cycles_through(stated, stated):
            found |= {
                (source, target, kind.value) for source, target in stated.subgraph(knot).edges
            }
    return found


def merge_edges(lines: Iterable[EdgeKey], circles: Collection[EdgeKey]) -> list[Edge]:
    """Merge all relations from one concept to another into one edge, by ids."""
    kinds: dict[tuple[str, str], list[EdgeKey]] = {}
    for line in lines:
        kinds.setdefault(line[:2], []).append(line)
    return [
        Edge(
            *ends,
            tuple(sorted((RelationKind(line[2]) for line in group), key=_KINDS.index)),
            any(line in circles for line in group),
        )
        for ends, group in sorted(kinds.items())
    ]


def folded_edges(edges: Iterable[Edge], home: dict[str, str], place: dict[str, int]) -> list[Edge]:
    """Merge edges between topics, in the direction of most; keep those of concepts."""
    count: Counter[tuple[str, str]] = Counter()
    kinds: dict[tuple[str, str], set[RelationKind]] = {}
    own = {}
    for edge in edges:
        ends = home.get(edge.source, edge.source), home.get(edge.target, edge.target)
        if ends == (edge.source, edge.target):
            own[ends] = edge
        elif ends[0] != ends[1]:
            count[ends] += len(edge.kinds)
            kinds.setdefault(ends, set()).update(edge.kinds)
    for source, target in count:
        if (count[source, target], place[target]) > (count[target, source], place[source]):
            own[source, target] = Edge(
                source, target, tuple(sorted(kinds[source, target], key=_KINDS.index)), False
            )
    return [own[ends] for ends in sorted(own, key=lambda ends: (place[ends[0]], place[ends[1]]))]


def without_implied(edges: Sequence[Edge], place: dict[str, int], folded: set[str]) -> list[Edge]:
    """Drop edges between topics that a longer path replaces."""
    arcs = [(place[edge.source], place[edge.target]) for edge in edges]
    back = reversed_edges(len(place), arcs)
    after: list[set[int]] = [set() for _ in place]
    for (source, target), turned in zip(arcs, back, strict=True):
        if not turned:
            after[source].add(target)
    reach: dict[int, set[int]] = {}
    return [
        edge
        for edge, (source, target), turned in zip(edges, arcs, back, strict=True)
        if turned
        or not folded & {edge.source, edge.target}
        or not any(target in _reach(other, after, reach) for other in after[source] - {target})
    ]


def _reach(start: int, after: list[set[int]], known: dict[int, set[int]]) -> set[int]:
    """Return everything reachable from a box, itself included. There must be no cycle."""
    if start not in known:
        known[start] = {start}.union(*(_reach(next_box, after, known) for next_box in after[start]))
    return known[start]
