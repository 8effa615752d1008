"""Characters and lines: folding for matching, the language of a text, text made safe to print. No Markdown here."""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate

# Han, Hiragana, Katakana, Hangul: scripts whose words are not set apart by spaces (Hangul runs are short enough for it).
CJK = "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
CJK_RUN = re.compile(f"[{CJK}]+")
_LINE_END = re.compile(r"\r\n|\r|\n")
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_OTHER_WORD = re.compile(rf"[^\W\d_A-Za-z\u00c0-\u024f{CJK}]+")
_SPELLINGS = (
    ("is", re.compile(r"(?<=[a-z]{3})is(?=(?:e|es|ed|er|ers|ing|ation|ations)(?![a-z]))"), "iz"),
    ("ll", re.compile(r"ll(?=(?:ing|ed|er)(?![a-z]))"), "l"),
    ("our", re.compile(r"(?<=[a-z])our(?=s?(?![a-z]))"), "or"),
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

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


def language(text: str) -> str:
    """`zh` or `en`: Chinese as soon as it has one Han character for every two Latin words.

    >>> language("MLA 怎么与 RoPE 做结合"), language("why sqrt d_k")
    ('zh', 'en')
    """
    han = 0 if text.isascii() else sum(map(len, CJK_RUN.findall(text)))
    return "zh" if han and 2 * han >= len(_LATIN_WORD.findall(text)) else "en"


def chinese(text: str) -> float:
    """How Chinese a text is, from 0 to 1: a Han character counts as two Latin words; words of other scripts as half of each.

    >>> chinese("残差连接"), chinese("why sqrt d_k"), chinese("почему"), round(chinese("用 Adam 优化"), 2)
    (1.0, 0.0, 0.5, 0.86)
    """
    han = 2 * sum(map(len, CJK_RUN.findall(text)))
    other = len(_OTHER_WORD.findall(text))
    total = han + len(_LATIN_WORD.findall(text)) + other
    return (han + other / 2) / total if total else 0.5


def tokens(text: str) -> int:
    """About how many model tokens a text takes: one for 1.4 Han or 3.6 other characters.

    On the bundled notes, full of formulas, it comes to four fifths of what multilingual-e5 counts.
    """
    han = sum(map(len, CJK_RUN.findall(text)))
    return int(han / 1.4 + (len(text) - han) / 3.6) + 1


def printable(text: str) -> str:
    """The text with control characters, escapes and direction overrides replaced: safe for a terminal."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def location(path: str, first: int, last: int, page: int = 0) -> str:
    """`file:first-last`, or `file:line`: the one spelling of a place in the notes; with its page or cell, where there is one."""
    place = f"{path}:{first}" if first == last else f"{path}:{first}-{last}"
    return f"{place} ({page_word(path)} {page})" if page else place


def page_word(path: str) -> str:
    """What the parts of a file are called: the cells of a notebook, the pages of anything else."""
    return "cell" if path.endswith(".ipynb") else "page"


@dataclass(frozen=True, slots=True)
class Lines:
    """Where each line of a text begins and ends: `\\n`, `\\r\\n` and `\\r` end a line, as in an editor."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]  # before the line end

    @classmethod
    def of(cls, text: str) -> "Lines":
        if "\r" not in text:  # nearly every text, and ten times as fast
            *starts, past = accumulate((len(line) + 1 for line in text.split("\n")), initial=0)
            return cls(tuple(starts), tuple(start - 1 for start in (*starts[1:], past)))
        breaks = [match.span() for match in _LINE_END.finditer(text)]
        return cls((0, *(end for _, end in breaks)), (*(start for start, _ in breaks), len(text)))

    def number(self, offset: int) -> int:
        """The 1-based number of the line that holds the character at `offset`."""
        return bisect_right(self.starts, offset)
