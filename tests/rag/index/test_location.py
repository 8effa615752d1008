"""Which notes and which index a path means."""

import os
from pathlib import Path

import pytest

from kg.errors import NotesError
from rag.index.location import (
    IndexLocation,
    beside_notes,
    bundled_location,
    indexing_target,
    locate,
    nearest_index,
    shipped_location,
)
from tests.indexes import sync_notes


def test_a_path_means_the_nearest_indexed_folder_above_it(notes: Path) -> None:
    deep = notes / "deep" / "er"
    deep.mkdir(parents=True)
    assert nearest_index(deep) is None
    sync_notes(notes)
    assert nearest_index(deep) == nearest_index(notes) == beside_notes(notes)
    assert nearest_index(notes.parent) is None


def test_a_note_of_an_indexed_folder_is_indexed_there(notes: Path) -> None:
    note = notes / "attention.md"
    assert indexing_target(note) == (beside_notes(notes), "attention.md")
    sync_notes(notes)
    (notes / "deep").mkdir()
    assert indexing_target(notes / "deep") == (beside_notes(notes), "deep")
    assert indexing_target(notes) == (beside_notes(notes), ".")


def test_without_a_path_or_an_index_the_bundled_notes_are_meant() -> None:
    assert locate(None) == bundled_location() == shipped_location()


def test_without_the_engine_of_the_shipped_index_the_bundled_notes_get_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rag.index.location.find_spec", lambda name: None)
    location = bundled_location()
    assert location.notes == shipped_location().notes
    assert location.index.is_relative_to(os.environ["XDG_CACHE_HOME"])


def test_a_path_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotesError, match="there is no file or folder"):
        locate(str(tmp_path / "missing"))


def test_concepts_yaml_is_in_the_notes_and_the_bundled_one_beside_them(notes: Path) -> None:
    assert beside_notes(notes).curated == notes / "concepts.yaml"
    elsewhere = IndexLocation(notes, notes.parent / "index")
    assert elsewhere.curated == notes.parent / "concepts.yaml"
