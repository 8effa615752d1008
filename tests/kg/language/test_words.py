"""The word lists are well formed, and both languages have the lists that both need."""

import re
from types import ModuleType

import pytest

from kg.language import en, zh

# Lists that the grammar of one language needs and that of the other does not.
ENGLISH_ONLY = {
    "SURE_KIND_NOUNS",
    "ABBREVIATION",
    "ARTICLES",
    "CLAUSE_OPENERS",
    "CONSISTS_OF",
    "CONTRACTED_NEGATION",
    "EASED",
    "FILLERS",
    "LAYERS",
    "NOUN_ENDS",
    "PARTS",
    "QUESTION_OPENERS",
    "SINGULAR_ENDINGS",
    "STOP_WORDS",
    "TAIL_OPENERS",
    "WHAT_DOES_VERBS",
    "WHICH_DOES_VERBS",
    "YES_NO_OPENERS",
}
CHINESE_ONLY = {
    "ASKED_FACETS",
    "BECOMES",
    "DERIVES",
    "FACETS",
    "HEADING_ENDS",
    "IS",
    "LIST_CONJUNCTIONS",
    "NAME_OPENERS",
    "NOT_LAST_IN_NAMES",
    "NOT_OF_NAMES",
    "NUMERALS",
    "QUESTION_SIGNS",
    "QUESTION_WORDS",
    "THAT_IS",
    "YES_NO_SIGNS",
}


def lists_of(module: ModuleType) -> dict[str, object]:
    return {name: value for name, value in vars(module).items() if name.isupper()}


def test_both_languages_have_the_same_lists() -> None:
    assert lists_of(en).keys() - lists_of(zh).keys() == ENGLISH_ONLY
    assert lists_of(zh).keys() - lists_of(en).keys() == CHINESE_ONLY


@pytest.mark.parametrize("module", [en, zh], ids=["en", "zh"])
def test_every_entry_is_a_regular_expression_and_none_is_listed_twice(module: ModuleType) -> None:
    for name, value in lists_of(module).items():
        if isinstance(value, tuple | frozenset) and name != "SINGULAR_ENDINGS":
            assert len(value) == len(set(value)), f"{name} lists a word twice"
            for word in value:
                assert word and word == word.strip() and re.compile(word), f"{name}: {word!r}"


def test_chinese_words_are_in_the_chinese_module_only() -> None:
    assert not re.search("[一-鿿]", str(lists_of(en)))


def test_pronouns_and_labels_of_requirements_are_distinct_between_the_languages() -> None:
    for name in ("PRONOUNS", "REQUIRES_KEYS", "REQUIRES_LABELS", "GENERAL_NAMES"):
        assert set(getattr(en, name)).isdisjoint(getattr(zh, name))
