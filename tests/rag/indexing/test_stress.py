"""Readers beside an indexer see one state of the index each time, without an error."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the readers are forked processes")
def test_eight_readers_beside_an_indexer_see_one_version_each_and_quote_exactly(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-m", "tests.stress", str(tmp_path), "5"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[3])
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[0]) > 0, done.stdout
