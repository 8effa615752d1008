"""Load a language model through LlamaIndex and stream its answer."""

import os
from collections.abc import Iterator
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.llms import LLM

from kg.errors import EngineError
from rag.class_loader import build_object, load_object

_OPENAI = "api.openai.com"


def load_llm(spec: str, patience: float) -> LLM:
    """A language model: `openai-like:URL#MODEL`, `ollama:NAME`, or `package.module:Class?name=value`.

    Keys come from the environment: KBASE_LLM_KEY, or for OpenAI's own address OPENAI_API_KEY. Raises EngineError.
    """
    kind, _, rest = spec.partition(":")
    if kind == "openai-like":
        url, _, model = rest.partition("#")
        if not model or not urlsplit(url).hostname:
            raise EngineError(
                f"{spec} names no server and model", "openai-like:http://127.0.0.1:8080/v1#MODEL"
            )
        theirs = os.environ.get("OPENAI_API_KEY") if urlsplit(url).hostname == _OPENAI else None
        arguments = {
            "api_base": url,
            "api_key": os.environ.get("KBASE_LLM_KEY") or theirs or "none",
            "is_chat_model": True,
        }
        return _of(
            "llama_index.llms.openai_like",
            "OpenAILike",
            model=model,
            timeout=patience,
            max_retries=0,
            **arguments,
        )
    if kind == "ollama":
        host = os.environ.get("OLLAMA_HOST") or "http://127.0.0.1:11434"
        url = host if "://" in host else f"http://{host}"
        return _of(
            "llama_index.llms.ollama",
            "Ollama",
            model=rest,
            base_url=url,
            request_timeout=patience,
            temperature=0.0,
        )
    return load_object(spec, LLM, "llama_index.llms.anthropic:Anthropic")  # type: ignore[type-abstract]


def stream(llm: LLM, system: str, question: str) -> Iterator[str]:
    """What a language model says, piece by piece. Raises whatever its library does."""
    messages = [
        ChatMessage(role=MessageRole.SYSTEM, content=system),
        ChatMessage(role=MessageRole.USER, content=question),
    ]
    try:
        pieces = llm.stream_chat(messages)
    except NotImplementedError:
        yield llm.chat(messages).message.content or ""
        return
    yield from (piece.delta or "" for piece in pieces)


def _of(module: str, name: str, **arguments: Any) -> LLM:
    try:
        made = getattr(import_module(module), name)
    except ImportError as error:
        raise EngineError(
            f"{module} cannot be loaded: {error}", "pip install 'kbase[llm]'"
        ) from error
    return build_object(made, LLM, f"{module}:{name}", arguments)  # type: ignore[type-abstract]
