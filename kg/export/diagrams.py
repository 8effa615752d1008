"""Export a view as a diagram for another program: Graphviz, Mermaid, JSON Canvas."""

import json
import re

from kg.errors import ExportError
from kg.export.drawing.svg import arrange_view, main_relation_kind
from kg.export.drawing.view import Edge, Node, View
from kg.language.detect import Language
from kg.types import RelationKind
from kg.wording import RELATION_NAMES

_MERMAID_LINES, _MERMAID_TEXT = (
    500,
    50_000,
)  # The limits of GitHub and Obsidian, from Mermaid's own settings.
_MERMAID_SAFE = re.compile(r"[^\w \u3000-\u303f\uff00-\uffef·.,:/()+\-…]")
_MARKUP = re.compile(r"[\\`*_\[\]<>#|~$&=!]|^[-+]")
_FONT = "Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
_NARROW = "draw less: --focus with a smaller --depth, fewer --relation, or --path A B"


def dot(seen: View, language: Language) -> str:
    """Return the view in Graphviz's language, quoted, in fonts with Chinese characters."""
    lines = [
        "digraph kbase {",
        '  graph [charset="UTF-8", rankdir="TB", tooltip="kbase"];',
        '  node [shape="box", style="rounded,filled", fillcolor="white", color="#cdd3da",'
        f" fontname={_quoted(_FONT)}];",
        f'  edge [color="#7b8794", fontcolor="#5b6773", fontsize="10", fontname={_quoted(_FONT)}];',
    ]
    for box in seen.boxes:
        style = (
            ', style="rounded,filled,dashed"'
            if box.gap
            else ', fillcolor="#eef1f4"'
            if box.members
            else ""
        )
        label = (
            f"{_escaped(box.name)}\\n{_escaped(box.subtitle)}"
            if box.subtitle
            else _escaped(box.name)
        )
        lines.append(f'  {_quoted(box.id)} [label="{label}"{style}];')
    for edge in seen.edges:
        relations = ", ".join(kind.value for kind in edge.kinds)
        color = ', color="#c0392b", style="dashed"' if edge.cycle else ""
        word = f", label={_quoted(_word(edge, language))}" if _word(edge, language) else ""
        lines.append(
            f"  {_quoted(edge.source)} -> {_quoted(edge.target)}"
            f" [relation={_quoted(relations)}{word}{color}];"
        )
    return "\n".join([*lines, "}\n"])


def mermaid(seen: View, language: Language) -> str:
    """Return the view as a Mermaid flowchart. Raises ExportError when Mermaid could not draw it."""
    if len(seen.edges) > _MERMAID_LINES:
        raise ExportError(
            f"Mermaid draws {_MERMAID_LINES} lines; these are {len(seen.edges)}", _NARROW
        )
    names = {box.id: f"n{at}" for at, box in enumerate(seen.boxes, 1)}
    text = [f"flowchart {'TD' if arrange_view(seen).down else 'LR'}"]
    for box in seen.boxes:
        label = _mermaid(box.name) + (f"<br>{_mermaid(box.subtitle)}" if box.subtitle else "")
        text.append(f'  {names[box.id]}["{label}"]')
    for edge in seen.edges:
        arrow = "---" if main_relation_kind(edge).symmetric else "-.->" if edge.cycle else "-->"
        word = f'|"{_mermaid(_word(edge, language))}"|' if _word(edge, language) else ""
        text.append(f"  {names[edge.source]} {arrow}{word} {names[edge.target]}")
    whole = "\n".join(text) + "\n"
    if len(whole) > _MERMAID_TEXT:
        raise ExportError(
            f"Mermaid draws {_MERMAID_TEXT} characters; these are {len(whole)}", _NARROW
        )
    return whole


def canvas(seen: View, language: Language) -> str:
    """Return the view as a JSON Canvas for Obsidian: a card for each concept, spaced out."""
    drawn = arrange_view(seen)
    out, into = ("bottom", "top") if drawn.down else ("right", "left")
    nodes = [_card(box, place) for box, place in zip(seen.boxes, drawn.places, strict=True)]
    edges = []
    for at, edge in enumerate(seen.edges, 1):
        ends = {"fromNode": edge.source, "fromSide": out, "toNode": edge.target, "toSide": into}
        arrow = {"toEnd": "none"} if main_relation_kind(edge).symmetric else {}
        word = {"label": _word(edge, language)} if _word(edge, language) else {}
        edges.append({"id": f"e{at}", **ends, **arrow, **word})
    return json.dumps({"nodes": nodes, "edges": edges}, ensure_ascii=False, indent=1) + "\n"


def _card(box: Node, place: tuple[int, int]) -> dict[str, object]:
    (x, y), (width, height) = place, box.size
    width, height = width + 60, height + 40  # Obsidian's margins.
    text = "\n".join(filter(None, (_markdown(box.name), _markdown(box.subtitle))))
    spot = {
        "x": x * 3 // 2 - width // 2,
        "y": y * 2 - height // 2,
        "width": width,
        "height": height,
    }
    return {"id": box.id, "type": "text", "text": text, **spot}


def _word(edge: Edge, language: Language) -> str:
    """Return what is written at an edge: nothing at a mere prerequisite, the most frequent kind."""
    if edge.kinds == (RelationKind.PREREQUISITE_OF,):
        return ""
    return ", ".join(RELATION_NAMES[language][kind] for kind in edge.kinds)


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _mermaid(text: str) -> str:
    """Escape every character that Mermaid or HTML might read as syntax, by its number."""
    return _MERMAID_SAFE.sub(lambda match: f"#{ord(match[0])};", text)


def _markdown(text: str) -> str:
    """Escape what has a meaning in Markdown, HTML or wikilinks."""
    return _MARKUP.sub(r"\\\g<0>", text)
