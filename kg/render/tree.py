"""Draw what is below what as the lines of a small tree, each item once. No widths, only text."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a tree: its branches, the item, and how many items below it are left out."""

    branches: str
    id: str
    hidden: int


def tree(root: str, below: Mapping[str, Sequence[str]], most: int = 12) -> list[Row]:
    """Return the root and the nearest items below it, at most so many, in their parents' order.

    >>> for row in tree("a", {"a": ["b", "c"], "b": ["d"], "c": ["d", "e"]}):
    ...     print(row.branches + row.id)
    a
    ├─ b
    │  └─ d
    └─ c
       └─ e
    """
    children: dict[str, list[str]] = {root: []}
    waiting = deque([root])
    while waiting:
        parent = waiting.popleft()
        for id in below.get(parent, ()):
            if id not in children and len(children) < most:
                children[id] = []
                children[parent].append(id)
                waiting.append(id)
    return _rows(root, children, below, "", "")


def _rows(
    id: str,
    children: Mapping[str, Sequence[str]],
    below: Mapping[str, Sequence[str]],
    own: str,
    inner: str,
) -> list[Row]:
    rows = [Row(own, id, sum(child not in children for child in below.get(id, ())))]
    for at, child in enumerate(children[id], 1):
        last = at == len(children[id])
        rows += _rows(
            child,
            children,
            below,
            inner + ("└─ " if last else "├─ "),
            inner + ("   " if last else "│  "),
        )
    return rows


def nearest(below: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return what is directly below each item: not what is also below one of its other children.

    Fastest, and without deep recursion, when each item comes after those below it. There must be
    no cycle.

    >>> nearest({"a": ["b", "c"], "b": ["c"]})
    {'a': ['b'], 'b': ['c']}
    """
    reach: dict[str, set[str]] = {}

    def under(id: str) -> set[str]:
        if id not in reach:
            reach[id] = set()  # Should there be a cycle after all, it ends here.
            reach[id] = {
                descendant for child in below.get(id, ()) for descendant in (child, *under(child))
            }
        return reach[id]

    return {
        id: [
            descendant for descendant in ids if not any(descendant in under(other) for other in ids)
        ]
        for id, ids in below.items()
    }
