"""Draw what is below what as the lines of a small tree. It knows no widths, only text."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a tree: its branches, the item, and how many items below it are left out."""

    branches: str
    id: str
    hidden: int


def draw_tree(root: str, below: Mapping[str, Sequence[str]], most: int = 12) -> list[Row]:
    """Return the root and the nearest items below it, `most` in all, in the order of their parents.

    An item that is below several others is drawn once, below the first of them.

    >>> for row in draw_tree("a", {"a": ["b", "c"], "b": ["d"], "c": ["d", "e"]}):
    ...     print(row.branches + row.id)
    a
    ├─ b
    │  └─ d
    └─ c
       └─ e
    """
    children: dict[str, list[str]] = {root: []}
    queue = deque([root])
    while queue:
        parent = queue.popleft()
        for id in below.get(parent, ()):
            if id not in children and len(children) < most:
                children[id] = []
                children[parent].append(id)
                queue.append(id)
    return _rows(root, children, below, "", "")


def direct_children(below: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return what is directly below each item: not what is also below another of its children.

    It is fastest, and without deep recursion, when each item comes after those below it. There must
    be no cycle.

    >>> direct_children({"a": ["b", "c"], "b": ["c"]})
    {'a': ['b'], 'b': ['c']}
    """
    descendants: dict[str, set[str]] = {}

    def descendants_of(id: str) -> set[str]:
        if id not in descendants:
            descendants[id] = set()  # If there is a cycle after all, it ends here.
            children = below.get(id, ())
            descendants[id] = set(children).union(*map(descendants_of, children))
        return descendants[id]

    return {
        id: [
            child
            for child in children
            if not any(child in descendants_of(other) for other in children)
        ]
        for id, children in below.items()
    }


def _rows(
    id: str,
    children: Mapping[str, Sequence[str]],
    below: Mapping[str, Sequence[str]],
    branches: str,
    indent: str,
) -> list[Row]:
    """Return the rows of an item and everything below it, which is indented by `indent`."""
    hidden = sum(child not in children for child in below.get(id, ()))
    rows = [Row(branches, id, hidden)]
    for number, child in enumerate(children[id], 1):
        is_last = number == len(children[id])
        branch, next_indent = ("└─ ", "   ") if is_last else ("├─ ", "│  ")
        rows += _rows(child, children, below, indent + branch, indent + next_indent)
    return rows
