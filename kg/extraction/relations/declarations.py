"""Claim the prerequisites that notes declare, and find which notes require which.

A note declares them by `requires:` in its front matter, a line such as `Prerequisites: RNN`, or
links under a heading such as 前置知识.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from posixpath import normpath

from kg.extraction.corpus import Corpus
from kg.extraction.relations.claims import Claim
from kg.extraction.terms.grammar import term_key
from kg.names import name_key
from kg.types import Origin, RelationKind

# Confidence of what a note declares.
_DECLARED = 0.95


def find_declared_prerequisites(corpus: Corpus) -> Iterator[Claim]:
    """Yield the prerequisites that notes on a single concept declare.

    A note on several concepts does not tell which of them needs the prerequisite; such notes are
    only a feature of the prerequisites inferred from mentions.
    """
    notes_by_name, subjects = _notes_by_name(corpus), _single_subjects(corpus)
    for number, note in enumerate(corpus.notes):
        concept = subjects.get(corpus.twins[number])
        for declared in note.declared if concept is not None else ():
            for target in declared.targets:
                notes = _linked_notes(corpus, number, target, notes_by_name)
                prerequisite = (
                    subjects.get(corpus.twins[notes[0]])
                    if notes
                    else _concept_called(corpus, number, target)
                )
                if concept is not None and prerequisite is not None and prerequisite != concept:
                    yield Claim(
                        prerequisite,
                        concept,
                        RelationKind.PREREQUISITE_OF,
                        Origin.DECLARED,
                        _DECLARED,
                        number,
                        declared.span,
                    )


def find_required_notes(corpus: Corpus) -> dict[int, set[int]]:
    """Return for each note the notes that it requires, and all that those require in turn.

    Notes that say the same in another language count as one, by the number of the first.
    """
    notes_by_name = _notes_by_name(corpus)
    direct: defaultdict[int, set[int]] = defaultdict(set)
    for number, note in enumerate(corpus.notes):
        for target in (target for declared in note.declared for target in declared.targets):
            linked = _linked_notes(corpus, number, target, notes_by_name)
            direct[corpus.twins[number]] |= {corpus.twins[other] for other in linked}
    required: dict[int, set[int]] = {}
    for number in direct:
        required[number], pending = set(), [number]
        while pending:
            new = direct.get(pending.pop(), set()) - required[number]
            required[number] |= new
            pending += new
    return required


def _single_subjects(corpus: Corpus) -> dict[int, int]:
    """Return the concept that a note and its twins are on, where it is just one, by first twin."""
    subjects: defaultdict[int, set[int]] = defaultdict(set)
    for number, twin in enumerate(corpus.twins):
        subjects[twin] |= set(corpus.resolution.subjects[number])
    return {twin: concepts.pop() for twin, concepts in subjects.items() if len(concepts) == 1}


def _notes_by_name(corpus: Corpus) -> dict[str, list[int]]:
    """Return the notes by the keys of what a link may call them: id, title, path, file name."""
    notes: defaultdict[str, list[int]] = defaultdict(list)
    for number, note in enumerate(corpus.notes):
        path = PurePosixPath(note.path)
        without_suffix = str(path.with_suffix(""))
        names = (note.id, note.title, note.path, without_suffix, path.name, path.stem)
        for name in dict.fromkeys(names):
            if name:
                notes[name_key(name)].append(number)
    return notes


def _linked_notes(
    corpus: Corpus, number: int, target: str, notes_by_name: Mapping[str, Sequence[int]]
) -> Sequence[int]:
    """Return the notes that a link of a note leads to: by relative path first, then by name."""
    folder = PurePosixPath(corpus.notes[number].path).parent
    path = PurePosixPath(target)
    keys = map(name_key, (normpath(folder / target), target, path.name, path.stem))
    return next((notes_by_name[key] for key in keys if key in notes_by_name), ())


def _concept_called(corpus: Corpus, number: int, target: str) -> int | None:
    """Return the concept that a declared name means in a note, if it means just one."""
    for key in (term_key(target), term_key(target.replace("-", " "))):
        if concepts := corpus.resolution.resolve(number, (key,)):
            return concepts[0] if len(concepts) == 1 else None
    return None
