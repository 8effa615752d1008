"""Build the dictionary (cc-cedict.sqlite) from CC-CEDICT's text file.

    python data/dictionary/build.py cedict_ts.u8.gz

It holds the translations of Chinese words into English and back.
"""

import gzip
import re
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from kg.language.detect import CJK_RUN
from kg.language.normalize import fold
from rag.analyzer import analyze

FILE = Path(__file__).with_name("cc-cedict.sqlite")
_ENTRY = re.compile(r"\S+ (?P<simplified>\S+) \[[^\]]*\] /(?P<senses>.*)/")
_REMARK = re.compile(r"\([^)]*\)|\[[^\]]*\]")
# Senses that refer to another entry, or name a person.
_NO_MEANING = re.compile(
    r"(?:CL:|(?:old |erhua )?variant of|see |also |same as|used in|abbr\.? |surname |cf\.? |idem"
    r"|Taiwan pr)"
)
_PLACEHOLDER = re.compile(r"^(?:lit|fig|esp|usu)\. |\b(?:sb|sth|etc)\b\.?|'s\b|^to (?:be )?")
# Terms of a meaning. A longer one is an explanation.
_MAX_TERMS = 3


def split_meanings(senses: str) -> Iterator[str]:
    """Yield the English meanings of an entry, each as its index terms."""
    for sense in re.split("[/;]", _REMARK.sub("", senses)):
        if _NO_MEANING.match(sense.strip()) or CJK_RUN.search(sense):
            continue
        # What follows a comma explains the meaning: North Carolina, US state.
        terms = analyze(_PLACEHOLDER.sub("", sense.strip()).split(", ")[0])
        if 0 < len(terms) <= _MAX_TERMS:
            yield " ".join(terms)


def read_dictionary(path: Path) -> dict[str, list[str]]:
    """Return what each word may be in the other language.

    Chinese words have two characters or more. English words are given as their index terms.
    """
    translations: defaultdict[str, dict[str, None]] = defaultdict(dict)
    with (
        gzip.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8") as lines
    ):
        for entry in filter(None, map(_ENTRY.match, lines)):
            word = fold(entry["simplified"])
            if len(word) > 1 and CJK_RUN.fullmatch(word):
                for meaning in split_meanings(entry["senses"]):
                    translations[word][meaning] = None
                    translations[meaning][word] = None
    return {word: list(others) for word, others in translations.items()}


def write_dictionary(words: dict[str, list[str]]) -> None:
    """Write the words and their translations, one per line, into the SQLite file."""
    FILE.unlink(missing_ok=True)
    with closing(sqlite3.connect(FILE)) as database:
        database.execute(
            "CREATE TABLE dictionary (word TEXT PRIMARY KEY, meanings TEXT NOT NULL) WITHOUT ROWID"
        )
        database.executemany(
            "INSERT INTO dictionary VALUES (?, ?)",
            ((word, "\n".join(others)) for word, others in sorted(words.items())),
        )
        database.commit()
        database.execute("VACUUM")


if __name__ == "__main__":
    write_dictionary(read_dictionary(Path(sys.argv[1])))
