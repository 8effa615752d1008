"""Answer questions from notes: the upper layer, on top of kg.

    from rag import KnowledgeBase

Names are imported when they are first used, so that importing the package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kg.errors import KbaseError
    from rag.knowledge_base import KnowledgeBase
    from rag.types import Answer, Citation, Hit, Passage, SearchMode, Statement

__all__ = [
    "Answer",
    "Citation",
    "Hit",
    "KbaseError",
    "KnowledgeBase",
    "Passage",
    "SearchMode",
    "Statement",
]
_HOMES = {"KbaseError": "kg.errors", "KnowledgeBase": "rag.knowledge_base"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES.get(name, "rag.types")), name)
