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

from kg.errors import EngineError

# Written last into a folder: the hashes of its other files.
_HASHES = "made.json"
# Seconds after which nobody is still writing a temporary folder.
_STALE = 3600.0
# What the names of temporary folders end in.
_TEMPORARY = ".new"


def prepared_folder(name: str, fill: Callable[[Path], None]) -> Path:
    """Return the folder of that name in the cache, filled by `fill` if it is missing or damaged.

    A folder is written beside its place and then renamed: a process that is killed leaves nothing
    half done, and of two that write at the same time one wins. Raises EngineError when it cannot
    be written.
    """
    from platformdirs import user_cache_path

    folder = user_cache_path("kbase") / name
    if _is_intact(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _remove_stale_folders(folder.parent)
        temporary = Path(tempfile.mkdtemp(suffix=_TEMPORARY, dir=folder.parent))
        try:
            fill(temporary)
            hashes = {
                path.relative_to(temporary).as_posix(): _hash_file(path)
                for path in temporary.rglob("*")
                if path.is_file()
            }
            (temporary / _HASHES).write_text(json.dumps(hashes), encoding="utf-8")
            return _replace_folder(temporary, folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except (OSError, RuntimeError) as error:
        raise EngineError(
            f"{folder} cannot be written: {error}", "is it read-only, or the disk full?"
        ) from error


def _replace_folder(temporary: Path, folder: Path) -> Path:
    """Rename a temporary folder to its final name, unless another process was quicker.

    Raises OSError when another process keeps writing damaged ones.
    """
    for _ in range(3):
        with suppress(OSError):  # The name is taken: by a damaged folder, or by another process.
            temporary.rename(folder)
        if _is_intact(folder):
            return folder
        damaged = Path(tempfile.mkdtemp(suffix=_TEMPORARY, dir=folder.parent))
        with suppress(OSError):
            folder.rename(damaged / "damaged")
        shutil.rmtree(damaged, ignore_errors=True)
    raise OSError("another process keeps replacing it")


def _is_intact(folder: Path) -> bool:
    """Tell whether a folder holds exactly the contents that were written into its files."""
    try:
        hashes: dict[str, str] = json.loads((folder / _HASHES).read_text(encoding="utf-8"))
        return bool(hashes) and all(
            _hash_file(folder / name) == known for name, known in hashes.items()
        )
    except (OSError, ValueError, AttributeError):
        return False


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]


def _remove_stale_folders(cache: Path) -> None:
    """Delete the temporary folders that killed processes left."""
    for folder in cache.glob(f"*{_TEMPORARY}"):
        with suppress(OSError):
            if time.time() - os.stat(folder).st_mtime > _STALE:
                shutil.rmtree(folder, ignore_errors=True)
