"""Extraction from notes: declared and stated relations, their direction, and which names merge."""

import re
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.curation.reader import CuratedConcepts, read_curated
from kg.extraction.annotate import annotate
from kg.extraction.annotations import NoteAnnotations
from kg.extraction.cache import ExtractionCache
from kg.extraction.pipeline import ACCEPTED_FROM, extract
from kg.graph.build import build_graph
from kg.names import NameIndex
from kg.notes.note import Note
from kg.text import Lines
from kg.types import Concept, Evidence, Origin, Relation, RelationKind, Status

NOTHING = CuratedConcepts((), (), ())
KINDS = {kind.value: kind for kind in RelationKind}
# A vault in small: every term is a heading of its own, so that a sentence elsewhere can name it.
TERMS = (
    "RNN LSTM GRU MHA MQA GQA MLA Adam RMSProp Momentum AdaGrad BERT RoBERTa XGBoost LightGBM "
    "CatBoost GBDT Dropout"
).split()
GLOSSARY = "\n\n".join(f"## What is {term}?\n\nSomething named {term}." for term in TERMS) + (
    "\n\n## What is overfitting?\n\nSomething named overfitting."
    "\n\n## 什么是过拟合？\n\n一种现象叫过拟合。\n\n## 什么是梯度消失？\n\n一种现象叫梯度消失。\n"
)


def note(text: str, path: str = "note.md") -> Note:
    text = text.encode("utf-8", "replace").decode()
    return Note(path, text, "utf-8", b"", Lines.of(text))


def found(*texts: str, curated: CuratedConcepts = NOTHING) -> tuple[list[Concept], list[Relation]]:
    gathered = [annotate(note(text, f"{number}.md")) for number, text in enumerate(texts)]
    concepts, relations, _ = extract(gathered, curated)
    return concepts, relations


def edges(relations: Iterable[Relation], *origins: Origin) -> set[str]:
    return {
        f"{relation.source} {relation.kind.value} {relation.target}"
        for relation in relations
        if not origins or relation.origin in origins
    }


def stated(sentence: str) -> set[str]:
    _, relations = found(GLOSSARY, f"# Scratch\n\n{sentence}\n")
    return edges(
        (relation for relation in relations if relation.evidence[0].path == "1.md"), Origin.PATTERN
    )


@pytest.mark.parametrize(
    ("sentence", "edge"),
    [
        ("GQA improves on MQA.", "mqa evolves_to gqa"),
        ("LSTM builds on the simple RNN.", "rnn evolves_to lstm"),
        ("GRU simplifies LSTM.", "lstm evolves_to gru"),
        ("GRU is a simplification of LSTM.", "lstm evolves_to gru"),
        ("LSTM is an improved version of the RNN.", "rnn evolves_to lstm"),
        ("XGBoost extends GBDT.", "gbdt evolves_to xgboost"),
        ("GRU was derived from LSTM.", "lstm evolves_to gru"),
        ("MHA evolved into MQA.", "mha evolves_to mqa"),
        ("AdaGrad was succeeded by RMSProp.", "adagrad evolves_to rmsprop"),
        ("RoBERTa is the successor to BERT.", "bert evolves_to roberta"),
        ("Adam combines Momentum and RMSProp.", "rmsprop evolves_to adam"),
        ("GRU is a gated variant of the RNN.", "gru variant_of rnn"),
        ("LightGBM is an implementation of GBDT.", "lightgbm variant_of gbdt"),
        ("XGBoost, LightGBM and CatBoost are variants of GBDT.", "catboost variant_of gbdt"),
        ("MHA is one component of BERT.", "mha part_of bert"),
        ("BERT consists of MHA and more.", "mha part_of bert"),
        ("Dropout reduces overfitting.", "dropout solves overfitting"),
        ("Overfitting is prevented by Dropout.", "dropout solves overfitting"),
        ("BERT uses Dropout.", "dropout used_by bert"),
        ("Unlike GQA, MLA keeps every head.", "gqa contrasts_with mla"),
        ("LSTM has three gates, whereas GRU has two.", "gru contrasts_with lstm"),
        ("GRU differs from LSTM.", "gru contrasts_with lstm"),
        ("LSTM requires knowledge of RNN.", "rnn prerequisite_of lstm"),
        ("RNN is a prerequisite for LSTM.", "rnn prerequisite_of lstm"),
        ("The lineage is `RNN → LSTM → GRU`.", "rnn evolves_to lstm"),
        ("It went XGBoost -> LightGBM / CatBoost.", "xgboost evolves_to catboost"),
        ("History: MHA => MQA => GQA.", "mqa evolves_to gqa"),
        ("GQA 改进自 MQA。", "mqa evolves_to gqa"),
        ("GRU 由 LSTM 简化而来。", "lstm evolves_to gru"),
        ("GRU 是从 LSTM 演进而来的。", "lstm evolves_to gru"),
        ("LSTM 用门和状态改进了 RNN。", "rnn evolves_to lstm"),
        ("RoBERTa 在 BERT 的基础上增加了数据。", "bert evolves_to roberta"),
        ("XGBoost 建立在 GBDT 之上。", "gbdt evolves_to xgboost"),
        ("RNN 后来发展成了 LSTM。", "rnn evolves_to lstm"),
        ("注意力从 MHA 演进到 MQA。", "mha evolves_to mqa"),
        ("Adam 结合了 Momentum 与 RMSProp。", "momentum evolves_to adam"),
        ("GRU 是 RNN 的门控变体。", "gru variant_of rnn"),
        ("BERT 由 MHA 和 Dropout 组成。", "dropout part_of bert"),
        ("MHA 是 BERT 的组成部分。", "mha part_of bert"),
        ("LSTM 能缓解梯度消失。", "lstm solves {梯度消失}"),
        ("Dropout 可以有效防止过拟合。", "dropout solves {过拟合}"),
        ("BERT 使用 Dropout。", "dropout used_by bert"),
        ("与 GQA 不同，MLA 的每个头都不同。", "gqa contrasts_with mla"),
        ("LSTM 与 GRU 的主要区别是门。", "gru contrasts_with lstm"),
        ("学习 LSTM 之前需要先了解 RNN。", "rnn prerequisite_of lstm"),
        ("RNN 是理解 LSTM 的基础。", "rnn prerequisite_of lstm"),
        ("演进：MHA → MQA → GQA → MLA。", "gqa evolves_to mla"),
        ("The lines are RNN → LSTM, MHA → MQA.", "mha evolves_to mqa"),
        ("改进版本的 RNN，如 LSTM 和 GRU。", "rnn evolves_to gru"),
        ("RNN 有两种变体 LSTM 和 GRU。", "lstm variant_of rnn"),
        ("RoBERTa 可以看作是 BERT 的一个改进版本。", "bert evolves_to roberta"),
    ],
)
def test_a_sentence_relates_what_it_names_in_the_right_direction(sentence: str, edge: str) -> None:
    ids = {item.label: item.id for item in found(GLOSSARY)[0]}
    assert re.sub(r"\{(.+?)\}", lambda name: ids[name[1]], edge) in stated(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "GQA does not improve on MQA.",
        "Is GRU a variant of LSTM?",
        "The gradient of GRU improves on LSTM.",
        "GRU 不是 LSTM 的变体。",
        "GRU 是否改进自 LSTM？",
        "The pipeline is BERT → Dropout → Adam.",
        "数据的流向是 BERT → Dropout → Adam。",
        "Adam and BERT.",
        "RNN → something else → GRU",
        "A gated RNN → GRU",
        "You can change this under **Settings → Dropout → Adam**.",
        "RNN 结合了 BERT 和 Adam 两个任务。",
    ],
)
def test_what_a_sentence_denies_asks_or_lists_is_no_relation(sentence: str) -> None:
    assert not {item for item in stated(sentence) if "contrasts" not in item}


@pytest.mark.parametrize(
    "declaration",
    [
        "---\nrequires: [rnn]\n---\n\n# LSTM\n\nGates.\n",
        "---\nrequires: rnn\n---\n\n# LSTM\n\nGates.\n",
        '---\nprerequisites:\n  - "[[RNN]]"\n---\n\n# LSTM\n\nGates.\n',
        "---\n前置知识: [RNN]\n---\n\n# LSTM\n\nGates.\n",
        "# LSTM\n\n- requires [[RNN]]\n\nGates.\n",
        "# LSTM\n\nPrerequisites: RNN\n\nGates.\n",
        "# LSTM\n\n前置知识：[[RNN]]\n\n门。\n",
        "# LSTM\n\nGates.\n\n## Prerequisites\n\n- [recurrent networks](rnn.md)\n",
        "# LSTM\n\n门。\n\n## 前置知识\n\n- [[RNN|循环网络]]\n",
    ],
)
def test_what_a_note_declares_is_a_prerequisite_with_its_line(declaration: str) -> None:
    gathered = [
        annotate(note("# RNN\n\nA loop.\n", "rnn.md")),
        annotate(note(declaration, "lstm.md")),
    ]
    _, relations, problems = extract(gathered, NOTHING)
    declared = [relation for relation in relations if relation.origin is Origin.DECLARED]
    assert edges(declared) == {"rnn prerequisite_of lstm"} and not problems
    assert declared[0].status is Status.ACCEPTED and "RNN" in declared[0].evidence[0].quote.upper()


def test_requirements_of_a_note_on_many_things_relate_no_two_of_them() -> None:
    many = (
        "---\nrequires: [rnn]\n---\n\n# Cells: LSTM and GRU\n\n## What is LSTM?\n\nLSTM has "
        "gates. GRU too.\n"
    )
    gathered = [
        annotate(note("---\nid: rnn\n---\n\n# RNN\n\nA loop.\n", "rnn.md")),
        annotate(note(many, "cells.md")),
    ]
    assert not edges(extract(gathered, NOTHING)[1], Origin.DECLARED)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "**多头注意力（Multi-Head Attention, MHA）** 有许多头。",
            {"多头注意力", "Multi-Head Attention", "MHA"},
        ),
        ("**Multi-Head Attention (MHA)** has many heads.", {"Multi-Head Attention", "MHA"}),
        (
            "**BERT** (Bidirectional Encoder Representations) reads.",
            {"BERT", "Bidirectional Encoder Representations"},
        ),
        (
            "**残差连接（Residual Connection，又称跳跃连接）** 把输入加上。",
            {"残差连接", "Residual Connection", "跳跃连接"},
        ),
        (
            "**Xavier (Glorot) initialisation** keeps variance.",
            {"Xavier initialisation", "Glorot initialisation"},
        ),
        (
            "We use attention with linear biases (ALiBi). ALiBi adds a penalty.",
            {"attention with linear biases", "ALiBi"},
        ),
        ("## 什么是多查询注意力（MQA）？\n\n多查询注意力共享键。", {"多查询注意力", "MQA"}),
        ("# Gated Recurrent Unit (GRU)\n\nA GRU has gates.", {"Gated Recurrent Unit", "GRU"}),
    ],
)
def test_names_that_a_text_gives_together_are_one_concepts(text: str, names: set[str]) -> None:
    concepts, _ = found(text)
    assert names in [{alias.text for alias in concept.aliases} for concept in concepts]


def test_the_names_of_two_notes_meet_in_the_short_form_that_both_give() -> None:
    concepts, _ = found(
        "**Supervised Fine-Tuning (SFT)** trains.", "**监督微调（SFT）** 训练模型。"
    )
    assert [{alias.text for alias in concept.aliases} for concept in concepts] == [
        {"Supervised Fine-Tuning", "SFT", "监督微调"}
    ]


def test_a_short_form_of_two_things_is_both() -> None:
    concepts, _ = found(
        "**Linear Discriminant Analysis (LDA)** projects.",
        "**Latent Dirichlet Allocation (LDA)** samples.",
    )
    assert len(NameIndex(concepts).resolve("LDA")) == 2


def test_an_ambiguous_short_form_means_what_its_note_says() -> None:
    item = (
        "**Linear Discriminant Analysis (LDA)** projects.\n\n**Flexible Analysis (FDA)** is "
        "there.\n\nFDA improves on LDA."
    )
    _, relations = found(item, "**Latent Dirichlet Allocation (LDA)** samples.")
    assert "linear-discriminant-analysis evolves_to fda" in edges(relations)


def test_similar_names_stay_apart() -> None:
    concepts, _ = found(
        "**Multi-Query Attention** is one. **Grouped-Query Attention** is another. "
        "**Multi-Head Attention** too."
    )
    assert len(concepts) == 3


def test_spelling_number_and_case_do_not_matter() -> None:
    concepts, _ = found(
        "## What is weight initialisation?\n\nText.",
        "## Weight initialization\n\nText.",
        "**Weight initializations** are.",
    )
    assert len(concepts) == 1


def test_aliases_of_a_note_on_one_thing_are_its_names() -> None:
    concepts, _ = found(
        "---\naliases: [MHA, multihead attn]\n---\n\n# Multi-Head Attention\n\nMany heads.\n"
    )
    assert {alias.text for alias in concepts[0].aliases} == {
        "Multi-Head Attention",
        "MHA",
        "multihead attn",
    }


def test_aliases_that_are_keywords_are_not() -> None:
    text = (
        "---\naliases: [reset gate, dropout rate]\n---\n\n# GRU network\n\nThe reset gate of a "
        "GRU network forgets.\n"
    )
    assert not any(
        {"reset gate", "GRU network"} <= {alias.text for alias in item.aliases}
        for item in found(text)[0]
    )


@pytest.mark.parametrize(
    ("heading", "label"),
    [
        ("What is GRU?", "GRU"),
        ("What is the softmax function?", "softmax function"),
        ("4. What is Occam's razor in learning?", "Occam's razor"),
        ("How does beam search work?", "beam search"),
        ("什么是多头注意力？", "多头注意力"),
        ("3.2 束搜索", "束搜索"),
        ("交叉熵是什么？", "交叉熵"),
        ("Explain layer normalization", "layer normalization"),
        ("The limits of BERT", "BERT"),
    ],
)
def test_a_heading_gives_the_term_that_it_asks_about(heading: str, label: str) -> None:
    text = (
        f"# My notes of today\n\n## {heading}\n\nAnswer about GRU, softmax function, Occam's "
        f"razor, beam search, BERT.\n"
    )
    assert label in {item.label for item in found(text)[0]}


@pytest.mark.parametrize(
    "heading",
    [
        "Introduction",
        "参考文献",
        "Why is it so slow?",
        "1. Overview",
        "总结",
        "如何学习？",
        "2024",
        "→",
        "?",
    ],
)
def test_a_heading_of_every_note_is_no_concept(heading: str) -> None:
    assert not [
        item
        for item in found(f"## {heading}\n\nSome words, and more of them.\n")[0]
        if item.label in heading
    ]


def test_a_name_that_ends_in_anothers_is_a_kind_of_it() -> None:
    _, relations = found("**BPE** merges pairs.\n\n**Byte-level BPE** works on bytes.\n")
    assert "byte-level-bpe variant_of bpe" in edges(relations)


def test_whose_text_names_whom_is_at_least_suggested() -> None:
    _, relations = found(
        "# Softmax\n\nA softmax makes probabilities.",
        "# Attention\n\nAttention is a softmax over scores. The softmax is applied.",
    )
    assert edges(relations, Origin.MENTION) == {"softmax prerequisite_of attention"}


@pytest.mark.parametrize(
    "text",
    [
        "## How did attention evolve?\n\n- **MHA**: many.\n- **MQA**: one.\n- **GQA**: some.\n",
        (
            "## 注意力的演进\n\nMHA 有许多头。\n\n### MQA\n\n只有一个。\n\n### GQA\n\n有几个。\n"
            "\n### 怎样选择 GQA？\n\n看情况。\n"
        ),
        (
            "## 注意力的演进\n\nMHA 有许多头。\n\n### MQA\n\n只有一个。\n\n### GQA\n\n有几个。\n"
            "\n### MHA\n\n再看一遍。\n"
        ),
    ],
    ids=["defined", "headings", "a heading on the first again"],
)
def test_a_section_on_an_evolution_gives_its_order(text: str) -> None:
    _, relations = found(text, GLOSSARY)
    ordered = [
        relation
        for relation in relations
        if relation.origin is Origin.HEADING and relation.kind is RelationKind.EVOLVES_TO
    ]
    assert edges(ordered) == {"mha evolves_to mqa", "mqa evolves_to gqa"}


def test_a_lineage_passes_through_every_stage() -> None:
    _, relations = found(GLOSSARY, "Lineage: RNN → LSTM → GRU. GRU is a gated variant of the RNN.")
    status = {
        relation.edge[:2]: relation.status
        for relation in relations
        if relation.kind is RelationKind.EVOLVES_TO
    }
    assert status["lstm", "gru"] is Status.ACCEPTED and status["rnn", "gru"] is Status.SUGGESTED


def test_a_plural_title_is_named_in_the_singular() -> None:
    texts = (
        "# Binary search trees\n\nSorted.\n",
        "# AVL trees\n\nAn AVL tree is a binary search tree that stays balanced.\n",
    )
    assert "binary-search-trees prerequisite_of avl-trees" in edges(found(*texts)[1])


def test_only_what_is_sure_enough_is_accepted() -> None:
    _, relations = found(GLOSSARY, "XGBoost is based on GBDT. LightGBM improves on XGBoost.")
    status = {
        relation.target: (relation.status, relation.confidence)
        for relation in relations
        if relation.kind is RelationKind.EVOLVES_TO
    }
    assert status["xgboost"][0] is Status.SUGGESTED and status["xgboost"][1] < ACCEPTED_FROM
    assert status["lightgbm"][0] is Status.ACCEPTED and status["lightgbm"][1] >= ACCEPTED_FROM


def test_opposite_statements_are_both_kept() -> None:
    _, relations = found(GLOSSARY, "GRU improves on LSTM.", "LSTM improves on GRU.")
    assert {"lstm evolves_to gru", "gru evolves_to lstm"} <= edges(relations)


CURATED = """
version: 1
concepts:
  recurrent:
    name: {en: Recurrent Neural Network}
    abbr: [RNN]
    notes: ["net#What is RNN?"]
  lstm: {name: LSTM}
relations:
  - {from: recurrent, to: lstm, relation: evolves_to, status: rejected}
  - from: recurrent
    to: lstm
    relation: prerequisite_of
    evidence:
      - {path: 0.md, heading: "What is RNN?", quote: "An RNN has a loop.\\nLSTM needs it."}
      - {path: 0.md, quote: "This is nowhere."}
"""
NET = (
    "---\nid: net\n---\n\n## What is RNN?\n\nAn RNN has a loop.\nLSTM needs it.\n\n## What is "
    "LSTM?\n\nLSTM improves on RNN.\n"
)


def test_the_curated_file_wins_and_its_rejections_are_remembered() -> None:
    concepts, relations = found(NET, curated=read_curated(CURATED, "concepts.yaml"))
    assert {concept.id for concept in concepts} == {"recurrent", "lstm"}
    graph = build_graph(concepts, relations)
    assert graph.edges["recurrent", "lstm", "evolves_to"]["relation"].status is Status.REJECTED


def test_curated_evidence_gets_its_lines_and_what_is_gone_is_stale() -> None:
    concepts, relations = found(NET, curated=read_curated(CURATED, "concepts.yaml"))
    curated = next(
        relation
        for relation in relations
        if relation.kind is RelationKind.PREREQUISITE_OF and relation.origin is Origin.DECLARED
    )
    there, gone = curated.evidence
    assert (there.first, there.last, there.heading) == (7, 8, ("What is RNN?",)) and there.found
    assert not gone.found
    assert [(item.first, item.last) for item in concepts[0].notes] == [(5, 8)]


def test_curated_evidence_in_a_copy_of_a_note_is_found() -> None:
    curated = read_curated(CURATED.replace("0.md", "copy.md"), "concepts.yaml")
    gathered = [annotate(note(NET, path)) for path in ("copy.md", "a.md")]
    relations = extract(gathered, curated)[1]
    assert (
        next(place.path for relation in relations for place in relation.evidence if place.found)
        == "copy.md"
    )


def test_malformed_front_matter_is_reported_with_its_line() -> None:
    *_, problems = extract(
        [annotate(note("---\nid: x\nrequires: [a, b\n---\n\n# X\n\nText.\n", "x.md"))], NOTHING
    )
    assert [str(problem) for problem in problems] == [
        "x.md:3: malformed front matter: expected ',' or ']', but got '<stream end>'"
    ]


@pytest.mark.parametrize(
    ("front", "line"),
    [
        ("requires: {a: 1}", 2),
        ("title: [[]]\naliases: {x: y}", 3),
        ("- a list", 2),
        ("a: *nowhere", 2),
        ("\tx: 1", 2),
        ("x: '\x07'", 2),
    ],
)
def test_front_matter_that_means_nothing_is_reported_and_the_rest_is_read(
    front: str, line: int
) -> None:
    concepts, _, problems = extract(
        [annotate(note(f"---\n{front}\n---\n\n# GRU\n\n**Reset gate** is a gate.\n"))], NOTHING
    )
    assert [problem.line for problem in problems] == [line]
    assert "Reset gate" in {concept.label for concept in concepts}


def test_the_shared_forms_of_one_text_change_nothing_but_evidence() -> None:
    once, twice = (
        found(GLOSSARY, "GRU improves on LSTM."),
        found(GLOSSARY, "GRU improves on LSTM.", "GRU improves on LSTM."),
    )
    assert edges(once[1], Origin.PATTERN) == edges(twice[1], Origin.PATTERN)


WHOLE = """---
id: x
aliases: [A]
tags: [t]
requires: [y]
---

# GRU（门控）

**GRU (Gated Recurrent Unit)** improves on `RNN → LSTM`.
"""


def test_gathered_survives_as_text() -> None:
    gathered = annotate(note(WHOLE))
    assert NoteAnnotations.from_json(gathered.to_json()) == gathered


# Pieces that notes are made of, so that random ones hold concepts and relations.
PIECES = [
    *(
        "# ",
        "## What is ",
        "?\n\n",
        "## 什么是",
        "？\n\n",
        "\n\n",
        "\n",
        "- ",
        "**",
        "（",
        "）",
        "(",
        ")",
        ", ",
        "、",
        "。",
        ". ",
        " → ",
        "[[",
        "]]",
    ),
    *(
        "---\n",
        "requires: [",
        "]\n",
        "aliases: ",
        "id: n\n",
        "| a | b |\n|---|---|\n| ",
        " |\n",
        "```\n",
        "$x$",
        "`",
        "\r\n",
        "\r",
        "\u2028",
    ),
    *(
        "GRU",
        "LSTM",
        "RNN",
        "LDA",
        "Multi-Head Attention",
        "MHA",
        "多头注意力",
        "梯度消失",
        " improves on ",
        " 改进自 ",
        " is a variant of ",
    ),
    *(
        " 是 ",
        " 的变体",
        " whereas ",
        "Prerequisites",
        "前置知识：",
        "⟨0⟩",
        "⟪⟫",
        "⾃注意⼒",
        "\ud800",
        "a" * 70,
    ),
]
NOTES = st.lists(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=30).map("".join),
    min_size=1,
    max_size=4,
)


def gathered_of(texts: Iterable[str]) -> list[NoteAnnotations]:
    return [annotate(note(text, f"{number}.md")) for number, text in enumerate(texts)]


@settings(deadline=None, max_examples=150)
@given(NOTES)
def test_any_text_is_read_and_every_quote_stands_at_its_lines(texts: list[str]) -> None:
    gathered = gathered_of(texts)
    assert [NoteAnnotations.from_json(item.to_json()) for item in gathered] == gathered
    concepts, relations, _ = extract(gathered, NOTHING)
    text_of = {item.path: item.text for item in gathered}
    for place in (place for relation in relations for place in relation.evidence):
        assert place.quote and place.found and stands(place, text_of[place.path])
    for place in (place for concept in concepts for place in concept.notes):
        assert 1 <= place.first <= place.last <= len(Lines.of(text_of[place.path]).starts)
    graph = build_graph(concepts, relations)
    assert all(graph.nodes[id]["concept"].label for id in graph)
    assert all(re.fullmatch(r"[^\W_]+(-[^\W_]+)*", id) for id in graph)


def stands(place: Evidence, text: str) -> bool:
    lines = Lines.of(text)
    return place.quote in text[lines.starts[place.first - 1] : lines.ends[place.last - 1]]


@settings(deadline=None, max_examples=100)
@given(NOTES, NOTES)
def test_extraction_with_a_memory_equals_that_from_scratch(
    before: list[str], after: list[str]
) -> None:
    memory = ExtractionCache()
    extract(gathered_of(before), NOTHING, memory)
    memory = ExtractionCache(memory.texts)
    assert extract(gathered_of(after), NOTHING, memory) == extract(gathered_of(after), NOTHING)


@settings(deadline=None, max_examples=50)
@given(NOTES)
def test_the_order_of_notes_does_not_matter(texts: list[str]) -> None:
    gathered = gathered_of(texts)
    assert extract(gathered, NOTHING) == extract(gathered[::-1], NOTHING)


def test_ten_thousand_aliases_are_read() -> None:
    aliases = ", ".join(f"gated cell {number}" for number in range(10_000))
    concepts, _ = found(f"---\naliases: [{aliases}]\n---\n\n# GRU network\n\nText.\n")
    assert len(concepts[0].aliases) > 9_000


def test_a_copy_of_a_note_under_another_name_is_no_second_witness() -> None:
    text = "---\nid: n\n---\n\n" + GLOSSARY + "\n\nXGBoost is based on GBDT.\n"
    once, twice = (
        extract([annotate(note(text, path)) for path in paths], NOTHING)[1]
        for paths in (["a.md"], ["a.md", "b.md"])
    )
    assert [replace(item, evidence=()) for item in once] == [
        replace(item, evidence=()) for item in twice
    ]
