"""An indexer that is killed, or runs out of room, leaves the old index or the new one."""

import itertools
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kg.errors import IndexUnwritable
from rag.index.location import beside_notes
from rag.indexing.sync import sync
from tests import crash
from tests.conftest import BagOfWords


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the indexer that fails is a forked process")
@pytest.mark.parametrize("how", ["killed", "starved"])
def test_whenever_an_indexer_fails_the_index_is_the_old_or_the_new_one(
    tmp_path: Path, how: str
) -> None:
    command = [sys.executable, "-m", "tests.crash", str(tmp_path), how, "100"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[3])
    assert done.returncode == 0, done.stderr
    rounds, failed, new = (int(word) for word in done.stdout.split() if word.isdigit())
    assert rounds == 100 and failed > 20 and new > 5, done.stdout


class FailingConnection(sqlite3.Connection):
    """A connection whose writes count down to the one that fails."""

    left = 0  # the write that makes this 0 fails; from 0 on none does

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        if sql.split()[0] not in {"SELECT", "ROLLBACK"}:
            fail_at_zero(sqlite3.OperationalError("disk I/O error"))
        return super().execute(sql, *arguments)

    def executemany(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        fail_at_zero(sqlite3.OperationalError("disk I/O error"))
        return super().executemany(sql, *arguments)


def fail_at_zero(error: Exception) -> None:
    FailingConnection.left -= 1
    if FailingConnection.left == 0:
        raise error


def count_calls(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function of `os` count as a write."""

    def counted(*arguments: Any) -> Any:
        fail_at_zero(OSError(5, "I/O error"))
        return function(*arguments)

    return counted


def test_whichever_write_fails_the_index_is_the_old_one_and_the_next_sync_completes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    location, connect = beside_notes(tmp_path), sqlite3.connect
    monkeypatch.setattr(
        sqlite3, "connect", lambda *some, **more: connect(*some, **more, factory=FailingConnection)
    )
    for name in ("fsync", "replace", "mkdir"):
        monkeypatch.setattr(os, name, count_calls(getattr(os, name)))
    crash.write_version(tmp_path, 0)
    sync(location, encoder=BagOfWords())
    for version in itertools.count(1):
        crash.write_version(tmp_path, version)
        FailingConnection.left = 7 * version
        try:
            sync(location, encoder=BagOfWords())
        except IndexUnwritable:
            FailingConnection.left = 0
            assert crash.read_version(location) == version - 1
            sync(location, encoder=BagOfWords())
        finished, FailingConnection.left = FailingConnection.left > 0, 0
        assert crash.read_version(location) == version
        if finished:
            break
    assert version > 20
