"""Extract concepts and relations from annotated notes and the curated file.

Each relation says where it comes from, how sure it is, and its evidence. No language model and no
list of any subject's terms is used: only what notes declare, what sentences state by patterns, the
order of headings in a section on an evolution, and which text mentions which concept. The curated
file wins, and what it rejects stays rejected.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from math import prod
from pathlib import Path

from kg.curation.reader import NOTHING_CURATED, CuratedConcepts
from kg.extraction.annotate import annotate
from kg.extraction.annotations import NoteAnnotations
from kg.extraction.cache import ExtractionCache
from kg.extraction.concepts import build_concepts
from kg.extraction.corpus import read_corpus
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

# The confidence from which a relation is accepted. A less sure one is a suggestion.
ACCEPTED_FROM = 0.7
# What a further note that states a relation leaves of the doubt in it.
_DOUBT_LEFT_BY_NOTE = 0.9
# Decimal places of a relation's confidence.
_CONFIDENCE_DECIMALS = 4
# Most places that a relation has as evidence, the surest ones.
_MAX_EVIDENCE = 20

# The claims for each edge, by their origin.
_ClaimsByEdge = Mapping[Edge, Mapping[Origin, Sequence[Claim]]]


def read_notes(folder: Path | str) -> list[NoteAnnotations]:
    """Read and annotate the notes of a folder, in the order of their paths.

    Other files are passed over. Raises NotesError if the folder does not exist or a note cannot be
    read.
    """
    root = Path(folder)
    return [annotate(read_note(root, file.path)) for file in find_notes(root)[0]]


def extract(
    notes: Iterable[NoteAnnotations],
    curated: CuratedConcepts = NOTHING_CURATED,
    cache: ExtractionCache | None = None,
) -> tuple[list[Concept], list[Relation], list[Problem]]:
    """Return the concepts and relations of all notes and the curated file, and their problems.

    A relation is accepted if all claims for its edge together reach ACCEPTED_FROM. A relation with
    several origins is returned once for each. Evidence of the curated file has its lines, or none
    if its quote is gone.

    With the cache of an earlier call, only notes that changed, or that may mention what changed,
    are searched for names. The result is the same without it. The cache is brought up to date.
    """
    all_notes = sorted(notes, key=lambda note: note.path)
    distinct = _without_copies(all_notes)
    finder = EvidenceFinder(all_notes)
    cache = ExtractionCache() if cache is None else cache
    cache.keep_only(note.path for note in distinct)
    corpus = read_corpus(distinct, cache)
    lines = [Lines.of(note.text) for note in distinct]
    ids, concepts = build_concepts(corpus, curated, finder, lines)
    claims = [
        *find_declared_prerequisites(corpus),
        *find_stated_relations(corpus, cache),
        *find_heading_order(corpus),
        *find_named_variants(corpus),
        *find_text_prerequisites(corpus),
    ]

    def evidence_for(claim: Claim) -> Evidence:
        return distinct[claim.note].evidence_for(claim.span, lines[claim.note])

    relations = _build_relations(_group_claims(claims, ids), corpus.twins, evidence_for)
    stated, unclear = curated.resolve_relations(NameIndex(concepts))
    curated_relations = [
        replace(relation, evidence=tuple(map(finder.find_quote, relation.evidence)))
        for relation in stated
    ]
    problems = [
        *curated.problems,
        *unclear,
        *(problem for note in all_notes for problem in note.problems),
    ]
    return concepts, [*curated_relations, *_suggest_shortcuts(relations)], problems


def _without_copies(notes: Iterable[NoteAnnotations]) -> tuple[NoteAnnotations, ...]:
    """Return the first note with each text. A copy says nothing new."""
    first: dict[str, NoteAnnotations] = {}
    for note in notes:
        first.setdefault(note.text, note)
    return tuple(first.values())


def _group_claims(claims: Iterable[Claim], ids: Sequence[str]) -> _ClaimsByEdge:
    """Return the claims by edge and origin. An edge is between two ids of concepts.

    A relation that holds in both directions has one edge, from the smaller id.
    """
    grouped: defaultdict[Edge, defaultdict[Origin, list[Claim]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for claim in claims:
        source, target = ids[claim.source], ids[claim.target]
        if claim.kind.symmetric and source > target:
            source, target = target, source
        if source != target:
            grouped[source, target, claim.kind][claim.origin].append(claim)
    return grouped


def _build_relations(
    claims_by_edge: _ClaimsByEdge,
    twins: Sequence[int],
    evidence_for: Callable[[Claim], Evidence],
) -> list[Relation]:
    """Return a relation for each edge and origin, sorted, with the status of the edge.

    Different origins are independent of each other, so each removes its share of the doubt that
    the others leave.
    """
    relations = []
    for edge in sorted(claims_by_edge, key=lambda edge: (edge[0], edge[1], edge[2].value)):
        confidences = {
            origin: _combine(claims, twins) for origin, claims in claims_by_edge[edge].items()
        }
        total = 1 - prod(1 - confidence for confidence in confidences.values())
        status = Status.ACCEPTED if total >= ACCEPTED_FROM else Status.SUGGESTED
        for origin in sorted(confidences, key=list(Origin).index):
            surest = sorted(
                claims_by_edge[edge][origin],
                key=lambda claim: (-claim.confidence, claim.note, claim.span.start),
            )
            relations.append(
                Relation(
                    *edge,
                    origin,
                    round(confidences[origin], _CONFIDENCE_DECIMALS),
                    status,
                    LocalizedText(),
                    LocalizedText(),
                    tuple(dict.fromkeys(map(evidence_for, surest[:_MAX_EVIDENCE]))),
                )
            )
    return relations


def _combine(claims: Sequence[Claim], twins: Sequence[int]) -> float:
    """Return the confidence of claims with one origin, which are hardly independent.

    It is that of the surest, and each further note removes a tenth of the doubt that is left. Twins
    count as one note.
    """
    notes = {twins[claim.note] for claim in claims}
    doubt = 1 - max(claim.confidence for claim in claims)
    return 1 - doubt * _DOUBT_LEFT_BY_NOTE ** (len(notes) - 1)


def _suggest_shortcuts(relations: list[Relation]) -> list[Relation]:
    """Only suggest A→C where A→B→C is a lineage and surer at every step.

    A lineage passes through every stage.
    """
    accepted = [relation for relation in relations if _is_accepted_lineage(relation)]
    lineage: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for relation in accepted:
        targets = lineage[relation.source]
        targets[relation.target] = max(relation.confidence, targets.get(relation.target, 0.0))
    return [
        replace(relation, status=Status.SUGGESTED)
        if _is_accepted_lineage(relation)
        and _has_surer_detour(lineage, relation.source, relation.target)
        else relation
        for relation in relations
    ]


def _is_accepted_lineage(relation: Relation) -> bool:
    return relation.kind is RelationKind.EVOLVES_TO and relation.status is Status.ACCEPTED


def _has_surer_detour(lineage: Mapping[str, Mapping[str, float]], source: str, target: str) -> bool:
    """Tell whether the target is reached by steps that are all surer than the direct one.

    `lineage` holds the confidence of each step from a concept to the next.
    """
    direct = lineage[source][target]
    pending, reached = [source], {source}
    while pending:
        steps = lineage.get(pending.pop(), {})
        further = {end for end, confidence in steps.items() if confidence > direct} - reached
        reached |= further
        pending += further
    return target in reached
