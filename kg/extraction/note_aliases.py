"""Merge the front matter aliases of a note about one thing with its name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kg.extraction.annotations import NoteAnnotations, TermSource
from kg.extraction.merging import MergedNames, NoteMentions
from kg.extraction.terms.grammar import ABBREVIATION, is_term, split_names, term_key
from kg.extraction.terms.headings import names_one_thing

# Sources of terms that are surely concepts.
STRONG = {TermSource.TITLE, TermSource.HEADING, TermSource.DEFINED}


@dataclass(frozen=True, slots=True)
class NoteSubject:
    """What a note's title says it is about: a `single` thing with its names, or several."""

    names: tuple[tuple[str, ...], ...]
    single: bool


def note_subject(note: NoteAnnotations) -> NoteSubject:
    terms = tuple(term.names for term in note.terms if term.source is TermSource.TITLE)
    return NoteSubject(terms, len(terms) == 1 and names_one_thing(note.title))


def merge_aliases(
    notes: Sequence[NoteAnnotations],
    subjects: Sequence[NoteSubject],
    mentions: Sequence[NoteMentions],
    merged: MergedNames,
    abbreviations: set[str],
    expansions: dict[str, set[str]],
) -> None:
    """Merge the front matter aliases of a note about one thing.

    If they are a list of keywords, only its abbreviations are merged. It is one when some alias is
    certainly not another name of the thing: a term with a heading, definition or group of its own,
    one that a sentence mentions beside the thing, one that contains its name or is contained in it.
    """
    terms = {
        term
        for note in notes
        for term in note.terms
        if term.source in STRONG or len(term.names) > 1
    }
    own = {
        merged.root(key)
        for key in {term_key(name) for names in {term.names for term in terms} for name in names}
    }
    for note, subject, sentences in zip(notes, subjects, mentions, strict=True):
        keys = [term_key(item) for names in subject.names for item in names]
        full = [key for key in keys if key not in abbreviations]
        if not (subject.single and full and note.aliases):
            continue
        roots = {merged.root(key) for key in full}
        aliases = [
            (text, term_key(text))
            for alias in note.aliases
            for text in split_names(alias) or (alias,)
        ]
        others = [
            key
            for text, key in aliases
            if merged.root(key) not in roots and not _matches_initials(text, subject.names[0])
        ]
        certain = [
            key in own
            or merged.root(key) in own
            or not is_term(text)
            or any(item in key or key in item for item in full)
            for text, key in aliases
            if key in others
        ]
        beside = _roots_by_sentence(sentences, merged) if others and not any(certain) else []
        certain += [
            any(merged.root(key) in sentence and roots & sentence for sentence in beside)
            for key in others
        ]
        for text, key in aliases:
            if (
                key in abbreviations
                and key not in expansions
                and _matches_initials(text, subject.names[0])
            ):
                expansions[key] = {full[0]}
            elif key in others and not any(certain):
                merged.join((full[0], key))


def _roots_by_sentence(sentences: NoteMentions, merged: MergedNames) -> list[set[str]]:
    return [
        {merged.root(key) for mention in sentence for key in mention.concepts}
        for sentence in sentences
    ]


def _matches_initials(short: str, names: Sequence[str]) -> bool:
    """Tell whether an abbreviation has the first letters of one of the names' words.

    >>> _matches_initials("GRU", ("Gated Recurrent Unit",))
    True
    >>> _matches_initials("BM25", ("Retrieval-Augmented Generation",))
    False
    """
    letters = "".join(item for item in short.casefold() if item.isalpha())
    firsts = ("".join(word[0] for word in re.findall(r"\w+", name.casefold())) for name in names)
    return len(letters) > 1 and bool(ABBREVIATION.fullmatch(short)) and letters in set(firsts)
