"""Read an index: its passages, their vectors, their words. Nothing here writes.

The database is the truth. The vector file is derived from it and named by the generation of the
database that it belongs to, so a reader never combines the two of different generations: it opens
the file of its own generation, or builds the vectors from the database.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from kg.errors import IndexDamaged, IndexMismatch, IndexMissing, KbaseError
from rag.embedding.base import Encoder, Reranker
from rag.embedding.registry import load_query_encoder
from rag.index.database import SCHEMA, connect, translate_read_errors
from rag.index.lexical import LexicalIndex
from rag.index.location import IndexLocation, bundled_location
from rag.index.scoring import BackgroundLevels
from rag.index.settings import IndexSettings
from rag.types import IndexStatus, Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.embedding.centering import LanguageCentering
    from rag.index.vector_codec import StoredPassage
    from rag.index.vectors import VectorIndex

# Candidates that are compared as they are, when all vectors are searched in a compressed form.
_CANDIDATES = 1_000


class Index:
    """An index opened for reading.

    Each part is loaded when it is first used. Opening raises IndexMissing, IndexDamaged,
    IndexMismatch.
    """

    def __init__(
        self,
        location: IndexLocation,
        encoder: Encoder | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self.location = location
        self.reranker = reranker
        path = location.database
        self._given = encoder
        with translate_read_errors(path):
            if not path.exists():
                raise IndexMissing(
                    f"{location.notes} is not indexed", f"kbase index {location.notes}"
                )
            self.database = connect(path)
            # One read transaction: until it is closed, the index looks the same, whoever writes.
            self.database.execute("BEGIN")
            version = self.database.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, SCHEMA):
                raise IndexMismatch(
                    f"{path} was written by another version of kbase",
                    f"kbase index {location.notes}",
                )
            settings = IndexSettings.load(self.database) if version else None
            if settings is None:
                raise IndexMissing(
                    f"{location.notes} is not indexed yet", f"kbase index {location.notes}"
                )
            self.settings = settings

    def close(self) -> None:
        """Close the database, and that of the bundled notes if it was opened."""
        self.database.close()
        bundled: Index | None = self.__dict__.get("bundled")
        if bundled:
            bundled.close()

    def reopened(self) -> "Index":
        """Close this index and open it again, in its present state."""
        self.close()
        return Index(self.location, self._given, self.reranker)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def encoder(self) -> Encoder:
        """The engine that encoded the passages. Raises IndexMismatch when it is another one now."""
        from rag.embedding.centering import centered_fingerprint

        engine, known = self.settings.engine, self.settings.fingerprint
        encoder = self._given or load_query_encoder(engine, known)
        if centered_fingerprint(encoder) != known:
            raise IndexMismatch(
                f"the notes were encoded by {engine} ({known}),"
                f" the engine here is {encoder.name} ({centered_fingerprint(encoder)})",
                f"kbase index {self.location.notes}",
            )
        return encoder

    @cached_property
    def bundled(self) -> "Index | None":
        """The index of the bundled notes; None if this is it, or if it does not exist yet."""
        location = bundled_location()
        if location == self.location:
            return None
        try:
            return Index(location)
        except KbaseError:
            return None

    @cached_property
    def lexical(self) -> LexicalIndex:
        """The full-text side of the index."""
        return LexicalIndex(self.rows, len(self))

    @property
    def levels(self) -> BackgroundLevels:
        """The background level of each pair of languages, measured at indexing."""
        return self.settings.levels

    @cached_property
    def centering(self) -> "LanguageCentering":
        """What was subtracted from the passages' vectors, by language."""
        from rag.embedding.centering import LanguageCentering

        ((data,),) = self.rows("SELECT vectors FROM space")
        return LanguageCentering.from_bytes(data, self.settings.dimension)

    def encode_question(self, question: str) -> "NDArray[np.float32]":
        """Return the question's vector, centered as the passages' are: (dimension,)."""
        from rag.embedding.centering import TextKind

        raw = self.encoder.encode_queries([question])
        vector: NDArray[np.float32] = self.centering.center(raw, [question], TextKind.QUESTION)[0]
        return vector

    @cached_property
    def vectors(self) -> "VectorIndex":
        """The vectors of all passages, from the vector file or else from the database."""
        from rag.index.vectors import VectorIndex, build_vectors

        path = self.location.vectors(self.settings.generation)
        if path.exists():
            try:
                index = VectorIndex.load(path)
                if len(index) == self.settings.vectors:
                    return index
            except IndexDamaged:
                pass  # The file is derived: the database has all that it holds.
        with translate_read_errors(self.location.database):
            return build_vectors(self.database, self.settings.dimension)

    def nearest(self, query: "NDArray[np.float32]", k: int) -> list[tuple[int, float]]:
        """Return the k passages nearest to a query, (dimension,): ids with inner products."""
        if self.vectors.exact:
            return self.vectors.nearest(query, k)
        from rag.index.vector_codec import nearest

        near = [id for id, _ in self.vectors.nearest(query, max(k, _CANDIDATES))]
        marks = ",".join("?" * len(near))
        rows = self.rows(f"SELECT id, vector FROM passages WHERE id IN ({marks})", near)
        return nearest(query, rows, k)

    def rows(self, query: str, arguments: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a query and return its rows. Raises IndexDamaged."""
        with translate_read_errors(self.location.database):
            return self.database.execute(query, arguments).fetchall()

    def __len__(self) -> int:
        """Count the passages."""
        return int(self.settings.passages)

    def neighbours(self, passage: Passage, count: int) -> list[Passage]:
        """Return up to `count` passages on either side of a passage, itself included, in order.

        Only passages under the same heading, on the same page or cell: a note may have thousands.
        """
        query = """SELECT id, heading, page FROM passages
                   WHERE file = (SELECT id FROM files WHERE path = ?) AND start"""
        position = (passage.path, passage.start)
        rows = self.rows(f"{query} >= ? ORDER BY start LIMIT {count + 1}", position)
        rows += self.rows(f"{query} < ? ORDER BY start DESC LIMIT {count}", position)
        same = (passage.heading, passage.page)
        ids = [id for id, heading, page in rows if (tuple(json.loads(heading)), page) == same]
        if len(ids) == 1:
            return [passage]
        found = (stored.passage for stored in self.passages(ids).values())
        return sorted(found, key=lambda neighbour: neighbour.start)

    def headings(self, path: str) -> list[tuple[int, tuple[str, ...]]]:
        """Return the id and heading trail of each passage of a note, the last one first."""
        query = """SELECT p.id, p.heading FROM passages p JOIN files f ON f.id = p.file
                   WHERE f.path = ? ORDER BY p.start DESC"""
        return [(id, tuple(json.loads(heading))) for id, heading in self.rows(query, (path,))]

    def passages(self, ids: Iterable[int]) -> "dict[int, StoredPassage]":
        """Return the stored passages with these ids, by id; an unknown id has none."""
        from rag.index.vector_codec import stored_passage

        wanted = list(ids)
        marks = ",".join("?" * len(wanted))
        query = f"""SELECT p.id, f.path, p.heading, p.start, p."end", p.first, p.last, p.page,
                           p.text, p.sentences, p.language, p.vector, p.sentence_vectors
                    FROM passages p JOIN files f ON f.id = p.file WHERE p.id IN ({marks})"""
        return {row[0]: stored_passage(row) for row in self.rows(query, wanted)}

    def file(self, path: str) -> tuple[str, bytes] | None:
        """Return the encoding a note was read in, and the hash of its bytes; None without it."""
        rows = self.rows("SELECT encoding, digest FROM files WHERE path = ?", (path,))
        return (str(rows[0][0]), bytes(rows[0][1])) if rows else None

    def extracted(self, path: str) -> str:
        """Return the text that was extracted from a document: a PDF file, a notebook."""
        ((text,),) = self.rows("SELECT gathered ->> '$.note[1]' FROM files WHERE path = ?", (path,))
        return str(text)

    def status(self, changed: Sequence[str]) -> IndexStatus:
        """Describe the index. `changed` are the notes that changed since it was made."""
        return IndexStatus(
            self.location.notes,
            self.location.index,
            len(self.files()),
            len(self),
            self.languages(),
            self.settings.engine,
            self.settings.fingerprint,
            tuple(changed),
        )

    def languages(self) -> dict[str, int]:
        """Count the passages in each language, the most frequent first."""
        query = "SELECT language, count(*) FROM passages GROUP BY language ORDER BY 2 DESC, 1"
        return dict(self.rows(query))

    def files(self) -> list[tuple[str, int, int]]:
        """Return the path of every note, with its size and its time when it was read."""
        return self.rows("SELECT path, size, modified FROM files ORDER BY path")
