"""Locate the data that is bundled with kbase."""

from pathlib import Path

from kg.errors import IndexMissing


def bundled_path(name: str) -> Path:
    """Return the path of a file or folder of the bundled data. Raises IndexMissing."""
    here = Path(__file__).resolve().parent
    for data in (here / "data", here.parent / "data"):  # in an installed wheel, in a checkout
        if (data / name).exists():
            return data / name
    raise IndexMissing(f"this kbase came without its {name}", "pip install --force-reinstall kbase")
