"""Plain contradictions are detected, and nothing else is."""

import pytest

from rag.answering.contradictions import contradicts

CONTRADICTING = [
    (
        "BERT-base has 12 layers and 110M parameters.",
        "BERT-base has 24 layers and 110M parameters.",
    ),
    ("GPT-3 有 96 层，隐藏维度是 12,288。", "GPT-3 有 48 层，隐藏维度是 12,288。"),
    ("Dropout is applied at test time as well.", "Dropout is not applied at test time as well."),
    ("推理时要使用 Dropout，随机丢弃神经元。", "推理时不要使用 Dropout，随机丢弃神经元。"),
    (
        "The warmup takes about 4,000 steps in the paper.",
        "The warmup takes 10000 steps in the paper.",
    ),
    (
        "Layer normalisation does depend on the batch size.",
        "Layer normalisation doesn't depend on the batch size.",
    ),
]
COMPATIBLE = [
    (
        "BERT-base has 12 layers and 110M parameters.",
        "BERT-large has 24 layers and 340M parameters.",
    ),
    (
        "BERT-base has 12 layers and 110M parameters.",
        "BERT-base has 12 layers and 110M parameters.",
    ),
    (
        "The model has 7,000 tokens in its vocabulary.",
        "The model has 7000 tokens in its vocabulary.",
    ),
    (
        "See table 3 for the results of the ablation study.",
        "See table 4 for the results of the ablation study.",
    ),
    ("第 2 步把各步的损失相加得到总损失。", "第 3 步把各步的损失相加得到总损失。"),
    (
        "In 2019 the revenue of the firm was 5 million.",
        "In 2020 the revenue of the firm was 6 million.",
    ),
    ("层数：12", "层数：24"),
    ("LSTM has three gates and a cell state.", "GRU has two gates and no cell state."),
    (
        "GPT-2 uses learned absolute positions in every layer.",
        "GPT-3 uses learned absolute positions in every layer.",
    ),
    (
        "The KV cache grows linearly with the sequence.",
        "Quantisation never changes the size of the vocabulary.",
    ),
]


@pytest.mark.parametrize(("sentence", "other"), CONTRADICTING)
def test_sentences_that_differ_by_one_number_or_negation_contradict_each_other(
    sentence: str, other: str
) -> None:
    assert contradicts(sentence, other) and contradicts(other, sentence)


@pytest.mark.parametrize(("sentence", "other"), COMPATIBLE)
def test_sentences_on_other_things_or_with_other_labels_do_not_contradict_each_other(
    sentence: str, other: str
) -> None:
    assert not contradicts(sentence, other) and not contradicts(other, sentence)
