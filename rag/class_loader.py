"""Build an object from a class named by its import path."""

import json
import re
from importlib import import_module
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from kg.errors import EngineError, first_line

_SECRET = re.compile(r"key|token|secret|password", re.IGNORECASE)
_Kind = TypeVar("_Kind")


def load_object(spec: str, kind: type[_Kind], example: str) -> _Kind:
    """An object of the class that `package.module:Class?name=value&…` names. Nothing but a class of that kind is called."""
    path, _, query = spec.partition("?")
    module, _, name = path.rpartition(":")
    if not all(part.isidentifier() for part in [*module.split("."), name]):
        raise EngineError(
            f"{spec!r} names no class", f"name one as package.module:Class, such as {example}"
        )
    arguments = {key: _value(text) for key, text in parse_qsl(query, keep_blank_values=True)}
    if secret := next(
        filter(_SECRET.search, (one for one in arguments if one != "max_tokens")), None
    ):
        raise EngineError(
            f"{secret} does not belong into a name, which is remembered",
            "put the key into the environment",
        )
    try:
        made = getattr(import_module(module), name, None)
    except ImportError as error:
        package = module.replace("_", "-").replace(".", "-")
        raise EngineError(
            f"{module} cannot be loaded: {error}", f"pip install {package}"
        ) from error
    return build_object(made, kind, path, arguments)


def build_object(made: Any, kind: type[_Kind], path: str, arguments: dict[str, Any]) -> _Kind:
    if not isinstance(made, type) or not issubclass(made, kind):
        raise EngineError(f"{path} is no {kind.__name__} of LlamaIndex", "name a class that is one")
    try:
        return made(**arguments)
    except Exception as error:
        raise EngineError(
            f"{path} cannot be made: {first_line(error)}",
            "give what it wants as ?name=value&name=value",
        ) from error


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
