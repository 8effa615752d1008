"""Note → what concepts and relations may be made of, each with its place. One note at a time: what is one is decided later."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote

from kg.front import WIKILINK, Front
from kg.gathered import Declared, Gathered, Head, Place, Source, Spot, Term
from kg.markdown import BlockKind, Section, plain
from kg.needs import is_aside
from kg.notes import Note
from kg.sentences import sentences_of
from kg.terms import ABBREVIATION, Asked, asked, clean, is_single, is_term, names_of, term_key
from kg.text import CJK, language

# Raised whenever the same note comes to be gathered, or a sentence of it understood, otherwise: what is kept is then made anew.
GATHERING = 4

_BOLD = re.compile(r"(?:\*\*|__)(?=\S)(.{1,160}?)(?<=\S)(?:\*\*|__)(\s*[（(][^（）()\n]{1,120}[)）])?")
_LINK = re.compile(r"(?<!!)\[([^\[\]\n]{1,160})\]\(<?([^()\s<>]+?\.(?:md|markdown|txt))(?:#[^()\s<>]*)?>?\)")
_LONG_FORM = re.compile(r"((?:[A-Za-z][\w'’–-]*[ \n]+){1,9}|[A-Za-z][\w'’–-]*-[\w-]+\s+)\(([A-Za-z][A-Za-z0-9.+-]{1,9}?)s?\)")
_SHORT_FORM = re.compile(r"\b([A-Z][A-Za-z0-9.+-]{1,9})\s*[（(]([A-Za-z][\w'’ –-]{5,70})[)）]")
# In running text a Chinese name begins where nothing else can be: after a mark, or after 的, 是, 叫, 称, 即.
_NAMED = re.compile(
    rf"(?:^|[，。；：、！？“”「」（）()|\s]|[的是叫称即])([{CJK}A-Za-z0-9·\- ]{{2,16}})[（(]([A-Za-z][^（）()\n]{{1,80}})[)）]"
)
# MHA（Multi-Head Attention），也就是多头注意力，…
_THAT_IS = re.compile(
    r"(?:^|[。；])([^，。；]{2,60})，\s*(?:也就是|也叫做?|也称为?|又称为?|又叫做?|俗称)\s*([^，。；（()）]{2,14})(?=[，。；]|$)"
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


def gather(note: Note) -> Gathered:
    """What concepts and relations may be made of. Raises nothing: what is wrong with the front matter is among the problems."""
    text = note.markdown
    heads, spots = _walk(text, note.sections())
    front = Front(note)
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


def _front_terms(front: Front, title: str, heads: Sequence[Head], spots: Sequence[Spot]) -> Iterator[Term]:
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
    for match in WIKILINK.finditer(raw):
        if names := names_of(PurePosixPath(match[1].strip()).name):
            yield names, Source.LINK
    yield from ((names, Source.GROUP) for names in (*_groups(spot.text), *_also_called(spot.text)))


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


def _also_called(seen: str) -> Iterator[tuple[str, ...]]:
    """Names and the name in the other language that a sentence gives besides.

    >>> list(_also_called("MHA（Multi-Head Attention），也就是多头注意力，是一种注意力。"))
    [('MHA', 'Multi-Head Attention', '多头注意力')]
    """
    for match in _THAT_IS.finditer(seen):
        names = names_of(match[1])
        if names and is_term(match[2]) and language(match[2]) not in set(map(language, names)):
            yield *names, match[2].strip()


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
    wiki = [match[1].strip() for match in WIKILINK.finditer(raw)]
    return wiki + [unquote(match[2]) for match in _LINK.finditer(raw)]
