"""The nouns of retrieval, in the order they come to be: Sentence, Passage, Hit, Citation, Answer."""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from kg.text import location

if TYPE_CHECKING:
    from rag.learning import Studied


class Mode(Enum):
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
    def reading(self) -> str:
        """What is encoded and matched: the heading trail, then the passage as a reader sees it."""
        return "\n".join(([" > ".join(self.heading)] if self.heading else []) + [one.text for one in self.sentences])

    @property
    def sentence_readings(self) -> list[str]:
        """What is encoded of each sentence: under its heading, without which many an item does not say what it is about."""
        return ["\n".join((*self.heading[-1:], one.text)) for one in self.sentences]

    @property
    def location(self) -> str:
        return location(self.path, self.first, self.last, self.page)


@dataclass(frozen=True, slots=True)
class Why:
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
    why: Why
    sentence_scores: tuple[float, ...]


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
        return location(self.passage.path, self.first, self.last, self.passage.page)


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
class Answer:
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
    studied: "Studied"
    model: str = ""

    @property
    def found(self) -> bool:
        return bool(self.statements)

    @property
    def quoted(self) -> str:
        """The language of the quotes: the question's, unless every one of them is in the other."""
        spoken = {one.passage.language for one in self.citations}
        return spoken.pop() if len(spoken) == 1 else self.language
