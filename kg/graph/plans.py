"""Plan what to learn and in which order, and find the cycles that prevent an order.

Only accepted relations count. Concepts that are each other's prerequisites form a cycle and are
learned together, so a cycle does not block a plan.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise

import networkx as nx

from kg.graph.build import Digraph, Graph, concept_of, concepts_of, digraph, relation_of, require
from kg.types import Concept, Relation, RelationKind

NEEDS = RelationKind.PREREQUISITE_OF


@dataclass(frozen=True, slots=True)
class PlanStep:
    """A concept to learn.

    `after` are the concepts of the plan it directly follows; `needed` are the relations for which
    it is needed.
    """

    concept: Concept
    after: tuple[str, ...]
    needed: tuple[Relation, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything before a concept, in learning order.

    `known` are concepts that were left out because the person knows them.
    """

    target: Concept
    steps: tuple[PlanStep, ...]
    together: tuple[tuple[Concept, ...], ...]
    known: tuple[Concept, ...]


@dataclass(frozen=True, slots=True)
class Next:
    """A concept whose prerequisites are all known.

    `together` are the other concepts of its cycle, `unlocks` the ids of everything that rests on
    it.
    """

    concept: Concept
    together: tuple[Concept, ...]
    unlocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cycle:
    """Concepts that an acyclic relation connects in a circle, and one such circle."""

    kind: RelationKind
    concepts: tuple[Concept, ...]
    circle: tuple[Relation, ...]


def plan(graph: Graph, target: str, known: Collection[str] = ()) -> Plan:
    """Plan everything to learn before a concept, without what is known and what that rests on.

    Layer by layer from the foundations up; within a layer by the note that covers a concept, then
    by id. The members of a cycle follow each other, and are `together`. Raises QuestionError for an
    unknown id.
    """
    require(graph, target, *known)
    needs = digraph(graph, NEEDS)
    before, had = nx.ancestors(needs, target), closure(needs, known)
    wanted = before - had
    together = prerequisite_cycles(needs, wanted | {target})
    mates = {id: set(knot) for knot in together for id in knot}
    steps = []
    for id in in_order(graph, needs, wanted):
        after = tuple(sorted((set(needs.predecessors(id)) & wanted) - mates.get(id, set())))
        needed = (
            relation_of(graph, id, other, NEEDS)
            for other in sorted(needs.successors(id))
            if other in wanted or other == target
        )
        steps.append(PlanStep(concept_of(graph, id), after, tuple(needed)))
    return Plan(
        concept_of(graph, target),
        tuple(steps),
        tuple(concepts_of(graph, knot) for knot in together),
        concepts_of(graph, in_order(graph, needs, before & had)),
    )


def next_concepts(graph: Graph, known: Collection[str] = ()) -> list[Next]:
    """List what can be learned now, the most unlocking first.

    What a known concept rests on counts as known.
    """
    require(graph, *known)
    needs = digraph(graph, NEEDS)
    had = closure(needs, known)
    parts = nx.condensation(needs)
    members: dict[int, set[str]] = {part: data["members"] for part, data in parts.nodes.items()}
    found = []
    for part, ids in members.items():
        if ids <= had or not all(members[earlier] <= had for earlier in parts.predecessors(part)):
            continue
        unlocks = tuple(sorted(id for part in nx.descendants(parts, part) for id in members[part]))
        found += [
            Next(concept_of(graph, id), concepts_of(graph, sorted(ids - {id})), unlocks)
            for id in ids
        ]
    return sorted(found, key=lambda part: (-len(part.unlocks), part.concept.id))


def cycles(graph: Graph) -> list[Cycle]:
    """List the cycles of every acyclic kind, the largest first.

    Each comes with its shortest circle through its first concept.
    """
    found = []
    for kind in (kind for kind in RelationKind if kind.acyclic):
        stated = digraph(graph, kind)
        for first, *others in prerequisite_cycles(stated, stated):
            part = stated.subgraph([first, *others])
            back = min(
                (nx.shortest_path(part, neighbour, first) for neighbour in sorted(part[first])),
                key=len,
            )
            circle = tuple(relation_of(graph, *hop, kind) for hop in pairwise([first, *back]))
            found.append(Cycle(kind, concepts_of(graph, [first, *others]), circle))
    return sorted(found, key=lambda cycle: -len(cycle.concepts))


def closure(needs: Digraph, known: Collection[str]) -> set[str]:
    """Return the known concepts and everything they rest on."""
    found: set[str] = set()
    for id in known:
        if id not in found:
            found |= {id, *nx.ancestors(needs, id)}
    return found


def prerequisite_cycles(stated: Digraph, among: Iterable[str]) -> list[list[str]]:
    """Return the prerequisite cycles that contain one of `among`, sorted."""
    wanted = set(among)
    return sorted(
        sorted(knot)
        for knot in nx.strongly_connected_components(stated)
        if len(knot) > 1 and knot & wanted
    )


def in_order(graph: Graph, needs: Digraph, wanted: set[str]) -> list[str]:
    """Return these concepts in learning order: by layer, note and id, each cycle together."""

    def rank(id: str) -> tuple[str, str]:
        notes = concept_of(graph, id).notes
        return (notes[0].path if notes else "", id)

    parts = nx.condensation(needs.subgraph(wanted))
    layers = [
        [sorted(parts.nodes[part]["members"], key=rank) for part in layer]
        for layer in nx.topological_generations(parts)
    ]
    return [
        id
        for layer in layers
        for part in sorted(layer, key=lambda part: rank(part[0]))
        for id in part
    ]
