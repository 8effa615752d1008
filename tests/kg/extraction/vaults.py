"""Small folders of notes, what is extracted from them, and a strategy for random ones."""

from collections.abc import Iterable

from hypothesis import strategies as st

from kg.curation.reader import NOTHING_CURATED, CuratedConcepts
from kg.extraction.annotate import annotate
from kg.extraction.annotations import NoteAnnotations
from kg.extraction.pipeline import extract
from kg.notes.note import Note
from kg.text import Lines
from kg.types import Concept, Origin, Relation

TERMS = (
    "RNN LSTM GRU MHA MQA GQA MLA Adam RMSProp Momentum AdaGrad BERT RoBERTa XGBoost LightGBM "
    "CatBoost GBDT Dropout"
).split()
# A note that makes every term a concept, so that a sentence elsewhere can mention it.
GLOSSARY = "\n\n".join(f"## What is {term}?\n\nSomething named {term}." for term in TERMS) + (
    "\n\n## What is overfitting?\n\nSomething named overfitting."
    "\n\n## 什么是过拟合？\n\n一种现象叫过拟合。\n\n## 什么是梯度消失？\n\n一种现象叫梯度消失。\n"
)

# Pieces of notes, so that random notes hold concepts and relations.
_MARKUP = (
    *("# ", "## What is ", "?\n\n", "## 什么是", "？\n\n", "\n\n", "\n", "- ", "**", "（", "）"),
    *("(", ")", ", ", "、", "。", ". ", " → ", "[[", "]]"),
    *("---\n", "requires: [", "]\n", "aliases: ", "id: n\n", "| a | b |\n|---|---|\n| ", " |\n"),
    *("```\n", "$x$", "`", "\r\n", "\r", "\u2028"),
)
_WORDS = (
    *("GRU", "LSTM", "RNN", "LDA", "Multi-Head Attention", "MHA", "多头注意力", "梯度消失"),
    *(" improves on ", " 改进自 ", " is a variant of ", " 是 ", " 的变体", " whereas "),
    *("Prerequisites", "前置知识：", "⟨0⟩", "⟪⟫", "⾃注意⼒", "\ud800", "a" * 70),
)
_TEXTS = st.lists(st.sampled_from((*_MARKUP, *_WORDS)) | st.text(max_size=6), max_size=30).map(
    "".join
)
# The texts of one to four notes.
RANDOM_TEXTS = st.lists(_TEXTS, min_size=1, max_size=4)


def make_note(text: str, path: str = "note.md") -> Note:
    """Return a note with this text, of which a file could not hold lone surrogates."""
    text = text.encode("utf-8", "replace").decode()
    return Note(path, text, "utf-8", b"", Lines.of(text))


def annotate_texts(texts: Iterable[str]) -> list[NoteAnnotations]:
    """Return the annotations of the notes `0.md`, `1.md` and so on with these texts."""
    return [annotate(make_note(text, f"{number}.md")) for number, text in enumerate(texts)]


def extract_texts(
    *texts: str, curated: CuratedConcepts = NOTHING_CURATED
) -> tuple[list[Concept], list[Relation]]:
    """Return the concepts and relations of the notes `0.md`, `1.md` and so on."""
    concepts, relations, _ = extract(annotate_texts(texts), curated)
    return concepts, relations


def names_of(concepts: Iterable[Concept]) -> list[set[str]]:
    """Return the names of each concept."""
    return [{alias.text for alias in concept.aliases} for concept in concepts]


def edges_of(relations: Iterable[Relation], *origins: Origin) -> set[str]:
    """Return relations as `source kind target`: those of some origins, or all."""
    return {
        f"{relation.source} {relation.kind.value} {relation.target}"
        for relation in relations
        if not origins or relation.origin in origins
    }
