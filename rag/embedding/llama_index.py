"""Use any LlamaIndex embedding model as an engine."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from kg.errors import EngineError, first_line
from rag.class_loader import load_object
from rag.embedding.base import LLAMA_INDEX, Progress, clean_text

if TYPE_CHECKING:
    from rag.embedding.base import Vectors

_OLLAMA = "llama_index.embeddings.ollama:OllamaEmbedding?model_name=NAME"


class LlamaIndexEncoder:
    """Any LlamaIndex embedding as an engine of ours, named by import path: `package.module:Class?model_name=NAME`."""

    def __init__(self, spec: str) -> None:
        self._embedding = load_object(spec, BaseEmbedding, _OLLAMA)  # type: ignore[type-abstract]  # a class that is one of them
        self.name = f"{LLAMA_INDEX}:{spec}"
        self.dimension = len(self._asked("a"))
        self.fingerprint = hashlib.blake2b(
            f"{self.name}:{self.dimension}".encode(), digest_size=8
        ).hexdigest()

    def encode_queries(self, texts: Sequence[str]) -> "Vectors":
        return self._unit([self._asked(clean_text(text)) for text in texts])

    def encode_passages(
        self, texts: Sequence[str], progress: Progress = lambda _: None
    ) -> "Vectors":
        vectors: list[list[float]] = []
        size = self._embedding.embed_batch_size
        for start in range(0, len(texts), size):
            batch = [clean_text(text) for text in texts[start : start + size]]
            try:
                vectors += self._embedding.get_text_embedding_batch(batch)
            except Exception as error:  # any library, any server
                raise self._failed(error) from error
            progress(len(batch))
        return self._unit(vectors)

    def _asked(self, text: str) -> list[float]:
        try:
            return self._embedding.get_query_embedding(text)
        except Exception as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> EngineError:
        return EngineError(
            f"{self.name} failed: {first_line(error)}",
            "is its server up, its model there, its key set?",
        )

    def _unit(self, rows: list[list[float]]) -> "Vectors":
        vectors = np.asarray(rows, np.float32).reshape(len(rows), -1 if rows else self.dimension)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        return vectors
