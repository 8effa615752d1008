"""Lay out the text of a drawing: what a box says in either language, and how much room it takes."""

import unicodedata

from kg.language.detect import Language
from kg.text import printable
from kg.types import AliasKind, Concept

TITLE, SUBTITLE = 14, 12  # Font sizes, in pixels.
FONTS = (
    "system-ui, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', "
    "'Source Han Sans SC', 'WenQuanYi Micro Hei', "
    "'Noto Sans', 'DejaVu Sans', 'Liberation Sans', Arial, sans-serif"
)
_NARROW, _WIDE = frozenset("iljtfrI.,:;'|!()[]{}/` "), frozenset("mwMWQOGD@%—…")
_ROOM = 264  # The widest text of a box, in pixels.
_PADDING = 34


def plain_label(text: str) -> str:
    """Return the text on one line, without characters that control a terminal or a reader."""
    return printable(" ".join(text.split())).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")


def concept_heading(concept: Concept, language: Language) -> tuple[str, str]:
    """Return a box's two lines: abbreviation and name in one language, and the name in the other.

    >>> from kg.names import names_in
    >>> from kg.types import LocalizedText
    >>> names = names_in("多头注意力（Multi-Head Attention, MHA）")
    >>> concept_heading(Concept("mha", "MHA", names, LocalizedText(), (), False), "en")
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
    """Estimate the width of a text in pixels: a wide character is as wide as it is high."""
    return size * sum(map(_ems, text))


def fit_label(text: str, size: int, most: float = _ROOM) -> str:
    """Return the text, or as much of it as fits."""
    if label_width(text, size) <= most:
        return text
    kept = len(text)
    while kept and label_width(text[:kept] + "…", size) > most:
        kept -= 1
    return text[:kept].rstrip() + "…"


def box_size(title: str, subtitle: str) -> tuple[int, int]:
    """Return the width and height of a box with these lines, in pixels."""
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
