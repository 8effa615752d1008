"""Concepts and relations ↔ plain JSON attributes, as the index keeps them and the graph's nodes and edges carry them.

concept   label, aliases [{text, lang, kind}], definition, definitions {zh, en}, notes [place], status noted / gap
relation  origin, confidence, status, reason, reasons {zh, en}, trade_offs {zh, en}, evidence [place]
place     path, heading [trail], lines [first, last], quote
"""

from typing import Any

from kg.types import (
    Alias,
    AliasKind,
    Concept,
    Evidence,
    LocalizedText,
    Origin,
    Relation,
    RelationKind,
    Status,
)

Attributes = dict[str, Any]


def concept_from(id: str, one: Attributes) -> Concept:
    """The concept of these attributes. Raises KeyError or ValueError when they are no concept's."""
    aliases = tuple(
        Alias(alias["text"], alias["lang"], AliasKind(alias["kind"])) for alias in one["aliases"]
    )
    return Concept(
        id,
        one["label"],
        aliases,
        LocalizedText(**one["definitions"]),
        _places(one["notes"]),
        one["status"] == "gap",
    )


def relation_from(source: str, target: str, kind: RelationKind, one: Attributes) -> Relation:
    """The relation of these attributes. Raises KeyError or ValueError when they are no relation's."""
    return Relation(
        source,
        target,
        kind,
        Origin(one["origin"]),
        one["confidence"],
        Status(one["status"]),
        LocalizedText(**one["reasons"]),
        LocalizedText(**one["trade_offs"]),
        _places(one["evidence"]),
    )


def concept_attributes(concept: Concept) -> Attributes:
    """What `concept_from` reads."""
    return {
        "label": concept.label,
        "aliases": [
            {"text": alias.text, "lang": alias.language, "kind": alias.kind.value}
            for alias in concept.aliases
        ],
        "definition": concept.definition.get("en"),
        "definitions": _both(concept.definition),
        "notes": [_place(place) for place in concept.notes],
        "status": "gap" if concept.gap else "noted",
    }


def relation_attributes(relation: Relation) -> Attributes:
    """What `relation_from` reads."""
    return {
        "origin": relation.origin.value,
        "confidence": relation.confidence,
        "status": relation.status.value,
        "reason": relation.reason.get("en"),
        "reasons": _both(relation.reason),
        "trade_offs": _both(relation.trade_off),
        "evidence": [_place(place) for place in relation.evidence],
    }


def _both(wording: LocalizedText) -> dict[str, str]:
    return {"zh": wording.zh, "en": wording.en}


def _place(place: Evidence) -> Attributes:
    return {
        "path": place.path,
        "heading": list(place.heading),
        "lines": [place.first, place.last],
        "quote": place.quote,
    }


def _places(attributes: list[Attributes]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(one["path"], first, last, tuple(one["heading"]), one["quote"])
        for one in attributes
        for first, last in [one["lines"]]
    )
