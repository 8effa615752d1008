"""The curated file: what is read of it, and every fault with its line."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.curation.reader import read_curated
from kg.names import NameIndex
from kg.types import (
    Alias,
    AliasKind,
    Evidence,
    LocalizedText,
    Origin,
    Relation,
    RelationKind,
    Status,
)

WHOLE = """version: 1
concepts:
  mha:
    name: {zh: 多头注意力, en: Multi-Head Attention}
    abbr: [MHA, NO]
    aliases: {zh: [多头自注意力], en: [multihead attention]}
    definition: {zh: "许多头。", en: "Many heads."}
    notes: ["attention#Why several heads?"]
  mqa:
    name: 多查询注意力（Multi-Query Attention, MQA）
    gap: true
relations:
  - from: mha
    to: mqa
    relation: evolves_to
    reason: {zh: "共享。", en: "One K/V head for all."}
    trade_off: Some quality is lost.
    confidence: 0.9
    evidence:
      - {path: en/attention.md, heading: "What is MQA?", quote: "MQA keeps one."}
  - {from: mqa, to: mha, relation: contrasts_with, status: rejected}
"""


def test_a_whole_file_is_read() -> None:
    curated = read_curated(WHOLE, "concepts.yaml")
    mha, mqa = curated.concepts
    assert curated.problems == ()
    assert (mha.id, mha.label, mha.name("zh"), mha.gap) == (
        "mha",
        "Multi-Head Attention",
        "多头注意力",
        False,
    )
    assert [alias.text for alias in mha.aliases if alias.kind is AliasKind.ABBR] == ["MHA", "NO"]
    assert Alias("多头自注意力", "zh", AliasKind.SYNONYM) in mha.aliases
    assert mha.definition == LocalizedText("许多头。", "Many heads.")
    assert mha.notes == (Evidence("attention", 0, 0, ("Why several heads?",), ""),)
    assert [alias.text for alias in mqa.aliases] == ["多查询注意力", "Multi-Query Attention", "MQA"]
    assert (mqa.gap, mqa.name("en")) == (True, "Multi-Query Attention")
    evolves, contrasts = curated.relations
    assert evolves == Relation(
        "mha",
        "mqa",
        RelationKind.EVOLVES_TO,
        Origin.DECLARED,
        0.9,
        Status.ACCEPTED,
        LocalizedText("共享。", "One K/V head for all."),
        LocalizedText("", "Some quality is lost."),
        (Evidence("en/attention.md", 0, 0, ("What is MQA?",), "MQA keeps one."),),
    )
    assert not evolves.evidence[0].found
    assert (contrasts.origin, contrasts.status) == (Origin.USER, Status.REJECTED)
    assert contrasts.edge == ("mha", "mqa", RelationKind.CONTRASTS_WITH)


A_AND_B = "concepts: {a: {name: Alpha}, b: {name: Beta}}\n"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("concepts:\n  a: [1\n", 3, "malformed YAML"),
        ("concepts:\n\tb: 1", 2, "malformed YAML"),
        ("\n\x01", 2, "malformed YAML: a control character"),
        ("[" * 5000 + "]" * 5000, 1, "malformed YAML: nested too deeply"),
        ("a\n---\nb", 2, "malformed YAML"),
        ("version: 2", 1, "unknown value 2"),
        ("- a", 1, "expected keys and values"),
        ("concepts: [a]", 1, "expected keys and values"),
        ("concept: {}", 1, "unknown key concept: did you mean concepts?"),
        ("concepts:\n  a: {name: Alpha}\n  a: {name: Beta}", 3, "a is here twice"),
        (
            "concepts:\n  gru-cell: {name: Alpha}\n  grucell: {name: Beta}",
            3,
            "differs from gru-cell by hyphens only",
        ),
        ("concepts:\n  Ünique: {name: Alpha}", 2, "'Ünique' is no id"),
        ("concepts:\n  a: {}", 2, "name missing"),
        ("concepts:\n  a: {name: [x]}", 2, "expected a text"),
        ("concepts:\n  a: {name: {fr: x}}", 2, "unknown key fr"),
        ("concepts:\n  a: {name: '-'}", 2, "'-' is no name"),
        ("concepts:\n  a: {name: x, abbr: [[y]]}", 2, "expected a text"),
        ("concepts:\n  a: {name: x, aliases: {zh: {y: z}}}", 2, "expected a list"),
        ("concepts:\n  a:\n    name: x\n    gap: perhaps", 4, "unknown value perhaps"),
        ("concepts:\n  a:\n    name: x\n    gap: true\n    notes: [n]", 4, "a gap has no notes"),
        (A_AND_B + "relations: {}", 2, "expected a list"),
        (A_AND_B + "relations:\n  - {from: a, relation: related}", 3, "to missing"),
        (A_AND_B + "relations:\n  - {from: a, to: c, relation: related}", 3, "unknown concept c"),
        (
            A_AND_B + "relations:\n  - {from: a, to: a, relation: related}",
            3,
            "a is related to itself",
        ),
        (
            A_AND_B + "relations:\n  - {from: a, to: b, relation: evolve_to}",
            3,
            "did you mean evolves_to?",
        ),
        (
            A_AND_B + "relations:\n  - {from: a, to: b, relation: related, confidence: 2}",
            3,
            "from 0 to 1",
        ),
        (
            A_AND_B + "relations:\n  - {from: a, to: b, relation: related, confidence: nan}",
            3,
            "from 0 to 1",
        ),
        (
            A_AND_B + "relations:\n  - {from: a, to: b, relation: related, confidence: [1]}",
            3,
            "from 0 to 1",
        ),
        (
            A_AND_B + "relations:\n  - {from: a, to: b, relation: related, status: suggested}",
            3,
            "unknown value suggested",
        ),
        (
            A_AND_B + "relations:\n  - {from: a, to: b, relation: related, trade_off: x}",
            3,
            "evolves_to only",
        ),
        (
            A_AND_B
            + (
                "relations:\n  - {from: a, to: b, relation: related, evidence: [{path: ../x, "
                "quote: y}]}"
            ),
            3,
            "leaves",
        ),
        (
            A_AND_B + "relations:\n  - {from: a, to: b, relation: related, evidence: [{path: x}]}",
            3,
            "quote missing",
        ),
        (
            A_AND_B
            + (
                "relations:\n- {from: a, to: b, relation: related}\n- {from: b, to: a, relation: "
                "related}"
            ),
            4,
            "b related a was said before",
        ),
    ],
)
def test_a_fault_is_reported_with_its_line(text: str, line: int, message: str) -> None:
    curated = read_curated(text, "concepts.yaml")
    (problem,) = (*curated.problems, *curated.resolve_relations(NameIndex(curated.concepts))[1])
    assert str(problem).startswith(f"concepts.yaml:{line}: ")
    assert message in problem.message


@pytest.mark.parametrize("text", ["", "# nothing yet", "version: 1", "concepts:\nrelations:\n"])
def test_an_empty_file_has_no_concepts_and_no_problems(text: str) -> None:
    curated = read_curated(text, "concepts.yaml")
    assert (curated.concepts, curated.relations, curated.problems) == ((), (), ())


def test_a_faulty_entry_loses_only_itself_and_relations_to_it() -> None:
    text = (
        A_AND_B.replace("Beta", "[]")
        + "relations: [{from: a, to: b, relation: related}, {from: a, to: c, relation: related}]"
    )
    curated = read_curated(text, "concepts.yaml")
    assert [concept.id for concept in curated.concepts] == ["a"]
    assert [relation.target for relation in curated.relations] == ["c"]
    assert len(curated.problems) == 1


PIECES = st.sampled_from(
    [
        "concepts:\n",
        "relations:\n",
        "  a: ",
        "{name: x}",
        "- {from: a, to: b",
        "}",
        "&x ",
        "*x",
        "[",
        "\n",
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join))
def test_problems_of_any_text_are_at_lines_that_it_has(text: str) -> None:
    for problem in read_curated(text, "concepts.yaml").problems:
        assert 1 <= problem.line <= len(re.findall("\r\n|[\r\n\x85\u2028\u2029]", text)) + 1
