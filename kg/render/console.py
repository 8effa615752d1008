"""Show errors, notices and progress on stderr."""

import os
import sys
import time
from typing import Any, Self

import click

from kg.errors import KbaseError

# Bytes of notes from which indexing takes a minute with the slow engine, ten seconds with the fast.
_LONG_INDEXING = 200_000
# Work on fewer items than this is done before a progress bar could be read.
_SHORT_WORK = 100


class Group(click.Group):
    """A command group that shows errors: on stderr and, with --json, also as a document."""

    def invoke(self, ctx: click.Context) -> Any:
        as_json = "--json" in ctx.args
        if os.environ.get("NO_COLOR"):
            ctx.color = False
        try:
            return super().invoke(ctx)
        except KbaseError as error:
            if as_json:
                _echo_error(type(error).__name__, error.message, error.hint)
            raise Failure(error) from error
        except click.UsageError as error:
            if as_json:
                _echo_error("UsageError", error.format_message(), "kbase --help")
            raise


class Failure(click.ClickException):
    """A KbaseError in the form that click shows and exits with."""

    def __init__(self, error: KbaseError) -> None:
        super().__init__(error.message + (f"\n  → {error.hint}" if error.hint else ""))
        # An instance may differ from its class.
        self.exit_code = error.exit_code  # type: ignore[misc]

    def show(self, file: Any = None) -> None:
        from kg.text import printable

        click.echo(
            f"{click.style('error:', fg='red')} {printable(self.format_message())}", err=True
        )


class Progress:
    """A progress bar on stderr for work that takes a while; only its label when piped.

    With `of_bytes`, the rate is shown. `hint` is printed before work on many bytes.
    """

    def __init__(self, label: str, *, of_bytes: bool = False, hint: str = "") -> None:
        self._label = label
        self._of_bytes = of_bytes
        self._hint = hint
        self._bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __call__(self, done: int, total: int) -> None:
        if self._bar is None and total > _SHORT_WORK:
            self._start(total)
        if self._bar is not None:
            if done == total and self._of_bytes:
                # The extraction of concepts is the last stage. It takes seconds in large folders.
                self._bar.label = "concepts"
            self._bar.update(done - self._bar.pos, done)

    def _start(self, total: int) -> None:
        self._began = time.monotonic()
        if self._hint and total > _LONG_INDEXING:
            click.echo(self._hint, err=True)
        rate = self._rate if self._of_bytes else None
        bar = click.progressbar(
            length=total, label=self._label, file=sys.stderr, item_show_func=rate
        )
        self._bar = bar.__enter__()

    def _rate(self, done: int | None) -> str:
        seconds = time.monotonic() - self._began
        return f"{done / 1000:.0f} kB, {done / seconds / 1000:.1f} kB/s" if done and seconds else ""

    def __exit__(self, *error: Any) -> None:
        if self._bar is not None:
            self._bar.__exit__(*error)


def echo_notices(notices: tuple[str, ...]) -> None:
    """Print notices for the person on stderr."""
    for notice in notices:
        click.echo(f"{click.style('note:', fg='yellow')} {notice}", err=True)


def _echo_error(name: str, message: str, hint: str) -> None:
    from kg.render.json import error_json, to_json

    click.echo(to_json(error_json(name, message, hint)))
