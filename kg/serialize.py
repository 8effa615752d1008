"""Turn concepts and relations into JSON objects and back.

The index stores these objects, and so do exports of the graph:

concept   label, aliases [{text, lang, kind}], definition, definitions {zh, en}, notes [place],
          status: noted or gap
relation  origin, confidence, status, reason, reasons {zh, en}, trade_offs {zh, en},
          evidence [place]
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


def concept_from_json(id: str, attributes: Attributes) -> Concept:
    """Return the concept of a JSON object. Raises KeyError or ValueError if it is not one's."""
    aliases = tuple(
        Alias(alias["text"], alias["lang"], AliasKind(alias["kind"]))
        for alias in attributes["aliases"]
    )
    return Concept(
        id,
        attributes["label"],
        aliases,
        LocalizedText(**attributes["definitions"]),
        _parse_places(attributes["notes"]),
        attributes["status"] == "gap",
    )


def relation_from_json(
    source: str, target: str, kind: RelationKind, attributes: Attributes
) -> Relation:
    """Return the relation of a JSON object. Raises KeyError or ValueError if it is not one's."""
    return Relation(
        source,
        target,
        kind,
        Origin(attributes["origin"]),
        attributes["confidence"],
        Status(attributes["status"]),
        LocalizedText(**attributes["reasons"]),
        LocalizedText(**attributes["trade_offs"]),
        _parse_places(attributes["evidence"]),
    )


def concept_to_json(concept: Concept) -> Attributes:
    """Return the JSON object of a concept. Its definition is in English if it has one."""
    return {
        "label": concept.label,
        "aliases": [
            {"text": alias.text, "lang": alias.language, "kind": alias.kind.value}
            for alias in concept.aliases
        ],
        "definition": concept.definition.get("en"),
        "definitions": _both_languages(concept.definition),
        "notes": [_format_place(place) for place in concept.notes],
        "status": "gap" if concept.gap else "noted",
    }


def relation_to_json(relation: Relation) -> Attributes:
    """Return the JSON object of a relation. Its reason is in English if it has one."""
    return {
        "origin": relation.origin.value,
        "confidence": relation.confidence,
        "status": relation.status.value,
        "reason": relation.reason.get("en"),
        "reasons": _both_languages(relation.reason),
        "trade_offs": _both_languages(relation.trade_off),
        "evidence": [_format_place(place) for place in relation.evidence],
    }


def _both_languages(text: LocalizedText) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _format_place(place: Evidence) -> Attributes:
    return {
        "path": place.path,
        "heading": list(place.heading),
        "lines": [place.first, place.last],
        "quote": place.quote,
    }


def _parse_places(places: list[Attributes]) -> tuple[Evidence, ...]:
    return tuple(map(_parse_place, places))


def _parse_place(place: Attributes) -> Evidence:
    first, last = place["lines"]
    return Evidence(place["path"], first, last, tuple(place["heading"]), place["quote"])
