"""Define the types of retrieval and answering, in the order they arise: Passage, Hit, Answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from kg.language.detect import Language
from kg.text import Printable, format_location
from kg.types import Concept, LocalizedText


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """A concept to know first, with the reason of the relation by which it is needed."""

    concept: Concept
    why: LocalizedText


@dataclass(frozen=True, slots=True)
class Background:
    """The concepts a question names and what to know before them.

    `prerequisites` are the nearest few in learning order; `further` counts those left out.
    """

    concepts: tuple[Concept, ...]
    prerequisites: tuple[Prerequisite, ...]
    further: int


class BlockKind(Enum):
    """What a block is. Its parts are sentences in prose, items in a list, rows in a table."""

    PROSE = "prose"
    LIST = "list"
    TABLE = "table"
    MATH = "math"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class BlockPart:
    """Sentences `first` to `last` of a passage: one sentence, item, row, formula or piece of code.

    `start` and `end` are character offsets into the note and include an item's marker; `indent`
    counts columns.
    """

    first: int
    last: int
    start: int
    end: int
    indent: int


@dataclass(frozen=True, slots=True)
class Block:
    """Adjacent parts of one kind, in order. The first part of a `headed` table is its header."""

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

    @property
    def characters(self) -> int:
        """Return the length of the block in the note."""
        return self.end - self.start


class SearchMode(Enum):
    """The signals that rank passages: vectors, words, or both."""

    HYBRID = "hybrid"
    DENSE = "dense"
    KEYWORD = "keyword"


@dataclass(frozen=True, slots=True)
class Sentence:
    """The smallest unit that is quoted: a sentence, a table row, a formula, a block of code.

    `start` and `end` are character offsets into the note; `text` is what a reader sees of it,
    without markup.
    """

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a note that is retrieved as a whole: a section, or a part of a long section.

    `text` is the note's characters from `start` up to `end`, unchanged; it includes the line of
    the heading. Lines `first` to `last` are 1-based and inclusive. `page` is the page of a PDF
    file or the cell of a notebook, 0 where there is neither. `language` is that of the prose.
    """

    path: str
    heading: tuple[str, ...]
    start: int
    end: int
    first: int
    last: int
    text: str
    sentences: tuple[Sentence, ...]
    language: Language
    page: int = 0

    @property
    def indexed_text(self) -> str:
        """Return what is encoded and matched: the heading trail, then the text without markup."""
        return "\n".join(
            ([" > ".join(self.heading)] if self.heading else [])
            + [sentence.text for sentence in self.sentences]
        )

    @property
    def indexed_sentences(self) -> list[str]:
        """Return what is encoded of each sentence: the last heading, then the sentence.

        Without the heading many items do not say what they are about.
        """
        return ["\n".join((*self.heading[-1:], sentence.text)) for sentence in self.sentences]

    @property
    def title(self) -> str:
        """Return the heading right above the passage; empty when there is none."""
        return self.heading[-1] if self.heading else ""

    @property
    def location(self) -> str:
        return format_location(self.path, self.first, self.last, self.page)


@dataclass(frozen=True, slots=True)
class ScoreBreakdown:
    """The parts of a score; each is 0 for a passage no nearer than the notes at large.

    `terms` are the question's terms found in the passage, the rarest first. `rerank` is the
    cross-encoder's score where one was used; it then decided the order.
    """

    dense: float
    sentence: float
    keyword: float
    terms: tuple[str, ...]
    rerank: float | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was retrieved. Scores are higher for better.

    `sentence_scores` belong to `passage.sentences`, one each.
    """

    passage: Passage
    score: float
    why: ScoreBreakdown
    sentence_scores: tuple[float, ...]


class Hits(list[Hit]):
    """The hits of one query, best first. `notices` tell the person about files that changed."""

    def __init__(self, hits: Iterable[Hit], *, query: str, notices: tuple[str, ...] = ()) -> None:
        super().__init__(hits)
        self.query = query
        self.notices = notices


class AnswerKind(Enum):
    """The kind of answer that a question asks for.

    A comparison needs two sides, steps are in order, a list has several things, a reason says
    why, a definition says what something is; a fact is anything else.
    """

    COMPARISON = "comparison"
    STEPS = "steps"
    LIST = "list"
    FORMULA = "formula"
    NUMBER = "number"
    REASON = "reason"
    DEFINITION = "definition"
    FACT = "fact"


@dataclass(frozen=True, slots=True)
class Citation:
    """A verbatim quote and its location: characters `start` to `end`, lines `first` to `last`."""

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

    Text from a language model is no quote: `support`, from 0 to 1, is how much of it the cited
    passages say, and `supported` whether that is enough.
    """

    text: str
    cites: tuple[int, ...]
    support: float = 1.0
    supported: bool = True


@dataclass(frozen=True, slots=True)
class Answer(Printable):
    """What the notes say to a question; without statements, that they do not cover it.

    `kind` is the kind of answer that the question asks for. `confidence` is from 0 to 1.
    `disagreements` are pairs of ids of citations that contradict each other. `nearest` holds
    heading trails when nothing was found. `notices` tell the person about files that changed
    since they were indexed. `model` names the language model that wrote the statements, if any.
    """

    question: str
    kind: AnswerKind
    language: Language
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    disagreements: tuple[tuple[int, int], ...]
    confidence: float
    nearest: tuple[tuple[str, ...], ...]
    notices: tuple[str, ...]
    hits: tuple[Hit, ...]
    background: Background
    model: str = ""

    @property
    def found(self) -> bool:
        return bool(self.statements)

    @property
    def quote_language(self) -> Language:
        """Return the language of the quotes if all are in one, else that of the answer."""
        languages = {citation.passage.language for citation in self.citations}
        return languages.pop() if len(languages) == 1 else self.language


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What an index holds, the engine that made it, and the paths of notes that changed since.

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
    """Lines of a note as they are now. `location` is the `FILE:FIRST-LAST` that was asked for."""

    location: str
    text: str
