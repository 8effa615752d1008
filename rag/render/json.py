"""Turn answers, hits, reports and measures into JSON documents: data in, plain values out.

The documents' schemas are in tests/schemas and documented in docs/json.md.
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kg.text import page_word
from rag.types import Answer, Citation, Hit, Hits, IndexStatus, NoteLines, Passage, Statement

if TYPE_CHECKING:
    from rag.doctor import Check
    from rag.evaluation.evaluate import Evaluation
    from rag.indexing.report import Report


def answer_json(answer: Answer) -> dict[str, Any]:
    """Return the document of an answer; only a language model's has its name and its support."""
    generated = bool(answer.model)
    background = answer.background
    return {
        "schema": "kbase.answer/1",
        "question": answer.question,
        "language": answer.language,
        "status": "answered" if answer.found else "not_found",
        "answer": [_statement_json(statement, generated) for statement in answer.statements],
        **({"model": answer.model} if generated else {}),
        "citations": [_citation_json(citation) for citation in answer.citations],
        "concepts": [concept.id for concept in background.concepts],
        "prerequisites": [
            {
                "id": prerequisite.concept.id,
                "name": prerequisite.concept.name(answer.language),
                "why": prerequisite.why.get(answer.language),
            }
            for prerequisite in background.prerequisites
        ],
        "further_prerequisites": background.further,
        "quoted_language": answer.quote_language,
        "disagreements": [{"cites": list(pair)} for pair in answer.disagreements],
        "confidence": answer.confidence,
        "nearest": [list(trail) for trail in answer.nearest],
        "notices": list(answer.notices),
    }


def hits_json(hits: Hits) -> dict[str, Any]:
    """Return the document of the hits of one query, best first."""
    return {
        "schema": "kbase.hits/1",
        "query": hits.query,
        "hits": [_hit_json(hit) for hit in hits],
        "notices": list(hits.notices),
    }


def reports_json(reports: "Sequence[Report]") -> dict[str, Any] | list[dict[str, Any]]:
    """Return the document of one report, or the list of several."""
    documents = [report_json(report) for report in reports]
    return documents[0] if len(documents) == 1 else documents


def report_json(report: "Report") -> dict[str, Any]:
    """Return the document of what indexing did in one folder."""
    skipped, failed = (
        [
            {"path": file.path, "reason": file.reason}
            for file in report.skipped
            if file.failed is wanted
        ]
        for wanted in (False, True)
    )
    return {
        "schema": "kbase.index/1",
        "notes": str(report.location.notes),
        "index": str(report.location.index),
        "read": report.read,
        "unchanged": len(report.unchanged),
        "unchanged_paths": report.unchanged,
        "removed": report.removed,
        "skipped": skipped,
        "failed": failed,
        "encodings": report.encodings,
        "problems": report.problems,
        "passages": report.passages,
        "encoded": report.encoded,
    }


def status_json(status: IndexStatus) -> dict[str, Any]:
    """Return the document of an index's status."""
    return {
        "schema": "kbase.status/1",
        "notes": str(status.notes),
        "index": str(status.index),
        "files": status.files,
        "passages": status.passages,
        "languages": dict(status.languages),
        "engine": status.engine,
        "fingerprint": status.fingerprint,
        "changed": list(status.changed),
    }


def checks_json(checks: "Sequence[Check]") -> dict[str, Any]:
    """Return the document of the checks. `mend` is the old name of `fix`, kept for a version."""
    documents = [
        {
            "name": check.name,
            "ok": not check.fix,
            "seen": check.seen,
            "fix": check.fix,
            "mend": check.fix,
        }
        for check in checks
    ]
    return {"schema": "kbase.doctor/1", "checks": documents}


def eval_json(evaluation: "Evaluation") -> dict[str, Any]:
    """Return the document of an evaluation."""
    return {"schema": "kbase.eval/1"} | asdict(evaluation)


def lines_json(lines: NoteLines) -> dict[str, Any]:
    """Return the document of some lines of a note."""
    return {"schema": "kbase.lines/1", "place": lines.location, "text": lines.text}


def _statement_json(statement: Statement, generated: bool) -> dict[str, Any]:
    support = {"support": statement.support, "supported": statement.supported}
    return {
        "text": statement.text,
        "cites": list(statement.cites),
        **(support if generated else {}),
    }


def _citation_json(citation: Citation) -> dict[str, Any]:
    return {
        "id": citation.id,
        "path": citation.passage.path,
        "heading": list(citation.passage.heading),
        "lines": [citation.first, citation.last],
        "quote": citation.quote,
        **_page_json(citation.passage),
    }


def _hit_json(hit: Hit) -> dict[str, Any]:
    why = {
        "dense": round(hit.why.dense, 4),
        "sentence": round(hit.why.sentence, 4),
        "keyword": round(hit.why.keyword, 4),
        "terms": list(hit.why.terms),
    }
    if hit.why.rerank is not None:
        why["rerank"] = round(hit.why.rerank, 4)
    return {
        "path": hit.passage.path,
        "heading": list(hit.passage.heading),
        "lines": [hit.passage.first, hit.passage.last],
        "text": hit.passage.text,
        **_page_json(hit.passage),
        "score": round(hit.score, 4),
        "why": why,
    }


def _page_json(passage: Passage) -> dict[str, int]:
    """Return the page of a PDF file or the cell of a notebook; nothing for other files."""
    return {page_word(passage.path): passage.page} if passage.page else {}
