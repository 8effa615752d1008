"""What stands in a drawing's boxes and at its lines, in either language, and how much room it takes. Draws nothing."""

import unicodedata

from kg.text import printable
from kg.types import AliasKind, Concept

TITLE, SUBTITLE = 14, 12  # font sizes, in pixels
FONTS = (
    "system-ui, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Source Han Sans SC', 'WenQuanYi Micro Hei', "
    "'Noto Sans', 'DejaVu Sans', 'Liberation Sans', Arial, sans-serif"
)
_NARROW, _WIDE = frozenset("iljtfrI.,:;'|!()[]{}/` "), frozenset("mwMWQOGD@%—…")
_ROOM = 264  # the widest text of a box
_PADDING = 34


def plain_label(text: str) -> str:
    """The text on one line, with nothing in it that steers a terminal or a reader: safe in every format."""
    return printable(" ".join(text.split())).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")


def concept_heading(concept: Concept, language: str) -> tuple[str, str]:
    """The name in one language, after the abbreviation if it has one; and the name in the other language, if it has one.

    >>> from kg.names import names_in
    >>> from kg.types import LocalizedText
    >>> concept_heading(Concept("mha", "MHA", names_in("多头注意力（Multi-Head Attention, MHA）"), LocalizedText(), (), False), "en")
    ('MHA · Multi-Head Attention', '多头注意力')
    """
    name, other = (
        plain_label(concept.name(language)),
        plain_label(concept.name("en" if language == "zh" else "zh")),
    )
    short = next(
        (plain_label(alias.text) for alias in concept.aliases if alias.kind is AliasKind.ABBR), name
    )
    return name if short == name else f"{short} · {name}", "" if other == name else other


def label_width(text: str, size: int) -> float:
    """About how wide a text is in pixels, in whatever font the reader has: a wide character is as wide as it is high."""
    return size * sum(map(_ems, text))


def fit_label(text: str, size: int, most: float = _ROOM) -> str:
    """The text, or as much of it as there is room for."""
    if label_width(text, size) <= most:
        return text
    kept = len(text)
    while kept and label_width(text[:kept] + "…", size) > most:
        kept -= 1
    return text[:kept].rstrip() + "…"


def box_size(title: str, subtitle: str) -> tuple[int, int]:
    """The size of a box with these lines in it."""
    widest = max(label_width(title, TITLE), label_width(subtitle, SUBTITLE))
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
