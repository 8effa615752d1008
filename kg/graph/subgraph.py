"""Select the part of a graph that is asked for, and the relations that a drawing of it shows."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from kg.errors import NothingFound
from kg.graph.build import Graph, accepted, digraph, require
from kg.graph.paths import Path, stages
from kg.types import RelationKind

EdgeKey = tuple[str, str, str]  # An edge of the graph: source, target, the relation's value.

DRAWN = (
    RelationKind.PREREQUISITE_OF,
    RelationKind.EVOLVES_TO,
)  # Kinds that are drawn unless others are asked for: what leads from one concept to the next.


class Direction(Enum):
    """Which side of a concept is meant."""

    BEFORE = "before"
    AFTER = "after"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """A concept and what is on one side of it; without a focus, everything.

    `depth` limits how many relations away; 0 means no limit.
    """

    focus: str = ""
    direction: Direction = Direction.BEFORE
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Subgraph:
    """Concepts with all their relations; `lines` are the relations that a drawing of them shows."""

    graph: Graph
    lines: tuple[EdgeKey, ...]
    focus: str


def select(graph: Graph, around: Neighbourhood, kinds: Sequence[RelationKind] = ()) -> Subgraph:
    """Select the part of a graph around a concept, with relations of these kinds, if any are named.

    The drawn relations decide what is around: with edges that a longer path replaces, everything
    would be near. Raises QuestionError for an unknown concept, NothingFound when nothing is around
    it or of these kinds.
    """
    lines = drawable_relations(graph, kinds or DRAWN)
    if around.focus:
        require(graph, around.focus)
        ids = reachable(lines, around)
        if len(ids) == 1:
            raise NothingFound(
                f"nothing is {_WHERE[around.direction]} {around.focus}",
                "try --direction both, or another --relation",
            )
        graph = edges_within(graph, ids)
        lines = [line for line in lines if line[0] in ids and line[1] in ids]
    if kinds:
        names = {kind.value for kind in kinds}
        graph = _of_kinds(graph, names)
        if not graph.number_of_edges():
            raise NothingFound(
                f"no relation is {' or '.join(sorted(names))}",
                "kbase export FILE, without --relation",
            )
    return Subgraph(graph, tuple(lines), around.focus)


_WHERE = {Direction.BEFORE: "before", Direction.AFTER: "after", Direction.BOTH: "around"}


def drawable_relations(graph: Graph, kinds: Iterable[RelationKind]) -> list[EdgeKey]:
    """Return the accepted relations of these kinds that no longer path replaces, sorted."""
    lines = []
    for kind in kinds:
        kept = stages(digraph(graph, kind)) if kind.acyclic else None
        lines += [edge for edge in accepted(graph, (kind,)) if kept is None or edge[:2] in kept]
    return sorted(lines)


def reachable(lines: Iterable[EdgeKey], around: Neighbourhood) -> set[str]:
    """Return the focus and everything that lines connect to it, on the side that is meant."""
    after: defaultdict[str, set[str]] = defaultdict(set)
    before: defaultdict[str, set[str]] = defaultdict(set)
    for source, target, kind in lines:
        for start, end in (
            ((source, target), (target, source))
            if RelationKind(kind).symmetric
            else ((source, target),)
        ):
            after[start].add(end)
            before[end].add(start)
    sides = {
        Direction.BEFORE: (before,),
        Direction.AFTER: (after,),
        Direction.BOTH: (before, after),
    }
    return {around.focus}.union(*(_walk(side, around) for side in sides[around.direction]))


def _walk(side: dict[str, set[str]], around: Neighbourhood) -> set[str]:
    found = frontier = {around.focus}
    hops = 0
    while frontier and (hops < around.depth or not around.depth):
        frontier = {end for id in frontier for end in side.get(id, ())} - found
        found = found | frontier
        hops += 1
    return found


def edges_along(graph: Graph, path: Path) -> Graph:
    """Return the concepts of a path and its edges."""
    hops = {
        (step.relation.source, step.relation.target, step.relation.kind.value)
        for step in path.steps
    }
    part = edges_within(graph, [concept.id for concept in path.concepts])
    part.remove_edges_from([edge for edge in part.edges(keys=True) if edge not in hops])
    return part


def edges_within(graph: Graph, ids: Collection[str]) -> Graph:
    """Return these concepts and every relation between two of them, in the graph's order."""
    part: Graph = graph.copy()
    part.remove_nodes_from([id for id in graph if id not in ids])
    return part


def _of_kinds(graph: Graph, names: Collection[str]) -> Graph:
    part: Graph = graph.copy()
    part.remove_edges_from([edge for edge in graph.edges(keys=True) if edge[2] not in names])
    return part
