"""Search: what ranks first and why, in every mode."""

from pathlib import Path

import numpy as np
import pytest

from kg.errors import QuestionError
from rag.index.graph import concepts_in
from rag.index.location import IndexLocation
from rag.index.reader import Index
from rag.indexing.sync import sync
from rag.question import LONGEST_QUESTION
from rag.retrieval.search import search
from rag.retrieval.synonyms import find_synonyms
from rag.types import SearchMode
from tests.conftest import BagOfWords


@pytest.mark.parametrize("mode", list(SearchMode))
def test_the_passage_that_holds_the_words_comes_first_in_every_mode(
    index: Index, mode: SearchMode
) -> None:
    hits = search(index, "what does dropout do at test time", 3, mode)
    assert hits[0].passage.heading == ("Regularisation", "What does dropout do?")
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_hybrid_score_is_its_parts_less_what_unrelated_questions_reach(index: Index) -> None:
    for hit in search(index, "softmax 方差", 3):
        level = index.levels.of("zh", hit.passage.language)
        parts = 0.40 * hit.why.dense + 0.42 * hit.why.sentence + 0.18 * hit.why.keyword
        assert hit.score == pytest.approx(parts - level)


def test_a_dense_score_is_the_cosine_in_the_neutral_space(index: Index) -> None:
    query = index.encode_question("dropout")
    stored = {one.passage: one for one in index.passages(range(10)).values()}
    hits = search(index, "dropout", 3, SearchMode.DENSE)
    assert len(hits) == 3
    for hit in hits:
        assert hit.score == pytest.approx(float(query @ stored[hit.passage].vector), abs=1e-5)
    assert np.allclose(
        [hit.score for hit in hits],
        [score for _, score in index.vectors.nearest(query, 3)],
        atol=2e-3,
    )


def test_keyword_mode_finds_nothing_where_no_word_stands(index: Index) -> None:
    assert search(index, "zebra crossing", 5, SearchMode.KEYWORD) == []


def test_why_names_the_words_that_were_found_rarest_first(index: Index) -> None:
    (hit, *_) = search(index, "zebra dropout test", 1)
    assert hit.why.terms == ("dropout", "test")


def test_the_same_question_gives_the_same_hits(index: Index) -> None:
    assert search(index, "GRU 门") == search(index, "GRU 门")


@pytest.mark.parametrize("question", ["", "  \n ", "?!。？", "😀😀", "a" * (LONGEST_QUESTION + 1)])
def test_a_question_with_nothing_to_look_for_is_refused(index: Index, question: str) -> None:
    with pytest.raises(QuestionError):
        search(index, question)


@pytest.mark.parametrize(
    "question",
    ['"', '" OR 1', "NEAR(a b)", "terms:x", "a*", "-- ;DROP TABLE passages", "\x00a", "\ud800 a"],
)
def test_what_means_something_to_sqlite_is_only_text(index: Index, question: str) -> None:
    if any(letter.isalnum() for letter in question):
        search(index, question, 3)
        search(index, question, 3, SearchMode.KEYWORD)


def test_a_concept_is_found_by_any_of_its_names_and_nothing_scores_less(
    notes: Path, words: BagOfWords
) -> None:
    place = IndexLocation(notes, notes / ".kbase")
    sync(place, encoder=words)
    with Index(place, words) as plain:
        before = {
            hit.passage.heading: hit.score for hit in search(plain, "what is a renewal gate", 10)
        }
    entry = "concepts:\n  update-gate: {name: {en: Renewal Gate, zh: 更新门}}\n"
    (notes / "concepts.yaml").write_text(entry, encoding="utf-8")
    sync(place, encoder=words)
    with Index(place, words) as named:
        after = {
            hit.passage.heading: hit.score for hit in search(named, "what is a renewal gate", 10)
        }
    gained = {heading for heading in after if after[heading] > before[heading] + 0.01}
    assert gained == {("注意力", "GRU 有哪些门？")}
    assert all(after[heading] >= before[heading] - 1e-6 for heading in before)


def test_the_names_that_come_with_kbase_find_concepts_in_any_notes(index: Index) -> None:
    found = index.lexical.synonym_postings(
        [
            (words, names)
            for words, names in find_synonyms(index, "does an update gate forget?")
            if "update" in words
        ]
    )
    passages = index.passages(found["update"])
    assert [one.passage.heading for one in passages.values()] == [("注意力", "GRU 有哪些门？")]
    assert "forget" not in found


def test_the_longest_question_of_many_different_words_is_searched(index: Index) -> None:
    question = " ".join(f"w{number}" for number in range(700))[:LONGEST_QUESTION] + " dropout"
    assert search(index, question[-LONGEST_QUESTION:], 3)
    assert list(concepts_in(index, question)) == ["dropout"]
    assert search(index, "".join(map(chr, range(0x4E00, 0x4E00 + LONGEST_QUESTION))), 3)
