"""Score passages by words: term weights, coverage of a question, and BM25."""

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any

from rag.analyzer import TermSequence

# Postings (term, passage) that one question may look up; this many take about 10 ms.
POSTING_BUDGET = 10_000
# Passages up to which a term is always looked up; a more frequent one only in a large index.
COMMON = 2_000
# k1 + 1 of FTS5's bm25(): no term contributes more than its IDF times this.
_BM25_LIMIT = 2.2


@dataclass(frozen=True, slots=True)
class TermMatches:
    """The terms of a question with their weights, and how well passages match them.

    `scores` maps passage ids to 0–1. `idf` maps terms to weights. `unseen` are the terms that no
    note contains under any name; `named` are those of them that have known synonyms.
    """

    scores: dict[int, float]
    idf: dict[str, float]
    unseen: frozenset[str]
    named: frozenset[str] = frozenset()


class LexicalIndex:
    """The full-text side of an index.

    The FTS5 table `keywords` has the terms of each passage, `vocabulary` the document frequencies.
    """

    def __init__(
        self, rows: Callable[[str, Sequence[object]], list[tuple[Any, ...]]], passages: int
    ) -> None:
        """`rows` runs a query; `passages` is how many passages the index holds."""
        self._rows = rows
        self._passages = passages
        # Document frequencies looked up so far: in a large index each lookup takes milliseconds.
        self._frequencies: dict[str, int] = {}

    def term_coverage(
        self, terms: Sequence[str], synonyms: Mapping[str, Collection[int]] | None = None
    ) -> TermMatches:
        """Score each passage by the share of the terms, by weight, that it contains.

        Term frequency and passage length do not count: beside vectors this ranks better than BM25
        (docs/benchmarks.md). `synonyms` are passages in which a term counts as if it stood there.
        """
        weighted = self.term_weights(terms, synonyms)
        total = sum(weighted.idf.values())
        scores: dict[int, float] = {}
        for term, weight in weighted.idf.items():
            share, elsewhere = weight / total, (synonyms or {}).get(term, ())
            matching = set(elsewhere) if len(elsewhere) <= COMMON else set()
            if term not in weighted.unseen:
                query = "SELECT rowid FROM keywords WHERE keywords MATCH ?"
                matching.update(id for (id,) in self._rows(query, (f'"{term}"',)))
            for id in matching:
                scores[id] = scores.get(id, 0.0) + share
        return replace(weighted, scores=scores)

    def term_weights(
        self, terms: Sequence[str], synonyms: Mapping[str, Collection[int]] | None = None
    ) -> TermMatches:
        """Weigh each term by Lucene's IDF, ln(1 + (N − n + ½)/(n + ½)), without scoring passages.

        Unseen terms get the highest IDF. Terms above the posting budget are skipped, and so are
        terms whose synonyms are common.
        """
        unique = sorted(set(terms))
        counts = self._document_frequencies(unique)
        named = {term: len(ids) for term, ids in (synonyms or {}).items() if term not in counts}
        common = _common_limit(self._passages)
        kept = [
            term
            for term in within_budget(unique, counts)
            if counts.get(term, 0) <= common and named.get(term, 0) <= COMMON
        ]
        weights = {term: self._lucene_idf(counts.get(term, 0)) for term in sorted(kept)}
        unseen = frozenset(term for term in unique if term not in counts and not named.get(term))
        return TermMatches({}, weights, unseen, unseen & named.keys())

    def synonym_postings(
        self,
        synonyms: Iterable[tuple[TermSequence, Iterable[TermSequence]]],
        limit: int = COMMON + 1,
    ) -> dict[str, set[int]]:
        """Return, for each term, up to `limit` ids of passages that contain one of its synonyms."""
        postings: defaultdict[str, set[int]] = defaultdict(set)
        for terms, names in synonyms:
            match = " OR ".join(
                "(" + " AND ".join(f'"{term}"' for term in name) + ")" for name in names if name
            )
            query = "SELECT rowid FROM keywords WHERE keywords MATCH ? LIMIT ?"
            ids = {id for (id,) in self._rows(query, (match, limit))} if match else set()
            for term in terms:
                postings[term] |= ids
        return postings

    def bm25(self, terms: Sequence[str], k: int) -> TermMatches:
        """Score the k best passages by BM25, divided by the highest score any passage could reach.

        The bound is the sum of idf·(k1+1) over the terms, where an unseen term counts as a rare
        one: if the notes know one term in five, no passage scores above a fifth. FTS5 uses
        k1 = 1.2, b = 0.75 and idf = ln((N − n + ½)/(n + ½)), at least 1e-6 (sqlite.org/fts5.html,
        "The bm25() function"). Terms above the posting budget are skipped.
        """
        unique = sorted(set(terms))
        if not unique:
            return TermMatches({}, {}, frozenset())
        counts = self._document_frequencies(unique)
        match = " OR ".join(f'"{term}"' for term in within_budget(unique, counts))
        query = """SELECT rowid, -bm25(keywords) FROM keywords WHERE keywords MATCH ?
                   ORDER BY bm25(keywords), rowid LIMIT ?"""
        found = self._rows(query, (match, k))
        idf = {term: self._fts5_idf(counts.get(term, 0)) for term in unique}
        bound = sum(idf.values()) * _BM25_LIMIT
        scores = {id: score / bound for id, score in found}
        return TermMatches(scores, idf, frozenset(unique) - counts.keys())

    def _lucene_idf(self, frequency: int) -> float:
        return math.log1p((self._passages - frequency + 0.5) / (frequency + 0.5))

    def _fts5_idf(self, frequency: int) -> float:
        return max(1e-6, math.log((self._passages - frequency + 0.5) / (frequency + 0.5)))

    def _document_frequencies(self, terms: Sequence[str]) -> dict[str, int]:
        """Count the passages that contain each term; terms that occur nowhere are left out."""
        new = [term for term in terms if term not in self._frequencies]
        if new:
            marks = ",".join("?" * len(new))
            query = f"SELECT term, doc FROM vocabulary WHERE term IN ({marks})"
            found = dict(self._rows(query, new))
            self._frequencies.update((term, found.get(term, 0)) for term in new)
        return {term: self._frequencies[term] for term in terms if self._frequencies[term]}


def within_budget(terms: Sequence[str], frequencies: Mapping[str, int]) -> list[str]:
    """Keep the rarest terms, rarest first, until together they exceed the posting budget.

    The terms left out weigh least and cost most: with 100 000 passages they take half of the time
    of a question, and no answer is missed without them.
    """
    ordered = sorted(terms, key=lambda term: (frequencies.get(term, 0), term))
    totals = accumulate(frequencies.get(term, 0) for term in ordered)
    return [
        term
        for at, (term, total) in enumerate(zip(ordered, totals, strict=True))
        if at == 0 or total <= POSTING_BUDGET
    ]


def _common_limit(passages: int) -> int:
    """Return in how many of the passages a term may occur and still tell them apart."""
    return min(max(COMMON, passages // 10), POSTING_BUDGET)
