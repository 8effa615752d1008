"""Measure what indexing and asking cost by the number of passages.

    python benchmarks/scale.py [PASSAGES …]

The notes are sentences of the bundled notes, drawn anew for each passage. The encoder is a
stand-in that costs next to nothing and keeps the geometry of the real one: the vector of a
sentence is its vector in the bundled index with a little noise, that of a passage the sum of its
sentences'. So the times are those of everything but encoding. Up to SYNCED passages the notes are
indexed as usual; of more the index is written straight into the database, without concepts, and
only asking is measured. With KEEP in the environment the notes are not deleted.
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
from typing import Any, NamedTuple, TypeVar
from unittest.mock import patch

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from kg.language.detect import Language, detect_language
from kg.notes.note import content_hash
from rag.analyzer import analyze
from rag.answering.answer import ask
from rag.concepts import update_concepts
from rag.embedding.base import Vectors, unit_rows
from rag.embedding.centering import CenteredEncoder, TextKind
from rag.index.database import write_transaction
from rag.index.location import IndexLocation, bundled_location
from rag.index.reader import Index
from rag.index.vector_codec import compact
from rag.indexing.graph import derive_graph
from rag.indexing.plan import plan_sync
from rag.indexing.sync import GraphUpdate, find_centering, finish_sync, sync

SIZES = (10_000, 100_000, 1_000_000)
# The most passages that are indexed as usual.
SYNCED = 100_000
# Passages in a file.
PER_FILE = 10
# Files in a folder.
PER_FOLDER = 1000
# How many questions are asked.
QUESTIONS = 200
# Of how many questions the nearest passages are compared with those of an exact search.
CHECKED = 100
# The length of the noise in a vector.
NOISE = 0.05
# A sentence that is drawn has more characters than this.
SHORTEST = 15
# A sentence that is drawn has fewer characters than this.
LONGEST = 200

# The prose sentences of the bundled notes with their vectors.
Pool = dict[str, Vectors]
_Result = TypeVar("_Result")


class StandIn:
    """Looks up the vectors of sentences, each of which follows a word of its own on its line."""

    name = "stand-in"
    dimension = 384
    fingerprint = "stand-in:1"

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        noise = np.random.default_rng(0).standard_normal((4096, self.dimension))
        self._noise = NOISE * unit_rows(noise.astype(np.float32))
        # Seconds of the processor that all calls took.
        self.seconds = 0.0

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.encode_passages(texts)

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] = lambda _: None
    ) -> Vectors:
        start = time.process_time()
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for line in text.split("\n"):
                row += self._pool.get(line.partition(" ")[2], 0)
            digest = hashlib.blake2b(text.encode(), digest_size=2).digest()
            row += self._noise[int.from_bytes(digest) % len(self._noise)]
        self.seconds += time.process_time() - start
        progress(len(texts))
        return unit_rows(vectors)


class RecordedQuestions(StandIn):
    """Looks up the vectors of questions that were encoded by another process."""

    def __init__(self, index: Path) -> None:
        self.questions: list[str] = json.loads((index / "questions.json").read_text())
        vectors = np.load(index / "questions.npy")
        self._vectors = dict(zip(self.questions, vectors, strict=True))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._vectors[text] for text in texts])


class Measurements(dict[str, float]):
    """What was measured, by name."""

    def time(self, name: str, work: Callable[[], _Result]) -> _Result:
        """Run some work; keep its seconds by the clock and, without other processes, of CPU."""
        clock, processor = time.perf_counter(), time.process_time()
        result = work()
        self[f"{name} s"] = time.perf_counter() - clock
        self[f"{name} CPU s"] = time.process_time() - processor
        return result

    def measure_files(self, location: IndexLocation) -> None:
        vectors = sum(file.stat().st_size for file in location.index.glob("vectors-*"))
        self["database MB"] = location.database.stat().st_size / 1e6
        self["vectors MB"] = vectors / 1e6


def read_pool() -> Pool:
    """Return the sentences of the bundled notes that are prose on one line."""
    pool: Pool = {}
    with Index(bundled_location()) as index:
        ids = [id for (id,) in index.rows("SELECT id FROM passages ORDER BY id")]
        for start in range(0, len(ids), 500):
            for stored in index.passages(ids[start : start + 500]).values():
                passage = stored.passage
                for sentence, vector in zip(
                    passage.sentences, stored.sentence_vectors, strict=True
                ):
                    text = sentence.text
                    is_prose = text in passage.text and text[0].isalnum()
                    if SHORTEST < len(text) < LONGEST and is_prose:
                        pool[text] = vector
    return pool


def write_notes(folder: Path, passages: int, sentences: Sequence[str]) -> None:
    """Write files of PER_FILE sections, each of three or four sentences and a few rare words."""
    chance = random.Random(passages)
    for number in range(passages // PER_FILE):
        sections = [f"# Note {number}\n"]
        for part in range(PER_FILE):
            drawn = chance.sample(sentences, chance.choice((3, 4)))
            # A rare word before each sentence: no two of them are the same.
            text = "\n\n".join(f"n{chance.randrange(passages)} {sentence}" for sentence in drawn)
            sections.append(f"## Part {part} of topic {chance.randrange(passages)}\n\n{text}\n")
        file = folder / str(number // PER_FOLDER) / f"{number}.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text("\n".join(sections), encoding="utf-8")
        os.utime(file, (1, 1))  # Long ago: a file that was just written may change once more.


class Section(NamedTuple):
    """A passage of a file that is filled in: `spans` are its sentences as (start, end, text)."""

    heading: str
    start: int
    spans: list[tuple[int, int, str]]
    language: Language


def draw_file(
    chance: random.Random, sentences: Sequence[str], passages: int
) -> tuple[str, list[Section]]:
    """Return the text of a file of PER_FILE sections, and the sections."""
    text, sections = "", []
    for part in range(PER_FILE):
        drawn = chance.sample(sentences, 3)
        start, heading = len(text), f"Part {part}"
        text += f"## {heading}\n\n"
        spans = []
        for sentence in drawn:
            written = f"n{chance.randrange(passages)} {sentence}"
            spans.append((len(text), len(text) + len(written), written))
            text += f"{written}\n\n"
        sections.append(Section(heading, start, spans, detect_language(drawn[0])))
    return text, sections


def fill_index(location: IndexLocation, passages: int, pool: Pool) -> None:
    """Write an index of this many passages into the database, as sync would, without concepts."""
    encoder, chance, sentences = StandIn(pool), random.Random(passages), list(pool)
    with write_transaction(location) as database:
        plan = plan_sync(database, location, (".",), encoder=encoder)
        centering = find_centering(database, plan, encoder)
        centered = CenteredEncoder(encoder, centering)
        for number in range(passages // PER_FILE):
            text, sections = draw_file(chance, sentences, passages)
            path = f"{number // PER_FOLDER}/{number}.md"
            file = location.notes / path
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
            data = text.encode()
            database.execute(
                "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?)",
                (number + 1, path, len(data), 10**9, content_hash(data), "utf-8", "{}"),
            )
            for part, section in enumerate(sections):
                id, line = number * PER_FILE + part + 1, 8 * part + 1
                written = [sentence for _, _, sentence in section.spans]
                vectors = centered.encode_passages(
                    ["\n".join(written), *written],
                    [TextKind.PASSAGE, *[TextKind.SENTENCE] * len(written)],
                )
                end = section.spans[-1][1]
                row = (
                    *(id, number + 1, json.dumps([section.heading]), section.start, end),
                    *(line, line + 6, 0, text[section.start : end]),
                    *(json.dumps(section.spans, ensure_ascii=False), section.language),
                    content_hash(text[section.start : end].encode()),
                    vectors[0].astype(np.float16).tobytes(),
                    compact(vectors[1:]),
                )
                database.execute(f"INSERT INTO passages VALUES ({', '.join('?' * 14)})", row)
                terms = " ".join(term for sentence in written for term in analyze(sentence))
                database.execute("INSERT INTO keywords (rowid, terms) VALUES (?, ?)", (id, terms))
        finish_sync(database, plan, centering, {}, GraphUpdate((), deferred=False))


def measure_sync(location: IndexLocation, passages: int, pool: Pool) -> Measurements:
    """Index notes as usual, then again unchanged, edited and renamed."""
    encoder, folder, row = StandIn(pool), location.notes, Measurements(passages=passages)
    row["files"] = passages // PER_FILE
    write_notes(folder, passages, list(pool))
    concepts = Measurements()

    def derive_timed(*arguments: Any, **options: Any) -> Any:
        return concepts.time("derive", lambda: derive_graph(*arguments, **options))

    with patch("rag.indexing.sync.derive_graph", derive_timed):
        report = row.time("index", lambda: sync(location, encoder=encoder))
    row["- stand-in CPU s"] = encoder.seconds
    row["- concepts CPU s"] = concepts.get("derive CPU s", 0.0)
    rest = row["index CPU s"] - row["- stand-in CPU s"] - row["- concepts CPU s"]
    row["- else CPU ms/pass."] = 1000 * rest / report.passages
    row.measure_files(location)
    row.time("unchanged", lambda: sync(location, encoder=encoder))
    edited = next(folder.rglob("*.md"))
    with edited.open("a", encoding="utf-8") as file:
        file.write("\nOne more sentence about gates.\n")
    row.time("edit", lambda: sync(location, encoder=encoder))
    index = Index(location, encoder)
    index = row.time("concepts after", lambda: update_concepts(index))
    index.close()
    (folder / "0").rename(folder / "renamed")
    report = row.time("folder renamed", lambda: sync(location, encoder=encoder))
    row["- encoded"] = report.encoded
    return row


def measure_fill(location: IndexLocation, passages: int, pool: Pool) -> Measurements:
    """Write an index straight into the database, for a sync would take hours."""
    row = Measurements(passages=passages)
    row.time("filled", lambda: fill_index(location, passages, pool))
    row.measure_files(location)
    return row


def ask_in_process(location: IndexLocation, pool: Pool) -> dict[str, float]:
    """Measure asking in a new process, with questions that are encoded here."""
    chance, sentences = random.Random(1), list(pool)
    questions = [chance.sample(sentences, 1)[0] for _ in range(QUESTIONS)]
    # A question is near to its own sentence and to another one.
    texts = [f"n1 {question}\nn1 {chance.choice(sentences)}" for question in questions]
    np.save(location.index / "questions.npy", StandIn(pool).encode_queries(texts))
    (location.index / "questions.json").write_text(json.dumps(questions))
    command = [sys.executable, __file__, "--ask", str(location.notes)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def measure_asking(location: IndexLocation) -> dict[str, float]:
    """Ask the recorded questions: the first with nothing loaded, the others one after another."""
    encoder = RecordedQuestions(location.index)
    row, index = Measurements(), Index(location, encoder)
    row.time("cold", lambda: ask(index, encoder.questions[0]))
    warm = []
    for question in encoder.questions[1:]:
        times = Measurements()
        times.time("ask", lambda question=question: ask(index, question))  # type: ignore[misc]
        warm.append(times)
    # getrusage would count from the memory of the process that started this one.
    memory = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    row["RSS MB"] = int(memory[1]) / 1e3 if memory else 0.0
    for name, kind in (("ask s", ""), ("ask CPU s", " CPU")):
        for percentile in (50, 95):
            seconds = np.percentile([times[name] for times in warm], percentile)
            row[f"warm p{percentile}{kind} ms"] = 1000 * float(seconds)
    queries = np.stack([index.encode_question(text) for text in encoder.questions[:CHECKED]])
    found = [{id for id, _ in index.nearest(query, 10)} for query in queries]
    pairs = zip(found, find_nearest(index, queries), strict=True)
    row["recall@10"] = float(np.mean([len(near & exact) / 10 for near, exact in pairs]))
    return row


def find_nearest(index: Index, queries: Vectors) -> list[set[int]]:
    """Return the ids of the ten nearest passages of each question, by exact comparison."""
    best = [np.empty((0, 2)) for _ in queries]
    rows = index.database.execute("SELECT id, vector FROM passages")
    while some := rows.fetchmany(50_000):
        ids = np.array([id for id, _ in some])
        data = np.frombuffer(b"".join(vector for _, vector in some), np.float16)
        vectors = data.reshape(len(some), -1).astype(np.float32)
        for number, scores in enumerate(queries @ vectors.T):
            top = np.argsort(-scores)[:10]
            merged = np.vstack([best[number], np.column_stack([scores[top], ids[top]])])
            best[number] = merged[np.argsort(-merged[:, 0])[:10]]
    return [{int(id) for _, id in nearest} for nearest in best]


def main(sizes: Sequence[int]) -> None:
    pool = read_pool()
    print(f"{len(pool)} sentences")
    for passages in sizes:
        folder = Path(tempfile.mkdtemp(prefix="kbase-scale-"))
        location = IndexLocation(folder, folder / ".kbase")
        try:
            measure = measure_sync if passages <= SYNCED else measure_fill
            row = measure(location, passages, pool) | ask_in_process(location, pool)
            for name, value in row.items():
                print(f"{name:20}{value:12,.3f}".rstrip("0").rstrip("."), flush=True)
            print()
        finally:
            shutil.rmtree(folder) if not os.environ.get("KEEP") else print(folder)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ask"]:
        notes = Path(sys.argv[2])
        print(json.dumps(measure_asking(IndexLocation(notes, notes / ".kbase"))))
    else:
        main([int(size) for size in sys.argv[1:]] or SIZES)
