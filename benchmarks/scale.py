"""Many passages of made-up words and vectors: how long a warm question takes, without its encoding.

    python benchmarks/scale.py [PASSAGES]

Words follow Zipf's law, as those of notes do; a vector is that of its text's words, each with a direction of its own.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.database import Place
from rag.search import search
from rag.store import KnowledgeBase
from rag.sync import sync

VOCABULARY = 50_000
SECTIONS = 500  # in a note


class MadeUp:
    """An engine that costs next to nothing."""

    name = "made-up"
    dimension = 384
    fingerprint = "made-up:1"

    def __init__(self) -> None:
        self._words = np.random.default_rng(1).standard_normal((4096, self.dimension), np.float32)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] = lambda _: None) -> NDArray[np.float32]:
        rows = [[hash_of(word) for word in text.split()[:12]] or [0] for text in texts]
        vectors = np.stack([self._words[row].mean(axis=0) for row in rows])
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def hash_of(word: str) -> int:
    return sum(ord(letter) * 31**at for at, letter in enumerate(word[:8])) % 4096


def write(folder: Path, passages: int, draw: np.random.Generator) -> None:
    for note in range(passages // SECTIONS):
        words = iter(draw.zipf(1.15, SECTIONS * 64) % VOCABULARY)
        sections = []
        for section in range(SECTIONS):
            sentences = [" ".join(f"w{next(words)}x" for _ in range(12)) + "." for _ in range(4)]
            sections.append(f"# Section {section} w{next(words)}x\n\n" + " ".join(sentences))
        (folder / f"{note}.md").write_text("\n\n".join(sections) + "\n", encoding="utf-8")


def main(passages: int) -> None:
    draw = np.random.default_rng(2)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write(folder, passages, draw)
        place, encoder = Place(folder, folder / ".kbase"), MadeUp()
        start = time.perf_counter()
        sync(place, encoder=encoder)
        print(f"{passages} passages indexed in {time.perf_counter() - start:.0f} s")
        with KnowledgeBase(place, encoder) as base:
            search(base, "w5x w6x", 5)
            times = []
            for _ in range(200):
                question = " ".join(f"w{word % VOCABULARY}x" for word in draw.zipf(1.15, 8))
                start = time.perf_counter()
                search(base, question, 5)
                times.append(time.perf_counter() - start)
        low, high = np.quantile(times, (0.5, 0.95)) * 1000
        print(f"a question: p50 {low:.1f} ms, p95 {high:.1f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 100_000)
