"""Keep prepared model files in the user's cache folder, built once and verified."""

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from kg.errors import EngineError

_MADE = "made.json"  # written last: the sums of the other files
_STALE = 3600.0  # seconds, after which nobody is still making a folder


def prepared_folder(name: str, make: Callable[[Path], None]) -> Path:
    """The folder of that name in the user's cache folder, which `make` fills when it is not there or damaged.

    It is made beside and renamed: whoever is killed leaves nothing half, and of two that make it at once one is kept.
    Raises EngineError when it cannot be written.
    """
    from platformdirs import user_cache_path

    folder = user_cache_path("kbase") / name
    if _sound(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _sweep(folder.parent)
        beside = Path(tempfile.mkdtemp(suffix=".new", dir=folder.parent))
        try:
            make(beside)
            sums = {
                path.relative_to(beside).as_posix(): _sum(path)
                for path in beside.rglob("*")
                if path.is_file()
            }
            (beside / _MADE).write_text(json.dumps(sums), encoding="utf-8")
            return _placed(beside, folder)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except (OSError, RuntimeError) as error:
        raise EngineError(
            f"{folder} cannot be written: {error}", "is it read-only, or the disk full?"
        ) from error


def _placed(beside: Path, folder: Path) -> Path:
    for _ in range(3):
        with suppress(OSError):  # it is there: damaged, or another process was quicker
            beside.rename(folder)
        if _sound(folder):
            return folder
        damaged = Path(tempfile.mkdtemp(suffix=".new", dir=folder.parent))
        with suppress(OSError):
            folder.rename(damaged / "damaged")
        shutil.rmtree(damaged, ignore_errors=True)
    raise OSError("another process keeps replacing it")


def _sound(folder: Path) -> bool:
    """Whether a folder holds what was put there."""
    try:
        made: dict[str, Any] = json.loads((folder / _MADE).read_text(encoding="utf-8"))
        return bool(made) and all(_sum(folder / name) == known for name, known in made.items())
    except (OSError, ValueError, AttributeError):
        return False


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]


def _sweep(cache: Path) -> None:
    """Deletes what killed processes left."""
    for left in cache.glob("*.new"):
        with suppress(OSError):
            if time.time() - os.stat(left).st_mtime > _STALE:
                shutil.rmtree(left, ignore_errors=True)
