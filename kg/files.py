"""Replace files atomically."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; the file written there replaces `path` at the end.

    Readers see the old file or the new one, never half of it: the new one is flushed to disk and
    then renamed. On an error the old file stays and the temporary one is removed. Raises OSError.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        yield temporary
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def replace_file(path: Path, data: bytes) -> None:
    """Replace the content of a file, or create it. Raises OSError."""
    with replacing(path) as temporary, open(temporary, "xb") as file:
        file.write(data)
