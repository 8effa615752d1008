"""Remember what earlier extractions found, so that only changed notes are read again."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from kg.extraction.annotations import NoteAnnotations

TERMS = "terms"


class ExtractionCache:
    """What earlier extractions found, so that the next one only reads what changed.

    Kept as texts. Each note has its mentions and what its sentences state; both count only for the
    text they were found in.
    """

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        self.texts: dict[str, str] = dict(texts or {})

    def get(self, kind: str, note: NoteAnnotations) -> Any:
        """Return what was kept of this kind; nothing when the note changed since."""
        digest, kept = json.loads(self.texts.get(f"{kind} {note.path}", '["", null]'))
        return kept if digest == _digest(note) else None

    def put(self, kind: str, note: NoteAnnotations, kept: Any) -> None:
        text = json.dumps([_digest(note), kept], ensure_ascii=False, separators=(",", ":"))
        self.texts[f"{kind} {note.path}"] = text

    def keep_only(self, paths: Iterable[str]) -> None:
        """Forget the notes that are gone."""
        there = {TERMS, *(f"{kind} {path}" for path in paths for kind in ("mentions", "stated"))}
        self.texts = {name: text for name, text in self.texts.items() if name in there}


def _digest(note: NoteAnnotations) -> str:
    return hashlib.blake2b(note.text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
