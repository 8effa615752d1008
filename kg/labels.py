"""What stands in a drawing's boxes and at its lines, in either language, and how much room it takes. Draws nothing."""

import unicodedata

from kg.concepts import AliasKind, Concept, RelationKind
from kg.text import printable

TITLE, SUBTITLE = 14, 12  # font sizes, in pixels
FONTS = (
    "system-ui, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Source Han Sans SC', 'WenQuanYi Micro Hei', "
    "'Noto Sans', 'DejaVu Sans', 'Liberation Sans', Arial, sans-serif"
)
_NARROW, _WIDE = frozenset("iljtfrI.,:;'|!()[]{}/` "), frozenset("mwMWQOGD@%—…")
_ROOM = 264  # the widest text of a box
_PADDING = 34

RELATIONS = {
    "en": {
        RelationKind.PREREQUISITE_OF: "comes before",
        RelationKind.EVOLVES_TO: "evolves to",
        RelationKind.VARIANT_OF: "variant of",
        RelationKind.PART_OF: "part of",
        RelationKind.USED_BY: "used by",
        RelationKind.SOLVES: "solves",
        RelationKind.CONTRASTS_WITH: "contrasts with",
        RelationKind.RELATED: "related",
    },
    "zh": {
        RelationKind.PREREQUISITE_OF: "前置于",
        RelationKind.EVOLVES_TO: "演进为",
        RelationKind.VARIANT_OF: "变体",
        RelationKind.PART_OF: "组成",
        RelationKind.USED_BY: "用于",
        RelationKind.SOLVES: "解决",
        RelationKind.CONTRASTS_WITH: "对比",
        RelationKind.RELATED: "相关",
    },
}


def plain(text: str) -> str:
    """The text on one line, with nothing in it that steers a terminal or a reader: safe in every format."""
    return printable(" ".join(text.split())).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")


def heading(concept: Concept, tongue: str) -> tuple[str, str]:
    """The name in one language, after the abbreviation if it has one; and the name in the other language, if it has one.

    >>> from kg.concepts import Wording, names_in
    >>> heading(Concept("mha", "MHA", names_in("多头注意力（Multi-Head Attention, MHA）"), Wording(), (), False), "en")
    ('MHA · Multi-Head Attention', '多头注意力')
    """
    name, other = plain(concept.name(tongue)), plain(concept.name("en" if tongue == "zh" else "zh"))
    short = next((plain(alias.text) for alias in concept.aliases if alias.kind is AliasKind.ABBR), name)
    return name if short == name else f"{short} · {name}", "" if other == name else other


def room(text: str, size: int) -> float:
    """About how wide a text is in pixels, in whatever font the reader has: a wide character is as wide as it is high."""
    return size * sum(map(_ems, text))


def fitted(text: str, size: int, most: float = _ROOM) -> str:
    """The text, or as much of it as there is room for."""
    if room(text, size) <= most:
        return text
    kept = len(text)
    while kept and room(text[:kept] + "…", size) > most:
        kept -= 1
    return text[:kept].rstrip() + "…"


def box_size(title: str, subtitle: str) -> tuple[int, int]:
    """The size of a box with these lines in it."""
    widest = max(room(title, TITLE), room(subtitle, SUBTITLE))
    return max(64, 2 * round(widest / 2) + _PADDING), 50 if subtitle else 36


def _ems(character: str) -> float:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Cf"}:
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in _NARROW:
        return 0.34
    if character in _WIDE:
        return 0.86
    return 0.66 if character.isupper() else 0.56
