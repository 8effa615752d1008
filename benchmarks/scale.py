"""Measure what indexing and asking cost by the number of passages.

    python benchmarks/scale.py [PASSAGES …]

The notes are sentences of the bundled notes, drawn anew for each passage, ten passages a file. The
encoder is a stand-in that costs next to nothing and keeps the geometry of the real one: a sentence
has its vector in the bundled index and a little noise, a passage the sum of its sentences'. So the
times are those of everything but encoding.
"""

import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent.parent))

import rag.indexing.sync
from kg.language.detect import detect_language
from kg.notes.note import content_hash
from rag.analyzer import analyze
from rag.answering.answer import ask
from rag.concepts import update_concepts
from rag.embedding.centering import CenteredEncoder, TextKind
from rag.index.database import write_transaction
from rag.index.location import IndexLocation, bundled_location
from rag.index.reader import Index
from rag.index.vector_codec import compact
from rag.indexing.plan import plan_sync
from rag.indexing.sync import GraphUpdate, find_centering, finish_sync, sync

PER_FILE = 10
QUESTIONS = 200
NOISE = 0.05
SYNCED = 100_000  # Passages above which the index is filled directly.


class StandIn:
    """Looks vectors up: of sentences it knows, and of questions drawn before."""

    name = "stand-in"
    dimension = 384
    fingerprint = "stand-in:1"

    def __init__(self, known: dict[str, NDArray[np.float32]]) -> None:
        self._known = known
        self._noise = (
            np.random.default_rng(0).standard_normal((4096, self.dimension)).astype(np.float32)
        )
        self._noise *= NOISE / np.linalg.norm(self._noise, axis=1, keepdims=True)
        self.seconds = 0.0
        self.texts = 0

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.encode_passages(texts)

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] = lambda _: None
    ) -> NDArray[np.float32]:
        start = time.process_time()
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for line in text.split("\n"):
                row += self._known.get(line.partition(" ")[2], 0)
            row += self._noise[
                int.from_bytes(hashlib.blake2b(text.encode(), digest_size=2).digest())
                % len(self._noise)
            ]
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        self.seconds += time.process_time() - start
        self.texts += len(texts)
        progress(len(texts))
        return vectors


def pool() -> dict[str, NDArray[np.float32]]:
    """Return the one-line prose sentences of the bundled notes with their vectors."""
    with Index(bundled_location()) as index:
        ids = [id for (id,) in index.rows("SELECT id FROM passages ORDER BY id")]
        stored = [
            passage
            for start in range(0, len(ids), 500)
            for passage in index.passages(ids[start : start + 500]).values()
        ]
    return {
        sentence.text: vector
        for passage in stored
        for sentence, vector in zip(
            passage.passage.sentences, passage.sentence_vectors, strict=True
        )
        if 15 < len(sentence.text) < 200
        and sentence.text in passage.passage.text
        and sentence.text[0].isalnum()
    }


def write_notes(folder: Path, passages: int, sentences: Sequence[str]) -> None:
    """Write files of PER_FILE sections, each of three or four sentences and a few rare words."""
    chance = random.Random(passages)
    for number in range(passages // PER_FILE):
        parts = [f"# Note {number}\n"]
        for part in range(PER_FILE):
            some = chance.sample(sentences, chance.choice((3, 4)))
            said = "\n\n".join(
                f"n{chance.randrange(passages)} {item}" for item in some
            )  # No two are the same.
            parts.append(f"## Part {part} of topic {chance.randrange(passages)}\n\n{said}\n")
        file = folder / f"{number // 1000}" / f"{number}.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text("\n".join(parts), encoding="utf-8")


def fill(place: IndexLocation, passages: int, known: dict[str, NDArray[np.float32]]) -> None:
    """Write an index of this many passages into the database, as sync would, without concepts."""
    encoder, chance, sentences = StandIn(known), random.Random(passages), list(known)
    words, languages = (
        {sentence: " ".join(analyze(sentence)) for sentence in sentences},
        {sentence: detect_language(sentence) for sentence in sentences},
    )
    kinds = [TextKind.PASSAGE, *[TextKind.SENTENCE] * 3]
    with write_transaction(place) as database:
        plan = plan_sync(database, place, (".",), encoder=encoder)
        space = find_centering(database, plan, encoder)
        neutral = CenteredEncoder(encoder, space)
        for number in range(passages // PER_FILE):
            name, text, rows = f"{number // 1000}/{number}.md", "", []
            for part in range(PER_FILE):
                drawn = [
                    (f"n{chance.randrange(passages)}", item) for item in chance.sample(sentences, 3)
                ]
                start, head = len(text), f"Part {part}"
                text += f"## {head}\n\n"
                spans = []
                for mark, item in drawn:
                    spans.append(
                        (len(text), len(text) + len(mark) + 1 + len(item), f"{mark} {item}")
                    )
                    text += f"{mark} {item}\n\n"
                vectors = neutral.encode_passages(
                    ["\n".join(span for _, _, span in spans), *(span for _, _, span in spans)],
                    kinds,
                )
                line = 8 * part + 1
                rows.append(
                    (
                        *(number + 1, json.dumps([head]), start, spans[-1][1], line, line + 6, 0),
                        text[start : spans[-1][1]],
                        json.dumps(spans, ensure_ascii=False),
                        languages[drawn[0][1]],
                        content_hash(text.encode()),
                        vectors[0].astype(np.float16).tobytes(),
                        compact(vectors[1:]),
                        " ".join(f"{mark} {words[item]}" for mark, item in drawn),
                    )
                )
            (place.notes / name).parent.mkdir(exist_ok=True)
            (place.notes / name).write_text(text, encoding="utf-8")
            size = len(text.encode())
            file = (number + 1, name, size, 10**9, content_hash(text.encode()), "utf-8", "{}")
            database.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?)", file)
            for at, row in enumerate(rows, number * PER_FILE + 1):
                database.execute(
                    f"INSERT INTO passages VALUES ({at}, {', '.join('?' * 13)})", row[:13]
                )
                database.execute("INSERT INTO keywords (rowid, terms) VALUES (?, ?)", (at, row[13]))
        finish_sync(database, plan, space, {}, GraphUpdate((), deferred=False))


def measure(passages: int, known: dict[str, NDArray[np.float32]], folder: Path) -> dict[str, Any]:
    place, encoder, derived = IndexLocation(folder, folder / ".kbase"), StandIn(known), [0.0]
    write_notes(folder, passages, list(known))
    for file in folder.rglob("*.md"):
        os.utime(file, (1, 1))  # Long ago.
    derive = rag.indexing.sync.derive_graph

    def timed(*arguments: Any) -> Any:
        start = time.process_time()
        try:
            return derive(*arguments)
        finally:
            derived[0] = time.process_time() - start

    rag.indexing.sync.derive_graph = timed
    row: dict[str, Any] = {"passages": passages, "files": passages // PER_FILE}
    report = _took(row, "index", lambda: sync(place, encoder=encoder))
    row["- stand-in CPU s"], row["- concepts CPU s"] = encoder.seconds, derived[0]
    row["- else CPU ms/pass."] = (
        1000 * (row["index CPU s"] - encoder.seconds - derived[0]) / report.passages
    )
    row["database MB"] = place.database.stat().st_size / 1e6
    row["vectors MB"] = sum(item.stat().st_size for item in place.index.glob("vectors-*")) / 1e6
    _took(row, "unchanged", lambda: sync(place, encoder=encoder))
    edited = next(folder.rglob("*.md"))
    edited.write_text(
        edited.read_text(encoding="utf-8") + "\nOne more sentence about gates.\n", encoding="utf-8"
    )
    _took(row, "edit", lambda: sync(place, encoder=encoder))
    index = Index(place, encoder)
    _took(row, "concepts after", lambda: update_concepts(index))
    index.close()
    moved = next(
        item for item in folder.iterdir() if item.is_dir() and not item.name.startswith(".")
    )
    moved.rename(folder / "moved")
    report = _took(row, "folder renamed", lambda: sync(place, encoder=encoder))
    row["- encoded"] = report.encoded
    return row | _asked(folder, known)


def filled(passages: int, known: dict[str, NDArray[np.float32]], folder: Path) -> dict[str, Any]:
    """Measure what can be measured without the hours of a sync of this many passages."""
    place, row = IndexLocation(folder, folder / ".kbase"), dict[str, Any](passages=passages)
    _took(row, "filled", lambda: fill(place, passages, known))
    row["database MB"] = place.database.stat().st_size / 1e6
    row["vectors MB"] = sum(item.stat().st_size for item in place.index.glob("vectors-*")) / 1e6
    return row | _asked(folder, known)


def _took(row: dict[str, Any], name: str, work: Callable[[], Any]) -> Any:
    """Run some work and note its seconds: on the clock, and of this process alone."""
    start, own = time.perf_counter(), time.process_time()
    done = work()
    row[f"{name} s"], row[f"{name} CPU s"] = time.perf_counter() - start, time.process_time() - own
    return done


def _asked(folder: Path, known: dict[str, NDArray[np.float32]]) -> dict[str, Any]:
    """Measure a process of its own that asks questions encoded beforehand."""
    chance = random.Random(1)
    questions = [" ".join(chance.sample(list(known), 1)) for _ in range(QUESTIONS)]
    vectors = StandIn(known).encode_queries(
        [f"n1 {question}\nn1 {chance.choice(list(known))}" for question in questions]
    )
    np.save(folder / ".kbase" / "questions.npy", vectors)
    (folder / ".kbase" / "questions.json").write_text(json.dumps(questions))
    done = subprocess.run(
        [sys.executable, __file__, "--ask", str(folder)], capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout))


class Asked(StandIn):
    """Knows only the questions."""

    def __init__(self, folder: Path) -> None:
        self.questions = json.loads((folder / ".kbase" / "questions.json").read_text())
        self._vectors = dict(
            zip(self.questions, np.load(folder / ".kbase" / "questions.npy"), strict=True)
        )

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self._vectors[text] for text in texts])


def asking(folder: Path) -> dict[str, Any]:
    place, encoder = IndexLocation(folder, folder / ".kbase"), Asked(folder)
    row: dict[str, Any] = {}
    index = Index(place, encoder)
    _took(row, "cold", lambda: ask(index, encoder.questions[0]))
    warm = []
    for question in encoder.questions[1:]:
        item: dict[str, Any] = {}
        _took(item, "ask", lambda question=question: ask(index, question))
        warm.append((1000 * item["ask s"], 1000 * item["ask CPU s"]))
    # getrusage would begin with the memory of the process that started this one.
    memory = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1e3  # type: ignore[index]
    queries = np.stack([index.encode_question(item) for item in encoder.questions[:100]])
    near = [{id for id, _ in index.nearest(query, 10)} for query in queries]
    exact = _exact(index, queries)
    recall = np.mean([len(a & b) / 10 for a, b in zip(near, exact, strict=True)])
    for at, kind in enumerate(("", " CPU")):
        for part in (50, 95):
            row[f"warm p{part}{kind} ms"] = float(np.percentile([item[at] for item in warm], part))
    return row | {"RSS MB": memory, "recall@10": float(recall)}


def _exact(index: Index, queries: NDArray[np.float32]) -> list[set[int]]:
    """Return the ten nearest passages of each question, by exact comparison."""
    best = [np.empty((0, 2)) for _ in queries]
    rows = index.database.execute("SELECT id, vector FROM passages")
    while some := rows.fetchmany(50_000):
        vectors = (
            np.frombuffer(b"".join(item[1] for item in some), np.float16)
            .reshape(len(some), -1)
            .astype(np.float32)
        )
        ids = np.array([item[0] for item in some])
        for at, scores in enumerate(queries @ vectors.T):
            top = np.argsort(-scores)[:10]
            every = np.vstack([best[at], np.column_stack([scores[top], ids[top]])])
            best[at] = every[np.argsort(-every[:, 0])[:10]]
    return [{int(id) for _, id in item} for item in best]


def main(sizes: Sequence[int]) -> None:
    known = pool()
    print(f"{len(known)} sentences")
    for passages in sizes:
        folder = Path(tempfile.mkdtemp(prefix="kbase-scale-"))
        try:
            for name, value in (measure if passages <= SYNCED else filled)(
                passages, known, folder
            ).items():
                print(f"{name:20}{value:12,.3f}".rstrip("0").rstrip("."), flush=True)
            print()
        finally:
            shutil.rmtree(folder) if not os.environ.get("KEEP") else print(folder)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ask"]:
        print(json.dumps(asking(Path(sys.argv[2]))))
    else:
        main([int(item) for item in sys.argv[1:]] or [10_000, 100_000, 1_000_000])
