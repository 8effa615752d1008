"""Compute a layered drawing: where each node is placed and how each edge runs.

The steps are those of Sugiyama, Tagawa and Toda (1981): reverse the few edges that close cycles,
give each node the layer of the longest path to it, order the layers by barycentres so that few
edges cross, and move every node as near to its neighbours as the order allows.

Coordinates within a drawing are `along`, in the direction in which the layers follow each other,
and `across`, within a layer. kg/export/page/layout.js does the same, step by step: the drawing in
the page and the still picture have to agree to the pixel.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor

from kg.export.drawing.layers import (
    SWEEPS,
    NodePair,
    assign_layers,
    mean,
    neighbours,
    order_layers,
    reversed_edges,
    split_long_edges,
)

Point = tuple[int, int]  # x and y, in pixels.
Size = tuple[int, int]  # Width and height, in pixels.
Span = tuple[int, int]  # The first and the last pixel along the drawing.

# The size that a drawing should fit into. It decides whether layers run down or to the right.
FRAME: Size = (1280, 760)
# Pixels around the drawing.
_MARGIN = 24
# Pixels between nodes of one layer.
_NODE_GAP = 18
# Pixels between layers.
_LAYER_GAP = 58
# Pixels that an edge takes in a layer through which it passes.
_BEND = 10
# The length of an arrowhead, in pixels.
_HEAD_LENGTH = 8
# Half the width of an arrowhead, in pixels.
_HEAD_HALF_WIDTH = 4
# The largest distance between two edges at one node, in pixels.
_PORT_GAP = 14.0
# The part of a node's side that its edges may take.
_PORT_PART = 0.7
# How many of the sweeps look at the layers on both sides, and straighten edges: the last ones.
_FINAL_SWEEPS = 8
# How strongly a node keeps its wanted position.
_WEIGHT = 1.0
# How strongly a node or bend without a neighbour keeps its position: it makes room for the others.
_LOOSE_WEIGHT = 0.1
# How strongly a bend keeps its wanted position, so that edges run straight.
_BEND_WEIGHT = 4.0


@dataclass(frozen=True, slots=True)
class Layout:
    """A finished drawing, in pixels.

    `places` are the centres of the nodes. `routes` are the SVG paths of the edges, and `heads`
    their arrowheads as the points of polygons. `down` tells whether the layers run down or to the
    right.
    """

    places: tuple[Point, ...]
    routes: tuple[str, ...]
    heads: tuple[str, ...]
    width: int
    height: int
    down: bool


@dataclass(frozen=True, slots=True)
class _LayeredEdges:
    """Each edge as a chain of nodes and bends, and whether it runs against the layers."""

    chains: list[list[int]]
    is_reversed: list[bool]


@dataclass(frozen=True, slots=True)
class _Band:
    """The pixels of a layer along the drawing."""

    start: int
    depth: int

    @property
    def centre(self) -> int:
        return _round(self.start + self.depth / 2)

    def span(self, length: int) -> Span:
        """Return the pixels of a node of this length in the middle of the layer."""
        return (
            _round(self.start + (self.depth - length) / 2),
            _round(self.start + (self.depth + length) / 2),
        )


def compute_layout(sizes: Sequence[Size], edges: Sequence[NodePair], frame: Size = FRAME) -> Layout:
    """Lay out nodes and edges: to the right if that fits the frame, else as fits best.

    Nodes without an edge are placed below. The same nodes and edges in the same order give the same
    drawing. Edges may form cycles, but not lead from a node to itself.
    """
    is_reversed = reversed_edges(len(sizes), edges)
    acyclic = [
        (target, source) if turn else (source, target)
        for (source, target), turn in zip(edges, is_reversed, strict=True)
    ]
    layers = assign_layers(len(sizes), acyclic)
    chains = split_long_edges(layers, acyclic)
    rows = order_layers(layers, chains, {node for edge in acyclic for node in edge})
    layered = _LayeredEdges(chains, is_reversed)
    layouts = [_lay_out(sizes, rows, layered, frame, down) for down in (False, True)]
    # The first of equals counts.
    return max(
        layouts, key=lambda layout: min(1, frame[0] / layout.width, frame[1] / layout.height)
    )


def _lay_out(
    sizes: Sequence[Size],
    rows: Sequence[Sequence[int]],
    edges: _LayeredEdges,
    frame: Size,
    down: bool,
) -> Layout:
    """Lay out the drawing with its layers running down, or to the right."""
    count = len(sizes)
    along, across = (1, 0) if down else (0, 1)
    breadth = {
        node: float(sizes[node][across]) if node < count else _BEND for row in rows for node in row
    }
    offsets = _place_across(rows, edges.chains, breadth, count)
    first = min((offsets[node] - breadth[node] / 2 for node in offsets), default=0.0) - _MARGIN
    last = max((offsets[node] + breadth[node] / 2 for node in offsets), default=0.0) + _MARGIN
    bands = _bands(rows, sizes, along)
    places, spans = [(0, 0)] * count, {}
    for row, band in zip(rows, bands, strict=True):
        for node in row:
            spans[node] = band.span(sizes[node][along] if node < count else band.depth)
            if node < count:
                places[node] = _point(band.centre, _round(offsets[node] - first), down)
    size = (0, 0)
    if bands:
        length = bands[-1].start + bands[-1].depth + _MARGIN
        size = _point(length, _round(last - first), down)
    isolated = [node for node in range(count) if node not in offsets]
    width, height = _place_isolated(places, sizes, isolated, size, frame)
    routes = []
    ports = _ports(edges.chains, offsets, breadth)
    for chain, (out, into), turn in zip(edges.chains, ports, edges.is_reversed, strict=True):
        through = [out, *(offsets[bend] for bend in chain[1:-1]), into]
        crossed = [spans[node] for node in chain]
        routes.append(_route(crossed, [_round(offset - first) for offset in through], turn, down))
    return Layout(
        tuple(places),
        tuple(path for path, _ in routes),
        tuple(head for _, head in routes),
        width,
        height,
        down,
    )


def _bands(rows: Sequence[Sequence[int]], sizes: Sequence[Size], along: int) -> list[_Band]:
    """Return the pixels of each layer: it is as deep as its deepest node."""
    bands, start = [], _MARGIN
    for row in rows:
        depth = max(sizes[node][along] for node in row if node < len(sizes))
        bands.append(_Band(start, depth))
        start += depth + _LAYER_GAP
    return bands


def _place_across(
    rows: Sequence[Sequence[int]],
    chains: Sequence[Sequence[int]],
    breadth: dict[int, float],
    count: int,
) -> dict[int, float]:
    """Return the position of each node and bend across the layers, near its neighbours.

    The last sweeps pull a bend to the other bends of its edge, which straightens the edge.
    """
    above, below = neighbours(chains)
    bends = {bend: list(chain[1:-1]) for chain in chains for bend in chain[1:-1]}
    offsets = dict.fromkeys(breadth, 0.0)
    for row in rows:
        _spread(row, [0.0] * len(row), [_WEIGHT] * len(row), breadth, offsets)
    for sweep in range(SWEEPS):
        down, is_final = sweep % 2 == 0, sweep >= SWEEPS - _FINAL_SWEEPS
        beside = above if down else below
        for row in rows if down else reversed(rows):
            near = [
                bends.get(node) or above[node] + below[node] if is_final else beside[node]
                for node in row
            ]
            wanted = [
                mean([offsets[neighbour] for neighbour in group], offsets[node])
                for node, group in zip(row, near, strict=True)
            ]
            weights = [
                _LOOSE_WEIGHT if not group else _WEIGHT if node < count else _BEND_WEIGHT
                for node, group in zip(row, near, strict=True)
            ]
            _spread(row, wanted, weights, breadth, offsets)
    return offsets


def _spread(
    row: Sequence[int],
    wanted: list[float],
    weights: list[float],
    breadth: dict[int, float],
    offsets: dict[int, float],
) -> None:
    """Place a layer in its order, as near to the wanted positions as the room between allows.

    This is a least-squares problem: without the room that must lie before it, no position may be
    smaller than the one before. It is an isotonic regression, solved by pooling adjacent violators.
    """
    room = [0.0]
    for node, successor in pairwise(row):
        room.append(room[-1] + (breadth[node] + breadth[successor]) / 2 + _NODE_GAP)
    pools: list[tuple[float, float, int]] = []  # Mean, weight, and how many nodes.
    for number, weight in enumerate(weights):
        average, members = wanted[number] - room[number], 1
        while pools and pools[-1][0] >= average:
            other, other_weight, other_members = pools.pop()
            average = (other * other_weight + average * weight) / (other_weight + weight)
            weight, members = other_weight + weight, other_members + members
        pools.append((average, weight, members))
    averages = [average for average, _, members in pools for _ in range(members)]
    for node, average, before in zip(row, averages, room, strict=True):
        offsets[node] = average + before


def _place_isolated(
    places: list[Point], sizes: Sequence[Size], isolated: list[int], size: Size, frame: Size
) -> Size:
    """Place nodes without an edge in rows below the drawing; return the size of everything."""
    if not isolated:
        return size
    widest, top = max(size[0], frame[0]), max(size[1], _MARGIN)
    left, bottom, right = _MARGIN, top, size[0]
    for node in isolated:
        width, height = sizes[node]
        if left > _MARGIN and left + width + _MARGIN > widest:
            left, top = _MARGIN, bottom + _NODE_GAP
        places[node] = (_round(left + width / 2), _round(top + height / 2))
        left += width + _NODE_GAP
        bottom, right = max(bottom, top + height), max(right, left - _NODE_GAP + _MARGIN)
    return right, bottom + _MARGIN


def _ports(
    chains: Sequence[Sequence[int]], offsets: dict[int, float], breadth: dict[int, float]
) -> list[tuple[float, float]]:
    """Return where each edge leaves and enters its nodes, ordered by where it goes to."""
    ports: list[list[float]] = [[0.0, 0.0] for _ in chains]
    for side, (end, beside) in enumerate(((0, 1), (-1, -2))):
        edges_at: dict[int, list[int]] = {}
        for edge, chain in enumerate(chains):
            edges_at.setdefault(chain[end], []).append(edge)
        for node, edges in edges_at.items():
            edges.sort(key=lambda edge: offsets[chains[edge][beside]])
            gap = min(_PORT_GAP, breadth[node] * _PORT_PART / len(edges))
            for number, edge in enumerate(edges):
                ports[edge][side] = offsets[node] + (number - (len(edges) - 1) / 2) * gap
    return [(out, into) for out, into in ports]


def _route(spans: list[Span], across: list[int], turn: bool, down: bool) -> tuple[str, str]:
    """Return the path and the arrowhead of an edge: curves between layers, straight through each.

    `turn` tells whether the edge is reversed: its head is then at the start of the chain.
    """
    tip = (spans[0][1], across[0]) if turn else (spans[-1][0], across[-1])
    base = tip[0] + (_HEAD_LENGTH if turn else -_HEAD_LENGTH)
    corners = (
        tip,
        (base, tip[1] - _HEAD_HALF_WIDTH),
        (base, tip[1] + _HEAD_HALF_WIDTH),
    )
    head = " ".join(_text(*corner, down) for corner in corners)
    last = len(across) - 1
    path = []
    for layer in range(last):
        leave = base if turn and layer == 0 else spans[layer][1]
        enter = base if not turn and layer == last - 1 else spans[layer + 1][0]
        middle = _round((leave + enter) / 2)
        curve = [(middle, across[layer]), (middle, across[layer + 1]), (enter, across[layer + 1])]
        path.append(f"{'L' if layer else 'M'}{_text(leave, across[layer], down)}")
        path.append("C" + " ".join(_text(*point, down) for point in curve))
    return "".join(path), head


def _point(along: int, across: int, down: bool) -> Point:
    return (across, along) if down else (along, across)


def _text(along: int, across: int, down: bool) -> str:
    return "{},{}".format(*_point(along, across, down))


def _round(value: float) -> int:
    """Round half up, as JavaScript does."""
    return floor(value + 0.5)
