"""Read a note's front matter: its id, title, aliases, tags and prerequisites, and its problems."""

import re
from typing import TYPE_CHECKING, NamedTuple, cast

from kg.language import en, zh
from kg.notes.inline import WIKILINK
from kg.notes.note import Note
from kg.types import Problem

if TYPE_CHECKING:
    from yaml import MappingNode, ScalarNode, SequenceNode

    Node = ScalarNode | MappingNode | SequenceNode

_YAML = re.compile(
    r"---[ \t]*(?:\r\n|\r|\n)(.*?)(?:\r\n|\r|\n)---[ \t]*(?:\r\n|\r|\n|\Z)", re.DOTALL
)
# What each spelling of a key, in small letters, stands for.
_FIELDS = {
    "id": "id",
    "title": "title",
    "aliases": "aliases",
    "alias": "aliases",
    "tags": "tags",
    "tag": "tags",
    "keywords": "tags",
    **dict.fromkeys(en.REQUIRES_KEYS + zh.REQUIRES_KEYS, "requires"),
}
_NULL = "tag:yaml.org,2002:null"


class Requirement(NamedTuple):
    """Names that the front matter requires, at characters `start` to `end` of the note."""

    names: tuple[str, ...]
    start: int
    end: int


class FrontMatter:
    """The front matter of a note. A faulty entry is left out and reported in `problems`."""

    def __init__(self, note: Note) -> None:
        self.id = self.title = ""
        self.aliases: list[str] = []
        self.tags: list[str] = []
        self.requires: list[Requirement] = []
        self.problems: list[Problem] = []
        if yaml_text := find_front_matter(note.text):
            self._read(note, yaml_text)

    def _read(self, note: Note, yaml_text: str) -> None:
        import yaml

        shift = note.text.index(yaml_text)
        first_line = note.lines.number(shift)

        def report(line: int, reason: str = "") -> None:
            message = "malformed front matter" + (f": {reason}" if reason else "")
            self.problems.append(Problem(note.path, first_line + line, message))

        try:
            root = cast("Node | None", yaml.compose(yaml_text, yaml.SafeLoader))
        except yaml.MarkedYAMLError as error:
            report(error.problem_mark.line if error.problem_mark else 0, str(error.problem))
            return
        except (yaml.YAMLError, RecursionError, ValueError):
            report(0)
            return
        if root is None:
            return
        if root.id != "mapping":
            report(0, "expected keys and values")
            return
        for key, value in root.value:
            field = _FIELDS.get(str(key.value).strip().casefold()) if key.id == "scalar" else None
            if field is None:
                continue
            texts = _scalars(value)
            if texts is None:
                report(value.start_mark.line, f"{key.value} is to be a text or a list of texts")
            elif texts:
                start, end = shift + key.start_mark.index, shift + value.end_mark.index
                entry = note.text[start:end].rstrip()
                names = _names(texts, is_list=value.id != "scalar")
                self._keep(field, texts[0], names, (start, start + len(entry)))

    def _keep(self, field: str, text: str, names: list[str], place: tuple[int, int]) -> None:
        if field == "id":
            self.id = text
        elif field == "title":
            self.title = text
        elif field == "aliases":
            self.aliases += names
        elif field == "tags":
            self.tags += names
        elif names:
            self.requires.append(Requirement(tuple(names), *place))


def find_front_matter(text: str) -> str:
    """Return the YAML between the `---` lines at the very top of a text, or an empty string."""
    match = _YAML.match(text)
    return match[1] if match else ""


def _names(texts: list[str], is_list: bool) -> list[str]:
    """Return the names in an entry. One text that is not in a list may hold several, by commas."""
    parts = texts if is_list else [part for text in texts for part in re.split("[,，、]", text)]
    names = [
        WIKILINK.sub(lambda link: link[1] or link[0], part).strip(" \t#\"'[]") for part in parts
    ]
    return [name for name in names if name]


def _scalars(node: "Node") -> list[str] | None:
    """Return the texts of a text or a list of texts; None if the node is anything else.

    YAML reads a wikilink as a list in a list: its text is returned too.
    """
    if node.id == "scalar":
        text = str(node.value)
        return [text] if text.strip() and node.tag != _NULL else []
    if node.id != "sequence":
        return None
    nested = [_scalars(item) for item in node.value]
    return None if None in nested else [text for texts in nested if texts for text in texts]
