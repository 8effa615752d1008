"""Report: what a sync did."""

from collections.abc import Mapping
from dataclasses import dataclass

from kg.notes.files import SkippedFile
from rag.index.location import IndexLocation


@dataclass(frozen=True, slots=True)
class Report:
    """What a sync did.

    `read`, `unchanged` and `removed` are paths of notes. `skipped` are files passed over.
    `encodings` are those of the notes read that are not UTF-8, by path. `problems` are those of
    concepts.yaml and of front matter, each as `file:line: what`. `passages` counts what is in the
    index now, `encoded` those of them that no earlier run had encoded.
    """

    location: IndexLocation
    read: tuple[str, ...]
    unchanged: tuple[str, ...]
    removed: tuple[str, ...]
    skipped: tuple[SkippedFile, ...]
    encodings: Mapping[str, str]
    problems: tuple[str, ...]
    passages: int
    encoded: int
