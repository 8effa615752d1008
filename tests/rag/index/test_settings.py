"""The settings of an index: what is saved is loaded, and damage is not loaded."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from kg.errors import IndexDamaged
from rag.index.database import write_transaction
from rag.index.settings import IndexSettings, UnreadableFile
from tests.indexes import location_of, open_index, settings_of, sync_notes


def test_what_is_saved_is_loaded(notes: Path) -> None:
    sync_notes(notes)
    settings = replace(
        settings_of(notes),
        scope=("门", "rnn"),
        unreadable={"a.pdf": UnreadableFile(3, 10**18, "no text")},
        problems=("concepts.yaml:3: 有问题",),
        concepts_outdated=True,
    )
    with write_transaction(location_of(notes)) as database:
        settings.save(database)
        assert IndexSettings.load(database) == settings
    assert settings_of(notes) == settings


def test_an_index_that_lacks_a_setting_is_damaged(notes: Path) -> None:
    sync_notes(notes)
    with closing(sqlite3.connect(location_of(notes).database)) as database, database:
        database.execute("DELETE FROM settings WHERE key = 'scope'")
    with pytest.raises(IndexDamaged, match="settings are damaged") as caught:
        open_index(notes)
    assert caught.value.hint == f"kbase index {notes} --rebuild"


def test_a_database_without_settings_was_never_indexed(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "index.sqlite")) as database:
        database.execute("CREATE TABLE settings (key TEXT PRIMARY KEY, value) WITHOUT ROWID")
        assert IndexSettings.load(database) is None
