"""The way from one concept to another, and what to say when there is none. What to learn before one is kg/plans.py's.

Only accepted relations are followed. The answer is the same each time: costs are whole numbers, and ids settle ties.
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

State = tuple[str, str]  # a concept, and the kind of relation by which one came there
Ways: TypeAlias = "nx.DiGraph[State]"

ALTERNATIVES = 3
_EXAMINED = 12  # simple paths that are looked at for them
_DETOUR = 3  # hops that an alternative may take more than the spine
_HOP = 1_000_000  # the cost of a hop that is certain; of one that is not, up to twice as much
_CHANGE = _HOP // 4  # from one kind of relation to another
_UNSTATED = 1  # a hop without evidence: decides between equals, and nothing else


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
# From the general to its variant, from the problem to what solves it: as natural to study as the way it is stored.
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
        """Whether it is walked against the way its relation reads."""
        return self.relation.source != self.source.id


@dataclass(frozen=True, slots=True)
class Path(Printable):
    """The spine from one concept to another, and what is around it.

    `also_needed` is what to know for the target that is neither on the spine nor before the source, in learning order;
    `unlocks` are the concepts that the target is a prerequisite of; `together` the prerequisite cycles that
    the path passes through. `notices` are for the person: files that changed since they were indexed.
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
    """What was tried in vain, and what there is instead: the way back, the nearest common ancestors, what sets them apart."""

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
    """The cheapest path by the first kind that has one; from a concept to itself, a path of no steps.

    A hop costs 2 − confidence, in `any` ¼ more where the relation changes; ties go to stated evidence, then by id.
    A lineage passes through every stage there is: A→C counts for nothing beside A→B→C. Raises QuestionError for an unknown id.
    """
    require(graph, source, target, *known)
    for one in via:
        ways = _ways(graph, source, target, one)
        if states := _cheapest(ways, source, target):
            needs = digraph(graph, NEEDS)
            spine = [id for id, _ in states]
            needed = closure(needs, {target}) - closure(needs, {source, *known}) - set(spine)
            return Path(
                concept_of(graph, source),
                concept_of(graph, target),
                one,
                _steps(graph, states),
                concepts_of(graph, in_order(graph, needs, needed)),
                concepts_of(graph, sorted(needs.successors(target))),
                tuple(concepts_of(graph, ids) for ids in _alternatives(ways, states)),
                tuple(concepts_of(graph, knot) for knot in prerequisite_cycles(needs, spine)),
            )
    return _no_path(graph, source, target, via)


def _ways(graph: Graph, source: str, target: str, via: Via) -> Ways:
    """What may follow what between two concepts, from (source, "") to (target, "")."""
    hops = {
        hop: cost
        for hop, cost in sorted(_hops(graph, via).items())
        if hop[1] != source and hop[0] != target
    }
    arrivals: defaultdict[str, set[str]] = defaultdict(set, {source: {""}})
    for _, end, key in hops:
        arrivals[end].add(key)
    ways: Ways = nx.DiGraph()
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


def _hops(graph: Graph, via: Via) -> dict[tuple[str, str, str], int]:
    """What each hop that may be walked costs, from, to and relation: in the direction it is walked."""
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
    return int(_HOP * round(2 - relation.confidence, 3)) + _UNSTATED * unstated


def stages(lineage: Digraph) -> set[tuple[str, str]]:
    """The hops of a lineage that no longer way replaces: its transitive reduction, with what lies within a knot."""
    knots = nx.condensation(lineage)
    place = knots.graph["mapping"]
    kept = nx.transitive_reduction(knots)
    return {
        (a, b)
        for a, b in lineage.edges
        if place[a] == place[b] or kept.has_edge(place[a], place[b])
    }


def _cheapest(ways: Ways, source: str, target: str) -> list[State]:
    """The states of the cheapest way, of the smallest ids among equals; none when there is no way."""
    left = nx.single_source_dijkstra_path_length(ways.reverse(copy=False), (target, ""))
    states = [(source, "")] if (source, "") in left else []
    while states and states[-1][0] != target:
        at = states[-1]
        states.append(
            min(
                one
                for one, way in ways[at].items()
                if one in left and way["weight"] + left[one] == left[at]
            )
        )
    return states


def _alternatives(ways: Ways, states: list[State]) -> list[tuple[str, ...]]:
    """A few other simple paths between the same ends, the cheapest first, then by id."""
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
    back = (_cheapest(_ways(graph, target, source, one), target, source) for one in tried)
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
    """What both rest on or came from, without what is before another such."""
    rests = digraph(graph, NEEDS, RelationKind.EVOLVES_TO)
    shared = (closure(rests, {source}) & closure(rests, {target})) - {source, target}
    parts = nx.condensation(rests.subgraph(shared))
    return sorted(
        id for part in parts if parts.out_degree(part) == 0 for id in parts.nodes[part]["members"]
    )


def _beside(graph: Graph, source: str, target: str) -> list[tuple[str, str, str]]:
    """The contrasts and variants between the two, or between each of them and a third."""
    edges = [edge for edge in accepted(graph, _BESIDE) if source in edge or target in edge]
    near = [{one for edge in edges for one in edge[:2] if end in edge} for end in (source, target)]
    between = {source, target} | (near[0] & near[1])
    return [edge for edge in edges if set(edge[:2]) <= between]
