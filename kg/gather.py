"""Note → what concepts and relations may be made of, each with its place. One note at a time: what is one is decided later."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

from kg.concepts import Evidence
from kg.curated import Problem
from kg.markdown import BlockKind, Section, front_matter, plain
from kg.needs import is_aside
from kg.notes import Note
from kg.sentences import sentences_of
from kg.terms import ABBREVIATION, Asked, Reading, asked, clean, is_single, is_term, names_of, term_key
from kg.text import CJK, Lines, language

if TYPE_CHECKING:
    from yaml import MappingNode, ScalarNode, SequenceNode

    Node = ScalarNode | MappingNode | SequenceNode

# Raised whenever the same note comes to be gathered, or a sentence of it understood, otherwise: what is kept is then made anew.
GATHERING = 2

_BOLD = re.compile(r"(?:\*\*|__)(?=\S)(.{1,160}?)(?<=\S)(?:\*\*|__)(\s*[（(][^（）()\n]{1,120}[)）])?")
_WIKILINK = re.compile(r"\[\[([^\[\]|#\n\"',=]+?)(?:#[^\[\]|\n]*)?(?:\\?\|([^\[\]\n]+?))?\]\]")
_LINK = re.compile(r"(?<!!)\[([^\[\]\n]{1,160})\]\(<?([^()\s<>]+?\.(?:md|markdown|txt))(?:#[^()\s<>]*)?>?\)")
_LONG_FORM = re.compile(r"((?:[A-Za-z][\w'’–-]*[ \n]+){1,9}|[A-Za-z][\w'’–-]*-[\w-]+\s+)\(([A-Za-z][A-Za-z0-9.+-]{1,9}?)s?\)")
_SHORT_FORM = re.compile(r"\b([A-Z][A-Za-z0-9.+-]{1,9})\s*[（(]([A-Za-z][\w'’ –-]{5,70})[)）]")
# In running text a Chinese name begins where nothing else can be: after a mark, or after 的, 是, 叫, 称, 即.
_NAMED = re.compile(
    rf"(?:^|[，。；：、！？“”「」（）()|\s]|[的是叫称即])([{CJK}A-Za-z0-9·\- ]{{2,16}})[（(]([A-Za-z][^（）()\n]{{1,80}})[)）]"
)
_LEAD = re.compile("^(?:例如|比如|诸如|如|即|包括|以及|通过|采用|使用|同时|其中)")
_LONGEST_LEFT = 12  # characters of a name in running text, where nothing marks its beginning
_HEADING = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_NEEDED = re.compile(
    r"^\W*(?:requires?|prerequisites?|depends[ _-]?on|needs?|(?:read|learn|study) first|builds[ _-]on"
    r"|前置(?:知识|概念|条件|要求|内容|笔记)?"
    r"|先修(?:知识|课程|内容)?|预备知识|先决条件|需要先(?:了解|学习|掌握)|依赖)\W*$",
    re.IGNORECASE,
)
_NEEDS = re.compile(
    r"^\W*(?:requires?|prerequisites?|depends on|needs"
    r"|前置(?:知识|概念|条件|要求)?|先修(?:知识)?|预备知识|需要先(?:了解|学习|掌握)|依赖)"
    r"\s*(::|:|：|(?=\[))\s*",
    re.IGNORECASE,
)


class Source(Enum):
    """Where a term stands, and so how surely it is one."""

    TITLE = "title"
    HEADING = "heading"
    DEFINED = "defined"  # bold, and a sentence begins with it
    BOLD = "bold"
    LABEL = "label"  # bold before a colon: often no term at all
    GROUP = "group"  # 名称（English, ABBR） in running text
    ALIAS = "alias"
    TAG = "tag"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Place:
    """Characters of the note, within a section (its number)."""

    section: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Head:
    """A heading: its trail, where it stands, the sentences under it up to the next one, and what it is about."""

    trail: tuple[str, ...]
    place: Place
    first: int
    last: int  # up to, not with
    asked: Asked


@dataclass(frozen=True, slots=True)
class Spot:
    """A sentence, a table row: where it stands, and what a reader sees of it. `prose` is not so for rows, code and math.

    `aside` says that it is about an example, an application or a contrast.
    """

    place: Place
    text: str
    prose: bool
    aside: bool


@dataclass(frozen=True, slots=True)
class Term:
    """A written term with its names. `spot` is the sentence it stands in, -1 in a heading or the front matter."""

    names: tuple[str, ...]
    source: Source
    spot: int
    section: int


@dataclass(frozen=True, slots=True)
class Declared:
    """What the note says has to be known first: names, titles, ids or paths; and where it says so."""

    targets: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Gathered:
    """All of a note that concepts and relations are made of. `title` is empty when it has none but its file's name."""

    path: str
    text: str
    id: str
    title: str
    aliases: tuple[str, ...]
    heads: tuple[Head, ...]
    spots: tuple[Spot, ...]
    terms: tuple[Term, ...]
    declared: tuple[Declared, ...]
    problems: tuple[Problem, ...]

    def to_json(self) -> str:
        """A text from which `from_json` makes the same again."""
        return json.dumps(
            {
                "note": [self.path, self.text, self.id, self.title, self.aliases],
                "heads": [[one.trail, *_flat(one.place), one.first, one.last, _asked_json(one.asked)] for one in self.heads],
                "spots": [[*_flat(one.place), one.text, one.prose + 2 * one.aside] for one in self.spots],
                "terms": [[one.names, one.source.value, one.spot, one.section] for one in self.terms],
                "declared": [[one.targets, *_flat(one.place)] for one in self.declared],
                "problems": [[one.line, one.message] for one in self.problems],
            },
            ensure_ascii=False,
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> "Gathered":
        """The Gathered of such a text."""
        one = json.loads(text)
        path, note, id, title, aliases = one["note"]
        return cls(
            path,
            note,
            id,
            title,
            tuple(aliases),
            tuple(
                Head(tuple(trail), Place(*place), first, last, _asked_from(asked))
                for trail, *place, first, last, asked in one["heads"]
            ),
            tuple(
                Spot(Place(section, start, end), seen, bool(flags & 1), bool(flags & 2))
                for section, start, end, seen, flags in one["spots"]
            ),
            tuple(Term(tuple(names), _SOURCES[source], spot, section) for names, source, spot, section in one["terms"]),
            tuple(Declared(tuple(targets), Place(*place)) for targets, *place in one["declared"]),
            tuple(Problem(path, line, message) for line, message in one["problems"]),
        )

    def evidence(self, place: Place, lines: Lines) -> Evidence:
        """The place as evidence; `lines` are those of the note's text."""
        first, last = lines.number(place.start), lines.number(max(place.start, place.end - 1))
        trail = self.heads[place.section].trail if 0 <= place.section < len(self.heads) else ()
        return Evidence(self.path, first, last, trail, self.text[place.start : place.end])


_SOURCES = {source.value: source for source in Source}


def _flat(place: Place) -> tuple[int, int, int]:
    return place.section, place.start, place.end


def _asked_json(one: Asked) -> list[Any]:
    return [[[reading.forms, reading.sure] for reading in one.terms], one.compares, one.asks]


def _asked_from(one: list[Any]) -> Asked:
    return Asked(tuple(Reading(tuple(forms), sure) for forms, sure in one[0]), one[1], one[2])


def gather(note: Note) -> Gathered:
    """What concepts and relations may be made of. Raises nothing: what is wrong with the front matter is among the problems."""
    text = note.markdown
    heads, spots = _walk(text, note.sections())
    front = _Front(note)
    title = front.title or next((head.trail[0] for head in heads if head.trail), "") or _only_heading(text)
    terms = [*_front_terms(front, title, heads, spots), *_heading_terms(title, heads, spots)]
    for number, spot in enumerate(spots):
        if spot.prose:
            terms += (Term(names, source, number, spot.place.section) for names, source in _written(text, spot))
    marked = {name for term in terms if term.source is not Source.GROUP and len(term.names) > 1 for name in term.names}
    terms = [term for term in terms if term.source is not Source.GROUP or marked.isdisjoint(term.names[1:])]
    declared = [*front.requires, *_declared(text, heads, spots)]
    return Gathered(
        note.path,
        note.text,
        front.id,
        title,
        tuple(front.aliases),
        tuple(heads),
        tuple(spots),
        tuple(dict.fromkeys(terms)),
        tuple(declared),
        tuple(front.problems),
    )


def _only_heading(text: str) -> str:
    """The first heading of a note without any text."""
    match = _HEADING.search(text)
    return plain(match[1]) if match else ""


def _walk(text: str, sections: Sequence[Section]) -> tuple[list[Head], list[Spot]]:
    """The headings, those without text of their own too, and the sentences."""
    heads: list[Head] = []
    spots: list[Spot] = []
    end, trail = 0, tuple[str, ...]()
    for section in sections:
        for match in _HEADING.finditer(text, end, section.start):
            if (seen := plain(match[1])) in section.heading and seen not in trail:
                above = section.heading[: section.heading.index(seen) + 1]
                heads.append(Head(above, Place(len(heads), *match.span(1)), len(spots), len(spots), asked(seen)))
        first = len(spots)
        line = text[section.start :].split("\n", 1)[0].rstrip("\r") if section.heading else ""
        start = section.start + len(line) - len(line.lstrip(" \t#"))
        place = Place(len(heads), start, max(start, section.start + len(line.rstrip(" \t#"))))
        for block in section.blocks:
            for begin, stop, seen in sentences_of(text, block):
                prose = block.kind is BlockKind.PROSE
                spots.append(Spot(Place(len(heads), begin, stop), seen, prose, is_aside(seen)))
            end = block.spans[-1][1]
        title = section.heading[-1] if section.heading else ""
        heads.append(Head(section.heading, place, first, len(spots), asked(title)))
        trail = section.heading
    return heads, spots


def _heading_terms(title: str, heads: Sequence[Head], spots: Sequence[Spot]) -> Iterator[Term]:
    """The terms of headings that the text under them, or anywhere, confirms."""
    body = term_key("\n".join(spot.text for spot in spots))
    for number, head in enumerate(heads):
        if head.trail and head.trail[-1] != title:
            for names in _confirmed(head.asked, body):
                yield Term(names, Source.HEADING, -1, number)


def _confirmed(heading: Asked, body: str) -> Iterator[tuple[str, ...]]:
    """Of each reading the fullest form that the text writes too; a sure one is believed without it.

    An enumeration is no term when all its parts are.
    """
    confirmed = []
    for reading in heading.terms:
        found = [names for form in reading.forms if (names := names_of(form))]
        written = next((names for names in found if any(term_key(name) in body for name in names)), None)
        confirmed.append(written or (found[-1] if reading.sure and found else None))
    whole = len(confirmed) > 2 and not heading.compares and all(confirmed[1:])
    yield from (names for names in confirmed[whole:] if names)


def _front_terms(front: "_Front", title: str, heads: Sequence[Head], spots: Sequence[Spot]) -> Iterator[Term]:
    body = term_key("\n".join(spot.text for spot in spots))
    about = asked(title)
    whole = () if about.compares or about.asks or not is_single(title) else names_of(title)
    for names in [whole] if whole else _confirmed(about, body):
        yield Term(names, Source.TITLE, -1, -1)
    for alias in front.aliases:
        if names := names_of(alias):
            yield Term(names, Source.ALIAS, -1, -1)
    for tag in front.tags:
        if names := names_of(tag.rpartition("/")[2].replace("_", " ")):
            yield Term(names, Source.TAG, -1, -1)


def _written(text: str, spot: Spot) -> Iterator[tuple[tuple[str, ...], Source]]:
    """The terms that a sentence marks: bold ones, groups in parentheses, links to other notes."""
    raw = text[spot.place.start : spot.place.end]
    for match in _BOLD.finditer(raw):
        inside = plain(match[1])
        names = names_of(inside + plain(match[2] or ""))
        if names:
            begins = not raw[: match.start()].strip(" \t-*+>#0123456789.、)[]")
            ends = match[1].rstrip().endswith((":", "：", ".", "。")) or raw[match.end() :].lstrip()[:1] in {":", "："}
            source = Source.LABEL if ends and begins and len(names) == 1 else Source.DEFINED if begins else Source.BOLD
            yield names, source
    for match in _WIKILINK.finditer(raw):
        if names := names_of(PurePosixPath(match[1].strip()).name):
            yield names, Source.LINK
    yield from ((names, Source.GROUP) for names in _groups(spot.text))


def _groups(seen: str) -> Iterator[tuple[str, ...]]:
    """Names and their short forms in running text: `long form (LF)`, `LF (long form)`, `名称（name）`.

    >>> list(_groups("We use attention with linear biases (ALiBi)，旋转位置编码（RoPE）。"))
    [('attention with linear biases', 'ALiBi'), ('旋转位置编码', 'RoPE')]
    """
    for match in _LONG_FORM.finditer(seen):
        if long := _long_form(match[1], match[2]):
            yield long, match[2]
    for match in _SHORT_FORM.finditer(seen):
        if ABBREVIATION.fullmatch(match[1]) and _long_form(match[2], match[1]) == match[2].strip():
            yield match[2].strip(), match[1]
    for match in _NAMED.finditer(seen):
        left = _LEAD.sub("", match[1].strip())
        inner = [clean(one) for one in re.split("[,，、;；]", match[2])]
        names = tuple(one for one in inner if (is_term(one) and len(one) > 2) or (ABBREVIATION.fullmatch(one) and len(one) > 1))
        if (
            names
            and is_term(left)
            and len(left) <= _LONGEST_LEFT
            and language(left) == "zh"
            and any(language(one) == "en" for one in names)
        ):
            yield left, *names


def _long_form(before: str, short: str) -> str:
    """The words before an abbreviation that it stands for: each of its letters in order, the first one beginning a word.

    Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions in biomedical text", 2003.
    """
    if not any(one.isupper() for one in short) or not short[0].isalnum():
        return ""
    text = " ".join(before.split())
    words = text.split()
    letters = [one.casefold() for one in short if one.isalnum()]
    for count in range(len(letters), len(letters) + 3):  # each letter a word's first: nothing else comes near
        initials = [part[0] for word in words[-count:] for part in word.casefold().split("-") if part]
        if len(words) >= count and (
            initials == letters or [one[0] for one in map(str.casefold, words[-count:]) if len(one) > 3] == letters
        ):
            return long if is_term(long := " ".join(words[-count:])) else ""
    letters = [one.casefold() for one in short if one.isalnum()]
    at = len(text)
    for number, letter in reversed(list(enumerate(letters))):
        at = text.casefold().rfind(letter, 0, at)
        while number == 0 and at > 0 and not text[at - 1].isspace():
            at = text.casefold().rfind(letter, 0, at)
        if at < 0:
            return ""
    long = text[at:]
    words = re.split(r"[\s–-]+", long)
    good = len(words) <= min(len(letters) + 5, len(letters) * 2) and len(long) > len(short) + 1 and len(words) > 1
    return " ".join(long.split()) if good and is_term(long) else ""


def _declared(text: str, heads: Sequence[Head], spots: Sequence[Spot]) -> Iterator[Declared]:
    """`- requires [[X]]`, `Prerequisites: A, B`, and what is linked or listed under such a heading."""
    for spot in spots:
        raw = text[spot.place.start : spot.place.end]
        head = heads[spot.place.section]
        under = bool(head.trail and _NEEDED.match(head.trail[-1]))
        said = _NEEDS.match(raw)
        if not spot.prose or not (under or said):
            continue
        rest = raw[said.end() :] if said else raw
        targets = _links(rest)
        if not targets and (under or (said and said[1])):
            targets = [one for part in re.split("[,，、;；]", plain(rest)) if (one := clean(part)) and is_term(one)]
        if targets:
            yield Declared(tuple(targets), spot.place)


def _links(raw: str) -> list[str]:
    """The notes that a piece of text links to, as they are written."""
    wiki = [match[1].strip() for match in _WIKILINK.finditer(raw)]
    return wiki + [unquote(match[2]) for match in _LINK.finditer(raw)]


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


class _Front:
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
            names = [_WIKILINK.sub(r"\1", part).strip(" \t#\"'[]") for part in several]
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
