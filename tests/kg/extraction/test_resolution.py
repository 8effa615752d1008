"""Names that the notes call one thing by are one concept; an ambiguous abbreviation stays so."""

import pytest

from kg.extraction.annotate import annotate
from kg.extraction.cache import ExtractionCache
from kg.extraction.corpus import read_corpus
from kg.extraction.resolution import Resolution
from kg.names import NameIndex
from tests.kg.extraction.vaults import annotate_texts, edges_of, extract_texts, make_note, names_of

TWO_MEANINGS = (
    "**Linear Discriminant Analysis (LDA)** projects.",
    "**Latent Dirichlet Allocation (LDA)** samples.",
)


def resolve(*texts: str) -> Resolution:
    return read_corpus(tuple(annotate_texts(texts)), ExtractionCache()).resolution


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
def test_names_that_a_text_gives_together_are_one_concept(text: str, names: set[str]) -> None:
    assert names in names_of(extract_texts(text)[0])


def test_similar_names_stay_apart() -> None:
    concepts, _ = extract_texts(
        "**Multi-Query Attention** is one. **Grouped-Query Attention** is another. "
        "**Multi-Head Attention** too."
    )
    assert len(concepts) == 3


def test_spelling_number_and_case_do_not_matter() -> None:
    concepts, _ = extract_texts(
        "## What is weight initialisation?\n\nText.",
        "## Weight initialization\n\nText.",
        "**Weight initializations** are.",
    )
    assert len(concepts) == 1


def test_an_abbreviation_of_two_things_means_both() -> None:
    concepts, _ = extract_texts(*TWO_MEANINGS)
    assert len(NameIndex(concepts).resolve("LDA")) == 2


def test_an_ambiguous_abbreviation_means_what_its_note_says() -> None:
    resolution = resolve(*TWO_MEANINGS, "LDA is ambiguous here.")
    meanings = [resolution.resolve(note, ["lda"]) for note in range(3)]
    names = [[resolution.concepts[number].full for number in found] for found in meanings]
    linear, latent = ("Linear Discriminant Analysis",), ("Latent Dirichlet Allocation",)
    assert names[:2] == [[linear], [latent]] and sorted(names[2]) == [latent, linear]


def test_a_sentence_relates_what_an_ambiguous_abbreviation_means_in_its_note() -> None:
    linear, latent = TWO_MEANINGS
    text = f"{linear}\n\n**Flexible Analysis (FDA)** is there.\n\nFDA improves on LDA."
    _, relations = extract_texts(text, latent)
    assert "linear-discriminant-analysis evolves_to fda" in edges_of(relations)


@pytest.mark.parametrize(
    ("texts", "is_concept"),
    [
        (["The **GRU** is small. A GRU has gates."], True),
        (["The **GRU** is small."], False),
        (["See [[GRU]].", "Read [[GRU]]."], True),
        (["See [[GRU]]."], False),
        (["---\ntags: [gru]\n---\n\nA GRU.", "A GRU too."], True),
        (["---\ntags: [gru]\n---\n\nA GRU. The GRU."], False),
        (["**GRU**: has gates.", "The **GRU** is small."], True),
        (["**GRU**: has gates."], False),
    ],
)
def test_a_term_that_is_marked_less_surely_is_a_concept_if_mentioned_enough(
    texts: list[str], is_concept: bool
) -> None:
    assert bool(resolve(*texts).concepts) is is_concept


def test_a_title_that_enumerates_things_makes_a_note_about_each() -> None:
    text = "# LSTM and GRU\n\nAn LSTM has gates. A GRU has fewer.\n"
    resolution = read_corpus((annotate(make_note(text)),), ExtractionCache()).resolution
    [subjects] = resolution.subjects
    assert [resolution.concepts[number].short for number in subjects] == [("LSTM",), ("GRU",)]
