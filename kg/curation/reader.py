"""Read the curated file (concepts.yaml): its concepts and relations, and its problems by line.

It opens no file, and does not look up quotes in the notes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, cast

from kg.curation.nodes import NodeReader
from kg.language.detect import Language, detect_language
from kg.names import NameIndex, name_key, names_in
from kg.types import (
    Alias,
    AliasKind,
    Concept,
    Edge,
    Evidence,
    Origin,
    Problem,
    Relation,
    RelationKind,
    Status,
)

if TYPE_CHECKING:
    from kg.curation.nodes import Node

_ID = re.compile(r"[^\W_](?:[^\W_]|-)*")
_KINDS = [kind.value for kind in RelationKind]
# In the order in which the names of a concept are listed.
_LANGUAGES: tuple[Language, ...] = ("en", "zh")
_DECISIONS = [Status.ACCEPTED.value, Status.REJECTED.value]
_CONCEPT_FIELDS = ("name", "abbr", "aliases", "definition", "notes", "gap")
_REQUIRED_RELATION_FIELDS = ("from", "to", "relation")
_RELATION_FIELDS = (
    *_REQUIRED_RELATION_FIELDS,
    "reason",
    "trade_off",
    "status",
    "confidence",
    "evidence",
)


@dataclass(frozen=True, slots=True)
class CuratedConcepts:
    """The content of a curated file, without faulty entries and the relations that lead to them.

    The ends of a relation are as written: ids or names, of concepts in the file or in the notes.
    `lines` has the line of each relation. `complete` says that the file names every concept there
    is; what else the notes hold is then only suggested.
    """

    concepts: tuple[Concept, ...]
    relations: tuple[Relation, ...]
    problems: tuple[Problem, ...]
    complete: bool = False
    path: str = ""
    lines: tuple[int, ...] = ()

    def resolve_relations(self, names: NameIndex) -> tuple[list[Relation], list[Problem]]:
        """Return the relations between the concepts that their ends mean, and the problems."""
        resolved: dict[Edge, Relation] = {}
        problems = []
        for written, line in zip(self.relations, self.lines, strict=True):
            source, target = names.resolve(written.source), names.resolve(written.target)
            if unclear := (
                _unclear_end(written.source, source, names)
                or _unclear_end(written.target, target, names)
            ):
                problems.append(Problem(self.path, line, unclear))
                continue
            relation = replace(written, source=source[0], target=target[0])
            if relation.source == relation.target:
                message = f"{relation.source} is related to itself"
                problems.append(Problem(self.path, line, message))
            elif resolved.setdefault(relation.edge, relation) is not relation:
                statement = f"{written.source} {written.kind.value} {written.target}"
                problems.append(Problem(self.path, line, f"{statement} was said before"))
        return list(resolved.values()), problems


NOTHING_CURATED = CuratedConcepts((), (), ())


def _unclear_end(written: str, ids: tuple[str, ...], names: NameIndex) -> str:
    """Return why the end of a relation does not mean one concept; an empty string if it does."""
    if len(ids) == 1:
        return ""
    if ids:
        return f"{written} means several concepts: {', '.join(ids)}"
    near = names.suggest(written, 1)
    return f"unknown concept {written}" + (f": did you mean {near[0]}?" if near else "")


def read_curated(text: str, path: str) -> CuratedConcepts:
    """Return the content of a curated file. Its evidence has no lines yet.

    A relation that gives evidence is declared. One that gives none rests on the person's word: its
    origin is the user.
    """
    import yaml

    def fail(line: int, reason: str) -> CuratedConcepts:
        return CuratedConcepts((), (), (Problem(path, line + 1, f"malformed YAML: {reason}"),))

    try:
        # The C loader crashes on deep nesting, and takes the process with it.
        root = cast("Node | None", yaml.compose(text, yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        return fail(error.problem_mark.line if error.problem_mark else 0, str(error.problem))
    except yaml.reader.ReaderError as error:
        return fail(text.count("\n", 0, int(error.position)), "a control character")
    except RecursionError:
        return fail(0, "nested too deeply")
    reader = _CurationReader(path)
    concepts, relations = reader.read_root(root) if root else ([], [])
    return CuratedConcepts(
        tuple(concepts),
        tuple(relation for _, relation in relations),
        tuple(sorted(reader.problems, key=lambda problem: problem.line)),
        reader.complete,
        path,
        tuple(line for line, _ in relations),
    )


class _CurationReader(NodeReader):
    """Reads the concepts and relations of a curated file from its nodes."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.complete = False
        self._ids: dict[str, str] = {}  # by their keys

    def read_root(self, root: "Node") -> tuple[list[Concept], list[tuple[int, Relation]]]:
        """Return the faultless concepts, and the relations between such with their lines."""
        fields = self.read_fields(root, ("version", "complete", "concepts", "relations"))
        self.read_choice(fields.get("version"), ["1"])
        self.complete = self.read_flag(fields.get("complete"))
        concepts = [
            concept
            for id, node in self.read_pairs(fields.get("concepts"))
            if (concept := self.read_faultless(self.read_concept, id, node))
        ]
        faulty = set(self._ids.values()) - {concept.id for concept in concepts}
        relations = [
            (node.start_mark.line + 1, relation)
            for node in self.read_items(fields.get("relations"))
            if (relation := self.read_faultless(self.read_relation, node))
            and faulty.isdisjoint((relation.source, relation.target))
        ]
        return concepts, relations

    def read_concept(self, id_node: "Node", node: "Node") -> Concept:
        """Return a concept with all its names: of two entries with one name the first counts."""
        id = self._read_id(id_node)
        fields = self.read_fields(node, _CONCEPT_FIELDS, required=("name",))
        full = list(self._read_full_names(fields.get("name")))
        short = [
            Alias(text, detect_language(text), AliasKind.ABBR)
            for text in self.read_texts(fields.get("abbr"))
        ]
        names = [*full, *short, *self._read_synonyms(fields.get("aliases"))]
        for alias in names:
            if not name_key(alias.text):
                self.report(node, f"{alias.text!r} is no name")
        notes = tuple(map(_parse_section, self.read_texts(fields.get("notes"))))
        gap = self.read_flag(fields.get("gap"))
        if gap and notes:
            self.report(fields["gap"], "a gap has no notes: keep the one or the other")
        first_by_text = {alias.text: alias for alias in reversed(names)}
        return Concept(
            id,
            full[0].text if full else "",
            tuple(reversed(first_by_text.values())),
            self.read_localized(fields.get("definition")),
            notes,
            gap,
        )

    def _read_id(self, node: "Node") -> str:
        id = self.read_text(node)
        if not _ID.fullmatch(id) or id != id.casefold():
            form = "small letters, digits and hyphens, a letter or digit first"
            self.report(node, f"{id!r} is no id: {form}")
        elif (other := self._ids.setdefault(name_key(id), id)) != id:
            self.report(node, f"the id {id} differs from {other} by hyphens only")
        return id

    def _read_full_names(self, node: "Node | None") -> Iterator[Alias]:
        """Yield the names of each language, and those in parentheses after them."""
        name = self.read_localized(node)
        for language in _LANGUAGES:
            if text := getattr(name, language):
                first, *others = names_in(text)
                yield Alias(first.text, language, AliasKind.FULL)
                yield from others

    def _read_synonyms(self, node: "Node | None") -> Iterator[Alias]:
        """Yield other names, from one list or from a list for each language."""
        if node is None or node.id != "mapping":
            for text in self.read_texts(node):
                yield Alias(text, detect_language(text), AliasKind.SYNONYM)
            return
        for language, texts in self.read_fields(node, ("zh", "en")).items():
            for text in self.read_texts(texts):
                yield Alias(text, cast("Language", language), AliasKind.SYNONYM)

    def read_relation(self, node: "Node") -> Relation:
        fields = self.read_fields(node, _RELATION_FIELDS, _REQUIRED_RELATION_FIELDS)
        source, target = (
            self.read_text(fields[end]) if end in fields else "" for end in ("from", "to")
        )
        kind = RelationKind(
            self.read_choice(fields.get("relation"), _KINDS) or RelationKind.RELATED
        )
        if "trade_off" in fields and kind is not RelationKind.EVOLVES_TO:
            self.report(fields["trade_off"], "trade_off belongs to evolves_to only")
        return Relation(
            source,
            target,
            kind,
            Origin.DECLARED if "evidence" in fields else Origin.USER,
            self._read_confidence(fields.get("confidence")),
            Status(self.read_choice(fields.get("status"), _DECISIONS) or Status.ACCEPTED),
            self.read_localized(fields.get("reason")),
            self.read_localized(fields.get("trade_off")),
            tuple(self._read_evidence(item) for item in self.read_items(fields.get("evidence"))),
        )

    def _read_evidence(self, node: "Node") -> Evidence:
        fields = self.read_fields(node, ("path", "heading", "quote"), ("path", "quote"))
        path, heading, quote = (
            self.read_text(fields[name]) if name in fields else ""
            for name in ("path", "heading", "quote")
        )
        if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
            self.report(fields["path"], f"{path} leaves the notes' folder")
        return Evidence(path, 0, 0, (heading,) if heading else (), quote)

    def _read_confidence(self, node: "Node | None") -> float:
        try:
            value = float(node.value) if node else 1.0
        except (TypeError, ValueError):
            value = -1.0
        if node and not 0 <= value <= 1:
            self.report(node, "confidence must be a number from 0 to 1")
        return value

    def read_flag(self, node: "Node | None") -> bool:
        return self.read_choice(node, ["false", "true"]) == "true"


def _parse_section(reference: str) -> Evidence:
    """Return the section that `path#Heading` names. Its lines are not known yet."""
    path, _, heading = reference.partition("#")
    return Evidence(path.strip(), 0, 0, (heading.strip(),) if heading.strip() else (), "")
