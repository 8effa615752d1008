"""What an extraction remembers, and that it is the same as without."""

from hypothesis import given, settings

from kg.curation.reader import NOTHING_CURATED
from kg.extraction.cache import ExtractionCache
from kg.extraction.pipeline import extract
from tests.kg.extraction.vaults import RANDOM_TEXTS, annotate_texts


def test_what_is_remembered_of_a_note_counts_until_its_text_changes() -> None:
    cache = ExtractionCache()
    [before], [after] = annotate_texts(["Text."]), annotate_texts(["Other text."])
    cache.put("mentions", before, [1, 2])
    assert ExtractionCache(cache.texts).get("mentions", before) == [1, 2]
    assert cache.get("mentions", after) is None and cache.get("stated", before) is None


def test_notes_that_are_gone_are_forgotten() -> None:
    cache, notes = ExtractionCache(), annotate_texts(["Text.", "More text."])
    for note in notes:
        cache.put("mentions", note, [])
    cache.put_forms({"gru": ("GRU",)})
    cache.keep_only(["1.md"])
    assert cache.get("mentions", notes[0]) is None and cache.get("mentions", notes[1]) == []
    assert cache.get_forms() == {("gru", ("GRU",))}


@settings(deadline=None, max_examples=100)
@given(RANDOM_TEXTS, RANDOM_TEXTS)
def test_extraction_with_a_cache_equals_that_from_scratch(
    before: list[str], after: list[str]
) -> None:
    cache = ExtractionCache()
    extract(annotate_texts(before), NOTHING_CURATED, cache)
    cache = ExtractionCache(cache.texts)
    notes = annotate_texts(after)
    assert extract(notes, NOTHING_CURATED, cache) == extract(notes)
