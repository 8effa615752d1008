"""Translations from the dictionary, and the passages and sentences found by them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from kg.errors import IndexDamaged
from rag.analyzer import analyze
from rag.bundled_data import bundled_path
from rag.index.location import IndexLocation
from rag.index.reader import Index
from rag.indexing.sync import sync
from rag.question import LONGEST_QUESTION
from rag.retrieval.dictionary import translate_words
from rag.retrieval.search import search
from tests.conftest import BagOfWords


@pytest.mark.parametrize(
    ("question", "word", "meaning"),
    [
        ("怎么避免过拟合", "避免", "avoid"),
        ("why does the gradient vanish", "gradient", "梯度"),
        (
            "when was the machine stopped",
            "stopped",
            "停止",
        ),  # Inflected, with its consonant doubled.
        ("two queries", "query", "查询"),
        ("which team won Super Bowl 50", "super bowl", "超级碗"),  # A phrase.
        ("Adam 的学习率 decay 是什么", "decay", "衰败"),  # English within Chinese.
        ("除以方差", "方差", "variance"),
    ],
)
def test_a_word_has_its_translations(question: str, word: str, meaning: str) -> None:
    assert tuple(analyze(meaning)) in translate_words(question)[tuple(analyze(word))]


@pytest.mark.parametrize(
    "question", ["", "?!", "为什么", "d_k", "qwertyuiop", "𠀀𠀁", "\x00", '" OR 1']
)
def test_text_without_known_words_has_no_translations(question: str) -> None:
    assert translate_words(question) == {}


def test_only_the_beginning_of_a_pasted_text_is_looked_up() -> None:
    found = translate_words("梯度 gradient " * (LONGEST_QUESTION // 12) + "方差")
    assert ("梯度",) in found and ("方差",) not in found


def test_a_damaged_dictionary_is_an_error_with_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "data" / "dictionary" / "cc-cedict.sqlite"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"no database" * 100)
    monkeypatch.setattr("rag.bundled_data.__file__", str(tmp_path / "bundled_data.py"))
    with pytest.raises(IndexDamaged, match=r"cc-cedict\.sqlite cannot be read") as caught:
        translate_words("which gradient")
    assert "install" in caught.value.hint


def test_the_dictionarys_words_are_spelled_as_terms() -> None:
    """Otherwise they are never found: rebuild the dictionary when the analyzer changes."""
    with closing(sqlite3.connect(bundled_path("dictionary/cc-cedict.sqlite"))) as database:
        words = [word for (word,) in database.execute("SELECT word FROM dictionary")]
    # Compounds are left out: their terms include those of their parts.
    english = [word for word in words if word.isascii() and "-" not in word]
    assert 50_000 < len(english) < len(words) - 50_000
    # A few words have no terms at all: ares becomes are, a stop word.
    assert sum(" ".join(analyze(word)) != word for word in english) < 100


def test_a_passage_is_found_by_its_words_in_the_other_language(
    tmp_path: Path, words: BagOfWords
) -> None:
    """The bag of words knows no language, so that the vectors of these notes say nothing."""
    for name, text in (
        ("train", "火车在车站等候乘客。"),
        ("rice", "煮米饭要用热水。"),
        ("bees", "蜜蜂采集花蜜。"),
    ):
        (tmp_path / f"{name}.md").write_text(f"# {name[0]}\n\n{text}\n", encoding="utf-8")
    location = IndexLocation(tmp_path, tmp_path / ".kbase")
    sync(location, encoder=words)
    with Index(location, words) as index:
        for question, name in (
            ("passengers at the station", "train"),
            ("cooking rice", "rice"),
            ("what do bees gather", "bees"),
        ):
            hits = search(index, question, 3)
            assert {hit.passage.path for hit in hits if hit.why.keyword > 0} == {f"{name}.md"}


def test_the_sentence_with_the_words_in_the_other_language_scores_most(
    tmp_path: Path, words: BagOfWords
) -> None:
    (tmp_path / "train.md").write_text(
        "# t\n\n雨下得很大。\n\n乘客在车站等候。\n\n煮米饭要用热水。\n", encoding="utf-8"
    )
    location = IndexLocation(tmp_path, tmp_path / ".kbase")
    sync(location, encoder=words)
    with Index(location, words) as index:
        (hit,) = search(index, "passengers at the station", 1)
    scored = zip(hit.sentence_scores, hit.passage.sentences, strict=True)
    _, best = max(scored, key=lambda pair: pair[0])
    assert best.text == "乘客在车站等候。"
    assert hit.why.terms == ("passenger",)


def test_a_word_is_unseen_when_no_note_contains_it_or_a_translation(index: Index) -> None:
    # The notes contain 方差 for variance and nothing for station; the last is no word.
    question = "variance station qwertyuiop"
    terms = index.lexical.term_weights(
        analyze(question),
        index.lexical.synonym_postings(translate_words(question).items(), limit=1),
    )
    assert terms.unseen == {"station", "qwertyuiop"} and terms.named == {"station"}
