"""Detect the language of a text and estimate its number of tokens."""

import re
from typing import Literal

# The languages of notes, questions and answers.
Language = Literal["zh", "en"]
# What a person may choose: "auto" is the language of their own words.
LanguageChoice = Literal["zh", "en", "auto"]

# Ranges of Han, Hiragana, Katakana and Hangul, for a character class. Their words have no spaces
# between them (Hangul has, but its runs are short enough to be treated the same).
CJK = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
CJK_RUN = re.compile(f"[{CJK}]+")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_OTHER_WORD = re.compile(rf"[^\W\d_A-Za-z\u00c0-\u024f{CJK}]+")

# Han characters in an average token of multilingual-e5.
_HAN_PER_TOKEN = 1.4
# Other characters in an average token of multilingual-e5.
_OTHERS_PER_TOKEN = 3.6


def detect_language(text: str) -> Language:
    """Return "zh" or "en": "zh" if there is at least one Han character for two Latin words.

    >>> detect_language("MLA 怎么与 RoPE 做结合"), detect_language("why sqrt d_k")
    ('zh', 'en')
    """
    han = 0 if text.isascii() else _count_cjk(text)
    return "zh" if han and 2 * han >= len(_LATIN_WORD.findall(text)) else "en"


def chinese_share(text: str) -> float:
    """Return how much of a text is Chinese, from 0 to 1.

    A Han character counts as two Latin words. A word of another script is half Chinese, and so is a
    text without words.

    >>> chinese_share("残差连接"), chinese_share("why sqrt d_k"), chinese_share("почему")
    (1.0, 0.0, 0.5)
    >>> round(chinese_share("用 Adam 优化"), 2)
    0.86
    """
    han = 2 * _count_cjk(text)
    other = len(_OTHER_WORD.findall(text))
    total = han + len(_LATIN_WORD.findall(text)) + other
    return (han + other / 2) / total if total else 0.5


def estimate_tokens(text: str) -> int:
    """Return about how many tokens multilingual-e5 makes of a text; at least 1.

    On the bundled notes, which are full of formulas, that is four fifths of the real number.
    """
    han = _count_cjk(text)
    return int(han / _HAN_PER_TOKEN + (len(text) - han) / _OTHERS_PER_TOKEN) + 1


def _count_cjk(text: str) -> int:
    return sum(map(len, CJK_RUN.findall(text)))
