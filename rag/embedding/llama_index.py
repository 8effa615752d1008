"""Use any LlamaIndex embedding model as an engine."""

import hashlib
from collections.abc import Sequence

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from kg.errors import EngineError, first_line
from rag.class_loader import load_object
from rag.embedding.base import LLAMA_INDEX, Progress, Vectors, clean_text, unit_rows

_EXAMPLE = "llama_index.embeddings.ollama:OllamaEmbedding?model_name=NAME"


class LlamaIndexEncoder:
    """A LlamaIndex embedding, named by import path: `package.module:Class?model_name=NAME`."""

    def __init__(self, spec: str) -> None:
        """Build the embedding and ask it for one vector. Raises EngineError."""
        self._embedding = load_object(spec, BaseEmbedding, _EXAMPLE)  # type: ignore[type-abstract]
        self.name = f"{LLAMA_INDEX}:{spec}"
        self.dimension = len(self._embed_query("a"))
        self.fingerprint = hashlib.blake2b(
            f"{self.name}:{self.dimension}".encode(), digest_size=8
        ).hexdigest()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._to_vectors([self._embed_query(clean_text(text)) for text in texts])

    def encode_passages(self, texts: Sequence[str], progress: Progress = lambda _: None) -> Vectors:
        rows: list[list[float]] = []
        size = self._embedding.embed_batch_size
        for start in range(0, len(texts), size):
            batch = [clean_text(text) for text in texts[start : start + size]]
            try:
                rows += self._embedding.get_text_embedding_batch(batch)
            except Exception as error:  # Each library and server has errors of its own.
                raise self._failure(error) from error
            progress(len(batch))
        return self._to_vectors(rows)

    def _embed_query(self, text: str) -> list[float]:
        try:
            return self._embedding.get_query_embedding(text)
        except Exception as error:  # Each library and server has errors of its own.
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> EngineError:
        return EngineError(
            f"{self.name} failed: {first_line(error)}",
            "is its server up, its model there, its key set?",
        )

    def _to_vectors(self, rows: list[list[float]]) -> Vectors:
        columns = -1 if rows else self.dimension
        return unit_rows(np.asarray(rows, np.float32).reshape(len(rows), columns))
