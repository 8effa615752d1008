"""Concepts and the relations between them: their types, and the names by which a text means them.

Reads no file (kg/curated.py, kg/extract.py) and draws no graph (kg/graph.py): asking a question loads this and nothing more.
"""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the curated file, at which line (1-based)."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class RelationKind(Enum):
    """The closed set of relations, each read from source to target."""

    PREREQUISITE_OF = "prerequisite_of"  # know the source before the target
    EVOLVES_TO = "evolves_to"  # the target came from the source and improves on it
    VARIANT_OF = "variant_of"  # the source is a kind of the target
    PART_OF = "part_of"
    USED_BY = "used_by"
    SOLVES = "solves"  # the target is a problem
    CONTRASTS_WITH = "contrasts_with"
    RELATED = "related"

    @property
    def acyclic(self) -> bool:
        """Whether two concepts can stand so in one direction only."""
        return self in {self.PREREQUISITE_OF, self.EVOLVES_TO, self.VARIANT_OF, self.PART_OF}

    @property
    def symmetric(self) -> bool:
        """Whether the direction says nothing: kept once, from the smaller id to the larger."""
        return self in {self.CONTRASTS_WITH, self.RELATED}


Edge = tuple[str, str, RelationKind]  # source, target


class Origin(Enum):
    """Who says so, the most trusted first."""

    USER = "user"
    DECLARED = "declared"
    PATTERN = "pattern"
    HEADING = "heading"
    MENTION = "mention"
    EMBEDDING = "embedding"
    LLM = "llm"


class Status(Enum):
    """What was decided about a relation; the later of two that disagree wins."""

    SUGGESTED = "suggested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class AliasKind(Enum):
    """A name in full, a short form, or another word for it."""

    FULL = "full"
    ABBR = "abbr"
    SYNONYM = "synonym"


@dataclass(frozen=True, slots=True)
class LocalizedText:
    """The same thing said in Chinese and in English; empty where it was not said."""

    zh: str = ""
    en: str = ""

    def get(self, language: str) -> str:
        """What it says in `zh` or `en`, else in the other."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)


@dataclass(frozen=True, slots=True)
class Alias:
    """One of a concept's names. `language` is `zh` or `en`."""

    text: str
    language: str
    kind: AliasKind


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place in the notes that says so, 1-based and inclusive lines; the quote is empty when a whole section does.

    A place that names no lines was not looked up yet, or is gone from the notes: `first` and `last` are 0.
    """

    path: str
    first: int
    last: int
    heading: tuple[str, ...]
    quote: str

    @property
    def found(self) -> bool:
        return self.first > 0


@dataclass(frozen=True, slots=True)
class Concept:
    """Something the notes speak of. `notes` are the sections about it; a gap is known to be missing from the notes."""

    id: str
    label: str
    aliases: tuple[Alias, ...]
    definition: LocalizedText
    notes: tuple[Evidence, ...]
    gap: bool

    def name(self, language: str) -> str:
        """Its full name in `zh` or `en`, else its label."""
        full = (
            alias.text
            for alias in self.aliases
            if alias.kind is AliasKind.FULL and alias.language == language
        )
        return next(full, self.label)


@dataclass(frozen=True, slots=True)
class Relation:
    """One directed statement about two concepts, with who says so, how sure it is (0–1), why, and where."""

    source: str
    target: str
    kind: RelationKind
    origin: Origin
    confidence: float
    status: Status
    reason: LocalizedText
    trade_off: LocalizedText
    evidence: tuple[Evidence, ...]

    @property
    def edge(self) -> Edge:
        """What it states, by which two of them are the same; of a symmetric one the smaller id comes first."""
        if self.kind.symmetric and self.source > self.target:
            return self.target, self.source, self.kind
        return self.source, self.target, self.kind


@dataclass(frozen=True, slots=True)
class ConceptDetails:
    """A concept and its relations, each with the concept at the other end; accepted ones first."""

    concept: Concept
    relations: tuple[tuple[Relation, Concept], ...]
