"""Read evaluation questions: each with the lines of the notes that answer it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kg.errors import NotesError
from kg.language.detect import detect_language
from rag.types import Passage

_FORM = '{"id", "question", "gold": [{"path", "lines": [first, last]}]}'


@dataclass(frozen=True, slots=True)
class GoldLines:
    """Lines of a note that answer a question, 1-based and inclusive."""

    path: str
    first: int
    last: int

    def overlaps(self, passage: Passage) -> bool:
        return (
            self.path == passage.path and self.first <= passage.last and passage.first <= self.last
        )


@dataclass(frozen=True, slots=True)
class EvaluationQuestion:
    """A question, the lines that answer it, and text that a right answer contains.

    `gold` is empty when the notes do not answer the question, `answer` when no text is expected.
    """

    id: str
    text: str
    gold: tuple[GoldLines, ...]
    answer: str

    def answered_by(self, passage: Passage) -> bool:
        return any(lines.overlaps(passage) for lines in self.gold)

    def direction(self, relevant: Iterable[Passage]) -> str:
        """Return the question's language and that of the passages that answer it: `en-zh`.

        If they are in both languages, or there are none, it is the question's own twice.
        """
        language = detect_language(self.text)
        answered_in = {passage.language for passage in relevant} or {language}
        return f"{language}-{language if language in answered_in else min(answered_in)}"


def read_questions(path: Path) -> list[EvaluationQuestion]:
    """Read the questions of a JSONL file. Raises NotesError, naming a line that is no question."""
    questions = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise NotesError(f"{path} cannot be read: {error}", "it is to be a JSONL file") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            questions.append(_parse_question(line, f"{path}:{number}"))
    if not questions:
        raise NotesError(f"{path} holds no questions", f"one a line: {_FORM}")
    return questions


def _parse_question(line: str, location: str) -> EvaluationQuestion:
    try:
        document = json.loads(line)
        gold = tuple(
            GoldLines(str(lines["path"]), int(lines["lines"][0]), int(lines["lines"][1]))
            for lines in document["gold"]
        )
        return EvaluationQuestion(
            id=str(document.get("id", location)),
            text=str(document["question"]),
            gold=gold,
            answer=str(document.get("answer", "")),
        )
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise NotesError(f"{location}: not a question: {error!r}", _FORM) from error
