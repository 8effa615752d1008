"""The bundled notes and concepts: aligned, linked, quoted exactly, and in an order to study in."""

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
from kg.graph.paths import Path as ConceptPath
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


def front_matter(file: str) -> dict[str, Any]:
    fields: dict[str, Any] = yaml.safe_load(find_front_matter(note(file).text))
    return fields


def headings(file: str) -> list[tuple[int, str]]:
    """Return level and text of each heading outside of code."""
    text = re.sub(r"^```.*?^```", "", note(file).text, flags=re.MULTILINE | re.DOTALL)
    return [(len(match[1]), match[2]) for match in re.finditer(r"^(#+) (.+)$", text, re.MULTILINE)]


def section(file: str, heading: str) -> str:
    """Return the text from a heading's line to the next heading of its level or above."""
    lines = note(file).text.split("\n")
    levels = {
        number: len(match[1])
        for number, line in enumerate(lines)
        if (match := re.match(r"(#+) ", line))
    }
    start = next(
        number for number, level in levels.items() if lines[number][level + 1 :] == heading
    )
    end = next(
        (number for number, level in levels.items() if number > start and level <= levels[start]),
        len(lines),
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
    en, zh = front_matter(f"en/{slug}.md"), front_matter(f"zh/{slug}.md")
    assert en["id"] == zh["id"] == slug
    assert en["requires"] == zh["requires"] and set(en["requires"] or []) <= set(SLUGS)
    assert en["sources"] == zh["sources"]
    assert [level for level, _ in headings(f"en/{slug}.md")] == [
        level for level, _ in headings(f"zh/{slug}.md")
    ]


def test_the_notes_can_be_read_in_an_order_that_respects_what_each_requires() -> None:
    requires = nx.DiGraph(
        [
            (before, slug)
            for slug in SLUGS
            for before in front_matter(f"en/{slug}.md")["requires"] or []
        ]
    )
    assert nx.is_directed_acyclic_graph(requires)


@pytest.mark.parametrize("file", FILES)
def test_every_section_is_short_and_names_sources_that_the_front_matter_lists(file: str) -> None:
    language = file[:2]
    sources = front_matter(file)["sources"]
    sections = parse_markdown(note(file).text)
    named = 0
    for section in sections:
        texts = [block.text for block in section.blocks]
        text = " ".join(texts)
        assert len(text.split()) < 320 if language == "en" else len(text) < 900, section.heading
        for line in (text for text in texts if text.startswith(SOURCE[language])):
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
    ("ends", "ids"), [(("rnn", "gru"), "rnn lstm gru"), (("mha", "mla"), "mha mqa gqa mla")]
)
def test_the_two_lineages_have_all_their_steps(
    curated: CuratedConcepts, ends: tuple[str, str], ids: str
) -> None:
    path = find_path(build_graph(curated.concepts, curated.relations), *ends)
    assert isinstance(path, ConceptPath)
    assert [concept.id for concept in path.concepts] == ids.split()


def test_a_name_means_one_concept_unless_it_is_an_abbreviation(curated: CuratedConcepts) -> None:
    names = NameIndex(curated.concepts)
    for concept in curated.concepts:
        for alias in concept.aliases:
            ids = names.resolve(alias.text)
            assert concept.id in ids
            assert len(ids) == 1 or alias.text.isupper() or alias.kind.value == "abbr", (
                alias.text,
                ids,
            )


QUESTIONS = [
    json.loads(line)
    for line in (DATA / "eval" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]


def test_there_are_enough_questions_of_every_kind() -> None:
    answerable = [question for question in QUESTIONS if question["gold"]]
    assert (
        len(QUESTIONS)
        == len({question["question"] for question in QUESTIONS})
        == len({question["id"] for question in QUESTIONS})
    )
    assert len(answerable) >= 200 and len(QUESTIONS) - len(answerable) >= 60
    for language in ("zh", "en"):
        count = sum(question["language"] == language for question in answerable)
        assert 0.4 < count / len(answerable) < 0.6


def test_gold_lines_hold_the_answer() -> None:
    for question in QUESTIONS:
        if question["gold"]:
            assert {gold["path"][:2] for gold in question["gold"]} == {"en", "zh"}
            texts = [lines_of(gold["path"], *gold["lines"]) for gold in question["gold"]]
            assert any(question["answer"] in text for text in texts), question["id"]


def lines_of(file: str, first: int, last: int) -> str:
    return "\n".join(note(file).text.split("\n")[first - 1 : last])


CASES = [
    json.loads(line)
    for line in (DATA / "eval" / "paths.jsonl").read_text(encoding="utf-8").splitlines()
]


def test_there_are_enough_cases_of_paths_and_plans() -> None:
    assert len(CASES) == len({case["id"] for case in CASES}) >= 40
    assert {case["kind"] for case in CASES} == {"path", "plan", "none"}


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: f"{case['id']} {case.get('from', '')}{case.get('target', '')}"
)
def test_paths_and_plans_are_as_a_teacher_expects(
    curated: CuratedConcepts, case: dict[str, Any]
) -> None:
    graph, names = build_graph(curated.concepts, curated.relations), NameIndex(curated.concepts)

    def id_of(name: str) -> str:
        (id,) = names.resolve(name)
        return id

    if case["kind"] == "plan":
        steps = [
            step.concept.id
            for step in plan_learning(
                graph, id_of(case["target"]), [id_of(name) for name in case["known"]]
            ).steps
        ]
        assert [id for id in steps if id in case["in_order"]] == case["in_order"]
        assert not set(case["without"]) & set(steps)
    elif case["kind"] == "none":
        assert isinstance(
            find_path(graph, id_of(case["from"]), id_of(case["to"]), via=[Via(case["via"])]), NoPath
        )
    else:
        path = find_path(graph, id_of(case["from"]), id_of(case["to"]))
        assert isinstance(path, ConceptPath)
        assert [concept.id for concept in path.concepts] in case["any_of"]
