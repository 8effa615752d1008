"""Where the data lies that comes with kbase."""

from pathlib import Path

from kg.errors import IndexMissing


def bundled_path(name: str) -> Path:
    """A file or folder of data/. Raises IndexMissing."""
    here = Path(__file__).resolve().parent
    for data in (here / "data", here.parent / "data"):  # in an installed wheel, in a checkout
        if (data / name).exists():
            return data / name
    raise IndexMissing(f"this kbase came without its {name}", "pip install --force-reinstall kbase")
