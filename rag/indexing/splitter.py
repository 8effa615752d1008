"""Split a note into passages of sentences. A passage is a slice of the note, unchanged."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from kg.language.detect import CJK_RUN, Language, detect_language, estimate_tokens
from kg.notes.front_matter import FrontMatter
from kg.notes.inline import LONE_LINK
from kg.notes.markdown import Block, BlockKind, Section
from kg.notes.note import Note
from kg.notes.sentences import split_sentences
from rag.types import Passage, Sentence

# Raised whenever the same note is read, split, encoded or turned into terms differently: every
# index then reads its notes again.
SPLIT_VERSION = 7
# Tokens of a passage. With its headings it stays within the 512 of small encoders.
LONGEST_PASSAGE = 300
# Names of notes that say nothing about them.
_UNTITLED = {"readme", "index", "untitled", "note", "notes", "未命名", "无标题"}
_LETTER = re.compile(r"[^\W\d_]")
# Words from which prose without Chinese shows its language.
_ENOUGH_WORDS = 6


def split_note(note: Note) -> list[Passage]:
    """Split a note into passages, in reading order.

    None overlaps another, and none is without a letter, as rows of numbers are.
    """
    sections: Sequence[Section] = note.sections()
    if all(section.top != 1 for section in sections):
        # In Obsidian the name of a note is its title, and is nowhere in it.
        front_title = FrontMatter(note).title
        title = (front_title,) if front_title else note_title(note.path)
        sections = [replace(section, heading=(*title, *section.heading)) for section in sections]
    blocks = [block for section in sections for block in section.blocks]
    prose = "\n".join(block.text for block in blocks if block.kind is BlockKind.PROSE)
    language = detect_language(prose)
    return [
        passage
        for section in sections
        for passage in _split_section(note, section, language)
        if _LETTER.search(passage.text)
    ]


def note_title(path: str) -> tuple[str, ...]:
    """Return the title that a note's name gives it, as a heading trail; empty if it gives none.

    It is its folder's name where its own says nothing.

    >>> note_title("RNN/门.md"), note_title("RNN/README.md"), note_title("2024-01-01.md")
    (('门',), ('RNN',), ())
    """
    *folders, name = PurePosixPath(path).with_suffix("").parts
    titles = (part for part in (name, *reversed(folders)) if part.casefold() not in _UNTITLED)
    title = next(titles, "")
    return (title,) if _LETTER.search(title) else ()


@dataclass(slots=True)
class _Draft:
    """A passage that is still growing, from the character `start` of the note on."""

    start: int
    sentences: list[Sentence] = field(default_factory=list)
    prose: list[str] = field(default_factory=list)
    size: int = 0  # tokens

    def has_room(self, tokens: int) -> bool:
        return not self.sentences or self.size + tokens <= LONGEST_PASSAGE

    def finish(self, note: Note, heading: tuple[str, ...], language: Language) -> Passage:
        """Return the passage. `language` is the note's."""
        end = self.sentences[-1].end
        first, last = note.line_range(self.start, end)
        return Passage(
            note.path,
            heading,
            self.start,
            end,
            first,
            last,
            note.text[self.start : end],
            tuple(self.sentences),
            _detect_language("\n".join(self.prose), language),
            note.page(self.sentences[0].start),
        )


def _split_section(note: Note, section: Section, language: Language) -> Iterator[Passage]:
    """Yield a section in passages: cut between blocks where that is enough, else inside them."""
    draft = _Draft(section.start)  # the heading's line goes with the first passage
    for block in section.blocks:
        pieces = [Sentence(*piece) for piece in split_sentences(note.markdown, block)]
        if pieces and not _continues(note, draft, pieces):
            yield draft.finish(note, section.heading, language)
            draft = _Draft(_line_start(note, pieces[0].start))
        for piece in pieces:
            tokens = estimate_tokens(piece.text)
            if not draft.has_room(tokens):
                yield draft.finish(note, section.heading, language)
                draft = _Draft(piece.start)
            draft.sentences.append(piece)
            draft.size += tokens
            if _is_prose(note, block, piece):
                draft.prose.append(piece.text)
    if draft.sentences:
        yield draft.finish(note, section.heading, language)


def _continues(note: Note, draft: _Draft, pieces: Sequence[Sentence]) -> bool:
    """Tell whether a block belongs to the passage: there is room for it, and no page is turned."""
    if not draft.sentences:
        return True
    same_page = note.page(draft.sentences[-1].start) == note.page(pieces[0].start)
    return same_page and draft.has_room(sum(estimate_tokens(piece.text) for piece in pieces))


def _is_prose(note: Note, block: Block, piece: Sentence) -> bool:
    """Tell whether a sentence shows its language: prose that is more than a link."""
    return block.kind is BlockKind.PROSE and not LONE_LINK.fullmatch(
        note.markdown, piece.start, piece.end
    )


def _detect_language(prose: str, language: Language) -> Language:
    """Return the language of a passage's prose; the note's where that is but a few names.

    That is so beside code.
    """
    shows = CJK_RUN.search(prose) or len(prose.split()) >= _ENOUGH_WORDS
    return detect_language(prose) if shows else language


def _line_start(note: Note, offset: int) -> int:
    """Return where the line of a character begins."""
    return note.lines.starts[note.lines.number(offset) - 1]
