"""Paths, plans and concepts → JSON for a program, as tests/schemas has it. Pure: data in, plain values out."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, cast

from kg.serialize import concept_attributes, relation_attributes
from kg.types import Concept, ConceptDetails, Relation

if TYPE_CHECKING:
    from kg.export.write import ExportResult
    from kg.graph.lint import Finding
    from kg.graph.paths import NoPath, Path, Step
    from kg.graph.plans import Next, Plan


_CONTROLS = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def to_json(document: dict[str, Any] | list[dict[str, Any]]) -> str:
    """One JSON document. Characters that steer a terminal are escaped, all others stand as they are."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    return _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def error_json(name: str, message: str, hint: str) -> dict[str, Any]:
    return {"schema": "kbase.error/1", "error": name, "message": message, "hint": hint}


def path_json(path: "Path | NoPath") -> dict[str, Any]:
    """Return the document of a path, or of what was tried."""
    if not path.found:
        return no_path_json(cast("NoPath", path))
    path = cast("Path", path)
    return {
        "schema": "kbase.path/1",
        "from": path.source.id,
        "to": path.target.id,
        "via": path.via.value,
        "steps": [_step_json(step) for step in path.steps],
        "also_needed": [{"id": one.id, "name": one.label} for one in path.also_needed],
        "unlocks": [one.id for one in path.unlocks],
        "alternatives": [[one.id for one in way] for way in path.alternatives],
        "together": [[one.id for one in knot] for knot in path.together],
    }


def no_path_json(none: "NoPath") -> dict[str, Any]:
    return {
        "schema": "kbase.path/1",
        "from": none.source.id,
        "to": none.target.id,
        "steps": [],
        "also_needed": [],
        "unlocks": [],
        "alternatives": [],
        "tried": [via.value for via in none.tried],
        "reverse": [_step_json(step) for step in none.reverse],
        "common": [one.id for one in none.common],
        "beside": [
            {"source": one.source, "target": one.target, "relation": one.kind.value}
            for one in none.beside
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
                "notes": [
                    {"path": place.path, "lines": [place.first, place.last]}
                    for place in step.concept.notes
                    if place.found
                ],
            }
            for step in plan.steps
        ],
        "together": [[one.id for one in knot] for knot in plan.together],
        "known": [one.id for one in plan.known],
    }


def next_json(found: "Sequence[Next]") -> dict[str, Any]:
    return {
        "schema": "kbase.next/1",
        "next": [
            {
                "id": one.concept.id,
                "name": one.concept.label,
                "together": [mate.id for mate in one.together],
                "unlocks": list(one.unlocks),
            }
            for one in found
        ],
    }


def concepts_json(concepts: Iterable[Concept]) -> dict[str, Any]:
    return {"schema": "kbase.concepts/1", "concepts": [_concept_json(one) for one in concepts]}


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
        "suggestions": [_relation_json(one) for one in relations],
    }


def lint_json(findings: "Iterable[Finding]") -> dict[str, Any]:
    rows = [
        {"weight": one.weight.value, "kind": one.kind, "message": one.message, "hint": one.hint}
        for one in findings
    ]
    return {"schema": "kbase.lint/1", "findings": rows}


def export_json(made: "ExportResult") -> dict[str, Any]:
    return {
        "schema": "kbase.export/1",
        "files": [str(path) for path in made.paths],
        "format": made.format,
        "concepts": made.concepts,
        "relations": made.relations,
        "folded": made.folded,
    }


def _relation_json(one: Relation) -> dict[str, Any]:
    return {
        "source": one.source,
        "target": one.target,
        "relation": one.kind.value,
        **relation_attributes(one),
    }


def _concept_json(concept: Concept) -> dict[str, Any]:
    return {
        "id": concept.id,
        "name": concept.label,
        "aliases": concept_attributes(concept)["aliases"],
        "definition": concept.definition.get("en"),
        "mentions": [
            {"path": place.path, "lines": [place.first, place.last]}
            for place in concept.notes
            if place.found
        ],
    }


def _step_json(step: "Step") -> dict[str, Any]:
    relation = relation_attributes(step.relation)
    return {
        "source": step.relation.source,
        "target": step.relation.target,
        "relation": step.relation.kind.value,
        "reason": relation["reason"],
        "trade_off": step.relation.trade_off.get("en"),
        "origin": relation["origin"],
        "confidence": relation["confidence"],
        "evidence": [
            {"path": place.path, "lines": [place.first, place.last], "quote": place.quote}
            for place in step.relation.evidence
            if place.found
        ],
    }
