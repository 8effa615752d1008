"""The places that a curated file names are found in the notes as they are."""

from kg.curation.reader import read_curated
from kg.extraction.annotate import annotate
from kg.extraction.evidence import EvidenceFinder
from kg.extraction.pipeline import extract
from kg.types import Evidence, Origin, RelationKind
from tests.kg.extraction.vaults import extract_texts, make_note

CURATED = """
version: 1
concepts:
  recurrent:
    name: {en: Recurrent Neural Network}
    abbr: [RNN]
    notes: ["net#What is RNN?"]
  lstm: {name: LSTM}
relations:
  - from: recurrent
    to: lstm
    relation: prerequisite_of
    evidence:
      - {path: 0.md, heading: "What is RNN?", quote: "An RNN has a loop.\\nLSTM needs it."}
      - {path: 0.md, quote: "This is nowhere."}
"""
NOTE = (
    "---\nid: net\n---\n\n## What is RNN?\n\nAn RNN has a loop.\nLSTM needs it.\n\n## What is "
    "LSTM?\n\nLSTM improves on RNN.\n"
)


def test_curated_evidence_gets_its_lines_and_what_is_gone_is_stale() -> None:
    concepts, relations = extract_texts(NOTE, curated=read_curated(CURATED, "concepts.yaml"))
    [curated] = [
        relation
        for relation in relations
        if relation.kind is RelationKind.PREREQUISITE_OF and relation.origin is Origin.DECLARED
    ]
    found, stale = curated.evidence
    assert (found.first, found.last, found.heading) == (7, 8, ("What is RNN?",)) and found.found
    assert not stale.found
    assert [(section.first, section.last) for section in concepts[0].notes] == [(5, 8)]


def test_curated_evidence_in_a_copy_of_a_note_is_found() -> None:
    curated = read_curated(CURATED.replace("0.md", "copy.md"), "concepts.yaml")
    notes = [annotate(make_note(NOTE, path)) for path in ("copy.md", "a.md")]
    relations = extract(notes, curated)[1]
    paths = [place.path for relation in relations for place in relation.evidence if place.found]
    assert paths[0] == "copy.md"


def test_a_section_is_found_in_the_twin_at_the_same_position() -> None:
    chinese = "---\nid: net\n---\n\n## 什么是 RNN？\n\n有环。\n\n## 什么是 LSTM？\n\n有门。\n"
    notes = [annotate(make_note(NOTE, "en.md")), annotate(make_note(chinese, "zh.md"))]
    sections = EvidenceFinder(notes).find_section(Evidence("net", 0, 0, ("What is LSTM?",), ""))
    assert [(section.path, section.first, section.last) for section in sections] == [
        ("en.md", 10, 12),
        ("zh.md", 9, 11),
    ]


def test_a_note_without_a_heading_to_look_for_is_found_as_a_whole() -> None:
    finder = EvidenceFinder([annotate(make_note(NOTE, "notes/net.md"))])
    for name in ("net", "notes/net", "notes/net.md"):
        [section] = finder.find_section(Evidence(name, 0, 0, (), ""))
        assert (section.path, section.first) == ("notes/net.md", 1)
