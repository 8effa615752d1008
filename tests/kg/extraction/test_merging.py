"""Each pass merges names as it says, and leaves what it was given unchanged."""

from collections.abc import Iterable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extraction.annotations import NoteAnnotations
from kg.extraction.merging import (
    MergedNames,
    NameSets,
    Vocabulary,
    collect_name_groups,
    collect_vocabulary,
    expand_abbreviations,
    merge_groups,
    merge_kind_nouns,
    merge_languages,
    settle_expansions,
)
from tests.kg.extraction.vaults import annotate_texts, extract_texts, names_of

KEYS = st.sampled_from("abcdefgh")


def merge(notes: list[NoteAnnotations], vocabulary: Vocabulary) -> MergedNames:
    """Return the names after the passes on groups and abbreviations."""
    groups = collect_name_groups(notes)
    return expand_abbreviations(groups, vocabulary, merge_groups(groups, vocabulary))


def sets_of(sets: NameSets, keys: Iterable[str]) -> set[frozenset[str]]:
    """Return the sets that these keys are divided into."""
    members: dict[str, set[str]] = {}
    for key in keys:
        members.setdefault(sets.root(key), set()).add(key)
    return set(map(frozenset, members.values()))


@given(st.lists(st.lists(KEYS, min_size=1, max_size=3), max_size=8), st.randoms())
def test_sets_and_their_roots_do_not_depend_on_the_order_of_joining(
    joins: list[list[str]], random: Random
) -> None:
    first, second = NameSets(), NameSets()
    for keys in joins:
        first.join(keys)
    for keys in random.sample(joins, len(joins)):
        second.join(random.sample(keys, len(keys)))
    assert sets_of(first, "abcdefgh") == sets_of(second, "abcdefgh")
    for members in sets_of(first, "abcdefgh"):
        assert {first.root(key) for key in members} == {min(members)}
        assert {second.root(key) for key in members} == {min(members)}


def test_joining_in_a_copy_of_sets_leaves_the_first_as_they_were() -> None:
    sets = NameSets()
    sets.join("ab")
    copied = sets.copy()
    copied.join("bc")
    assert copied.root("c") == "a" and sets.root("c") == "c" and sets.root("b") == "a"


def test_the_most_frequent_spelling_counts_then_the_alphabetically_first() -> None:
    notes = annotate_texts(["**gru** and **GRU** and **GRU**.", "**Lstm** and **LSTM**."])
    assert collect_vocabulary(notes).spellings == {"gru": "GRU", "lstm": "LSTM"}


def test_an_abbreviation_is_expanded_to_every_full_name_it_is_given_with() -> None:
    notes = annotate_texts(
        ["**Latent Allocation (LDA)** is.", "**Linear Analysis (LDA)** is.", "**GRU** is."]
    )
    names = merge(notes, collect_vocabulary(notes))
    assert names.expansions == {"lda": {"latentallocation", "linearanalysis"}}


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (
            ["**Attention** is.", "**Attention mechanism** is."],
            [{"Attention", "Attention mechanism"}],
        ),
        (["**BERT** is.", "**BERT model** is."], [{"BERT", "BERT model"}]),
        (["**Neural network** is.", "**Neural** is."], [{"Neural"}, {"Neural network"}]),
    ],
    ids=["a full name", "an abbreviation", "not clear without it"],
)
def test_names_that_differ_by_a_kind_noun_are_merged(
    texts: list[str], names: list[set[str]]
) -> None:
    assert sorted(names_of(extract_texts(*texts)[0]), key=sorted) == names


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (
            ["**Supervised Fine-Tuning (SFT)** trains.", "**监督微调（SFT）** 训练模型。"],
            {"Supervised Fine-Tuning", "SFT", "监督微调"},
        ),
        (
            ["**Policy Optimizer (PO)** is.", "**Policy Optimization (PO)** is."],
            {"Policy Optimizer", "Policy Optimization", "PO"},
        ),
        (
            ["**Gated Unit (GU)** is.", "**Gated Recurrent Unit (GU)** is."],
            {"Gated Unit", "Gated Recurrent Unit", "GU"},
        ),
    ],
    ids=["two languages", "two endings", "one word more"],
)
def test_names_of_one_abbreviation_that_mean_the_same_are_merged(
    texts: list[str], names: set[str]
) -> None:
    assert names_of(extract_texts(*texts)[0]) == [names]


def test_a_pass_changes_nothing_that_it_was_given() -> None:
    notes = annotate_texts(
        [
            "**Supervised Fine-Tuning (SFT)** is. **BERT model** is.",
            "**监督微调（SFT）** 是。 **BERT** 是。",
        ]
    )
    vocabulary = collect_vocabulary(notes)
    before = merge(notes, vocabulary)
    sets, expansions = sets_of(before.sets, vocabulary.spellings), dict(before.expansions)
    after = settle_expansions(merge_languages(vocabulary, merge_kind_nouns(vocabulary, before)))
    assert sets_of(before.sets, vocabulary.spellings) == sets
    assert before.expansions == expansions
    assert len(sets_of(after.sets, vocabulary.spellings)) == len(sets) - 1
    assert len(after.expansions["sft"]) == 1 and len(expansions["sft"]) == 2
    assert after.expansions["bert"] == {"bertmodel"} and "bert" not in expansions
