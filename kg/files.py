"""Replace files atomically."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a new path beside `path`; what is written there replaces `path` at the end.

    Readers see the old file or the new one, never half: the new one is flushed to disk and then
    renamed. On an error the old file stays. Raises OSError.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        yield beside
        with open(beside, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def replace_file(path: Path, data: bytes) -> None:
    """Replace the content of a file, or create it. Raises OSError."""
    with replacing(path) as beside, open(beside, "xb") as file:
        file.write(data)
