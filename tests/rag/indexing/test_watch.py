"""`kbase index --watch` follows the notes, and survives what goes wrong."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest


@pytest.fixture
def watcher(notes: Path, tmp_path: Path) -> Iterator[tuple["subprocess.Popen[str]", Path]]:
    """A process that watches the notes, and the file of what it prints."""
    output = tmp_path / "output.txt"
    with output.open("w") as file:
        command = [sys.executable, "-m", "cli", "index", str(notes), "--watch"]
        process = subprocess.Popen(
            command, stdout=file, stderr=file, text=True, cwd=Path(__file__).parents[3]
        )
        yield process, output
        process.kill()
        process.wait()


def wait_until(condition: Callable[[], bool], output: Path) -> None:
    """Wait for a minute at most; then fail with what the watcher printed."""
    for _ in range(600):
        with suppress(sqlite3.Error):
            if condition():
                return
        time.sleep(0.1)
    raise AssertionError(output.read_text())


def indexed_paths(notes: Path) -> list[str]:
    with closing(
        sqlite3.connect((notes / ".kbase" / "index.sqlite").as_uri() + "?mode=ro", uri=True)
    ) as database:
        return [path for (path,) in database.execute("SELECT path FROM files ORDER BY path")]


def test_watching_indexes_what_comes_and_goes_and_survives_an_error(
    notes: Path, watcher: tuple["subprocess.Popen[str]", Path]
) -> None:
    process, output = watcher
    wait_until(lambda: indexed_paths(notes) == ["attention.md"], output)
    (notes / "zebra.md").write_text("# Zebra\n\nA zebra has stripes.\n")
    wait_until(lambda: indexed_paths(notes) == ["attention.md", "zebra.md"], output)
    with closing(sqlite3.connect(notes / ".kbase" / "index.sqlite", isolation_level=None)) as lock:
        lock.execute("BEGIN IMMEDIATE")
        (notes / "zebra.md").unlink()
        wait_until(lambda: "another kbase index is at work" in output.read_text(), output)
        lock.execute("ROLLBACK")
    (notes / "okapi.md").write_text("# Okapi\n\nAn okapi has stripes too.\n")
    wait_until(lambda: indexed_paths(notes) == ["attention.md", "okapi.md"], output)
    assert process.poll() is None


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C is another thing there")
def test_ctrl_c_ends_watching(notes: Path, watcher: tuple["subprocess.Popen[str]", Path]) -> None:
    process, output = watcher
    wait_until(lambda: indexed_paths(notes) == ["attention.md"], output)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0 and "Traceback" not in output.read_text()
