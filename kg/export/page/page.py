"""Render a graph as one HTML page that works offline and from a file.

Markup, style, script and data are in the page; it sends no request to anyone. The scripts
(layout.js, view.js, page.js beside this file) draw what is in view, as their Python namesakes do
for a still picture. The page's data:

  concepts  by id: id, name, title and subtitle (as they fit), w, h, gap, aliases, definition,
            notes as file:lines
  topics    id, name, title, subtitle, w, h, members (positions of concepts)
  edges     source and target (positions of concepts), kind (position of a kind), confidence,
            origin, reason, evidence as [file:lines, quote], flags: 1 suggested, 2 replaced by
            a longer path, 4 part of a cycle, 8 its quotes are gone

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
from kg.export.drawing.topics import topics
from kg.export.drawing.view import MOST, Node, concept_box, cycles_in, topic_box
from kg.graph.build import Graph, concept_of, concepts_of, relations_of
from kg.graph.subgraph import DRAWN_KINDS, Neighbourhood, drawable_edges
from kg.language.detect import Language, detect_language
from kg.text import format_location, printable
from kg.types import Relation, RelationKind, Status
from kg.wording import RELATION_NAMES, RELATION_SENTENCES

_KINDS = list(RelationKind)
_EN = {
    "heading": "Concepts",
    "search": "Search",
    "search_hint": "name, 中文名",
    "found": "{} found",
    "controls": "View",
    "focus": "In view",
    "before": "Before",
    "after": "After",
    "both": "Both",
    "depth": "Steps",
    "all": "all",
    "everything": "Show everything",
    "fold": "Fold topics again",
    "relations": "Relations",
    "suggested": "suggestions too",
    "suggestions": "{} suggestions",
    "outline": "Outline",
    "drawing": "Drawing of the concepts",
    "zoom": "Zoom",
    "zoom_in": "Zoom in",
    "zoom_out": "Zoom out",
    "zoom_fit": "Fit",
    "close": "Close",
    "notes": "Notes",
    "gap": "Not in the notes yet.",
    "cycle": "leads around in a circle",
    "stale": "its quote is gone from the notes",
    "neighbours": "lines in: {}, out: {}",
    "seen_all": "{} concepts.",
    "seen_before": "{} and the {} concepts before it.",
    "seen_after": "{} and the {} concepts after it.",
    "seen_both": "{} and the {} concepts before and after it.",
    "seen_topics": "Folded into {} topics: choose one to unfold it.",
    "keys": "Arrow keys follow lines and layers · Enter opens · / searches · Esc closes"
    " · Ctrl and wheel zoom",
    "noscript": "The drawing needs JavaScript.",
}
_ZH = {
    "heading": "概念图",
    "search": "搜索",
    "search_hint": "名称、缩写、English",
    "found": "找到 {} 个",
    "controls": "视图",
    "focus": "显示范围",
    "before": "之前",
    "after": "之后",
    "both": "前后",
    "depth": "步数",
    "all": "全部",
    "everything": "显示全部",
    "fold": "重新折叠主题",
    "relations": "关系",
    "suggested": "包括待确认的",
    "suggestions": "待确认 {} 个",
    "outline": "目录",
    "drawing": "概念图",
    "zoom": "缩放",
    "zoom_in": "放大",
    "zoom_out": "缩小",
    "zoom_fit": "适应",
    "close": "关闭",
    "notes": "笔记",
    "gap": "笔记中还没有。",
    "cycle": "形成环路",
    "stale": "引文已不在笔记中",
    "neighbours": "入 {} 条，出 {} 条",
    "seen_all": "{} 个概念。",
    "seen_before": "{} 及其之前的 {} 个概念。",
    "seen_after": "{} 及其之后的 {} 个概念。",
    "seen_both": "{} 及其前后的 {} 个概念。",
    "seen_topics": "折叠为 {} 个主题，点击即可展开。",
    "keys": "方向键沿线与层移动 · 回车打开 · / 搜索 · Esc 关闭 · Ctrl 加滚轮缩放",
    "noscript": "显示图需要 JavaScript。",
}
_WORDS = {"en": _EN, "zh": _ZH}

# They share one scope, in this order.
_SCRIPTS = ("layout.js", "view.js", "drawing.js", "page.js", "panel.js")


def page(
    graph: Graph, around: Neighbourhood, kinds: tuple[RelationKind, ...], language: Language
) -> str:
    """Return the page with the whole graph but rejected relations, opened at a part."""
    words = _WORDS[language]
    style = _asset("page.css")
    script = "(() => {\n" + "\n".join(map(_asset, _SCRIPTS)) + "})();"
    focus = plain_label(concept_of(graph, around.focus).name(language)) if around.focus else ""
    data = json.dumps(
        _data(graph, around, kinds, language), ensure_ascii=False, separators=(",", ":")
    )
    parts = {key: escape(word) for key, word in words.items()} | {
        "tongue": language,
        "title": escape(f"{focus} · {words['heading']}" if focus else words["heading"]),
        "style": style,
        "style_hash": _hash(style),
        "script": script,
        "script_hash": _hash(script),
        "data": data.replace("<", "\\u003c"),
    }
    return Template(_asset("page.html")).substitute(parts)


def _asset(name: str) -> str:
    return files("kg.export.page").joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _data(
    graph: Graph, around: Neighbourhood, kinds: tuple[RelationKind, ...], language: Language
) -> dict[str, Any]:
    place = {id: at for at, id in enumerate(sorted(graph))}
    relations = [
        relation for relation in relations_of(graph) if relation.status is not Status.REJECTED
    ]
    kept, circles = set(drawable_edges(graph, _KINDS)), cycles_in(graph)
    edges = []
    for relation in relations:
        line = (relation.source, relation.target, relation.kind.value)
        stale = relation.evidence != () and not any(place.found for place in relation.evidence)
        flags = (
            (relation.status is Status.SUGGESTED)
            | 2 * (line not in kept)
            | 4 * (line in circles)
            | 8 * stale
        )
        edges.append(
            {
                "source": place[relation.source],
                "target": place[relation.target],
                "flags": flags,
                **_edge(relation, language),
            }
        )
    return {
        "words": _WORDS[language],
        "frame": FRAME,
        "most": MOST,
        "start": {
            "focus": around.focus,
            "direction": around.direction.value,
            "depth": around.depth,
            "kinds": [_KINDS.index(kind) for kind in kinds or DRAWN_KINDS],
        },
        "kinds": [_kind(kind, relations, language) for kind in _KINDS],
        "concepts": [_concept(graph, id, language) for id in place],
        "topics": [
            {**_box(topic_box(relation)), "members": [place[id] for id in relation.members]}
            for relation in topics(graph, language)
        ],
        "edges": edges,
    }


def _kind(kind: RelationKind, relations: list[Relation], language: Language) -> dict[str, Any]:
    """Return the name of a kind of relation, its wording from either end, and its count."""
    sentences = RELATION_SENTENCES[language][kind]
    out, into = (sentence.replace("{}", "", 1).strip() for sentence in sentences)
    count = sum(
        relation.kind is kind and relation.status is Status.ACCEPTED for relation in relations
    )
    word = RELATION_NAMES[language][kind]
    return {
        "kind": kind.value,
        "word": word,
        "out": out,
        "into": into,
        "symmetric": kind.symmetric,
        "count": count,
    }


def _concept(graph: Graph, id: str, language: Language) -> dict[str, Any]:
    (concept,) = concepts_of(graph, [id])
    box = concept_box(graph, id, language)
    return {
        **_box(box),
        "gap": concept.gap,
        "aliases": list(dict.fromkeys(plain_label(alias.text) for alias in concept.aliases)),
        "definition": printable(concept.definition.get(language)),
        "notes": [
            plain_label(format_location(place.path, place.first, place.last))
            for place in concept.notes
            if place.found
        ],
    }


def _box(box: Node) -> dict[str, Any]:
    width, height = box.size
    return {
        "id": box.id,
        "name": box.name,
        "title": box.title,
        "subtitle": box.subtitle,
        "w": width,
        "h": height,
    }


def _edge(relation: Relation, language: Language) -> dict[str, Any]:
    places = sorted(
        (place for place in relation.evidence if place.found),
        key=lambda place: detect_language(place.quote) != language,
    )
    return {
        "kind": _KINDS.index(relation.kind),
        "confidence": relation.confidence,
        "origin": relation.origin.value,
        "reason": printable(relation.reason.get(language)),
        "evidence": [
            [
                plain_label(format_location(place.path, place.first, place.last)),
                printable(place.quote),
            ]
            for place in places
        ],
    }
