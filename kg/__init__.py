"""Read notes and build their concept graph. This is the lower layer; it knows nothing of rag.

    from kg import build_graph, extract, read_notes

    concepts, relations, problems = extract(read_notes("notes"))
    graph = build_graph(concepts, relations)

Names are imported when they are first used, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg.extraction.pipeline import extract, read_notes
    from kg.graph.build import build_graph
    from kg.graph.paths import NoPath, Path
    from kg.graph.plans import Plan
    from kg.types import Concept, Evidence, Relation

__all__ = [
    "Concept",
    "Evidence",
    "NoPath",
    "Path",
    "Plan",
    "Relation",
    "build_graph",
    "extract",
    "read_notes",
]
# The modules of the names that are not in kg.types.
_HOMES = {
    "NoPath": "kg.graph.paths",
    "Path": "kg.graph.paths",
    "Plan": "kg.graph.plans",
    "build_graph": "kg.graph.build",
    "extract": "kg.extraction.pipeline",
    "read_notes": "kg.extraction.pipeline",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "kg.types")), name)
