"""A View → a diagram for another program to draw or edit: Graphviz, Mermaid, JSON Canvas."""

import json
import re

from kg.errors import ExportError
from kg.export.drawing.svg import arrange_view, main_relation_kind
from kg.export.drawing.view import Edge, Node, View
from kg.types import RelationKind
from kg.wording import RELATIONS

_MERMAID_LINES, _MERMAID_TEXT = (
    500,
    50_000,
)  # what GitHub and Obsidian draw, by Mermaid's own settings
_MERMAID_SAFE = re.compile(r"[^\w \u3000-\u303f\uff00-\uffef·.,:/()+\-…]")
_MARKUP = re.compile(r"[\\`*_\[\]<>#|~$&=!]|^[-+]")
_FONT = "Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
_NARROW = "draw less: --focus with a smaller --depth, fewer --relation, or --path A B"


def dot(seen: View, language: str) -> str:
    """The view in Graphviz's language. Every word is quoted, and the fonts have Chinese characters."""
    lines = [
        "digraph kbase {",
        '  graph [charset="UTF-8", rankdir="TB", tooltip="kbase"];',
        f'  node [shape="box", style="rounded,filled", fillcolor="white", color="#cdd3da", fontname={_quoted(_FONT)}];',
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
    for bond in seen.bonds:
        relations = ", ".join(kind.value for kind in bond.kinds)
        color = ', color="#c0392b", style="dashed"' if bond.cycle else ""
        word = f", label={_quoted(_word(bond, language))}" if _word(bond, language) else ""
        lines.append(
            f"  {_quoted(bond.source)} -> {_quoted(bond.target)} [relation={_quoted(relations)}{word}{color}];"
        )
    return "\n".join([*lines, "}\n"])


def mermaid(seen: View, language: str) -> str:
    """The view as a Mermaid flowchart. Raises ExportError when it is more than Mermaid draws."""
    if len(seen.bonds) > _MERMAID_LINES:
        raise ExportError(
            f"Mermaid draws {_MERMAID_LINES} lines; these are {len(seen.bonds)}", _NARROW
        )
    names = {box.id: f"n{at}" for at, box in enumerate(seen.boxes, 1)}
    text = [f"flowchart {'TD' if arrange_view(seen).down else 'LR'}"]
    for box in seen.boxes:
        label = _mermaid(box.name) + (f"<br>{_mermaid(box.subtitle)}" if box.subtitle else "")
        text.append(f'  {names[box.id]}["{label}"]')
    for bond in seen.bonds:
        arrow = "---" if main_relation_kind(bond).symmetric else "-.->" if bond.cycle else "-->"
        word = f'|"{_mermaid(_word(bond, language))}"|' if _word(bond, language) else ""
        text.append(f"  {names[bond.source]} {arrow}{word} {names[bond.target]}")
    whole = "\n".join(text) + "\n"
    if len(whole) > _MERMAID_TEXT:
        raise ExportError(
            f"Mermaid draws {_MERMAID_TEXT} characters; these are {len(whole)}", _NARROW
        )
    return whole


def canvas(seen: View, language: str) -> str:
    """The view as a JSON Canvas, as Obsidian opens it: a card for each concept, where the drawing has it, only wider apart."""
    drawn = arrange_view(seen)
    out, into = ("bottom", "top") if drawn.down else ("right", "left")
    nodes = [_card(box, place) for box, place in zip(seen.boxes, drawn.places, strict=True)]
    edges = []
    for at, bond in enumerate(seen.bonds, 1):
        ends = {"fromNode": bond.source, "fromSide": out, "toNode": bond.target, "toSide": into}
        arrow = {"toEnd": "none"} if main_relation_kind(bond).symmetric else {}
        word = {"label": _word(bond, language)} if _word(bond, language) else {}
        edges.append({"id": f"e{at}", **ends, **arrow, **word})
    return json.dumps({"nodes": nodes, "edges": edges}, ensure_ascii=False, indent=1) + "\n"


def _card(box: Node, place: tuple[int, int]) -> dict[str, object]:
    (x, y), (width, height) = place, box.size
    width, height = width + 60, height + 40  # Obsidian's margins
    text = "\n".join(filter(None, (_markdown(box.name), _markdown(box.subtitle))))
    spot = {
        "x": x * 3 // 2 - width // 2,
        "y": y * 2 - height // 2,
        "width": width,
        "height": height,
    }
    return {"id": box.id, "type": "text", "text": text, **spot}


def _word(bond: Edge, language: str) -> str:
    """What stands at a line: nothing at that of a mere prerequisite, which most are."""
    if bond.kinds == (RelationKind.PREREQUISITE_OF,):
        return ""
    return ", ".join(RELATIONS[language][kind] for kind in bond.kinds)


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _mermaid(text: str) -> str:
    """The text with every character that Mermaid or HTML might read as its own written by its number."""
    return _MERMAID_SAFE.sub(lambda match: f"#{ord(match[0])};", text)


def _markdown(text: str) -> str:
    """The text without a meaning in Markdown, HTML or wikilinks."""
    return _MARKUP.sub(r"\\\g<0>", text)
