"""A person's decisions about suggested relations, written into their concepts.yaml: comments and order stay as they are.

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
from kg.types import Relation, Status

_NEW = """version: 1
# What was decided with kbase review, and whatever is added by hand: it wins over what kbase finds in the notes.
relations:
"""


def write_decisions(
    file: Path, decisions: Sequence[tuple[Relation, Status]], names: NameIndex
) -> None:
    """Writes what was decided: a relation that the file has, by ids or `names`, gets the new status, another is added at the end.

    The file is written beside and renamed, so that it is the old one or the new. Raises NotesError when it is not YAML
    of the right shape, or cannot be written.
    """
    yaml = _yaml()
    document = _read(yaml, file)
    entries = document.get("relations")
    if entries is None:
        document["relations"] = entries = []
    for relation, status in decisions:
        known = next((one for one in entries if _same(one, relation, names)), None)
        if known is None:
            entries.append(_entry(relation, status))
        else:
            known["status"] = status.value
    _write(yaml, document, file)


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 10_000  # a person's long lines stay as they broke them
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _read(yaml: YAML, file: Path) -> Any:
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else _NEW
        document = yaml.load(text)
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise NotesError(
            f"{file} cannot be read: {str(error).splitlines()[0]}", "kbase lint says where"
        ) from error
    document = yaml.load(_NEW) if document is None else document
    if not isinstance(document, dict) or not isinstance(document.get("relations") or [], list):
        raise NotesError(f"{file} is not in the form of a concepts.yaml", "kbase lint says where")
    return document


def _same(entry: Any, relation: Relation, names: NameIndex) -> bool:
    if not isinstance(entry, dict) or entry.get("relation") != relation.kind.value:
        return False
    ends = [names.resolve(str(entry.get(end, ""))) for end in ("from", "to")]
    wanted = [(relation.source,), (relation.target,)]
    return ends == wanted or (relation.kind.symmetric and ends == wanted[::-1])


def _entry(relation: Relation, status: Status) -> dict[str, Any]:
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
    if places := [place for place in relation.evidence if place.quote]:
        entry["evidence"] = [_place(place.path, place.heading, place.quote) for place in places]
    return entry


def _place(path: str, heading: tuple[str, ...], quote: str) -> dict[str, str]:
    return {"path": path, **({"heading": heading[-1]} if heading else {}), "quote": quote}


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
