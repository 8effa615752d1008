"""An indexer that is killed at any moment leaves the old index or the new one."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="kills a forked process")
def test_killed_at_a_hundred_random_moments_the_index_is_the_old_or_the_new_one(tmp_path: Path) -> None:
    root = Path(__file__).parent.parent
    command = [sys.executable, "-m", "tests.crash", str(tmp_path), "100", "1"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=root)
    assert done.returncode == 0, done.stderr
    rounds, kills, new = (int(word) for word in done.stdout.replace(",", "").split() if word.isdigit())
    assert rounds == 100 and kills > 30 and new > 5, done.stdout
