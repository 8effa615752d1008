"""Prerequisites that follow from which concept's text mentions which other concept."""

from kg.types import Origin
from tests.kg.extraction.vaults import edges_of, extract_texts


def test_a_concept_that_the_text_of_another_mentions_is_at_least_suggested() -> None:
    _, relations = extract_texts(
        "# Softmax\n\nA softmax makes probabilities.",
        "# Attention\n\nAttention is a softmax over scores. The softmax is applied.",
    )
    assert edges_of(relations, Origin.MENTION) == {"softmax prerequisite_of attention"}
