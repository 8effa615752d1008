"""Format paths, plans and concepts for the terminal: data in, text out."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, cast

import click

from kg.language.detect import Language
from kg.render.columns import pad
from kg.render.labels import LABELS
from kg.render.names import (
    chain_names,
    full_name,
    label_names,
    list_names,
    list_places,
    short_name,
    show_quote,
)
from kg.render.tree import direct_children, draw_tree
from kg.text import printable
from kg.types import Concept, ConceptDetails, Evidence, Relation, Status
from kg.wording import RELATION_SENTENCES

if TYPE_CHECKING:
    from kg.export.write import ExportResult
    from kg.graph.lint import Finding
    from kg.graph.paths import NoPath, Path, Step
    from kg.graph.plans import NextConcept, Plan

# Quotes that are shown for a relation. --json has all of them.
_QUOTES = 2
# Relations beside two concepts that are shown when there is no path between them.
_BESIDE = 5
# Notes that are shown for a concept.
_NOTES = 4


def show_path(path: "Path | NoPath", language: Language | None = None) -> str:
    """Show the spine, then each step with its reason and quotes, then what is around it.

    Without a path, show what there is instead. The default language is that of the labels of both
    ends.
    """
    language = language or _language_of(path)
    if not path.found:
        return show_no_path(cast("NoPath", path), language)
    path = cast("Path", path)
    labels = LABELS[language]
    if not path.steps:
        return labels["same"].format(short_name(path.source, language))
    blocks = [
        f"{chain_names(path.concepts, language, bold=True)}  ({labels[path.via.value]})",
        _path_tree(path, language),
        *(_show_step(step, language) for step in path.steps),
    ]
    around = [
        label_names("needed", path.also_needed, language),
        *(label_names("together", cycle, language) for cycle in path.together),
        *(
            f"{labels['alternatives']}: {chain_names(alternative, language)}"
            for alternative in path.alternatives[:1]
        ),
        label_names("unlocks", path.unlocks, language),
    ]
    return "\n\n".join([*blocks, "\n".join(filter(None, around))]).rstrip()


def show_no_path(no_path: "NoPath", language: Language | None = None) -> str:
    """Show what was tried without success, and what there is instead of a path."""
    language = language or _language_of(no_path)
    labels = LABELS[language]
    ends = short_name(no_path.source, language), short_name(no_path.target, language)
    lines = [
        labels["none"].format(*ends),
        f"{labels['tried']}: {', '.join(labels[via.value] for via in no_path.tried)}",
    ]
    if no_path.reverse:
        concepts = [no_path.reverse[0].source, *(step.target for step in no_path.reverse)]
        lines.append(f"{labels['reverse']}: {chain_names(concepts, language)}")
    lines.append(label_names("common", no_path.common, language))
    for relation in no_path.beside[:_BESIDE]:
        sentence = RELATION_SENTENCES[language][relation.kind][0]
        lines.append(f"{labels['beside']}: {sentence.format(relation.source, relation.target)}")
    return "\n".join(filter(None, lines))


def show_plan(plan: "Plan", language: Language) -> str:
    """Show what rests on what as a tree, then the steps in learning order with where to read."""
    labels = LABELS[language]
    target = full_name(plan.target, language)
    if not plan.steps:
        return labels["ready"].format(target)
    names = pad([full_name(step.concept, language) for step in plan.steps])
    places = [list_places(step.concept, language) for step in plan.steps]
    steps = [
        f"{number:>3}. {name}  {place}"
        for number, (name, place) in enumerate(zip(names, places, strict=True), 1)
    ]
    lines = [
        labels["plan"].format(click.style(target, bold=True), len(plan.steps)),
        "",
        *_plan_tree(plan, language),
        "",
        *steps,
        "",
        *(label_names("together", cycle, language) for cycle in plan.together),
        label_names("known", plan.known, language),
    ]
    return "\n".join(lines).rstrip()


def show_next(suggestions: "Sequence[NextConcept]", language: Language, most: int = 10) -> str:
    """Show the first concepts to learn now, each with how much rests on it and where to read."""
    labels = LABELS[language]
    if not suggestions:
        return labels["all"]
    shown = suggestions[:most]
    names = pad([full_name(suggestion.concept, language) for suggestion in shown])
    counts = pad([labels["unlock"].format(len(suggestion.unlocks)) for suggestion in shown])
    rows = [
        f"  {name}  {click.style(count, dim=True)}  {list_places(suggestion.concept, language)}"
        for name, count, suggestion in zip(names, counts, shown, strict=True)
    ]
    if (more := len(suggestions) - most) > 0:
        rows.append(labels["more"].format(more))
    return "\n".join([labels["next"], "", *rows])


def show_concepts(concepts: Sequence[Concept], language: Language) -> str:
    """Show each concept with its definition."""
    names = pad([full_name(concept, language) for concept in concepts])
    return "\n".join(
        f"{name}  {printable(concept.definition.get(language))}".rstrip()
        for name, concept in zip(names, concepts, strict=True)
    )


def show_concept(details: ConceptDetails, language: Language) -> str:
    """Show a concept with its names, its notes, and its relations."""
    concept, labels = details.concept, LABELS[language]
    title = full_name(concept, language)
    lines = [click.style(title, bold=True), printable(concept.definition.get(language))]
    if names := [alias.text for alias in concept.aliases if alias.text != title]:
        lines.append(f"{labels['names']}: {printable(', '.join(names))}")
    lines += [
        f"{labels['notes']}: {list_places(concept, language, most=_NOTES)}",
        "",
        *_relations_tree(concept, details.relations, language),
        "",
    ]
    for relation, other in details.relations:
        lines += _show_relation(concept, relation, other, language)
    return "\n".join(lines).rstrip()


def show_suggestions(relations: Sequence[Relation]) -> str:
    """Show relations that nobody has decided on."""
    return "\n\n".join(map(show_suggestion, relations))


def show_suggestion(relation: Relation) -> str:
    """Show a relation as `review` takes it, with its origin and quotes."""
    head = f"{relation.source} {relation.kind.value} {relation.target}"
    quotes = [place for place in relation.evidence if place.found and place.quote]
    return "\n".join(
        [
            click.style(head, bold=True)
            + f"  ({relation.origin.value}, {relation.confidence:.2f})",
            *(f"  {show_quote(place)}" for place in quotes[:_QUOTES]),
        ]
    )


def show_findings(findings: "Sequence[Finding]") -> str:
    """Show each finding with what to do about it."""
    lines = []
    for finding in findings:
        color = "red" if finding.severity.value == "error" else "yellow"
        lines.append(
            f"{click.style(finding.kind, fg=color)}: {printable(finding.message)}"
            f"\n  → {finding.hint}"
        )
    return "\n".join(lines) if lines else "Nothing to report."


def show_export(result: "ExportResult") -> str:
    """Show which files were written, what is in them, and how to get more."""
    files = ", ".join(click.style(printable(str(path)), fg="cyan") for path in result.paths)
    lines = [f"{files}: {result.concepts} concepts, {result.relations} relations"]
    if result.folded:
        lines.append(
            f"  {result.folded} of the concepts are drawn as their topics:"
            " --focus NAME draws a part, .html unfolds them"
        )
    return "\n".join(lines)


def _language_of(path: "Path | NoPath") -> Language:
    """Return the language of the labels at both ends."""
    from kg.language.detect import detect_language

    return detect_language(f"{path.source.label} {path.target.label}")


def _show_step(step: "Step", language: Language) -> str:
    """Show how a step leads on, why, and which quotes say so."""
    relation = step.relation
    sentence = RELATION_SENTENCES[language][relation.kind][step.backwards].format(
        short_name(step.source, language), short_name(step.target, language)
    )
    origin = f"({relation.origin.value}, {relation.confidence:.2f})"
    lines = [f"{click.style(sentence, fg='cyan')}  {origin}"]
    if reason := relation.reason.get(language):
        lines.append(f"  {printable(reason)}")
    if cost := relation.trade_off.get(language):
        lines.append(f"  {LABELS[language]['cost']}: {printable(cost)}")
    quotes = _readable_evidence(relation.evidence, language)[:_QUOTES]
    return "\n".join([*lines, *(f"  {show_quote(place)}" for place in quotes)])


def _show_relation(
    concept: Concept, relation: Relation, other: Concept, language: Language
) -> list[str]:
    """Show a relation as it reads from a concept, with its reason and a quote."""
    sentence = RELATION_SENTENCES[language][relation.kind][relation.source != concept.id]
    line = sentence.format(short_name(concept, language), short_name(other, language))
    if relation.status is Status.SUGGESTED:
        line += f"  ({LABELS[language]['suggested']} {relation.confidence:.2f})"
    lines = [line]
    if reason := relation.reason.get(language):
        lines.append(f"    {printable(reason)}")
    quotes = _readable_evidence(relation.evidence, language)[:1]
    return [*lines, *(f"    {show_quote(place)}" for place in quotes)]


def _path_tree(path: "Path", language: Language) -> str:
    """Draw the steps below each other, each with its relation, full name and place."""
    steps = [short_name(path.source, language)]
    for number, step in enumerate(path.steps):
        sentence = RELATION_SENTENCES[language][step.relation.kind][step.backwards]
        clause = sentence.format("", short_name(step.target, language)).strip()
        steps.append(f"{'   ' * number}└─ {clause}")
    names = pad([printable(concept.name(language)) for concept in path.concepts])
    return "\n".join(
        f"{step}  {name}  {list_places(concept, language)}".rstrip()
        for step, name, concept in zip(pad(steps), names, path.concepts, strict=True)
    )


def _plan_tree(plan: "Plan", language: Language) -> list[str]:
    """Draw the target with what it rests on below it, as far as a small tree goes."""
    concepts = {step.concept.id: step.concept for step in plan.steps} | {
        plan.target.id: plan.target
    }
    direct = [
        step.concept.id
        for step in plan.steps
        if any(relation.target == plan.target.id for relation in step.needed)
    ]
    below = {step.concept.id: step.after for step in plan.steps} | {plan.target.id: tuple(direct)}
    lines = []
    for row in draw_tree(plan.target.id, direct_children(below)):
        hidden = click.style(f"  +{row.hidden}", dim=True) if row.hidden else ""
        lines.append(f"{row.branches}{full_name(concepts[row.id], language)}{hidden}")
    return lines


def _relations_tree(
    concept: Concept, relations: Sequence[tuple[Relation, Concept]], language: Language
) -> list[str]:
    """Draw the concept with its relations, grouped by kind; suggestions are left out."""
    groups: dict[str, list[Concept]] = {}
    for relation, other in relations:
        if relation.status is Status.ACCEPTED:
            sentence = RELATION_SENTENCES[language][relation.kind][relation.source != concept.id]
            groups.setdefault(sentence.replace("{}", "", 1).strip(), []).append(other)
    branches = ["├─ "] * (len(groups) - 1) + ["└─ "] * bool(groups)
    clauses = pad([clause.replace("{}", "…").removesuffix(" …") for clause in groups])
    return [
        short_name(concept, language),
        *(
            f"{branch}{clause}  {list_names(others, language)}"
            for branch, clause, others in zip(branches, clauses, groups.values(), strict=True)
        ),
    ]


def _readable_evidence(evidence: Iterable[Evidence], language: Language) -> list[Evidence]:
    """Return the quotes that were found; in the reader's language only, if there are any."""
    from kg.language.detect import detect_language

    found = [place for place in evidence if place.found and place.quote]
    return [place for place in found if detect_language(place.quote) == language] or found
