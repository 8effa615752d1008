"""The knowledge base opened for reading: its passages, their vectors, their words. Writing is rag/sync.py's.

SQLite is the truth; the FAISS file is derived from it and named by the generation of the database it belongs to, so that
a reader never pairs the one with the wrong other: it opens the file of its own generation, or builds it from the vectors.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from kg.errors import IndexDamaged, IndexMismatch, IndexMissing, KbaseError
from rag.embedding.base import Encoder, Reranker
from rag.embedding.registry import load_query_encoder
from rag.index.database import SCHEMA, connect, damage
from rag.index.lexical import LexicalIndex
from rag.index.location import IndexLocation, bundled_location
from rag.index.scoring import BackgroundLevels
from rag.types import IndexStatus, Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.embedding.centering import LanguageCentering
    from rag.index.vector_codec import StoredPassage
    from rag.index.vectors import VectorIndex

_NEAR = 1_000  # candidates, where vectors are compared in a compressed form


class Index:
    """An index opened for reading. Nothing is loaded before it is asked for; nothing is ever written.

    Raises IndexMissing, IndexDamaged, IndexMismatch on opening.
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
        with damage(path):
            if not path.exists():
                raise IndexMissing(
                    f"{location.notes} is not indexed", f"kbase index {location.notes}"
                )
            self.database = connect(path)
            self.database.execute(
                "BEGIN"
            )  # from here to the end one state of the index, whoever writes meanwhile
            version = self.database.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:  # made, and not yet filled
                raise IndexMissing(
                    f"{location.notes} is not indexed yet", f"kbase index {location.notes}"
                )
            if version != SCHEMA:
                raise IndexMismatch(
                    f"{path} was written by another version of kbase",
                    f"kbase index {location.notes}",
                )
            self.settings = dict(self.database.execute("SELECT key, value FROM settings"))

    def close(self) -> None:
        self.database.close()
        if self.__dict__.get("bundled"):
            self.bundled.close()  # type: ignore[union-attr]  # it is one

    def reopened(self) -> "Index":
        """Close this index and open it again, as it is by now."""
        self.close()
        return Index(self.location, self._given, self.reranker)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def encoder(self) -> Encoder:
        """The engine the passages were encoded with. Raises IndexMismatch when it is another by now."""
        from rag.embedding.centering import centered_fingerprint

        encoder = self._given or load_query_encoder(
            self.settings["encoder"], self.settings["fingerprint"]
        )
        if centered_fingerprint(encoder) != self.settings["fingerprint"]:
            raise IndexMismatch(
                f"the notes were encoded by {self.settings['encoder']} ({self.settings['fingerprint']}),"
                f" the engine here is {encoder.name} ({centered_fingerprint(encoder)})",
                f"kbase index {self.location.notes}",
            )
        return encoder

    @cached_property
    def bundled(self) -> "Index | None":
        """The index of the notes that ship with kbase; None if this is it, or it does not exist yet."""
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

    @cached_property
    def levels(self) -> BackgroundLevels:
        """The background score of each pair of languages, measured at indexing."""
        return BackgroundLevels.from_json(self.settings["levels"])

    @cached_property
    def centering(self) -> "LanguageCentering":
        """The space that the passages' vectors are in."""
        from rag.embedding.centering import LanguageCentering

        ((data,),) = self.rows("SELECT vectors FROM space")
        return LanguageCentering.from_bytes(data, self.settings["dimension"])

    def encode_question(self, question: str) -> "NDArray[np.float32]":
        """The question's vector in that space, (dimension,)."""
        from rag.embedding.centering import TextKind

        vector: NDArray[np.float32] = self.centering.center(
            self.encoder.encode_queries([question]), [question], TextKind.QUESTION
        )[0]
        return vector

    @cached_property
    def vectors(self) -> "VectorIndex":
        """All passages' vectors, from the FAISS file or else from the database."""
        from rag.index.vectors import VectorIndex, build_vectors

        path = self.location.vectors(self.settings["generation"])
        if path.exists():
            try:
                index = VectorIndex.load(path)
                if len(index) == self.settings["vectors"]:
                    return index
            except IndexDamaged:
                pass  # it is derived: what it holds stands in the database too
        with damage(self.location.database):
            return build_vectors(self.database, self.settings["dimension"])

    def nearest(self, query: "NDArray[np.float32]", k: int) -> list[tuple[int, float]]:
        """The ids of the k passages nearest to a query, (dimension,), by inner product."""
        if self.vectors.exact:
            return self.vectors.nearest(query, k)
        from rag.index.vector_codec import nearest

        near = [id for id, _ in self.vectors.nearest(query, max(k, _NEAR))]
        marks = ",".join("?" * len(near))
        return nearest(
            query, self.rows(f"SELECT id, vector FROM passages WHERE id IN ({marks})", near), k
        )

    def rows(self, query: str, arguments: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """What the database answers. Raises IndexDamaged."""
        with damage(self.location.database):
            return self.database.execute(query, arguments).fetchall()

    def __len__(self) -> int:
        return int(self.settings["passages"])

    def neighbours(self, passage: Passage, count: int) -> list[Passage]:
        """Return up to `count` passages on either side of a passage, itself included, in order.

        Only passages under the same heading, on the same page or cell: a note may have thousands.
        """
        query = """SELECT id, heading, page FROM passages
                   WHERE file = (SELECT id FROM files WHERE path = ?) AND start"""
        place = (passage.path, passage.start)
        rows = self.rows(f"{query} >= ? ORDER BY start LIMIT {count + 1}", place)
        rows += self.rows(f"{query} < ? ORDER BY start DESC LIMIT {count}", place)
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
        """The stored passages of these ids."""
        from rag.index.vector_codec import stored_passage

        wanted = list(ids)
        marks = ",".join("?" * len(wanted))
        query = f"""SELECT p.id, f.path, p.heading, p.start, p."end", p.first, p.last, p.page, p.text, p.sentences, p.language,
                           p.vector, p.sentence_vectors FROM passages p JOIN files f ON f.id = p.file WHERE p.id IN ({marks})"""
        return {row[0]: stored_passage(row) for row in self.rows(query, wanted)}

    def file(self, path: str) -> tuple[str, bytes] | None:
        """The encoding a note was read in, and the hash of its bytes; None when no such note is indexed."""
        rows = self.rows("SELECT encoding, digest FROM files WHERE path = ?", (path,))
        return (str(rows[0][0]), bytes(rows[0][1])) if rows else None

    def extracted(self, path: str) -> str:
        """The text that was taken out of a file that holds none: a PDF file, a notebook."""
        ((text,),) = self.rows("SELECT gathered ->> '$.note[1]' FROM files WHERE path = ?", (path,))
        return str(text)

    def status(self, changed: Sequence[str]) -> IndexStatus:
        """Describe the index; `changed` are the notes that changed since it was made."""
        return IndexStatus(
            self.location.notes,
            self.location.index,
            len(self.files()),
            len(self),
            self.languages(),
            self.settings["encoder"],
            self.settings["fingerprint"],
            tuple(changed),
        )

    def languages(self) -> dict[str, int]:
        """How many passages there are in each language."""
        return dict(
            self.rows(
                "SELECT language, count(*) FROM passages GROUP BY language ORDER BY 2 DESC, 1"
            )
        )

    def files(self) -> "list[tuple[str, int, int]]":
        """Every note's path, its size and its time of change when it was read."""
        return self.rows("SELECT path, size, modified FROM files ORDER BY path")
