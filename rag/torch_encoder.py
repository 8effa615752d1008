"""Any sentence-transformers model as an Encoder. The only file that imports sentence_transformers, and torch with it."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kg.errors import EngineError
from rag.encode import TORCH, Progress, clean

if TYPE_CHECKING:
    from rag.encode import Vectors

_BATCH = 32


class SentenceTransformersEncoder:
    """A model by hub id or folder. E5 models get their `query: ` and `passage: `, others the prompts they come with."""

    def __init__(self, model: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise EngineError("sentence-transformers is not installed", "pip install 'kbase[sentence-transformers]'") from error
        try:
            self._model = SentenceTransformer(model)
        except Exception as error:  # the hub, the disk and the model's own code raise whatever they like
            raise EngineError(
                f"the model {model} cannot be loaded: {error}", "name a folder, or go online once to fetch it"
            ) from error
        self.name = f"{TORCH}:{model}"
        self.dimension = int(self._model.get_sentence_embedding_dimension() or 0)
        self._prompts = self._own_prompts(model)
        self.fingerprint = hashlib.blake2b(self._identity(model).encode(), digest_size=8).hexdigest()

    def encode_queries(self, texts: Sequence[str]) -> "Vectors":
        return self._encode(texts, self._prompts[0])

    def encode_passages(self, texts: Sequence[str], progress: Progress = lambda _: None) -> "Vectors":
        vectors = np.empty((len(texts), self.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            vectors[batch] = self._encode([texts[at] for at in batch], self._prompts[1])
            progress(len(batch))
        return vectors

    def _encode(self, texts: Sequence[str], prompt: str) -> "Vectors":
        vectors = self._model.encode(
            [clean(text) for text in texts], prompt=prompt, normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(vectors, np.float32).reshape(len(texts), self.dimension)

    def _own_prompts(self, model: str) -> tuple[str, str]:
        prompts = self._model.prompts or {}
        query, passage = prompts.get("query") or "", prompts.get("passage") or prompts.get("document") or ""
        if not query and not passage and "e5" in Path(model).name.lower():
            return "query: ", "passage: "
        return query, passage

    def _identity(self, model: str) -> str:
        """The model's name and the sum of its first weights: another model in the same folder is another fingerprint."""
        first = next(iter(self._model.parameters()))
        return f"{model}:{self.dimension}:{float(first.double().sum()):.6e}"
