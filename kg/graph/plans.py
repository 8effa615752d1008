"""Plan what to learn and in which order, and find the cycles that prevent an order.

Only accepted relations count. Concepts that are each other's prerequisites form a cycle and are
learned together, so a cycle does not block a plan.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise

import networkx as nx

from kg.graph.build import (
    Digraph,
    Graph,
    accepted_digraph,
    concept_of,
    concepts_of,
    relation_of,
    require_concepts,
)
from kg.types import Concept, Relation, RelationKind

PREREQUISITE = RelationKind.PREREQUISITE_OF


@dataclass(frozen=True, slots=True)
class PlanStep:
    """A concept to learn.

    `after` are the ids of its direct prerequisites within the plan; `needed` are the relations to
    the concepts that need it.
    """

    concept: Concept
    after: tuple[str, ...]
    needed: tuple[Relation, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything to learn before a concept, in learning order.

    `together` are the cycles, whose concepts are learned together; `known` are the prerequisites
    that were left out because they are known already.
    """

    target: Concept
    steps: tuple[PlanStep, ...]
    together: tuple[tuple[Concept, ...], ...]
    known: tuple[Concept, ...]


@dataclass(frozen=True, slots=True)
class NextConcept:
    """A concept whose prerequisites are all known.

    `together` are the other concepts of its cycle; `unlocks` are the ids of all concepts that rest
    on it, directly or not.
    """

    concept: Concept
    together: tuple[Concept, ...]
    unlocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cycle:
    """Concepts that an acyclic kind of relation connects in a cycle.

    `circle` is the shortest way around through the first concept.
    """

    kind: RelationKind
    concepts: tuple[Concept, ...]
    circle: tuple[Relation, ...]


def plan_learning(graph: Graph, target: str, known: Collection[str] = ()) -> Plan:
    """Plan everything to learn before a concept, without what is known and what that rests on.

    The order goes layer by layer from the foundations up; within a layer by the note that covers a
    concept, then by id. The concepts of a cycle follow each other. Raises QuestionError for an
    unknown id.
    """
    require_concepts(graph, target, *known)
    prerequisites = accepted_digraph(graph, PREREQUISITE)
    before = nx.ancestors(prerequisites, target)
    already_known = closure(prerequisites, known)
    wanted = before - already_known
    cycles = cycles_through(prerequisites, wanted | {target})
    cycle_of = {id: set(cycle) for cycle in cycles for id in cycle}
    steps = []
    for id in learning_order(graph, prerequisites, wanted):
        direct = set(prerequisites.predecessors(id)) & wanted
        after = tuple(sorted(direct - cycle_of.get(id, set())))
        needed = (
            relation_of(graph, id, successor, PREREQUISITE)
            for successor in sorted(prerequisites.successors(id))
            if successor in wanted or successor == target
        )
        steps.append(PlanStep(concept_of(graph, id), after, tuple(needed)))
    return Plan(
        concept_of(graph, target),
        tuple(steps),
        tuple(concepts_of(graph, cycle) for cycle in cycles),
        concepts_of(graph, learning_order(graph, prerequisites, before & already_known)),
    )


def next_concepts(graph: Graph, known: Collection[str] = ()) -> list[NextConcept]:
    """List the concepts that can be learned now, the most unlocking first, then by id.

    What a known concept rests on counts as known. Raises QuestionError for an unknown id.
    """
    require_concepts(graph, *known)
    prerequisites = accepted_digraph(graph, PREREQUISITE)
    already_known = closure(prerequisites, known)
    components = nx.condensation(prerequisites)
    members: dict[int, set[str]] = {
        component: data["members"] for component, data in components.nodes.items()
    }
    suggestions = []
    for component, ids in members.items():
        needed = components.predecessors(component)
        if ids <= already_known or not all(members[earlier] <= already_known for earlier in needed):
            continue
        descendants = nx.descendants(components, component)
        unlocks = tuple(sorted(id for later in descendants for id in members[later]))
        suggestions += [
            NextConcept(concept_of(graph, id), concepts_of(graph, sorted(ids - {id})), unlocks)
            for id in ids
        ]
    return sorted(suggestions, key=lambda item: (-len(item.unlocks), item.concept.id))


def find_cycles(graph: Graph) -> list[Cycle]:
    """List the cycles of every acyclic kind of relation, the largest first."""
    cycles = []
    for kind in (kind for kind in RelationKind if kind.acyclic):
        digraph = accepted_digraph(graph, kind)
        for ids in cycles_through(digraph, digraph):
            circle = [relation_of(graph, *edge, kind) for edge in _circle(digraph, ids)]
            cycles.append(Cycle(kind, concepts_of(graph, ids), tuple(circle)))
    return sorted(cycles, key=lambda cycle: -len(cycle.concepts))


def closure(prerequisites: Digraph, ids: Collection[str]) -> set[str]:
    """Return these concepts and everything they rest on."""
    closed: set[str] = set()
    for id in ids:
        if id not in closed:
            closed |= {id, *nx.ancestors(prerequisites, id)}
    return closed


def cycles_through(digraph: Digraph, ids: Iterable[str]) -> list[list[str]]:
    """Return the cycles that contain one of these concepts, each as sorted ids; sorted.

    Cycles that share a concept are one: they are the strongly connected components of more than one
    concept.
    """
    wanted = set(ids)
    return sorted(
        sorted(component)
        for component in nx.strongly_connected_components(digraph)
        if len(component) > 1 and component & wanted
    )


def learning_order(graph: Graph, prerequisites: Digraph, ids: set[str]) -> list[str]:
    """Return these concepts in learning order: by layer, note and id, each cycle together."""

    def rank(id: str) -> tuple[str, str]:
        notes = concept_of(graph, id).notes
        return (notes[0].path if notes else "", id)

    components = nx.condensation(prerequisites.subgraph(ids))
    order: list[str] = []
    for layer in nx.topological_generations(components):
        groups = [sorted(components.nodes[component]["members"], key=rank) for component in layer]
        for group in sorted(groups, key=lambda group: rank(group[0])):
            order += group
    return order


def _circle(digraph: Digraph, cycle: list[str]) -> Iterable[tuple[str, str]]:
    """Return the edges of the shortest circle through the first concept of a cycle."""
    first, component = cycle[0], digraph.subgraph(cycle)
    ways_back = [
        nx.shortest_path(component, successor, first) for successor in sorted(component[first])
    ]
    return pairwise([first, *min(ways_back, key=len)])
