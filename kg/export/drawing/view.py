"""A part of the graph → the boxes and lines of a drawing: at most as many as can be read, topics standing for the rest."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from kg.export.drawing.labels import SUBTITLE, TITLE, box_size, concept_heading, fit_label
from kg.export.drawing.layers import reversed_edges
from kg.export.drawing.topics import Topic
from kg.graph.build import Graph, concept_of, digraph
from kg.graph.plans import prerequisite_cycles
from kg.graph.subgraph import EdgeKey, Subgraph
from kg.types import RelationKind

MOST = 80  # concepts that are drawn one by one
_TOPIC = 220  # the widest title of a topic: there are many side by side
_KINDS = list(RelationKind)


@dataclass(frozen=True, slots=True)
class Node:
    """A concept, or a topic with how many concepts it stands for; what is written in it, as far as it fits, and its size."""

    id: str
    name: str
    title: str
    subtitle: str
    size: tuple[int, int]
    members: int = 0
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A line between two boxes and the relations that it stands for; `cycle` when they lead around in a circle."""

    source: str
    target: str
    kinds: tuple[RelationKind, ...]
    cycle: bool


@dataclass(frozen=True, slots=True)
class View:
    """What is drawn, by id. `folded` is how many concepts the topics among the boxes stand for."""

    boxes: tuple[Node, ...]
    bonds: tuple[Edge, ...]
    focus: str
    folded: int


def view(part: Subgraph, groups: Sequence[Topic], language: str) -> View:
    """The boxes and lines for a part of a graph; more concepts than MOST are folded into its topics, except the focus's."""
    graph = part.graph
    folded = {topic.id: topic for topic in groups if len(graph) > MOST and _folds(topic, part)}
    home = {id: topic.id for topic in folded.values() for id in topic.members if id in graph}
    boxes = [concept_box(graph, id, language) for id in sorted(graph) if id not in home] + [
        topic_box(one) for one in folded.values()
    ]
    bonds = merge_edges(part.lines, cycles_in(graph))
    if home:
        place = {box.id: at for at, box in enumerate(boxes)}
        bonds = without_implied(folded_edges(bonds, home, place), place, set(folded))
    return View(tuple(boxes), tuple(bonds), part.focus, len(home))


def _folds(topic: Topic, part: Subgraph) -> bool:
    return part.focus not in topic.members and sum(id in part.graph for id in topic.members) > 1


def concept_box(graph: Graph, id: str, language: str) -> Node:
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
    """The relations that lead around in a circle though they should not."""
    found = set()
    for kind in (one for one in RelationKind if one.acyclic):
        stated = digraph(graph, kind)
        for knot in prerequisite_cycles(stated, stated):
            found |= {
                (source, target, kind.value) for source, target in stated.subgraph(knot).edges
            }
    return found


def merge_edges(lines: Iterable[EdgeKey], circles: Collection[EdgeKey]) -> list[Edge]:
    """One bond for all relations from one concept to another, by ids."""
    kinds: dict[tuple[str, str], list[EdgeKey]] = {}
    for line in lines:
        kinds.setdefault(line[:2], []).append(line)
    return [
        Edge(
            *ends,
            tuple(sorted((RelationKind(one[2]) for one in group), key=_KINDS.index)),
            any(one in circles for one in group),
        )
        for ends, group in sorted(kinds.items())
    ]


def folded_edges(bonds: Iterable[Edge], home: dict[str, str], place: dict[str, int]) -> list[Edge]:
    """The bonds between topics, each in the direction that more relations have, and those between other concepts."""
    count: Counter[tuple[str, str]] = Counter()
    kinds: dict[tuple[str, str], set[RelationKind]] = {}
    own = {}
    for bond in bonds:
        ends = home.get(bond.source, bond.source), home.get(bond.target, bond.target)
        if ends == (bond.source, bond.target):
            own[ends] = bond
        elif ends[0] != ends[1]:
            count[ends] += len(bond.kinds)
            kinds.setdefault(ends, set()).update(bond.kinds)
    for source, target in count:
        if (count[source, target], place[target]) > (count[target, source], place[source]):
            own[source, target] = Edge(
                source, target, tuple(sorted(kinds[source, target], key=_KINDS.index)), False
            )
    return [own[ends] for ends in sorted(own, key=lambda ends: (place[ends[0]], place[ends[1]]))]


def without_implied(bonds: Sequence[Edge], place: dict[str, int], folded: set[str]) -> list[Edge]:
    """The bonds without those of topics that a longer way replaces."""
    arcs = [(place[bond.source], place[bond.target]) for bond in bonds]
    back = reversed_edges(len(place), arcs)
    after: list[set[int]] = [set() for _ in place]
    for (source, target), turned in zip(arcs, back, strict=True):
        if not turned:
            after[source].add(target)
    reach: dict[int, set[int]] = {}
    return [
        bond
        for bond, (source, target), turned in zip(bonds, arcs, back, strict=True)
        if turned
        or not folded & {bond.source, bond.target}
        or not any(target in _reach(one, after, reach) for one in after[source] - {target})
    ]


def _reach(start: int, after: list[set[int]], known: dict[int, set[int]]) -> set[int]:
    """Everything after a box that lines lead to, itself included; there are no circles."""
    if start not in known:
        known[start] = {start}.union(*(_reach(one, after, known) for one in after[start]))
    return known[start]
