"""The bundled notes and the curated concepts: aligned, linked, quoted exactly, and in an order one can study in."""

import json
import re
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
import yaml

from kg.curation.reader import CuratedConcepts, read_curated
from kg.graph.build import accepted_digraph, build_graph
from kg.graph.paths import NoPath, Via, find_path
from kg.graph.paths import Path as Way
from kg.graph.plans import plan_learning
from kg.names import NameIndex
from kg.notes.files import read_note
from kg.notes.front_matter import find_front_matter
from kg.notes.markdown import parse_markdown
from kg.notes.note import Note
from kg.types import Origin, RelationKind

DATA = Path(__file__).parent.parent / "data"
SLUGS = sorted(file.stem for file in (DATA / "notes" / "en").glob("*.md"))
FILES = [f"{language}/{slug}.md" for slug in SLUGS for language in ("en", "zh")]
SOURCE = {"en": "Source: ", "zh": "来源："}


def note(file: str) -> Note:
    return read_note(DATA / "notes", file)


def meta(file: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(find_front_matter(note(file).text))
    return found


def headings(file: str) -> list[tuple[int, str]]:
    """Level and text of each heading outside of code."""
    text = re.sub(r"^```.*?^```", "", note(file).text, flags=re.MULTILINE | re.DOTALL)
    return [(len(match[1]), match[2]) for match in re.finditer(r"^(#+) (.+)$", text, re.MULTILINE)]


def section(file: str, heading: str) -> str:
    """The text from a heading's line to the next heading of its level or above."""
    lines = note(file).text.split("\n")
    marks = {
        at: len(match[1]) for at, line in enumerate(lines) if (match := re.match(r"(#+) ", line))
    }
    start = next(at for at, level in marks.items() if lines[at][level + 1 :] == heading)
    end = next(
        (at for at, level in marks.items() if at > start and level <= marks[start]), len(lines)
    )
    return "\n".join(lines[start:end])


@pytest.fixture(scope="module")
def curated() -> CuratedConcepts:
    return read_curated((DATA / "concepts.yaml").read_text(encoding="utf-8"), "concepts.yaml")


def test_both_languages_have_the_same_notes() -> None:
    assert sorted(file.stem for file in (DATA / "notes" / "zh").glob("*.md")) == SLUGS
    assert len(SLUGS) == 40


@pytest.mark.parametrize("slug", SLUGS)
def test_a_note_and_its_twin_have_the_same_sections_and_sources(slug: str) -> None:
    en, zh = meta(f"en/{slug}.md"), meta(f"zh/{slug}.md")
    assert en["id"] == zh["id"] == slug
    assert en["requires"] == zh["requires"] and set(en["requires"] or []) <= set(SLUGS)
    assert en["sources"] == zh["sources"]
    assert [level for level, _ in headings(f"en/{slug}.md")] == [
        level for level, _ in headings(f"zh/{slug}.md")
    ]


def test_the_notes_can_be_read_in_an_order_that_respects_what_each_requires() -> None:
    requires = nx.DiGraph(
        [(before, slug) for slug in SLUGS for before in meta(f"en/{slug}.md")["requires"] or []]
    )
    assert nx.is_directed_acyclic_graph(requires)


@pytest.mark.parametrize("file", FILES)
def test_every_section_is_short_and_names_sources_that_the_front_matter_lists(file: str) -> None:
    language = file[:2]
    sources = meta(file)["sources"]
    sections = parse_markdown(note(file).text)
    named = 0
    for one in sections:
        text = " ".join(block.text for block in one.blocks)
        assert len(text.split()) < 320 if language == "en" else len(text) < 900, one.heading
        for line in (block.text for block in one.blocks if block.text.startswith(SOURCE[language])):
            named += 1
            for key in line.removeprefix(SOURCE[language]).split(";"):
                assert any(source.startswith(key.split(",")[0].strip()) for source in sources), key
    assert named >= len([level for level, _ in headings(file) if level == 2])


@pytest.mark.parametrize("file", FILES)
def test_every_link_leads_to_a_note_of_the_same_language(file: str) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", note(file).text):
        assert (DATA / "notes" / file[:2] / target.split("#")[0]).is_file(), target


def test_the_errata_name_notes_that_exist() -> None:
    named = re.findall(
        r"notes/(?:en|zh)/[\w-]+\.md", (DATA / "ERRATA.md").read_text(encoding="utf-8")
    )
    assert len(named) > 20
    assert all((DATA / name).is_file() for name in named)


def test_the_curated_file_has_no_problem_and_a_useful_size(curated: CuratedConcepts) -> None:
    assert curated.problems == ()
    assert 150 <= len(curated.concepts) <= 250
    assert {relation.origin for relation in curated.relations} == {Origin.DECLARED}


def test_every_quote_stands_in_the_section_it_names(curated: CuratedConcepts) -> None:
    for relation in curated.relations:
        assert relation.evidence and relation.reason.en and relation.reason.zh
        for place in relation.evidence:
            assert place.quote in section(place.path, place.heading[-1]), (relation.edge, place)


def test_every_concept_has_a_section_or_is_a_gap_and_names_and_a_definition_in_both_languages(
    curated: CuratedConcepts,
) -> None:
    for concept in curated.concepts:
        assert concept.gap != bool(concept.notes), concept.id
        for place in concept.notes:
            assert place.heading[-1] in [text for _, text in headings(f"en/{place.path}.md")], (
                concept.id,
                place,
            )
        assert concept.definition.en and concept.definition.zh
        assert {alias.language for alias in concept.aliases} == {"en", "zh"}, concept.id


def test_relations_that_order_are_acyclic_and_lineages_say_what_changed_and_what_it_cost(
    curated: CuratedConcepts,
) -> None:
    graph = build_graph(curated.concepts, curated.relations)
    for kind in RelationKind:
        if kind.acyclic:
            assert nx.is_directed_acyclic_graph(accepted_digraph(graph, kind)), kind
    for relation in curated.relations:
        if relation.kind is RelationKind.EVOLVES_TO:
            assert relation.trade_off.en and relation.trade_off.zh, relation.edge


def test_a_plan_starts_at_the_foundations(curated: CuratedConcepts) -> None:
    needs = accepted_digraph(
        build_graph(curated.concepts, curated.relations), RelationKind.PREREQUISITE_OF
    )
    before = nx.ancestors(needs, "mla")
    assert {"softmax", "dot-product"} <= before
    assert not list(nx.isolates(needs))


@pytest.mark.parametrize(
    ("ends", "way"), [(("rnn", "gru"), "rnn lstm gru"), (("mha", "mla"), "mha mqa gqa mla")]
)
def test_the_two_lineages_are_there_hop_by_hop(
    curated: CuratedConcepts, ends: tuple[str, str], way: str
) -> None:
    found = find_path(build_graph(curated.concepts, curated.relations), *ends)
    assert isinstance(found, Way)
    assert [concept.id for concept in found.concepts] == way.split()


def test_a_name_means_one_concept_unless_it_is_an_abbreviation(curated: CuratedConcepts) -> None:
    names = NameIndex(curated.concepts)
    for concept in curated.concepts:
        for alias in concept.aliases:
            meant = names.resolve(alias.text)
            assert concept.id in meant
            assert len(meant) == 1 or alias.text.isupper() or alias.kind.value == "abbr", (
                alias.text,
                meant,
            )


QUESTIONS = [
    json.loads(line)
    for line in (DATA / "eval" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]


def test_there_are_questions_enough_of_every_kind() -> None:
    answerable = [one for one in QUESTIONS if one["gold"]]
    assert (
        len(QUESTIONS)
        == len({one["question"] for one in QUESTIONS})
        == len({one["id"] for one in QUESTIONS})
    )
    assert len(answerable) >= 200 and len(QUESTIONS) - len(answerable) >= 60
    for language in ("zh", "en"):
        assert 0.4 < sum(one["language"] == language for one in answerable) / len(answerable) < 0.6


def test_gold_lines_hold_the_answer() -> None:
    for one in (one for one in QUESTIONS if one["gold"]):
        assert {gold["path"][:2] for gold in one["gold"]} == {"en", "zh"}
        texts = [(gold, note(gold["path"]).text.split("\n")) for gold in one["gold"]]
        found = ["\n".join(lines[gold["lines"][0] - 1 : gold["lines"][1]]) for gold, lines in texts]
        assert any(one["answer"] in text for text in found), one["id"]


CASES = [
    json.loads(line)
    for line in (DATA / "eval" / "paths.jsonl").read_text(encoding="utf-8").splitlines()
]


def test_there_are_path_and_plan_cases_enough() -> None:
    assert len(CASES) == len({case["id"] for case in CASES}) >= 40
    assert {case["kind"] for case in CASES} == {"path", "plan", "none"}


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case['id']} {case.get('from', '')}{case.get('target', '')}"
)
def test_paths_and_plans_are_those_that_a_teacher_wrote_down(
    curated: CuratedConcepts, case: dict[str, Any]
) -> None:
    graph, names = build_graph(curated.concepts, curated.relations), NameIndex(curated.concepts)

    def one(name: str) -> str:
        (id,) = names.resolve(name)
        return id

    if case["kind"] == "plan":
        steps = [
            step.concept.id
            for step in plan_learning(
                graph, one(case["target"]), [one(name) for name in case["known"]]
            ).steps
        ]
        assert [id for id in steps if id in case["in_order"]] == case["in_order"]
        assert not set(case["without"]) & set(steps)
    elif case["kind"] == "none":
        assert isinstance(
            find_path(graph, one(case["from"]), one(case["to"]), via=[Via(case["via"])]), NoPath
        )
    else:
        found = find_path(graph, one(case["from"]), one(case["to"]))
        assert isinstance(found, Way)
        assert [concept.id for concept in found.concepts] in case["any_of"]
