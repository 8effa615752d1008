"""Which models the person has named on this machine. An index that came from somewhere else cannot choose one for them.

What comes with kbase needs no consent. Any other model may be fetched from a hub or be asked over the network.
"""

from pathlib import Path

from kg.errors import EngineError


def trust(name: str) -> None:
    """Remembers an engine with its model as one that the person named."""
    if ":" in name and not trusted(name):
        path = _file()
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{name}\n")


def trusted(name: str) -> bool:
    """Whether an engine needs no consent, or has it."""
    try:
        return ":" not in name or name in _file().read_text(encoding="utf-8").splitlines()
    except OSError:
        return False


def require_trust(name: str) -> None:
    """Raises EngineError when an index names a model that the person has not."""
    if not trusted(name):
        engine, _, model = name.partition(":")
        raise EngineError(
            f"this index was made with the model {model}, which was never named on this machine",
            f"if you trust it: kbase index --engine {engine} --model '{model}'",
        )


def _file() -> Path:
    from platformdirs import user_config_path

    return user_config_path("kbase") / "models.txt"
