"""Select the part of a graph that is asked for, and the edges that a drawing of it shows."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from kg.errors import NothingFound
from kg.graph.build import EdgeKey, Graph, accepted_digraph, accepted_edges, require_concepts
from kg.graph.paths import Path, lineage_stages
from kg.types import RelationKind

# The kinds that are drawn unless others are asked for: those that lead from one concept to the
# next.
DRAWN_KINDS = (RelationKind.PREREQUISITE_OF, RelationKind.EVOLVES_TO)


class Direction(Enum):
    """Which side of a concept is meant."""

    BEFORE = "before"
    AFTER = "after"
    BOTH = "both"


_WORDS = {Direction.BEFORE: "before", Direction.AFTER: "after", Direction.BOTH: "around"}


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A concept and what is on one side of it; without a focus, everything.

    `depth` is the largest distance from the focus, in relations; 0 means no limit.
    """

    focus: str = ""
    direction: Direction = Direction.BEFORE
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Subgraph:
    """Some concepts with all their relations, and the edges that a drawing of them shows."""

    graph: Graph
    drawn_edges: tuple[EdgeKey, ...]
    focus: str


def select_subgraph(
    graph: Graph, around: Neighbourhood, kinds: Sequence[RelationKind] = ()
) -> Subgraph:
    """Select the part of a graph around a concept, with relations of these kinds, if any are named.

    The drawn edges decide what is around: with the edges that a longer path replaces, everything
    would be near. Raises QuestionError for an unknown concept, NothingFound when nothing is around
    it or of these kinds.
    """
    edges = drawable_edges(graph, kinds or DRAWN_KINDS)
    if around.focus:
        require_concepts(graph, around.focus)
        ids = reachable(edges, around)
        if len(ids) == 1:
            raise NothingFound(
                f"nothing is {_WORDS[around.direction]} {around.focus}",
                "try --direction both, or another --relation",
            )
        graph = induced_subgraph(graph, ids)
        edges = [edge for edge in edges if edge[0] in ids and edge[1] in ids]
    if kinds:
        names = {kind.value for kind in kinds}
        graph = _keep_edges(graph, lambda edge: edge[2] in names)
        if not graph.number_of_edges():
            raise NothingFound(
                f"no relation is {' or '.join(sorted(names))}",
                "kbase export FILE, without --relation",
            )
    return Subgraph(graph, tuple(edges), around.focus)


def drawable_edges(graph: Graph, kinds: Iterable[RelationKind]) -> list[EdgeKey]:
    """Return the accepted edges of these kinds that no longer path replaces, sorted."""
    edges: list[EdgeKey] = []
    for kind in kinds:
        of_kind = accepted_edges(graph, (kind,))
        if kind.acyclic:
            stages = lineage_stages(accepted_digraph(graph, kind))
            of_kind = [edge for edge in of_kind if edge[:2] in stages]
        edges += of_kind
    return sorted(edges)


def reachable(edges: Iterable[EdgeKey], around: Neighbourhood) -> set[str]:
    """Return the focus and everything that edges connect to it, on the side that is meant."""
    after: defaultdict[str, set[str]] = defaultdict(set)
    before: defaultdict[str, set[str]] = defaultdict(set)
    for source, target, key in edges:
        after[source].add(target)
        before[target].add(source)
        if RelationKind(key).symmetric:
            after[target].add(source)
            before[source].add(target)
    sides = {
        Direction.BEFORE: (before,),
        Direction.AFTER: (after,),
        Direction.BOTH: (before, after),
    }
    return {around.focus}.union(*(_reach(side, around) for side in sides[around.direction]))


def _reach(neighbours: dict[str, set[str]], around: Neighbourhood) -> set[str]:
    """Return the focus and what is reachable from it within the depth, by breadth-first search."""
    reached = frontier = {around.focus}
    depth = 0
    while frontier and (depth < around.depth or not around.depth):
        frontier = {end for id in frontier for end in neighbours.get(id, ())} - reached
        reached = reached | frontier
        depth += 1
    return reached


def path_subgraph(graph: Graph, path: Path) -> Graph:
    """Return the concepts of a path and the edges along it."""
    along = {
        (step.relation.source, step.relation.target, step.relation.kind.value)
        for step in path.steps
    }
    subgraph = induced_subgraph(graph, [concept.id for concept in path.concepts])
    return _keep_edges(subgraph, along.__contains__)


def induced_subgraph(graph: Graph, ids: Collection[str]) -> Graph:
    """Return these concepts and every relation between two of them, in the graph's order."""
    subgraph: Graph = graph.copy()
    subgraph.remove_nodes_from([id for id in graph if id not in ids])
    return subgraph


def _keep_edges(graph: Graph, is_kept: Callable[[EdgeKey], bool]) -> Graph:
    subgraph: Graph = graph.copy()
    edges = graph.edges(keys=True)
    subgraph.remove_edges_from([edge for edge in edges if not is_kept(edge)])
    return subgraph
