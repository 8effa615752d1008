"""Convert results to JSON documents. The commands' tests check them against tests/schemas."""

import json

from kg.graph.build import build_graph
from kg.graph.lint import lint
from kg.graph.paths import find_path
from kg.graph.plans import next_concepts, plan_learning
from kg.render.json import (
    concepts_json,
    lint_json,
    next_json,
    path_json,
    plan_json,
    to_json,
)
from tests.graphs import circle, concept, relation


def test_characters_that_control_a_terminal_are_escaped() -> None:
    document = {"text": "a\x1b[31m\x9b\u202eb\u2028\ud800 中"}
    text = to_json(document)
    assert text.isascii() is False and "中" in text
    assert not any(character in text for character in "\x1b\x9b\u202e\u2028\ud800")
    assert json.loads(text) == document


def test_a_path_has_its_steps_and_no_path_says_what_was_tried() -> None:
    graph = build_graph(map(concept, "ab"), [relation("a", "b")])
    path = path_json(find_path(graph, "a", "b"))
    assert [(step["source"], step["target"]) for step in path["steps"]] == [("a", "b")]
    no_path = path_json(find_path(graph, "b", "a"))
    assert no_path["steps"] == [] and no_path["tried"] == ["lineage", "prerequisite", "any"]
    assert [(step["source"], step["target"]) for step in no_path["reverse"]] == [("a", "b")]


def test_plans_and_next_concepts_name_cycles() -> None:
    graph = circle()
    plan = plan_json(plan_learning(graph, "a"))
    assert plan["together"] == [["a", "b", "c"]]
    assert [step["id"] for step in plan["steps"]] == ["b", "c"]
    assert [entry["together"] for entry in next_json(next_concepts(graph))["next"]] == [
        ["b", "c"],
        ["a", "c"],
        ["a", "b"],
    ]


def test_findings_and_concepts_are_lists_of_flat_entries() -> None:
    finding = lint_json(lint(circle(), []))["findings"][0]
    assert (finding["weight"], finding["kind"]) == ("error", "cycle")
    (entry,) = concepts_json([concept("a", "A")])["concepts"]
    assert entry == {"id": "a", "name": "A", "aliases": [], "definition": "", "mentions": []}
