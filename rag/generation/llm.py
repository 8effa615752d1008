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

# The only host that gets OPENAI_API_KEY.
_OPENAI_HOST = "api.openai.com"


def load_llm(spec: str, timeout: float) -> LLM:
    """Load a language model that has `timeout` seconds for an answer.

    `spec` is `openai-like:URL#MODEL`, `ollama:NAME`, or `package.module:Class?name=value`. Keys
    come from the environment: KBASE_LLM_KEY, or for OpenAI's own host OPENAI_API_KEY. Raises
    EngineError when the spec names no model or its library is missing.
    """
    kind, _, rest = spec.partition(":")
    if kind == "openai-like":
        return _load_openai_like(spec, rest, timeout)
    if kind == "ollama":
        return _load_ollama(rest, timeout)
    return load_object(spec, LLM, "llama_index.llms.anthropic:Anthropic")  # type: ignore[type-abstract]


def stream_reply(llm: LLM, system: str, question: str) -> Iterator[str]:
    """Yield a language model's reply piece by piece, or whole if it cannot stream.

    Raises whatever the model's library raises.
    """
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


def _load_openai_like(spec: str, address: str, timeout: float) -> LLM:
    url, _, model = address.partition("#")
    host = urlsplit(url).hostname
    if not model or not host:
        raise EngineError(
            f"{spec} names no server and model", "openai-like:http://127.0.0.1:8080/v1#MODEL"
        )
    openai_key = os.environ.get("OPENAI_API_KEY") if host == _OPENAI_HOST else None
    return _build_llm(
        "llama_index.llms.openai_like",
        "OpenAILike",
        model=model,
        api_base=url,
        api_key=os.environ.get("KBASE_LLM_KEY") or openai_key or "none",
        is_chat_model=True,
        timeout=timeout,
        max_retries=0,
    )


def _load_ollama(model: str, timeout: float) -> LLM:
    host = os.environ.get("OLLAMA_HOST") or "http://127.0.0.1:11434"
    return _build_llm(
        "llama_index.llms.ollama",
        "Ollama",
        model=model,
        base_url=host if "://" in host else f"http://{host}",
        request_timeout=timeout,
        temperature=0.0,
    )


def _build_llm(module: str, name: str, **arguments: Any) -> LLM:
    """Import a class and call it. Raises EngineError."""
    try:
        found = getattr(import_module(module), name)
    except ImportError as error:
        raise EngineError(
            f"{module} cannot be loaded: {error}", "pip install 'kbase[llm]'"
        ) from error
    return build_object(found, LLM, f"{module}:{name}", arguments)  # type: ignore[type-abstract]
