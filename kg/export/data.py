"""A graph → the formats that other programs read: node-link JSON, GraphML, GEXF, CSV. Everything in it, nothing drawn."""

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

_DATED = re.compile(r' lastmodifieddate="[^"]*"')
_FORMULA = ("=", "+", "-", "@")  # what a spreadsheet would compute
_CONCEPT = (
    "label",
    "label_zh",
    "label_en",
    "aliases",
    "definition_zh",
    "definition_en",
    "notes",
    "status",
)
_RELATION = ("relation", "origin", "confidence", "status", "reason_zh", "reason_en", "evidence")


def node_link(graph: Graph) -> str:
    """The kbase.graph/1 document: networkx node-link data, nothing lost. A character that is none is a question mark."""
    text = json.dumps(to_document(graph), ensure_ascii=False, indent=1)
    return text.encode("utf-8", "replace").decode("utf-8") + "\n"


def graphml(graph: Graph) -> str:
    return "\n".join(nx.generate_graphml(flat(graph), named_key_ids=True)) + "\n"


def gexf(graph: Graph) -> str:
    """The same graph gives the same text: without the day's date, which networkx writes into it."""
    text = "\n".join(nx.generate_gexf(flat(graph)))
    return _DATED.sub("", text) + "\n"


def csv_nodes(graph: Graph) -> str:
    rows = ([one.id, *_concept(one).values()] for one in concepts_of(graph, sorted(graph)))
    return _table(("id", *_CONCEPT), rows)


def csv_edges(graph: Graph) -> str:
    rows = ([one.source, one.target, *_relation(one).values()] for one in _in_order(graph))
    return _table(("source", "target", *_RELATION), rows)


def flat(graph: Graph) -> Graph:
    """The graph with attributes that are texts and numbers, as GraphML and GEXF have them; an edge's label is its relation."""
    result: Graph = nx.MultiDiGraph()
    for concept in concepts_of(graph, sorted(graph)):
        result.add_node(concept.id, **_concept(concept))
    for relation in _in_order(graph):
        name = relation.kind.value
        result.add_edge(relation.source, relation.target, name, label=name, **_relation(relation))
    return result


def _in_order(graph: Graph) -> list[Relation]:
    return sorted(relations_of(graph), key=lambda one: (one.source, one.target, one.kind.value))


def _concept(one: Concept) -> dict[str, str]:
    definition, notes = (
        one.definition,
        [
            format_location(place.path, place.first, place.last)
            for place in one.notes
            if place.found
        ],
    )
    texts = (
        one.label,
        one.name("zh"),
        one.name("en"),
        _listed(alias.text for alias in one.aliases),
        definition.zh,
        definition.en,
    )
    return dict(
        zip(
            _CONCEPT,
            (*map(plain_label, texts), plain_label(_listed(notes)), "gap" if one.gap else "noted"),
            strict=True,
        )
    )


def _relation(one: Relation) -> dict[str, str | float]:
    reasons, evidence = one.reason, _listed(map(_said, one.evidence))
    told = (one.kind.value, one.origin.value, one.confidence, one.status.value)
    return dict(
        zip(
            _RELATION,
            (*told, plain_label(reasons.zh), plain_label(reasons.en), plain_label(evidence)),
            strict=True,
        )
    )


def _said(place: Evidence) -> str:
    where = format_location(place.path, place.first, place.last) if place.found else place.path
    return f"“{place.quote}” {where}" if place.quote else where


def _listed(texts: Iterable[str]) -> str:
    return "; ".join(texts)


def _table(head: Iterable[str], rows: Iterable[Iterable[str | float]]) -> str:
    """CSV that spreadsheets read as UTF-8 and in which nothing is a formula: what looks like one stands behind an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows(map(_safe, row) for row in rows)
    return "\ufeff" + text.getvalue()


def _safe(cell: str | float) -> str | float:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
