"""Export a view as a diagram for another program: Graphviz, Mermaid, JSON Canvas."""

import json
import re

from kg.errors import ExportError
from kg.export.drawing.layout import Point
from kg.export.drawing.svg import layout_of, main_relation_kind
from kg.export.drawing.view import Edge, Node, View
from kg.language.detect import Language
from kg.types import RelationKind
from kg.wording import RELATION_NAMES

# The most edges that GitHub and Obsidian draw of a Mermaid diagram, from Mermaid's own settings.
_MERMAID_EDGES = 500
# The most characters of a Mermaid diagram that they accept.
_MERMAID_TEXT = 50_000
# Every other character is escaped in Mermaid.
_MERMAID_UNSAFE = re.compile(r"[^\w \u3000-\u303f\uff00-\uffef·.,:/()+\-…]")
# What has a meaning in Markdown, HTML or wikilinks.
_MARKUP = re.compile(r"[\\`*_\[\]<>#|~$&=!]|^[-+]")
_GRAPHVIZ_FONTS = "Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
_DRAW_LESS = "draw less: --focus with a smaller --depth, fewer --relation, or --path A B"
# Obsidian's margins left and right of a card's text together, in pixels.
_CARD_MARGIN_X = 60
# Obsidian's margins above and below a card's text together, in pixels.
_CARD_MARGIN_Y = 40


def render_dot(view: View, language: Language) -> str:
    """Return the view in Graphviz's language, in fonts with Chinese characters."""
    fonts = f"fontname={_quote(_GRAPHVIZ_FONTS)}"
    lines = [
        "digraph kbase {",
        '  graph [charset="UTF-8", rankdir="TB", tooltip="kbase"];',
        '  node [shape="box", style="rounded,filled", fillcolor="white", color="#cdd3da",'
        f" {fonts}];",
        f'  edge [color="#7b8794", fontcolor="#5b6773", fontsize="10", {fonts}];',
    ]
    for node in view.nodes:
        label = _escape(node.name) + (f"\\n{_escape(node.subtitle)}" if node.subtitle else "")
        lines.append(f'  {_quote(node.id)} [label="{label}"{_dot_style(node)}];')
    for edge in view.edges:
        relations = ", ".join(kind.value for kind in edge.kinds)
        label = _edge_label(edge, language)
        shown = f", label={_quote(label)}" if label else ""
        color = ', color="#c0392b", style="dashed"' if edge.cycle else ""
        lines.append(
            f"  {_quote(edge.source)} -> {_quote(edge.target)}"
            f" [relation={_quote(relations)}{shown}{color}];"
        )
    return "\n".join([*lines, "}\n"])


def render_mermaid(view: View, language: Language) -> str:
    """Return the view as a Mermaid flowchart. Raises ExportError when Mermaid could not draw it."""
    if len(view.edges) > _MERMAID_EDGES:
        raise ExportError(
            f"Mermaid draws {_MERMAID_EDGES} lines; these are {len(view.edges)}", _DRAW_LESS
        )
    names = {node.id: f"n{number}" for number, node in enumerate(view.nodes, 1)}
    lines = [f"flowchart {'TD' if layout_of(view).down else 'LR'}"]
    for node in view.nodes:
        subtitle = f"<br>{_escape_mermaid(node.subtitle)}" if node.subtitle else ""
        label = _escape_mermaid(node.name) + subtitle
        lines.append(f'  {names[node.id]}["{label}"]')
    for edge in view.edges:
        arrow = "---" if main_relation_kind(edge).symmetric else "-.->" if edge.cycle else "-->"
        label = _edge_label(edge, language)
        shown = f'|"{_escape_mermaid(label)}"|' if label else ""
        lines.append(f"  {names[edge.source]} {arrow}{shown} {names[edge.target]}")
    text = "\n".join(lines) + "\n"
    if len(text) > _MERMAID_TEXT:
        raise ExportError(
            f"Mermaid draws {_MERMAID_TEXT} characters; these are {len(text)}", _DRAW_LESS
        )
    return text


def render_canvas(view: View, language: Language) -> str:
    """Return the view as a JSON Canvas for Obsidian: a card for each node, spaced out."""
    layout = layout_of(view)
    out, into = ("bottom", "top") if layout.down else ("right", "left")
    cards = [_card(node, place) for node, place in zip(view.nodes, layout.places, strict=True)]
    edges = []
    for number, edge in enumerate(view.edges, 1):
        ends = {"fromNode": edge.source, "fromSide": out, "toNode": edge.target, "toSide": into}
        arrow = {"toEnd": "none"} if main_relation_kind(edge).symmetric else {}
        label = _edge_label(edge, language)
        edges.append({"id": f"e{number}", **ends, **arrow, **({"label": label} if label else {})})
    return json.dumps({"nodes": cards, "edges": edges}, ensure_ascii=False, indent=1) + "\n"


def _dot_style(node: Node) -> str:
    if node.gap:
        return ', style="rounded,filled,dashed"'
    return ', fillcolor="#eef1f4"' if node.members else ""


def _card(node: Node, place: Point) -> dict[str, object]:
    width, height = node.size[0] + _CARD_MARGIN_X, node.size[1] + _CARD_MARGIN_Y
    texts = filter(None, (_escape_markdown(node.name), _escape_markdown(node.subtitle)))
    return {
        "id": node.id,
        "type": "text",
        "text": "\n".join(texts),
        "x": place[0] * 3 // 2 - width // 2,
        "y": place[1] * 2 - height // 2,
        "width": width,
        "height": height,
    }


def _edge_label(edge: Edge, language: Language) -> str:
    """Return what is written at an edge: nothing at a mere prerequisite, the most frequent kind."""
    if edge.kinds == (RelationKind.PREREQUISITE_OF,):
        return ""
    return ", ".join(RELATION_NAMES[language][kind] for kind in edge.kinds)


def _quote(text: str) -> str:
    return f'"{_escape(text)}"'


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _escape_mermaid(text: str) -> str:
    """Escape every character that Mermaid or HTML might read as syntax, by its number."""
    return _MERMAID_UNSAFE.sub(lambda match: f"#{ord(match[0])};", text)


def _escape_markdown(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", text)
