"""Measure extraction against relations that people wrote down: precision, recall, reversals, time.

    python benchmarks/extraction.py            the bundled notes with data/concepts.yaml withheld,
                                               and 5 MB of them for time
    python benchmarks/extraction.py FOLDER     a folder with notes/ and prerequisites.tsv
                                               (titles: prerequisite, concept)

An extracted concept is the curated one with which it shares a full name or abbreviation. Only
relations of two such concepts are judged, in their direction: an edge is right when the curated
file has it (direct), or when a chain of its edges leads there (transitive). Recall is of the
curated edges, whether or not the notes state them.
"""

import csv
import gc
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from itertools import combinations
from pathlib import Path

from kg.curation.reader import CuratedConcepts, read_curated
from kg.extraction.annotate import annotate
from kg.extraction.annotations import NoteAnnotations
from kg.extraction.cache import ExtractionCache
from kg.extraction.pipeline import ACCEPTED_FROM, extract
from kg.extraction.terms.grammar import split_names, term_key
from kg.names import NameIndex
from kg.notes.files import find_notes, read_note
from kg.notes.note import Note
from kg.text import Lines
from kg.types import Alias, AliasKind, Concept, LocalizedText, Relation, RelationKind, Status

ROOT = Path(__file__).parent.parent
# No curated file.
NOTHING = CuratedConcepts((), (), ())
# A directed edge, or two names in order.
Pair = tuple[str, str]


def read_notes(folder: Path) -> list[Note]:
    return [read_note(folder, file.path) for file in find_notes(folder)[0]]


def transitive_closure(edges: Iterable[Pair]) -> set[Pair]:
    """Return the pairs with a path from the first to the second."""
    after: defaultdict[str, set[str]] = defaultdict(set)
    for source, target in edges:
        after[source].add(target)
    found: set[Pair] = set()
    for source in list(after):
        reached, left = set[str](), [source]
        while left:
            new = after.get(left.pop(), set()) - reached
            reached |= new
            left += new
        found |= {(source, target) for target in reached}
    return found


def format_measures(said: set[Pair], gold: set[Pair], *, symmetric: bool = False) -> str:
    """Return a row: counts, precision and recall (direct, transitive), share of reversed edges."""
    implied = gold if symmetric else transitive_closure(gold)
    closed = said if symmetric else transitive_closure(said)
    inverted = set() if symmetric else {(b, a) for a, b in said} & implied
    precisions = (len(said & edges) / max(1, len(said)) for edges in (gold, implied))
    recalls = (len(edges & gold) / max(1, len(gold)) for edges in (said, closed))
    values = "".join(f"{value:9.2f}" for value in (*precisions, *recalls))
    return f"{len(said):6}{len(gold):6}{values}{len(inverted) / max(1, len(said)):9.3f}"


HEADER = f"{'':30}{'said':>6}{'gold':>6}{'P':>9}{'P trans':>9}{'R':>9}{'R trans':>9}{'reversed':>9}"


def measure_bundled() -> None:
    """Measure the bundled notes against the curated file."""
    notes = read_notes(ROOT / "data" / "notes")
    curated = read_curated(
        (ROOT / "data" / "concepts.yaml").read_text(encoding="utf-8"), "concepts.yaml"
    )
    concepts, relations, _ = extract(map(annotate, notes), NOTHING)
    counterparts = {concept.id: find_counterpart(concept, curated.concepts) for concept in concepts}
    known = set(filter(None, counterparts.values()))
    noted = [concept for concept in curated.concepts if not concept.gap]
    print(
        f"concepts        {len(concepts)} extracted,"
        f" {sum(map(bool, counterparts.values())) / len(concepts):.2f} of them curated; ",
        end="",
    )
    print(
        f"recall {sum(concept.id in known for concept in noted) / len(noted):.2f} of {len(noted)}"
    )
    measure_aliases(concepts, curated.concepts, notes)
    print("\n" + HEADER)
    for kind in RelationKind:
        gold = {
            relation.edge[:2]
            for relation in curated.relations
            if relation.kind is kind and relation.status is Status.ACCEPTED
        }
        for name, some in group_by_origin(relations, kind).items():
            said = {tuple(counterparts[id] for id in relation.edge[:2]) for relation in some}
            pairs = {(a, b) for a, b in said if a and b and a != b}
            if kind.symmetric:
                pairs = {(min(pair), max(pair)) for pair in pairs}
            if gold or pairs:
                row = format_measures(pairs, gold, symmetric=kind.symmetric)
                print(f"{kind.value + ' ' + name:30}{row}")


def group_by_origin(relations: Iterable[Relation], kind: RelationKind) -> dict[str, list[Relation]]:
    """Return the relations of a kind: accepted ones, by origin too, and suggested ones."""
    found: defaultdict[str, list[Relation]] = defaultdict(list)
    for relation in relations:
        if relation.kind is kind:
            found["accepted" if relation.status is Status.ACCEPTED else "suggested"].append(
                relation
            )
            if relation.status is Status.ACCEPTED:
                found[f"· {relation.origin.value}"].append(relation)
    return {
        name: found[name]
        for name in sorted(
            found, key=lambda name: (name == "suggested", name.startswith("·"), name)
        )
    } or {"": []}


def find_counterpart(concept: Concept, curated: Iterable[Concept]) -> str:
    """Return the id of the curated concept that shares most names with an extracted one.

    A shared name that is no synonym on either side counts three times. One that is a synonym on
    both sides does not count.
    """
    is_main = {
        term_key(alias.text): alias.kind is not AliasKind.SYNONYM for alias in concept.aliases
    }
    shared: Counter[str] = Counter()
    for candidate in curated:
        for alias in candidate.aliases:
            main, key = alias.kind is not AliasKind.SYNONYM, term_key(alias.text)
            if key in is_main and (main or is_main[key]):
                shared[candidate.id] += 3 if main and is_main[key] else 1
    return shared.most_common(1)[0][0] if shared else ""


def pair_names(concepts: Iterable[Concept], kinds: Set[AliasKind]) -> set[Pair]:
    """Return the pairs of names, of these kinds, that belong to one concept."""
    pairs: set[Pair] = set()
    for concept in concepts:
        keys = {term_key(alias.text) for alias in concept.aliases if alias.kind in kinds}
        pairs.update(combinations(sorted(keys), 2))
    return pairs


def find_written(names: Iterable[str], notes: Iterable[Note]) -> set[str]:
    """Return those of the names that any of the notes contains."""
    index = NameIndex(bare_concept(name) for name in names)
    return {
        term_key(name)
        for note in notes
        for mention in index.mentions(note.text)
        for name in mention.concepts
    }


def bare_concept(name: str) -> Concept:
    """Return a concept that is nothing but a name, which is its id too."""
    return Concept(name, name, (Alias(name, "en", AliasKind.FULL),), LocalizedText(), (), False)


def measure_aliases(
    concepts: Iterable[Concept], curated: Sequence[Concept], notes: Iterable[Note]
) -> None:
    """Measure pairs of names that belong to one concept.

    Precision where the curated file has both names, recall where the notes have both.
    """
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for concept in curated:
        for alias in concept.aliases:
            owners[term_key(alias.text)].add(concept.id)
    written = find_written(owners, notes)
    said = pair_names(concepts, set(AliasKind))
    judged = {(a, b) for a, b in said if a in owners and b in owners}
    right = {(a, b) for a, b in judged if owners[a] & owners[b]}
    print(
        f"alias pairs     {len(said)} said, {len(judged)} judged:"
        f" precision {len(right) / max(1, len(judged)):.3f}; ",
        end="",
    )
    for label, kinds in (
        ("full names and short forms", {AliasKind.FULL, AliasKind.ABBR}),
        ("with synonyms", set(AliasKind)),
    ):
        gold = {pair for pair in pair_names(curated, kinds) if written.issuperset(pair)}
        recall = len(said & gold) / max(1, len(gold))
        print(f"recall of {label} {recall:.2f} of {len(gold)}", end="; ")
    print()


def measure_titles(folder: Path) -> None:
    """Measure titled notes against prerequisites between titles, beside plain asymmetry."""
    notes = read_notes(folder / "notes")
    with (folder / "prerequisites.tsv").open(encoding="utf-8") as file:
        gold = {
            (row[0], row[1])
            for row in csv.reader(file, delimiter="\t")
            if row[:2] != ["prerequisite", "concept"]
        }
    annotated = [annotate(note) for note in notes]
    titles = {note.title for note in annotated}
    gold = {(a, b) for a, b in gold if {a, b} <= titles}
    print(f"{len(notes)} notes, {len(gold)} prerequisites\n{HEADER}")
    print(f"{'plain mention asymmetry':30}{format_measures(mention_asymmetry(annotated), gold)}")
    concepts, relations, _ = extract(annotated, NOTHING)
    title_of = find_titles(concepts, annotated)
    needed = [relation for relation in relations if relation.kind is RelationKind.PREREQUISITE_OF]
    for label, some in (
        ("accepted", [relation for relation in needed if relation.status is Status.ACCEPTED]),
        ("with suggestions", needed),
    ):
        pairs = {
            (title_of.get(relation.source, ""), title_of.get(relation.target, ""))
            for relation in some
        }
        print(
            f"{label:30}{format_measures({(a, b) for a, b in pairs if a and b and a != b}, gold)}"
        )


def find_titles(
    concepts: Iterable[Concept], annotated: Iterable[NoteAnnotations]
) -> Mapping[str, str]:
    """Return the title of the note that each concept is the subject of."""
    named = {
        term_key(name): note.title
        for note in annotated
        for name in (*split_names(note.title), note.title)
    }
    found = (
        (concept.id, named.get(term_key(alias.text)))
        for concept in concepts
        for alias in concept.aliases
    )
    return {id: title for id, title in reversed([*found]) if title}


def mention_asymmetry(annotated: Iterable[NoteAnnotations]) -> set[Pair]:
    """Return the pairs (A, B) where B's note mentions A's title, but not the other way round."""
    notes = list(annotated)
    names = NameIndex(bare_concept(note.title) for note in notes)
    mentioned = {
        note.title: {id for mention in names.mentions(note.text) for id in mention.concepts}
        for note in notes
    }
    return {
        (title, other)
        for other, titles in mentioned.items()
        for title in titles
        if title != other and other not in mentioned[title]
    }


def measure_time(megabytes: float = 5) -> None:
    """Time extraction over different copies of the bundled notes, and again after one edit."""
    notes, copies = read_notes(ROOT / "data" / "notes"), list[Note]()
    while sum(len(copy.text.encode()) for copy in copies) < megabytes * 1e6:
        number = len(copies) // len(notes)
        for note in notes:
            text = note.text.replace("\nid: ", f"\nid: c{number}-", 1) + f"\nCopy {number}.\n"
            copies.append(
                replace(note, path=f"{number}/{note.path}", text=text, lines=Lines.of(text))
            )
    gc.disable()  # As indexing does.
    memory, start = ExtractionCache(), time.perf_counter()
    kept = [annotate(note).to_json() for note in copies]
    middle = time.perf_counter()
    concepts, relations, _ = extract(map(NoteAnnotations.from_json, kept), NOTHING, memory)
    end = time.perf_counter()
    size = sum(len(copy.text.encode()) for copy in copies) / 1e6
    print(
        (
            f"\n{len(copies)} notes, {size:.1f} MB: annotated in {middle - start:.1f} s, "
            f"extracted in {end - middle:.1f} s: "
        ),
        end="",
    )
    print(f"{len(concepts)} concepts, {len(relations)} relations")
    note = copies[len(copies) // 2]
    text = note.text + "\n**Frobnication (FRB)** improves on GRU.\n"
    start = time.perf_counter()
    kept[len(copies) // 2] = annotate(replace(note, text=text, lines=Lines.of(text))).to_json()
    read = [NoteAnnotations.from_json(document) for document in kept]
    middle = time.perf_counter()
    extract(read, NOTHING, ExtractionCache(memory.texts))
    print(
        f"after one edit: read in {middle - start:.2f} s,"
        f" extracted in {time.perf_counter() - middle:.2f} s"
    )


if __name__ == "__main__":
    print(f"accepted from a confidence of {ACCEPTED_FROM}")
    if len(sys.argv) > 1:
        measure_titles(Path(sys.argv[1]))
    else:
        measure_bundled()
        measure_time()
