"""All notes → claims that two concepts are related, each with its place: declared, stated, ordered, by name, by mention.

Who says so decides how sure a claim is; which claims are accepted is kg/extract.py's to say.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath
from posixpath import normpath
from typing import Any

from kg.extraction.annotations import Span, TermSource
from kg.extraction.cache import ExtractionCache
from kg.extraction.corpus import Corpus
from kg.extraction.relations.patterns import find_relations
from kg.extraction.relations.prerequisites import ConceptText, OwnSentence, infer_prerequisites
from kg.extraction.resolution import ResolvedConcept
from kg.extraction.terms.grammar import term_key
from kg.language.detect import detect_language
from kg.names import name_key
from kg.types import Origin, RelationKind

DECLARED = 0.95
_ORDERED = 0.75
_FAINT = 0.35  # below, a mention suggests nothing
_ENUMERATED = re.compile(
    r"\s*(?:→|->|=>|,|，|、|/|and|or|和|与|及|以及|或|vs\.?|,\s*and)\s*(?:the\s+|an?\s+)?",
    re.IGNORECASE,
)
_EVOLUTION = re.compile(
    r"\bevol(?:ution|ved?)\b|\bhistory of\b|lineage|\bdevelopment of\b|generations of|演进|演化|演变|发展(?!趋势)|历程|脉络",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """That two concepts are related, by one place of one note."""

    source: int
    target: int
    kind: RelationKind
    origin: Origin
    confidence: float
    note: int
    place: Span


def find_declared_prerequisites(corpus: Corpus) -> Iterator[Claim]:
    """What notes declare to be known first: `requires:`, links under a heading such as 前置知识.

    It relates two concepts where it relates two notes on one concept each. Of a note on several things one cannot tell
    which is meant: there it is kg/needs.py that learns from it.
    """
    by_name, subjects = _note_names(corpus), _only_subjects(corpus)
    for number, note in enumerate(corpus.notes):
        after = subjects.get(corpus.twins[number])
        for declared in note.declared if after is not None else ():
            for target in declared.targets:
                notes = _notes_called(corpus, number, target, by_name)
                before = (
                    subjects.get(corpus.twins[notes[0]])
                    if notes
                    else _concept_called(corpus, number, target)
                )
                if after is not None and before is not None and before != after:
                    yield Claim(
                        before,
                        after,
                        RelationKind.PREREQUISITE_OF,
                        Origin.DECLARED,
                        DECLARED,
                        number,
                        declared.place,
                    )


def _only_subjects(corpus: Corpus) -> dict[int, int]:
    """The one concept that a note and its twins are on, where there is one, by the first of them."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for number, twin in enumerate(corpus.twins):
        found[twin] |= set(corpus.naming.subjects[number])
    return {twin: subjects.pop() for twin, subjects in found.items() if len(subjects) == 1}


def _note_names(corpus: Corpus) -> dict[str, list[int]]:
    """Notes by what a link may call them: id, title, path, the file's name."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for number, note in enumerate(corpus.notes):
        path = PurePosixPath(note.path)
        for text in dict.fromkeys(
            (note.id, note.title, note.path, str(path.with_suffix("")), path.name, path.stem)
        ):
            if text:
                found[name_key(text)].append(number)
    return found


def _notes_called(
    corpus: Corpus, number: int, target: str, by_name: Mapping[str, Sequence[int]]
) -> Sequence[int]:
    """The notes that a link in a note leads to."""
    here = PurePosixPath(corpus.notes[number].path).parent
    forms = (
        normpath(here / target),
        target,
        PurePosixPath(target).name,
        PurePosixPath(target).stem,
    )
    return next((by_name[name_key(form)] for form in forms if name_key(form) in by_name), ())


def _concept_called(corpus: Corpus, number: int, target: str) -> int | None:
    """The concept of a declared name, when no note is called so."""
    keys = (term_key(target), term_key(target.replace("-", " ")))
    meant = next((meant for key in keys if (meant := corpus.naming.resolve(number, (key,)))), ())
    return meant[0] if len(meant) == 1 else None


def find_stated_relations(corpus: Corpus, memory: ExtractionCache) -> Iterator[Claim]:
    """What sentences and headings state by the patterns."""
    for number, note in enumerate(corpus.notes):
        before = memory.get("stated", note) or {}
        now: dict[str, list[list[Any]]] = {}
        for at, sentence in enumerate(note.spots):
            found = corpus.seen[number][at]
            if len(found) > 1 and sentence.prose:
                spans = [(seen.start, seen.end) for seen in found]
                name = f"{at} {spans}"
                if (stated := before.get(name)) is None:
                    stated = [
                        [one.source, one.target, one.kind.value, one.confidence]
                        for one in find_relations(sentence.text, spans)
                    ]
                now[name] = stated
                for source, target, kind, confidence in stated:
                    one, other = found[source].concept, found[target].concept
                    yield Claim(
                        one,
                        other,
                        RelationKind(kind),
                        Origin.PATTERN,
                        confidence,
                        number,
                        sentence.place,
                    )
        if now != before:
            memory.put("stated", note, now)
        for section, head in enumerate(note.heads):
            about = corpus.about[number][section]
            if head.asked.compares and len(about) == 2:
                yield Claim(
                    about[0],
                    about[1],
                    RelationKind.CONTRASTS_WITH,
                    Origin.HEADING,
                    0.85,
                    number,
                    head.place,
                )


def find_heading_order(corpus: Corpus) -> Iterator[Claim]:
    """The order of the things that a section on an evolution defines one after another, or has headings on."""
    for number, note in enumerate(corpus.notes):
        for section, head in enumerate(note.heads):
            if head.trail and _EVOLUTION.search(head.trail[-1]):
                for steps in (
                    _defined_in(corpus, number, section),
                    _headings_under(corpus, number, section),
                ):
                    if len({one for one, _ in steps}) > 2:
                        for (one, _), (other, place) in pairwise(steps):
                            yield Claim(
                                one,
                                other,
                                RelationKind.EVOLVES_TO,
                                Origin.HEADING,
                                _ORDERED,
                                number,
                                place,
                            )


def _defined_in(corpus: Corpus, number: int, section: int) -> list[tuple[int, Span]]:
    """The concepts that a section defines, in order, each with the sentence that does."""
    found: dict[int, Span] = {}
    for term in corpus.notes[number].terms:
        if term.section == section and term.source in {TermSource.DEFINED, TermSource.LABEL}:
            meant = corpus.naming.resolve(number, map(term_key, term.names))
            if len(meant) == 1:
                found.setdefault(meant[0], corpus.notes[number].spots[term.spot].place)
    return list(found.items())


def _headings_under(corpus: Corpus, number: int, section: int) -> list[tuple[int, Span]]:
    """The concept that a section begins with, then those that the headings right under it are about, each with its place."""
    note, above = corpus.notes[number], corpus.notes[number].heads[section]
    found: dict[int, Span] = {}
    opening = corpus.seen[number][above.first] if above.first < above.last else ()
    if opening and opening[0].start == 0:
        found[opening[0].concept] = note.spots[above.first].place
    for head, about in zip(note.heads, corpus.about[number], strict=True):
        if head.trail[:-1] == above.trail and len(about) == 1 and not head.asked.asks:
            found.setdefault(about[0], head.place)
    return list(found.items())


def find_named_variants(corpus: Corpus) -> Iterator[Claim]:
    """`byte-level BPE` is a kind of BPE: a name that ends in another's."""
    where = corpus.first
    keys = {
        key: meant[0]
        for key, meant in corpus.naming.meant.items()
        if len(meant) == 1 and len(key) > 1
    }
    for number, named in enumerate(corpus.naming.concepts):
        for text in named.full:
            words = text.split()
            tails = [" ".join(words[at:]) for at in range(1, len(words))]
            if detect_language(text) == "zh" and " " not in text:
                tails = [text[at:] for at in range(1, len(text) - 1)]
            for tail in tails:
                other = keys.get(term_key(tail))
                if other is not None and other != number and number in where:
                    yield Claim(
                        number, other, RelationKind.VARIANT_OF, Origin.PATTERN, 0.6, *where[number]
                    )
                    break


def find_text_prerequisites(corpus: Corpus) -> Iterator[Claim]:
    """What concepts' own texts name."""
    named = {
        (number, at): _named_in(corpus, number, at)
        for number, note in enumerate(corpus.seen)
        for at, found in enumerate(note)
        if found
    }
    first = corpus.first
    for need in infer_prerequisites(_subjects(corpus), named, _requires(corpus)):
        if need.confidence >= _FAINT and (need.place or need.after in first):
            note, place = (
                (need.place.note, corpus.notes[need.place.note].spots[need.place.spot].place)
                if need.place
                else first[need.after]
            )
            yield Claim(
                need.before,
                need.after,
                RelationKind.PREREQUISITE_OF,
                Origin.MENTION,
                need.confidence,
                note,
                place,
            )


def _named_in(corpus: Corpus, number: int, at: int) -> dict[int, frozenset[int]]:
    """The concepts that a sentence names and does not introduce, each with those that it enumerates together with it."""
    note, found = corpus.notes[number], corpus.seen[number][at]
    introduced = corpus.introduced.get((number, at), frozenset())
    if len(found) == 1:
        return {} if found[0].concept in introduced else {found[0].concept: frozenset()}
    text = note.spots[at].text
    beside: defaultdict[int, set[int]] = defaultdict(set)
    chain: list[int] = []
    for one, other in pairwise(found):
        chain = (
            [*chain, one.concept]
            if chain or _ENUMERATED.fullmatch(text[one.end : other.start])
            else []
        )
        if _ENUMERATED.fullmatch(text[one.end : other.start]):
            for mate in chain:
                beside[mate].add(other.concept)
                beside[other.concept].add(mate)
        else:
            chain = []
    return {
        one.concept: frozenset(beside[one.concept])
        for one in found
        if one.concept not in introduced
    }


def _subjects(corpus: Corpus) -> list[ConceptText]:
    """Each concept's own text: the sections on it alone, and the sentences that define it."""
    own: defaultdict[int, dict[tuple[int, int], OwnSentence]] = defaultdict(dict)
    homes: defaultdict[int, dict[int, int]] = defaultdict(dict)
    sections: defaultdict[int, set[tuple[int, int]]] = defaultdict(set)
    for number, note in enumerate(corpus.notes):
        for section, head in enumerate(note.heads):
            about = corpus.about[number][section] or corpus.naming.subjects[number]
            if len(about) == 1 and head.last > head.first:
                opening = next(
                    (at for at in range(head.first, head.last) if note.spots[at].prose), -1
                )
                for at in range(head.first, head.last):
                    own[about[0]][number, at] = OwnSentence(
                        number, at, note.spots[at].aside, at == opening
                    )
                homes[about[0]].setdefault(corpus.twins[number], section)
                sections[about[0]].add((number, section))
        for term in note.terms:
            if (
                term.source is TermSource.DEFINED
                and len(meant := corpus.naming.resolve(number, map(term_key, term.names))) == 1
            ):
                own[meant[0]][number, term.spot] = OwnSentence(
                    number, term.spot, note.spots[term.spot].aside, True
                )
                sections[meant[0]].add((number, term.section))
                home = homes[meant[0]]
                home[corpus.twins[number]] = min(
                    term.section, home.get(corpus.twins[number], term.section)
                )
    alone = {found[0] for found in corpus.naming.subjects if len(found) == 1}
    within = _names_within(corpus)
    return [
        ConceptText(
            tuple(own[at].values()),
            homes[at],
            frozenset(sections[at]),
            at in alone,
            _is_common(named),
            within[at],
        )
        for at, named in enumerate(corpus.naming.concepts)
    ]


def _is_common(named: ResolvedConcept) -> bool:
    return not named.short and all(
        re.fullmatch(r"[a-zA-Z]{1,11}|[^a-zA-Z]{1,3}", text) for text in named.full
    )


def _names_within(corpus: Corpus) -> list[frozenset[int]]:
    """The concepts whose names stand at the beginning or the end of each concept's."""
    keys = {
        key: meant[0]
        for key, meant in corpus.naming.meant.items()
        if len(meant) == 1 and len(key) > 1
    }
    within = []
    for number, named in enumerate(corpus.naming.concepts):
        found = {keys.get(term_key(piece)) for text in named.full for piece in _pieces(text)}
        within.append(frozenset(one for one in found if one is not None and one != number))
    return within


def _pieces(text: str) -> Iterator[str]:
    """The runs of words at the beginning and the end of a name; of a Chinese one, of characters."""
    if detect_language(text) == "zh" and " " not in text:
        yield from (piece for at in range(2, len(text) - 1) for piece in (text[:at], text[at:]))
    else:
        words = text.split()
        yield from (
            " ".join(piece) for at in range(1, len(words)) for piece in (words[:at], words[at:])
        )


def _requires(corpus: Corpus) -> dict[int, set[int]]:
    """For each note the notes that it requires, and those that they require."""
    by_name = _note_names(corpus)
    direct: defaultdict[int, set[int]] = defaultdict(set)
    for number, note in enumerate(corpus.notes):
        for target in (target for declared in note.declared for target in declared.targets):
            direct[corpus.twins[number]] |= {
                corpus.twins[one] for one in _notes_called(corpus, number, target, by_name)
            }
    found: dict[int, set[int]] = {}
    for number in direct:
        found[number], left = set(), [number]
        while left:
            new = direct.get(left.pop(), set()) - found[number]
            found[number] |= new
            left += new
    return found
