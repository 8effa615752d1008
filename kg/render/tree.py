"""What lies below what → the lines of a small tree for a terminal, each thing in it once. Pure text, no widths (kg/show.py)."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a tree: the branches that lead to it, what stands there, and how many below it are left out."""

    branches: str
    id: str
    hidden: int


def tree(root: str, below: Mapping[str, Sequence[str]], most: int = 12) -> list[Row]:
    """The root and the nearest below it, at most so many, in the order of their parents.

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
    rows = [Row(own, id, sum(one not in children for one in below.get(id, ())))]
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
    """What lies directly below each: not what also lies below something else that does. There are no circles.

    Quickest, and without deep recursion, when each comes after what lies below it.

    >>> nearest({"a": ["b", "c"], "b": ["c"]})
    {'a': ['b'], 'b': ['c']}
    """
    reach: dict[str, set[str]] = {}

    def under(id: str) -> set[str]:
        if id not in reach:
            reach[id] = set()  # a circle, if there is one after all, ends here
            reach[id] = {one for child in below.get(id, ()) for one in (child, *under(child))}
        return reach[id]

    return {
        id: [one for one in ids if not any(one in under(other) for other in ids)]
        for id, ids in below.items()
    }
