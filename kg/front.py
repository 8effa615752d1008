"""A note's front matter → its id, title, aliases, tags and declared prerequisites; and what is wrong with it."""

import re
from typing import TYPE_CHECKING, cast

from kg.curated import Problem
from kg.gathered import Declared, Place
from kg.markdown import front_matter
from kg.notes import Note

if TYPE_CHECKING:
    from yaml import MappingNode, ScalarNode, SequenceNode

    Node = ScalarNode | MappingNode | SequenceNode

WIKILINK = re.compile(r"\[\[([^\[\]|#\n\"',=]+?)(?:#[^\[\]|\n]*)?(?:\\?\|([^\[\]\n]+?))?\]\]")
_KEYS = {
    "id": "id",
    "title": "title",
    "aliases": "aliases",
    "alias": "aliases",
    "tags": "tags",
    "tag": "tags",
    "keywords": "tags",
    "requires": "requires",
    "require": "requires",
    "prerequisites": "requires",
    "prerequisite": "requires",
    "depends_on": "requires",
    "depends-on": "requires",
    "depends": "requires",
    "前置": "requires",
    "前置知识": "requires",
    "先修": "requires",
}


class Front:
    """A note's front matter; what is wrong with it is among its problems and reads as nothing."""

    def __init__(self, note: Note) -> None:
        self.id = self.title = ""
        self.aliases: list[str] = []
        self.tags: list[str] = []
        self.requires: list[Declared] = []
        self.problems: list[Problem] = []
        if yaml_text := front_matter(note.text):
            self._read(note, yaml_text)

    def _read(self, note: Note, yaml_text: str) -> None:
        import yaml

        shift = note.text.index(yaml_text)
        line = note.lines.number(shift)
        try:
            root = cast("Node | None", yaml.compose(yaml_text, yaml.SafeLoader))
        except yaml.MarkedYAMLError as error:
            line += error.problem_mark.line if error.problem_mark else 0
            self.problems.append(Problem(note.path, line, f"malformed front matter: {error.problem}"))
            return
        except (yaml.YAMLError, RecursionError, ValueError):
            self.problems.append(Problem(note.path, line, "malformed front matter"))
            return
        if root is None:
            return
        if root.id != "mapping":
            self.problems.append(Problem(note.path, line, "malformed front matter: expected keys and values"))
            return
        for key, value in root.value:
            kind = _KEYS.get(str(key.value).strip().casefold()) if key.id == "scalar" else None
            texts = _scalars(value)
            if kind and texts is None:
                message = f"malformed front matter: {key.value} is to be a text or a list of texts"
                self.problems.append(Problem(note.path, line + value.start_mark.line, message))
            elif kind and texts:
                place = Place(-1, shift + key.start_mark.index, shift + value.end_mark.index)
                self._keep(kind, texts, value.id == "scalar", place, note.text)

    def _keep(self, kind: str, texts: list[str], one: bool, place: Place, text: str) -> None:
        if kind == "id":
            self.id = texts[0]
        elif kind == "title":
            self.title = texts[0]
        else:
            several = [part for item in texts for part in (re.split("[,，、]", item) if one else [item])]
            names = [WIKILINK.sub(r"\1", part).strip(" \t#\"'[]") for part in several]
            names = [name for name in names if name]
            if kind == "aliases":
                self.aliases += names
            elif kind == "tags":
                self.tags += names
            elif names:
                end = place.start + len(text[place.start : place.end].rstrip())
                self.requires.append(Declared(tuple(names), Place(place.section, place.start, end)))


def _scalars(node: "Node") -> list[str] | None:
    """The texts of a text or a list of them; a wikilink that YAML takes for a list in a list too."""
    if node.id == "scalar":
        return [str(node.value)] if str(node.value).strip() and node.tag != "tag:yaml.org,2002:null" else []
    if node.id != "sequence":
        return None
    found = [_scalars(item) for item in node.value]
    return None if None in found else [text for item in found if item for text in item]
