"""The curated file and what can be wrong with it; names, and the mentions of them in a text, against a slow reference."""

import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.curation.reader import read_curated
from kg.language.detect import CJK, detect_language
from kg.names import NameIndex, name_key
from kg.types import (
    Alias,
    AliasKind,
    Concept,
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


def concept(id: str, *names: str, abbr: tuple[str, ...] = ()) -> Concept:
    full = [Alias(name, detect_language(name), AliasKind.FULL) for name in names]
    return Concept(
        id,
        id,
        (*full, *(Alias(name, "en", AliasKind.ABBR) for name in abbr)),
        LocalizedText(),
        (),
        False,
    )


NAMES = NameIndex(
    [
        concept("mha", "Multi-Head Attention", "多头注意力", abbr=("MHA",)),
        concept("attention", "Attention", "注意力"),
        concept("pe", "Positional Encoding", "位置编码", abbr=("PE",)),
        concept("pre", "Prompt Engineering", abbr=("PE",)),
        concept("zero", abbr=("ZeRO",)),
        concept("bert", abbr=("BERT",)),
        concept("cpp", "C++"),
        concept("kv-cache", "KV Cache", "KV 缓存"),
        concept("index", "Index"),
    ]
)


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
def test_what_is_wrong_is_told_with_its_line(text: str, line: int, message: str) -> None:
    curated = read_curated(text, "concepts.yaml")
    (problem,) = (*curated.problems, *curated.resolve_relations(NameIndex(curated.concepts))[1])
    assert str(problem).startswith(f"concepts.yaml:{line}: ")
    assert message in problem.message


@pytest.mark.parametrize("text", ["", "# nothing yet", "version: 1", "concepts:\nrelations:\n"])
def test_an_empty_file_says_nothing(text: str) -> None:
    curated = read_curated(text, "concepts.yaml")
    assert (curated.concepts, curated.relations, curated.problems) == ((), (), ())


def test_one_bad_entry_costs_only_itself_and_what_leads_to_it() -> None:
    text = (
        A_AND_B.replace("Beta", "[]")
        + "relations: [{from: a, to: b, relation: related}, {from: a, to: c, relation: related}]"
    )
    curated = read_curated(text, "concepts.yaml")
    assert [one.id for one in curated.concepts] == ["a"]
    assert [one.target for one in curated.relations] == ["c"]
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
def test_any_text_is_read_or_complained_of(text: str) -> None:
    for problem in read_curated(text, "concepts.yaml").problems:
        assert 1 <= problem.line <= len(re.findall("\r\n|[\r\n\x85\u2028\u2029]", text)) + 1


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("MHA", ("mha",)),
        ("mha", ("mha",)),
        ("multi head-attention", ("mha",)),
        ("ＭＵＬＴＩＨＥＡＤ Attentions", ("mha",)),
        ("多头 注意力", ("mha",)),
        ("多头注意⼒（MHA）", ("mha",)),
        ("Unheard Attention（注意力）", ("attention",)),
        ("PE", ("pe", "pre")),
        ("pe", ("pe",)),
        ("index", ("index",)),
        ("kv cache", ("kv-cache",)),
        ("", ()),
        ("-", ()),
        ("unheard of", ()),
    ],
)
def test_a_name_resolves_to_every_concept_it_can_mean(name: str, ids: tuple[str, ...]) -> None:
    assert NAMES.resolve(name) == ids


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("mulit head atention", "Multi-Head Attention"),
        ("多头注意", "多头注意力"),
        ("BRET", "BERT"),
        ("位置編码", "位置编码"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(name: str, near: str) -> None:
    assert NAMES.resolve(name) == ()
    assert NAMES.suggest(name)[0] == near
    assert NAMES.suggest(name) == NAMES.suggest(name)


def test_nothing_is_suggested_for_what_is_like_nothing() -> None:
    assert NAMES.suggest("zzzzzz") == NAMES.suggest("") == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Multi-head attention beats attention.", ["Multi-head attention", "attention"]),
        ("multi-\nhead attention", ["multi-\nhead attention"]),
        ("multi\n- head attention", ["attention"]),
        ("multi\n\nhead attention", ["attention"]),
        ("inattention, attentions, attentional", ["attentions"]),
        ("自注意力和多头注意力", ["注意力", "多头注意力"]),
        ("使用KV缓存，而非KVs缓存", ["KV缓存"]),
        ("PE is not pe, PEs are", ["PE", "PEs"]),
        ("ZeRO splits; zero is a number", ["ZeRO"]),
        ("Bert and BERTs in bert-base, not Albert", ["Bert", "BERTs", "bert"]),
        ("C++11 and C++", ["C++", "C++"]),
        ("ＭＨＡ 与 MH\u00adA", ["ＭＨＡ", "MH\u00adA"]),
        ("mha_mask", []),
        ("", []),
    ],
)
def test_names_are_seen_in_a_text(text: str, found: list[str]) -> None:
    assert [text[one.start : one.end] for one in NAMES.mentions(text)] == found


def test_a_question_may_be_typed_in_small_letters() -> None:
    assert [one.concepts for one in NAMES.mentions("mha or pe", any_case=True)] == [
        ("mha",),
        ("pe", "pre"),
    ]
    assert NAMES.mentions("mha or pe") == []


def test_ten_thousand_names_of_one_concept_are_all_seen() -> None:
    many = NameIndex([concept("many", *(f"name {at}" for at in range(10_000)))])
    assert many.resolve("name 9999") == ("many",)
    assert len(many.mentions("name 1, name 11; name 10000")) == 2
    assert many.suggest("nme 77")


def reference(texts: list[str], text: str) -> list[tuple[int, int]]:
    """The mentions by trying every slice: slow, and plainly what the docstring says."""
    keys = {key for name in texts for key in (name_key(name),)}
    keys |= {
        key + "s"
        for key in keys
        if len(key) > 1 and re.fullmatch(".*[a-rt-z]", key) and key.isascii()
    }
    found, at = [], 0
    while at < len(text):
        for end in range(len(text), at, -1):
            piece = text[at:end]
            whole = not re.search("\\A[\\s-]|[\\s-]\\Z|\n\\s*\n|\n *-", piece)
            edges = [
                text[max(0, edge - 1) : edge + 1] for edge in (at, end) if 0 < edge < len(text)
            ]
            cut = any(re.fullmatch(f"[^\\W{CJK}]{{2}}", edge) for edge in edges)
            if whole and not cut and name_key(piece) in keys:
                found.append((at, end))
                at = end - 1
                break
        at += 1
    return found


WORDS = st.lists(
    st.sampled_from(["ab", "b", "注", "意", " ", "-", "\n", "s", "+"]), min_size=1, max_size=6
).map("".join)


@given(
    st.lists(WORDS.filter(name_key), min_size=1, max_size=6),
    st.lists(WORDS, max_size=6).map("".join),
)
def test_mentions_are_what_trying_every_slice_finds(texts: list[str], text: str) -> None:
    names = NameIndex([concept(f"c{at}", name) for at, name in enumerate(texts)])
    assert [(one.start, one.end) for one in names.mentions(text)] == reference(texts, text)


@given(st.text())
def test_mentions_stand_in_order_and_resolve_to_what_they_mean(text: str) -> None:
    text = f"MHA {text} 注意力"
    end = 0
    for one in NAMES.mentions(text):
        assert end <= one.start < one.end
        assert one.concepts and set(one.concepts) <= set(NAMES.resolve(text[one.start : one.end]))
        end = one.end


def test_names_cost_neither_networkx_nor_yaml() -> None:
    code = (
        "import sys, kg.names, kg.curation.reader; print({'networkx', 'yaml', 'numpy', "
        "'markdown_it'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
