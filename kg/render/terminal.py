"""Paths, plans and concepts → text for a person. Pure: data in, `str` out."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, cast

import click
from wcwidth import wcswidth

from kg.render.tree import nearest, tree
from kg.text import format_location, printable
from kg.types import AliasKind, Concept, ConceptDetails, Evidence, Relation, Status
from kg.wording import READS

if TYPE_CHECKING:
    from kg.export.write import ExportResult
    from kg.graph.lint import Finding
    from kg.graph.paths import NoPath, Path, Step
    from kg.graph.plans import Next, Plan

_EVIDENCE = 2  # quotes shown for a hop; all of them with --json
_LISTED = 12  # concepts named in one line; the rest is counted
_EN = {
    "cost": "cost",
    "needed": "Also needed",
    "alternatives": "Other ways",
    "unlocks": "Leads on to",
    "together": "Learn together",
    "none": "No path from {} to {}.",
    "tried": "Tried",
    "lineage": "lineage",
    "prerequisite": "prerequisites",
    "any": "any relation",
    "reverse": "The other way round",
    "common": "Both rest on",
    "beside": "Side by side",
    "more": "and {} more",
    "plan": "Before {}: {} to learn",
    "ready": "Nothing to learn before {}.",
    "known": "Already known",
    "next": "What can be learned now, that on which most rests first:",
    "unlock": "leads on to {}",
    "all": "Everything is known.",
    "same": "{} is where you are.",
    "gap": "no note",
    "names": "Names",
    "notes": "Notes",
    "suggested": "suggested",
    "first": "Know first",
}
_ZH = {
    "cost": "代价",
    "needed": "还需要",
    "alternatives": "其他路径",
    "unlocks": "之后可学",
    "together": "需一起学",
    "none": "从 {} 到 {} 没有路径。",
    "tried": "试过",
    "lineage": "演进脉络",
    "prerequisite": "前置知识",
    "any": "任意关系",
    "reverse": "反方向",
    "common": "共同的基础",
    "beside": "并列关系",
    "more": "还有 {} 个",
    "plan": "学 {} 之前要学 {} 个",
    "ready": "学 {} 之前没有要先学的。",
    "known": "已掌握",
    "next": "现在可以学的，支撑最多的在前：",
    "unlock": "之后 {} 个",
    "all": "已全部掌握。",
    "same": "{} 就是起点。",
    "gap": "没有笔记",
    "names": "名称",
    "notes": "笔记",
    "suggested": "待确认",
    "first": "先要知道",
}
_LABELS = {"en": _EN, "zh": _ZH}


def show_path(path: "Path | NoPath", language: str = "") -> str:
    """Show a path, or what there is instead; by default in the language of the labels."""
    language = language or _language_of(path)
    if not path.found:
        return show_no_path(cast("NoPath", path), language)
    path = cast("Path", path)
    """The spine in one line, then each hop with its reason and quotes, then what is around it."""
    labels = _LABELS[language]
    if not path.steps:
        return labels["same"].format(_short(path.source, language))
    spine = " → ".join(click.style(_short(one, language), bold=True) for one in path.concepts)
    blocks = [
        f"{spine}  ({labels[path.via.value]})",
        _path_tree(path, language),
        *(_show_step(step, language) for step in path.steps),
    ]
    rest = [
        _line(labels["needed"], path.also_needed, language),
        *(_line(labels["together"], knot, language) for knot in path.together),
        *(
            f"{labels['alternatives']}: {' → '.join(_short(one, language) for one in way)}"
            for way in path.alternatives[:1]
        ),
        _line(labels["unlocks"], path.unlocks, language),
    ]
    return "\n\n".join([*blocks, "\n".join(filter(None, rest))]).rstrip()


def show_no_path(none: "NoPath", language: str = "") -> str:
    language = language or _language_of(none)
    labels = _LABELS[language]
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
    lines += [f"{labels['beside']}: {_statement(one, language)}" for one in none.beside[:5]]
    return "\n".join(filter(None, lines))


def show_plan(plan: "Plan", language: str) -> str:
    """The steps in learning order, numbered, each with where to read."""
    labels = _LABELS[language]
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
        for at, (padded, place) in enumerate(zip(_padded(names), places, strict=True), 1)
    ]
    lines += [
        "",
        *(_line(labels["together"], knot, language) for knot in plan.together),
        _line(labels["known"], plan.known, language),
    ]
    return "\n".join(lines).rstrip()


def show_next(found: "Sequence[Next]", language: str, most: int = 10) -> str:
    labels = _LABELS[language]
    if not found:
        return labels["all"]
    shown = found[:most]
    names = _padded([_name(one.concept, language) for one in shown])
    counts = _padded([labels["unlock"].format(len(one.unlocks)) for one in shown])
    rows = [
        f"  {name}  {click.style(count, dim=True)}  {_place(one.concept, language)}"
        for name, count, one in zip(names, counts, shown, strict=True)
    ]
    return "\n".join(
        [
            labels["next"],
            "",
            *rows,
            *([labels["more"].format(len(found) - most)] if len(found) > most else []),
        ]
    )


def show_concepts(concepts: Sequence[Concept], language: str) -> str:
    labels = _padded([_name(one, language) for one in concepts])
    return "\n".join(
        f"{label}  {printable(one.definition.get(language))}".rstrip()
        for label, one in zip(labels, concepts, strict=True)
    )


def show_concept(details: ConceptDetails, language: str) -> str:
    """Show a concept with its names, its notes, and its relations."""
    concept, relations = details.concept, details.relations
    labels = _LABELS[language]
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
            READS[language][relation.kind.value][not forward].format(
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
    """A relation as `review` takes it, with who says so and the quotes."""
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
    for one in findings:
        color = "red" if one.weight.value == "error" else "yellow"
        lines.append(f"{click.style(one.kind, fg=color)}: {printable(one.message)}\n  → {one.hint}")
    return "\n".join(lines) if lines else "Nothing to report."


def show_export(made: "ExportResult") -> str:
    """Which files were written, what is in them, and what to do for more of it."""
    files = ", ".join(click.style(printable(str(path)), fg="cyan") for path in made.paths)
    lines = [f"{files}: {made.concepts} concepts, {made.relations} relations"]
    if made.folded:
        lines.append(
            f"  {made.folded} of the concepts are drawn as their topics: --focus NAME draws a part, .html unfolds them"
        )
    return "\n".join(lines)


def _language_of(path: "Path | NoPath") -> str:
    """Return the language of the labels at both ends."""
    from kg.language.detect import detect_language

    return detect_language(f"{path.source.label} {path.target.label}")


def _show_step(step: "Step", language: str) -> str:
    relation = step.relation
    head = READS[language][relation.kind.value][step.backwards].format(
        _short(step.source, language), _short(step.target, language)
    )
    lines = [
        click.style(head, fg="cyan") + f"  ({relation.origin.value}, {relation.confidence:.2f})"
    ]
    if reason := relation.reason.get(language):
        lines.append(f"  {printable(reason)}")
    if cost := relation.trade_off.get(language):
        lines.append(f"  {_LABELS[language]['cost']}: {printable(cost)}")
    return "\n".join(
        lines + [f"  {_quote(place)}" for place in _shown(relation.evidence, language)[:_EVIDENCE]]
    )


def _path_tree(path: "Path", language: str) -> str:
    """The hops below each other, each with its relation, and beside it the full name and where to read of it."""
    hops = []
    for at, step in enumerate(path.steps):
        reads = READS[language][step.relation.kind.value][step.backwards]
        hops.append(f"{'   ' * at}└─ {reads.format('', _short(step.target, language)).strip()}")
    names = _padded([printable(one.name(language)) for one in path.concepts])
    rows = zip(_padded([_short(path.source, language), *hops]), names, path.concepts, strict=True)
    return "\n".join(f"{hop}  {name}  {_place(one, language)}".rstrip() for hop, name, one in rows)


def _plan_tree(plan: "Plan", language: str) -> list[str]:
    """The concept with what it rests on below it, as far as a small tree goes."""
    concepts = {
        plan.target.id: plan.target,
        **{step.concept.id: step.concept for step in plan.steps},
    }
    direct = [
        step.concept.id
        for step in plan.steps
        if any(one.target == plan.target.id for one in step.needed)
    ]
    below = nearest(
        {**{step.concept.id: step.after for step in plan.steps}, plan.target.id: direct}
    )
    return [
        row.branches
        + _name(concepts[row.id], language)
        + (click.style(f"  +{row.hidden}", dim=True) if row.hidden else "")
        for row in tree(plan.target.id, below)
    ]


def _relations_tree(
    concept: Concept, relations: Sequence[tuple[Relation, Concept]], language: str
) -> list[str]:
    """The concept with those it is related to, grouped by how; suggestions left out."""
    groups: dict[str, list[Concept]] = {}
    for relation, other in relations:
        if relation.status is Status.ACCEPTED:
            reads = READS[language][relation.kind.value][relation.source != concept.id]
            groups.setdefault(reads.replace("{}", "", 1).strip(), []).append(other)
    branches = ["├─ "] * (len(groups) - 1) + ["└─ "]
    words = _padded([reads.replace("{}", "…").removesuffix(" …") for reads in groups])
    rows = zip(branches, words, groups.values(), strict=False)
    return [
        _short(concept, language),
        *(f"{branch}{word}  {_few(ends, language)}" for branch, word, ends in rows),
    ]


def _shown(evidence: Iterable[Evidence], language: str) -> list[Evidence]:
    """The places that are there, those in the reader's language first, and only those if there are any."""
    from kg.language.detect import detect_language

    there = [place for place in evidence if place.found and place.quote]
    return [place for place in there if detect_language(place.quote) == language] or there


def _quote(place: Evidence) -> str:
    spot = click.style(printable(format_location(place.path, place.first, place.last)), fg="cyan")
    return f"“{printable(' '.join(place.quote.split()))}” {spot}"


def _statement(relation: Relation, language: str) -> str:
    return READS[language][relation.kind.value][0].format(relation.source, relation.target)


def _line(label: str, concepts: Sequence[Concept], language: str) -> str:
    """A label and a few concepts; empty where there are none."""
    return f"{label}: {_few(concepts, language)}" if concepts else ""


def _few(concepts: Sequence[Concept], language: str) -> str:
    rest = (
        f", {_LABELS[language]['more'].format(len(concepts) - _LISTED)}"
        if len(concepts) > _LISTED
        else ""
    )
    return ", ".join(_short(one, language) for one in concepts[:_LISTED]) + rest


def _short(concept: Concept, language: str) -> str:
    """The abbreviation that people say, else the full name."""
    return printable(
        next(
            (alias.text for alias in concept.aliases if alias.kind is AliasKind.ABBR),
            concept.name(language),
        )
    )


def _name(concept: Concept, language: str) -> str:
    """The full name and, in brackets, the abbreviation."""
    short, full = _short(concept, language), printable(concept.name(language))
    return full if short == full else f"{full} ({short})"


def _place(concept: Concept, language: str, most: int = 1) -> str:
    places = [place for place in concept.notes if place.found]
    own = [place for place in places if place.path.startswith(f"{language}/")] or places
    if not own:
        return click.style(_LABELS[language]["gap"], dim=True)
    return ", ".join(
        click.style(printable(format_location(place.path, place.first, place.last)), fg="cyan")
        for place in own[:most]
    )


def _padded(texts: Sequence[str]) -> list[str]:
    """The texts filled up to one width: a Chinese character is two columns wide."""
    width = max((wcswidth(text) for text in texts), default=0)
    return [text + " " * (width - max(0, wcswidth(text))) for text in texts]
