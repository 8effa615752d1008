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

_DATED = re.compile(r' lastmodifieddate="[^"]*"')
_FORMULA = ("=", "+", "-", "@")  # What a spreadsheet would compute as a formula.
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
    """Return the kbase.graph/1 document: networkx node-link data, nothing lost.

    A lone surrogate becomes a question mark.
    """
    text = json.dumps(to_document(graph), ensure_ascii=False, indent=1)
    return text.encode("utf-8", "replace").decode("utf-8") + "\n"


def graphml(graph: Graph) -> str:
    return "\n".join(nx.generate_graphml(flat(graph), named_key_ids=True)) + "\n"


def gexf(graph: Graph) -> str:
    """Return the graph as GEXF, without the date that networkx writes into it."""
    text = "\n".join(nx.generate_gexf(flat(graph)))
    return _DATED.sub("", text) + "\n"


def csv_nodes(graph: Graph) -> str:
    rows = (
        [concept.id, *_concept(concept).values()] for concept in concepts_of(graph, sorted(graph))
    )
    return _table(("id", *_CONCEPT), rows)


def csv_edges(graph: Graph) -> str:
    rows = (
        [relation.source, relation.target, *_relation(relation).values()]
        for relation in _in_order(graph)
    )
    return _table(("source", "target", *_RELATION), rows)


def flat(graph: Graph) -> Graph:
    """Return the graph with text and number attributes only, as GraphML and GEXF need them.

    An edge's label is its relation.
    """
    result: Graph = nx.MultiDiGraph()
    for concept in concepts_of(graph, sorted(graph)):
        result.add_node(concept.id, **_concept(concept))
    for relation in _in_order(graph):
        name = relation.kind.value
        result.add_edge(relation.source, relation.target, name, label=name, **_relation(relation))
    return result


def _in_order(graph: Graph) -> list[Relation]:
    return sorted(
        relations_of(graph),
        key=lambda relation: (relation.source, relation.target, relation.kind.value),
    )


def _concept(concept: Concept) -> dict[str, str]:
    definition, notes = (
        concept.definition,
        [
            format_location(place.path, place.first, place.last)
            for place in concept.notes
            if place.found
        ],
    )
    texts = (
        concept.label,
        concept.name("zh"),
        concept.name("en"),
        _listed(alias.text for alias in concept.aliases),
        definition.zh,
        definition.en,
    )
    return dict(
        zip(
            _CONCEPT,
            (
                *map(plain_label, texts),
                plain_label(_listed(notes)),
                "gap" if concept.gap else "noted",
            ),
            strict=True,
        )
    )


def _relation(relation: Relation) -> dict[str, str | float]:
    reasons, evidence = relation.reason, _listed(map(_said, relation.evidence))
    values = (
        relation.kind.value,
        relation.origin.value,
        relation.confidence,
        relation.status.value,
    )
    return dict(
        zip(
            _RELATION,
            (*values, plain_label(reasons.zh), plain_label(reasons.en), plain_label(evidence)),
            strict=True,
        )
    )


def _said(place: Evidence) -> str:
    where = format_location(place.path, place.first, place.last) if place.found else place.path
    return f"“{place.quote}” {where}" if place.quote else where


def _listed(texts: Iterable[str]) -> str:
    return "; ".join(texts)


def _table(head: Iterable[str], rows: Iterable[Iterable[str | float]]) -> str:
    """Return CSV that spreadsheets read as UTF-8 and never as formulas.

    A cell that looks like a formula gets an apostrophe in front.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows(map(_safe, row) for row in rows)
    return "\ufeff" + text.getvalue()


def _safe(cell: str | float) -> str | float:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
