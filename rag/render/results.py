"""Print each kind of result, as text for a terminal or as a JSON document.

A renderer is imported when it is needed: asking a question does not load that of the graph.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import click

from kg.render.json import to_json

_RAG_TEXT, _RAG_JSON = "rag.render.terminal", "rag.render.json"
_KG_TEXT, _KG_JSON = "kg.render.terminal", "kg.render.json"

Document = dict[str, Any] | list[dict[str, Any]]

# For each kind of result: module and function of its text, then of its document.
_RENDERERS = {
    "answer": ((_RAG_TEXT, "show_answer"), (_RAG_JSON, "answer_json")),
    "hits": ((_RAG_TEXT, "show_hits"), (_RAG_JSON, "hits_json")),
    "reports": ((_RAG_TEXT, "show_reports"), (_RAG_JSON, "reports_json")),
    "evaluation": ((_RAG_TEXT, "show_eval"), (_RAG_JSON, "eval_json")),
    "status": ((_RAG_TEXT, "show_status"), (_RAG_JSON, "status_json")),
    "checks": ((_RAG_TEXT, "show_checks"), (_RAG_JSON, "checks_json")),
    "lines": ((_RAG_TEXT, "show_lines"), (_RAG_JSON, "lines_json")),
    "path": ((_KG_TEXT, "show_path"), (_KG_JSON, "path_json")),
    "plan": ((_KG_TEXT, "show_plan"), (_KG_JSON, "plan_json")),
    "next": ((_KG_TEXT, "show_next"), (_KG_JSON, "next_json")),
    "concepts": ((_KG_TEXT, "show_concepts"), (_KG_JSON, "concepts_json")),
    "concept": ((_KG_TEXT, "show_concept"), (_KG_JSON, "concept_json")),
    "suggestions": ((_KG_TEXT, "show_suggestions"), (_KG_JSON, "suggestions_json")),
    "findings": ((_KG_TEXT, "show_findings"), (_KG_JSON, "lint_json")),
    "export": ((_KG_TEXT, "show_export"), (_KG_JSON, "export_json")),
}


def echo(kind: str, result: Any, as_json: bool, *options: Any) -> None:
    """Print a result on stdout; `options` go to the `show_…` function of its text."""
    click.echo(to_json(document(kind, result)) if as_json else text(kind, result, *options))


def text(kind: str, result: Any, *options: Any) -> str:
    """Return a result as text for a terminal; `options` are those of its `show_…` function."""
    shown: str = _load(*_RENDERERS[kind][0])(result, *options)
    return shown


def document(kind: str, result: Any) -> Document:
    """Return the JSON document of a result."""
    found: Document = _load(*_RENDERERS[kind][1])(result)
    return found


def _load(module: str, name: str) -> Callable[..., Any]:
    function: Callable[..., Any] = getattr(import_module(module), name)
    return function
