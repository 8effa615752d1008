"""One small knowledge base for the tests of generated answers, and how they ask it."""

from collections.abc import Iterator

import pytest

from rag import KnowledgeBase
from rag.types import Answer
from tests.conftest import ATTENTION
from tests.llm_server import Script, Server, run_server

QUESTION = "what does dropout do"
SUPPORTED = "Dropout sets activations to zero with probability p while training. [1]"
UNSUPPORTED = "Bananas are rich in potassium. [1]"


@pytest.fixture(scope="module")
def kb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    folder = tmp_path_factory.mktemp("notes")
    (folder / "attention.md").write_text(ATTENTION, encoding="utf-8")
    with KnowledgeBase.open(folder, sync=True) as kb:
        yield kb


def ask_server(
    kb: KnowledgeBase, script: Script, *, strict: bool = False, question: str = QUESTION
) -> tuple[Answer, Server]:
    """Ask with a model that replies by a script; return the answer and the stopped server."""
    with run_server(script) as server:
        return kb.ask(question, llm=server.spec, strict=strict), server
