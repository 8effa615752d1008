"""Show a language model's statements on the terminal as they are written."""

import click

from rag.render.terminal import show_statement
from rag.types import Answer, Statement


class LiveStatements:
    """Statements that are printed as soon as they are written."""

    def __init__(self, *, shown: bool) -> None:
        """Print statements only if `shown`: otherwise the answer is printed once, as a whole."""
        self._shown = shown
        self._printed = ""

    def hear(self, answer: Answer, statement: Statement) -> None:
        """Print one statement of an answer."""
        if self._shown:
            line = show_statement(statement, answer.language) + "\n"
            self._printed += line
            click.echo(line, nl=False)

    def end(self, answer: Answer) -> str:
        """Return what was printed, and print … if the model's answer was dropped halfway."""
        if self._printed and not answer.model:
            click.echo("…\n")
        return self._printed
