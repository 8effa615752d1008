"""Watch folders of notes. The only file that imports watchfiles."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from watchfiles import Change, watch

# Milliseconds after which the watcher looks at its state even if nothing changed.
_TICK = 500


def watch_folders(folders: Sequence[Path]) -> Iterator[None]:
    """Yield once at first, then a moment after each change in these folders, until Ctrl-C.

    No change is missed meanwhile: watching begins before the first time. Hidden files do not
    count, and so neither does the index.
    """
    roots = [folder.resolve() for folder in folders]

    def is_visible(_: Change, name: str) -> bool:
        path = Path(name)
        inside = [path.relative_to(root) for root in roots if path.is_relative_to(root)]
        return any(not _is_hidden(relative) for relative in inside)

    first = True
    ticks = watch(
        *roots,
        watch_filter=is_visible,
        rust_timeout=_TICK,
        yield_on_timeout=True,
        raise_interrupt=False,
    )
    for changed in ticks:
        if first or changed:
            yield
        first = False


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
