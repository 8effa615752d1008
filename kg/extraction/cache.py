"""Remember what earlier extractions found, so that only what changed is searched again."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from kg.extraction.annotations import NoteAnnotations

# The text that holds all forms of terms. The other texts are each of one kind and one note.
_FORMS = "terms"
_KINDS = ("mentions", "stated")


class ExtractionCache:
    """What earlier extractions found, as `texts` by name, ready to be stored.

    Of each note it holds the `mentions` and what its sentences have `stated`. Both count only as
    long as the text of the note is the same.
    """

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        self.texts: dict[str, str] = dict(texts or {})

    def get(self, kind: str, note: NoteAnnotations) -> Any:
        """Return what was put of this kind, or None if the note changed since."""
        digest, kept = json.loads(self.texts.get(f"{kind} {note.path}", '["", null]'))
        return kept if digest == _digest(note) else None

    def put(self, kind: str, note: NoteAnnotations, kept: Any) -> None:
        """Remember something of this kind, which JSON can hold, for the text that a note has."""
        text = json.dumps([_digest(note), kept], ensure_ascii=False, separators=(",", ":"))
        self.texts[f"{kind} {note.path}"] = text

    def get_forms(self) -> set[tuple[str, tuple[str, ...]]]:
        """Return each term's key and forms that the mentions were searched for."""
        return {(key, tuple(forms)) for key, forms in json.loads(self.texts.get(_FORMS, "[]"))}

    def put_forms(self, forms: Mapping[str, tuple[str, ...]]) -> None:
        """Remember the forms that the mentions were searched for, by the key of their term."""
        self.texts[_FORMS] = json.dumps(sorted(forms.items()), ensure_ascii=False)

    def keep_only(self, paths: Iterable[str]) -> None:
        """Forget all notes but those of these paths."""
        kept = {_FORMS, *(f"{kind} {path}" for path in paths for kind in _KINDS)}
        self.texts = {name: text for name, text in self.texts.items() if name in kept}


def _digest(note: NoteAnnotations) -> str:
    """Return a digest of a note's text."""
    return hashlib.blake2b(note.text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
