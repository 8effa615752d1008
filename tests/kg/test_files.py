"""Replace files atomically."""

from pathlib import Path

import pytest

from kg.files import replace_file, replacing


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a path in an empty folder."""
    (tmp_path / "folder").mkdir()
    return tmp_path / "folder" / "a.json"


def test_a_file_is_created_and_then_replaced(file: Path) -> None:
    replace_file(file, b"old")
    assert file.read_bytes() == b"old"
    replace_file(file, b"new")
    assert file.read_bytes() == b"new"
    assert list(file.parent.iterdir()) == [file]


def test_readers_see_the_old_file_until_the_new_one_is_complete(file: Path) -> None:
    file.write_bytes(b"old")
    with replacing(file) as temporary:
        temporary.write_bytes(b"ne")
        assert file.read_bytes() == b"old"
        with open(temporary, "ab") as stream:
            stream.write(b"w")
    assert file.read_bytes() == b"new"


def test_after_an_error_the_old_file_stays_and_no_other_remains(file: Path) -> None:
    file.write_bytes(b"old")
    with pytest.raises(RuntimeError, match="disk full"), replacing(file) as temporary:
        temporary.write_bytes(b"half")
        raise RuntimeError("disk full")
    assert file.read_bytes() == b"old" and list(file.parent.iterdir()) == [file]


def test_a_folder_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        replace_file(tmp_path / "missing" / "a.json", b"new")
