"""Boxes and lines between them → layers, ordered so that few lines cross. Where everything stands is kg/layout.py's."""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

LayerEdge = tuple[int, int]  # the places of two boxes, from and to

SWEEPS = 24
_PATIENCE = 8  # sweeps without a better order


def reversed_edges(count: int, lines: Sequence[LayerEdge]) -> list[bool]:
    """Which lines are to be turned so that none leads around: few of them, by the greedy order of Eades, Lin and Smyth (1993).

    What nothing follows stands last; else what nothing comes before, or where most more leaves than enters, stands first.
    """
    after, before = (
        _joined(count, lines),
        _joined(count, [(target, source) for source, target in lines]),
    )
    leaving, entering = [len(ends) for ends in after], [len(ends) for ends in before]
    left, front, back = list(range(count)), [], []
    while left:
        if (box := next((one for one in left if not leaving[one]), None)) is not None:
            back.append(box)
        else:
            box = max(
                left, key=lambda one: (not entering[one], leaving[one] - entering[one])
            )  # the first of equals
            front.append(box)
        left.remove(box)
        for one in after[box]:
            entering[one] -= 1
        for one in before[box]:
            leaving[one] -= 1
    place = {box: at for at, box in enumerate([*front, *reversed(back)])}
    return [place[source] > place[target] for source, target in lines]


def _joined(count: int, lines: Sequence[LayerEdge]) -> list[list[int]]:
    ends: list[list[int]] = [[] for _ in range(count)]
    for source, target in lines:
        ends[source].append(target)
    return ends


def assign_layers(count: int, arcs: Sequence[LayerEdge]) -> list[int]:
    """The layer of each box, from 0: the length of the longest way to it, and later if that shortens the lines."""
    after: list[list[int]] = [[] for _ in range(count)]
    waiting = [0] * count
    for source, target in arcs:
        after[source].append(target)
        waiting[target] += 1
    entering = list(waiting)
    order = [box for box in range(count) if not waiting[box]]
    layers = [0] * count
    for box in order:  # grows meanwhile
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
    """Each arc as boxes and bends, one for each layer that it passes through; the bends' layers are added to the layers."""
    chains = []
    for source, target in arcs:
        between = range(layers[source] + 1, layers[target])
        chains.append([source, *range(len(layers), len(layers) + len(between)), target])
        layers.extend(between)
    return chains


def order_layers(
    layers: Sequence[int], chains: Sequence[Sequence[int]], boxes: Sequence[int]
) -> list[list[int]]:
    """The boxes and bends of each layer in the best order that sweeping down and up by barycentres has found."""
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
            rows[at].sort(key=lambda node: mean([other[one] for one in beside[node]], own[node]))
        if (crossings := _crossings(rows, below)) < fewest:
            best, fewest, since = rows, crossings, 0
        elif (since := since + 1) == _PATIENCE or not fewest:
            break
    return best


def neighbours(
    chains: Sequence[Sequence[int]],
) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """What each box and bend is joined to in the layer above, and in the one below."""
    above: defaultdict[int, list[int]] = defaultdict(list)
    below: defaultdict[int, list[int]] = defaultdict(list)
    for chain in chains:
        for upper, lower in pairwise(chain):
            below[upper].append(lower)
            above[lower].append(upper)
    return above, below


def mean(values: Sequence[float], otherwise: float) -> float:
    total = 0.0
    for value in values:  # sum() is exacter than adding in JavaScript, and the two are to agree
        total += value
    return total / len(values) if values else otherwise


def _crossings(rows: Sequence[Sequence[int]], below: dict[int, list[int]]) -> int:
    """How often two lines cross: the inversions between the ends of the lines of each two layers."""
    count = 0
    for upper, lower in pairwise(rows):
        place = {node: at for at, node in enumerate(lower)}
        ends: list[int] = []
        for node in upper:
            for end in sorted(place[one] for one in below[node]):
                count += len(ends) - bisect_right(ends, end)
                insort(ends, end)
    return count
