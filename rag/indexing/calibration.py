"""Measure, per language, how high passages score for questions that are unrelated to them."""

import sqlite3
from collections.abc import Iterator
from itertools import accumulate

import numpy as np

from rag.embedding.centering import LANGUAGES, LanguageCentering
from rag.index.scoring import BackgroundLevels, Floats, combine
from rag.index.vector_codec import CHUNK, expand

# Passages above which every fourth calibration question has to do.
_MANY_PASSAGES = 20_000


def calibrate(database: sqlite3.Connection, centering: LanguageCentering) -> BackgroundLevels:
    """Measure the background levels of the notes in a database.

    The calibration questions are on everything under the sun. The best score that passages reach
    for them is worth nothing: it is higher in large notes than in small ones, and higher in the
    question's language than in another. Notes that do answer a few of the questions do not move
    the median.
    """
    counts = dict(database.execute("SELECT language, count(*) FROM passages GROUP BY language"))
    step = 4 if sum(counts.values()) > _MANY_PASSAGES else 1
    levels: dict[tuple[str, str], float] = {}
    for asked in LANGUAGES:
        best: dict[str, Floats] = {}
        for answered, scores in _best_scores(database, centering.centered_questions(asked)[::step]):
            best[answered] = np.maximum(best.get(answered, scores), scores)
        medians = {answered: float(np.median(scores)) for answered, scores in best.items()}
        levels.update(((asked, answered), level) for answered, level in medians.items())
    return BackgroundLevels(levels, counts)


def _best_scores(database: sqlite3.Connection, questions: Floats) -> Iterator[tuple[str, Floats]]:
    """Yield, a chunk of passages at a time, each language's best scores for the questions.

    `questions` are (questions, dimension), the scores (questions,).
    """
    rows = database.execute("SELECT language, vector, sentence_vectors FROM passages ORDER BY id")
    while chunk := rows.fetchmany(CHUNK):
        raw = np.frombuffer(b"".join(row[1] for row in chunk), np.float16)
        passages = raw.reshape(len(chunk), -1).astype(np.float32)
        sentences = [expand(row[2], passages.shape[1]) for row in chunk]
        starts = [0, *accumulate(map(len, sentences[:-1]))]
        nearest = np.maximum.reduceat(questions @ np.vstack(sentences).T, starts, axis=1)
        scores = combine(questions @ passages.T, nearest, np.zeros_like(nearest))
        for language in LANGUAGES:
            columns = [at for at, row in enumerate(chunk) if row[0] == language]
            if columns:
                yield language, scores[:, columns].max(axis=1)
