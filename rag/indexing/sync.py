"""Sync an index with its notes: read what changed, encode what is new, in one transaction."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import accumulate

from kg.errors import NotesError
from kg.extraction.annotate import ANNOTATION_VERSION, annotate
from kg.files import replacing
from kg.notes.files import NoteFile
from kg.notes.formats import SUFFIXES
from kg.notes.note import Note
from rag.embedding.base import Encoder
from rag.embedding.centering import CenteredEncoder, LanguageCentering, build_centering
from rag.index.database import write_transaction
from rag.index.location import IndexLocation
from rag.index.scoring import BackgroundLevels
from rag.index.settings import IndexSettings, UnreadableFile
from rag.indexing.graph import derive_graph
from rag.indexing.note_reader import NoteReader
from rag.indexing.plan import SyncPlan, plan_sync
from rag.indexing.report import Report
from rag.indexing.rows import SplitNote, insert_note, remove_all_notes, remove_notes
from rag.indexing.splitter import SPLIT_VERSION, split_note
from rag.indexing.vector_cache import SAVED, PassageVectors, VectorCache

# The share of the passages that may come or go before the background levels are measured again.
_DRIFT = 0.1

# Receives bytes of notes done, and in all.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class GraphUpdate:
    """What is wrong in concepts.yaml or front matter, and whether the concepts were deferred."""

    problems: tuple[str, ...]
    deferred: bool


def sync(
    location: IndexLocation,
    within: Sequence[str] = (".",),
    *,
    encoder: Encoder,
    progress: Progress = lambda done, total: None,
    reuse: IndexLocation | None = None,
    remake: bool = False,
) -> Report:
    """Bring the index up to the notes: read only what changed, encode only new text.

    `within` are folders and files under `location.notes`, indexed besides those that are already.
    `progress` receives how many bytes of the changed files are done, and of how many. `reuse` is
    another index whose vectors may be copied. `remake` derives all that is derived again, even if
    no note changed. The index is the old one or the new one, whatever happens on the way. Raises
    NotesError when there is nothing to index, IndexUnwritable, IndexDamaged.
    """
    with write_transaction(location) as database:
        plan = plan_sync(database, location, within, encoder=encoder)
        if plan.reads_all:
            remove_all_notes(database)
        centering = find_centering(database, plan, encoder)
        reader = NoteReader(database, plan)
        with closing(
            VectorCache(database, location, CenteredEncoder(encoder, centering), reuse)
        ) as cache:
            _write_notes(database, plan, reader, cache, progress)
        _require_notes(plan, reader, within)
        graph = GraphUpdate((), deferred=False)
        if reader.read or plan.removed or plan.settings_changed or remake:
            graph = _write_graph(database, plan, reader.read, remake=remake)
            finish_sync(database, plan, centering, reader.unreadable, graph)
        elif plan.before and plan.before.unreadable != reader.unreadable:
            replace(plan.before, unreadable=reader.unreadable).save(database)
        ((passages,),) = database.execute("SELECT count(*) FROM passages")
    return Report(
        location,
        tuple(reader.read),
        tuple(reader.unchanged),
        plan.removed,
        tuple(reader.skipped),
        reader.encodings,
        graph.problems,
        passages,
        cache.encoded,
    )


def _require_notes(plan: SyncPlan, reader: NoteReader, within: Sequence[str]) -> None:
    """Raise NotesError when there is no note at all: the path is mistyped, most likely."""
    if reader.read or reader.unchanged or plan.removed:
        return
    root = plan.location.notes
    places = ", ".join(str(root / path) for path in within) or str(root)
    reasons = "".join(f"; {file.path}: {file.reason}" for file in reader.skipped[:3])
    raise NotesError(f"no notes in {places}{reasons}", f"kbase reads {', '.join(SUFFIXES)} files")


def find_centering(
    database: sqlite3.Connection, plan: SyncPlan, encoder: Encoder
) -> LanguageCentering:
    """Return the centering that the index has, or write the engine's when another one made it."""
    row = database.execute("SELECT vectors FROM space").fetchone()
    if row and plan.before and plan.before.fingerprint == plan.fingerprint:
        return LanguageCentering.from_bytes(row[0], encoder.dimension)
    data = build_centering(encoder).to_bytes()
    database.execute("DELETE FROM space")
    database.execute("INSERT INTO space VALUES (?)", (data,))
    return LanguageCentering.from_bytes(data, encoder.dimension)


def _write_notes(
    database: sqlite3.Connection,
    plan: SyncPlan,
    reader: NoteReader,
    cache: VectorCache,
    progress: Progress,
) -> None:
    """Replace the notes that changed, and remove those that are gone or hold no text any more."""
    for split, vectors in _encode(reader.notes(), plan.to_read, cache, progress):
        path = split.note.path
        remove_notes(database, [path])
        insert_note(database, plan.to_read[path], split, vectors)
    present = {*reader.unchanged, *reader.read}
    remove_notes(database, sorted(plan.indexed.keys() - present))


def _encode(
    notes: Iterable[Note],
    files: Mapping[str, NoteFile],
    cache: VectorCache,
    progress: Progress,
) -> Iterator[tuple[SplitNote, list[PassageVectors]]]:
    """Split the notes and yield each with its passages' vectors; a few are encoded together.

    `notes` come in the order of `files`. Progress counts the bytes of a file as its texts are
    encoded, and those of a file that yields no note with the next one.
    """
    ends = dict(zip(files, accumulate(file.size for file in files.values()), strict=True))
    done, total = 0, sum(file.size for file in files.values())
    for batch in _batches(notes):
        passages = [passage for split in batch for passage in split.passages]
        texts = sum(1 + len(passage.sentences) for passage in passages)
        end = ends[batch[-1].note.path]
        encoded = 0

        def count(more: int, start: int = done, end: int = end, texts: int = texts) -> None:
            nonlocal encoded
            encoded += more
            progress(start + (end - start) * encoded // texts, total)

        vectors = iter(cache.vectors(passages, count))
        done = end
        progress(done, total)
        for split in batch:
            yield split, [next(vectors) for _ in split.passages]


def _batches(notes: Iterable[Note]) -> Iterator[list[SplitNote]]:
    """Split notes as they come; yield as many together as the engine is given at a time."""
    batch: list[SplitNote] = []
    for note in notes:
        batch.append(SplitNote(note, tuple(split_note(note)), annotate(note).to_json()))
        if sum(len(split.passages) for split in batch) >= SAVED:
            yield batch
            batch = []
    if batch:
        yield batch


def _write_graph(
    database: sqlite3.Connection, plan: SyncPlan, read: Sequence[str], *, remake: bool
) -> GraphUpdate:
    """Derive the concepts again, or leave them as they are after a small edit of many notes."""
    if plan.before and not remake and not plan.settings_changed and plan.is_small_edit(read):
        return GraphUpdate(plan.before.problems, deferred=True)
    return GraphUpdate(derive_graph(database, plan.location), deferred=False)


def finish_sync(
    database: sqlite3.Connection,
    plan: SyncPlan,
    centering: LanguageCentering,
    unreadable: Mapping[str, UnreadableFile],
    graph: GraphUpdate,
) -> None:
    """Write the settings and the vector file of the index's next generation."""
    # This loads faiss, which a sync that changes nothing does without.
    from rag.index.vectors import build_vectors, extend_vectors, is_exact

    query = "SELECT count(*), coalesce(max(id), 0) FROM passages"
    passages, last = database.execute(query).fetchone()
    dimension = centering.means.shape[-1]
    # The settings of the last sync, if its vectors were the same engine's.
    before = plan.before
    if before and before.fingerprint != plan.fingerprint:
        before = None
    index, built = None, passages
    if before and not is_exact(passages):
        index, built = extend_vectors(database, plan.location, before), before.built_vectors
    if index is None:
        index, built = build_vectors(database, dimension), passages
    levels, calibrated = _background_levels(database, centering, before, passages)
    settings = IndexSettings(
        engine=plan.engine,
        fingerprint=plan.fingerprint,
        splitter_version=SPLIT_VERSION,
        annotation_version=ANNOTATION_VERSION,
        scope=plan.scope,
        unreadable=unreadable,
        curated_hash=plan.curated_hash,
        problems=graph.problems,
        concepts_outdated=graph.deferred,
        generation=plan.before.generation + 1 if plan.before else 1,
        passages=passages,
        last_passage=last,
        dimension=dimension,
        vectors=len(index),
        built_vectors=built,
        levels=levels,
        calibrated_passages=calibrated,
    )
    settings.save(database)
    with replacing(plan.location.vectors(settings.generation)) as path:
        index.save(path)


def _background_levels(
    database: sqlite3.Connection,
    centering: LanguageCentering,
    before: IndexSettings | None,
    passages: int,
) -> tuple[BackgroundLevels, int]:
    """Return the background levels, and how many passages there were when they were measured.

    They are measured again when the number of passages has drifted from what it was then.
    """
    if before:
        drift = abs(passages - before.calibrated_passages)
        if drift <= _DRIFT * before.calibrated_passages:
            return before.levels, before.calibrated_passages
    from rag.indexing.calibration import calibrate

    return calibrate(database, centering), passages
