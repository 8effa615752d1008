"""Types of the concept graph: concepts with their names, and relations with their evidence."""

from dataclasses import dataclass
from enum import Enum

from kg.language.detect import Language


@dataclass(frozen=True, slots=True)
class Problem:
    """A fault in the curated file or in front matter, with its line (1-based)."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class RelationKind(Enum):
    """The kinds of relations, each read from source to target."""

    PREREQUISITE_OF = "prerequisite_of"  # Learn the source before the target.
    EVOLVES_TO = "evolves_to"  # The target came from the source and improves on it.
    VARIANT_OF = "variant_of"  # The source is a kind of the target.
    PART_OF = "part_of"
    USED_BY = "used_by"
    SOLVES = "solves"  # The target is a problem.
    CONTRASTS_WITH = "contrasts_with"
    RELATED = "related"

    @property
    def acyclic(self) -> bool:
        """Whether it can hold between two concepts in one direction only."""
        return self in {self.PREREQUISITE_OF, self.EVOLVES_TO, self.VARIANT_OF, self.PART_OF}

    @property
    def symmetric(self) -> bool:
        """Whether its direction means nothing. It is stored once, from the smaller id."""
        return self in {self.CONTRASTS_WITH, self.RELATED}


Edge = tuple[str, str, RelationKind]  # source, target


class Origin(Enum):
    """Where a relation comes from, the most trusted first."""

    USER = "user"
    DECLARED = "declared"
    PATTERN = "pattern"
    HEADING = "heading"
    MENTION = "mention"


class Status(Enum):
    """What was decided about a relation. Of two decisions the later in this list wins."""

    SUGGESTED = "suggested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class AliasKind(Enum):
    """Whether a name is the full name, an abbreviation or a synonym."""

    FULL = "full"
    ABBR = "abbr"
    SYNONYM = "synonym"


@dataclass(frozen=True, slots=True)
class LocalizedText:
    """A text in Chinese and in English, empty in a language that it was not given in."""

    zh: str = ""
    en: str = ""

    def get(self, language: Language) -> str:
        """Return the text in a language, or in the other one if it has none."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)


@dataclass(frozen=True, slots=True)
class Alias:
    """One of a concept's names."""

    text: str
    language: Language
    kind: AliasKind


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place in the notes that a relation or a concept rests on.

    `first` and `last` are lines, 1-based and inclusive; both are 0 if the place was not looked up
    yet, or is no longer in the notes. `quote` is empty if the place is a whole section.
    """

    path: str
    first: int
    last: int
    heading: tuple[str, ...]
    quote: str

    @property
    def found(self) -> bool:
        """Whether its lines are known."""
        return self.first > 0


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept of the notes. `notes` are the sections about it.

    A gap is a concept that the notes mention but do not explain.
    """

    id: str
    label: str
    aliases: tuple[Alias, ...]
    definition: LocalizedText
    notes: tuple[Evidence, ...]
    gap: bool

    def name(self, language: Language) -> str:
        """Return its full name in a language, or its label if it has none."""
        full = (
            alias.text
            for alias in self.aliases
            if alias.kind is AliasKind.FULL and alias.language == language
        )
        return next(full, self.label)


@dataclass(frozen=True, slots=True)
class Relation:
    """A directed statement about two concepts.

    It carries where it comes from, its confidence (0–1), its reason, and its evidence.
    """

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
        """Source, target and kind: equal for relations that state the same.

        The ends of a symmetric relation are sorted.
        """
        if self.kind.symmetric and self.source > self.target:
            return self.target, self.source, self.kind
        return self.source, self.target, self.kind


@dataclass(frozen=True, slots=True)
class ConceptDetails:
    """A concept and its relations, accepted ones first.

    Each comes with the concept at its other end.
    """

    concept: Concept
    relations: tuple[tuple[Relation, Concept], ...]
