"""The curated file (concepts.yaml) → concepts and relations, and what is wrong with it, line by line.

Reads the text it is given: opens no file, and does not look its quotes up in the notes (kg/extract.py).
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

from kg.language.detect import detect_language
from kg.names import NameIndex, name_key, names_in
from kg.types import (
    Alias,
    AliasKind,
    Concept,
    Edge,
    Evidence,
    LocalizedText,
    Origin,
    Problem,
    Relation,
    RelationKind,
    Status,
)

if TYPE_CHECKING:
    from yaml import MappingNode, ScalarNode, SequenceNode

    Node = ScalarNode | MappingNode | SequenceNode

P = ParamSpec("P")
T = TypeVar("T")
_ID = re.compile(r"[^\W_](?:[^\W_]|-)*")
_KINDS = [kind.value for kind in RelationKind]
_DECISIONS = [Status.ACCEPTED.value, Status.REJECTED.value]


@dataclass(frozen=True, slots=True)
class CuratedConcepts:
    """What a curated file says. An entry with a problem is left out, and so is every relation that leads to it.

    The ends of a relation are as they are written: ids or names, of concepts of the file or of the notes. `lines` has
    the line of each. `complete` is the file's word that it names every concept there is: what else the notes hold is
    only suggested.
    """

    concepts: tuple[Concept, ...]
    relations: tuple[Relation, ...]
    problems: tuple[Problem, ...]
    complete: bool = False
    path: str = ""
    lines: tuple[int, ...] = ()

    def resolved(self, names: NameIndex) -> tuple[list[Relation], list[Problem]]:
        """The relations between the concepts that their ends mean, and what is wrong with the others."""
        said: dict[Edge, Relation] = {}
        problems = []
        for relation, line in zip(self.relations, self.lines, strict=True):
            ends = (names.resolve(relation.source), names.resolve(relation.target))
            if wrong := next(
                (
                    text
                    for text in map(_unclear, (relation.source, relation.target), ends, [names] * 2)
                    if text
                ),
                "",
            ):
                problems.append(Problem(self.path, line, wrong))
                continue
            meant = replace(relation, source=ends[0][0], target=ends[1][0])
            if meant.source == meant.target:
                problems.append(Problem(self.path, line, f"{meant.source} is related to itself"))
            elif said.setdefault(meant.edge, meant) is not meant:
                message = (
                    f"{relation.source} {relation.kind.value} {relation.target} was said before"
                )
                problems.append(Problem(self.path, line, message))
        return list(said.values()), problems


NOTHING_CURATED = CuratedConcepts((), (), ())


def _unclear(written: str, meant: tuple[str, ...], names: NameIndex) -> str:
    """Why an end of a relation is no one concept; empty when it is one."""
    if len(meant) == 1:
        return ""
    if meant:
        return f"{written} means several concepts: {', '.join(meant)}"
    near = names.suggest(written, 1)
    return f"unknown concept {written}" + (f": did you mean {near[0]}?" if near else "")


def read_curated(text: str, path: str) -> CuratedConcepts:
    """What a curated file says. No evidence has lines yet.

    A relation that gives evidence is declared; one that gives none rests on the person's word: its origin is the user.
    """
    import yaml

    try:
        root = yaml.compose(
            text, yaml.SafeLoader
        )  # the C loader dies of deep nesting, and takes the process with it
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        return CuratedConcepts(
            (), (), (Problem(path, line + 1, f"malformed YAML: {error.problem}"),)
        )
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, int(error.position))
        return CuratedConcepts(
            (), (), (Problem(path, line + 1, "malformed YAML: a control character"),)
        )
    except RecursionError:
        return CuratedConcepts((), (), (Problem(path, 1, "malformed YAML: nested too deeply"),))
    reader = _Reader(path)
    concepts, relations = reader.read(cast("Node", root)) if root else ([], [])
    problems = sorted(reader.problems, key=lambda problem: problem.line)
    lines, said = tuple(line for line, _ in relations), tuple(relation for _, relation in relations)
    return CuratedConcepts(tuple(concepts), said, tuple(problems), reader.complete, path, lines)


class _Reader:
    """Walks the nodes of a curated file and keeps what is wrong with them; what is wrong reads as nothing."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.ids: dict[str, str] = {}  # key → id
        self.complete = False

    def read(self, root: "Node") -> tuple[list[Concept], list[tuple[int, Relation]]]:
        """The concepts, and the relations with their lines."""
        parts = self.fields(root, ("version", "complete", "concepts", "relations"))
        self.choice(parts.get("version"), ["1"])
        self.complete = self.choice(parts.get("complete"), ["false", "true"]) == "true"
        concepts = [
            self.sound(self.concept, id, node) for id, node in self.pairs(parts.get("concepts"))
        ]
        sound = [concept for concept in concepts if concept]
        broken = set(self.ids.values()) - {concept.id for concept in sound}
        nodes = (
            (node, self.sound(self.relation, node)) for node in self.items(parts.get("relations"))
        )
        said = [(node.start_mark.line + 1, relation) for node, relation in nodes if relation]
        return sound, [
            (line, one) for line, one in said if broken.isdisjoint((one.source, one.target))
        ]

    def concept(self, id: "Node", node: "Node") -> Concept:
        name = self.string(id)
        if not _ID.fullmatch(name) or name != name.casefold():
            self.wrong(
                id, f"{name!r} is no id: small letters, digits and hyphens, a letter or digit first"
            )
        elif (other := self.ids.setdefault(name_key(name), name)) != name:
            self.wrong(id, f"the id {name} differs from {other} by hyphens only")
        parts = self.fields(
            node, ("name", "abbr", "aliases", "definition", "notes", "gap"), ("name",)
        )
        names = [*self.full(parts.get("name"))]
        label = names[0].text if names else ""
        names += [
            Alias(text, detect_language(text), AliasKind.ABBR)
            for text in self.strings(parts.get("abbr"))
        ]
        names += self.synonyms(parts.get("aliases"))
        for alias in names:
            if not name_key(alias.text):
                self.wrong(node, f"{alias.text!r} is no name")
        notes = tuple(map(_section, self.strings(parts.get("notes"))))
        gap = self.choice(parts.get("gap"), ["false", "true"]) == "true"
        if gap and notes:
            self.wrong(parts["gap"], "a gap has no notes: keep the one or the other")
        aliases = {alias.text: alias for alias in reversed(names)}  # what is said first stays
        return Concept(
            name,
            label,
            tuple(reversed(aliases.values())),
            self.wording(parts.get("definition")),
            notes,
            gap,
        )

    def full(self, node: "Node | None") -> Iterator[Alias]:
        wording = self.wording(node)
        for text, language_ in ((wording.en, "en"), (wording.zh, "zh")):
            if text:
                first, *more = names_in(text)
                yield from (Alias(first.text, language_, AliasKind.FULL), *more)

    def synonyms(self, node: "Node | None") -> Iterator[Alias]:
        """Other names, as a list or as one list for each language."""
        if node is None or node.id != "mapping":
            yield from (
                Alias(text, detect_language(text), AliasKind.SYNONYM) for text in self.strings(node)
            )
        else:
            for name, values in self.fields(node, ("zh", "en")).items():
                yield from (Alias(text, name, AliasKind.SYNONYM) for text in self.strings(values))

    def relation(self, node: "Node") -> Relation:
        required = ("from", "to", "relation")
        parts = self.fields(
            node, (*required, "reason", "trade_off", "status", "confidence", "evidence"), required
        )
        source, target = (self.string(parts[end]) if end in parts else "" for end in ("from", "to"))
        kind = RelationKind(self.choice(parts.get("relation"), _KINDS) or RelationKind.RELATED)
        if "trade_off" in parts and kind is not RelationKind.EVOLVES_TO:
            self.wrong(parts["trade_off"], "trade_off belongs to evolves_to only")
        return Relation(
            source,
            target,
            kind,
            Origin.DECLARED if "evidence" in parts else Origin.USER,
            self.confidence(parts.get("confidence")),
            Status(self.choice(parts.get("status"), _DECISIONS) or Status.ACCEPTED),
            self.wording(parts.get("reason")),
            self.wording(parts.get("trade_off")),
            tuple(self.evidence(item) for item in self.items(parts.get("evidence"))),
        )

    def evidence(self, node: "Node") -> Evidence:
        parts = self.fields(node, ("path", "heading", "quote"), ("path", "quote"))
        path, heading, quote = (
            self.string(parts[name]) if name in parts else ""
            for name in ("path", "heading", "quote")
        )
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            self.wrong(parts["path"], f"{path} leaves the notes' folder")
        return Evidence(path, 0, 0, (heading,) if heading else (), quote)

    def confidence(self, node: "Node | None") -> float:
        try:
            value = float(node.value) if node else 1.0
        except (TypeError, ValueError):
            value = -1.0
        if node and not 0 <= value <= 1:
            self.wrong(node, "confidence must be a number from 0 to 1")
        return value

    def sound(self, read: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T | None:
        """What was read, unless something was wrong with it."""
        before = len(self.problems)
        result = read(*arguments, **named)
        return result if len(self.problems) == before else None

    def wrong(self, node: "Node", message: str) -> None:
        self.problems.append(Problem(self.path, node.start_mark.line + 1, message))

    def pairs(self, node: "Node | None") -> list[tuple["Node", "Node"]]:
        """A mapping's keys and values; a key said twice is wrong, and the first one counts."""
        if node is None or _empty(node):
            return []
        if node.id != "mapping":
            self.wrong(node, "expected keys and values")
            return []
        found: dict[str, tuple[Node, Node]] = {}
        for name, value in node.value:
            if found.setdefault(self.string(name), (name, value))[0] is not name:
                self.wrong(name, f"{name.value} is here twice")
        return list(found.values())

    def fields(
        self, node: "Node", allowed: Collection[str], required: Collection[str] = ()
    ) -> "dict[str, Node]":
        found = {
            name.value: value
            for name, value in self.pairs(node)
            if self.choice(name, allowed, "key")
        }
        if missing := [name for name in required if name not in found]:
            self.wrong(node, f"{' and '.join(missing)} missing")
        return {name: value for name, value in found.items() if not _empty(value)}

    def items(self, node: "Node | None") -> list["Node"]:
        """A list's items."""
        if node is not None and node.id != "sequence":
            self.wrong(node, "expected a list")
            return []
        return [] if node is None else list(node.value)

    def strings(self, node: "Node | None") -> list[str]:
        """A list of texts, or one text on its own."""
        nodes = [node] if node is not None and node.id == "scalar" else self.items(node)
        return [text for item in nodes if (text := self.string(item))]

    def string(self, node: "Node") -> str:
        """The text as it is written: the abbreviation NO is no boolean here."""
        if node.id != "scalar" or not node.value.strip():
            self.wrong(node, "expected a text")
            return ""
        return str(node.value.strip())

    def wording(self, node: "Node | None") -> LocalizedText:
        """A text in each language, or one text in whatever language it is."""
        if node is None:
            return LocalizedText()
        if node.id == "mapping":
            return LocalizedText(
                **{
                    name: self.string(value)
                    for name, value in self.fields(node, ("zh", "en")).items()
                }
            )
        text = self.string(node)
        return LocalizedText(**{detect_language(text): text})

    def choice(self, node: "Node | None", allowed: Collection[str], what: str = "value") -> str:
        """One of the allowed texts; another one is wrong, and the nearest is named."""
        text = self.string(node) if node else ""
        if node is None or not text or text in allowed:
            return text
        near = get_close_matches(text, sorted(allowed), n=1)
        hint = (
            f"did you mean {near[0]}?"
            if near
            else f"expected {', '.join(sorted(allowed))}"
            if len(allowed) < 10
            else ""
        )
        self.wrong(node, f"unknown {what} {text}" + (f": {hint}" if hint else ""))
        return ""


def _empty(node: "Node") -> bool:
    return bool(node.tag == "tag:yaml.org,2002:null")


def _section(reference: str) -> Evidence:
    """`path#Heading` as a place whose lines are not known yet."""
    path, _, heading = reference.partition("#")
    return Evidence(path.strip(), 0, 0, (heading.strip(),) if heading.strip() else (), "")
