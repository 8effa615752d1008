"""Extract concepts and relations from annotated notes and the curated file.

Each relation says where it comes from, how sure it is, and its evidence. No language model and no
list of any subject's terms is used: only what notes declare, what sentences state by patterns, the
order of headings in a section on an evolution, and which text mentions which concept. The curated
file wins, and what it rejects stays rejected.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from math import prod
from pathlib import Path

from kg.curation.reader import NOTHING_CURATED, CuratedConcepts
from kg.extraction.annotate import annotate
from kg.extraction.annotations import NoteAnnotations
from kg.extraction.cache import ExtractionCache
from kg.extraction.concepts import build_concepts
from kg.extraction.corpus import Corpus, read_corpus
from kg.extraction.evidence import EvidenceFinder
from kg.extraction.relations.claims import (
    Claim,
    find_heading_order,
    find_named_variants,
    find_stated_relations,
)
from kg.extraction.relations.concept_texts import find_text_prerequisites
from kg.extraction.relations.declarations import find_declared_prerequisites
from kg.names import NameIndex
from kg.notes.files import find_notes, read_note
from kg.text import Lines
from kg.types import (
    Concept,
    Edge,
    Evidence,
    LocalizedText,
    Origin,
    Problem,
    Relation,
    RelationKind,
    Status,
)

# The confidence from which a relation is accepted; below, it is a suggestion.
ACCEPTED_FROM = 0.7


def read_notes(folder: Path | str) -> list[NoteAnnotations]:
    """Read and annotate the notes of a folder, by path; other files are passed over.

    Raises NotesError when the folder does not exist or a note cannot be read.
    """
    root = Path(folder)
    return [annotate(read_note(root, file.path)) for file in find_notes(root)[0]]


def extract(
    gathered: Iterable[NoteAnnotations],
    curated: CuratedConcepts = NOTHING_CURATED,
    memory: ExtractionCache | None = None,
) -> tuple[list[Concept], list[Relation], list[Problem]]:
    """Extract the concepts and relations of all notes and the curated file, and their problems.

    A relation is accepted if all evidence for its edge together reaches ACCEPTED_FROM. A relation
    stated by several origins is returned once for each. Evidence of the curated file has its lines,
    or none when it is stale.

    `memory` is empty at first, then what the last call made of it: with it only notes that changed,
    or that mention what changed, are searched for names. The outcome is the same without it.
    """
    all_notes = sorted(gathered, key=lambda note: note.path)
    first: dict[str, NoteAnnotations] = {}
    notes = tuple(
        note for note in all_notes if first.setdefault(note.text, note) is note
    )  # A copy says nothing new.
    finder = EvidenceFinder(all_notes)
    memory = ExtractionCache() if memory is None else memory
    memory.keep_only(note.path for note in notes)
    corpus = read_corpus(notes, memory)
    lines = [Lines.of(note.text) for note in notes]
    ids, concepts = build_concepts(corpus, curated, finder, lines)
    claims = [
        *find_declared_prerequisites(corpus),
        *find_stated_relations(corpus, memory),
        *find_heading_order(corpus),
        *find_named_variants(corpus),
        *find_text_prerequisites(corpus),
    ]

    def evidence(claim: Claim) -> Evidence:
        return notes[claim.note].evidence(claim.span, lines[claim.note])

    relations = _without_shortcuts(_relations(corpus, claims, ids, evidence))
    own, unclear = curated.resolve_relations(NameIndex(concepts))
    curated_relations = [
        replace(relation, evidence=tuple(map(finder.find, relation.evidence))) for relation in own
    ]
    problems = [
        *curated.problems,
        *unclear,
        *(problem for note in all_notes for problem in note.problems),
    ]
    return concepts, [*curated_relations, *relations], problems


def _relations(
    corpus: Corpus,
    claims: Iterable[Claim],
    ids: Sequence[str],
    evidence: Callable[[Claim], Evidence],
) -> list[Relation]:
    """Return one relation for each edge and origin, with the status of the edge.

    Statements of one origin are hardly independent: each further note removes a tenth of the
    remaining doubt. Different origins are independent.
    """
    claims_by_edge: defaultdict[Edge, defaultdict[Origin, list[Claim]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for claim in claims:
        source, target = ids[claim.source], ids[claim.target]
        if source != target:
            if claim.kind.symmetric and source > target:
                source, target = target, source
            claims_by_edge[source, target, claim.kind][claim.origin].append(claim)
    relations = []
    for (source, target, kind), origins in sorted(
        claims_by_edge.items(), key=lambda item: (item[0][0], item[0][1], item[0][2].value)
    ):
        confidences = {origin: _confidence(corpus, found) for origin, found in origins.items()}
        total = 1 - prod(1 - confidence for confidence in confidences.values())
        status = Status.ACCEPTED if total >= ACCEPTED_FROM else Status.SUGGESTED
        for origin in sorted(confidences, key=list(Origin).index):
            best = sorted(
                origins[origin], key=lambda entry: (-entry.confidence, entry.note, entry.span.start)
            )
            places = tuple(dict.fromkeys(evidence(entry) for entry in best[:20]))
            relations.append(
                Relation(
                    source,
                    target,
                    kind,
                    origin,
                    round(confidences[origin], 4),
                    status,
                    LocalizedText(),
                    LocalizedText(),
                    places,
                )
            )
    return relations


def _without_shortcuts(relations: list[Relation]) -> list[Relation]:
    """Make A→C a suggestion where A→B→C is a lineage whose every hop is surer.

    A lineage passes through every stage.
    """
    lineage: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for relation in relations:
        if relation.kind is RelationKind.EVOLVES_TO and relation.status is Status.ACCEPTED:
            lineage[relation.source][relation.target] = max(
                relation.confidence, lineage[relation.source].get(relation.target, 0.0)
            )

    def shortcut(relation: Relation) -> bool:
        above = lineage[relation.source][relation.target]
        left, reached = [relation.source], {relation.source}
        while left:
            new = {
                end for end, surely in lineage.get(left.pop(), {}).items() if surely > above
            } - reached
            reached |= new
            left += new
        return relation.target in reached

    return [
        replace(relation, status=Status.SUGGESTED)
        if relation.kind is RelationKind.EVOLVES_TO
        and relation.status is Status.ACCEPTED
        and shortcut(relation)
        else relation
        for relation in relations
    ]


def _confidence(corpus: Corpus, claims: Sequence[Claim]) -> float:
    notes = {corpus.twins[claim.note] for claim in claims}
    return 1 - (1 - max(claim.confidence for claim in claims)) * 0.9 ** (len(notes) - 1)
