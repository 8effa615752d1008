"""Remember which models the person has named on this machine.

A model other than the bundled one may be downloaded from a hub, import a library, or be asked over
the network. So an index that came from elsewhere cannot choose one: the person must have named it
here before.
"""

from pathlib import Path

from kg.errors import EngineError


def trust(name: str) -> None:
    """Remember an engine with its model as named by the person; `name` is `ENGINE:MODEL`."""
    if not is_trusted(name):
        path = _trust_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{name}\n")


def is_trusted(name: str) -> bool:
    """Tell whether an engine has no model of its own to trust, or the person has named it."""
    try:
        return ":" not in name or name in _trust_file().read_text(encoding="utf-8").splitlines()
    except OSError:
        return False


def require_trust(name: str) -> None:
    """Raise EngineError when an index names a model that the person has not."""
    if not is_trusted(name):
        engine, _, model = name.partition(":")
        raise EngineError(
            f"this index was made with the model {model}, which was never named on this machine",
            f"if you trust it: kbase index --engine {engine} --model '{model}'",
        )


def _trust_file() -> Path:
    """Return the file with one trusted name a line; it need not exist."""
    from platformdirs import user_config_path

    return user_config_path("kbase") / "models.txt"
