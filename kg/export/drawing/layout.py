"""Place boxes and route the lines between them: a layered drawing. Knows nothing of concepts.

The steps are those of Sugiyama, Tagawa and Toda (1981): reverse the few lines that close cycles,
give each box the layer of the longest path to it, order the layers by barycentres so that few lines
cross, and move every box as near to its neighbours as the order allows. kg/export/page/layout.js
does the same, step by step: the drawing on the page and the still one agree to the pixel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from kg.export.drawing.layers import (
    SWEEPS,
    LayerEdge,
    assign_layers,
    mean,
    neighbours,
    order_layers,
    reversed_edges,
    split_long_edges,
)

Size = tuple[int, int]  # Width and height, in pixels.

FRAME = (
    1280,
    760,
)  # The frame a drawing should fit into: it decides whether layers run down or to the right.
_MARGIN = 24
_BETWEEN = 18  # Pixels between boxes of one layer.
_APART = 58  # Pixels between layers.
_BEND = 10  # Pixels that a line takes in a layer it passes through.
_HEAD = 8  # The length of an arrowhead, in pixels.


@dataclass(frozen=True, slots=True)
class Layout:
    """A finished drawing.

    The centre of each box; for each line its SVG path and its arrowhead, as the points of a
    polygon; the whole size.
    """

    places: tuple[tuple[int, int], ...]
    routes: tuple[str, ...]
    heads: tuple[str, ...]
    width: int
    height: int
    down: bool


@dataclass(frozen=True, slots=True)
class _Joined:
    """Each line as the boxes and bends it runs through, and whether it runs against the layers."""

    chains: list[list[int]]
    turned: list[bool]


def layout(sizes: Sequence[Size], lines: Sequence[LayerEdge], frame: Size = FRAME) -> Layout:
    """Lay out boxes and lines: to the right if that fits the frame, else as fits best.

    Boxes without a line are placed below. The same boxes and lines in the same order give the same
    drawing. Lines may form cycles, but not lead from a box to itself.
    """
    turned = reversed_edges(len(sizes), lines)
    arcs = [
        (target, source) if back else (source, target)
        for (source, target), back in zip(lines, turned, strict=True)
    ]
    layers = assign_layers(len(sizes), arcs)
    chains = split_long_edges(layers, arcs)
    rows = order_layers(layers, chains, sorted({box for arc in arcs for box in arc}))
    drawings = [
        _drawing(sizes, rows, _Joined(chains, turned), frame, down) for down in (False, True)
    ]
    return max(
        drawings, key=lambda drawing: min(1, frame[0] / drawing.width, frame[1] / drawing.height)
    )  # The first of equals.


def _drawing(
    sizes: Sequence[Size], rows: Sequence[Sequence[int]], joined: "_Joined", frame: Size, down: bool
) -> Layout:
    """Lay out the drawing with its layers running down, or to the right."""
    count = sum(map(len, rows))
    along, across = (1, 0) if down else (0, 1)
    breadth = {
        node: float(sizes[node][across]) if node < len(sizes) else _BEND
        for row in rows
        for node in row
    }
    centres = _across(rows, joined.chains, breadth, len(sizes))
    first = min((centres[node] - breadth[node] / 2 for node in centres), default=0.0) - _MARGIN
    last = max((centres[node] + breadth[node] / 2 for node in centres), default=0.0) + _MARGIN
    places, spans, start = [(0, 0)] * len(sizes), {}, _MARGIN
    for row in rows:
        depth = max(sizes[node][along] for node in row if node < len(sizes))
        for node in row:
            length = sizes[node][along] if node < len(sizes) else depth
            spans[node] = (
                _round(start + (depth - length) / 2),
                _round(start + (depth + length) / 2),
            )
            if node < len(sizes):
                places[node] = _point(
                    _round(start + depth / 2), _round(centres[node] - first), down
                )
        start += depth + _APART
    whole = _point(start - _APART + _MARGIN, _round(last - first), down) if count else (0, 0)
    width, height = _grid(
        places, sizes, [box for box in range(len(sizes)) if box not in centres], whole, frame
    )
    lines = []
    for chain, (out, into), back in zip(
        joined.chains, _ports(joined.chains, centres, breadth), joined.turned, strict=True
    ):
        way = [out, *(centres[node] for node in chain[1:-1]), into]
        lines.append(
            _line([spans[node] for node in chain], [_round(x - first) for x in way], back, down)
        )
    return Layout(
        tuple(places),
        tuple(path for path, _ in lines),
        tuple(head for _, head in lines),
        width,
        height,
        down,
    )


def _across(
    rows: Sequence[Sequence[int]],
    chains: Sequence[Sequence[int]],
    breadth: dict[int, float],
    boxes: int,
) -> dict[int, float]:
    """Return each position across the layers: near its neighbours, in order, with room between."""
    above, below = neighbours(chains)
    bends = {node: list(chain[1:-1]) for chain in chains for node in chain[1:-1]}
    at = dict.fromkeys(breadth, 0.0)
    for row in rows:
        _spread(row, [0.0] * len(row), [1.0] * len(row), breadth, at)
    for sweep in range(SWEEPS):
        down, both = sweep % 2 == 0, sweep >= SWEEPS - 8
        for row in rows if down else reversed(rows):
            near = [
                (
                    bends.get(node, []) if both else []
                )  # Last, straighten every line as far as the room allows.
                or (above[node] if down or both else []) + (below[node] if not down or both else [])
                for node in row
            ]
            wanted = [
                mean([at[other] for other in others], at[node])
                for node, others in zip(row, near, strict=True)
            ]
            weights = [
                0.1 if not others else 1.0 if node < boxes else 4.0
                for node, others in zip(row, near, strict=True)
            ]
            _spread(row, wanted, weights, breadth, at)
    return at


def _spread(
    row: Sequence[int],
    wanted: list[float],
    weights: list[float],
    breadth: dict[int, float],
    at: dict[int, float],
) -> None:
    """Place a row in its order, as near to the wanted positions as the room between allows.

    By least squares: without the room that must lie before it, no position may be smaller than the
    one before. That is an isotonic regression, solved by pooling adjacent violators.
    """
    before = 0.0
    room = []
    for place, node in enumerate(row):
        if place:
            before += (breadth[row[place - 1]] + breadth[node]) / 2 + _BETWEEN
        room.append(before)
    pools: list[tuple[float, float, int]] = []  # Mean, weight, and how many.
    for place, weight in enumerate(weights):
        mean, many = wanted[place] - room[place], 1
        while pools and pools[-1][0] >= mean:
            other, heavy, more = pools.pop()
            mean = (other * heavy + mean * weight) / (heavy + weight)
            weight, many = heavy + weight, more + many
        pools.append((mean, weight, many))
    place = 0
    for mean, _, many in pools:
        for _ in range(many):
            at[row[place]] = mean + room[place]
            place += 1


def _grid(
    places: list[tuple[int, int]], sizes: Sequence[Size], alone: list[int], whole: Size, frame: Size
) -> Size:
    """Place boxes without a line in rows below the drawing; return the size of everything."""
    if not alone:
        return whole
    widest, top = max(whole[0], frame[0]), max(whole[1], _MARGIN)
    left, bottom, right = _MARGIN, top, whole[0]
    for box in alone:
        width, height = sizes[box]
        if left > _MARGIN and left + width + _MARGIN > widest:
            left, top = _MARGIN, bottom + _BETWEEN
        places[box] = (_round(left + width / 2), _round(top + height / 2))
        left += width + _BETWEEN
        bottom, right = max(bottom, top + height), max(right, left - _BETWEEN + _MARGIN)
    return right, bottom + _MARGIN


def _ports(
    chains: Sequence[Sequence[int]], across: dict[int, float], breadth: dict[int, float]
) -> list[tuple[float, float]]:
    """Return where each line leaves and enters its boxes, ordered by its other end."""
    ends: list[list[float]] = [[0.0, 0.0] for _ in chains]
    for side, (own, next_to) in enumerate(((0, 1), (-1, -2))):
        sharing: dict[int, list[int]] = {}
        for at, chain in enumerate(chains):
            sharing.setdefault(chain[own], []).append(at)
        for box, group in sharing.items():
            group.sort(key=lambda at: across[chains[at][next_to]])
            step = min(14.0, breadth[box] * 0.7 / len(group))
            for place, at in enumerate(group):
                ends[at][side] = across[box] + (place - (len(group) - 1) / 2) * step
    return [(out, into) for out, into in ends]


def _line(spans: list[tuple[int, int]], way: list[int], back: bool, down: bool) -> tuple[str, str]:
    """Return the path of a line and its arrowhead: curves between layers, straight through each."""
    tip = (spans[0][1], way[0]) if back else (spans[-1][0], way[-1])
    base = tip[0] + (_HEAD if back else -_HEAD)
    head = " ".join(
        _text(along, across, down)
        for along, across in (tip, (base, tip[1] - 4), (base, tip[1] + 4))
    )
    last = len(way) - 1
    path = []
    for at in range(last):
        leave = base if back and at == 0 else spans[at][1]
        enter = base if not back and at == last - 1 else spans[at + 1][0]
        middle = _round((leave + enter) / 2)
        curve = [(middle, way[at]), (middle, way[at + 1]), (enter, way[at + 1])]
        path.append(f"{'L' if at else 'M'}{_text(leave, way[at], down)}")
        path.append("C" + " ".join(_text(along, across, down) for along, across in curve))
    return "".join(path), head


def _point(along: int, across: int, down: bool) -> tuple[int, int]:
    return (across, along) if down else (along, across)


def _text(along: int, across: int, down: bool) -> str:
    return "{},{}".format(*_point(along, across, down))


def _round(value: float) -> int:
    return floor(value + 0.5)
