"""Concepts get an id, names in order, a definition and the sections about them."""

import pytest

from kg.curation.reader import read_curated
from kg.types import AliasKind, Concept
from tests.kg.extraction.vaults import extract_texts


def gru_of(*texts: str) -> Concept:
    """Return the concept `gru` of these notes."""
    return next(concept for concept in extract_texts(*texts)[0] if concept.id == "gru")


@pytest.mark.parametrize(
    ("text", "id"),
    [
        ("**Gated Recurrent Unit (GRU)** has gates.", "gru"),
        ("**门控单元（gated unit）** 有门。", "gated-unit"),
        ("**门控单元** 有门。", "门控单元"),
    ],
)
def test_the_id_is_of_the_abbreviation_then_the_english_name_then_the_chinese(
    text: str, id: str
) -> None:
    assert [concept.id for concept in extract_texts(text)[0]] == [id]


def test_two_concepts_of_an_abbreviation_do_not_take_it_as_their_id() -> None:
    concepts, _ = extract_texts(
        "**Linear Discriminant Analysis (LDA)** projects.",
        "**Latent Dirichlet Allocation (LDA)** samples.",
    )
    assert {concept.id for concept in concepts} == {
        "linear-discriminant-analysis",
        "latent-dirichlet-allocation",
    }


def test_the_english_name_comes_first_and_further_names_are_synonyms() -> None:
    [concept], _ = extract_texts("**残差连接（Residual Connection，又称跳跃连接）** 把输入加上。")
    assert concept.label == "Residual Connection"
    assert [(alias.language, alias.kind) for alias in concept.aliases] == [
        ("en", AliasKind.FULL),
        ("zh", AliasKind.FULL),
        ("zh", AliasKind.SYNONYM),
    ]


def test_the_first_sentence_that_defines_a_concept_is_its_definition() -> None:
    concept = gru_of(
        "# Cells\n\n**GRU** is a cell. It is small.\n\n**GRU** is a cell again.",
        "# 单元\n\n**GRU** 是一种单元。\n",
    )
    assert (concept.definition.en, concept.definition.zh) == ("GRU is a cell.", "GRU 是一种单元。")


def test_the_sections_about_a_concept_ask_about_it_or_define_it() -> None:
    concept = gru_of(
        "# Cells\n\n## What is GRU?\n\nIt has gates.\n\n## More\n\n**GRU** is small.\n\n"
        "## Less\n\nA GRU again.\n"
    )
    assert [section.heading[-1] for section in concept.notes] == ["What is GRU?", "More"]


def test_a_curated_concept_gets_the_names_and_the_definition_that_it_lacks() -> None:
    curated = read_curated("version: 1\nconcepts:\n  cell: {name: GRU}\n", "concepts.yaml")
    [concept], _ = extract_texts("**Gated Recurrent Unit (GRU)** has gates.", curated=curated)
    assert concept.id == "cell"
    assert [alias.text for alias in concept.aliases] == ["GRU", "Gated Recurrent Unit"]
    assert concept.definition.en == "Gated Recurrent Unit (GRU) has gates."
