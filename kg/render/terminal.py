"""Format paths, plans and concepts for the terminal: data in, text out."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, cast

import click

from kg.language.detect import Language
from kg.render.columns import pad
from kg.render.labels import LABELS
from kg.render.tree import direct_children, draw_tree
from kg.text import format_location, printable
from kg.types import AliasKind, Concept, ConceptDetails, Evidence, Relation, Status
from kg.wording import RELATION_SENTENCES

if TYPE_CHECKING:
    from kg.export.write import ExportResult
    from kg.graph.lint import Finding
    from kg.graph.paths import NoPath, Path, Step
    from kg.graph.plans import NextConcept, Plan

_EVIDENCE = 2  # Quotes shown for a hop; --json has all of them.
_LISTED = 12  # Concepts named in one line; the rest is counted.


def show_path(path: "Path | NoPath", language: Language | None = None) -> str:
    """Show a path, or what there is instead; by default in the language of the labels."""
    language = language or _language_of(path)
    if not path.found:
        return show_no_path(cast("NoPath", path), language)
    path = cast("Path", path)
    """The spine in one line, then each hop with its reason and quotes, then what is around it."""
    labels = LABELS[language]
    if not path.steps:
        return labels["same"].format(_short(path.source, language))
    spine = " → ".join(
        click.style(_short(concept, language), bold=True) for concept in path.concepts
    )
    blocks = [
        f"{spine}  ({labels[path.via.value]})",
        _path_tree(path, language),
        *(_show_step(step, language) for step in path.steps),
    ]
    rest = [
        _line(labels["needed"], path.also_needed, language),
        *(_line(labels["together"], knot, language) for knot in path.together),
        *(
            f"{labels['alternatives']}: {_chain(alternative, language)}"
            for alternative in path.alternatives[:1]
        ),
        _line(labels["unlocks"], path.unlocks, language),
    ]
    return "\n\n".join([*blocks, "\n".join(filter(None, rest))]).rstrip()


def show_no_path(none: "NoPath", language: Language | None = None) -> str:
    language = language or _language_of(none)
    labels = LABELS[language]
    lines = [labels["none"].format(_short(none.source, language), _short(none.target, language))]
    lines.append(f"{labels['tried']}: {', '.join(labels[via.value] for via in none.tried)}")
    if none.reverse:
        way = " → ".join(
            [
                _short(none.reverse[0].source, language),
                *(_short(step.target, language) for step in none.reverse),
            ]
        )
        lines.append(f"{labels['reverse']}: {way}")
    lines.append(_line(labels["common"], none.common, language))
    lines += [
        f"{labels['beside']}: {_statement(relation, language)}" for relation in none.beside[:5]
    ]
    return "\n".join(filter(None, lines))


def show_plan(plan: "Plan", language: Language) -> str:
    """Show the steps in learning order, numbered, each with where to read."""
    labels = LABELS[language]
    if not plan.steps:
        return labels["ready"].format(_name(plan.target, language))
    names = [_name(step.concept, language) for step in plan.steps]
    places = [_place(step.concept, language) for step in plan.steps]
    lines = [
        labels["plan"].format(
            click.style(_name(plan.target, language), bold=True), len(plan.steps)
        ),
        "",
    ]
    lines += [*_plan_tree(plan, language), ""]
    lines += [
        f"{at:>3}. {padded}  {place}"
        for at, (padded, place) in enumerate(zip(pad(names), places, strict=True), 1)
    ]
    lines += [
        "",
        *(_line(labels["together"], knot, language) for knot in plan.together),
        _line(labels["known"], plan.known, language),
    ]
    return "\n".join(lines).rstrip()


def show_next(found: "Sequence[NextConcept]", language: Language, most: int = 10) -> str:
    labels = LABELS[language]
    if not found:
        return labels["all"]
    shown = found[:most]
    names = pad([_name(suggestion.concept, language) for suggestion in shown])
    counts = pad([labels["unlock"].format(len(suggestion.unlocks)) for suggestion in shown])
    rows = [
        f"  {name}  {click.style(count, dim=True)}  {_place(suggestion.concept, language)}"
        for name, count, suggestion in zip(names, counts, shown, strict=True)
    ]
    return "\n".join(
        [
            labels["next"],
            "",
            *rows,
            *([labels["more"].format(len(found) - most)] if len(found) > most else []),
        ]
    )


def show_concepts(concepts: Sequence[Concept], language: Language) -> str:
    labels = pad([_name(concept, language) for concept in concepts])
    return "\n".join(
        f"{label}  {printable(concept.definition.get(language))}".rstrip()
        for label, concept in zip(labels, concepts, strict=True)
    )


def show_concept(details: ConceptDetails, language: Language) -> str:
    """Show a concept with its names, its notes, and its relations."""
    concept, relations = details.concept, details.relations
    labels = LABELS[language]
    names = [alias.text for alias in concept.aliases if alias.text != _name(concept, language)]
    lines = [
        click.style(_name(concept, language), bold=True),
        printable(concept.definition.get(language)),
    ]
    lines += [f"{labels['names']}: {printable(', '.join(names))}"] if names else []
    lines += [
        f"{labels['notes']}: {_place(concept, language, most=4)}",
        "",
        *_relations_tree(concept, relations, language),
        "",
    ]
    for relation, other in relations:
        forward = relation.source == concept.id
        mark = (
            f"  ({labels['suggested']} {relation.confidence:.2f})"
            if relation.status.value == "suggested"
            else ""
        )
        lines.append(
            RELATION_SENTENCES[language][relation.kind][not forward].format(
                _short(concept, language), _short(other, language)
            )
            + mark
        )
        if reason := relation.reason.get(language):
            lines.append(f"    {printable(reason)}")
        lines += [f"    {_quote(place)}" for place in _shown(relation.evidence, language)[:1]]
    return "\n".join(line for line in lines).rstrip()


def show_suggestions(relations: Sequence[Relation]) -> str:
    return "\n\n".join(map(show_suggestion, relations))


def show_suggestion(relation: Relation) -> str:
    """Show a relation as `review` takes it, with its origin and quotes."""
    head = f"{relation.source} {relation.kind.value} {relation.target}"
    quotes = [f"  {_quote(place)}" for place in relation.evidence if place.found and place.quote]
    return "\n".join(
        [
            click.style(head, bold=True)
            + f"  ({relation.origin.value}, {relation.confidence:.2f})",
            *quotes[:_EVIDENCE],
        ]
    )


def show_findings(findings: "Sequence[Finding]") -> str:
    lines = []
    for finding in findings:
        color = "red" if finding.severity.value == "error" else "yellow"
        lines.append(
            f"{click.style(finding.kind, fg=color)}: {printable(finding.message)}"
            f"\n  → {finding.hint}"
        )
    return "\n".join(lines) if lines else "Nothing to report."


def show_export(made: "ExportResult") -> str:
    """Show which files were written, what is in them, and how to get more."""
    files = ", ".join(click.style(printable(str(path)), fg="cyan") for path in made.paths)
    lines = [f"{files}: {made.concepts} concepts, {made.relations} relations"]
    if made.folded:
        lines.append(
            f"  {made.folded} of the concepts are drawn as their topics:"
            " --focus NAME draws a part, .html unfolds them"
        )
    return "\n".join(lines)


def _language_of(path: "Path | NoPath") -> Language:
    """Return the language of the labels at both ends."""
    from kg.language.detect import detect_language

    return detect_language(f"{path.source.label} {path.target.label}")


def _show_step(step: "Step", language: Language) -> str:
    relation = step.relation
    head = RELATION_SENTENCES[language][relation.kind][step.backwards].format(
        _short(step.source, language), _short(step.target, language)
    )
    lines = [
        click.style(head, fg="cyan") + f"  ({relation.origin.value}, {relation.confidence:.2f})"
    ]
    if reason := relation.reason.get(language):
        lines.append(f"  {printable(reason)}")
    if cost := relation.trade_off.get(language):
        lines.append(f"  {LABELS[language]['cost']}: {printable(cost)}")
    return "\n".join(
        lines + [f"  {_quote(place)}" for place in _shown(relation.evidence, language)[:_EVIDENCE]]
    )


def _path_tree(path: "Path", language: Language) -> str:
    """Draw the hops below each other, each with its relation, full name and place."""
    hops = []
    for at, step in enumerate(path.steps):
        reads = RELATION_SENTENCES[language][step.relation.kind][step.backwards]
        hops.append(f"{'   ' * at}└─ {reads.format('', _short(step.target, language)).strip()}")
    names = pad([printable(concept.name(language)) for concept in path.concepts])
    rows = zip(pad([_short(path.source, language), *hops]), names, path.concepts, strict=True)
    return "\n".join(
        f"{hop}  {name}  {_place(concept, language)}".rstrip() for hop, name, concept in rows
    )


def _plan_tree(plan: "Plan", language: Language) -> list[str]:
    """Draw the concept with what it rests on below it, as far as a small tree goes."""
    concepts = {
        plan.target.id: plan.target,
        **{step.concept.id: step.concept for step in plan.steps},
    }
    direct = [
        step.concept.id
        for step in plan.steps
        if any(relation.target == plan.target.id for relation in step.needed)
    ]
    below = direct_children(
        {**{step.concept.id: step.after for step in plan.steps}, plan.target.id: direct}
    )
    return [
        row.branches
        + _name(concepts[row.id], language)
        + (click.style(f"  +{row.hidden}", dim=True) if row.hidden else "")
        for row in draw_tree(plan.target.id, below)
    ]


def _relations_tree(
    concept: Concept, relations: Sequence[tuple[Relation, Concept]], language: Language
) -> list[str]:
    """Draw the concept with its relations, grouped by kind; suggestions are left out."""
    groups: dict[str, list[Concept]] = {}
    for relation, other in relations:
        if relation.status is Status.ACCEPTED:
            reads = RELATION_SENTENCES[language][relation.kind][relation.source != concept.id]
            groups.setdefault(reads.replace("{}", "", 1).strip(), []).append(other)
    branches = ["├─ "] * (len(groups) - 1) + ["└─ "]
    words = pad([reads.replace("{}", "…").removesuffix(" …") for reads in groups])
    rows = zip(branches, words, groups.values(), strict=False)
    return [
        _short(concept, language),
        *(f"{branch}{word}  {_few(ends, language)}" for branch, word, ends in rows),
    ]


def _shown(evidence: Iterable[Evidence], language: Language) -> list[Evidence]:
    """Return the evidence that was found; in the reader's language only, if there is any."""
    from kg.language.detect import detect_language

    there = [place for place in evidence if place.found and place.quote]
    return [place for place in there if detect_language(place.quote) == language] or there


def _quote(place: Evidence) -> str:
    spot = click.style(printable(format_location(place.path, place.first, place.last)), fg="cyan")
    return f"“{printable(' '.join(place.quote.split()))}” {spot}"


def _statement(relation: Relation, language: Language) -> str:
    return RELATION_SENTENCES[language][relation.kind][0].format(relation.source, relation.target)


def _line(label: str, concepts: Sequence[Concept], language: Language) -> str:
    """Return a label and a few concepts; empty without concepts."""
    return f"{label}: {_few(concepts, language)}" if concepts else ""


def _few(concepts: Sequence[Concept], language: Language) -> str:
    rest = (
        f", {LABELS[language]['more'].format(len(concepts) - _LISTED)}"
        if len(concepts) > _LISTED
        else ""
    )
    return ", ".join(_short(concept, language) for concept in concepts[:_LISTED]) + rest


def _chain(concepts: Sequence[Concept], language: Language) -> str:
    return " → ".join(_short(concept, language) for concept in concepts)


def _short(concept: Concept, language: Language) -> str:
    """Return the common abbreviation, else the full name."""
    return printable(
        next(
            (alias.text for alias in concept.aliases if alias.kind is AliasKind.ABBR),
            concept.name(language),
        )
    )


def _name(concept: Concept, language: Language) -> str:
    """Return the full name and, in brackets, the abbreviation."""
    short, full = _short(concept, language), printable(concept.name(language))
    return full if short == full else f"{full} ({short})"


def _place(concept: Concept, language: Language, most: int = 1) -> str:
    places = [place for place in concept.notes if place.found]
    own = [place for place in places if place.path.startswith(f"{language}/")] or places
    if not own:
        return click.style(LABELS[language]["gap"], dim=True)
    return ", ".join(
        click.style(printable(format_location(place.path, place.first, place.last)), fg="cyan")
        for place in own[:most]
    )
