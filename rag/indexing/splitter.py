"""Note → passages of sentences, every one at its exact place. Nothing is rewritten: a passage is a slice of the note."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from kg.language.detect import CJK_RUN, Language, detect_language, estimate_tokens
from kg.notes.front_matter import FrontMatter
from kg.notes.inline import LONE_LINK
from kg.notes.markdown import BlockKind, Section
from kg.notes.note import Note
from kg.notes.sentences import split_sentences
from rag.types import Passage, Sentence

SPLIT_VERSION = 7  # raised whenever the same note comes to be read, split, encoded or put into terms otherwise: indexes then follow
_UNTITLED = {"readme", "index", "untitled", "note", "notes", "未命名", "无标题"}
_LETTER = re.compile(r"[^\W\d_]")
_SAID = 6  # words
LONGEST_PASSAGE = (
    300  # tokens; with its heading trail a passage stays within the 512 of the small encoders
)


def split_note(note: Note) -> list[Passage]:
    """The passages of a note, in reading order: none overlaps another, none is without a word, as rows of numbers are."""
    sections: Sequence[Section] = note.sections()
    if all(
        section.top != 1 for section in sections
    ):  # in Obsidian the name of a note is its title, and stands nowhere in it
        title = (named,) if (named := FrontMatter(note).title) else note_title(note.path)
        sections = [replace(section, heading=(*title, *section.heading)) for section in sections]
    language = detect_language(
        "\n".join(
            block.text
            for section in sections
            for block in section.blocks
            if block.kind is BlockKind.PROSE
        )
    )
    return [
        one
        for section in sections
        for one in _passages(note, section, language)
        if _LETTER.search(one.text)
    ]


def note_title(path: str) -> tuple[str, ...]:
    """What the name of a note says it is about, as a heading trail: that of its folder, where the name says nothing.

    >>> note_title("RNN/门.md"), note_title("RNN/README.md"), note_title("2024-01-01.md")
    (('门',), ('RNN',), ())
    """
    *folders, name = PurePosixPath(path).with_suffix("").parts
    named = [one for one in (name, *reversed(folders)) if one.casefold() not in _UNTITLED]
    return (named[0],) if named and re.search(r"[^\W\d_]", named[0]) else ()


def _passages(note: Note, section: Section, language: Language) -> Iterator[Passage]:
    start = section.start  # the heading's line goes with the first passage
    sentences: list[Sentence] = []
    prose: list[str] = []
    size = 0

    def passage() -> Passage:
        end = sentences[-1].end
        first, last = note.line_range(start, end)
        page, spoken = note.page(sentences[0].start), _spoken("\n".join(prose), language)
        return Passage(
            note.path,
            section.heading,
            start,
            end,
            first,
            last,
            note.text[start:end],
            tuple(sentences),
            spoken,
            page,
        )

    for block in section.blocks:
        pieces = [Sentence(*piece) for piece in split_sentences(note.markdown, block)]
        weight = sum(estimate_tokens(piece.text) for piece in pieces)
        turned = bool(sentences and pieces) and note.page(sentences[-1].start) != note.page(
            pieces[0].start
        )
        if turned or (sentences and size + weight > LONGEST_PASSAGE):
            yield passage()
            start, sentences, prose, size = _line_start(note, pieces[0].start), [], [], 0
        for piece in pieces:
            if sentences and size + estimate_tokens(piece.text) > LONGEST_PASSAGE:
                yield passage()
                start, sentences, prose, size = piece.start, [], [], 0
            sentences.append(piece)
            size += estimate_tokens(piece.text)
            if block.kind is BlockKind.PROSE and not LONE_LINK.fullmatch(
                note.markdown, piece.start, piece.end
            ):
                prose.append(piece.text)
    if sentences:
        yield passage()


def _spoken(prose: str, language: Language) -> Language:
    """The language of a passage's prose; where that is a few names at most, as beside code, the note's."""
    return (
        detect_language(prose) if CJK_RUN.search(prose) or len(prose.split()) >= _SAID else language
    )


def _line_start(note: Note, offset: int) -> int:
    return note.lines.starts[note.lines.number(offset) - 1]
