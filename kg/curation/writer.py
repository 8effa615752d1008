"""Write a person's decisions on relations into concepts.yaml, keeping its comments and order.

The only file that imports ruamel.yaml, and the only one that writes beside the notes.
"""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from kg.errors import NotesError
from kg.files import replace_file
from kg.names import NameIndex
from kg.types import Evidence, Relation, Status

# The content of a new file. The comment is a single line of it.
_NEW_FILE = (
    "version: 1\n"
    "# What was decided with kbase review, and whatever is added by hand:"
    " it wins over what kbase finds in the notes.\n"
    "relations:\n"
)
# Columns from which on ruamel.yaml would break a line that the person did not break.
_LINE_WIDTH = 10_000


def write_decisions(
    file: Path, decisions: Sequence[tuple[Relation, Status]], names: NameIndex
) -> None:
    """Write what was decided about relations into the file.

    A relation that the file has, by ids or by `names`, gets the new status. Another is added at the
    end. The file is replaced as a whole, so that it is never half written. Raises NotesError if it
    is not YAML of the right form, or cannot be written.
    """
    yaml = _make_yaml()
    document = _read(yaml, file)
    entries = document.get("relations")
    if entries is None:
        document["relations"] = entries = []
    for relation, status in decisions:
        entry = next((entry for entry in entries if _states(entry, relation, names)), None)
        if entry is None:
            entries.append(_new_entry(relation, status))
        else:
            entry["status"] = status.value
    _write(yaml, document, file)


def _make_yaml() -> YAML:
    """Return a reader and writer that changes as little as possible of a file."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _LINE_WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _read(yaml: YAML, file: Path) -> Any:
    """Return the document in the file, or a new one if there is none."""
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else _NEW_FILE
        document = yaml.load(text)
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise NotesError(
            f"{file} cannot be read: {str(error).splitlines()[0]}", "kbase lint says where"
        ) from error
    document = yaml.load(_NEW_FILE) if document is None else document
    if not isinstance(document, dict) or not isinstance(document.get("relations") or [], list):
        raise NotesError(f"{file} is not in the form of a concepts.yaml", "kbase lint says where")
    return document


def _states(entry: Any, relation: Relation, names: NameIndex) -> bool:
    """Tell whether an entry of the file states this relation, in whatever names."""
    if not isinstance(entry, dict) or entry.get("relation") != relation.kind.value:
        return False
    ends = [names.resolve(str(entry.get(end, ""))) for end in ("from", "to")]
    wanted = [(relation.source,), (relation.target,)]
    return ends == wanted or (relation.kind.symmetric and ends == wanted[::-1])


def _new_entry(relation: Relation, status: Status) -> dict[str, Any]:
    """Return the entry of a relation, with its reason and the quotes that are its evidence."""
    entry: dict[str, Any] = {
        "from": relation.source,
        "to": relation.target,
        "relation": relation.kind.value,
        "status": status.value,
    }
    if relation.reason.zh or relation.reason.en:
        entry["reason"] = {
            name: text
            for name, text in (("zh", relation.reason.zh), ("en", relation.reason.en))
            if text
        }
    if quotes := [_evidence_entry(place) for place in relation.evidence if place.quote]:
        entry["evidence"] = quotes
    return entry


def _evidence_entry(place: Evidence) -> dict[str, str]:
    heading = {"heading": place.heading[-1]} if place.heading else {}
    return {"path": place.path, **heading, "quote": place.quote}


def _write(yaml: YAML, document: Any, file: Path) -> None:
    text = io.StringIO()
    yaml.dump(document, text)
    try:
        replace_file(file, text.getvalue().encode())
    except OSError as error:
        raise NotesError(
            f"{file} cannot be written: {error.strerror or error}",
            "is it read-only, or the disk full?",
        ) from error
