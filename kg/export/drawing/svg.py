"""Draw a view as an SVG picture, light or dark, that every viewer shows alike.

No style sheet and no script.
"""

from dataclasses import dataclass
from html import escape

from kg.export.drawing.labels import FONTS, SUBTITLE, TITLE, label_width
from kg.export.drawing.layout import Layout, layout
from kg.export.drawing.view import Edge, Node, View
from kg.language.detect import Language
from kg.types import RelationKind
from kg.wording import RELATION_NAMES

_LEGEND = 44  # The height of the legend below a drawing, in pixels.


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a picture; kg/export/page/page.css has the same."""

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


def _each(*values: str) -> dict[RelationKind, str]:
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
    relations=_each(
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
    relations=_each(
        "#8795a3", "#4fc3b5", "#b49cf0", "#d9a066", "#7fb0ea", "#9ccc65", "#ec8fb0", "#66727f"
    ),
)
# Dash patterns, so that colour is not all that tells relations apart.
DASHES = _each("", "", "8 4", "2 4", "8 3 2 3", "12 4", "4 4", "1 5")
_BROAD = {RelationKind.EVOLVES_TO}


def arrange_view(seen: View) -> Layout:
    """Lay out everything in a view."""
    place = {box.id: at for at, box in enumerate(seen.boxes)}
    return layout(
        [box.size for box in seen.boxes],
        [(place[edge.source], place[edge.target]) for edge in seen.edges],
    )


def svg(seen: View, language: Language, *, dark: bool = False) -> str:
    """Return the picture as an SVG document, with a legend below it."""
    theme, drawn = DARK if dark else LIGHT, arrange_view(seen)
    names = {box.id: box.name for box in seen.boxes}
    ways = zip(seen.edges, drawn.routes, drawn.heads, strict=True)
    lines = [
        _edge_group(edge, route, head, theme, _says(edge, names, language))
        for edge, route, head in ways
    ]
    boxes = [
        _box(box, place, theme, focus=box.id == seen.focus)
        for box, place in zip(seen.boxes, drawn.places, strict=True)
    ]
    legend, across = _legend(seen, drawn, theme, language)
    width, height = max(drawn.width, across), drawn.height + (_LEGEND if legend else 0)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
            f' viewBox="0 0 {width} {height}" '
            f'role="img" lang="{language}" font-family="{escape(FONTS)}" text-anchor="middle">',
            f"<title>{escape(_title(seen, names))}</title>",
            f'<rect width="100%" height="100%" fill="{theme.ground}"/>',
            '<g fill="none" stroke-linecap="round">',
            *lines,
            "</g>",
            *boxes,
            *legend,
            "</svg>\n",
        ]
    )


def _title(seen: View, names: dict[str, str]) -> str:
    return names[seen.focus] if seen.focus else ", ".join(list(names.values())[:8])


def _says(edge: Edge, names: dict[str, str], language: Language) -> str:
    words = ", ".join(RELATION_NAMES[language][kind] for kind in edge.kinds)
    return f"{names[edge.source]} — {words} → {names[edge.target]}"


def main_relation_kind(edge: Edge) -> RelationKind:
    """Return the relation that a line is drawn as: a lineage says more than a prerequisite."""
    return RelationKind.EVOLVES_TO if RelationKind.EVOLVES_TO in edge.kinds else edge.kinds[0]


def _edge_group(edge: Edge, route: str, head: str, theme: Theme, says: str) -> str:
    kind = main_relation_kind(edge)
    color = theme.cycle if edge.cycle else theme.relations[kind]
    dash = "5 4" if edge.cycle else DASHES[kind]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    tip = "" if kind.symmetric else f'<polygon points="{head}" fill="{color}"/>'
    breadth = 2.2 if kind in _BROAD else 1.5
    path = f'<path d="{route}" stroke="{color}" stroke-width="{breadth}"{dashed}/>'
    return f"<g><title>{escape(says)}</title>{path}{tip}</g>"


def _box(box: Node, place: tuple[int, int], theme: Theme, *, focus: bool) -> str:
    (x, y), (width, height) = place, box.size
    fill = theme.accent if focus else theme.topic if box.members else theme.box
    dashed = ' stroke-dasharray="4 3"' if box.gap else ""
    area = f'x="{x - width / 2:g}" y="{y - height / 2:g}" width="{width}" height="{height}" rx="9"'
    texts = [
        (
            box.title,
            y - 4 if box.subtitle else y + 5,
            f'font-size="{TITLE}" font-weight="500"',
            theme.text,
        )
    ]
    texts += [(box.subtitle, y + 14, f'font-size="{SUBTITLE}"', theme.soft)] if box.subtitle else []
    return "".join(
        [
            f"<g><title>{escape(box.name)}</title>"
            f'<rect {area} fill="{fill}" stroke="{fill if focus else theme.edge}"{dashed}/>',
            *(
                f'<text x="{x}" y="{at}" {font} fill="{theme.on_accent if focus else color}">'
                f"{escape(text)}</text>"
                for text, at, font, color in texts
            ),
            "</g>",
        ]
    )


def _legend(seen: View, drawn: Layout, theme: Theme, language: Language) -> tuple[list[str], int]:
    """Draw a sample of each kind of line with its meaning, and return how wide that is.

    With only one kind there is no legend.
    """
    kinds = sorted({main_relation_kind(edge) for edge in seen.edges}, key=list(RelationKind).index)
    if len(kinds) < 2:
        return [], 0
    parts, x, y = [], 24, drawn.height + 14
    for kind in kinds:
        words, tip = (
            RELATION_NAMES[language][kind],
            f"{x + 36},{y} {x + 28},{y - 4} {x + 28},{y + 4}",
        )
        parts.append(
            _edge_group(Edge("", "", (kind,), False), f"M{x},{y}L{x + 28},{y}", tip, theme, words)
        )
        parts.append(
            f'<text x="{x + 44}" y="{y + 4}" font-size="{SUBTITLE}" fill="{theme.soft}"'
            f' text-anchor="start">{words}</text>'
        )
        x += 44 + round(label_width(words, SUBTITLE)) + 24
    return parts, x
