"""Build an object from a class named by its import path, as a person may name a LlamaIndex model.

Nothing but a class of the expected kind is ever called, and no secret is taken from the name.
"""

import json
import re
from importlib import import_module
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from kg.errors import EngineError, first_line

_SECRET = re.compile(r"key|token|secret|password", re.IGNORECASE)
# A parameter that looks like a secret by its name and is none.
_NO_SECRET = "max_tokens"

_Kind = TypeVar("_Kind")


def load_object(spec: str, kind: type[_Kind], example: str) -> _Kind:
    """Build the object that `package.module:Class?name=value&…` names.

    Each value is read as JSON, or as text when it is no JSON. `example` is a right name, for the
    hint of an error. Raises EngineError when the name has another form or passes a secret, when
    the module cannot be imported, and whenever build_object does.
    """
    path, _, query = spec.partition("?")
    module, _, name = path.rpartition(":")
    if not all(part.isidentifier() for part in [*module.split("."), name]):
        raise EngineError(
            f"{spec!r} names no class", f"name one as package.module:Class, such as {example}"
        )
    arguments = {key: _parse_value(text) for key, text in parse_qsl(query, keep_blank_values=True)}
    for argument in arguments:
        if argument != _NO_SECRET and _SECRET.search(argument):
            raise EngineError(
                f"{argument} does not belong into a name, which is remembered",
                "put the key into the environment",
            )
    try:
        found = getattr(import_module(module), name, None)
    except ImportError as error:
        package = module.replace("_", "-").replace(".", "-")
        raise EngineError(
            f"{module} cannot be loaded: {error}", f"pip install {package}"
        ) from error
    return build_object(found, kind, path, arguments)


def build_object(found: Any, kind: type[_Kind], path: str, arguments: dict[str, Any]) -> _Kind:
    """Call a class with keyword arguments; `path` is its name in messages.

    Raises EngineError when what was found is no subclass of `kind`, and when the class itself
    raises anything.
    """
    if not isinstance(found, type) or not issubclass(found, kind):
        raise EngineError(f"{path} is no {kind.__name__} of LlamaIndex", "name a class that is one")
    try:
        return found(**arguments)
    except Exception as error:
        raise EngineError(
            f"{path} cannot be made: {first_line(error)}",
            "give what it wants as ?name=value&name=value",
        ) from error


def _parse_value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
