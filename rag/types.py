"""The nouns of retrieval, in the order they come to be: Sentence, Passage, Hit, Citation, Answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from kg.text import Printable, format_location
from kg.types import Concept, LocalizedText


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """A concept to know first, and why: the reason of the relation by which it is needed."""

    concept: Concept
    why: LocalizedText


@dataclass(frozen=True, slots=True)
class Background:
    """What an answer is about, and what to know before: the nearest few in learning order, and how many more there are."""

    concepts: tuple[Concept, ...]
    prerequisites: tuple[Prerequisite, ...]
    further: int


class BlockKind(Enum):
    """What a block is. The parts of prose are sentences, those of a list items, those of a table rows."""

    PROSE = "prose"
    LIST = "list"
    TABLE = "table"
    MATH = "math"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class BlockPart:
    """Sentences `first` to `last` of a passage; `start` and `end` in the note, an item's marker included; its indent."""

    first: int
    last: int
    start: int
    end: int
    indent: int


@dataclass(frozen=True, slots=True)
class Block:
    """Neighbouring parts of one kind, in order. Where a table is `headed`, its first part is the header."""

    kind: BlockKind
    parts: tuple[BlockPart, ...]
    headed: bool
    numbered: bool

    @property
    def start(self) -> int:
        return self.parts[0].start

    @property
    def end(self) -> int:
        return self.parts[-1].end


class SearchMode(Enum):
    """Which of the two signals ranks the passages."""

    HYBRID = "hybrid"
    DENSE = "dense"
    KEYWORD = "keyword"


@dataclass(frozen=True, slots=True)
class Sentence:
    """The smallest piece that is quoted: a sentence, a list item's sentence, a table row, a formula, a block of code.

    `start` and `end` are character offsets into the note; `text` is what a reader sees of it, without markup.
    """

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of a note that is found as one: a section, or a part of a long one, with its heading's line.

    `text` is the note's characters from `start` up to `end`, unchanged; lines are 1-based and inclusive. `page` is the page
    of a PDF file or the cell of a notebook that it stands on; 0 where there are none. `language` is that of its prose.
    """

    path: str
    heading: tuple[str, ...]
    start: int
    end: int
    first: int
    last: int
    text: str
    sentences: tuple[Sentence, ...]
    language: str
    page: int = 0

    @property
    def indexed_text(self) -> str:
        """What is encoded and matched: the heading trail, then the passage as a reader sees it."""
        return "\n".join(
            ([" > ".join(self.heading)] if self.heading else [])
            + [one.text for one in self.sentences]
        )

    @property
    def indexed_sentences(self) -> list[str]:
        """What is encoded of each sentence: under its heading, without which many an item does not say what it is about."""
        return ["\n".join((*self.heading[-1:], one.text)) for one in self.sentences]

    @property
    def location(self) -> str:
        return format_location(self.path, self.first, self.last, self.page)


@dataclass(frozen=True, slots=True)
class ScoreBreakdown:
    """What a score is made of; each part is 0 for a passage that is no nearer than the notes at large.

    `rerank` is what a cross-encoder said, where one was asked: then it gave the order.
    """

    dense: float
    sentence: float
    keyword: float
    terms: tuple[str, ...]
    rerank: float | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found. `sentence_scores` go with `passage.sentences`; higher is better."""

    passage: Passage
    score: float
    why: ScoreBreakdown
    sentence_scores: tuple[float, ...]


class Hits(list[Hit]):
    """The hits of one query, best first. `notices` are for the person: files that changed."""

    def __init__(self, hits: Iterable[Hit], *, query: str, notices: tuple[str, ...] = ()) -> None:
        super().__init__(hits)
        self.query = query
        self.notices = notices


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote and where it stands: the passage's note, characters `start` to `end`, lines `first` to `last`."""

    id: int
    passage: Passage
    start: int
    end: int
    first: int
    last: int
    quote: str

    @property
    def location(self) -> str:
        return format_location(self.passage.path, self.first, self.last, self.passage.page)


@dataclass(frozen=True, slots=True)
class Statement:
    """One piece of an answer and the ids of the citations that it rests on.

    A language model's is no quote: `support`, from 0 to 1, is how much of it the cited passages say, `supported` whether that
    is enough.
    """

    text: str
    cites: tuple[int, ...]
    support: float = 1.0
    supported: bool = True


@dataclass(frozen=True, slots=True)
class Answer(Printable):
    """What the notes say to a question, or, without statements, that they say nothing.

    `confidence` is from 0 to 1. `disagreements` are pairs of citations' ids whose quotes contradict each other. `nearest`
    holds heading trails, when nothing was found. `notices` are for the person: files that changed since they were indexed.
    `model` is the language model whose sentences these are, if one wrote them.
    """

    question: str
    language: str
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    disagreements: tuple[tuple[int, int], ...]
    confidence: float
    nearest: tuple[tuple[str, ...], ...]
    notices: tuple[str, ...]
    hits: tuple[Hit, ...]
    background: "Background"
    model: str = ""

    @property
    def found(self) -> bool:
        return bool(self.statements)

    @property
    def quote_language(self) -> str:
        """The language of the quotes: the question's, unless every one of them is in the other."""
        spoken = {one.passage.language for one in self.citations}
        return spoken.pop() if len(spoken) == 1 else self.language


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What an index holds, the engine it was made with, and the paths of notes that changed since.

    `languages` counts the passages in each language, the most frequent first.
    """

    notes: Path
    index: Path
    files: int
    passages: int
    languages: Mapping[str, int]
    engine: str
    fingerprint: str
    changed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoteLines:
    """Lines of a note as they are now; `location` is the `FILE:FIRST-LAST` that was asked for."""

    location: str
    text: str
