"""Draw a view as an SVG picture, light or dark, that every viewer shows alike.

The picture has no style sheet and no script.
"""

from dataclasses import dataclass
from html import escape

from kg.export.drawing.labels import FONTS, SUBTITLE, TITLE, label_width
from kg.export.drawing.layout import Layout, Point, compute_layout
from kg.export.drawing.view import Edge, Node, View
from kg.language.detect import Language
from kg.types import RelationKind
from kg.wording import RELATION_NAMES

# The height of the legend below a drawing, in pixels.
_LEGEND_HEIGHT = 44
# Nodes that the title of a picture without a focus names.
_NAMED = 8


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a picture. They must be the same in kg/export/page/page.css."""

    ground: str
    box: str
    edge: str
    text: str
    soft: str
    topic: str
    accent: str
    on_accent: str
    cycle: str
    relations: dict[RelationKind, str]


def _by_kind(*values: str) -> dict[RelationKind, str]:
    return dict(zip(RelationKind, values, strict=True))


LIGHT = Theme(
    ground="#fbfbf9",
    box="#ffffff",
    edge="#cdd3da",
    text="#1f2933",
    soft="#5b6773",
    topic="#eef1f4",
    accent="#1f5f8b",
    on_accent="#ffffff",
    cycle="#c0392b",
    relations=_by_kind(
        "#7b8794", "#0f766e", "#7c5cbf", "#a0692a", "#3b74b8", "#5b8c2a", "#b4496f", "#a3adb8"
    ),
)
DARK = Theme(
    ground="#14181d",
    box="#1e242b",
    edge="#3a444f",
    text="#e6eaee",
    soft="#a3b0bd",
    topic="#252d36",
    accent="#7cc0ee",
    on_accent="#0f1418",
    cycle="#ff8a7a",
    relations=_by_kind(
        "#8795a3", "#4fc3b5", "#b49cf0", "#d9a066", "#7fb0ea", "#9ccc65", "#ec8fb0", "#66727f"
    ),
)
# Dash patterns, so that colour is not the only difference between relations.
DASHES = _by_kind("", "", "8 4", "2 4", "8 3 2 3", "12 4", "4 4", "1 5")
# The dash pattern of an edge in a cycle.
_CYCLE_DASHES = "5 4"
# The width of an edge, in pixels.
_STROKE = 1.5
# The width of a lineage's edge, in pixels.
_LINEAGE_STROKE = 2.2


def layout_of(view: View) -> Layout:
    """Lay out the nodes and edges of a view."""
    number = {node.id: position for position, node in enumerate(view.nodes)}
    return compute_layout(
        [node.size for node in view.nodes],
        [(number[edge.source], number[edge.target]) for edge in view.edges],
    )


def render_svg(view: View, language: Language, *, dark: bool = False) -> str:
    """Return the picture as an SVG document, with a legend below it."""
    theme, layout = DARK if dark else LIGHT, layout_of(view)
    names = {node.id: node.name for node in view.nodes}
    edges = [
        _draw_edge(edge, route, head, theme, _describe(edge, names, language))
        for edge, route, head in zip(view.edges, layout.routes, layout.heads, strict=True)
    ]
    nodes = [
        _draw_node(node, place, theme, focus=node.id == view.focus)
        for node, place in zip(view.nodes, layout.places, strict=True)
    ]
    legend, legend_width = _draw_legend(view, layout, theme, language)
    width = max(layout.width, legend_width)
    height = layout.height + (_LEGEND_HEIGHT if legend else 0)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
            f' viewBox="0 0 {width} {height}" '
            f'role="img" lang="{language}" font-family="{escape(FONTS)}" text-anchor="middle">',
            f"<title>{escape(_title(view, names))}</title>",
            f'<rect width="100%" height="100%" fill="{theme.ground}"/>',
            '<g fill="none" stroke-linecap="round">',
            *edges,
            "</g>",
            *nodes,
            *legend,
            "</svg>\n",
        ]
    )


def main_relation_kind(edge: Edge) -> RelationKind:
    """Return the relation that an edge is drawn as: a lineage says more than a prerequisite."""
    return RelationKind.EVOLVES_TO if RelationKind.EVOLVES_TO in edge.kinds else edge.kinds[0]


def _title(view: View, names: dict[str, str]) -> str:
    return names[view.focus] if view.focus else ", ".join(list(names.values())[:_NAMED])


def _describe(edge: Edge, names: dict[str, str], language: Language) -> str:
    words = ", ".join(RELATION_NAMES[language][kind] for kind in edge.kinds)
    return f"{names[edge.source]} — {words} → {names[edge.target]}"


def _draw_edge(edge: Edge, route: str, head: str, theme: Theme, description: str) -> str:
    kind = main_relation_kind(edge)
    color = theme.cycle if edge.cycle else theme.relations[kind]
    dashes = _CYCLE_DASHES if edge.cycle else DASHES[kind]
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    arrowhead = "" if kind.symmetric else f'<polygon points="{head}" fill="{color}"/>'
    stroke = _LINEAGE_STROKE if kind is RelationKind.EVOLVES_TO else _STROKE
    path = f'<path d="{route}" stroke="{color}" stroke-width="{stroke}"{dashed}/>'
    return f"<g><title>{escape(description)}</title>{path}{arrowhead}</g>"


def _draw_node(node: Node, place: Point, theme: Theme, *, focus: bool) -> str:
    (x, y), (width, height) = place, node.size
    fill = theme.accent if focus else theme.topic if node.members else theme.box
    stroke = fill if focus else theme.edge
    dashed = ' stroke-dasharray="4 3"' if node.gap else ""
    area = f'x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width}" height="{height}" rx="9"'
    title_font = f'font-size="{TITLE}" font-weight="500"'
    title_color, soft = (theme.on_accent,) * 2 if focus else (theme.text, theme.soft)
    texts = [(node.title, y - 4 if node.subtitle else y + 5, title_font, title_color)]
    if node.subtitle:
        texts.append((node.subtitle, y + 14, f'font-size="{SUBTITLE}"', soft))
    return "".join(
        [
            f"<g><title>{escape(node.name)}</title>",
            f'<rect {area} fill="{fill}" stroke="{stroke}"{dashed}/>',
            *(
                f'<text x="{x}" y="{baseline}" {font} fill="{color}">{escape(text)}</text>'
                for text, baseline, font, color in texts
            ),
            "</g>",
        ]
    )


def _draw_legend(
    view: View, layout: Layout, theme: Theme, language: Language
) -> tuple[list[str], int]:
    """Draw a sample of each kind of edge with its meaning, and return how wide that is.

    With only one kind there is no legend.
    """
    kinds = sorted({main_relation_kind(edge) for edge in view.edges}, key=list(RelationKind).index)
    if len(kinds) < 2:
        return [], 0
    parts, x, y = [], 24, layout.height + 14
    for kind in kinds:
        words = RELATION_NAMES[language][kind]
        head = f"{x + 36},{y} {x + 28},{y - 4} {x + 28},{y + 4}"
        sample = Edge("", "", (kind,), False)
        parts += [
            _draw_edge(sample, f"M{x},{y}L{x + 28},{y}", head, theme, words),
            f'<text x="{x + 44}" y="{y + 4}" font-size="{SUBTITLE}" fill="{theme.soft}"'
            f' text-anchor="start">{words}</text>',
        ]
        x += 44 + round(label_width(words, SUBTITLE)) + 24
    return parts, x
