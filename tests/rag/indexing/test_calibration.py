"""The background scores that are measured on the notes when they are indexed."""

import json
from pathlib import Path

import numpy as np
import pytest

from rag.embedding.centering import LANGUAGES, calibration_questions
from rag.index.location import IndexLocation
from rag.index.reader import Index
from rag.index.scoring import DENSE, SENTENCE, BackgroundLevels
from rag.indexing.sync import sync
from rag.retrieval.search import search
from tests.conftest import BagOfWords


def test_a_background_score_is_measured_for_each_pair_of_languages(index: Index) -> None:
    levels = index.levels
    assert set(levels.levels) == {
        (asked, answered) for asked in LANGUAGES for answered in LANGUAGES
    }
    assert levels.share("zh") + levels.share("en") == pytest.approx(1)


def test_a_background_score_is_the_median_of_what_unrelated_questions_reach_by_vectors(
    index: Index,
) -> None:
    level = index.levels.of("en", "en")
    best = []
    for _, question in calibration_questions():
        hits = [hit for hit in search(index, question, 10) if hit.passage.language == "en"]
        best.append(max(DENSE * hit.why.dense + SENTENCE * hit.why.sentence for hit in hits))
    assert level == pytest.approx(np.median(best), abs=2e-3)


def test_more_notes_have_a_higher_background_score(tmp_path: Path, words: BagOfWords) -> None:
    levels: list[BackgroundLevels] = []
    for count in (3, 60):
        notes = tmp_path / str(count)
        notes.mkdir()
        for number in range(count):
            (notes / f"{number}.md").write_text(
                f"number{number} how to what is river{number} cook{number}"
                f" the train of rice{number % 7}\n"
            )
        location = IndexLocation(notes, notes / ".kbase")
        sync(location, encoder=words)
        with Index(location, words) as index:
            levels.append(index.levels)
            assert json.loads(levels[-1].to_json())["counts"] == {"en": count}
    assert levels[0].of("en", "en") < levels[1].of("en", "en")
