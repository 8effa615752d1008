"""What was found → text for a person. Pure: data in, `str` out; nothing is printed here."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from kg.language.detect import Language
from kg.render.columns import display_width
from kg.text import printable
from rag.types import Answer, Hit, IndexStatus, NoteLines, Statement

if TYPE_CHECKING:
    from kg.notes.files import SkippedFile
    from rag.doctor import Check
    from rag.evaluation.evaluate import Evaluation
    from rag.indexing.report import Report

_LABELS = {
    "en": {
        "sources": "Sources",
        "none": "Not in your notes.",
        "nearest": "Nearest headings",
        "other": "Quoted from notes in Chinese: nothing as near was found in English.",
        "disagree": "Your notes disagree: {}.",
        "asked": "asked for: {}",
        "confidence": "confidence",
        "first": "Know first",
        "further": "and {} more: kbase plan {}",
        "unsupported": "(not supported by the notes)",
    },
    "zh": {
        "sources": "来源",
        "none": "笔记里没有。",
        "nearest": "最接近的标题",
        "other": "引自英文笔记：没有找到这么接近的中文内容。",
        "disagree": "笔记说法不一：{}。",
        "asked": "问的是：{}",
        "confidence": "置信度",
        "first": "先要知道",
        "further": "还有 {} 个：kbase plan {}",
        "unsupported": "（笔记中没有依据）",
    },
}
_ROW_END = re.compile(r"\|[ \t]*$")
_BLOCK_END = re.compile(
    r"(?:\||\$\$[^\n]*|`{3,}|~{3,})[ \t]*$"
)  # where a number after it would be taken for part of it


def show_answer(answer: Answer, explain: bool = False, printed: str = "") -> str:
    """Show an answer, without the beginning that was `printed` already."""
    labels = _LABELS[answer.language]
    if not answer.found:
        lines = [labels["none"]]
        if answer.nearest:
            lines += [
                "",
                click.style(labels["nearest"], bold=True),
                *(f"  {_trail(trail)}" for trail in answer.nearest),
            ]
    else:
        told = (
            [show_statement(one, answer.language) for one in answer.statements]
            if answer.model
            else _statements(answer)
        )
        lines = [*told, *_remarks(answer), "", click.style(labels["sources"], bold=True)]
        width = max(display_width(one.location) for one in answer.citations)
        for one in answer.citations:
            place = click.style(printable(one.location), fg="cyan") + " " * (
                width - display_width(one.location)
            )
            lines.append(f"{_marks((one.id,))} {place}  {_trail(one.passage.heading)}".rstrip())
    if answer.background.prerequisites:
        lines += ["", *_study(answer)]
    if explain:
        asked = labels["asked"].format(answer.kind.value)
        lines += [
            "",
            f"{labels['confidence']} {answer.confidence:.2f}  {asked}",
            *(_explanation(hit) for hit in answer.hits),
        ]
    return "\n".join(lines).removeprefix(printed)


def show_statement(one: Statement, language: Language) -> str:
    mark = "" if one.supported else click.style(" " + _LABELS[language]["unsupported"], fg="yellow")
    return f"{printable(one.text)} {_marks(one.cites)}{mark}"


def show_hits(hits: list[Hit], explain: bool = False) -> str:
    blocks = []
    for rank, hit in enumerate(hits, 1):
        head = f"{rank:>2}. {click.style(printable(hit.passage.location), fg='cyan')}  {_trail(hit.passage.heading)}".rstrip()
        best = max(range(len(hit.sentence_scores)), key=hit.sentence_scores.__getitem__)
        lines = [head, "    " + _shortened(hit.passage.sentences[best].text)]
        blocks.append("\n".join(lines + ([f"    {_explanation(hit)}"] if explain else [])))
    return "\n\n".join(blocks) if blocks else "Nothing found."


def show_reports(reports: "Sequence[Report]") -> str:
    return "\n".join(map(show_report, reports))


def show_report(report: "Report") -> str:
    counts = [
        (len(report.read), "read"),
        (len(report.unchanged), "unchanged"),
        (len(report.removed), "removed"),
    ]
    text = ", ".join(f"{count} {word}" for count, word in counts if count) or "nothing to do"
    lines = [
        f"{printable(str(report.location.notes))}: {text}; {report.passages} passages, {report.encoded} of them newly encoded"
    ]
    lines += [f"  {printable(problem)}" for problem in report.problems]
    lines += [
        f"  {printable(path)} was read as {encoding}" for path, encoding in report.encodings.items()
    ]
    for label, failed in (("failed", True), ("skipped", False)):
        lines += _passed_over(label, [one for one in report.skipped if one.failed is failed])
    return "\n".join(lines)


def _passed_over(label: str, files: "Sequence[SkippedFile]", most: int = 3) -> list[str]:
    """A line a reason, with the first few files."""
    reasons: dict[str, list[str]] = {}
    for one in files:
        reasons.setdefault(one.reason, []).append(one.path)
    lines = []
    for reason, paths in reasons.items():
        more = f" and {len(paths) - most} more (all with --json)" if len(paths) > most else ""
        lines.append(f"  {label} {printable(', '.join(paths[:most]))}{more}: {printable(reason)}")
    return lines


def show_status(status: IndexStatus) -> str:
    languages = ", ".join(f"{count} {name}" for name, count in status.languages.items())
    rows = [
        ("notes", printable(str(status.notes))),
        ("index", printable(str(status.index))),
        ("files", str(status.files)),
        ("passages", f"{status.passages} ({languages})" if languages else "0"),
        ("engine", f"{status.engine} ({status.fingerprint})"),
    ]
    lines = [f"{click.style(name.ljust(9), bold=True)}{value}" for name, value in rows]
    if status.changed:
        lines.append(
            f"{len(status.changed)} files changed since: kbase index {printable(str(status.notes))}"
        )
    return "\n".join(lines)


def show_lines(lines: NoteLines) -> str:
    return printable(lines.text)


def show_checks(checks: "Sequence[Check]") -> str:
    lines = []
    for one in checks:
        mark = click.style("no", fg="red") if one.fix else click.style("ok", fg="green")
        lines.append(f"{mark}  {one.name.ljust(10)}{printable(one.seen)}")
        lines += [f"    {'':10}→ {printable(one.fix)}"] if one.fix else []
    return "\n".join(lines)


def show_eval(evaluation: "Evaluation") -> str:
    """A table for each direction: measures down, systems across; then what confidence was worth."""
    systems = evaluation.systems
    blocks = [f"{evaluation.questions} questions"]
    for direction in systems["kbase"]:
        names = list(systems)
        rows = [
            f"{click.style(direction.ljust(20), bold=True)}{''.join(name.rjust(9) for name in names)}"
        ]
        for measure in systems["kbase"][direction]:
            values = (systems[name].get(direction, {}).get(measure) for name in names)
            rows.append(
                measure.ljust(20)
                + "".join(("" if value is None else f"{value:.3f}").rjust(9) for value in values)
            )
        blocks.append("\n".join(rows))
    rows = [
        click.style("confidence".ljust(20), bold=True)
        + "questions".rjust(9)
        + "answerable".rjust(12)
    ]
    rows += [
        f"{one.confidence:<20.3f}{one.questions:9}{one.answerable:12.3f}"
        for one in evaluation.reliability
    ]
    return "\n\n".join([*blocks, "\n".join(rows)])


def _statements(answer: Answer) -> list[str]:
    """The quotes, each with its number after it: on its line, or under it where that would be inside a table, formula or code.

    Lists, tables and what else has several lines stand apart; a table's header and the rows quoted of it, together.
    """
    shown: list[str] = []
    apart = False
    for at, one in enumerate(answer.statements):
        text, marks = printable(one.text), _marks(one.cites)
        if at and one.text.startswith("|") and _ROW_END.search(answer.statements[at - 1].text):
            shown[-1:] = [text, shown[-1] + marks]
            continue
        shown += [""] if at and (apart or "\n" in text) else []
        apart = "\n" in text
        shown += [text, marks] if _BLOCK_END.search(one.text) else [f"{text} {marks}"]
    return shown


def _remarks(answer: Answer) -> list[str]:
    """What there is to say of the quotes: that they are not in the question's language, that they contradict each other."""
    labels = _LABELS[answer.language]
    pairs = [f"[{one}] ≠ [{other}]" for one, other in answer.disagreements]
    remarks = (
        [labels["other"]] if answer.quote_language != answer.language and not answer.model else []
    )
    remarks += [labels["disagree"].format(", ".join(pairs))] if pairs else []
    return ["", *(click.style(remark, italic=True) for remark in remarks)] if remarks else []


def _study(answer: Answer) -> list[str]:
    """What to know first, in learning order, and how to see the rest."""
    labels, studied = _LABELS[answer.language], answer.background
    way = [one.concept.name(answer.language) for one in studied.prerequisites]
    target = studied.concepts[-1]
    lines = [
        click.style(labels["first"], bold=True),
        "  " + printable(" → ".join([*way, target.name(answer.language)])),
    ]
    more = labels["further"].format(studied.further, printable(target.id))
    return [*lines, f"  {more}"] if studied.further else lines


def _trail(heading: tuple[str, ...]) -> str:
    return printable(" › ".join(heading))


def _marks(ids: tuple[int, ...]) -> str:
    return click.style("".join(f"[{id}]" for id in ids), fg="cyan")


def _shortened(text: str, most: int = 160) -> str:
    text = printable(" ".join(text.split()))
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _explanation(hit: Hit) -> str:
    why = hit.why
    parts = f"dense {why.dense:+.3f}  sentence {why.sentence:+.3f}  keyword {why.keyword:.3f}"
    parts += "" if why.rerank is None else f"  rerank {why.rerank:.3f}"
    return f"{hit.score:+.3f} = {parts}  {printable(hit.passage.location)}  {printable(' '.join(why.terms))}".rstrip()
