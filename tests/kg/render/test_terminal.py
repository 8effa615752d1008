"""Show paths, plans and concepts on a terminal."""

import re

import click
import pytest

from kg.graph.build import build_graph
from kg.graph.lint import lint
from kg.graph.paths import find_path
from kg.graph.plans import next_concepts, plan_learning
from kg.render.columns import display_width
from kg.render.labels import LABELS
from kg.render.terminal import show_findings, show_next, show_path, show_plan
from kg.types import RelationKind
from tests.graphs import circle, concept, isolated, relation
from tests.test_cli import Kbase


def test_every_label_is_there_in_both_languages() -> None:
    assert LABELS["en"].keys() == LABELS["zh"].keys()
    for label, text in LABELS["en"].items():
        assert text.count("{}") == LABELS["zh"][label].count("{}")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_columns_of_a_path_line_up_whatever_the_characters(kbase: Kbase, language: str) -> None:
    shown = kbase("path", "Sigmoid", "ELMo", "--via", "any", "--lang", language).stdout
    lines = shown.split("\n\n")[1].splitlines()
    assert len(lines) == 3 and "└─" in lines[1]
    assert len({display_width(re.split(r"(?:zh|en)/", line)[0]) for line in lines}) == 1


def test_a_plan_is_shown_as_a_tree(kbase: Kbase) -> None:
    shown = kbase("plan", "MLA", "--lang", "zh").stdout
    assert "├─ 低秩分解\n└─ 分组查询注意力 (GQA)\n   └─ 多查询注意力 (MQA)" in shown


def test_the_relations_of_a_concept_line_up(kbase: Kbase) -> None:
    shown = kbase("show", "KV 缓存").stdout.splitlines()
    columns = [re.match(r"[├└]─ .*?  +", line) for line in shown]
    widths = [display_width(column[0]) for column in columns if column]
    assert len(widths) >= 3 and len(set(widths)) == 1


def test_a_path_from_a_concept_to_itself_says_so() -> None:
    assert show_path(find_path(circle(), "a", "a"), "en") == "a is where you are."


def test_without_a_path_the_other_direction_is_shown() -> None:
    graph = build_graph(map(concept, "abc"), [relation("a", "b"), relation("b", "c")])
    shown = show_path(find_path(graph, "c", "a"), "en")
    assert shown.startswith("No path from c to a.") and "The other way round: a → b → c" in shown


def test_a_plan_names_what_is_learned_together() -> None:
    graph = build_graph(
        map(concept, "abz"), [relation("a", "b"), relation("b", "a"), relation("b", "z")]
    )
    assert "Learn together: a, b" in show_plan(plan_learning(graph, "z"), "en")
    assert show_plan(plan_learning(graph, "a", ["b"]), "zh") == "学 a 之前没有要先学的。"


def test_of_many_concepts_to_learn_next_the_rest_is_counted() -> None:
    shown = show_next(next_concepts(isolated(13)), "en")
    assert len(shown.splitlines()) == 13 and shown.endswith("and 3 more")
    assert show_next([], "zh") == "已全部掌握。"


def test_a_finding_is_shown_with_what_to_do() -> None:
    findings = lint(circle(RelationKind.PART_OF), ["concepts.yaml:3: no such id"])
    shown = click.unstyle(show_findings(findings))
    assert "problem: concepts.yaml:3: no such id\n  → mend the line" in shown
    assert "cycle: part_of: a → b → c → a\n  → reject one of them" in shown
    assert show_findings([]) == "Nothing to report."
