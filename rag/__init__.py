"""The upper layer: answering with the notes. It may import kg.

`from rag import KnowledgeBase` is the door for programs; nothing is imported before it is asked for.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.api import KnowledgeBase as KnowledgeBase

__all__ = ["KnowledgeBase"]


def __getattr__(name: str) -> "type[KnowledgeBase]":
    if name != "KnowledgeBase":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from rag.api import KnowledgeBase

    return KnowledgeBase
