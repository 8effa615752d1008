"""Build graphs to draw: the bundled notes', one with hostile labels, and ones of any size."""

from dataclasses import replace
from functools import cache

from kg.export.drawing.topics import group_topics
from kg.export.drawing.view import View, build_view
from kg.graph.build import Graph, build_graph, concepts_of, relations_of
from kg.graph.subgraph import Neighbourhood, select_subgraph
from kg.language.detect import Language
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
from rag.index.location import bundled_location
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


def view_of(graph: Graph, around: Neighbourhood | None = None, language: Language = "en") -> View:
    """Return the view of what is around a concept, or of the whole graph."""
    part = select_subgraph(graph, around or Neighbourhood())
    return build_view(part, group_topics(graph, language), language)


@cache
def bundled() -> Graph:
    """Return the graph of the bundled notes. It is shared: copy it before changing it."""
    with Index(bundled_location()) as index:
        return load_graph(index)


def doubled() -> Graph:
    """Return the bundled graph twice: 500 concepts with the relations and quotes of real notes."""
    graph = bundled()
    concepts, relations = concepts_of(graph, graph), relations_of(graph)
    copied_concepts = [replace(concept, id=f"{concept.id}-again") for concept in concepts]
    copied_relations = [
        replace(relation, source=f"{relation.source}-again", target=f"{relation.target}-again")
        for relation in relations
    ]
    return build_graph([*concepts, *copied_concepts], [*relations, *copied_relations])


def hostile() -> Graph:
    """Return a chain of prerequisites whose labels and quotes are hostile."""
    concepts = [
        concept(
            f"c{number}",
            label,
            aliases=(Alias(label, "en", AliasKind.FULL),),
            definition=LocalizedText(label, label),
            notes=(evidence(label),),
        )
        for number, label in enumerate(HOSTILE)
    ]
    relations = [
        relation(f"c{number}", f"c{number + 1}", quote=label)
        for number, label in enumerate(HOSTILE[:-1])
    ]
    return build_graph(concepts, relations)


def sized(count: int) -> Graph:
    """Return `count` concepts in 20 notes, each with up to two relations to earlier ones."""
    relations = [
        relation(
            f"c{earlier:04}",
            f"c{number:04}",
            kind,
            quote=f"The note says that {earlier} comes before {number}, and why, at length.",
        )
        for number in range(1, count)
        for earlier, kind in {
            number // 2: RelationKind.PREREQUISITE_OF,
            number - 1 - number % 7: RelationKind.EVOLVES_TO,
        }.items()
        if 0 <= earlier < number
    ]
    return build_graph(map(_numbered_concept, range(count)), relations)


def isolated(count: int) -> Graph:
    """Return `count` concepts without a relation; every fourth is a gap."""
    concepts = [
        concept(f"c{number:02}", f"概念 {number} " * (number % 3 + 1), gap=number % 4 == 0)
        for number in range(count)
    ]
    return build_graph(concepts, [])


def circle(kind: RelationKind = RelationKind.PREREQUISITE_OF) -> Graph:
    """Return a cycle of three concepts."""
    relations = [relation("a", "b", kind), relation("b", "c", kind), relation("c", "a", kind)]
    return build_graph(map(concept, "abc"), relations)


def concept(
    id: str,
    label: str = "",
    *,
    aliases: tuple[Alias, ...] = (),
    definition: LocalizedText = LocalizedText(),  # noqa: B008  # It is frozen.
    notes: tuple[Evidence, ...] = (),
    gap: bool = False,
) -> Concept:
    """Return a concept; its label is its id unless one is given."""
    return Concept(id, label or id, aliases, definition, notes, gap)


def relation(
    source: str,
    target: str,
    kind: RelationKind = RelationKind.PREREQUISITE_OF,
    *,
    quote: str = "so",
) -> Relation:
    """Return an accepted relation whose reason and evidence are the quote."""
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
        (evidence(quote),),
    )


def evidence(quote: str) -> Evidence:
    """Return a place in a note that has the quote."""
    return Evidence("zh/笔记.md", 3, 4, ("标题",), quote)


def _numbered_concept(number: int) -> Concept:
    note = number % 20
    return concept(
        f"c{number:04}",
        f"Concept {number}",
        aliases=(
            Alias(f"Concept {number}", "en", AliasKind.FULL),
            Alias(f"概念{number}", "zh", AliasKind.FULL),
        ),
        definition=LocalizedText(f"第{number}个概念。", f"The concept of number {number}."),
        notes=(
            Evidence(
                f"en/note{note:02}.md", number + 1, number + 3, (f"Note {note}", "Section"), ""
            ),
        ),
    )
