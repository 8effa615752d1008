"""Format answers, hits, reports and measures for the terminal: data in, text out."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from kg.language.detect import Language
from kg.render.columns import display_width
from kg.text import printable
from rag.render.labels import LABELS
from rag.types import Answer, Citation, Hit, IndexStatus, NoteLines, Statement

if TYPE_CHECKING:
    from kg.notes.files import SkippedFile
    from rag.doctor import Check
    from rag.evaluation.evaluate import Evaluation
    from rag.indexing.report import Report

# Files that one reason is shown for; the rest is counted, and --json has all of them.
_SKIPPED_SHOWN = 3
# Columns of a sentence in a list of hits; a longer one is cut off.
_SENTENCE_COLUMNS = 160
# Columns of a measure's name.
_MEASURE_COLUMNS = 20
# Columns of a system's values.
_VALUE_COLUMNS = 9

_ROW_END = re.compile(r"\|[ \t]*$")
# The end of a table, formula or code: a number on the same line would be taken for part of it.
_BLOCK_END = re.compile(r"(?:\||\$\$[^\n]*|`{3,}|~{3,})[ \t]*$")


def show_answer(answer: Answer, explain: bool = False, printed: str = "") -> str:
    """Show an answer; `printed` is its beginning that was printed before and is left out."""
    lines = _cited_answer(answer) if answer.found else _no_answer(answer)
    if answer.background.prerequisites:
        lines += ["", *_prerequisites(answer)]
    if explain:
        labels = LABELS[answer.language]
        kind = labels["asked"].format(answer.kind.value)
        lines += ["", f"{labels['confidence']} {answer.confidence:.2f}  {kind}"]
        lines += [_explain(hit) for hit in answer.hits]
    return "\n".join(lines).removeprefix(printed)


def show_statement(statement: Statement, language: Language) -> str:
    """Show a statement of a language model with its citations, marked if it is unsupported."""
    unsupported = click.style(" " + LABELS[language]["unsupported"], fg="yellow")
    mark = "" if statement.supported else unsupported
    return f"{printable(statement.text)} {_citation_marks(statement.cites)}{mark}"


def show_hits(hits: list[Hit], explain: bool = False) -> str:
    """Show the hits by rank, each with its best sentence."""
    blocks = []
    for rank, hit in enumerate(hits, 1):
        location = click.style(printable(hit.passage.location), fg="cyan")
        best = max(range(len(hit.sentence_scores)), key=hit.sentence_scores.__getitem__)
        lines = [
            f"{rank:>2}. {location}  {_trail(hit.passage.heading)}".rstrip(),
            "    " + _shorten(hit.passage.sentences[best].text),
        ]
        if explain:
            lines.append("    " + _explain(hit))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) if blocks else "Nothing found."


def show_reports(reports: "Sequence[Report]") -> str:
    """Show what indexing did in each folder."""
    return "\n".join(map(show_report, reports))


def show_report(report: "Report") -> str:
    """Show what indexing did in one folder: counts, then problems, encodings and skipped files."""
    counts = [
        (len(report.read), "read"),
        (len(report.unchanged), "unchanged"),
        (len(report.removed), "removed"),
    ]
    done = ", ".join(f"{count} {word}" for count, word in counts if count) or "nothing to do"
    lines = [
        f"{printable(str(report.location.notes))}: {done}; {report.passages} passages,"
        f" {report.encoded} of them newly encoded"
    ]
    lines += [f"  {printable(problem)}" for problem in report.problems]
    lines += [
        f"  {printable(path)} was read as {encoding}" for path, encoding in report.encodings.items()
    ]
    for label, failed in (("failed", True), ("skipped", False)):
        lines += _skipped_files(label, [file for file in report.skipped if file.failed is failed])
    return "\n".join(lines)


def show_status(status: IndexStatus) -> str:
    """Show what an index holds, and how many notes changed since it was made."""
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
    """Show lines of a note."""
    return printable(lines.text)


def show_checks(checks: "Sequence[Check]") -> str:
    """Show each check with what was seen, and how to fix what failed."""
    lines = []
    for check in checks:
        mark = click.style("no", fg="red") if check.fix else click.style("ok", fg="green")
        lines.append(f"{mark}  {check.name.ljust(10)}{printable(check.seen)}")
        if check.fix:
            lines.append(f"    {'':10}→ {printable(check.fix)}")
    return "\n".join(lines)


def show_eval(evaluation: "Evaluation") -> str:
    """Show a table for each direction, measures down and systems across, then the calibration."""
    blocks = [f"{evaluation.questions} questions"]
    blocks += [_measure_table(evaluation, direction) for direction in evaluation.systems["kbase"]]
    rows = [
        click.style("confidence".ljust(_MEASURE_COLUMNS), bold=True)
        + "questions".rjust(_VALUE_COLUMNS)
        + "answerable".rjust(12)
    ]
    rows += [
        f"{tenth.confidence:<{_MEASURE_COLUMNS}.3f}{tenth.questions:{_VALUE_COLUMNS}}"
        f"{tenth.answerable:12.3f}"
        for tenth in evaluation.reliability
    ]
    return "\n\n".join([*blocks, "\n".join(rows)])


def _measure_table(evaluation: "Evaluation", direction: str) -> str:
    """Return the measures of one direction; a system without a measure has an empty cell."""
    systems = evaluation.systems
    names = "".join(name.rjust(_VALUE_COLUMNS) for name in systems)
    rows = [f"{click.style(direction.ljust(_MEASURE_COLUMNS), bold=True)}{names}"]
    for measure in systems["kbase"][direction]:
        cells = []
        for measures in systems.values():
            value = measures.get(direction, {}).get(measure)
            cells.append(("" if value is None else f"{value:.3f}").rjust(_VALUE_COLUMNS))
        rows.append(measure.ljust(_MEASURE_COLUMNS) + "".join(cells))
    return "\n".join(rows)


def _no_answer(answer: Answer) -> list[str]:
    labels = LABELS[answer.language]
    lines = [labels["none"]]
    if answer.nearest:
        lines += ["", click.style(labels["nearest"], bold=True)]
        lines += [f"  {_trail(trail)}" for trail in answer.nearest]
    return lines


def _cited_answer(answer: Answer) -> list[str]:
    """Return the statements, remarks about them, and the list of sources."""
    statements = (
        [show_statement(statement, answer.language) for statement in answer.statements]
        if answer.model
        else _quotes(answer)
    )
    sources = click.style(LABELS[answer.language]["sources"], bold=True)
    return [*statements, *_remarks(answer), "", sources, *_sources(answer.citations)]


def _quotes(answer: Answer) -> list[str]:
    """Return the quotes, each followed by the number of its source.

    The number is on the quote's last line, or below it where it would end up inside a table,
    formula or code. A quote of several lines is set apart by empty lines. Rows of a table follow
    its header directly, with all their numbers below.
    """
    shown: list[str] = []
    previous, set_apart = "", False
    for statement in answer.statements:
        text, marks = printable(statement.text), _citation_marks(statement.cites)
        if statement.text.startswith("|") and _ROW_END.search(previous):
            shown[-1:] = [text, shown[-1] + marks]
        else:
            if shown and ("\n" in text or set_apart):
                shown.append("")
            set_apart = "\n" in text
            shown += [text, marks] if _BLOCK_END.search(statement.text) else [f"{text} {marks}"]
        previous = statement.text
    return shown


def _remarks(answer: Answer) -> list[str]:
    """Return that the quotes are in the other language, and that they contradict each other."""
    labels = LABELS[answer.language]
    remarks = []
    if answer.quote_language != answer.language and not answer.model:
        remarks.append(labels["other"])
    if answer.disagreements:
        pairs = ", ".join(f"[{first}] ≠ [{second}]" for first, second in answer.disagreements)
        remarks.append(labels["disagree"].format(pairs))
    return ["", *(click.style(remark, italic=True) for remark in remarks)] if remarks else []


def _sources(citations: Sequence[Citation]) -> list[str]:
    """Return a line for each citation: number, location, heading."""
    widest = max(display_width(citation.location) for citation in citations)
    lines = []
    for citation in citations:
        location = click.style(printable(citation.location), fg="cyan")
        space = " " * (widest - display_width(citation.location))
        trail = _trail(citation.passage.heading)
        lines.append(f"{_citation_marks((citation.id,))} {location}{space}  {trail}".rstrip())
    return lines


def _prerequisites(answer: Answer) -> list[str]:
    """Return what to know first, in learning order, and the command that shows the rest."""
    labels, background = LABELS[answer.language], answer.background
    target = background.concepts[-1]
    names = [
        prerequisite.concept.name(answer.language) for prerequisite in background.prerequisites
    ]
    lines = [
        click.style(labels["first"], bold=True),
        "  " + printable(" → ".join([*names, target.name(answer.language)])),
    ]
    if background.further:
        lines.append("  " + labels["further"].format(background.further, printable(target.id)))
    return lines


def _skipped_files(label: str, files: "Sequence[SkippedFile]") -> list[str]:
    """Return a line for each reason, with the first few files."""
    by_reason: dict[str, list[str]] = {}
    for file in files:
        by_reason.setdefault(file.reason, []).append(file.path)
    lines = []
    for reason, paths in by_reason.items():
        rest = len(paths) - _SKIPPED_SHOWN
        more = f" and {rest} more (all with --json)" if rest > 0 else ""
        names = printable(", ".join(paths[:_SKIPPED_SHOWN]))
        lines.append(f"  {label} {names}{more}: {printable(reason)}")
    return lines


def _trail(heading: tuple[str, ...]) -> str:
    return printable(" › ".join(heading))


def _citation_marks(ids: tuple[int, ...]) -> str:
    return click.style("".join(f"[{id}]" for id in ids), fg="cyan")


def _shorten(text: str) -> str:
    """Return a text on one line, cut off with … if it is too long."""
    text = printable(" ".join(text.split()))
    if len(text) <= _SENTENCE_COLUMNS:
        return text
    return text[: _SENTENCE_COLUMNS - 1].rstrip() + "…"


def _explain(hit: Hit) -> str:
    """Return a hit's score with its parts, its location, and the question's terms found in it."""
    why = hit.why
    parts = f"dense {why.dense:+.3f}  sentence {why.sentence:+.3f}  keyword {why.keyword:.3f}"
    if why.rerank is not None:
        parts += f"  rerank {why.rerank:.3f}"
    location, terms = printable(hit.passage.location), printable(" ".join(why.terms))
    return f"{hit.score:+.3f} = {parts}  {location}  {terms}".rstrip()
