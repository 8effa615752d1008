"""The README is a test: what it shows is what the commands print."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
SCORE = re.compile(r"[+-]\d\.\d{3}")
TOLERANCE = 0.003  # what processors of different kinds make of the same question
SESSIONS = re.findall(r"^\$ kbase (.+)\n((?:(?!\$ |```).*\n)*)", README, re.MULTILINE)


@pytest.mark.parametrize(("command", "shown"), SESSIONS, ids=[command for command, _ in SESSIONS])
def test_a_command_in_the_readme_prints_what_it_shows(command: str, shown: str) -> None:
    result = CliRunner().invoke(main, shlex.split(command))
    assert result.exit_code in {0, 3}
    assert SCORE.sub("", result.stdout.strip()) == SCORE.sub("", shown.strip())
    scores = zip(SCORE.findall(result.stdout), SCORE.findall(shown), strict=True)
    assert all(abs(float(now) - float(then)) <= TOLERANCE for now, then in scores)


def test_every_command_is_in_the_readme() -> None:
    assert SESSIONS
    for command in main.commands:
        assert f"kbase {command}" in README
