"""Read texts, lists and mappings from YAML nodes, and report each fault with its line.

What is faulty is read as empty, so that one fault does not hide the next.
"""

from collections.abc import Callable, Collection
from difflib import get_close_matches
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from kg.language.detect import detect_language
from kg.types import LocalizedText, Problem

if TYPE_CHECKING:
    from yaml import MappingNode, ScalarNode, SequenceNode

    Node = ScalarNode | MappingNode | SequenceNode

P = ParamSpec("P")
T = TypeVar("T")
_NULL = "tag:yaml.org,2002:null"
# A message about an unknown word lists the allowed ones if they are fewer than this.
_MAX_LISTED = 10


class NodeReader:
    """Reads the nodes of one YAML file. `problems` collects what is wrong with them."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def report(self, node: "Node", message: str) -> None:
        self.problems.append(Problem(self.path, node.start_mark.line + 1, message))

    def read_faultless(
        self, read: Callable[P, T], *arguments: P.args, **keywords: P.kwargs
    ) -> T | None:
        """Return what `read` returns, or None if it reported a problem."""
        before = len(self.problems)
        result = read(*arguments, **keywords)
        return result if len(self.problems) == before else None

    def read_pairs(self, node: "Node | None") -> list[tuple["Node", "Node"]]:
        """Return a mapping's keys and values. A repeated key is a problem; the first one counts."""
        if node is None or _is_empty(node):
            return []
        if node.id != "mapping":
            self.report(node, "expected keys and values")
            return []
        pairs: dict[str, tuple[Node, Node]] = {}
        for key, value in node.value:
            if pairs.setdefault(self.read_text(key), (key, value))[0] is not key:
                self.report(key, f"{key.value} is here twice")
        return list(pairs.values())

    def read_fields(
        self, node: "Node", allowed: Collection[str], required: Collection[str] = ()
    ) -> "dict[str, Node]":
        """Return a mapping's values by their keys, without the empty ones."""
        fields = {
            key.value: value
            for key, value in self.read_pairs(node)
            if self.read_choice(key, allowed, "key")
        }
        if missing := [name for name in required if name not in fields]:
            self.report(node, f"{' and '.join(missing)} missing")
        return {name: value for name, value in fields.items() if not _is_empty(value)}

    def read_items(self, node: "Node | None") -> list["Node"]:
        """Return the items of a list."""
        if node is not None and node.id != "sequence":
            self.report(node, "expected a list")
            return []
        return [] if node is None else list(node.value)

    def read_texts(self, node: "Node | None") -> list[str]:
        """Return a list of texts. One text may stand without a list."""
        nodes = [node] if node is not None and node.id == "scalar" else self.read_items(node)
        return [text for item in nodes if (text := self.read_text(item))]

    def read_text(self, node: "Node") -> str:
        """Return a text as it is written: NO is the abbreviation, not a boolean."""
        if node.id != "scalar" or not node.value.strip():
            self.report(node, "expected a text")
            return ""
        return str(node.value.strip())

    def read_localized(self, node: "Node | None") -> LocalizedText:
        """Return a text for each language, or one text in whatever language it is."""
        if node is None:
            return LocalizedText()
        if node.id == "mapping":
            fields = self.read_fields(node, ("zh", "en"))
            return LocalizedText(**{name: self.read_text(value) for name, value in fields.items()})
        text = self.read_text(node)
        return LocalizedText(**{detect_language(text): text})

    def read_choice(
        self, node: "Node | None", allowed: Collection[str], what: str = "value"
    ) -> str:
        """Return one of the allowed texts. The message about another one suggests the nearest."""
        text = self.read_text(node) if node else ""
        if node is None or not text or text in allowed:
            return text
        if near := get_close_matches(text, sorted(allowed), n=1):
            hint = f": did you mean {near[0]}?"
        elif len(allowed) < _MAX_LISTED:
            hint = f": expected {', '.join(sorted(allowed))}"
        else:
            hint = ""
        self.report(node, f"unknown {what} {text}{hint}")
        return ""


def _is_empty(node: "Node") -> bool:
    return bool(node.tag == _NULL)
