"""Find concepts by name: resolve one name, suggest near ones, and locate names in running text."""

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from kg.errors import ConceptError
from kg.language.detect import CJK, detect_language
from kg.language.normalize import fold
from kg.types import Alias, AliasKind, Concept

_HYPHENS = "\u2010-\u2013\u2212-"
# What two spellings of a name may differ in: spaces, hyphens and marks that nobody sees.
_IGNORED = re.compile(f"[\\s\u00ad\u200b{_HYPHENS}]+")
# A word in a script with spaces. In the other scripts each character is an atom.
_WORD = f"[^\\W{CJK}]+(?:[\u0300-\u036f]+[^\\W{CJK}]*)*"
# An atom, with what may stand before it within a name: spaces, hyphens, invisible marks and one
# line end. A hyphen and a space at the beginning of the second line make it a list item instead.
_NEXT_ATOM = re.compile(
    f"[ \\t\u00a0\u3000\u00ad\u200b{_HYPHENS}]*(?:\\r?\\n[ \\t]*)?({_WORD}|[^\\s{_HYPHENS}])"
)
_PARENTHESES = re.compile(r"(.+?)[（(]([^（）()]+)[）)]")
_ABBREVIATION = re.compile(r"(?=(?:.*[A-Z]){2})[A-Za-z0-9-]{2,10}")
# Characters of an unknown name that are compared to find near ones.
_MAX_COMPARED = 100
# Near keys that are looked at for each suggestion, as several keys may mean one concept.
_KEYS_PER_SUGGESTION = 5
# Abbreviations of up to so many letters are recognised only as they are written.
_SHORT_LETTERS = 3


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text, at characters `start` up to `end`, and the ids of concepts it can mean.

    They are several if the name is ambiguous.
    """

    concepts: tuple[str, ...]
    start: int
    end: int


class NameIndex:
    """Concepts by their names. Case, spaces and hyphens do not matter.

    A Latin name also has its plural. In a text, an abbreviation of up to three letters is
    recognised only as it is written, and so is one of four in mixed case: "PE" is a name and "pe"
    is not, "ZeRO" is one and "zero" is not.
    """

    def __init__(self, concepts: Iterable[Concept]) -> None:
        self._ids: set[str] = set()
        # By key, a spelling to suggest.
        self._spellings: dict[str, str] = {}
        # By key, the ids it can mean when a person gives a name.
        self._meanings: defaultdict[str, set[str]] = defaultdict(set)
        # By key, the ids it can mean in a text, each with its only spelling or an empty string.
        self._forms: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        for concept in concepts:
            self._ids.add(concept.id)
            self._meanings[name_key(concept.id)].add(concept.id)
            for alias in concept.aliases:
                if key := name_key(alias.text):
                    self._spellings.setdefault(key, alias.text)
                    self._meanings[key].add(concept.id)
                    self._forms[key].add((concept.id, _only_spelling(alias)))
        self._add_plurals()
        self._sorted_keys = sorted(self._forms)

    def _add_plurals(self) -> None:
        for key, forms in list(self._forms.items()):
            takes_plural = (
                len(key) > 1 and key.isascii() and key[-1].isalpha() and not key.endswith("s")
            )
            if takes_plural and key + "s" not in self._meanings:
                self._forms[key + "s"] = {(id, form and form + "s") for id, form in forms}
                self._meanings[key + "s"] = self._meanings[key]

    def resolve(self, name: str) -> tuple[str, ...]:
        """Return the ids that a name can mean, sorted.

        They are none if the name is unknown, and several if it is ambiguous. An id means itself.
        """
        if name in self._ids:
            return (name,)
        spellings = (name, *(alias.text for alias in names_in(name)))
        meanings = (self._meanings.get(name_key(text)) for text in spellings)
        return next((tuple(sorted(ids)) for ids in meanings if ids), ())

    def suggest(self, name: str, limit: int = 3) -> tuple[str, ...]:
        """Return the names nearest to an unknown one, best first, each of another concept."""
        from difflib import get_close_matches  # Only an unknown name pays for its import.

        best: dict[frozenset[str], str] = {}
        for key in get_close_matches(
            name_key(name)[:_MAX_COMPARED],
            sorted(self._spellings),
            n=_KEYS_PER_SUGGESTION * limit,
        ):
            best.setdefault(frozenset(self._meanings[key]), self._spellings[key])
        return tuple(best.values())[:limit]

    def mentions(self, text: str, *, any_case: bool = False) -> list[Mention]:
        """Return the names in a text, in order. Of two that overlap, the first, then the longest.

        Latin names stand between word boundaries, Chinese ones anywhere. With `any_case`,
        abbreviations are recognised in any case: questions are typed in small letters.
        """
        mentions: list[Mention] = []
        # By atom, its folded form if a name begins so, else an empty string.
        openings: dict[str, str] = {}
        for atom in _NEXT_ATOM.finditer(text):
            word, start = atom[1], atom.start(1)
            if (folded := openings.get(word)) is None:
                folded = fold(word)
                folded = openings[word] = folded if folded and self._is_prefix(folded) else ""
            if not folded or (mentions and start < mentions[-1].end):
                continue
            if mention := self._longest_mention(text, start, folded, any_case):
                mentions.append(mention)
        return mentions

    def _longest_mention(self, text: str, start: int, key: str, any_case: bool) -> Mention | None:
        """Return the longest name whose first atom is at `start` and folds to `key`, or None."""
        longest = None
        atom = _NEXT_ATOM.match(text, start)
        while atom:
            forms = self._forms.get(key, ())
            spelling = "" if any_case or not forms else _spelling(text[start : atom.end()])
            if ids := {id for id, form in forms if any_case or form in {"", spelling}}:
                longest = Mention(tuple(sorted(ids)), start, atom.end())
            atom = _NEXT_ATOM.match(text, atom.end())
            if atom and not self._is_prefix(key := key + fold(atom[1])):
                break
        return longest

    def _is_prefix(self, prefix: str) -> bool:
        """Tell whether some name's key begins with these characters."""
        position = bisect_left(self._sorted_keys, prefix)
        return position < len(self._sorted_keys) and self._sorted_keys[position].startswith(prefix)


def names_in(term: str) -> tuple[Alias, ...]:
    """Return the names that a written term holds, the full one first.

    >>> names = names_in("多头注意力（Multi-Head Attention, MHA）")
    >>> [(alias.text, alias.kind.value) for alias in names]
    [('多头注意力', 'full'), ('Multi-Head Attention', 'full'), ('MHA', 'abbr')]
    >>> [alias.text for alias in names_in("Dropout (training)")]
    ['Dropout (training)']
    """
    parts = [term.strip()]
    if match := _PARENTHESES.fullmatch(parts[0]):
        inner = (part.strip() for part in re.split("[,，、;；]", match[2]))
        language = detect_language(match[1])
        if names := [
            part
            for part in inner
            if _ABBREVIATION.fullmatch(part) or detect_language(part) != language
        ]:
            parts = [match[1].strip(), *names]
    return tuple(
        Alias(
            part,
            detect_language(part),
            AliasKind.ABBR if position and _ABBREVIATION.fullmatch(part) else AliasKind.FULL,
        )
        for position, part in enumerate(parts)
    )


def keys_in(text: str, longest: int = 12) -> set[str]:
    """Return every key that a name in a text can have, of at most `longest` words or characters.

    >>> sorted(keys_in("the gates"))
    ['gate', 'gates', 'the', 'thegate', 'thegates']
    """
    keys: set[str] = set()
    for first in _NEXT_ATOM.finditer(text):
        key, atom = fold(first[1]), _NEXT_ATOM.match(text, first.end())
        for _ in range(longest):
            keys |= {key, key.removesuffix("s")}
            if not atom:
                break
            key, atom = key + fold(atom[1]), _NEXT_ATOM.match(text, atom.end())
    return keys - {""}


def name_key(name: str) -> str:
    """Return what all spellings of a name share: it is folded, without spaces and hyphens.

    >>> name_key("Multi-Head  Attention") == name_key("multihead attention")
    True
    """
    return _IGNORED.sub("", fold(name))


def _spelling(name: str) -> str:
    """Return a name as it is written, but for spaces, hyphens and the width of its characters."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", name))


def _only_spelling(alias: Alias) -> str:
    """Return the only spelling that a text may have, or an empty string if any case will do."""
    form = _spelling(alias.text)
    letters = sum(map(str.isalpha, form))
    mixed_case = not form.isupper() and not form.islower()
    is_short = letters <= _SHORT_LETTERS or (letters == _SHORT_LETTERS + 1 and mixed_case)
    return form if is_short and (alias.kind is AliasKind.ABBR or form.isupper()) else ""


def resolve_one(names: NameIndex, text: str) -> str:
    """Return the id of the one concept that a name means.

    Raises ConceptError, with suggestions, if it means none or several.
    """
    ids = names.resolve(text)
    if len(ids) == 1:
        return ids[0]
    if ids:
        raise ConceptError(f"{text!r} means several concepts: {', '.join(ids)}", "name one of them")
    near = names.suggest(text)
    raise ConceptError(
        f"the notes have no concept {text!r}",
        f"did you mean {', '.join(near)}?" if near else "kbase concepts lists them",
    )
