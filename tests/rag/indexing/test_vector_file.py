"""The vector file of an index: made again where it does not fit, extended while it may be."""

from pathlib import Path

import numpy as np
import pytest

from rag.index.vectors import VectorIndex
from tests.conftest import BagOfWords
from tests.indexes import ZEBRA, open_index, settings_of, sync_notes, write_sections


@pytest.mark.parametrize("harm", ["missing", "other", "garbage"])
def test_a_vector_file_that_does_not_fit_is_replaced_in_memory(notes: Path, harm: str) -> None:
    sync_notes(notes)
    (file,) = (notes / ".kbase").glob("vectors-*")
    if harm == "missing":
        file.unlink()
    elif harm == "garbage":
        file.write_bytes(b"garbage")
    else:
        chunk = (np.array([1]), np.ones((1, 64), np.float32))
        VectorIndex.build(lambda: [chunk], 1, 64).save(file)
    with open_index(notes) as index:
        assert len(index.vectors) == 3


def test_compressed_vectors_find_what_exact_ones_find(
    notes: Path, words: BagOfWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_sections(notes / "attention.md", 400)
    sync_notes(notes)
    question = words.encode_queries(["What section 7 says."])[0]
    with open_index(notes) as index:
        exact = index.nearest(question, 5)
    monkeypatch.setattr("rag.index.vectors.MAX_EXACT", 100)
    sync_notes(notes, remake=True)
    with open_index(notes) as index:
        assert not index.vectors.exact
        found = index.nearest(question, 5)
    assert [score for _, score in found] == pytest.approx([score for _, score in exact], abs=1e-3)


def test_compressed_vectors_are_extended_until_a_tenth_of_them_is_new(
    notes: Path, words: BagOfWords, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index.vectors.MAX_EXACT", 100)
    write_sections(notes / "many.md", 400)
    sync_notes(notes)
    built = settings_of(notes)
    (notes / "attention.md").write_text(ZEBRA)
    sync_notes(notes)
    question = words.encode_queries(["A zebra has stripes."])[0]
    with open_index(notes) as index:
        assert len(index.vectors) == index.settings.vectors == built.vectors + 1
        assert len(index.vectors) == len(index) + 3, "the vectors of three passages stay behind"
        assert index.settings.levels == built.levels
        ((best, _), *others) = index.nearest(question, 50)
        assert index.passages([best])[best].passage.path == "attention.md"
        assert len(others) == 49 and len(index.passages([id for id, _ in others])) == 49
    write_sections(notes / "attention.md", 50)
    sync_notes(notes)
    with open_index(notes) as index:
        assert len(index.vectors) == len(index) == index.settings.built_vectors


def test_background_levels_are_measured_again_once_a_tenth_of_the_passages_is_new(
    notes: Path,
) -> None:
    write_sections(notes / "attention.md", 60)
    sync_notes(notes)
    first = settings_of(notes)
    assert first.calibrated_passages == first.passages == 60
    for number, calibrated in ((1, 60), (12, 73)):
        sections = (f"# Zebra {at}\n\nStripes {at}." for at in range(number))
        (notes / f"{number}.md").write_text("\n\n".join(sections), encoding="utf-8")
        sync_notes(notes)
        assert settings_of(notes).calibrated_passages == calibrated
