"""Render a graph as one HTML page that works offline and from a file.

Markup, style, script and data are in the page; it sends no request to anyone. The scripts beside
this file draw what is in view, as kg/export/drawing does for a still picture. The page's data:

  concepts  by id: id, name, title and subtitle (as they fit), w, h, gap, aliases, definition,
            notes as file:lines
  topics    id, name, title, subtitle, w, h, members (positions of concepts)
  edges     source and target (positions of concepts), kind (position of a kind), confidence,
            origin, reason, evidence as [file:lines, quote], flags: 1 suggested, 2 replaced by
            a longer path, 4 part of a cycle, 8 all its quotes are gone

Notes are untrusted: `<` is escaped in the data, the script writes text only, and a content security
policy forbids everything else.
"""

import hashlib
import json
from base64 import b64encode
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from kg.export.drawing.labels import plain_label
from kg.export.drawing.layout import FRAME
from kg.export.drawing.topics import group_topics
from kg.export.drawing.view import (
    MOST_CONCEPTS,
    Node,
    concept_node,
    edges_in_cycles,
    topic_node,
)
from kg.export.page.words import WORDS
from kg.graph.build import EdgeKey, Graph, concept_of, relations_of
from kg.graph.subgraph import DRAWN_KINDS, Neighbourhood, drawable_edges
from kg.language.detect import Language, detect_language
from kg.text import format_location, printable
from kg.types import Evidence, Relation, RelationKind, Status
from kg.wording import RELATION_NAMES, RELATION_SENTENCES

_KINDS = list(RelationKind)
# The scripts share one scope, in this order.
_SCRIPTS = ("layout.js", "view.js", "drawing.js", "panel.js", "controls.js", "page.js")
# The flags of an edge, which view.js has too.
_SUGGESTED, _REPLACED, _IN_CYCLE, _STALE = 1, 2, 4, 8


def render_page(
    graph: Graph, around: Neighbourhood, kinds: tuple[RelationKind, ...], language: Language
) -> str:
    """Return the page with the whole graph but rejected relations, opened at a part."""
    words = WORDS[language]
    style = _read_asset("page.css")
    script = "(() => {\n" + "\n".join(map(_read_asset, _SCRIPTS)) + "})();"
    heading = words["heading"]
    if around.focus:
        heading = f"{plain_label(concept_of(graph, around.focus).name(language))} · {heading}"
    data = json.dumps(
        _page_data(graph, around, kinds, language), ensure_ascii=False, separators=(",", ":")
    )
    fields = {name: escape(word) for name, word in words.items()} | {
        "language": language,
        "title": escape(heading),
        "style": style,
        "style_hash": _hash(style),
        "script": script,
        "script_hash": _hash(script),
        "data": data.replace("<", "\\u003c"),
    }
    return Template(_read_asset("page.html")).substitute(fields)


def _read_asset(name: str) -> str:
    return files("kg.export.page").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Return the hash of a script or style, by which the content security policy allows it."""
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _page_data(
    graph: Graph, around: Neighbourhood, kinds: tuple[RelationKind, ...], language: Language
) -> dict[str, Any]:
    position = {id: number for number, id in enumerate(sorted(graph))}
    relations = [
        relation for relation in relations_of(graph) if relation.status is not Status.REJECTED
    ]
    drawable, in_cycles = set(drawable_edges(graph, _KINDS)), edges_in_cycles(graph)
    return {
        "words": WORDS[language],
        "frame": FRAME,
        "most": MOST_CONCEPTS,
        "start": {
            "focus": around.focus,
            "direction": around.direction.value,
            "depth": around.depth,
            "kinds": [_KINDS.index(kind) for kind in kinds or DRAWN_KINDS],
        },
        "kinds": [_kind_data(kind, relations, language) for kind in _KINDS],
        "concepts": [_concept_data(graph, id, language) for id in position],
        "topics": [
            {**_node_data(topic_node(topic)), "members": [position[id] for id in topic.members]}
            for topic in group_topics(graph, language)
        ],
        "edges": [
            {
                "source": position[relation.source],
                "target": position[relation.target],
                "flags": _flags(relation, drawable, in_cycles),
                **_relation_data(relation, language),
            }
            for relation in relations
        ],
    }


def _flags(relation: Relation, drawable: set[EdgeKey], in_cycles: set[EdgeKey]) -> int:
    edge = (relation.source, relation.target, relation.kind.value)
    is_stale = relation.evidence != () and not any(place.found for place in relation.evidence)
    return (
        _SUGGESTED * (relation.status is Status.SUGGESTED)
        | _REPLACED * (edge not in drawable)
        | _IN_CYCLE * (edge in in_cycles)
        | _STALE * is_stale
    )


def _kind_data(kind: RelationKind, relations: list[Relation], language: Language) -> dict[str, Any]:
    """Return the name of a kind of relation, its wording from either end, and its count."""
    sentences = RELATION_SENTENCES[language][kind]
    out, into = (sentence.replace("{}", "", 1).strip() for sentence in sentences)
    accepted = [relation for relation in relations if relation.status is Status.ACCEPTED]
    return {
        "kind": kind.value,
        "word": RELATION_NAMES[language][kind],
        "out": out,
        "into": into,
        "symmetric": kind.symmetric,
        "count": sum(relation.kind is kind for relation in accepted),
    }


def _concept_data(graph: Graph, id: str, language: Language) -> dict[str, Any]:
    concept = concept_of(graph, id)
    found = [place for place in concept.notes if place.found]
    return {
        **_node_data(concept_node(graph, id, language)),
        "gap": concept.gap,
        "aliases": list(dict.fromkeys(plain_label(alias.text) for alias in concept.aliases)),
        "definition": printable(concept.definition.get(language)),
        "notes": [plain_label(_locate(place)) for place in found],
    }


def _node_data(node: Node) -> dict[str, Any]:
    width, height = node.size
    return {
        "id": node.id,
        "name": node.name,
        "title": node.title,
        "subtitle": node.subtitle,
        "w": width,
        "h": height,
    }


def _relation_data(relation: Relation, language: Language) -> dict[str, Any]:
    """Return what the panel says of a relation; quotes in the reader's language come first."""
    places = sorted(
        (place for place in relation.evidence if place.found),
        key=lambda place: detect_language(place.quote) != language,
    )
    return {
        "kind": _KINDS.index(relation.kind),
        "confidence": relation.confidence,
        "origin": relation.origin.value,
        "reason": printable(relation.reason.get(language)),
        "evidence": [[plain_label(_locate(place)), printable(place.quote)] for place in places],
    }


def _locate(place: Evidence) -> str:
    return format_location(place.path, place.first, place.last)
