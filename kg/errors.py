"""Define the errors that a person can meet, each with what to do about it.

KbaseError
├── NotesError         the notes cannot be found or read
├── IndexMissing       no notes are indexed here yet
├── IndexMismatch      another engine or another version made the index
├── IndexDamaged       the index cannot be read
├── IndexUnwritable    the index cannot be written: read-only, full, locked
├── ConceptError       a name means no concept, or several
├── EngineError        a model cannot be loaded: an engine, a cross-encoder, a language model
├── ExportError        a file cannot be written, or not in its format
├── NothingFound       nothing was found (exit code 3)
└── QuestionError      the question has nothing to search for (a usage error, exit code 2)
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
    """No notes are indexed here yet."""


class IndexMismatch(KbaseError):
    """Another engine or another version of kbase made the index."""


class IndexDamaged(KbaseError):
    """The index cannot be read."""


class IndexUnwritable(KbaseError):
    """The index cannot be written: the folder is read-only, the disk full, or the index locked."""


class ConceptError(KbaseError):
    """A name means no concept, or several."""


class EngineError(KbaseError):
    """A model cannot be loaded: an embedding engine, a cross-encoder, a language model."""


class ExportError(KbaseError):
    """A file cannot be written, or its format cannot show what was asked for."""


class NothingFound(KbaseError):
    """Nothing was found of what was asked for."""

    exit_code = 3


class QuestionError(KbaseError):
    """The question has nothing to search for."""

    exit_code = 2


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message, or its type if it has none."""
    return next(iter(str(error).strip().splitlines()), "") or type(error).__name__
