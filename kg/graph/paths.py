"""Find the path from one concept to another, or say what there is instead.

Only accepted relations are followed. The result is deterministic: costs are whole numbers, and ties
are broken by id.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice, pairwise
from typing import TypeAlias

import networkx as nx

from kg.graph.build import (
    Digraph,
    Graph,
    accepted,
    concept_of,
    concepts_of,
    digraph,
    is_accepted,
    relation_of,
    require,
)
from kg.graph.plans import NEEDS, closure, in_order, prerequisite_cycles
from kg.text import Printable
from kg.types import Concept, Relation, RelationKind

State = tuple[str, str]  # A concept, and the kind of relation by which it was reached.
StateGraph: TypeAlias = "nx.DiGraph[State]"

ALTERNATIVES = 3
_EXAMINED = 12  # Simple paths that are examined to find them.
_DETOUR = 3  # Hops that an alternative may be longer than the spine.
_EDGE_COST = (
    1_000_000  # The cost of a hop of confidence 1; one of confidence 0 costs twice as much.
)
_CHANGE = _EDGE_COST // 4  # The cost of changing from one kind of relation to another.
_UNSTATED = 1  # The extra cost of a hop without evidence: it only decides between equals.


class Via(Enum):
    """Which relations a path may follow."""

    LINEAGE = "lineage"
    PREREQUISITE = "prerequisite"
    ANY = "any"


DEFAULT = (Via.LINEAGE, Via.PREREQUISITE, Via.ANY)
_FORWARD = {
    Via.LINEAGE: (RelationKind.EVOLVES_TO,),
    Via.PREREQUISITE: (RelationKind.PREREQUISITE_OF,),
    Via.ANY: tuple(kind for kind in RelationKind if kind is not RelationKind.RELATED),
}
# These are also walked backwards: from the general to its variant, from the problem to its
# solution. That is as natural to study as the direction they are stored in.
_BACKWARD = {Via.ANY: (RelationKind.VARIANT_OF, RelationKind.SOLVES, RelationKind.CONTRASTS_WITH)}
_BESIDE = (RelationKind.CONTRASTS_WITH, RelationKind.VARIANT_OF)


@dataclass(frozen=True, slots=True)
class Step:
    """One hop of a path, in the direction it is walked."""

    source: Concept
    target: Concept
    relation: Relation

    @property
    def backwards(self) -> bool:
        """Tell whether it is walked against the direction its relation reads."""
        return self.relation.source != self.source.id


@dataclass(frozen=True, slots=True)
class Path(Printable):
    """The spine from one concept to another, and what is around it.

    `also_needed` is what the target requires that is neither on the spine nor before the source, in
    learning order; `unlocks` are the concepts that the target is a prerequisite of; `together` are
    the prerequisite cycles that the path passes through. `notices` are for the person: files that
    changed since they were indexed.
    """

    source: Concept
    target: Concept
    via: Via
    steps: tuple[Step, ...]
    also_needed: tuple[Concept, ...]
    unlocks: tuple[Concept, ...]
    alternatives: tuple[tuple[Concept, ...], ...]
    together: tuple[tuple[Concept, ...], ...]
    notices: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        return True

    @property
    def concepts(self) -> tuple[Concept, ...]:
        return (self.source, *(step.target for step in self.steps))


@dataclass(frozen=True, slots=True)
class NoPath(Printable):
    """What was tried without success, and what there is instead.

    `reverse` is the path the other way, `common` are the nearest common ancestors, `beside` are
    relations that set the two apart.
    """

    source: Concept
    target: Concept
    tried: tuple[Via, ...]
    reverse: tuple[Step, ...]
    common: tuple[Concept, ...]
    beside: tuple[Relation, ...]
    notices: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        return False


def path(
    graph: Graph,
    source: str,
    target: str,
    *,
    via: Sequence[Via] = DEFAULT,
    known: Collection[str] = (),
) -> Path | NoPath:
    """Find the cheapest path by the first kind that has one; it is empty from a concept to itself.

    A hop costs 2 − confidence, with `any` ¼ more where the relation changes; ties go to stated
    evidence, then by id. A lineage passes through every stage: A→C does not count beside A→B→C.
    Raises QuestionError for an unknown id.
    """
    require(graph, source, target, *known)
    for kind in via:
        states_graph = _state_graph(graph, source, target, kind)
        if states := _cheapest(states_graph, source, target):
            needs = digraph(graph, NEEDS)
            spine = [id for id, _ in states]
            needed = closure(needs, {target}) - closure(needs, {source, *known}) - set(spine)
            return Path(
                concept_of(graph, source),
                concept_of(graph, target),
                kind,
                _steps(graph, states),
                concepts_of(graph, in_order(graph, needs, needed)),
                concepts_of(graph, sorted(needs.successors(target))),
                tuple(concepts_of(graph, ids) for ids in _alternatives(states_graph, states)),
                tuple(concepts_of(graph, knot) for knot in prerequisite_cycles(needs, spine)),
            )
    return _no_path(graph, source, target, via)


def _state_graph(graph: Graph, source: str, target: str, via: Via) -> StateGraph:
    """Build the state graph between two concepts, from (source, "") to (target, "")."""
    hops = {
        hop: cost
        for hop, cost in sorted(_edge_costs(graph, via).items())
        if hop[1] != source and hop[0] != target
    }
    arrivals: defaultdict[str, set[str]] = defaultdict(set, {source: {""}})
    for _, end, key in hops:
        arrivals[end].add(key)
    ways: StateGraph = nx.DiGraph()
    ways.add_nodes_from([(source, ""), (target, "")])
    for (start, end, key), cost in hops.items():
        for before in sorted(arrivals[start]):
            ways.add_edge(
                (start, before), (end, key), weight=cost + _CHANGE * (before not in {"", key})
            )
    if source != target:
        ways.add_edges_from(
            ((target, key), (target, ""), {"weight": 0}) for key in sorted(arrivals[target])
        )
    return ways


def _edge_costs(graph: Graph, via: Via) -> dict[tuple[str, str, str], int]:
    """Return the cost of each walkable edge (from, to, relation), in walking direction."""
    hops = {edge: _cost(graph, edge) for edge in accepted(graph, _FORWARD[via])}
    for source, target, key in accepted(graph, _BACKWARD.get(via, ())):
        hops.setdefault((target, source, key), _cost(graph, (source, target, key)))
    if via is Via.LINEAGE:
        kept = stages(digraph(graph, *_FORWARD[via]))
        return {hop: cost for hop, cost in hops.items() if hop[:2] in kept}
    return hops


def _cost(graph: Graph, edge: tuple[str, str, str]) -> int:
    relation: Relation = graph.edges[edge]["relation"]
    unstated = not any(evidence.found for evidence in relation.evidence)
    return int(_EDGE_COST * round(2 - relation.confidence, 3)) + _UNSTATED * unstated


def stages(lineage: Digraph) -> set[tuple[str, str]]:
    """Return the edges of a lineage that no longer path replaces.

    That is its transitive reduction, with the edges inside cycles kept.
    """
    condensed = nx.condensation(lineage)
    place = condensed.graph["mapping"]
    kept = nx.transitive_reduction(condensed)
    return {
        (a, b)
        for a, b in lineage.edges
        if place[a] == place[b] or kept.has_edge(place[a], place[b])
    }


def _cheapest(state_graph: StateGraph, source: str, target: str) -> list[State]:
    """Return the states of the cheapest path, by smallest ids; none without a path."""
    left = nx.single_source_dijkstra_path_length(state_graph.reverse(copy=False), (target, ""))
    states = [(source, "")] if (source, "") in left else []
    while states and states[-1][0] != target:
        at = states[-1]
        states.append(
            min(
                state
                for state, edge in state_graph[at].items()
                if state in left and edge["weight"] + left[state] == left[at]
            )
        )
    return states


def _alternatives(ways: StateGraph, states: list[State]) -> list[tuple[str, ...]]:
    """Return a few other simple paths between the same ends, the cheapest first, then by id."""
    spine = tuple(id for id, _ in states)
    if len(spine) == 1:
        return []
    found: dict[tuple[str, ...], float] = {}
    for way in islice(
        nx.shortest_simple_paths(ways, states[0], (spine[-1], ""), weight="weight"), _EXAMINED
    ):
        ids = tuple(id for id, _ in way[:-1])
        if ids != spine and len(set(ids)) == len(ids) <= len(spine) + _DETOUR:
            found.setdefault(ids, nx.path_weight(ways, way, "weight"))
    return sorted(found, key=lambda ids: (found[ids], ids))[:ALTERNATIVES]


def _steps(graph: Graph, states: list[State]) -> tuple[Step, ...]:
    steps = []
    for (source, _), (target, key) in pairwise(states):
        edge = (source, target) if is_accepted(graph, source, target, key) else (target, source)
        relation = relation_of(graph, *edge, RelationKind(key))
        steps.append(Step(concept_of(graph, source), concept_of(graph, target), relation))
    return tuple(steps)


def _no_path(graph: Graph, source: str, target: str, tried: Sequence[Via]) -> NoPath:
    back = (_cheapest(_state_graph(graph, target, source, kind), target, source) for kind in tried)
    return NoPath(
        concept_of(graph, source),
        concept_of(graph, target),
        tuple(tried),
        _steps(graph, next(filter(None, back), [])),
        concepts_of(graph, _nearest_common(graph, source, target)),
        tuple(
            relation_of(graph, start, end, RelationKind(key))
            for start, end, key in _beside(graph, source, target)
        ),
    )


def _nearest_common(graph: Graph, source: str, target: str) -> list[str]:
    """Return the nearest common ancestors: what both rest on or came from."""
    rests = digraph(graph, NEEDS, RelationKind.EVOLVES_TO)
    shared = (closure(rests, {source}) & closure(rests, {target})) - {source, target}
    parts = nx.condensation(rests.subgraph(shared))
    return sorted(
        id for part in parts if parts.out_degree(part) == 0 for id in parts.nodes[part]["members"]
    )


def _beside(graph: Graph, source: str, target: str) -> list[tuple[str, str, str]]:
    """Return contrasts and variants between the two, or between each of them and a third."""
    edges = [edge for edge in accepted(graph, _BESIDE) if source in edge or target in edge]
    near = [
        {neighbour for edge in edges for neighbour in edge[:2] if end in edge}
        for end in (source, target)
    ]
    between = {source, target} | (near[0] & near[1])
    return [edge for edge in edges if set(edge[:2]) <= between]
