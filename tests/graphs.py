"""Graphs to draw: the bundled notes', one with the worst labels there are, and ones of any size."""

from dataclasses import replace
from functools import cache

from kg.graph.build import Graph, build_graph, concepts_of, relations_of
from kg.types import (
    Alias,
    AliasKind,
    Concept,
    Evidence,
    LocalizedText,
    Origin,
    Relation,
    RelationKind,
    Status,
)
from rag.index.graph import load_graph
from rag.index.location import bundled_location as bundled_place
from rag.index.reader import Index

HOSTILE = (
    "<script>document.title='owned'</script>",
    "</script><img src=x onerror=\"document.title='owned'\">",
    "</svg><svg onload=\"document.title='owned'\">",
    "\"quoted\" 'and' \\back\\slash \\N \\",
    "line\nbreak\r\n\ttab",
    "שלום עולם \u202egnp.exe\u202c",
    "👩‍👩‍👧 🎉 表情",
    "长" * 300,
    "%%{init: {'theme':'dark'}}%% `code` ${x} #35; &amp; ]]> -->",
    '=HYPERLINK("http://example.org")',
    "\x00\x1b[31mred\x07\ufffe",
    "end",
    "a[b](c){d}|e| subgraph *f* _g_ <!-- h -->",
)


@cache
def bundled() -> Graph:
    with Index(bundled_place()) as index:
        return load_graph(index)


def doubled() -> Graph:
    """The bundled graph twice: 500 concepts with the relations and quotes of real notes."""
    graph = bundled()
    concepts, relations = concepts_of(graph, graph), relations_of(graph)
    return build_graph(
        [*concepts, *(replace(concept, id=f"{concept.id}-again") for concept in concepts)],
        [
            *relations,
            *(
                replace(
                    relation, source=f"{relation.source}-again", target=f"{relation.target}-again"
                )
                for relation in relations
            ),
        ],
    )


def hostile() -> Graph:
    """The worst labels: each concept is a prerequisite of the next, with a quote just as bad."""
    concepts = [
        Concept(
            f"c{at}",
            label,
            (Alias(label, "en", AliasKind.FULL),),
            LocalizedText(label, label),
            (place(label),),
            False,
        )
        for at, label in enumerate(HOSTILE)
    ]
    return build_graph(
        concepts,
        [relation(f"c{at}", f"c{at + 1}", quote=label) for at, label in enumerate(HOSTILE[:-1])],
    )


def sized(count: int) -> Graph:
    """So many concepts, in 20 notes, each with up to four relations to earlier ones."""
    concepts = [
        Concept(
            f"c{at:04}",
            f"Concept {at}",
            (
                Alias(f"Concept {at}", "en", AliasKind.FULL),
                Alias(f"概念{at}", "zh", AliasKind.FULL),
            ),
            LocalizedText(f"第{at}个概念。", f"The concept of number {at}."),
            (
                Evidence(
                    f"en/note{at % 20:02}.md", at + 1, at + 3, (f"Note {at % 20}", "Section"), ""
                ),
            ),
            False,
        )
        for at in range(count)
    ]
    relations = [
        relation(
            f"c{earlier:04}",
            f"c{at:04}",
            kind,
            quote=f"The note says that {earlier} comes before {at}, and why, at length.",
        )
        for at in range(1, count)
        for earlier, kind in {
            at // 2: RelationKind.PREREQUISITE_OF,
            at - 1 - at % 7: RelationKind.EVOLVES_TO,
        }.items()
        if 0 <= earlier < at
    ]
    return build_graph(concepts, relations)


def alone(count: int) -> Graph:
    """So many concepts without a relation."""
    return build_graph(
        [
            Concept(f"c{at:02}", f"概念 {at} " * (at % 3 + 1), (), LocalizedText(), (), at % 4 == 0)
            for at in range(count)
        ],
        [],
    )


def circle(kind: RelationKind = RelationKind.PREREQUISITE_OF) -> Graph:
    """Three concepts that lead around."""
    concepts = [Concept(id, id, (), LocalizedText(), (), False) for id in "abc"]
    return build_graph(
        concepts, [relation("a", "b", kind), relation("b", "c", kind), relation("c", "a", kind)]
    )


def relation(
    source: str,
    target: str,
    kind: RelationKind = RelationKind.PREREQUISITE_OF,
    *,
    quote: str = "so",
) -> Relation:
    reason = LocalizedText(quote, quote)
    return Relation(
        source,
        target,
        kind,
        Origin.DECLARED,
        1.0,
        Status.ACCEPTED,
        reason,
        LocalizedText(),
        (place(quote),),
    )


def place(quote: str) -> Evidence:
    return Evidence("zh/笔记.md", 3, 4, ("标题",), quote)
