"""A note's front matter → its id, title, aliases, tags and declared prerequisites; and what is wrong with it."""

import re
from typing import TYPE_CHECKING, NamedTuple, cast

from kg.language import en, zh
from kg.notes.markdown import front_matter
from kg.notes.note import Note
from kg.types import Problem

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
    **dict.fromkeys(en.REQUIRES_KEYS + zh.REQUIRES_KEYS, "requires"),
}


class Requirement(NamedTuple):
    """Names that the front matter requires, at characters `start` to `end` of the note."""

    names: tuple[str, ...]
    start: int
    end: int


class FrontMatter:
    """A note's front matter; what is wrong with it is among its problems and reads as nothing."""

    def __init__(self, note: Note) -> None:
        self.id = self.title = ""
        self.aliases: list[str] = []
        self.tags: list[str] = []
        self.requires: list[Requirement] = []
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
            self.problems.append(
                Problem(note.path, line, f"malformed front matter: {error.problem}")
            )
            return
        except (yaml.YAMLError, RecursionError, ValueError):
            self.problems.append(Problem(note.path, line, "malformed front matter"))
            return
        if root is None:
            return
        if root.id != "mapping":
            self.problems.append(
                Problem(note.path, line, "malformed front matter: expected keys and values")
            )
            return
        for key, value in root.value:
            kind = _KEYS.get(str(key.value).strip().casefold()) if key.id == "scalar" else None
            texts = _scalars(value)
            if kind and texts is None:
                message = f"malformed front matter: {key.value} is to be a text or a list of texts"
                self.problems.append(Problem(note.path, line + value.start_mark.line, message))
            elif kind and texts:
                start, end = shift + key.start_mark.index, shift + value.end_mark.index
                self._keep(kind, texts, value.id == "scalar", note.text[start:end].rstrip(), start)

    def _keep(self, kind: str, texts: list[str], single: bool, raw: str, start: int) -> None:
        if kind == "id":
            self.id = texts[0]
        elif kind == "title":
            self.title = texts[0]
        else:
            several = [
                part for item in texts for part in (re.split("[,，、]", item) if single else [item])
            ]
            names = [WIKILINK.sub(r"\1", part).strip(" \t#\"'[]") for part in several]
            names = [name for name in names if name]
            if kind == "aliases":
                self.aliases += names
            elif kind == "tags":
                self.tags += names
            elif names:
                self.requires.append(Requirement(tuple(names), start, start + len(raw)))


def _scalars(node: "Node") -> list[str] | None:
    """The texts of a text or a list of them; a wikilink that YAML takes for a list in a list too."""
    if node.id == "scalar":
        return (
            [str(node.value)]
            if str(node.value).strip() and node.tag != "tag:yaml.org,2002:null"
            else []
        )
    if node.id != "sequence":
        return None
    found = [_scalars(item) for item in node.value]
    return None if None in found else [text for item in found if item for text in item]
