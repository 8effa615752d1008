"""CC-CEDICT's text file → cc-cedict.sqlite: what a word may be in the other language.

python data/dictionary/build.py cedict_ts.u8.gz
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
_NO_MEANING = re.compile(
    r"(?:CL:|(?:old |erhua )?variant of|see |also |same as|used in|abbr\.? |surname |cf\.? |idem|Taiwan pr)"
)
_PLACEHOLDER = re.compile(r"^(?:lit|fig|esp|usu)\. |\b(?:sb|sth|etc)\b\.?|'s\b|^to (?:be )?")
_LONGEST = 3  # terms of a meaning: more are an explanation


def meanings(senses: str) -> Iterator[str]:
    """The English meanings of an entry, each by its terms."""
    for sense in re.split("[/;]", _REMARK.sub("", senses)):
        if _NO_MEANING.match(sense.strip()) or CJK_RUN.search(sense):
            continue
        found = analyze(
            _PLACEHOLDER.sub("", sense.strip()).split(", ")[0]
        )  # North Carolina, US state
        if 0 < len(found) <= _LONGEST:
            yield " ".join(found)


def read(path: Path) -> dict[str, list[str]]:
    """Chinese words of two characters or more → what they mean, English words by their terms → Chinese ones."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    with (
        gzip.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8") as lines
    ):
        for entry in filter(None, map(_ENTRY.match, lines)):
            word = fold(entry["simplified"])
            if len(word) > 1 and CJK_RUN.fullmatch(word):
                for meaning in meanings(entry["senses"]):
                    found[word][meaning] = None
                    found[meaning][word] = None
    return {word: list(others) for word, others in found.items()}


def write(words: dict[str, list[str]]) -> None:
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
    write(read(Path(sys.argv[1])))
