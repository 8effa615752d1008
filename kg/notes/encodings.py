"""Decode the bytes of a note: by byte order mark, as UTF-8, else by what the text would be.

Short notes are the hard case: nearly any two bytes are a character in several code pages. What
tells the code pages apart is whether these characters are in everyday use. Notes in none of the
code pages scored here go to chardet, which only this file imports.
"""

import re

from kg.errors import NotesError

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# The code pages of Chinese, Japanese and Korean, where a few characters are enough to choose.
_ASIAN = ("gb18030", "big5", "shift_jis", "euc_jp", "euc_kr")
# A decoding is accepted if at least this share of its non-ASCII characters is in everyday use.
_MIN_EVERYDAY_SHARE = 0.7
# Characters of a text that are scored; more do not change the result.
_SAMPLE = 20_000
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\ufffe\uffff]")
# The commonest characters of simplified Chinese, traditional Chinese and Korean.
_COMMON = frozenset(
    "的一是在不了有和人这中大为上个我以要他时来用们生到作地于出就分对成会可主发同也能下过子说而方后多学法所"
    "這個為時來們對會發過說後學與은는이가을를의에다고하한로"
)
_PUNCTUATION = frozenset("，。、；：？！“”‘’（）《》「」『』—…·　")
# The most used characters of a standard are those whose first byte lies between these two.
_FIRST_LEVELS = (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6))
_UNKNOWN = "neither UTF-8 nor any encoding that can be told"


def decode(data: bytes, path: str, encoding: str | None = None) -> tuple[str, str]:
    """Return the text of a file's bytes, and the encoding it was read with.

    `encoding` skips the detection. A byte order mark is not part of the text. Raises NotesError
    for binary data and for an encoding that cannot be detected; `path` is for its message.
    """
    encoding = encoding or next((name for mark, name in _BOMS if data.startswith(mark)), None)
    if encoding is None and b"\x00" in data:
        encoding = _detect_utf16(data)
        if encoding is None:
            raise NotesError(f"{path}: binary, not text")
    if encoding is None:
        encoding = "utf-8"
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            encoding = _detect_encoding(data, path)
    try:
        return data.decode(encoding), encoding
    except UnicodeDecodeError as error:
        raise NotesError(
            f"{path}: not {encoding} text at byte {error.start}", "save it as UTF-8"
        ) from error


def _detect_utf16(data: bytes) -> str | None:
    """Return the byte order of UTF-16 without a mark, or None for binary data.

    Text in UTF-16 has zero bytes: they are the upper halves of line ends and Latin letters.
    """
    texts = {name: _try_decoding(data, name) for name in ("utf-16-le", "utf-16-be")}
    scores = {
        name: _everyday_share(text, name)
        for name, text in texts.items()
        if text and not _CONTROL.search(text)
    }
    best = max(scores, key=scores.__getitem__, default=None)
    return best if best and scores[best] >= _MIN_EVERYDAY_SHARE else None


def _detect_encoding(data: bytes, path: str) -> str:
    """Return the encoding of bytes that are not UTF-8. Raises NotesError if none fits."""
    scores = {
        name: _everyday_share(text, name)
        for name in _ASIAN
        if (text := _try_decoding(data, name)) is not None
    }
    if scores and max(scores.values()) >= _MIN_EVERYDAY_SHARE:
        return max(scores, key=lambda name: (scores[name], -_ASIAN.index(name)))
    if _is_damaged_utf8(data):
        raise NotesError(f"{path}: {_UNKNOWN}", "save it as UTF-8")
    import chardet  # Only notes in such encodings pay for its import.

    encoding = chardet.detect(
        data,
        # Notes are not saved in code pages of DOS, classic Macs and mainframes, but short texts
        # fit them.
        encoding_era=chardet.EncodingEra.MODERN_WEB | chardet.EncodingEra.LEGACY_ISO,
        # The superset of ISO 8859-2 would be Windows-1250, which has š and ž at other places.
        prefer_superset=False,
        compat_names=False,
        no_match_encoding="ascii",
        max_bytes=len(data),
    )["encoding"]
    if encoding is None or encoding == "ascii":  # ASCII is UTF-8, which these bytes are not.
        raise NotesError(f"{path}: {_UNKNOWN}", "save it as UTF-8")
    return encoding


def _is_damaged_utf8(data: bytes) -> bool:
    """Tell whether most characters beyond ASCII are intact UTF-8: no other encoding is meant."""
    text = data.decode("utf-8", "replace")
    lost = text.count("\ufffd")
    return sum(not character.isascii() for character in text) > 2 * lost


def _try_decoding(data: bytes, encoding: str) -> str | None:
    """Return the bytes as text in an encoding, or None if they are not in it."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _everyday_share(text: str, encoding: str) -> float:
    """Return the share of a text's non-ASCII characters that are in everyday use.

    It can exceed 1, because the characters that every text is full of count half as much again.
    """
    foreign = [character for character in text[:_SAMPLE] if character > "\x7f"]
    if not foreign:
        return 1.0
    return sum(_weight(character, encoding) for character in foreign) / len(foreign)


def _weight(character: str, encoding: str) -> float:
    """Return how much a decoded character speaks for the encoding, from 0 to 1.5.

    Characters of the first level of GB 2312 or Big5, the most used ones, and punctuation count 1.
    Kana and Hangul count only in encodings that texts of their languages are saved in.
    """
    if character in _COMMON:
        return 1.5
    if "\u3041" <= character <= "\u30fe":
        return 0.0 if encoding in {"gb18030", "big5", "euc_kr"} else 1.5
    if "\uac00" <= character <= "\ud7a3":
        return 0.95 if encoding in {"euc_kr", "utf-16-le", "utf-16-be"} else 0.0
    for standard, first, last in _FIRST_LEVELS:
        try:
            code = character.encode(standard)
        except UnicodeEncodeError:
            continue
        if len(code) == 2 and first <= code[0] <= last:
            return 1.0
    return 1.0 if character in _PUNCTUATION else 0.0
