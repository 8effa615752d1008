"""Export a graph to formats that other programs read: node-link JSON, GraphML, GEXF, CSV."""

import csv
import io
import json
import re
from collections.abc import Iterable

import networkx as nx

from kg.export.drawing.labels import plain_label
from kg.graph.build import Graph, concepts_of, relations_of, to_document
from kg.text import format_location
from kg.types import Concept, Evidence, Relation

# The date that networkx writes into GEXF, without which the same graph gives the same text.
_GEXF_DATE = re.compile(r' lastmodifieddate="[^"]*"')
# What a cell begins with that a spreadsheet would compute as a formula.
_FORMULA = ("=", "+", "-", "@")
# The columns of a concept after its id.
_CONCEPT_COLUMNS = (
    "label",
    "label_zh",
    "label_en",
    "aliases",
    "definition_zh",
    "definition_en",
    "notes",
    "status",
)
# The columns of a relation after its ends.
_RELATION_COLUMNS = (
    "relation",
    "origin",
    "confidence",
    "status",
    "reason_zh",
    "reason_en",
    "evidence",
)


def render_json(graph: Graph) -> str:
    """Return the kbase.graph/1 document: networkx node-link data, complete.

    A lone surrogate becomes a question mark.
    """
    text = json.dumps(to_document(graph), ensure_ascii=False, indent=1)
    return text.encode("utf-8", "replace").decode("utf-8") + "\n"


def render_graphml(graph: Graph) -> str:
    """Return the graph as GraphML."""
    return "\n".join(nx.generate_graphml(flatten(graph), named_key_ids=True)) + "\n"


def render_gexf(graph: Graph) -> str:
    """Return the graph as GEXF."""
    text = "\n".join(nx.generate_gexf(flatten(graph)))
    return _GEXF_DATE.sub("", text) + "\n"


def render_csv_nodes(graph: Graph) -> str:
    """Return a CSV table of the concepts."""
    rows = (
        [concept.id, *_concept_columns(concept).values()]
        for concept in concepts_of(graph, sorted(graph))
    )
    return _table(("id", *_CONCEPT_COLUMNS), rows)


def render_csv_edges(graph: Graph) -> str:
    """Return a CSV table of the relations."""
    rows = (
        [relation.source, relation.target, *_relation_columns(relation).values()]
        for relation in _sorted_relations(graph)
    )
    return _table(("source", "target", *_RELATION_COLUMNS), rows)


def flatten(graph: Graph) -> Graph:
    """Return the graph with text and number attributes only, as GraphML and GEXF need them.

    An edge's label is its relation.
    """
    flat: Graph = nx.MultiDiGraph()
    for concept in concepts_of(graph, sorted(graph)):
        flat.add_node(concept.id, **_concept_columns(concept))
    for relation in _sorted_relations(graph):
        columns = {"label": relation.kind.value, **_relation_columns(relation)}
        flat.add_edge(relation.source, relation.target, relation.kind.value, **columns)
    return flat


def _sorted_relations(graph: Graph) -> list[Relation]:
    return sorted(
        relations_of(graph),
        key=lambda relation: (relation.source, relation.target, relation.kind.value),
    )


def _concept_columns(concept: Concept) -> dict[str, str]:
    found = [place for place in concept.notes if place.found]
    values = (
        concept.label,
        concept.name("zh"),
        concept.name("en"),
        _list(alias.text for alias in concept.aliases),
        concept.definition.zh,
        concept.definition.en,
        _list(format_location(place.path, place.first, place.last) for place in found),
        "gap" if concept.gap else "noted",
    )
    return dict(zip(_CONCEPT_COLUMNS, map(plain_label, values), strict=True))


def _relation_columns(relation: Relation) -> dict[str, str | float]:
    values = (
        relation.kind.value,
        relation.origin.value,
        relation.confidence,
        relation.status.value,
        plain_label(relation.reason.zh),
        plain_label(relation.reason.en),
        plain_label(_list(map(_cite, relation.evidence))),
    )
    return dict(zip(_RELATION_COLUMNS, values, strict=True))


def _cite(place: Evidence) -> str:
    """Return the quote and where it is; for a whole section, only where it is."""
    location = format_location(place.path, place.first, place.last) if place.found else place.path
    return f"“{place.quote}” {location}" if place.quote else location


def _list(texts: Iterable[str]) -> str:
    return "; ".join(texts)


def _table(head: Iterable[str], rows: Iterable[Iterable[str | float]]) -> str:
    """Return CSV that spreadsheets read as UTF-8 and never as formulas."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows(map(_escape_formula, row) for row in rows)
    return "\ufeff" + text.getvalue()


def _escape_formula(cell: str | float) -> str | float:
    """Put an apostrophe in front of a text that a spreadsheet would compute."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
