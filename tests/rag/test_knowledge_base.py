"""The Python API gives the same objects that the command line prints."""

import json
import re
import socket
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import Result

import kg
import rag
from kg.errors import IndexMissing, NotesError
from rag import KnowledgeBase
from rag.render.json import answer_json

README = Path(__file__).parents[2] / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def test_a_folder_is_indexed_asked_and_brought_up_to_date(notes: Path) -> None:
    with pytest.raises(IndexMissing):
        KnowledgeBase.open(notes)
    with KnowledgeBase.open(notes, sync=True) as kb:
        assert kb.ask("what does dropout do").citations[0].location == "attention.md:18"
        assert kb.search("GRU 有哪些门", k=1)[0].passage.heading[-1] == "GRU 有哪些门？"
        (notes / "attention.md").write_text(
            "# Dropout\n\nDropout sets activations to zero.\n", encoding="utf-8"
        )
        assert kb.ask("what does dropout do").notices, "it has changed"
        report = kb.sync()
        assert report.read == ("attention.md",) and not kb.ask("what does dropout do").notices
        assert kb.search("GRU 有哪些门", k=1)[0].passage.heading == ("Dropout",)


@pytest.mark.parametrize("package", [rag, kg], ids=["rag", "kg"])
def test_what_a_package_exports_is_all_there_and_nothing_else(package: ModuleType) -> None:
    assert sorted(package.__all__) == package.__all__
    for name in package.__all__:
        assert getattr(package, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = package.Nothing


def test_results_print_as_on_the_command_line(kbase: Callable[..., Result]) -> None:
    with KnowledgeBase.open() as kb:
        assert f"{kb.ask('why sqrt d_k')}\n" == kbase("ask", "why sqrt d_k").stdout
        assert f"{kb.path('MHA', 'MLA')}\n" == kbase("path", "MHA", "MLA").stdout
        assert f"{kb.path('MLA', 'Dropout')}\n" == kbase("path", "MLA", "Dropout").stdout


def test_its_answer_is_what_the_command_line_prints(
    notes: Path, kbase: Callable[..., Result]
) -> None:
    with KnowledgeBase.open(notes, sync=True) as kb:
        answer = kb.ask("what does dropout do")
    assert json.loads(
        kbase("ask", "what does dropout do", "--notes", notes, "--json").stdout
    ) == answer_json(answer)


def test_a_path_is_found_or_what_was_tried() -> None:
    from kg.graph.paths import NoPath, Path

    with KnowledgeBase.open() as kb:
        found = kb.path("MHA", "MLA")
        assert isinstance(found, Path) and [step.relation.target for step in found.steps] == [
            "mqa",
            "gqa",
            "mla",
        ]
        assert isinstance(kb.path("MLA", "Dropout"), NoPath | Path)
        with pytest.raises(NotesError):
            kb.sync()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: re.findall(r"import (\w+)", block)[-1])
def test_the_examples_in_the_readme_run(
    block: str, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(notes.parent)
    KnowledgeBase.open(notes, sync=True).close()
    names: dict[str, object] = {}
    exec(block, names)
    assert names.get("hits") or names.get("nodes")


def test_nothing_goes_over_the_network_unless_a_model_is_named(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a socket was opened")

    for name in ("connect", "connect_ex", "bind", "sendto"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with KnowledgeBase.open(notes, sync=True) as kb:
        assert kb.ask("what does dropout do").found and kb.search("GRU")
        kb.sync()
    with KnowledgeBase.open() as kb:
        assert kb.ask("why sqrt d_k").found and kb.path("MHA", "MLA")
