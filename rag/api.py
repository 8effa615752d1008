"""The knowledge base for programs: what the command line does, in the same objects that it prints."""

from collections.abc import Sequence
from pathlib import Path as File
from typing import TYPE_CHECKING, Self

from kg.errors import NotesError
from rag import store
from rag.encode import load_reranker
from rag.places import bundled, place, update
from rag.types import Answer, Hit, Mode

if TYPE_CHECKING:
    from kg.paths import NoPath, Path
    from rag.sync import Report


class KnowledgeBase(store.KnowledgeBase):
    """An indexed folder of notes: open it, bring it up to date, ask it. Every error is a KbaseError, with a hint.

    with KnowledgeBase.open("~/notes", sync=True) as notes:
        answer = notes.ask("why sqrt d_k")
        for statement in answer.statements:
            print(statement.text, [answer.citations[id - 1].location for id in statement.cites])
    """

    @classmethod
    def open(cls, notes: str | File | None = None, *, sync: bool = False, rerank: str | None = None) -> Self:
        """The knowledge base of a folder; without one, that in use here, as on the command line.

        `sync` brings it up to date first, or indexes the folder for the first time. `rerank` is a cross-encoder.
        """
        named = str(File(notes).expanduser()) if notes else None
        if sync:
            update(named, None, None, lambda done, total: None)
        return cls(place(named), reranker=load_reranker(rerank) if rerank else None)

    def sync(self, *, engine: str | None = None, model: str | None = None) -> "Report":
        """Brings the index up to the notes, with the engine it has or another, and reads on from the new one."""
        if self.place == bundled():
            raise NotesError("the notes that come with kbase are indexed as they are", "open a folder of your own")
        _, report = update(str(self.place.notes), engine, model, lambda done, total: None)
        self.reopen()
        return report

    def search(self, query: str, k: int = 10, mode: Mode = Mode.HYBRID) -> list[Hit]:
        """The k best passages, best first, those that still stand in the notes."""
        from rag.quote import current
        from rag.rerank import search

        return current(self, search(self, query, k, mode))[0]

    def ask(self, question: str, k: int = 5, *, lang: str = "auto", llm: str | None = None, strict: bool = False) -> Answer:
        """The answer in the notes' own sentences, or in those of a language model, each of them checked against the notes.

        `llm` is named as on the command line: `ollama:NAME`, `openai-like:URL#MODEL`, `package.module:Class`. `strict` leaves
        out what the notes do not support.
        """
        from rag.answer import ask

        answer = ask(self, question, k, lang)
        if llm is None:
            return answer
        from rag.generate import rewrite

        return rewrite(self, answer, llm, strict=strict)

    def path(self, start: str, end: str, known: Sequence[str] = ()) -> "Path | NoPath":
        """The way from one concept to another, with reasons and quotes; or what was tried."""
        from kg.paths import NoPath, path
        from rag.learning import all_names, load_graph, meant
        from rag.quote import current_path

        graph = load_graph(self)
        names = all_names(graph)
        found = path(graph, meant(names, start), meant(names, end), known=[meant(names, one) for one in known])
        return found if isinstance(found, NoPath) else current_path(self, found)[0]
