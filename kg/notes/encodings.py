"""Bytes → text: by byte order mark, as UTF-8, else by what the text would be. The only file that imports charset_normalizer.

Short notes are the hard case: of the code pages there are, nearly every two bytes fit several. What tells them apart is
whether the characters are ones that people use.
"""

import re

from kg.errors import NotesError

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# What notes are saved in besides Unicode; of all the code pages there are, any short text fits some exotic one.
_ASIAN = ("gb18030", "big5", "shift_jis", "euc_jp", "euc_kr")
_WESTERN = ("cp1252", "cp1251")
_SURE = 0.7  # of a text's characters beyond ASCII that have to be in everyday use
_SAMPLE = 20_000  # characters
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\ufffe\uffff]")
_COMMON = frozenset(
    "的一是在不了有和人这中大为上个我以要他时来用们生到作地于出就分对成会可主发同也能下过子说而方后多学法所"
    "這個為時來們對會發過說後學與은는이가을를의에다고하한로"
)
_PUNCTUATION = frozenset("，。、；：？！“”‘’（）《》「」『』—…·　")


def decode(data: bytes, path: str, encoding: str | None = None) -> tuple[str, str]:
    """The text of a file's bytes and its encoding: by byte order mark, else UTF-8, else as detected.

    A byte order mark is not part of the text. Raises NotesError for binary data and for an encoding nobody can tell.
    """
    encoding = encoding or next((name for mark, name in _BOMS if data.startswith(mark)), None)
    if encoding is None and b"\x00" in data:
        encoding = _wide(data)
        if encoding is None:
            raise NotesError(f"{path}: binary, not text")
    if encoding is None:
        encoding = "utf-8"
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            encoding = _detected(data, path)
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        raise NotesError(
            f"{path}: not {encoding} text at byte {error.start}", "save it as UTF-8"
        ) from error


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: zero bytes are the upper halves of line ends and Latin letters."""
    read = {name: _decoded(data, name) for name in ("utf-16-le", "utf-16-be")}
    scores = {
        name: _everyday(text, name)
        for name, text in read.items()
        if text and not _CONTROL.search(text)
    }
    return max(scores, key=scores.__getitem__) if max(scores.values(), default=0) >= _SURE else None


def _detected(data: bytes, path: str) -> str:
    """The encoding of bytes that are not UTF-8."""
    scores = {
        name: _everyday(text, name) for name in _ASIAN if (text := _decoded(data, name)) is not None
    }
    if scores and max(scores.values()) >= _SURE:
        return max(scores, key=lambda name: (scores[name], -_ASIAN.index(name)))
    from charset_normalizer import from_bytes  # only foreign files pay for its import

    best = from_bytes(data, cp_isolation=[*_ASIAN, *_WESTERN]).best() or from_bytes(data).best()
    if best is None or "\x00" in str(best):
        raise NotesError(
            f"{path}: neither UTF-8 nor any encoding that can be told", "save it as UTF-8"
        )
    return best.encoding


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _everyday(text: str, encoding: str) -> float:
    """How much of a text beyond ASCII is in everyday use, and half as much again for the words that every text is full of."""
    foreign = [one for one in text[:_SAMPLE] if one > "\x7f"]
    return sum(_weight(one, encoding) for one in foreign) / len(foreign) if foreign else 1.0


def _weight(one: str, encoding: str) -> float:
    """1 for marks and characters of the first level of GB 2312 or Big5, the most used ones; more for kana in Japanese."""
    if one in _COMMON:
        return 1.5
    if "\u3041" <= one <= "\u30fe":
        return 0.0 if encoding in {"gb18030", "big5", "euc_kr"} else 1.5
    if "\uac00" <= one <= "\ud7a3":
        return 0.95 if encoding in {"euc_kr", "utf-16-le", "utf-16-be"} else 0.0
    for level, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6)):
        try:
            code = one.encode(level)
        except UnicodeEncodeError:
            continue
        if len(code) == 2 and first <= code[0] <= last:
            return 1.0
    return 1.0 if one in _PUNCTUATION else 0.0
