"""Make command line options: each function returns the decorator of one kind of option."""

from collections.abc import Callable, Sequence
from typing import Any

import click

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]


def flag(name: str, help: str) -> Decorator:
    """Make an option without a value."""
    return click.option(name, is_flag=True, help=help)


def text(name: str, metavar: str, help: str, *, default: str | None = None) -> Decorator:
    """Make an option whose value is any text."""
    return click.option(name, metavar=metavar, default=default, help=help)


def several(name: str, metavar: str, help: str) -> Decorator:
    """Make an option that may be given again."""
    return click.option(name, multiple=True, metavar=metavar, help=f"{help}; may be given again.")


def choice(
    name: str,
    values: Sequence[str],
    help: str,
    *,
    default: str | None = None,
    show_default: bool = False,
) -> Decorator:
    """Make an option whose value is one of a few words."""
    words = click.Choice(values)
    return click.option(name, type=words, default=default, show_default=show_default, help=help)


def count(largest: int, default: int, help: str) -> Decorator:
    """Make the option -k: how many passages."""
    numbers = click.IntRange(1, largest)
    return click.option("-k", type=numbers, default=default, show_default=True, help=help)


def language(help: str) -> Decorator:
    """Make the option --lang."""
    return choice("--lang", ["auto", "zh", "en"], help, default="auto")


def notes_and_json(command: Command) -> Command:
    """Add the two options of every command that reads an index."""
    as_json = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
    help = "The notes; else the nearest indexed folder."
    notes = click.option("--notes", envvar="KBASE_NOTES", metavar="PATH", help=help)
    return notes(as_json(command))


def about_concepts(command: Command) -> Command:
    """Add the options of every command about concepts."""
    return language("Language of the names and labels.")(notes_and_json(command))


rerank = text("--rerank", "MODEL", "A cross-encoder to order the passages: hub id or folder.")
explain = flag("--explain", "What each score is made of.")
known = several("--known", "NAME", "A concept you know")
