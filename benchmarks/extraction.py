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
from collections.abc import Iterable, Mapping
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
NOTHING = CuratedConcepts((), (), ())
Pair = tuple[str, str]


def notes_in(folder: Path) -> list[Note]:
    return [read_note(folder, find_note.path) for find_note in find_notes(folder)[0]]


def closure(edges: Iterable[Pair]) -> set[Pair]:
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


def measures(said: set[Pair], gold: set[Pair], *, symmetric: bool = False) -> str:
    """Return precision and recall, direct and transitive, and the share of reversed edges."""
    every = gold if symmetric else closure(gold)
    n, total = max(1, len(said)), max(1, len(gold))
    reversed_ = 0 if symmetric else len({(b, a) for a, b in said} & every)
    return (
        f"{len(said):6}{len(gold):6}{len(said & gold) / n:9.2f}"
        f"{len(said & every) / n:9.2f}{len(said & gold) / total:9.2f}"
        f"{len((said if symmetric else closure(said)) & gold) / total:9.2f}{reversed_ / n:9.3f}"
    )


HEADER = f"{'':30}{'said':>6}{'gold':>6}{'P':>9}{'P trans':>9}{'R':>9}{'R trans':>9}{'reversed':>9}"


def bundled() -> None:
    """Measure the bundled notes against the curated file."""
    notes = notes_in(ROOT / "data" / "notes")
    curated = read_curated(
        (ROOT / "data" / "concepts.yaml").read_text(encoding="utf-8"), "concepts.yaml"
    )
    concepts, relations, _ = extract(map(annotate, notes), NOTHING)
    meant = {concept.id: counterpart(concept, curated.concepts) for concept in concepts}
    known = set(filter(None, meant.values()))
    noted = [item for item in curated.concepts if not item.gap]
    print(
        f"concepts        {len(concepts)} extracted,"
        f" {sum(map(bool, meant.values())) / len(concepts):.2f} of them curated; ",
        end="",
    )
    print(f"recall {sum(item.id in known for item in noted) / len(noted):.2f} of {len(noted)}")
    aliases(concepts, curated.concepts, notes)
    print("\n" + HEADER)
    for kind in RelationKind:
        gold = {
            relation.edge[:2]
            for relation in curated.relations
            if relation.kind is kind and relation.status is Status.ACCEPTED
        }
        for name, some in by_origin(relations, kind).items():
            said = {(meant[item.edge[0]], meant[item.edge[1]]) for item in some}
            pairs = {(a, b) for a, b in said if a and b and a != b}
            if kind.symmetric:
                pairs = {(min(pair), max(pair)) for pair in pairs}
            if gold or pairs:
                print(
                    f"{kind.value + ' ' + name:30}{measures(pairs, gold, symmetric=kind.symmetric)}"
                )


def by_origin(relations: Iterable[Relation], kind: RelationKind) -> dict[str, list[Relation]]:
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


def counterpart(concept: Concept, curated: Iterable[Concept]) -> str:
    """Return the curated concept that shares the most names with an extracted one."""
    own = {term_key(alias.text): alias.kind is not AliasKind.SYNONYM for alias in concept.aliases}
    shared: Counter[str] = Counter()
    for item in curated:
        for alias in item.aliases:
            first = alias.kind is not AliasKind.SYNONYM
            if (key := term_key(alias.text)) in own and (first or own[key]):
                shared[item.id] += 3 if first and own[key] else 1
    return shared.most_common(1)[0][0] if shared else ""


def aliases(concepts: Iterable[Concept], curated: Iterable[Concept], notes: Iterable[Note]) -> None:
    """Measure pairs of names that belong to one concept.

    Precision where the curated file has both names, recall where the notes have both.
    """
    curated = list(curated)
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for item in curated:
        for alias in item.aliases:
            owners[term_key(alias.text)].add(item.id)
    names = NameIndex(
        [
            Concept(key, key, (Alias(key, "en", AliasKind.FULL),), LocalizedText(), (), False)
            for key in owners
        ]
    )
    written = {
        term_key(key)
        for note in notes
        for mention in names.mentions(note.text)
        for key in mention.concepts
    }
    said = {
        pair
        for concept in concepts
        for pair in combinations(sorted({term_key(alias.text) for alias in concept.aliases}), 2)
    }
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
        gold = {
            pair
            for item in curated
            for pair in combinations(
                sorted(
                    {
                        key
                        for alias in item.aliases
                        if alias.kind in kinds
                        for key in [term_key(alias.text)]
                    }
                ),
                2,
            )
            if written.issuperset(pair)
        }
        print(
            f"recall of {label} {len(said & gold) / max(1, len(gold)):.2f} of {len(gold)}", end="; "
        )
    print()


def titled(folder: Path) -> None:
    """Measure titled notes against prerequisites between titles, beside plain asymmetry."""
    notes = notes_in(folder / "notes")
    with (folder / "prerequisites.tsv").open(encoding="utf-8") as file:
        gold = {
            (row[0], row[1])
            for row in csv.reader(file, delimiter="\t")
            if row[:2] != ["prerequisite", "concept"]
        }
    gathered = [annotate(note) for note in notes]
    titles = {item.title for item in gathered}
    gold = {(a, b) for a, b in gold if {a, b} <= titles}
    print(f"{len(notes)} notes, {len(gold)} prerequisites\n{HEADER}")
    print(f"{'plain mention asymmetry':30}{measures(asymmetry(gathered), gold)}")
    concepts, relations, _ = extract(gathered, NOTHING)
    title_of = titles_of(concepts, gathered)
    needed = [relation for relation in relations if relation.kind is RelationKind.PREREQUISITE_OF]
    for label, some in (
        ("accepted", [item for item in needed if item.status is Status.ACCEPTED]),
        ("with suggestions", needed),
    ):
        pairs = {(title_of.get(item.source, ""), title_of.get(item.target, "")) for item in some}
        print(f"{label:30}{measures({(a, b) for a, b in pairs if a and b and a != b}, gold)}")


def titles_of(
    concepts: Iterable[Concept], gathered: Iterable[NoteAnnotations]
) -> Mapping[str, str]:
    """Return the title of the note that each concept is the subject of."""
    named = {
        term_key(name): note.title
        for note in gathered
        for name in (*split_names(note.title), note.title)
    }
    found = (
        (concept.id, named.get(term_key(alias.text)))
        for concept in concepts
        for alias in concept.aliases
    )
    return {id: title for id, title in reversed([*found]) if title}


def asymmetry(gathered: Iterable[NoteAnnotations]) -> set[Pair]:
    """Return the pairs (A, B) where B's note mentions A's title, but not the other way round."""
    gathered = list(gathered)
    names = NameIndex(
        Concept(
            item.title, "", (Alias(item.title, "en", AliasKind.FULL),), LocalizedText(), (), False
        )
        for item in gathered
    )
    named = {
        item.title: {id for mention in names.mentions(item.text) for id in mention.concepts}
        for item in gathered
    }
    return {(a, b) for b, found in named.items() for a in found if a != b and b not in named[a]}


def timed(megabytes: float = 5) -> None:
    """Time extraction over different copies of the bundled notes, and again after one edit."""
    notes, copies = notes_in(ROOT / "data" / "notes"), list[Note]()
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
            f"\n{len(copies)} notes, {size:.1f} MB: gathered in {middle - start:.1f} s, "
            f"extracted in {end - middle:.1f} s: "
        ),
        end="",
    )
    print(f"{len(concepts)} concepts, {len(relations)} relations")
    note = copies[len(copies) // 2]
    text = note.text + "\n**Frobnication (FRB)** improves on GRU.\n"
    start = time.perf_counter()
    kept[len(copies) // 2] = annotate(replace(note, text=text, lines=Lines.of(text))).to_json()
    read = [NoteAnnotations.from_json(item) for item in kept]
    middle = time.perf_counter()
    extract(read, NOTHING, ExtractionCache(memory.texts))
    print(
        f"after one edit: read in {middle - start:.2f} s,"
        f" extracted in {time.perf_counter() - middle:.2f} s"
    )


if __name__ == "__main__":
    print(f"accepted from a confidence of {ACCEPTED_FROM}")
    if len(sys.argv) > 1:
        titled(Path(sys.argv[1]))
    else:
        bundled()
        timed()
