"""What was found → JSON for a program, as tests/schemas has it. Pure: data in, plain values and `str` out."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kg.text import page_word
from rag.types import Answer, Hits, IndexStatus, NoteLines, Passage, Statement

if TYPE_CHECKING:
    from rag.doctor import Check
    from rag.evaluation.evaluate import Evaluation
    from rag.indexing.report import Report


def answer_json(answer: Answer) -> dict[str, Any]:
    return {
        "schema": "kbase.answer/1",
        "question": answer.question,
        "language": answer.language,
        "status": "answered" if answer.found else "not_found",
        "answer": [_statement_json(one, bool(answer.model)) for one in answer.statements],
        **({"model": answer.model} if answer.model else {}),
        "citations": [
            {
                "id": one.id,
                "path": one.passage.path,
                "heading": list(one.passage.heading),
                "lines": [one.first, one.last],
                "quote": one.quote,
                **_page(one.passage),
            }
            for one in answer.citations
        ],
        "concepts": [concept.id for concept in answer.background.concepts],
        "prerequisites": [
            {
                "id": one.concept.id,
                "name": one.concept.name(answer.language),
                "why": one.why.get(answer.language),
            }
            for one in answer.background.prerequisites
        ],
        "further_prerequisites": answer.background.further,
        "quoted_language": answer.quote_language,
        "disagreements": [{"cites": [one, other]} for one, other in answer.disagreements],
        "confidence": answer.confidence,
        "nearest": [list(trail) for trail in answer.nearest],
        "notices": list(answer.notices),
    }


def _page(passage: Passage) -> dict[str, int]:
    """The page or cell of a passage, where its file has them."""
    return {page_word(passage.path): passage.page} if passage.page else {}


def _statement_json(one: Statement, generated: bool) -> dict[str, Any]:
    checked = {"support": one.support, "supported": one.supported} if generated else {}
    return {"text": one.text, "cites": list(one.cites), **checked}


def hits_json(hits: Hits) -> dict[str, Any]:
    return {
        "schema": "kbase.hits/1",
        "query": hits.query,
        "hits": [
            {
                "path": hit.passage.path,
                "heading": list(hit.passage.heading),
                "lines": [hit.passage.first, hit.passage.last],
                "text": hit.passage.text,
                **_page(hit.passage),
                "score": round(hit.score, 4),
                "why": {
                    "dense": round(hit.why.dense, 4),
                    "sentence": round(hit.why.sentence, 4),
                    "keyword": round(hit.why.keyword, 4),
                    "terms": list(hit.why.terms),
                    **({} if hit.why.rerank is None else {"rerank": round(hit.why.rerank, 4)}),
                },
            }
            for hit in hits
        ],
        "notices": list(hits.notices),
    }


def reports_json(reports: "Sequence[Report]") -> dict[str, Any] | list[dict[str, Any]]:
    """Return the document of one report, or the list of several."""
    documents = [report_json(report) for report in reports]
    return documents[0] if len(documents) == 1 else documents


def report_json(report: "Report") -> dict[str, Any]:
    return {
        "schema": "kbase.index/1",
        "notes": str(report.location.notes),
        "index": str(report.location.index),
        "read": report.read,
        "unchanged": len(report.unchanged),
        "unchanged_paths": report.unchanged,
        "removed": report.removed,
        "skipped": [
            {"path": one.path, "reason": one.reason} for one in report.skipped if not one.failed
        ],
        "failed": [
            {"path": one.path, "reason": one.reason} for one in report.skipped if one.failed
        ],
        "encodings": report.encodings,
        "problems": report.problems,
        "passages": report.passages,
        "encoded": report.encoded,
    }


def status_json(status: IndexStatus) -> dict[str, Any]:
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
    found = [
        {"name": one.name, "ok": not one.fix, "seen": one.seen, "fix": one.fix, "mend": one.fix}
        for one in checks
    ]
    return {"schema": "kbase.doctor/1", "checks": found}


def eval_json(evaluation: "Evaluation") -> dict[str, Any]:
    return {"schema": "kbase.eval/1"} | asdict(evaluation)


def lines_json(lines: NoteLines) -> dict[str, Any]:
    return {"schema": "kbase.lines/1", "place": lines.location, "text": lines.text}
