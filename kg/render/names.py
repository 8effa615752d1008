"""Write concepts, and the places where notes speak of them, on one line of a terminal."""

from collections.abc import Sequence

import click

from kg.language.detect import Language
from kg.render.labels import LABELS
from kg.text import format_location, printable
from kg.types import AliasKind, Concept, Evidence

# Concepts that one line names. The rest is counted.
_LISTED = 12


def short_name(concept: Concept, language: Language) -> str:
    """Return the first abbreviation, else the full name."""
    abbreviations = (alias.text for alias in concept.aliases if alias.kind is AliasKind.ABBR)
    return printable(next(abbreviations, concept.name(language)))


def full_name(concept: Concept, language: Language) -> str:
    """Return the full name and, in brackets, the abbreviation."""
    short, full = short_name(concept, language), printable(concept.name(language))
    return full if short == full else f"{full} ({short})"


def list_names(concepts: Sequence[Concept], language: Language) -> str:
    """Return the short names of the first concepts, and how many more there are."""
    names = ", ".join(short_name(concept, language) for concept in concepts[:_LISTED])
    more = len(concepts) - _LISTED
    return f"{names}, {LABELS[language]['more'].format(more)}" if more > 0 else names


def label_names(label: str, concepts: Sequence[Concept], language: Language) -> str:
    """Return a label and a few names; nothing without concepts."""
    return f"{LABELS[language][label]}: {list_names(concepts, language)}" if concepts else ""


def chain_names(concepts: Sequence[Concept], language: Language, *, bold: bool = False) -> str:
    """Return the short names of all concepts, with arrows between them."""
    names = (short_name(concept, language) for concept in concepts)
    return " → ".join(click.style(name, bold=True) if bold else name for name in names)


def list_places(concept: Concept, language: Language, most: int = 1) -> str:
    """Return where to read about a concept: in notes of the reader's language, if there are any."""
    found = [place for place in concept.notes if place.found]
    preferred = [place for place in found if place.path.startswith(f"{language}/")] or found
    if not preferred:
        return click.style(LABELS[language]["gap"], dim=True)
    return ", ".join(map(show_place, preferred[:most]))


def show_place(place: Evidence) -> str:
    """Return the file and lines of a place."""
    return click.style(printable(format_location(place.path, place.first, place.last)), fg="cyan")


def show_quote(place: Evidence) -> str:
    """Return a quote on one line, and where it is."""
    return f"“{printable(' '.join(place.quote.split()))}” {show_place(place)}"
