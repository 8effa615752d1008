"""An indexer that is killed at any moment, or for which there is no room, leaves the old index or the new one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the indexer that fails is a forked process")
@pytest.mark.parametrize("how", ["killed", "starved"])
def test_whenever_an_indexer_fails_the_index_is_the_old_or_the_new_one(tmp_path: Path, how: str) -> None:
    command = [sys.executable, "-m", "tests.crash", str(tmp_path), how, "100"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parent.parent)
    assert done.returncode == 0, done.stderr
    rounds, failed, new = (int(word) for word in done.stdout.split() if word.isdigit())
    assert rounds == 100 and failed > 20 and new > 5, done.stdout
