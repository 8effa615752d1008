"""The knowledge base opened for reading: its passages, their vectors, their words. Writing is rag/sync.py's.

SQLite is the truth; the FAISS file is derived from it and named by the generation of the database it belongs to, so that
a reader never pairs the one with the wrong other: it opens the file of its own generation, or builds it from the vectors.
"""

import json
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Self

from kg.errors import IndexDamaged, IndexMismatch, IndexMissing
from kg.notes import Found, digest, find_notes
from rag.database import SCHEMA, Place, connect, damage
from rag.encode import Encoder, Reranker, load_asker

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.dictionary import Name
    from rag.packed import Stored
    from rag.space import Space
    from rag.vectors import VectorIndex

_NEAR = 1_000  # candidates, where vectors are compared in a compressed form
_POSTINGS = 10_000  # places of words that are looked up for a question: some 10 ms
_BM25_MOST = 2.2  # k1 + 1 of FTS5's bm25()
_COMMON = 2_000  # passages; a word in more of them, and in every tenth or in _POSTINGS, tells nothing worth its lookup


@dataclass(frozen=True, slots=True)
class Matched:
    """How well passages match by words, by id, from 0 to 1, and the weight of each word.

    And the words that no note has under any name; `named` are those of them that other names are known of.
    """

    scores: dict[int, float]
    idf: dict[str, float]
    unseen: frozenset[str]
    named: frozenset[str] = frozenset()


class KnowledgeBase:
    """An index opened for reading. Nothing is loaded before it is asked for; nothing is ever written.

    Raises IndexMissing, IndexDamaged, IndexMismatch on opening.
    """

    def __init__(self, place: Place, encoder: Encoder | None = None, reranker: Reranker | None = None) -> None:
        self.place = place
        self.reranker = reranker
        path = place.database
        self._given = encoder
        with damage(path):
            if not path.exists():
                raise IndexMissing(f"{place.notes} is not indexed", f"kbase index {place.notes}")
            self.database = connect(path)
            self.database.execute("BEGIN")  # from here to the end one state of the index, whoever writes meanwhile
            version = self.database.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:  # made, and not yet filled
                raise IndexMissing(f"{place.notes} is not indexed yet", f"kbase index {place.notes}")
            if version != SCHEMA:
                raise IndexMismatch(f"{path} was written by another version of kbase", f"kbase index {place.notes}")
            self.settings = dict(self.database.execute("SELECT key, value FROM settings"))

    def close(self) -> None:
        self.database.close()

    def reopen(self) -> None:
        """Reads on from the index as it is by now."""
        here, given, reranker = self.place, self._given, self.reranker
        self.close()
        self.__dict__.clear()  # what was read of the old one
        KnowledgeBase.__init__(self, here, given, reranker)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @cached_property
    def encoder(self) -> Encoder:
        """The engine the passages were encoded with. Raises IndexMismatch when it is another by now."""
        from rag.space import fingerprint

        encoder = self._given or load_asker(self.settings["encoder"], self.settings["fingerprint"])
        if fingerprint(encoder) != self.settings["fingerprint"]:
            raise IndexMismatch(
                f"the notes were encoded by {self.settings['encoder']} ({self.settings['fingerprint']}),"
                f" the engine here is {encoder.name} ({fingerprint(encoder)})",
                f"kbase index {self.place.notes}",
            )
        return encoder

    @cached_property
    def space(self) -> "Space":
        """The space that the passages' vectors are in."""
        from rag.space import Space

        ((data,),) = self.rows("SELECT vectors FROM space")
        return Space.from_bytes(data, self.settings["dimension"])

    def encode_question(self, question: str) -> "NDArray[np.float32]":
        """The question's vector in that space, (dimension,)."""
        from rag.space import Kind

        vector: NDArray[np.float32] = self.space.neutral(self.encoder.encode_queries([question]), [question], Kind.QUESTION)[0]
        return vector

    @cached_property
    def vectors(self) -> "VectorIndex":
        """All passages' vectors, from the FAISS file or else from the database."""
        from rag.packed import build_vectors
        from rag.vectors import VectorIndex

        path = self.place.vectors(self.settings["generation"])
        if path.exists():
            try:
                index = VectorIndex.load(path)
                if len(index) == self.settings["vectors"]:
                    return index
            except IndexDamaged:
                pass  # it is derived: what it holds stands in the database too
        with damage(self.place.database):
            return build_vectors(self.database, self.settings["dimension"])

    def nearest(self, query: "NDArray[np.float32]", k: int) -> list[tuple[int, float]]:
        """The ids of the k passages nearest to a query, (dimension,), by inner product."""
        if self.vectors.exact:
            return self.vectors.nearest(query, k)
        from rag.packed import nearest

        near = [id for id, _ in self.vectors.nearest(query, max(k, _NEAR))]
        marks = ",".join("?" * len(near))
        return nearest(query, self.rows(f"SELECT id, vector FROM passages WHERE id IN ({marks})", near), k)

    def rows(self, query: str, arguments: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """What the database answers. Raises IndexDamaged."""
        with damage(self.place.database):
            return self.database.execute(query, arguments).fetchall()

    def __len__(self) -> int:
        return int(self.settings["passages"])

    def passages(self, ids: Iterable[int]) -> "dict[int, Stored]":
        """The stored passages of these ids."""
        from rag.packed import stored

        wanted = list(ids)
        marks = ",".join("?" * len(wanted))
        query = f"""SELECT p.id, f.path, p.heading, p.start, p."end", p.first, p.last, p.page, p.text, p.sentences, p.language,
                           p.vector, p.sentence_vectors FROM passages p JOIN files f ON f.id = p.file WHERE p.id IN ({marks})"""
        return {row[0]: stored(row) for row in self.rows(query, wanted)}

    def covered(self, words: Sequence[str], also: Mapping[str, Collection[int]] | None = None) -> Matched:
        """The share of the words, by weight, that stand in each passage that has any of them, by id.

        How often a passage has a word, and how long it is, does not count: beside vectors that told more than BM25 does
        (benchmarks/README.md). `also` are passages where a word is to count as if it stood there.
        """
        told = self.weighed(words, also)
        whole = sum(told.idf.values())
        scores: dict[int, float] = {}
        for word, weight in told.idf.items():
            share, other = weight / whole, (also or {}).get(word, ())
            found = set(other) if len(other) <= _COMMON else set()
            if word not in told.unseen:
                found.update(id for (id,) in self.rows("SELECT rowid FROM keywords WHERE keywords MATCH ?", (f'"{word}"',)))
            for id in found:
                scores[id] = scores.get(id, 0.0) + share
        return replace(told, scores=scores)

    def weighed(self, words: Sequence[str], also: Mapping[str, Collection[int]] | None = None) -> Matched:
        """What each word weighs, without looking for passages: ln(1 + (N − n + ½)/(n + ½)) (Lucene's idf).

        One that no passage has weighs as one that is rarer than any. Words that are common, or that with rarer ones stand in
        more than _POSTINGS places, tell little for what they cost, nor do those whose other names are common.
        """
        unique = sorted(set(words))
        counts = self._counts(unique)
        named = {word: len(ids) for word, ids in (also or {}).items() if word not in counts}
        total, common = len(self), _common(len(self))
        told = [word for word in _sought(unique, counts) if counts.get(word, 0) <= common and named.get(word, 0) <= _COMMON]
        weights = {word: math.log1p((total - n + 0.5) / (n + 0.5)) for word in sorted(told) for n in [counts.get(word, 0)]}
        unseen = frozenset(word for word in unique if word not in counts and not named.get(word))
        return Matched({}, weights, unseen, unseen & named.keys())

    def _counts(self, words: Sequence[str]) -> dict[str, int]:
        """In how many passages each word stands, where it stands in any; in a large index it takes long, and is remembered."""
        new = [word for word in words if word not in self._counted]
        marks = ",".join("?" * len(new))
        found = dict(self.rows(f"SELECT term, doc FROM vocabulary WHERE term IN ({marks})", new)) if new else {}
        self._counted.update((word, found.get(word, 0)) for word in new)
        return {word: self._counted[word] for word in words if self._counted[word]}

    @cached_property
    def _counted(self) -> dict[str, int]:
        return {}

    def standing(self, named: "Iterable[tuple[Name, Iterable[Name]]]", most: int = _COMMON + 1) -> dict[str, set[int]]:
        """By word, the ids of passages that have one of the names by which the words are called, too: `most` of each."""
        found: defaultdict[str, set[int]] = defaultdict(set)
        for words, names in named:
            match = " OR ".join("(" + " AND ".join(f'"{word}"' for word in name) + ")" for name in names if name)
            query = "SELECT rowid FROM keywords WHERE keywords MATCH ? LIMIT ?"
            ids = {id for (id,) in self.rows(query, (match, most))} if match else set()
            for word in words:
                found[word] |= ids
        return found

    def keyword_scores(self, words: Sequence[str], k: int) -> Matched:
        """BM25 of the k best passages by id, divided by the most any passage could score.

        The bound is the sum of idf·(k1+1) over the words, a word that no note has counted as rare: so a question of
        which the notes know one word in five cannot score above a fifth. FTS5 has k1 = 1.2 and b = 0.75, and
        idf = ln((N − n + ½)/(n + ½)), at least 1e-6 (sqlite.org/fts5.html, "The bm25() function"). In a large index the
        commonest words are not looked for: _sought.
        """
        unique = sorted(set(words))
        if not unique:
            return Matched({}, {}, frozenset())
        counts = self._counts(unique)
        match = " OR ".join(f'"{word}"' for word in _sought(unique, counts))
        ranked = "SELECT rowid, -bm25(keywords) FROM keywords WHERE keywords MATCH ? ORDER BY bm25(keywords), rowid LIMIT ?"
        found = self.rows(ranked, (match, k))
        total = len(self)
        idf = {w: max(1e-6, math.log((total - n + 0.5) / (n + 0.5))) for w in unique for n in [counts.get(w, 0)]}
        bound = sum(idf.values()) * _BM25_MOST
        return Matched({id: score / bound for id, score in found}, idf, frozenset(unique) - counts.keys())

    def file(self, path: str) -> tuple[str, bytes] | None:
        """The encoding a note was read in, and the hash of its bytes; None when no such note is indexed."""
        rows = self.rows("SELECT encoding, digest FROM files WHERE path = ?", (path,))
        return (str(rows[0][0]), bytes(rows[0][1])) if rows else None

    def extracted(self, path: str) -> str:
        """The text that was taken out of a file that holds none: a PDF file, a notebook."""
        ((text,),) = self.rows("SELECT gathered ->> '$.note[1]' FROM files WHERE path = ?", (path,))
        return str(text)

    def languages(self) -> dict[str, int]:
        """How many passages there are in each language."""
        return dict(self.rows("SELECT language, count(*) FROM passages GROUP BY language ORDER BY 2 DESC, 1"))

    def files(self) -> "list[tuple[str, int, int]]":
        """Every note's path, its size and its time of change when it was read."""
        return self.rows("SELECT path, size, modified FROM files ORDER BY path")


def changes(base: KnowledgeBase) -> list[str]:
    """The notes that were added, edited or taken away since they were indexed; a later time alone is no edit."""
    found = {note.path: note for note in find_notes(base.place.notes, json.loads(base.settings["scope"]))[0]}
    indexed = {path: (size, modified) for path, size, modified in base.files()}
    return sorted(
        path
        for path in found.keys() | indexed.keys()
        if path not in found or path not in indexed or _differs(base, found[path], *indexed[path])
    )


def _differs(base: KnowledgeBase, note: Found, size: int, modified: int) -> bool:
    """Whether a note is no longer what was indexed: by its size and time, and where only the time differs by its bytes."""
    if note.size != size or note.modified == modified:
        return note.size != size
    try:
        data = (base.place.notes / note.path).read_bytes()
    except OSError:
        return True
    known = base.file(note.path)
    return known is None or known[1] != digest(data)


def _common(total: int) -> int:
    """In how many of so many passages a word may stand and still tell them apart."""
    return min(max(_COMMON, total // 10), _POSTINGS)


def _sought(words: Sequence[str], counts: Mapping[str, int]) -> list[str]:
    """The words to look for, the rarest first, as long as they stand in no more than _POSTINGS places together.

    The others weigh least and cost most: of 100 000 passages they take half of the time, and no passage is missed for them.
    """
    ordered = sorted(words, key=lambda word: (counts.get(word, 0), word))
    places = accumulate(counts.get(word, 0) for word in ordered)
    return [word for at, (word, far) in enumerate(zip(ordered, places, strict=True)) if at == 0 or far <= _POSTINGS]
