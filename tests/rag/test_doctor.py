"""`kbase doctor` names what is wrong and prints the command that fixes it."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Kbase = Callable[..., Result]


def run_checks(kbase: Kbase, notes: Path) -> dict[str, dict[str, str]]:
    """Return the checks by name. The exit code says whether one failed."""
    result = kbase("doctor", "--notes", notes, "--json")
    checks = {check["name"]: check for check in json.loads(result.stdout)["checks"]}
    assert result.exit_code == (0 if all(check["ok"] for check in checks.values()) else 1)
    return checks


def damage(notes: Path) -> None:
    with (notes / ".kbase" / "index.sqlite").open("rb+") as file:
        file.seek(9000)
        file.write(b"garbage" * 3000)


def garble_vectors(notes: Path) -> None:
    next((notes / ".kbase").glob("vectors-*")).write_bytes(b"garbage")


def edit(notes: Path) -> None:
    (notes / "attention.md").write_text("# New\n\nAll of it is new.\n")


def spoil_curated(notes: Path) -> None:
    (notes / "concepts.yaml").write_text("concepts: [\n")


def interrupt(notes: Path) -> None:
    (notes / ".kbase" / "encoding.sqlite").touch()


def test_every_check_of_the_bundled_notes_passes(kbase: Kbase) -> None:
    result = kbase("doctor")
    assert result.exit_code == 0 and "→" not in result.stdout


@pytest.mark.parametrize(
    ("harm", "check"),
    [(damage, "database"), (garble_vectors, "vectors"), (edit, "changes"), (interrupt, "index")],
)
def test_what_is_wrong_is_named_and_the_command_fixes_it(
    notes: Path, kbase: Kbase, harm: Callable[[Path], None], check: str
) -> None:
    assert kbase("index", notes).exit_code == 0
    assert all(check["ok"] for check in run_checks(kbase, notes).values())
    harm(notes)
    failed = run_checks(kbase, notes)[check]
    assert not failed["ok"]
    assert kbase(*shlex.split(failed["fix"])[1:]).exit_code == 0
    assert all(check["ok"] for check in run_checks(kbase, notes).values())


def test_a_curated_file_that_is_not_understood_is_named_with_its_line(
    notes: Path, kbase: Kbase
) -> None:
    kbase("index", notes)
    spoil_curated(notes)
    assert "concepts.yaml:" in run_checks(kbase, notes)["concepts"]["seen"]


def test_without_notes_or_without_an_index_it_says_what_to_do(
    notes: Path, tmp_path: Path, kbase: Kbase
) -> None:
    assert list(run_checks(kbase, tmp_path / "nowhere")) == ["notes"]
    assert run_checks(kbase, notes)["database"]["fix"] == f"kbase index {notes}"
