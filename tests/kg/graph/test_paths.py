"""Find paths, plans and cycles on graphs drawn by hand, and check what must hold for any graph."""

from collections import deque
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import QuestionError
from kg.graph.build import Graph, accepted_digraph, accepted_edges, build_graph
from kg.graph.paths import NoPath, Path, Via, find_path
from kg.graph.plans import PREREQUISITE, closure, find_cycles, next_concepts, plan_learning
from kg.types import Concept, Evidence, LocalizedText, Origin, Relation, RelationKind, Status

ARROWS = {
    "<": RelationKind.PREREQUISITE_OF,
    "→": RelationKind.EVOLVES_TO,
    "⊂": RelationKind.VARIANT_OF,
    "~": RelationKind.CONTRASTS_WITH,
    "!": RelationKind.SOLVES,
    "?": RelationKind.RELATED,
}
EVIDENCE = Evidence("notes.md", 1, 1, (), "so it says")
NLP = """
dot < softmax < attention < mha < mla
attention < transformer < bert
mha < transformer
mha → mqa → gqa → mla
rnn → lstm → gru
rnn < gru
rnn → gru
lstm ! vanishing
word2vec → elmo
elmo ~ bert
gru ~ tcn
dropout
"""


def concept(id: str) -> Concept:
    return Concept(id, id, (), LocalizedText(), (), False)


def relation(
    source: str,
    target: str,
    kind: RelationKind = PREREQUISITE,
    confidence: float = 1.0,
    *,
    status: Status = Status.ACCEPTED,
    evidence: tuple[Evidence, ...] = (EVIDENCE,),
) -> Relation:
    return Relation(
        source,
        target,
        kind,
        Origin.DECLARED,
        confidence,
        status,
        LocalizedText(),
        LocalizedText(),
        evidence,
    )


def parse_graph(text: str, *relations: Relation) -> Graph:
    """Return a graph from chains such as `a < b < c`, one a line, and further relations."""
    stated = list(relations)
    ids = {end for relation in relations for end in (relation.source, relation.target)}
    for words in map(str.split, text.strip().splitlines()):
        ids |= set(words[::2])
        stated += [
            relation(source, target, ARROWS[arrow])
            for source, arrow, target in zip(words[:-2:2], words[1::2], words[2::2], strict=True)
        ]
    return build_graph(map(concept, ids), stated)


def require_path(graph: Graph, source: str, target: str, *via: Via) -> Path:
    answer = find_path(graph, source, target, via=via) if via else find_path(graph, source, target)
    assert isinstance(answer, Path)
    return answer


def ids(concepts: tuple[Concept, ...] | list[Concept]) -> list[str]:
    return [concept.id for concept in concepts]


def plan_ids(graph: Graph, target: str, *known: str) -> list[str]:
    return [step.concept.id for step in plan_learning(graph, target, known).steps]


@pytest.mark.parametrize(
    ("source", "target", "via", "spine"),
    [
        ("mha", "mla", Via.LINEAGE, "mha mqa gqa mla"),
        ("rnn", "gru", Via.LINEAGE, "rnn lstm gru"),
        ("dot", "mla", Via.PREREQUISITE, "dot softmax attention mha mla"),
        ("attention", "bert", Via.PREREQUISITE, "attention transformer bert"),
        ("word2vec", "bert", Via.ANY, "word2vec elmo bert"),
        ("vanishing", "gru", Via.ANY, "vanishing lstm gru"),
        ("attention", "gqa", Via.ANY, "attention mha mqa gqa"),
        ("tcn", "gru", Via.ANY, "tcn gru"),
        ("mha", "mha", Via.LINEAGE, "mha"),
        ("dropout", "dropout", Via.LINEAGE, "dropout"),
    ],
    ids=str,
)
def test_a_path_takes_the_lineage_else_the_prerequisites_else_anything(
    source: str, target: str, via: Via, spine: str
) -> None:
    answer = require_path(parse_graph(NLP), source, target)
    assert (answer.via, ids(answer.concepts)) == (via, spine.split())


def test_among_prerequisites_a_single_step_is_a_path_beside_a_longer_one() -> None:
    assert ids(require_path(parse_graph(NLP), "mha", "mla", Via.PREREQUISITE).concepts) == [
        "mha",
        "mla",
    ]


def test_a_step_has_its_evidence_and_tells_whether_it_is_walked_backwards() -> None:
    steps = require_path(parse_graph(NLP), "vanishing", "gru").steps
    assert [(step.relation.kind.value, step.backwards) for step in steps] == [
        ("solves", True),
        ("evolves_to", False),
    ]
    assert all(step.relation.evidence == (EVIDENCE,) for step in steps)


def test_a_path_tells_what_else_is_needed_and_what_it_unlocks() -> None:
    answer = require_path(parse_graph("a < b < d < e\nx < y < d\nz < a"), "a", "d")
    assert (ids(answer.also_needed), ids(answer.unlocks)) == (["x", "y"], ["e"])
    assert ids(require_path(parse_graph(NLP), "mha", "mla").also_needed) == []
    known = find_path(parse_graph("a < d\nx < y < d\nq < d"), "a", "d", known=["y"])
    assert isinstance(known, Path) and ids(known.also_needed) == ["q"]


def test_alternatives_are_the_three_next_cheapest() -> None:
    graph = parse_graph("a < b < z\na < c < z\na < d < e < z\na < z\na < f < g < h < i < j < z")
    assert [ids(alternative) for alternative in require_path(graph, "a", "z").alternatives] == [
        ["a", "b", "z"],
        ["a", "c", "z"],
        ["a", "d", "e", "z"],
    ]


@pytest.mark.parametrize(
    ("relations", "spine"),
    [
        (
            [
                relation("a", "b", confidence=0.2),
                relation("b", "z"),
                relation("a", "c", confidence=0.9),
                relation("c", "z"),
            ],
            "a c z",
        ),
        (
            [
                relation("a", "b"),
                relation("b", "z", evidence=()),
                relation("a", "c"),
                relation("c", "z"),
            ],
            "a c z",
        ),
        ([relation("a", "c"), relation("c", "z"), relation("a", "b"), relation("b", "z")], "a b z"),
        ([relation("a", "z", confidence=0.0), relation("a", "b"), relation("b", "z")], "a b z"),
        (
            [relation("a", "z", status=Status.SUGGESTED), relation("a", "b"), relation("b", "z")],
            "a b z",
        ),
        (
            [relation("a", "z", status=Status.REJECTED), relation("a", "b"), relation("b", "z")],
            "a b z",
        ),
    ],
    ids=[
        "more confidence",
        "evidence",
        "smaller id",
        "two certain steps for a void one",
        "not suggested",
        "not rejected",
    ],
)
def test_confidence_then_evidence_then_ids_decide_between_two_paths(
    relations: list[Relation], spine: str
) -> None:
    assert ids(require_path(parse_graph("", *relations), "a", "z").concepts) == spine.split()


def test_a_change_of_relation_costs_a_quarter() -> None:
    # a<b→z costs 2¼; a<c<z with a weak step costs 2.2 or 2.3, so that the change pays only then.
    for confidence, middle in ((0.8, "c"), (0.7, "b")):
        graph = parse_graph("a < b → z\na < c", relation("c", "z", confidence=confidence))
        assert ids(require_path(graph, "a", "z", Via.ANY).concepts) == ["a", middle, "z"]


def test_without_a_path_the_result_tells_what_was_tried_and_what_there_is() -> None:
    graph = parse_graph(
        "base < a < b\nbase < c\nroot < base\na ~ c\nkind ⊂ b\nkind ⊂ c\na ? d\nisland"
    )
    back = find_path(graph, "b", "a", via=[Via.PREREQUISITE])
    assert isinstance(back, NoPath)
    assert [(step.source.id, step.target.id) for step in back.reverse] == [("a", "b")]
    beside = find_path(graph, "b", "c", via=[Via.LINEAGE, Via.PREREQUISITE])
    assert isinstance(beside, NoPath)
    assert (beside.tried, ids(beside.common)) == ((Via.LINEAGE, Via.PREREQUISITE), ["base"])
    assert [(relation.source, relation.target) for relation in beside.beside] == [
        ("kind", "b"),
        ("kind", "c"),
    ]
    away = find_path(graph, "a", "island")
    assert isinstance(away, NoPath)
    assert (len(away.tried), away.reverse, away.common, away.beside) == (3, (), (), ())


def test_no_path_follows_a_mere_mention() -> None:
    assert isinstance(find_path(parse_graph("a ? d"), "a", "d"), NoPath)


def test_a_plan_is_everything_before_in_learning_order() -> None:
    graph = parse_graph(NLP)
    assert plan_ids(graph, "bert") == ["dot", "softmax", "attention", "mha", "transformer"]
    steps = {step.concept.id: step for step in plan_learning(graph, "bert").steps}
    assert steps["transformer"].after == ("attention", "mha")
    assert [relation.target for relation in steps["attention"].needed] == ["mha", "transformer"]


def test_a_plan_leaves_out_what_is_known_and_what_that_rests_on() -> None:
    answer = plan_learning(parse_graph(NLP), "bert", ["attention"])
    assert [step.concept.id for step in answer.steps] == ["mha", "transformer"]
    assert ids(answer.known) == ["dot", "softmax", "attention"]
    assert plan_ids(parse_graph(NLP), "bert", "bert") == plan_ids(parse_graph(NLP), "dot") == []


def test_within_a_layer_the_concepts_of_a_note_follow_each_other() -> None:
    topics = {"a": "two.md", "b": "one.md", "c": "two.md", "z": "three.md"}
    concepts = [
        Concept(id, id, (), LocalizedText(), (Evidence(note, 1, 2, (), ""),), False)
        for id, note in topics.items()
    ]
    assert plan_ids(build_graph(concepts, [relation(id, "z") for id in "abc"]), "z") == [
        "b",
        "a",
        "c",
    ]


def test_concepts_that_need_each_other_are_learned_together() -> None:
    graph = parse_graph("a < b < a\nb < z\n0 < a")
    answer = plan_learning(graph, "z")
    assert [step.concept.id for step in answer.steps] == ["0", "a", "b"]
    assert [ids(cycle) for cycle in answer.together] == [["a", "b"]]
    assert [step.after for step in answer.steps] == [(), ("0",), ()]
    assert [ids(cycle) for cycle in require_path(graph, "a", "z").together] == [["a", "b"]]


def test_next_concepts_have_all_prerequisites_known_and_come_by_how_much_they_unlock() -> None:
    graph = parse_graph("a < b < c < d\nx < d\nb < y\nk < l < k\nl < m")
    assert [
        (suggestion.concept.id, suggestion.unlocks, ids(suggestion.together))
        for suggestion in next_concepts(graph)
    ] == [
        ("a", ("b", "c", "d", "y"), []),
        ("k", ("m",), ["l"]),
        ("l", ("m",), ["k"]),
        ("x", ("d",), []),
    ]
    assert [suggestion.concept.id for suggestion in next_concepts(graph, ["b", "k", "m"])] == [
        "c",
        "x",
        "y",
    ]
    assert next_concepts(graph, list(graph)) == []


def test_cycles_are_found_by_kind_each_with_its_shortest_circle() -> None:
    graph = parse_graph("a < b < c < a\nc < b\np → q → p\nx ~ y")
    assert [(cycle.kind.value, ids(cycle.concepts)) for cycle in find_cycles(graph)] == [
        ("prerequisite_of", ["a", "b", "c"]),
        ("evolves_to", ["p", "q"]),
    ]
    assert [(relation.source, relation.target) for relation in find_cycles(graph)[0].circle] == [
        ("a", "b"),
        ("b", "c"),
        ("c", "a"),
    ]


@pytest.mark.parametrize("ends", [("unknown", "mla"), ("mha", "unknown")])
def test_an_unknown_concept_is_a_usage_error(ends: tuple[str, str]) -> None:
    graph = parse_graph(NLP)
    for ask in (
        lambda: find_path(graph, *ends),
        lambda: plan_learning(graph, "unknown"),
        lambda: next_concepts(graph, ends),
    ):
        with pytest.raises(QuestionError, match="there is no concept unknown"):
            ask()


SIZE = 9
EDGES = st.tuples(
    st.integers(0, SIZE - 1),
    st.integers(0, SIZE - 1),
    st.sampled_from(RelationKind),
    st.sampled_from([0.0, 0.5, 0.9, 1.0]),
)
NAMES = st.sampled_from([str(number) for number in range(SIZE)])


def graph_of(edges: list[tuple[int, int, RelationKind, float]]) -> Graph:
    """Return a graph of nine concepts with any relations at all: cycles, opposites, islands."""
    relations = [
        relation(str(source), str(target), kind, confidence)
        for source, target, kind, confidence in edges
        if source != target
    ]
    return build_graph([concept(str(number)) for number in range(SIZE)], relations)


GRAPHS = st.lists(EDGES, max_size=30).map(graph_of)
PREREQUISITES = st.lists(st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)), max_size=30)


@settings(deadline=None)
@given(GRAPHS, NAMES, NAMES, st.sampled_from(Via))
def test_every_step_of_a_path_is_an_accepted_relation_and_its_ends_are_those_asked_for(
    graph: Graph, source: str, target: str, via: Via
) -> None:
    answer = find_path(graph, source, target, via=[via])
    edges = accepted_edges(graph, RelationKind.__members__.values())
    chain = answer.steps if isinstance(answer, Path) else answer.reverse
    for step in chain:
        assert (step.relation.source, step.relation.target, step.relation.kind.value) in edges
        assert {step.relation.source, step.relation.target} == {step.source.id, step.target.id}
    assert all(step.target == following.source for step, following in pairwise(chain))
    if isinstance(answer, Path):
        spine = ids(answer.concepts)
        assert (spine[0], spine[-1], len(set(spine))) == (source, target, len(spine))
        for alternative in map(ids, answer.alternatives):
            assert alternative != spine and (alternative[0], alternative[-1]) == (source, target)
        assert not set(ids(answer.also_needed)) & set(spine)


def breadth_first(graph: Graph, source: str, target: str) -> list[str]:
    """Return the shortest path by smallest ids: breadth-first search over sorted neighbours."""
    edges = accepted_edges(graph, [PREREQUISITE])
    queue = deque([[source]])
    seen = {source}
    while queue:
        chain = queue.popleft()
        if chain[-1] == target:
            return chain
        for after in sorted({end for start, end, _ in edges if start == chain[-1]} - seen):
            seen.add(after)
            queue.append([*chain, after])
    return []


@settings(deadline=None)
@given(PREREQUISITES, NAMES, NAMES)
def test_a_path_of_equal_confidence_is_what_breadth_first_search_finds(
    pairs: list[tuple[int, int]], a: str, b: str
) -> None:
    graph = graph_of([(source, target, PREREQUISITE, 0.5) for source, target in pairs])
    answer = find_path(graph, a, b, via=[Via.PREREQUISITE])
    assert (ids(answer.concepts) if isinstance(answer, Path) else []) == breadth_first(graph, a, b)


@settings(deadline=None)
@given(GRAPHS, NAMES, st.lists(NAMES, max_size=3))
def test_a_plan_respects_every_prerequisite_and_leaves_none_out(
    graph: Graph, target: str, known: list[str]
) -> None:
    answer = plan_learning(graph, target, known)
    order = [step.concept.id for step in answer.steps]
    cycles = [set(ids(cycle)) for cycle in answer.together]
    already_known = closure(accepted_digraph(graph, PREREQUISITE), known)
    assert target not in order and not already_known & set(order) and len(set(order)) == len(order)
    for source, end, _ in accepted_edges(graph, [PREREQUISITE]):
        if end in {*order, target} and not (end == target and target in already_known):
            together = any({source, end} <= cycle for cycle in cycles)
            assert source in already_known or source == target or source in order
            if source in order and end in order and not together:
                assert order.index(source) < order.index(end)
    for step in answer.steps:
        assert all(order.index(id) < order.index(step.concept.id) for id in step.after)
        assert step.needed


@settings(deadline=None)
@given(GRAPHS, st.lists(NAMES, max_size=4))
def test_next_concepts_rest_on_what_is_known_only(graph: Graph, known: list[str]) -> None:
    prerequisites = accepted_digraph(graph, PREREQUISITE)
    already_known = closure(prerequisites, known)
    for suggestion in next_concepts(graph, known):
        assert set(prerequisites.predecessors(suggestion.concept.id)) <= already_known | set(
            ids(suggestion.together)
        )
        assert not already_known & {suggestion.concept.id, *suggestion.unlocks}


@settings(deadline=None)
@given(st.lists(EDGES, max_size=30), st.randoms(), NAMES, NAMES)
def test_results_do_not_depend_on_the_order_in_which_relations_are_given(
    edges: list[tuple[int, int, RelationKind, float]], random: Random, source: str, target: str
) -> None:
    graph, shuffled = graph_of(edges), graph_of(random.sample(edges, len(edges)))
    assert find_path(graph, source, target) == find_path(shuffled, source, target)
    assert plan_learning(graph, target, [source]) == plan_learning(shuffled, target, [source])
    assert next_concepts(graph, [source]) == next_concepts(shuffled, [source])
    assert find_cycles(graph) == find_cycles(shuffled)


def test_a_graph_as_large_and_cyclic_as_tutorialbank_has_paths_and_plans() -> None:
    # TutorialBank has 208 topics and 904 prerequisites; 25 of the topics form one cycle.
    random = Random(1)
    pairs = {(number, (number + 1) % 25) for number in range(25)}
    while len(pairs) < 904:
        source, target = sorted(random.sample(range(208), 2))
        pairs.add((source, target))
    graph = build_graph(
        [concept(f"{number:03}") for number in range(208)],
        [relation(f"{source:03}", f"{target:03}") for source, target in sorted(pairs)],
    )
    (cycle,) = find_cycles(graph)
    assert len(cycle.concepts) == 25
    assert [len(together) for together in plan_learning(graph, "207").together] == [25]
    assert ids(require_path(graph, "000", "207").concepts) == breadth_first(graph, "000", "207")
    assert next_concepts(graph)[0].unlocks


def test_a_chain_of_two_thousand_concepts_does_not_exhaust_the_stack() -> None:
    names = [f"{number:04}" for number in range(2000)]
    graph = build_graph(map(concept, names), [relation(*ends) for ends in pairwise(names)])
    assert plan_ids(graph, "1999") == names[:-1]
    assert len(require_path(graph, "0000", "1999").steps) == 1999
