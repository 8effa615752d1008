"""An index is rebuilt on request, whatever state it is in."""

from pathlib import Path

from rag.indexing.update import update_index
from tests.indexes import ZEBRA, passage_texts, sync_notes


def rebuild(path: Path) -> None:
    update_index(str(path), None, None, lambda done, total: None, rebuild=True)


def test_rebuilding_mends_a_damaged_index_and_leaves_concepts_yaml_alone(notes: Path) -> None:
    sync_notes(notes)
    (notes / ".kbase" / "index.sqlite").write_bytes(b"garbage" * 1000)
    (notes / "concepts.yaml").write_text("concepts:\n  gru: {name: GRU}\n")
    rebuild(notes)
    assert list(passage_texts(notes)) == ["attention.md"]
    assert (notes / "concepts.yaml").exists()


def test_a_rebuilt_index_holds_what_was_indexed_before(notes: Path) -> None:
    (notes / "zebra.md").write_text(ZEBRA)
    update_index(str(notes / "zebra.md"), None, None, lambda done, total: None)
    rebuild(notes / "zebra.md")
    assert list(passage_texts(notes)) == ["zebra.md"]
