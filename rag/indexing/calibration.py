"""Measure, per language, how high passages score for questions that have nothing to do with the notes."""

import sqlite3
from collections.abc import Iterator
from itertools import accumulate

import numpy as np

from rag.embedding.centering import LANGUAGES, LanguageCentering
from rag.index.scoring import BackgroundLevels, Floats, combine
from rag.index.vector_codec import expand
from rag.index.vectors import CHUNK

_MANY = 20_000  # passages, from which every fourth probe has to do


def calibrate(database: sqlite3.Connection, space: LanguageCentering) -> BackgroundLevels:
    """The levels of the notes in a database.

    The probes are questions on everything under the sun. The passages that come first for them show what a score is worth
    that means nothing: more in large notes than in small ones, more in the question's language than in another. Where the
    notes do answer some probes, that shows only above the median.
    """
    counts = dict(database.execute("SELECT language, count(*) FROM passages GROUP BY language"))
    step = 4 if sum(counts.values()) > _MANY else 1
    levels = BackgroundLevels({}, counts)
    for asked in LANGUAGES:
        best: dict[str, Floats] = {}
        for answered, scores in _scores(database, space.centered_questions(asked)[::step]):
            best[answered] = np.maximum(best.get(answered, scores), scores)
        levels.levels.update(
            {(asked, answered): float(np.median(scores)) for answered, scores in best.items()}
        )
    return levels


def _scores(database: sqlite3.Connection, vectors: Floats) -> Iterator[tuple[str, Floats]]:
    """By language, the best scores of the passages for each question, (questions,), some thousand passages at a time."""
    rows = database.execute("SELECT language, vector, sentence_vectors FROM passages ORDER BY id")
    while some := rows.fetchmany(CHUNK):
        passages = (
            np.frombuffer(b"".join(row[1] for row in some), np.float16)
            .reshape(len(some), -1)
            .astype(np.float32)
        )
        sentences = [expand(row[2], passages.shape[1]) for row in some]
        starts = [0, *accumulate(map(len, sentences[:-1]))]
        nearest = np.maximum.reduceat(vectors @ np.vstack(sentences).T, starts, axis=1)
        scores = combine(vectors @ passages.T, nearest, np.zeros_like(nearest))
        for language in LANGUAGES:
            own = [at for at, row in enumerate(some) if row[0] == language]
            if own:
                yield language, scores[:, own].max(axis=1)
