"""Changes in folders of notes, as they come: the only file that imports watchfiles. What to do about them is the caller's."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from watchfiles import Change, watch

_TICK = 500  # ms


def changes(folders: Sequence[Path]) -> Iterator[None]:
    """Once at first, then each time something in these folders changed, a moment after the last change; until Ctrl-C.

    What changes meanwhile is not missed: the folders are watched from before the first time. Hidden files do not count,
    and so neither does the index.
    """
    roots = [folder.resolve() for folder in folders]

    def matters(_: Change, path: str) -> bool:
        within = [Path(path).relative_to(root) for root in roots if Path(path).is_relative_to(root)]
        return any(not any(part.startswith(".") for part in one.parts) for one in within)

    first = True
    ticks = watch(
        *roots,
        watch_filter=matters,
        rust_timeout=_TICK,
        yield_on_timeout=True,
        raise_interrupt=False,
    )
    for changed in ticks:
        if first or changed:
            yield
        first = False
