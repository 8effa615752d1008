"""Normalise text so that different spellings of the same thing compare equal."""

import re
import unicodedata

# Each rule of spelling has letters that rule most words out quickly, the British spelling, and its
# American replacement.
_AMERICAN = (
    ("is", re.compile(r"(?<=[a-z]{3})is(?=(?:e|es|ed|er|ers|ing|ation|ations)(?![a-z]))"), "iz"),
    ("ll", re.compile(r"ll(?=(?:ing|ed|er)(?![a-z]))"), "l"),
    ("our", re.compile(r"(?<=[a-z])our(?=s?(?![a-z]))"), "or"),
)
# Soft hyphens, zero-width characters, direction marks and byte order marks, for a character class.
INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_INVISIBLE_RUN = re.compile(f"[{INVISIBLE}]+")

# CJK radicals that NFKC leaves alone, as they occur in text copied out of PDF files. They are from
# the Unicode Character Database, EquivalentUnifiedIdeograph.txt: those in simplified Chinese fonts.
_RADICALS = (
    "⺁⺄⺆⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺟⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭"
    "⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕"
    "⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲"
)
# The Han character that each radical stands for, in the same order.
_HAN = (
    "厂乙冂刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵旡日月歺母民氵氺灬爫爫丬牛犭王疋目示礻"
    "竹糹纟网罒网网网羊羊羊耂肀聿肉臼艹艹艹虎衤西西见角角讠贝足车辶辶辶阝钅長镸长门阜"
    "阝雨青韦页风飞食食飠饣首马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀"
)
RADICALS = str.maketrans(_RADICALS, _HAN)


def fold(text: str) -> str:
    """Return the form that different spellings of one thing share.

    It is NFKC with radicals as ordinary Han, without invisible characters, in folded case.

    >>> fold("⾃注意⼒ ＫＶ重置⻔")
    '自注意力 kv重置门'
    """
    if text.isascii():  # Half of all names are; this is ten times as fast.
        return text.lower()
    text = unicodedata.normalize("NFKC", text).translate(RADICALS)
    return _INVISIBLE_RUN.sub("", text).casefold()


def american(word: str) -> str:
    """Return an English word in American spelling; it must be in lower case.

    >>> [american(word) for word in ("optimisers", "labelled", "colour", "bias")]
    ['optimizers', 'labeled', 'color', 'bias']
    """
    for letters, british, replacement in _AMERICAN:
        if letters in word:
            word = british.sub(replacement, word)
    return word
