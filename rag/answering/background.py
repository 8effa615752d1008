"""Find what to know before the concepts that a question names."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kg.serialize import concept_from, relation_from
from kg.types import Concept, Origin, RelationKind, Status
from rag.types import Background, Prerequisite

if TYPE_CHECKING:
    from rag.index.reader import Index

# What an answer names uninvited has to be right: of prerequisites that only mentions tell, that sure, 55 of 57 are.
_SURELY_NEEDED = f"""kind = '{RelationKind.PREREQUISITE_OF.value}' AND status = '{Status.ACCEPTED.value}'
                     AND (document ->> '$.origin' <> '{Origin.MENTION.value}' OR document ->> '$.confidence' >= 0.85)"""
_STEPS = 5  # prerequisites that an answer names; the rest is counted


def background(index: "Index", concepts: Sequence[Concept]) -> Background:
    """What to know before these concepts: the nearest few, in learning order. A knot of prerequisites does no harm."""
    targets = {concept.id for concept in concepts}
    hops, needs = _before(index, targets)
    known = {id: _ancestors(needs, id) for id in hops}
    wanted = sorted(hops, key=lambda id: (hops[id], -len(known[id]), id))
    near = sorted(
        wanted[:_STEPS], key=lambda id: (len(known[id]), id)
    )  # whoever is before another has fewer before it
    return Background(
        tuple(concepts),
        tuple(_prerequisite(index, id, targets | hops.keys()) for id in near),
        len(wanted) - len(near),
    )


def _before(index: "Index", targets: set[str]) -> tuple[dict[str, int], dict[str, set[str]]]:
    """Everything before the targets with its distance in hops, and what each needs directly."""
    hops: dict[str, int] = {}
    needs: defaultdict[str, set[str]] = defaultdict(set)
    frontier, distance = targets, 0
    while frontier:
        distance += 1
        marks = ",".join("?" * len(frontier))
        query = (
            f"SELECT source, target FROM relations WHERE {_SURELY_NEEDED} AND target IN ({marks})"
        )
        rows = index.rows(query, sorted(frontier))
        for source, target in rows:
            needs[target].add(source)
        frontier = {source for source, _ in rows} - hops.keys() - targets
        hops |= dict.fromkeys(frontier, distance)
    return hops, needs


def _ancestors(needs: dict[str, set[str]], id: str) -> set[str]:
    found: set[str] = set()
    left = [id]
    while left:
        new = needs.get(left.pop(), set()) - found
        found |= new
        left += new
    return found - {id}


def _prerequisite(index: "Index", id: str, among: set[str]) -> Prerequisite:
    """A concept with the reason why one of the others needs it."""
    ((document,),) = index.rows("SELECT document FROM concepts WHERE id = ?", (id,))
    marks = ",".join("?" * len(among))
    query = f"""SELECT source, target, document FROM relations
                WHERE {_SURELY_NEEDED} AND source = ? AND target IN ({marks}) ORDER BY target"""
    rows = index.rows(query, (id, *sorted(among)))
    relations = [
        relation_from(source, target, RelationKind.PREREQUISITE_OF, json.loads(text))
        for source, target, text in rows
    ]
    return Prerequisite(
        concept_from(id, json.loads(document)),
        max(relations, key=lambda one: one.confidence).reason,
    )
