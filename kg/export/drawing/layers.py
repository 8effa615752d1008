"""Assign the nodes of a drawing to layers, and order each layer so that few edges cross.

A node is a number from 0 on. An edge that passes through a layer has a bend there: a dummy node,
whose number is higher than those of all real ones. kg/export/page/layout.js does the same in the
page, step by step.
"""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

NodePair = tuple[int, int]  # An edge: the numbers of its source and its target.

# Barycentre sweeps over all layers.
SWEEPS = 24
# Sweeps without a better order after which the search stops.
_PATIENCE = 8


def reversed_edges(count: int, edges: Sequence[NodePair]) -> list[bool]:
    """Tell for each edge whether it is reversed, so that no cycle remains.

    There are few of them, by the greedy order of Eades, Lin and Smyth (1993): repeatedly, a node
    without successors is put last; if there is none, a node without predecessors, or else the one
    with the largest surplus of outgoing edges, is put first. Of equals, the first counts.
    """
    successors = _successors(count, edges)
    predecessors = _successors(count, [(target, source) for source, target in edges])
    outgoing, incoming = list(map(len, successors)), list(map(len, predecessors))

    def surplus(node: int) -> tuple[bool, int]:
        return not incoming[node], outgoing[node] - incoming[node]

    front: list[int] = []
    back: list[int] = []
    remaining = list(range(count))
    while remaining:
        sink = next((node for node in remaining if not outgoing[node]), None)
        if sink is not None:
            node = sink
            back.append(node)
        else:
            node = max(remaining, key=surplus)
            front.append(node)
        remaining.remove(node)
        for successor in successors[node]:
            incoming[successor] -= 1
        for predecessor in predecessors[node]:
            outgoing[predecessor] -= 1
    rank = {node: number for number, node in enumerate([*front, *reversed(back)])}
    return [rank[source] > rank[target] for source, target in edges]


def assign_layers(count: int, edges: Sequence[NodePair]) -> list[int]:
    """Return the layer of each node: the longest path to it, or later if edges get shorter.

    The edges form no cycle.
    """
    successors = _successors(count, edges)
    incoming = [0] * count
    for _, target in edges:
        incoming[target] += 1
    waiting_for = list(incoming)
    order = [node for node in range(count) if not incoming[node]]
    layers = [0] * count
    for node in order:  # The list grows meanwhile.
        for successor in successors[node]:
            layers[successor] = max(layers[successor], layers[node] + 1)
            waiting_for[successor] -= 1
            if not waiting_for[successor]:
                order.append(successor)
    for node in reversed(order):
        if len(successors[node]) > incoming[node]:
            layers[node] = min(layers[successor] for successor in successors[node]) - 1
    return layers


def split_long_edges(layers: list[int], edges: Sequence[NodePair]) -> list[list[int]]:
    """Return each edge as a chain: its source, a bend in each layer between, and its target.

    Appends the layers of the bends to `layers`.
    """
    chains = []
    for source, target in edges:
        between = range(layers[source] + 1, layers[target])
        chains.append([source, *range(len(layers), len(layers) + len(between)), target])
        layers.extend(between)
    return chains


def order_layers(
    layers: Sequence[int], chains: Sequence[Sequence[int]], connected: Iterable[int]
) -> list[list[int]]:
    """Return the nodes and bends of each layer in the best order that barycentre sweeps found.

    `connected` are the real nodes at the end of a chain.
    """
    above, below = neighbours(chains)
    rows = best = _first_order(layers, below, connected)
    fewest, sweeps_since = _count_crossings(rows, below), 0
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        rows = [list(row) for row in rows]
        for number in range(1, len(rows)) if down else range(len(rows) - 2, -1, -1):
            fixed = rows[number - 1 if down else number + 1]
            _sort_by_barycentre(rows[number], fixed, above if down else below)
        if (crossings := _count_crossings(rows, below)) < fewest:
            best, fewest, sweeps_since = rows, crossings, 0
        elif (sweeps_since := sweeps_since + 1) == _PATIENCE or not fewest:
            break
    return best


def neighbours(
    chains: Sequence[Sequence[int]],
) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Return what each node and bend is connected to in the layer above, and in the one below."""
    above: defaultdict[int, list[int]] = defaultdict(list)
    below: defaultdict[int, list[int]] = defaultdict(list)
    for chain in chains:
        for upper, lower in pairwise(chain):
            below[upper].append(lower)
            above[lower].append(upper)
    return above, below


def mean(values: Sequence[float], otherwise: float) -> float:
    """Return the arithmetic mean, or `otherwise` if there are no values."""
    total = 0.0
    # `sum()` is more precise than JavaScript's addition, and the two have to agree.
    for value in values:
        total += value
    return total / len(values) if values else otherwise


def _successors(count: int, edges: Sequence[NodePair]) -> list[list[int]]:
    successors: list[list[int]] = [[] for _ in range(count)]
    for source, target in edges:
        successors[source].append(target)
    return successors


def _first_order(
    layers: Sequence[int], below: dict[int, list[int]], connected: Iterable[int]
) -> list[list[int]]:
    """Return the nodes and bends of each layer in the order of a depth-first walk downwards."""
    roots = sorted(connected, key=lambda node: (layers[node], node))
    rows: list[list[int]] = [
        [] for _ in range(max((layers[node] for node in roots), default=-1) + 1)
    ]
    seen: set[int] = set()
    for root in roots:
        stack = [root]
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                rows[layers[node]].append(node)
                stack += reversed(below[node])
    return rows


def _sort_by_barycentre(row: list[int], fixed: Sequence[int], beside: dict[int, list[int]]) -> None:
    """Sort a layer by the mean position of each node's neighbours in the layer next to it."""
    position = {node: number for number, node in enumerate(fixed)}
    own_position = {node: number for number, node in enumerate(row)}

    def barycentre(node: int) -> float:
        return mean([position[neighbour] for neighbour in beside[node]], own_position[node])

    row.sort(key=barycentre)


def _count_crossings(rows: Sequence[Sequence[int]], below: dict[int, list[int]]) -> int:
    """Count the crossings: the inversions among the ends of the edges between two layers."""
    count = 0
    for upper, lower in pairwise(rows):
        position = {node: number for number, node in enumerate(lower)}
        ends: list[int] = []
        for node in upper:
            for end in sorted(position[neighbour] for neighbour in below[node]):
                count += len(ends) - bisect_right(ends, end)
                insort(ends, end)
    return count
