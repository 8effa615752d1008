"""Everything gathered and the curated file → concepts and relations, each with who says so, how sure it is, and where.

No language model, and no list of any subject's terms: what the notes declare, what their sentences state by the patterns of
kg/patterns.py, the order of a section on an evolution, and whose text names whom. The curated file wins, and what it rejects
stays rejected. Reads no file: the notes are what kg/gather.py made of them.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from math import prod
from pathlib import Path

from kg.curation.reader import NOTHING_CURATED, CuratedConcepts
from kg.extraction.annotate import annotate
from kg.extraction.annotations import NoteAnnotations, TermSource
from kg.extraction.cache import ExtractionCache
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
from kg.extraction.resolution import Resolution, ResolvedConcept
from kg.extraction.terms.grammar import term_key
from kg.language.detect import detect_language
from kg.language.normalize import fold
from kg.names import NameIndex, name_key
from kg.notes.files import find_notes, read_note
from kg.text import Lines
from kg.types import (
    Alias,
    AliasKind,
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

ACCEPTED_FROM = 0.7  # confidence; what is less sure is a suggestion


def read_notes(folder: Path | str) -> list[NoteAnnotations]:
    """Read and annotate the notes of a folder, by path; files that are no notes are passed over.

    Raises NotesError when the folder does not exist or a note cannot be read.
    """
    root = Path(folder)
    return [annotate(read_note(root, file.path)) for file in find_notes(root)[0]]


def extract(
    gathered: Iterable[NoteAnnotations],
    curated: CuratedConcepts = NOTHING_CURATED,
    memory: ExtractionCache | None = None,
) -> tuple[list[Concept], list[Relation], list[Problem]]:
    """The concepts and relations of all notes, those of the curated file among them, and what is wrong in the files.

    A relation is accepted from a confidence of ACCEPTED_FROM on: of one edge, that of all it rests on together. One that
    several origins state is there once for each. Evidence of the curated file has its lines, or none when it is stale.

    `memory` is empty at first, then what the last call made of it: with it only notes that changed, or that name what
    changed, are searched for names. The outcome is the same without it.
    """
    every = sorted(gathered, key=lambda note: note.path)
    first: dict[str, NoteAnnotations] = {}
    notes = tuple(
        note for note in every if first.setdefault(note.text, note) is note
    )  # a copy says nothing new
    located = EvidenceFinder(every)
    memory = ExtractionCache() if memory is None else memory
    memory.keep_only(note.path for note in notes)
    corpus = read_corpus(notes, memory)
    lines = [Lines.of(note.text) for note in notes]
    ids, concepts = _concepts(corpus, curated, located, lines)
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
    own, unclear = curated.resolved(NameIndex(concepts))
    said = [replace(one, evidence=tuple(map(located.find, one.evidence))) for one in own]
    problems = [
        *curated.problems,
        *unclear,
        *(problem for note in every for problem in note.problems),
    ]
    return concepts, [*said, *relations], problems


def _concepts(
    corpus: Corpus, curated: CuratedConcepts, located: EvidenceFinder, lines: Sequence[Lines]
) -> tuple[list[str], list[Concept]]:
    """The id of each concept by its number, and the concepts: the curated ones, then what the notes add."""
    said = [
        replace(one, notes=tuple(place for note in one.notes for place in located.section(note)))
        for one in curated.concepts
    ]
    names = NameIndex(said)
    places = _sections(corpus, lines)
    definitions = _definitions(corpus)
    taken = {concept.id for concept in said}
    ids: list[str] = []
    added: list[Concept] = []
    more: defaultdict[str, list[Concept]] = defaultdict(list)
    for number, named in enumerate(corpus.naming.concepts):
        owner = _owner(named, names)
        id = owner or _id(named, corpus.naming, taken)
        taken.add(id)
        ids.append(id)
        aliases = _aliases(named)
        concept = Concept(
            id, aliases[0].text, aliases, definitions[number], places[number], not places[number]
        )
        (more[id] if owner else added).append(concept)
    return ids, [_enriched(one, more[one.id], names) for one in said] + added


def _owner(named: ResolvedConcept, names: NameIndex) -> str:
    """The curated concept that these names mean, if they mean one."""
    for text in (*named.full, *named.short):
        if len(ids := names.resolve(text)) == 1:
            return ids[0]
    return ""


def _enriched(concept: Concept, found: Sequence[Concept], names: NameIndex) -> Concept:
    """A curated concept with the names that the notes have for it besides, unless they are another's."""
    texts = {name_key(alias.text) for alias in concept.aliases}
    aliases = [
        alias
        for one in found
        for alias in one.aliases
        if name_key(alias.text) not in texts and not names.resolve(alias.text)
    ]
    definition = next(
        (one.definition for one in found if concept.definition == LocalizedText()),
        concept.definition,
    )
    notes = concept.notes or tuple(dict.fromkeys(place for one in found for place in one.notes))
    return replace(
        concept,
        aliases=concept.aliases + tuple(dict.fromkeys(aliases)),
        definition=definition,
        notes=notes,
    )


def _id(named: ResolvedConcept, naming: Resolution, taken: set[str]) -> str:
    """A slug of its short form where that is its own, else of its English name, else of its Chinese one."""
    own = [text for text in named.short if len(naming.meant[term_key(text)]) == 1 and len(text) > 1]
    for text in (
        *own,
        *sorted((one for one in named.full if one.isascii()), key=lambda one: (-len(one), one)),
        *named.full,
    ):
        slug = re.sub(r"[\W_]+", "-", fold(text)).strip("-")
        if len(slug) > 1 and slug not in taken:
            return slug
    return (
        "c-"
        + hashlib.blake2b(
            "\n".join(sorted(named.keys)).encode("utf-8", "replace"), digest_size=5
        ).hexdigest()
    )


def _aliases(named: ResolvedConcept) -> tuple[Alias, ...]:
    """Its names, the English one first; the first of each language is its full name, the others are synonyms."""
    full: dict[str, str] = {}
    for text in named.full:
        full.setdefault(detect_language(text), text)
    aliases = [
        Alias(full[language], language, AliasKind.FULL)
        for language in ("en", "zh")
        if language in full
    ]
    aliases += [
        Alias(text, "en", AliasKind.ABBR if full else AliasKind.FULL) for text in named.short
    ]
    aliases += [
        Alias(text, detect_language(text), AliasKind.SYNONYM)
        for text in named.full
        if text not in full.values()
    ]
    return tuple(dict.fromkeys(aliases))


def _sections(corpus: Corpus, lines_of: Sequence[Lines]) -> list[tuple[Evidence, ...]]:
    """The sections about each concept: whose heading asks about it, which define it, or all of a note on nothing else."""
    places: list[dict[Evidence, None]] = [{} for _ in corpus.naming.concepts]
    for number, note in enumerate(corpus.notes):
        lines = lines_of[number]
        defined: defaultdict[int, set[int]] = defaultdict(set)
        for term in note.terms:
            if term.source is TermSource.DEFINED:
                for meant in corpus.naming.resolve(number, map(term_key, term.names)):
                    defined[term.section].add(meant)
        subjects = corpus.naming.subjects[number]
        for section, head in enumerate(note.heads):
            if head.first == head.last and head.place.start == head.place.end:
                continue
            about = corpus.about[number][section] or (subjects if len(subjects) == 1 else ())
            end = note.spots[head.last - 1].place.end if head.last > head.first else head.place.end
            if head.last > head.first:
                place = Evidence(
                    note.path,
                    lines.number(head.place.start),
                    lines.number(max(head.place.start, end - 1)),
                    head.trail,
                    "",
                )
                for concept in (*about, *sorted(defined[section])):
                    places[concept][place] = None
    return [tuple(found) for found in places]


def _definitions(corpus: Corpus) -> list[LocalizedText]:
    """The first sentence in each language that says what a concept is."""
    found: list[dict[str, str]] = [{} for _ in corpus.naming.concepts]
    for number, note in enumerate(corpus.notes):
        for term in note.terms:
            if term.source is TermSource.DEFINED:
                text = note.spots[term.spot].text
                for concept in corpus.naming.resolve(number, map(term_key, term.names)):
                    found[concept].setdefault(detect_language(text), text)
        for section, head in enumerate(note.heads):
            about = corpus.about[number][section] or (
                corpus.naming.subjects[number] if section < 2 else ()
            )
            if len(about) == 1 and head.last > head.first:
                first = next(
                    (at for at in range(head.first, head.last) if note.spots[at].prose), head.first
                )
                text = note.spots[first].text
                if (
                    corpus.seen[number][first][:1]
                    and corpus.seen[number][first][0].concept == about[0]
                ):
                    found[about[0]].setdefault(detect_language(text), text)
    return [LocalizedText(**said) for said in found]


def _relations(
    corpus: Corpus,
    claims: Iterable[Claim],
    ids: Sequence[str],
    evidence: Callable[[Claim], Evidence],
) -> list[Relation]:
    """One relation for each edge and origin, with the status of the edge.

    Places of one origin are hardly independent: each further note adds a tenth of the doubt that is left. Origins are.
    """
    said: defaultdict[Edge, defaultdict[Origin, list[Claim]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for claim in claims:
        source, target = ids[claim.source], ids[claim.target]
        if source != target:
            if claim.kind.symmetric and source > target:
                source, target = target, source
            said[source, target, claim.kind][claim.origin].append(claim)
    relations = []
    for (source, target, kind), origins in sorted(
        said.items(), key=lambda item: (item[0][0], item[0][1], item[0][2].value)
    ):
        sure = {origin: _confidence(corpus, found) for origin, found in origins.items()}
        total = 1 - prod(1 - one for one in sure.values())
        status = Status.ACCEPTED if total >= ACCEPTED_FROM else Status.SUGGESTED
        for origin in sorted(sure, key=list(Origin).index):
            best = sorted(
                origins[origin], key=lambda one: (-one.confidence, one.note, one.span.start)
            )
            places = tuple(dict.fromkeys(evidence(one) for one in best[:20]))
            relations.append(
                Relation(
                    source,
                    target,
                    kind,
                    origin,
                    round(sure[origin], 4),
                    status,
                    LocalizedText(),
                    LocalizedText(),
                    places,
                )
            )
    return relations


def _without_shortcuts(relations: list[Relation]) -> list[Relation]:
    """The relations, A→C only suggested where A→B→C is a lineage of which every hop is surer: it passes through every stage."""
    sure: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for one in relations:
        if one.kind is RelationKind.EVOLVES_TO and one.status is Status.ACCEPTED:
            sure[one.source][one.target] = max(
                one.confidence, sure[one.source].get(one.target, 0.0)
            )

    def shortcut(one: Relation) -> bool:
        above = sure[one.source][one.target]
        left, reached = [one.source], {one.source}
        while left:
            new = {
                end for end, surely in sure.get(left.pop(), {}).items() if surely > above
            } - reached
            reached |= new
            left += new
        return one.target in reached

    return [
        replace(one, status=Status.SUGGESTED)
        if one.kind is RelationKind.EVOLVES_TO and one.status is Status.ACCEPTED and shortcut(one)
        else one
        for one in relations
    ]


def _confidence(corpus: Corpus, claims: Sequence[Claim]) -> float:
    notes = {corpus.twins[claim.note] for claim in claims}
    return 1 - (1 - max(claim.confidence for claim in claims)) * 0.9 ** (len(notes) - 1)
