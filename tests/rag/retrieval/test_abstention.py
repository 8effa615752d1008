"""What raises the score that a passage needs for an answer."""

from rag.index.reader import Index
from rag.retrieval.abstention import assess
from rag.retrieval.search import search


def test_a_word_that_no_note_contains_raises_the_threshold(index: Index) -> None:
    known = assess(index, "dropout activation", search(index, "dropout activation"))
    unknown = assess(index, "dropout zebra", search(index, "dropout zebra"))
    assert unknown.threshold > known.threshold


def test_a_word_counts_as_missing_only_if_no_note_contains_a_translation(index: Index) -> None:
    # The notes contain 方差, a translation of variance.
    in_chinese = assess(index, "variance zebra", search(index, "variance zebra"))
    nowhere = assess(index, "horse zebra", search(index, "horse zebra"))
    assert in_chinese.threshold < nowhere.threshold


def test_without_a_hit_nothing_is_answered(index: Index) -> None:
    assert assess(index, "dropout", []).answers is False
