"""Assign boxes to layers and order each layer so that few lines cross."""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

LayerEdge = tuple[int, int]  # The positions of two boxes, from and to.

SWEEPS = 24
_PATIENCE = 8  # Sweeps without a better order before the search stops.


def reversed_edges(count: int, lines: Sequence[LayerEdge]) -> list[bool]:
    """Choose the lines to reverse so that no cycle remains.

    Few of them, by the greedy order of Eades, Lin and Smyth (1993): a box without successors comes
    last; else a box without predecessors, or with the largest surplus of outgoing lines, first.
    """
    after, before = (
        _joined(count, lines),
        _joined(count, [(target, source) for source, target in lines]),
    )
    leaving, entering = [len(ends) for ends in after], [len(ends) for ends in before]
    left, front, back = list(range(count)), [], []
    while left:
        if (box := next((other for other in left if not leaving[other]), None)) is not None:
            back.append(box)
        else:
            box = max(
                left, key=lambda other: (not entering[other], leaving[other] - entering[other])
            )  # The first of equals.
            front.append(box)
        left.remove(box)
        for other in after[box]:
            entering[other] -= 1
        for other in before[box]:
            leaving[other] -= 1
    place = {box: at for at, box in enumerate([*front, *reversed(back)])}
    return [place[source] > place[target] for source, target in lines]


def _joined(count: int, lines: Sequence[LayerEdge]) -> list[list[int]]:
    ends: list[list[int]] = [[] for _ in range(count)]
    for source, target in lines:
        ends[source].append(target)
    return ends


def assign_layers(count: int, arcs: Sequence[LayerEdge]) -> list[int]:
    """Return the layer of each box: the longest path to it, or later if lines get shorter."""
    after: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    for source, target in arcs:
        after[source].append(target)
        waiting[target] += 1
    entering = list(waiting)
    order = [box for box in range(count) if not waiting[box]]
    layers = [0] * count
    for box in order:  # `order` grows meanwhile.
        for target in after[box]:
            layers[target] = max(layers[target], layers[box] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                order.append(target)
    for box in reversed(order):
        if len(after[box]) > entering[box]:
            layers[box] = min(layers[target] for target in after[box]) - 1
    return layers


def split_long_edges(layers: list[int], arcs: Sequence[LayerEdge]) -> list[list[int]]:
    """Split each edge into boxes and bends, one for each layer it passes; bends get layers too."""
    chains = []
    for source, target in arcs:
        between = range(layers[source] + 1, layers[target])
        chains.append([source, *range(len(layers), len(layers) + len(between)), target])
        layers.extend(between)
    return chains


def order_layers(
    layers: Sequence[int], chains: Sequence[Sequence[int]], boxes: Sequence[int]
) -> list[list[int]]:
    """Return the boxes and bends of each layer in the best order that barycentre sweeps found."""
    above, below = neighbours(chains)
    rows: list[list[int]] = [[] for _ in range(max((layers[box] for box in boxes), default=-1) + 1)]
    seen: set[int] = set()
    for root in sorted(boxes, key=lambda box: (layers[box], box)):
        stack = [root]
        while stack:
            if (node := stack.pop()) not in seen:
                seen.add(node)
                rows[layers[node]].append(node)
                stack += reversed(below[node])
    best, fewest, since = rows, _crossings(rows, below), 0
    for sweep in range(SWEEPS):
        beside = above if sweep % 2 == 0 else below
        rows = [list(row) for row in rows]
        for at in range(1, len(rows)) if sweep % 2 == 0 else range(len(rows) - 2, -1, -1):
            other = {
                node: place for place, node in enumerate(rows[at - 1 if sweep % 2 == 0 else at + 1])
            }
            own = {node: place for place, node in enumerate(rows[at])}
            rows[at].sort(
                key=lambda node: mean([other[neighbour] for neighbour in beside[node]], own[node])
            )
        if (crossings := _crossings(rows, below)) < fewest:
            best, fewest, since = rows, crossings, 0
        elif (since := since + 1) == _PATIENCE or not fewest:
            break
    return best


def neighbours(
    chains: Sequence[Sequence[int]],
) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Return what each box and bend is connected to in the layer above, and in the one below."""
    above: defaultdict[int, list[int]] = defaultdict(list)
    below: defaultdict[int, list[int]] = defaultdict(list)
    for chain in chains:
        for upper, lower in pairwise(chain):
            below[upper].append(lower)
            above[lower].append(upper)
    return above, below


def mean(values: Sequence[float], otherwise: float) -> float:
    total = 0.0
    # `sum()` is more precise than JavaScript's addition, and the two have to agree.
    for value in values:
        total += value
    return total / len(values) if values else otherwise


def _crossings(rows: Sequence[Sequence[int]], below: dict[int, list[int]]) -> int:
    """Count line crossings: the inversions between the ends of the lines of two layers."""
    count = 0
    for upper, lower in pairwise(rows):
        place = {node: at for at, node in enumerate(lower)}
        ends: list[int] = []
        for node in upper:
            for end in sorted(place[neighbour] for neighbour in below[node]):
                count += len(ends) - bisect_right(ends, end)
                insort(ends, end)
    return count
