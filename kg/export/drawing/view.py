"""Choose the nodes and edges of a drawing: as many as can be read, with topics for the rest."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from kg.export.drawing.labels import SUBTITLE, TITLE, fit_label, node_size, title_and_subtitle
from kg.export.drawing.layers import reversed_edges
from kg.export.drawing.topics import Topic
from kg.graph.build import EdgeKey, Graph, accepted_digraph, concept_of
from kg.graph.plans import cycles_through
from kg.graph.subgraph import Subgraph
from kg.language.detect import Language
from kg.types import RelationKind

# Concepts that are drawn one by one. More than that are folded into topics.
MOST_CONCEPTS = 80
# The widest text of a topic, in pixels. It is small because many topics stand side by side.
_WIDEST_TOPIC = 220
_KINDS = list(RelationKind)


@dataclass(frozen=True, slots=True)
class Node:
    """A concept or a topic as it is drawn.

    `name` is the title in full; `title` and `subtitle` are as much as fits. `members` is how many
    concepts a topic represents, and 0 for a concept. `gap` is true if no note explains it.
    """

    id: str
    name: str
    title: str
    subtitle: str
    size: tuple[int, int]
    members: int = 0
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A line from one node to another, and the kinds of relations that it represents.

    `cycle` is true if a relation of it is part of a cycle.
    """

    source: str
    target: str
    kinds: tuple[RelationKind, ...]
    cycle: bool


@dataclass(frozen=True, slots=True)
class View:
    """The content of a drawing. `folded` counts the concepts that are drawn as their topics."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    focus: str
    folded: int


def build_view(part: Subgraph, topics: Sequence[Topic], language: Language) -> View:
    """Return the nodes and edges that are drawn of a part of a graph.

    If it has more concepts than MOST_CONCEPTS, they are folded into topics, except the topic of the
    focus.
    """
    graph = part.graph
    crowded = len(graph) > MOST_CONCEPTS
    folded = {topic.id: topic for topic in topics if crowded and _can_fold(topic, part)}
    topic_of = {id: topic.id for topic in folded.values() for id in topic.members if id in graph}
    nodes = [concept_node(graph, id, language) for id in sorted(graph) if id not in topic_of]
    nodes += [topic_node(topic) for topic in folded.values()]
    edges = merge_edges(part.drawn_edges, edges_in_cycles(graph))
    if topic_of:
        order = {node.id: number for number, node in enumerate(nodes)}
        edges = drop_implied_edges(fold_edges(edges, topic_of, order), order, set(folded))
    return View(tuple(nodes), tuple(edges), part.focus, len(topic_of))


def _can_fold(topic: Topic, part: Subgraph) -> bool:
    return part.focus not in topic.members and sum(id in part.graph for id in topic.members) > 1


def concept_node(graph: Graph, id: str, language: Language) -> Node:
    """Return the node of a concept."""
    concept = concept_of(graph, id)
    return _node(id, *title_and_subtitle(concept, language), gap=concept.gap)


def topic_node(topic: Topic) -> Node:
    """Return the node of a topic, with the number of its concepts below the title."""
    count = str(len(topic.members))
    subtitle = fit_label(topic.subtitle, SUBTITLE, _WIDEST_TOPIC)
    below = f"{subtitle} · {count}" if topic.subtitle else count
    return _node(topic.id, topic.title, below, members=len(topic.members))


def _node(id: str, name: str, subtitle: str, *, members: int = 0, gap: bool = False) -> Node:
    title = fit_label(name, TITLE, _WIDEST_TOPIC) if members else fit_label(name, TITLE)
    subtitle = fit_label(subtitle, SUBTITLE)
    return Node(id, name, title, subtitle, node_size(title, subtitle), members, gap)


def edges_in_cycles(graph: Graph) -> set[EdgeKey]:
    """Return the edges that are part of a cycle although their kind is acyclic."""
    edges = set()
    for kind in (kind for kind in RelationKind if kind.acyclic):
        digraph = accepted_digraph(graph, kind)
        for cycle in cycles_through(digraph, digraph):
            pairs = digraph.subgraph(cycle).edges
            edges |= {(source, target, kind.value) for source, target in pairs}
    return edges


def merge_edges(edges: Iterable[EdgeKey], in_cycles: Collection[EdgeKey]) -> list[Edge]:
    """Merge all relations from one concept to another into one edge, sorted by ids."""
    groups: dict[tuple[str, str], list[EdgeKey]] = {}
    for edge in edges:
        groups.setdefault(edge[:2], []).append(edge)
    return [
        Edge(
            *ends,
            _in_order(RelationKind(key) for _, _, key in group),
            any(edge in in_cycles for edge in group),
        )
        for ends, group in sorted(groups.items())
    ]


def fold_edges(
    edges: Iterable[Edge], topic_of: dict[str, str], order: dict[str, int]
) -> list[Edge]:
    """Merge the edges of folded concepts into edges of their topics; keep those of others.

    Where relations run both ways, the direction of most counts; of equals, the one towards the node
    that is later in the order.
    """
    counts: Counter[tuple[str, str]] = Counter()
    kinds: dict[tuple[str, str], set[RelationKind]] = {}
    kept = {}
    for edge in edges:
        ends = topic_of.get(edge.source, edge.source), topic_of.get(edge.target, edge.target)
        if ends == (edge.source, edge.target):
            kept[ends] = edge
        elif ends[0] != ends[1]:
            counts[ends] += len(edge.kinds)
            kinds.setdefault(ends, set()).update(edge.kinds)
    for source, target in counts:
        forward, backward = counts[source, target], counts[target, source]
        if (forward, order[target]) > (backward, order[source]):
            ends = source, target
            kept[ends] = Edge(source, target, _in_order(kinds[ends]), False)
    return [kept[ends] for ends in sorted(kept, key=lambda ends: (order[ends[0]], order[ends[1]]))]


def drop_implied_edges(
    edges: Sequence[Edge], order: dict[str, int], folded: set[str]
) -> list[Edge]:
    """Drop the edges of topics that a longer path replaces."""
    pairs = [(order[edge.source], order[edge.target]) for edge in edges]
    is_reversed = reversed_edges(len(order), pairs)
    successors: list[set[int]] = [set() for _ in order]
    for (source, target), turn in zip(pairs, is_reversed, strict=True):
        if not turn:
            successors[source].add(target)
    known: dict[int, set[int]] = {}

    def is_implied(source: int, target: int) -> bool:
        others = successors[source] - {target}
        return any(target in _reachable(other, successors, known) for other in others)

    return [
        edge
        for edge, pair, turn in zip(edges, pairs, is_reversed, strict=True)
        if turn or not folded & {edge.source, edge.target} or not is_implied(*pair)
    ]


def _in_order(kinds: Iterable[RelationKind]) -> tuple[RelationKind, ...]:
    return tuple(sorted(kinds, key=_KINDS.index))


def _reachable(start: int, successors: list[set[int]], known: dict[int, set[int]]) -> set[int]:
    """Return everything reachable from a node, itself included. There must be no cycle."""
    if start not in known:
        reached = (_reachable(successor, successors, known) for successor in successors[start])
        known[start] = {start}.union(*reached)
    return known[start]
