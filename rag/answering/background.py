"""Find what to know before the concepts that a question names."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kg.types import Concept
from rag.index.graph import load_concept, prerequisite_pairs, prerequisite_relations
from rag.types import Background, Prerequisite

if TYPE_CHECKING:
    from rag.index.reader import Index

# An answer names at most this many prerequisites and counts the others.
_MOST_PREREQUISITES = 5


def find_background(index: "Index", concepts: Sequence[Concept]) -> Background:
    """Return what to know before these concepts: the nearest few, in learning order.

    Prerequisites that form a cycle are handled.
    """
    targets = {concept.id for concept in concepts}
    distances, needed_by = _collect_prerequisites(index, targets)
    ancestors = {id: _find_ancestors(id, needed_by) for id in distances}
    nearest = sorted(distances, key=lambda id: (distances[id], -len(ancestors[id]), id))
    chosen = nearest[:_MOST_PREREQUISITES]
    # A concept that comes before another one has fewer concepts before it.
    chosen.sort(key=lambda id: (len(ancestors[id]), id))
    return Background(
        tuple(concepts),
        tuple(_explain_prerequisite(index, id, targets | distances.keys()) for id in chosen),
        len(nearest) - len(chosen),
    )


def _collect_prerequisites(
    index: "Index", targets: set[str]
) -> tuple[dict[str, int], dict[str, set[str]]]:
    """Return all that comes before the targets, with its distance in steps.

    The second mapping holds, by id, what a concept needs directly.
    """
    distances: dict[str, int] = {}
    needed_by: defaultdict[str, set[str]] = defaultdict(set)
    frontier, distance = targets, 0
    while frontier:
        distance += 1
        pairs = prerequisite_pairs(index, frontier)
        for source, target in pairs:
            needed_by[target].add(source)
        frontier = {source for source, _ in pairs} - distances.keys() - targets
        distances |= dict.fromkeys(frontier, distance)
    return distances, needed_by


def _find_ancestors(id: str, needed_by: dict[str, set[str]]) -> set[str]:
    """Return all that comes before a concept, without the concept itself."""
    ancestors: set[str] = set()
    pending = [id]
    while pending:
        new = needed_by.get(pending.pop(), set()) - ancestors
        ancestors |= new
        pending += new
    return ancestors - {id}


def _explain_prerequisite(index: "Index", id: str, needing: set[str]) -> Prerequisite:
    """Return a concept with the reason of the surest relation to one of those that need it."""
    relations = prerequisite_relations(index, id, needing)
    surest = max(relations, key=lambda relation: relation.confidence)
    return Prerequisite(load_concept(index, id), surest.reason)
