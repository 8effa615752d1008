"""Everything that can go wrong for a person, each with what to do about it.

KbaseError
├── NotesError         the notes cannot be found or read
├── IndexMissing       there is nothing indexed here yet
├── IndexMismatch      the index was made by another engine or another version
├── IndexDamaged       the index cannot be read
├── IndexUnwritable    the index cannot be written: read-only, full, locked
├── ConceptError       a name means no concept, or several
├── EngineError        a model cannot be loaded: an engine, a cross-encoder, a language model
├── ExportError        a file cannot be written, or not in that format
├── NothingFound       looked, and there is nothing (exit code 3)
└── QuestionError      there is nothing in the question to look for (a usage error)
"""


class KbaseError(Exception):
    """A message that says what happened and where, and a hint that says what to do."""

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotesError(KbaseError):
    """The notes cannot be found or read."""


class IndexMissing(KbaseError):
    """There is nothing indexed here yet."""


class IndexMismatch(KbaseError):
    """The index was made by another engine or another version of kbase."""


class IndexDamaged(KbaseError):
    """The index cannot be read."""


class IndexUnwritable(KbaseError):
    """The index cannot be written: a read-only place, a full disk, another indexer at work."""


class ConceptError(KbaseError):
    """A name means no concept, or several."""


class EngineError(KbaseError):
    """A model cannot be loaded: an embedding engine, a cross-encoder, a language model."""


class ExportError(KbaseError):
    """A file cannot be written, or what is to be drawn does not fit its format."""


class NothingFound(KbaseError):
    """There is nothing of what was asked for."""

    exit_code = 3


class QuestionError(KbaseError):
    """There is nothing in the question to look for."""

    exit_code = 2


def first_line(error: BaseException) -> str:
    """What an error of any library says, in one line."""
    return next(iter(str(error).strip().splitlines()), "") or type(error).__name__
