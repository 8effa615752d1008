"""Find what is wrong with a graph and its curated file, or missing from them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

import networkx as nx

from kg.graph.build import (
    Graph,
    accepted_digraph,
    concept_of,
    concepts_of,
    is_accepted,
    relations_of,
)
from kg.graph.plans import find_cycles
from kg.names import name_key
from kg.types import RelationKind, Status

# Characters of a quote that a message repeats.
_QUOTED = 60
# Concepts that a message names of those that rest on a gap.
_FOLLOWERS = 3


class Severity(Enum):
    """Whether a finding makes an answer wrong, or only poorer."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: its kind, where it is, and what to do about it."""

    severity: Severity
    kind: str  # problem, cycle, opposed, stale, gap, orphan or ambiguous
    message: str
    hint: str

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR


def lint(graph: Graph, problems: Iterable[str]) -> list[Finding]:
    """List all findings, errors first.

    Errors are the problems of concepts.yaml, cycles, relations stated in both directions, and
    quotes that are gone from the notes. Warnings are gaps, concepts without a relation, and names
    that mean several concepts.
    """
    return [
        *(_error("problem", problem, "mend the line") for problem in problems),
        *_find_cycles(graph),
        *_find_opposed(graph),
        *_find_stale(graph),
        *_find_gaps(graph),
        *_find_orphans(graph),
        *_find_ambiguous(graph),
    ]


def _error(kind: str, message: str, hint: str) -> Finding:
    return Finding(Severity.ERROR, kind, message, hint)


def _warning(kind: str, message: str, hint: str) -> Finding:
    return Finding(Severity.WARNING, kind, message, hint)


def _find_cycles(graph: Graph) -> Iterator[Finding]:
    for cycle in find_cycles(graph):
        ids = [relation.source for relation in cycle.circle]
        message = f"{cycle.kind.value}: {' → '.join([*ids, ids[0]])}"
        yield _error("cycle", message, "reject one of them: kbase review --reject")


def _find_opposed(graph: Graph) -> Iterator[Finding]:
    for source, target, kind, data in graph.edges(keys=True, data=True):
        if (
            data["opposed"]
            and source < target
            and is_accepted(graph, source, target, kind)
            and is_accepted(graph, target, source, kind)
        ):
            message = f"{source} {kind} {target}, and the other way round"
            yield _error("opposed", message, "reject one of them: kbase review --reject")


def _find_stale(graph: Graph) -> Iterator[Finding]:
    for relation in relations_of(graph):
        gone = [place for place in relation.evidence if place.quote and not place.found]
        if gone and relation.status is Status.ACCEPTED:
            statement = f"{relation.source} {relation.kind.value} {relation.target}"
            quote = gone[0].quote[:_QUOTED]
            message = f"{statement}: its quote is gone from {gone[0].path}: “{quote}”"
            yield _error("stale", message, "give it a new quote in concepts.yaml, or reject it")


def _find_gaps(graph: Graph) -> Iterator[Finding]:
    prerequisites = accepted_digraph(graph, RelationKind.PREREQUISITE_OF)
    for concept in concepts_of(graph, graph):
        if not any(place.found for place in concept.notes):
            followers = sorted(prerequisites.successors(concept.id))[:_FOLLOWERS]
            needed = f", needed for {', '.join(followers)}" if followers else ""
            yield _warning("gap", f"no note explains {concept.label}{needed}", "write one")


def _find_orphans(graph: Graph) -> Iterator[Finding]:
    for id in sorted(nx.isolates(graph)):
        message = f"{concept_of(graph, id).label} is related to nothing"
        yield _warning("orphan", message, "say in a note what it builds on")


def _find_ambiguous(graph: Graph) -> Iterator[Finding]:
    texts_by_key: dict[str, dict[str, str]] = {}
    for concept in concepts_of(graph, graph):
        for alias in concept.aliases:
            texts_by_key.setdefault(name_key(alias.text), {})[concept.id] = alias.text
    for texts in texts_by_key.values():
        if len(texts) > 1:
            message = f"{next(iter(texts.values()))!r} means {', '.join(sorted(texts))}"
            yield _warning("ambiguous", message, "ask for one by its full name")
