"""Paths, plans and cycles on graphs drawn by hand, and what must hold for any graph."""

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
PLACE = Evidence("notes.md", 1, 1, (), "so it says")
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
    evidence: tuple[Evidence, ...] = (PLACE,),
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


def drawn(text: str, *relations: Relation) -> Graph:
    """A graph out of chains such as `a < b < c`, one a line, and further relations."""
    found, ids = list(relations), {end for item in relations for end in (item.source, item.target)}
    for words in map(str.split, text.strip().splitlines()):
        ids |= set(words[::2])
        found += [
            relation(a, b, ARROWS[arrow])
            for a, arrow, b in zip(words[:-2:2], words[1::2], words[2::2], strict=True)
        ]
    return build_graph(map(concept, ids), found)


def found(graph: Graph, source: str, target: str, *via: Via) -> Path:
    answer = find_path(graph, source, target, via=via) if via else find_path(graph, source, target)
    assert isinstance(answer, Path)
    return answer


def ids(concepts: tuple[Concept, ...] | list[Concept]) -> list[str]:
    return [item.id for item in concepts]


def planned(graph: Graph, target: str, *known: str) -> list[str]:
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
    answer = found(drawn(NLP), source, target)
    assert (answer.via, ids(answer.concepts)) == (via, spine.split())


def test_over_prerequisites_alone_the_short_hop_is_a_path() -> None:
    assert ids(found(drawn(NLP), "mha", "mla", Via.PREREQUISITE).concepts) == ["mha", "mla"]


def test_a_hop_says_what_it_rests_on_and_whether_it_is_walked_backwards() -> None:
    steps = found(drawn(NLP), "vanishing", "gru").steps
    assert [(step.relation.kind.value, step.backwards) for step in steps] == [
        ("solves", True),
        ("evolves_to", False),
    ]
    assert all(step.relation.evidence == (PLACE,) for step in steps)


def test_around_the_spine_stand_what_else_is_needed_and_what_it_unlocks() -> None:
    answer = found(drawn("a < b < d < e\nx < y < d\nz < a"), "a", "d")
    assert (ids(answer.also_needed), ids(answer.unlocks)) == (["x", "y"], ["e"])
    assert ids(found(drawn(NLP), "mha", "mla").also_needed) == []
    known = find_path(drawn("a < d\nx < y < d\nq < d"), "a", "d", known=["y"])
    assert isinstance(known, Path) and ids(known.also_needed) == ["q"]


def test_alternatives_are_the_next_cheapest_and_few() -> None:
    graph = drawn("a < b < z\na < c < z\na < d < e < z\na < z\na < f < g < h < i < j < z")
    assert [ids(alternative) for alternative in found(graph, "a", "z").alternatives] == [
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
    ids=["surer", "stated", "by id", "two sure hops for a void one", "suggested", "rejected"],
)
def test_what_decides_between_two_ways(relations: list[Relation], spine: str) -> None:
    assert ids(found(drawn("", *relations), "a", "z").concepts) == spine.split()


def test_a_change_of_relation_costs_a_quarter() -> None:
    """a<b→z costs 2¼, a<c<z with a weak hop 2.2 or 2.3: the change pays only in the second."""
    for confidence, middle in ((0.8, "c"), (0.7, "b")):
        graph = drawn("a < b → z\na < c", relation("c", "z", confidence=confidence))
        assert ids(found(graph, "a", "z", Via.ANY).concepts) == ["a", middle, "z"]


def test_without_a_path_it_is_told_what_was_tried_and_what_there_is() -> None:
    graph = drawn("base < a < b\nbase < c\nroot < base\na ~ c\nkind ⊂ b\nkind ⊂ c\na ? d\nisland")
    back = find_path(graph, "b", "a", via=[Via.PREREQUISITE])
    assert isinstance(back, NoPath)
    assert [(item.source.id, item.target.id) for item in back.reverse] == [("a", "b")]
    beside = find_path(graph, "b", "c", via=[Via.LINEAGE, Via.PREREQUISITE])
    assert isinstance(beside, NoPath)
    assert (beside.tried, ids(beside.common)) == ((Via.LINEAGE, Via.PREREQUISITE), ["base"])
    assert [(item.source, item.target) for item in beside.beside] == [("kind", "b"), ("kind", "c")]
    away = find_path(graph, "a", "island")
    assert isinstance(away, NoPath)
    assert (len(away.tried), away.reverse, away.common, away.beside) == (3, (), (), ())


def test_a_weak_mention_leads_nowhere() -> None:
    assert isinstance(find_path(drawn("a ? d"), "a", "d"), NoPath)


def test_a_plan_is_everything_before_in_learning_order() -> None:
    graph = drawn(NLP)
    assert planned(graph, "bert") == ["dot", "softmax", "attention", "mha", "transformer"]
    steps = {step.concept.id: step for step in plan_learning(graph, "bert").steps}
    assert steps["transformer"].after == ("attention", "mha")
    assert [item.target for item in steps["attention"].needed] == ["mha", "transformer"]


def test_what_is_known_and_what_it_rests_on_is_left_out_and_still_named() -> None:
    answer = plan_learning(drawn(NLP), "bert", ["attention"])
    assert [step.concept.id for step in answer.steps] == ["mha", "transformer"]
    assert ids(answer.known) == ["dot", "softmax", "attention"]
    assert planned(drawn(NLP), "bert", "bert") == planned(drawn(NLP), "dot") == []


def test_a_layer_keeps_the_concepts_of_a_note_together() -> None:
    topics = {"a": "two.md", "b": "one.md", "c": "two.md", "z": "three.md"}
    concepts = [
        Concept(id, id, (), LocalizedText(), (Evidence(note, 1, 2, (), ""),), False)
        for id, note in topics.items()
    ]
    assert planned(build_graph(concepts, [relation(id, "z") for id in "abc"]), "z") == [
        "b",
        "a",
        "c",
    ]


def test_contradictory_relations_are_learned_together() -> None:
    graph = drawn("a < b < a\nb < z\n0 < a")
    answer = plan_learning(graph, "z")
    assert [step.concept.id for step in answer.steps] == ["0", "a", "b"]
    assert [ids(knot) for knot in answer.together] == [["a", "b"]]
    assert [step.after for step in answer.steps] == [(), ("0",), ()]
    assert [ids(knot) for knot in found(graph, "a", "z").together] == [["a", "b"]]


def test_next_is_what_has_all_its_prerequisites_known_by_how_much_it_unlocks() -> None:
    graph = drawn("a < b < c < d\nx < d\nb < y\nk < l < k\nl < m")
    assert [
        (next_concept.concept.id, next_concept.unlocks, ids(next_concept.together))
        for next_concept in next_concepts(graph)
    ] == [
        ("a", ("b", "c", "d", "y"), []),
        ("k", ("m",), ["l"]),
        ("l", ("m",), ["k"]),
        ("x", ("d",), []),
    ]
    assert [next_concept.concept.id for next_concept in next_concepts(graph, ["b", "k", "m"])] == [
        "c",
        "x",
        "y",
    ]
    assert next_concepts(graph, list(graph)) == []


def test_cycles_are_told_by_kind_with_one_circle_each() -> None:
    graph = drawn("a < b < c < a\nc < b\np → q → p\nx ~ y")
    assert [(cycle.kind.value, ids(cycle.concepts)) for cycle in find_cycles(graph)] == [
        ("prerequisite_of", ["a", "b", "c"]),
        ("evolves_to", ["p", "q"]),
    ]
    assert [(item.source, item.target) for item in find_cycles(graph)[0].circle] == [
        ("a", "b"),
        ("b", "c"),
        ("c", "a"),
    ]


@pytest.mark.parametrize("ends", [("unheard", "mla"), ("mha", "unheard")])
def test_an_unknown_concept_is_a_usage_error(ends: tuple[str, str]) -> None:
    graph = drawn(NLP)
    for ask in (
        lambda: find_path(graph, *ends),
        lambda: plan_learning(graph, "unheard"),
        lambda: next_concepts(graph, ends),
    ):
        with pytest.raises(QuestionError, match="there is no concept unheard"):
            ask()


SIZE = 9
EDGES = st.tuples(
    st.integers(0, SIZE - 1),
    st.integers(0, SIZE - 1),
    st.sampled_from(RelationKind),
    st.sampled_from([0.0, 0.5, 0.9, 1.0]),
)
NAMES = st.sampled_from([str(at) for at in range(SIZE)])


def of(edges: list[tuple[int, int, RelationKind, float]]) -> Graph:
    """A graph of nine concepts with any relations at all: cycles, opposites, islands."""
    relations = [relation(str(a), str(b), kind, sure) for a, b, kind, sure in edges if a != b]
    return build_graph([concept(str(at)) for at in range(SIZE)], relations)


GRAPHS = st.lists(EDGES, max_size=30).map(of)
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
    assert all(item.target == other.source for item, other in pairwise(chain))
    if isinstance(answer, Path):
        spine = ids(answer.concepts)
        assert (spine[0], spine[-1], len(set(spine))) == (source, target, len(spine))
        for other in answer.alternatives:
            assert ids(other) != spine and (other[0].id, other[-1].id) == (source, target)
        assert not set(ids(answer.also_needed)) & set(spine)


def breadth_first(graph: Graph, source: str, target: str) -> list[str]:
    """The shortest path by smallest ids: plain breadth-first search over sorted neighbours."""
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
    graph = of([(source, target, PREREQUISITE, 0.5) for source, target in pairs])
    answer = find_path(graph, a, b, via=[Via.PREREQUISITE])
    assert (ids(answer.concepts) if isinstance(answer, Path) else []) == breadth_first(graph, a, b)


@settings(deadline=None)
@given(GRAPHS, NAMES, st.lists(NAMES, max_size=3))
def test_a_plan_respects_every_prerequisite_and_leaves_none_out(
    graph: Graph, target: str, known: list[str]
) -> None:
    answer = plan_learning(graph, target, known)
    order = [step.concept.id for step in answer.steps]
    knots = [set(ids(knot)) for knot in answer.together]
    had = closure(accepted_digraph(graph, PREREQUISITE), known)
    assert target not in order and not had & set(order) and len(set(order)) == len(order)
    for source, end, _ in accepted_edges(graph, [PREREQUISITE]):
        if end in {*order, target} and not (end == target and target in had):
            together = any({source, end} <= knot for knot in knots)
            assert source in had or source == target or source in order
            if source in order and end in order and not together:
                assert order.index(source) < order.index(end)
    for step in answer.steps:
        assert all(order.index(item) < order.index(step.concept.id) for item in step.after)
        assert step.needed


@settings(deadline=None)
@given(GRAPHS, st.lists(NAMES, max_size=4))
def test_what_is_next_rests_on_what_is_known_only(graph: Graph, known: list[str]) -> None:
    needs = accepted_digraph(graph, PREREQUISITE)
    had = closure(needs, known)
    for next_concept in next_concepts(graph, known):
        assert set(needs.predecessors(next_concept.concept.id)) <= had | set(
            ids(next_concept.together)
        )
        assert not had & {next_concept.concept.id, *next_concept.unlocks}


@settings(deadline=None)
@given(st.lists(EDGES, max_size=30), st.randoms(), NAMES, NAMES)
def test_the_same_graph_answers_the_same_in_whatever_order_it_was_told(
    edges: list[tuple[int, int, RelationKind, float]], random: Random, source: str, target: str
) -> None:
    item, other = of(edges), of(random.sample(edges, len(edges)))
    assert find_path(item, source, target) == find_path(other, source, target)
    assert plan_learning(item, target, [source]) == plan_learning(other, target, [source])
    assert next_concepts(item, [source]) == next_concepts(other, [source])
    assert find_cycles(item) == find_cycles(other)


def test_a_graph_as_large_and_knotted_as_tutorialbank_answers() -> None:
    """208 topics, 904 prerequisites, 25 of the topics in one knot."""
    random = Random(1)
    pairs = {(at, (at + 1) % 25) for at in range(25)}
    while len(pairs) < 904:
        source, target = sorted(random.sample(range(208), 2))
        pairs.add((source, target))
    graph = build_graph(
        [concept(f"{at:03}") for at in range(208)],
        [relation(f"{a:03}", f"{b:03}") for a, b in sorted(pairs)],
    )
    (knot,) = find_cycles(graph)
    assert len(knot.concepts) == 25
    assert [len(item) for item in plan_learning(graph, "207").together] == [25]
    assert ids(found(graph, "000", "207").concepts) == breadth_first(graph, "000", "207")
    assert next_concepts(graph)[0].unlocks


def test_a_chain_of_two_thousand_is_no_deeper_than_any_other() -> None:
    names = [f"{at:04}" for at in range(2000)]
    graph = build_graph(map(concept, names), [relation(a, b) for a, b in pairwise(names)])
    assert planned(graph, "1999") == names[:-1]
    assert len(found(graph, "0000", "1999").steps) == 1999
