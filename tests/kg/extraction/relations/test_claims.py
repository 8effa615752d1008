"""Relations that sentences state, that headings order, and that names show."""

import re

import pytest

from kg.types import Origin, RelationKind
from tests.kg.extraction.vaults import GLOSSARY, edges_of, extract_texts


def stated_in(sentence: str) -> set[str]:
    """Return the relations that a sentence beside the glossary states."""
    _, relations = extract_texts(GLOSSARY, f"# Scratch\n\n{sentence}\n")
    stated = [relation for relation in relations if relation.evidence[0].path == "1.md"]
    return edges_of(stated, Origin.PATTERN)


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
    ids = {concept.label: concept.id for concept in extract_texts(GLOSSARY)[0]}
    assert re.sub(r"\{(.+?)\}", lambda name: ids[name[1]], edge) in stated_in(sentence)


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
    assert not [edge for edge in stated_in(sentence) if "contrasts" not in edge]


def test_a_concept_is_a_variant_of_the_one_that_its_name_ends_in() -> None:
    _, relations = extract_texts("**BPE** merges pairs.\n\n**Byte-level BPE** works on bytes.\n")
    assert "byte-level-bpe variant_of bpe" in edges_of(relations)


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
    ids=["defined", "headings", "the first one again"],
)
def test_a_section_on_an_evolution_gives_the_order_of_its_concepts(text: str) -> None:
    _, relations = extract_texts(text, GLOSSARY)
    ordered = [
        relation
        for relation in relations
        if relation.origin is Origin.HEADING and relation.kind is RelationKind.EVOLVES_TO
    ]
    assert edges_of(ordered) == {"mha evolves_to mqa", "mqa evolves_to gqa"}
