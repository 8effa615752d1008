"""A graph → one page that shows it."""

from kg.concepts import RelationKind
from kg.graph import Graph
from kg.selection import Around


def page(graph: Graph, around: Around, kinds: tuple[RelationKind, ...], tongue: str) -> str:
    raise NotImplementedError
