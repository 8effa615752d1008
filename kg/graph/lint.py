"""Find what is wrong with a graph and its curated file, or missing from them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

import networkx as nx

from kg.graph.build import Graph, concept_of, concepts_of, digraph, is_accepted, relations_of
from kg.graph.plans import cycles
from kg.names import name_key
from kg.types import RelationKind, Status


class Weight(Enum):
    """Whether a finding makes an answer wrong, or only poorer."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: its kind, where it is, and what to do about it."""

    weight: Weight
    kind: str  # problem, cycle, opposed, stale, gap, orphan or ambiguous
    message: str
    hint: str

    @property
    def is_error(self) -> bool:
        return self.weight is Weight.ERROR


def lint(graph: Graph, problems: Iterable[str]) -> list[Finding]:
    """List all findings, errors first.

    Errors: problems of concepts.yaml, cycles, relations stated in both directions. Warnings:
    evidence that is gone from the notes, gaps, concepts without a relation, names that mean several
    concepts.
    """
    return [
        *(Finding(Weight.ERROR, "problem", problem, "mend the line") for problem in problems),
        *_cycles(graph),
        *_opposed(graph),
        *_stale(graph),
        *_gaps(graph),
        *_orphans(graph),
        *_ambiguous(graph),
    ]


def _cycles(graph: Graph) -> Iterable[Finding]:
    for cycle in cycles(graph):
        circle = " → ".join(
            [relation.source for relation in cycle.circle] + [cycle.circle[0].source]
        )
        yield Finding(
            Weight.ERROR,
            "cycle",
            f"{cycle.kind.value}: {circle}",
            "reject one of them: kbase review --reject",
        )


def _opposed(graph: Graph) -> Iterable[Finding]:
    for source, target, kind, data in graph.edges(keys=True, data=True):
        if (
            data["opposed"]
            and source < target
            and is_accepted(graph, source, target, kind)
            and is_accepted(graph, target, source, kind)
        ):
            message = f"{source} {kind} {target}, and the other way round"
            yield Finding(
                Weight.ERROR, "opposed", message, "reject one of them: kbase review --reject"
            )


def _stale(graph: Graph) -> Iterable[Finding]:
    for relation in relations_of(graph):
        gone = [place for place in relation.evidence if place.quote and not place.found]
        if gone and relation.status is Status.ACCEPTED:
            statement = f"{relation.source} {relation.kind.value} {relation.target}"
            message = f"{statement}: its quote is gone from {gone[0].path}: “{gone[0].quote[:60]}”"
            yield Finding(
                Weight.ERROR, "stale", message, "give it a new quote in concepts.yaml, or reject it"
            )


def _gaps(graph: Graph) -> Iterable[Finding]:
    needed = digraph(graph, RelationKind.PREREQUISITE_OF)
    for concept in concepts_of(graph, graph):
        if not any(place.found for place in concept.notes):
            followers = ", ".join(sorted(needed.successors(concept.id))[:3])
            yield Finding(
                Weight.WARNING,
                "gap",
                f"no note explains {concept.label}"
                + (f", needed for {followers}" if followers else ""),
                "write one",
            )


def _orphans(graph: Graph) -> Iterable[Finding]:
    for id in sorted(nx.isolates(graph)):
        yield Finding(
            Weight.WARNING,
            "orphan",
            f"{concept_of(graph, id).label} is related to nothing",
            "say in a note what it builds on",
        )


def _ambiguous(graph: Graph) -> Iterable[Finding]:
    meant: dict[str, dict[str, str]] = {}
    for concept in concepts_of(graph, graph):
        for alias in concept.aliases:
            meant.setdefault(name_key(alias.text), {})[concept.id] = alias.text
    for ids in meant.values():
        if len(ids) > 1:
            text = next(iter(ids.values()))
            yield Finding(
                Weight.WARNING,
                "ambiguous",
                f"{text!r} means {', '.join(sorted(ids))}",
                "ask for one by its full name",
            )
