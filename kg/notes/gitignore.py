"""Apply the rules of .gitignore and .kbaseignore. The only file that imports pathspec."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_FILES = (".gitignore", ".kbaseignore")


class IgnoreRules:
    """The rules met so far on a walk from the outside in. Those of a folder hold within it."""

    def __init__(self) -> None:
        self._rules: dict[str, GitIgnoreSpec] = {}  # by the prefix of their folder: `` or `a/b/`

    def enter(self, folder: str, prefix: str, files: Sequence[str]) -> None:
        """Add the rules of a folder that holds these files. `prefix` begins the paths in it."""
        lines = [
            line
            for name in _FILES
            if name in files
            for line in _read_lines(os.path.join(folder, name))
        ]
        if lines:
            from pathspec import GitIgnoreSpec  # Most folders have no rules.

            self._rules[prefix] = GitIgnoreSpec.from_lines(lines)

    def ignores(self, path: str) -> bool:
        """Tell whether a file, or a folder (`path` ends in a slash), is to be left out.

        Inner rules win over outer ones.
        """
        ignored = False
        prefixes = (prefix for prefix in self._rules if path.startswith(prefix))
        for prefix in sorted(prefixes, key=len):
            verdict = self._rules[prefix].check_file(path[len(prefix) :]).include
            ignored = ignored if verdict is None else verdict
        return ignored


def _read_lines(path: str) -> list[str]:
    """Return the lines of a file of rules, or none if it cannot be read."""
    try:
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            return file.read().splitlines()
    except OSError:
        return []
