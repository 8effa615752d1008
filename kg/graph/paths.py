"""Find the path from one concept to another, or what there is instead.

Only accepted relations are followed. The result is deterministic: costs are whole numbers, and ties
are broken by id.

The search runs on a state graph. A state is a concept together with the kind of relation by which
it was reached, so that a change from one kind to another can have a cost.
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
    EdgeKey,
    Graph,
    accepted_digraph,
    accepted_edges,
    concept_of,
    concepts_of,
    is_accepted,
    relation_of,
    require_concepts,
)
from kg.graph.plans import PREREQUISITE, closure, cycles_through, learning_order
from kg.text import Printable
from kg.types import Concept, Relation, RelationKind

State = tuple[str, str]  # A concept's id, and the kind of relation by which it was reached.
StateGraph: TypeAlias = "nx.DiGraph[State]"

# Alternative paths that are returned at most.
ALTERNATIVES = 3
# Simple paths that are examined to find the alternatives.
_EXAMINED = 12
# Steps that an alternative may be longer than the spine.
_DETOUR = 3
# The cost of a step of confidence 1. A step of confidence 0 costs twice as much.
_STEP_COST = 1_000_000
# The cost of changing from one kind of relation to another.
_CHANGE_COST = _STEP_COST // 4
# The extra cost of a step without evidence. It is so small that it only decides between equals.
_UNSTATED_COST = 1


class Via(Enum):
    """Which relations a path may follow."""

    LINEAGE = "lineage"
    PREREQUISITE = "prerequisite"
    ANY = "any"


# Tried in this order unless a kind is asked for.
DEFAULT_VIA = (Via.LINEAGE, Via.PREREQUISITE, Via.ANY)
_FORWARD = {
    Via.LINEAGE: (RelationKind.EVOLVES_TO,),
    Via.PREREQUISITE: (RelationKind.PREREQUISITE_OF,),
    Via.ANY: tuple(kind for kind in RelationKind if kind is not RelationKind.RELATED),
}
# These are also walked backwards: from the general to its variant, from the problem to its
# solution. That is as natural to study as the direction in which they are stored.
_BACKWARD = {Via.ANY: (RelationKind.VARIANT_OF, RelationKind.SOLVES, RelationKind.CONTRASTS_WITH)}
# These set two concepts apart without leading from one to the other.
_BESIDE = (RelationKind.CONTRASTS_WITH, RelationKind.VARIANT_OF)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path, in the direction it is walked."""

    source: Concept
    target: Concept
    relation: Relation

    @property
    def backwards(self) -> bool:
        """Tell whether it is walked against the direction of its relation."""
        return self.relation.source != self.source.id


@dataclass(frozen=True, slots=True)
class Path(Printable):
    """A path from one concept to another, and what is around it.

    `steps` are its spine. `also_needed` are the other prerequisites of the target that the source
    does not rest on, in learning order; `unlocks` are the concepts that the target is a
    prerequisite of; `together` are the prerequisite cycles through which the path passes. `notices`
    tell the person which files changed since they were indexed.
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
    """What was tried without success, and what there is instead of a path.

    `reverse` is the path in the other direction; `common` are the nearest common ancestors;
    `beside` are contrasts and variants between the two, or between each of them and a third.
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


def find_path(
    graph: Graph,
    source: str,
    target: str,
    *,
    via: Sequence[Via] = DEFAULT_VIA,
    known: Collection[str] = (),
) -> Path | NoPath:
    """Find the cheapest path by the first kind that has one; it is empty from a concept to itself.

    A step costs 2 − confidence, and ¼ more where the relation changes. Ties go to stated evidence,
    then by id. A lineage passes through every stage: A→C does not count beside A→B→C. Raises
    QuestionError for an unknown id.
    """
    require_concepts(graph, source, target, *known)
    for kind in via:
        state_graph = _state_graph(graph, source, target, kind)
        if states := _cheapest(state_graph, source, target):
            return _path(graph, kind, state_graph, states, known)
    return _no_path(graph, source, target, via)


def lineage_stages(lineage: Digraph) -> set[tuple[str, str]]:
    """Return the edges of a lineage that no longer path replaces.

    That is its transitive reduction, with the edges inside cycles kept.
    """
    components = nx.condensation(lineage)
    component_of = components.graph["mapping"]
    reduction = nx.transitive_reduction(components)
    return {
        (source, target)
        for source, target in lineage.edges
        if component_of[source] == component_of[target]
        or reduction.has_edge(component_of[source], component_of[target])
    }


def _path(
    graph: Graph, via: Via, state_graph: StateGraph, states: list[State], known: Collection[str]
) -> Path:
    """Return the path along these states, and what is around it."""
    prerequisites = accepted_digraph(graph, PREREQUISITE)
    spine = [id for id, _ in states]
    source, target = spine[0], spine[-1]
    needed = closure(prerequisites, {target}) - closure(prerequisites, {source, *known})
    return Path(
        concept_of(graph, source),
        concept_of(graph, target),
        via,
        _steps(graph, states),
        concepts_of(graph, learning_order(graph, prerequisites, needed - set(spine))),
        concepts_of(graph, sorted(prerequisites.successors(target))),
        tuple(concepts_of(graph, ids) for ids in _alternatives(state_graph, states)),
        tuple(concepts_of(graph, cycle) for cycle in cycles_through(prerequisites, spine)),
    )


def _state_graph(graph: Graph, source: str, target: str, via: Via) -> StateGraph:
    """Build the state graph between two concepts, from (source, "") to (target, "")."""
    edges = {
        edge: cost
        for edge, cost in sorted(_edge_costs(graph, via).items())
        if edge[1] != source and edge[0] != target
    }
    arrivals: defaultdict[str, set[str]] = defaultdict(set, {source: {""}})
    for _, end, key in edges:
        arrivals[end].add(key)
    states: StateGraph = nx.DiGraph()
    states.add_nodes_from([(source, ""), (target, "")])
    for (start, end, key), cost in edges.items():
        for arrival in sorted(arrivals[start]):
            change = _CHANGE_COST if arrival not in {"", key} else 0
            states.add_edge((start, arrival), (end, key), weight=cost + change)
    if source != target:
        states.add_edges_from(
            ((target, key), (target, ""), {"weight": 0}) for key in sorted(arrivals[target])
        )
    return states


def _edge_costs(graph: Graph, via: Via) -> dict[EdgeKey, int]:
    """Return the cost of each edge that may be walked, in walking direction."""
    costs = {edge: _cost(graph, edge) for edge in accepted_edges(graph, _FORWARD[via])}
    for source, target, key in accepted_edges(graph, _BACKWARD.get(via, ())):
        costs.setdefault((target, source, key), _cost(graph, (source, target, key)))
    if via is Via.LINEAGE:
        stages = lineage_stages(accepted_digraph(graph, *_FORWARD[via]))
        return {edge: cost for edge, cost in costs.items() if edge[:2] in stages}
    return costs


def _cost(graph: Graph, edge: EdgeKey) -> int:
    relation: Relation = graph.edges[edge]["relation"]
    unstated = not any(place.found for place in relation.evidence)
    return int(_STEP_COST * round(2 - relation.confidence, 3)) + _UNSTATED_COST * unstated


def _cheapest(state_graph: StateGraph, source: str, target: str) -> list[State]:
    """Return the states of the cheapest path, by smallest ids; none without a path."""
    backwards = state_graph.reverse(copy=False)
    remaining = nx.single_source_dijkstra_path_length(backwards, (target, ""))
    states = [(source, "")] if (source, "") in remaining else []
    while states and states[-1][0] != target:
        state = states[-1]
        states.append(
            min(
                successor
                for successor, edge in state_graph[state].items()
                if successor in remaining
                and edge["weight"] + remaining[successor] == remaining[state]
            )
        )
    return states


def _alternatives(state_graph: StateGraph, states: list[State]) -> list[tuple[str, ...]]:
    """Return a few other simple paths between the same ends, the cheapest first, then by id."""
    spine = tuple(id for id, _ in states)
    if len(spine) == 1:
        return []
    end = (spine[-1], "")
    examined = nx.shortest_simple_paths(state_graph, states[0], end, weight="weight")
    costs: dict[tuple[str, ...], float] = {}
    for candidate in islice(examined, _EXAMINED):
        ids = tuple(id for id, _ in candidate[:-1])  # The last two states are both the target.
        if ids != spine and len(set(ids)) == len(ids) <= len(spine) + _DETOUR:
            costs.setdefault(ids, nx.path_weight(state_graph, candidate, "weight"))
    return sorted(costs, key=lambda ids: (costs[ids], ids))[:ALTERNATIVES]


def _steps(graph: Graph, states: list[State]) -> tuple[Step, ...]:
    steps = []
    for (source, _), (target, key) in pairwise(states):
        edge = (source, target) if is_accepted(graph, source, target, key) else (target, source)
        relation = relation_of(graph, *edge, RelationKind(key))
        steps.append(Step(concept_of(graph, source), concept_of(graph, target), relation))
    return tuple(steps)


def _no_path(graph: Graph, source: str, target: str, tried: Sequence[Via]) -> NoPath:
    reverse = (
        _cheapest(_state_graph(graph, target, source, kind), target, source) for kind in tried
    )
    return NoPath(
        concept_of(graph, source),
        concept_of(graph, target),
        tuple(tried),
        _steps(graph, next(filter(None, reverse), [])),
        concepts_of(graph, _nearest_common(graph, source, target)),
        tuple(
            relation_of(graph, start, end, RelationKind(key))
            for start, end, key in _edges_beside(graph, source, target)
        ),
    )


def _nearest_common(graph: Graph, source: str, target: str) -> list[str]:
    """Return the nearest common ancestors: what both rest on or came from."""
    ancestry = accepted_digraph(graph, PREREQUISITE, RelationKind.EVOLVES_TO)
    common = (closure(ancestry, {source}) & closure(ancestry, {target})) - {source, target}
    components = nx.condensation(ancestry.subgraph(common))
    return sorted(
        id
        for component, data in components.nodes.items()
        if components.out_degree(component) == 0
        for id in data["members"]
    )


def _edges_beside(graph: Graph, source: str, target: str) -> list[EdgeKey]:
    """Return contrasts and variants between the two, or between each of them and a third."""
    edges = [edge for edge in accepted_edges(graph, _BESIDE) if source in edge or target in edge]
    neighbours = [
        {concept for edge in edges if end in edge for concept in edge[:2]}
        for end in (source, target)
    ]
    between = {source, target} | (neighbours[0] & neighbours[1])
    return [edge for edge in edges if set(edge[:2]) <= between]
