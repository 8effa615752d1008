"""Names of terms are found in sentences, in other forms too."""

import pytest

from kg.extraction.cache import ExtractionCache
from kg.extraction.mentions import MentionFinder
from kg.names import Mention
from tests.kg.extraction.vaults import annotate_texts, edges_of, extract_texts


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("binary search trees", "a binary search tree"),
        ("Adam optimizer", "we use Adam here"),
        ("softmax 函数", "用 softmax 归一化"),
        ("hidden Markov models", "a hidden Markov chain"),
    ],
)
def test_a_term_is_mentioned_in_the_singular_and_without_its_kind_noun(
    term: str, text: str
) -> None:
    [mention] = MentionFinder([("key", term)]).find_in_text(text)
    assert mention.concepts == ("key",)


def test_a_form_that_is_another_term_mentions_that_one_alone() -> None:
    finder = MentionFinder([("adamoptimizer", "Adam optimizer"), ("adam", "Adam")])
    assert [mention.concepts for mention in finder.find_in_text("We use Adam.")] == [("adam",)]


def test_a_plural_title_is_mentioned_in_the_singular() -> None:
    _, relations = extract_texts(
        "# Binary search trees\n\nSorted.\n",
        "# AVL trees\n\nAn AVL tree is a binary search tree that stays balanced.\n",
    )
    assert "binary-search-trees prerequisite_of avl-trees" in edges_of(relations)


class CountingFinder(MentionFinder):
    """Counts the sentences that were searched."""

    searched = 0

    def find_in_text(self, text: str) -> list[Mention]:
        self.searched += 1
        return super().find_in_text(text)


def test_only_notes_that_a_new_term_may_occur_in_are_searched_again() -> None:
    notes, cache = annotate_texts(["GRU gates.", "LSTM gates.", "Neither."]), ExtractionCache()
    MentionFinder([("gru", "GRU")]).find_in_notes(notes, cache)
    finder = CountingFinder([("gru", "GRU"), ("lstm", "LSTM")])
    mentions = finder.find_in_notes(notes, cache)
    assert finder.searched == 1
    assert mentions == [
        [[Mention(("gru",), 0, 3)]],
        [[Mention(("lstm",), 0, 4)]],
        [[]],
    ]
