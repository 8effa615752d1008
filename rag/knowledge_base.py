"""KnowledgeBase: everything the command line does, for programs, in the objects it prints."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path as File
from typing import TYPE_CHECKING, Any, Self

from kg.errors import NotesError
from kg.language.detect import LanguageChoice
from kg.text import printers
from rag.embedding.registry import load_reranker
from rag.index.location import IndexLocation, bundled_location, bundled_questions, locate
from rag.index.reader import Index
from rag.types import Answer, Hits, IndexStatus, NoteLines, SearchMode, Statement

if TYPE_CHECKING:
    from kg.export.write import ExportResult
    from kg.graph.build import Graph
    from kg.graph.lint import Finding
    from kg.graph.paths import NoPath, Path
    from kg.graph.plans import NextConcept, Plan
    from kg.types import Concept, ConceptDetails, Relation
    from rag.doctor import Check
    from rag.evaluation.evaluate import Evaluation
    from rag.indexing.report import Report

# Receives how much is done, and of how much.
Progress = Callable[[int, int], None]


def _ignore(done: int, total: int) -> None:
    """Report progress to nobody."""


class KnowledgeBase:
    """An indexed folder of notes: open it, bring it up to date, ask it.

    Every error is a KbaseError, with a hint. Results print as on the command line:

        with KnowledgeBase.open("~/notes", sync=True) as kb:
            print(kb.ask("why sqrt d_k"))
            print(kb.path("MHA", "MLA"))
    """

    def __init__(self, index: Index) -> None:
        self._index = index

    @classmethod
    def open(
        cls, notes: str | File | None = None, *, sync: bool = False, rerank: str | None = None
    ) -> Self:
        """Open the knowledge base of a folder; without one, the one in use here, as the CLI does.

        `sync` brings it up to date first, or indexes the folder for the first time. `rerank` is a
        cross-encoder: hub id or folder. Raises NotesError, IndexMissing, EngineError.
        """
        named = str(File(notes).expanduser()) if notes else None
        if sync:
            cls.index(named)
        return cls(Index(locate(named), reranker=load_reranker(rerank) if rerank else None))

    @staticmethod
    def index(
        path: str | File | None = None,
        *,
        engine: str | None = None,
        model: str | None = None,
        rebuild: bool = False,
        progress: Progress = _ignore,
    ) -> "Report":
        """Index a folder or file, or update its index; without one, the notes in use here.

        `rebuild` discards the old index first. `progress` receives bytes of notes done and in all.
        Raises NotesError, EngineError, IndexUnwritable.
        """
        from rag.indexing.update import update_index

        return update_index(str(path) if path else None, engine, model, progress, rebuild=rebuild)

    @staticmethod
    def faster_engine(
        path: str | File | None = None, engine: str | None = None, model: str | None = None
    ) -> str:
        """Return what to install to index a folder faster; empty when nothing would help."""
        from rag.indexing.update import faster_engine

        return faster_engine(str(path) if path else None, engine, model)

    @staticmethod
    def watch(paths: Sequence[str | None] = (None,)) -> Iterator[None]:
        """Yield once, then after each change in these folders of notes, until Ctrl-C."""
        from rag.indexing.update import index_in_use
        from rag.indexing.watch import watch_folders

        return watch_folders([index_in_use(path)[0].notes for path in paths])

    @staticmethod
    def doctor(notes: str | File | None = None) -> "list[Check]":
        """Check the engine, the index and the notes; a failed check holds its fix."""
        from rag.doctor import run_checks

        return run_checks(str(notes) if notes else None)

    @property
    def location(self) -> IndexLocation:
        """Where the notes are, and their index."""
        return self._index.location

    def close(self) -> None:
        """Close the index."""
        self._index.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        """Count the passages."""
        return len(self._index)

    def sync(self, *, engine: str | None = None, model: str | None = None) -> "Report":
        """Update the index to the notes as they are now, and read on from it.

        Raises NotesError for the notes that ship with kbase, EngineError, IndexUnwritable.
        """
        location = self.location
        if location == bundled_location():
            raise NotesError(
                "the notes that come with kbase are indexed as they are",
                "open a folder of your own",
            )
        report = self.index(location.notes, engine=engine, model=model)
        self._index = self._index.reopened()
        return report

    def search(self, query: str, k: int = 10, mode: SearchMode | str = SearchMode.HYBRID) -> Hits:
        """Return the k best passages, best first, without those that are gone from the notes.

        Raises QuestionError.
        """
        from rag.index.sources import verify_hits
        from rag.retrieval.search import search

        hits, notices = verify_hits(self._index, search(self._index, query, k, SearchMode(mode)))
        return Hits(hits, query=query, notices=notices)

    def ask(
        self,
        question: str,
        k: int = 5,
        *,
        lang: LanguageChoice = "auto",
        llm: str | None = None,
        strict: bool = False,
        hear: Callable[[Answer, Statement], None] | None = None,
    ) -> Answer:
        """Answer in the notes' own sentences, or in a language model's, each checked against them.

        `llm` is named as on the command line: `ollama:NAME`, `openai-like:URL#MODEL`,
        `package.module:Class`. `strict` leaves out what the notes do not support. `hear` receives
        each of the model's statements as soon as it is written. Raises QuestionError, EngineError.
        """
        from rag.answering.answer import ask

        answer = ask(self._index, question, k, lang)
        if llm is None:
            return answer
        from rag.generation.rewrite import rewrite

        def relay(statement: Statement) -> None:
            if hear:
                hear(answer, statement)

        return rewrite(self._index, answer, llm, strict=strict, hear=relay)

    @property
    def concepts_outdated(self) -> bool:
        """Whether the concepts have to be derived first: after an edit of many notes."""
        from rag.index.graph import is_outdated

        return is_outdated(self._index)

    @property
    def graph(self) -> "Graph":
        """The concept graph, a networkx.MultiDiGraph. Raises ConceptError without concepts."""
        from rag.index.graph import load_graph

        return load_graph(self._current())

    def concepts(self) -> "list[Concept]":
        """List the concepts, by id. Raises ConceptError when there are none."""
        from kg.graph.build import concepts_of

        graph = self.graph
        return list(concepts_of(graph, graph))

    def concept(self, name: str) -> "ConceptDetails":
        """Return a concept and its relations. Raises ConceptError unless the name means one."""
        from rag.concepts import concept_details

        return concept_details(self._current(), name)

    def lines(self, location: str) -> NoteLines | None:
        """Return the lines of a note that `FILE:FIRST-LAST` names; None when it names none."""
        from rag.index.sources import lines_at

        return lines_at(self._index, location)

    def path(
        self, start: str, end: str, known: Sequence[str] = (), *, via: str | None = None
    ) -> "Path | NoPath":
        """Find the way from one concept to another, with reasons and quotes; or say what was tried.

        `via` is `lineage`, `prerequisite` or `any`; by default the first of them that has a path.
        Raises ConceptError.
        """
        from kg.graph.build import name_index
        from kg.graph.paths import DEFAULT_VIA, NoPath, Via, find_path
        from kg.names import resolve_one
        from rag.index.sources import verify_path

        graph = self.graph
        names = name_index(graph)
        source, target, *learned = (resolve_one(names, name) for name in (start, end, *known))
        chosen = (Via(via),) if via else DEFAULT_VIA
        result = find_path(graph, source, target, via=chosen, known=learned)
        return result if isinstance(result, NoPath) else verify_path(self._index, result)

    def plan(self, target: str, known: Sequence[str] = ()) -> "Plan":
        """List everything to learn before a concept, in order. Raises ConceptError."""
        from kg.graph.build import name_index
        from kg.graph.plans import plan_learning
        from kg.names import resolve_one

        graph = self.graph
        names = name_index(graph)
        learned = [resolve_one(names, name) for name in known]
        return plan_learning(graph, resolve_one(names, target), learned)

    def next(self, known: Sequence[str] = ()) -> "list[NextConcept]":
        """List the concepts whose prerequisites are all known, the most unlocking first."""
        from kg.graph.build import name_index
        from kg.graph.plans import next_concepts
        from kg.names import resolve_one

        graph = self.graph
        names = name_index(graph)
        return next_concepts(graph, [resolve_one(names, name) for name in known])

    def export(
        self,
        file: str | File,
        *,
        format: str | None = None,
        language: LanguageChoice = "auto",
        dark: bool = False,
        **selection: Any,
    ) -> "ExportResult":
        """Write the graph, or a part of it, to a file; `-` writes nothing and returns the document.

        The suffix names the format unless `format` does. `selection` is what
        `rag.graph_export.ExportRequest` takes: focus, direction, depth, relations, path, answer.
        Raises ExportError, ConceptError, NothingFound.
        """
        from kg.export.write import RenderOptions, choose_format, write_export
        from rag.graph_export import export_graph, parse_request

        name = str(file)
        known = choose_format(name, format)
        options = RenderOptions(language, dark)
        result = export_graph(self._current(), parse_request(**selection), known, options)
        return result if name == "-" else write_export(result, name)

    def suggestions(self) -> "list[Relation]":
        """List the relations that nobody has decided on, the surest first."""
        from rag.concepts import suggestions

        return suggestions(self._current())

    def review(
        self,
        accept: "Sequence[str | Relation]" = (),
        reject: "Sequence[str | Relation]" = (),
    ) -> None:
        """Accept or reject relations, given as objects or as `A relation B`, in concepts.yaml.

        Raises ConceptError, NotesError, IndexUnwritable.
        """
        from rag.concepts import parse_relation, record_decisions

        index = self._current()
        decisions = [
            (parse_relation(index, relation) if isinstance(relation, str) else relation, accepted)
            for relations, accepted in ((accept, True), (reject, False))
            for relation in relations
        ]
        record_decisions(index, decisions)
        self._index = index.reopened()

    def lint(self) -> "list[Finding]":
        """List what is wrong with the graph: cycles, contradictions, evidence that is gone, …"""
        from kg.graph.lint import lint
        from rag.concepts import find_problems

        return lint(self.graph, find_problems(self._index))

    def evaluate(
        self, questions: str | File | None = None, *, progress: Progress = _ignore
    ) -> "Evaluation":
        """Measure answers to the questions of a JSONL file, by default those on the bundled notes.

        Raises NotesError, naming the line, when the file is not of that form.
        """
        from rag.evaluation.evaluate import evaluate
        from rag.evaluation.journal import journal_path
        from rag.evaluation.questions import read_questions

        asked = read_questions(File(questions) if questions else bundled_questions())
        return evaluate(self._index, asked, progress, journal_path(self._index, asked))

    def status(self) -> IndexStatus:
        """Say what is indexed, by which engine, and which notes changed since."""
        from rag.indexing.changes import find_changes

        return self._index.status(find_changes(self._index))

    def _current(self) -> Index:
        """Return the index with its concepts up to date."""
        from rag.concepts import update_concepts

        self._index = update_concepts(self._index)
        return self._index


def _print(kind: str, result: Any) -> str:
    """Return what the command line prints of a result, without colours."""
    from click import unstyle

    from rag.render.results import text

    return unstyle(text(kind, result))


printers.update(
    Answer=partial(_print, "answer"), Path=partial(_print, "path"), NoPath=partial(_print, "path")
)
