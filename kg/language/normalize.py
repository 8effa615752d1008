"""Normalise text so that different spellings of the same thing compare equal."""

import re
import unicodedata

_SPELLINGS = (
    ("is", re.compile(r"(?<=[a-z]{3})is(?=(?:e|es|ed|er|ers|ing|ation|ations)(?![a-z]))"), "iz"),
    ("ll", re.compile(r"ll(?=(?:ing|ed|er)(?![a-z]))"), "l"),
    ("our", re.compile(r"(?<=[a-z])our(?=s?(?![a-z]))"), "or"),
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")

# CJK radicals that NFKC leaves alone, and the ordinary Han they stand for in text copied out of PDF files.
# From the Unicode Character Database, EquivalentUnifiedIdeograph.txt (the ones simplified Chinese fonts use).
RADICALS = str.maketrans(
    {
        "⺁": "厂", "⺄": "乙", "⺆": "冂", "⺈": "刀", "⺉": "刂", "⺊": "卜", "⺋": "㔾", "⺌": "小", "⺍": "小",
        "⺎": "兀", "⺏": "尣", "⺐": "尢", "⺑": "𡯂", "⺒": "巳", "⺓": "幺", "⺔": "彑", "⺕": "彐", "⺖": "忄",
        "⺗": "心", "⺘": "扌", "⺙": "攵", "⺛": "旡", "⺜": "日", "⺝": "月", "⺞": "歺", "⺟": "母", "⺠": "民",
        "⺡": "氵", "⺢": "氺", "⺣": "灬", "⺤": "爫", "⺥": "爫", "⺦": "丬", "⺧": "牛", "⺨": "犭", "⺩": "王",
        "⺪": "疋", "⺫": "目", "⺬": "示", "⺭": "礻", "⺮": "竹", "⺯": "糹", "⺰": "纟", "⺱": "网", "⺲": "罒",
        "⺳": "网", "⺴": "网", "⺵": "网", "⺶": "羊", "⺷": "羊", "⺸": "羊", "⺹": "耂", "⺺": "肀", "⺻": "聿",
        "⺼": "肉", "⺽": "臼", "⺾": "艹", "⺿": "艹", "⻀": "艹", "⻁": "虎", "⻂": "衤", "⻃": "西", "⻄": "西",
        "⻅": "见", "⻆": "角", "⻇": "角", "⻈": "讠", "⻉": "贝", "⻊": "足", "⻋": "车", "⻌": "辶", "⻍": "辶",
        "⻎": "辶", "⻏": "阝", "⻐": "钅", "⻑": "長", "⻒": "镸", "⻓": "长", "⻔": "门", "⻕": "阜", "⻖": "阝",
        "⻗": "雨", "⻘": "青", "⻙": "韦", "⻚": "页", "⻛": "风", "⻜": "飞", "⻝": "食", "⻞": "食", "⻟": "飠",
        "⻠": "饣", "⻡": "首", "⻢": "马", "⻣": "骨", "⻤": "鬼", "⻥": "鱼", "⻦": "鸟", "⻧": "卤", "⻨": "麦",
        "⻩": "黄", "⻪": "黾", "⻫": "斉", "⻬": "齐", "⻭": "歯", "⻮": "齿", "⻯": "竜", "⻰": "龙", "⻱": "龜",
        "⻲": "亀",
    }
)  # fmt: skip


def fold(text: str) -> str:
    """The form two spellings of one thing share: NFKC, radicals as ordinary Han, no invisible marks, case folded.

    >>> fold("⾃注意⼒ ＫＶ重置⻔")
    '自注意力 kv重置门'
    """
    if text.isascii():  # half of all names, and ten times as fast
        return text.lower()
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text).translate(RADICALS)).casefold()


def american(word: str) -> str:
    """An English word in small letters as Americans spell it.

    >>> [american(word) for word in ("optimisers", "labelled", "colour", "bias")]
    ['optimizers', 'labeled', 'color', 'bias']
    """
    for mark, pattern, form in _SPELLINGS:
        if mark in word:
            word = pattern.sub(form, word)
    return word
