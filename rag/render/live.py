"""Show a language model's statements on the terminal as they are written."""

import click

from rag.render.terminal import show_statement
from rag.types import Answer, Statement


class LiveStatements:
    """Prints statements while an answer is being written; prints nothing unless `shown`."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._printed = ""

    def hear(self, answer: Answer, statement: Statement) -> None:
        """Print one statement of an answer."""
        if self._shown:
            line = show_statement(statement, answer.language) + "\n"
            self._printed += line
            click.echo(line, nl=False)

    def end(self, answer: Answer) -> str:
        """Return what is printed already; mark it as broken off when the model did not finish."""
        if self._printed and not answer.model:
            click.echo("…\n")
        return self._printed
