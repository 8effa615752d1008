"""Which files the person wants left out: by the rules of .gitignore and .kbaseignore. The only file that imports pathspec."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_FILES = (".gitignore", ".kbaseignore")


class IgnoreRules:
    """The rules met so far on a walk from the outside in; those of a folder hold for what lies within it."""

    def __init__(self) -> None:
        self._rules: dict[str, GitIgnoreSpec] = {}  # by the folder they stand in, as `` or `a/b/`

    def enter(self, folder: str, prefix: str, files: Sequence[str]) -> None:
        """Takes in the rules of a folder, of which these are the files."""
        lines = [
            line for name in _FILES if name in files for line in _read(os.path.join(folder, name))
        ]
        if lines:
            from pathspec import GitIgnoreSpec  # most folders have no rules

            self._rules[prefix] = GitIgnoreSpec.from_lines(lines)

    def ignores(self, path: str) -> bool:
        """Whether a file, or a folder (with a slash at its end), is left out; inner rules win over outer ones."""
        if not self._rules:
            return False
        ignored = False
        for prefix in sorted((one for one in self._rules if path.startswith(one)), key=len):
            found = self._rules[prefix].check_file(path[len(prefix) :]).include
            ignored = ignored if found is None else found
        return ignored


def _read(path: str) -> list[str]:
    """The lines of a file of rules; none where it cannot be read."""
    try:
        with open(path, encoding="utf-8-sig", errors="replace") as file:
            return file.read().splitlines()
    except OSError:
        return []
