"""Choose the text of a node in either language, and estimate how much room it takes."""

import unicodedata

from kg.language.detect import Language
from kg.text import printable
from kg.types import AliasKind, Concept

# The font size of a node's title, in pixels.
TITLE = 14
# The font size of a node's subtitle, in pixels.
SUBTITLE = 12
# The fonts of a picture: those of each system, those with Chinese characters among the first.
FONTS = (
    "system-ui, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', "
    "'Source Han Sans SC', 'WenQuanYi Micro Hei', "
    "'Noto Sans', 'DejaVu Sans', 'Liberation Sans', Arial, sans-serif"
)
# Characters that are narrower than the others in every one of the fonts.
_NARROW = frozenset("iljtfrI.,:;'|!()[]{}/` ")
# Characters that are wider than the others.
_WIDE = frozenset("mwMWQOGD@%—…")
# The widest text of a node, in pixels.
_WIDEST_TEXT = 264
# The narrowest node, in pixels.
_NARROWEST_NODE = 64
# The room left and right of a node's text together, in pixels.
_PADDING = 34
# The height of a node with a title alone, in pixels.
_ONE_LINE = 36
# The height of a node with a title and a subtitle, in pixels.
_TWO_LINES = 50


def plain_label(text: str) -> str:
    """Return the text on one line, without characters that control a terminal or a reader."""
    return printable(" ".join(text.split())).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")


def title_and_subtitle(concept: Concept, language: Language) -> tuple[str, str]:
    """Return abbreviation and name in one language, and the name in the other.

    The second is empty when both languages have the same name.

    >>> from kg.names import names_in
    >>> from kg.types import LocalizedText
    >>> names = names_in("多头注意力（Multi-Head Attention, MHA）")
    >>> title_and_subtitle(Concept("mha", "MHA", names, LocalizedText(), (), False), "en")
    ('MHA · Multi-Head Attention', '多头注意力')
    """
    name = plain_label(concept.name(language))
    other_name = plain_label(concept.name("en" if language == "zh" else "zh"))
    abbreviations = (alias.text for alias in concept.aliases if alias.kind is AliasKind.ABBR)
    short = plain_label(next(abbreviations, name))
    title = name if short == name else f"{short} · {name}"
    return title, "" if other_name == name else other_name


def label_width(text: str, size: int) -> float:
    """Estimate the width of a text in pixels, for a font size in pixels."""
    return size * sum(map(_ems, text))


def fit_label(text: str, size: int, most: float = _WIDEST_TEXT) -> str:
    """Return the text, or as much of it as fits into `most` pixels with an ellipsis."""
    if label_width(text, size) <= most:
        return text
    kept = len(text)
    while kept and label_width(text[:kept] + "…", size) > most:
        kept -= 1
    return text[:kept].rstrip() + "…"


def node_size(title: str, subtitle: str) -> tuple[int, int]:
    """Return the width and height of a node with these texts, in pixels."""
    widest = max(label_width(title, TITLE), label_width(subtitle, SUBTITLE))
    width = max(_NARROWEST_NODE, 2 * round(widest / 2) + _PADDING)
    return width, _TWO_LINES if subtitle else _ONE_LINE


def _ems(character: str) -> float:
    """Estimate the width of a character in ems: an East Asian one is as wide as it is high."""
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Cf"}:
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in _NARROW:
        return 0.34
    if character in _WIDE:
        return 0.86
    return 0.66 if character.isupper() else 0.56
