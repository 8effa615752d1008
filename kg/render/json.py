"""Convert paths, plans and concepts to JSON documents, as tests/schemas describe them."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from kg.serialize import concept_to_json, relation_to_json
from kg.types import Concept, ConceptDetails, Evidence, Relation

if TYPE_CHECKING:
    from kg.export.write import ExportResult
    from kg.graph.lint import Finding
    from kg.graph.paths import NoPath, Path, Step
    from kg.graph.plans import NextConcept, Plan

# Characters that control a terminal or the direction of text, and lone surrogates.
_CONTROLS = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def to_json(document: dict[str, Any] | list[dict[str, Any]]) -> str:
    """Return the text of a document; characters that control a terminal are escaped."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def error_json(name: str, message: str, hint: str) -> dict[str, Any]:
    return {"schema": "kbase.error/1", "error": name, "message": message, "hint": hint}


def path_json(path: "Path | NoPath") -> dict[str, Any]:
    """Return the document of a path; without a path, of what there is instead."""
    if not path.found:
        return no_path_json(cast("NoPath", path))
    path = cast("Path", path)
    return {
        "schema": "kbase.path/1",
        "from": path.source.id,
        "to": path.target.id,
        "via": path.via.value,
        "steps": [_step_json(step) for step in path.steps],
        "also_needed": [{"id": concept.id, "name": concept.label} for concept in path.also_needed],
        "unlocks": [concept.id for concept in path.unlocks],
        "alternatives": [
            [concept.id for concept in alternative] for alternative in path.alternatives
        ],
        "together": [[concept.id for concept in cycle] for cycle in path.together],
    }


def no_path_json(no_path: "NoPath") -> dict[str, Any]:
    return {
        "schema": "kbase.path/1",
        "from": no_path.source.id,
        "to": no_path.target.id,
        "steps": [],
        "also_needed": [],
        "unlocks": [],
        "alternatives": [],
        "tried": [via.value for via in no_path.tried],
        "reverse": [_step_json(step) for step in no_path.reverse],
        "common": [concept.id for concept in no_path.common],
        "beside": [
            {
                "source": relation.source,
                "target": relation.target,
                "relation": relation.kind.value,
            }
            for relation in no_path.beside
        ],
    }


def plan_json(plan: "Plan") -> dict[str, Any]:
    return {
        "schema": "kbase.plan/1",
        "target": plan.target.id,
        "steps": [
            {
                "id": step.concept.id,
                "name": step.concept.label,
                "after": list(step.after),
                "notes": _places_json(step.concept.notes),
            }
            for step in plan.steps
        ],
        "together": [[concept.id for concept in cycle] for cycle in plan.together],
        "known": [concept.id for concept in plan.known],
    }


def next_json(suggestions: "Sequence[NextConcept]") -> dict[str, Any]:
    return {
        "schema": "kbase.next/1",
        "next": [
            {
                "id": suggestion.concept.id,
                "name": suggestion.concept.label,
                "together": [concept.id for concept in suggestion.together],
                "unlocks": list(suggestion.unlocks),
            }
            for suggestion in suggestions
        ],
    }


def concepts_json(concepts: Iterable[Concept]) -> dict[str, Any]:
    return {
        "schema": "kbase.concepts/1",
        "concepts": [_concept_json(concept) for concept in concepts],
    }


def concept_json(details: ConceptDetails) -> dict[str, Any]:
    return {
        "schema": "kbase.concept/1",
        **_concept_json(details.concept),
        "gap": details.concept.gap,
        "relations": [_relation_json(relation) for relation, _ in details.relations],
    }


def suggestions_json(relations: Iterable[Relation]) -> dict[str, Any]:
    return {
        "schema": "kbase.suggestions/1",
        "suggestions": [_relation_json(relation) for relation in relations],
    }


def lint_json(findings: "Iterable[Finding]") -> dict[str, Any]:
    rows = [
        {
            "weight": finding.severity.value,
            "kind": finding.kind,
            "message": finding.message,
            "hint": finding.hint,
        }
        for finding in findings
    ]
    return {"schema": "kbase.lint/1", "findings": rows}


def export_json(result: "ExportResult") -> dict[str, Any]:
    return {
        "schema": "kbase.export/1",
        "files": [str(path) for path in result.paths],
        "format": result.format,
        "concepts": result.concepts,
        "relations": result.relations,
        "folded": result.folded,
    }


def _relation_json(relation: Relation) -> dict[str, Any]:
    return {
        "source": relation.source,
        "target": relation.target,
        "relation": relation.kind.value,
        **relation_to_json(relation),
    }


def _concept_json(concept: Concept) -> dict[str, Any]:
    return {
        "id": concept.id,
        "name": concept.label,
        "aliases": concept_to_json(concept)["aliases"],
        "definition": concept.definition.get("en"),
        "mentions": _places_json(concept.notes),
    }


def _step_json(step: "Step") -> dict[str, Any]:
    relation = relation_to_json(step.relation)
    return {
        "source": step.relation.source,
        "target": step.relation.target,
        "relation": step.relation.kind.value,
        "reason": relation["reason"],
        "trade_off": step.relation.trade_off.get("en"),
        "origin": relation["origin"],
        "confidence": relation["confidence"],
        "evidence": [
            {**_place_json(place), "quote": place.quote}
            for place in step.relation.evidence
            if place.found
        ],
    }


def _places_json(places: Iterable[Evidence]) -> list[dict[str, Any]]:
    """Return the places that were found, without their quotes."""
    return [_place_json(place) for place in places if place.found]


def _place_json(place: Evidence) -> dict[str, Any]:
    return {"path": place.path, "lines": [place.first, place.last]}
