"""The concepts in an index are those of its notes, however the notes came to be."""

import shutil
from pathlib import Path

from tests.indexes import query, sync_notes

RELATIONS = "SELECT * FROM relations ORDER BY source, target, kind"
CACHE = "SELECT name, text FROM memory"


def test_after_an_edit_the_graph_is_what_the_notes_give_from_scratch(notes: Path) -> None:
    (notes / "rnn.md").write_text("# RNN\n\n**Long Short-Term Memory (LSTM)** improves on RNN.\n")
    (notes / "gru.md").write_text("# GRU\n\nGRU is a variant of LSTM.\n")
    sync_notes(notes)
    before = dict(query(notes, CACHE))
    (notes / "gru.md").write_text("# GRU\n\nGRU evolved from LSTM.\n")
    sync_notes(notes)
    after = dict(query(notes, CACHE))
    assert before["mentions rnn.md"] == after["mentions rnn.md"] != ""
    assert before["stated gru.md"] != after["stated gru.md"]
    relations = query(notes, RELATIONS)
    shutil.rmtree(notes / ".kbase")
    sync_notes(notes)
    assert query(notes, RELATIONS) == relations
    assert ("lstm", "gru", "evolves_to") in {row[:3] for row in relations}
