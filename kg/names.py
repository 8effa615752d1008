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
_IGNORED = re.compile(f"[\\s\u00ad\u200b{_HYPHENS}]+")
_WORD = f"[^\\W{CJK}]+(?:[\u0300-\u036f]+[^\\W{CJK}]*)*"  # what stands between boundaries; elsewhere each character does
# What may stand within a name: spaces, hyphens, one line end, marks that nobody sees; a second line's "- " is a list.
_NEXT_ATOM = re.compile(
    f"[ \\t\u00a0\u3000\u00ad\u200b{_HYPHENS}]*(?:\\r?\\n[ \\t]*)?({_WORD}|[^\\s{_HYPHENS}])"
)
_PARENTHESES = re.compile(r"(.+?)[（(]([^（）()]+)[）)]")
_ABBREVIATION = re.compile(r"(?=(?:.*[A-Z]){2})[A-Za-z0-9-]{2,10}")


@dataclass(frozen=True, slots=True)
class Mention:
    """The characters from `start` up to `end` of a text, and the concepts they can mean: several when ambiguous."""

    concepts: tuple[str, ...]
    start: int
    end: int


class NameIndex:
    """The concepts by their names: what a name, or a text, can mean. Case, spaces and hyphens do not matter.

    A Latin name also has its plural. In a text, an abbreviation of up to three letters is seen only as it is written,
    and so is one of four in mixed case: "PE" is a name and "pe" is not, "ZeRO" is one and "zero" is not.
    """

    def __init__(self, concepts: Iterable[Concept]) -> None:
        self._ids: set[str] = set()
        self._written: dict[str, str] = {}  # key → a spelling to suggest
        self._meant: defaultdict[str, set[str]] = defaultdict(set)  # key → ids
        self._seen: defaultdict[str, set[tuple[str, str]]] = defaultdict(
            set
        )  # key → (id, the only spelling, or "")
        for concept in concepts:
            self._ids.add(concept.id)
            self._meant[name_key(concept.id)].add(concept.id)
            for alias in concept.aliases:
                if key := name_key(alias.text):
                    self._written.setdefault(key, alias.text)
                    self._meant[key].add(concept.id)
                    self._seen[key].add((concept.id, _cased(alias)))
        for key, forms in list(self._seen.items()):
            if (
                len(key) > 1
                and key.isascii()
                and key[-1].isalpha()
                and key[-1] != "s"
                and key + "s" not in self._meant
            ):
                self._seen[key + "s"] = {(id, form and form + "s") for id, form in forms}
                self._meant[key + "s"] = self._meant[key]
        self._sorted = sorted(self._seen)

    def resolve(self, name: str) -> tuple[str, ...]:
        """The ids that a name can mean, sorted: none when it is unknown, several when it is ambiguous; an id is itself."""
        if name in self._ids:
            return (name,)
        spellings = (name, *(alias.text for alias in names_in(name)))
        return next(
            (tuple(sorted(ids)) for text in spellings if (ids := self._meant.get(name_key(text)))),
            (),
        )

    def suggest(self, name: str, most: int = 3) -> tuple[str, ...]:
        """The names nearest to one that is unknown, best first, each of another concept."""
        from difflib import get_close_matches  # only a miss pays for its import

        best: dict[frozenset[str], str] = {}
        for key in get_close_matches(name_key(name)[:100], sorted(self._written), n=5 * most):
            best.setdefault(frozenset(self._meant[key]), self._written[key])
        return tuple(best.values())[:most]

    def mentions(self, text: str, *, any_case: bool = False) -> list[Mention]:
        """The names that stand in a text, in order, none within another: of two that overlap the first, then the longest.

        Latin names stand between word boundaries, Chinese ones anywhere. With `any_case` abbreviations are seen however
        they are written: a question is typed in small letters.
        """
        found: list[Mention] = []
        opening: dict[str, str] = {}  # atom → as folded, empty when no name begins so
        for atom in _NEXT_ATOM.finditer(text):
            word, start = atom[1], atom.start(1)
            if (folded := opening.get(word)) is None:
                folded = opening[word] = key if (key := fold(word)) and self._begins(key) else ""
            if not folded or (found and start < found[-1].end):
                continue
            if longest := self._longest(text, start, folded, any_case):
                found.append(longest)
        return found

    def _longest(self, text: str, start: int, key: str, any_case: bool) -> Mention | None:
        """The longest name whose first atom is at `start` and folds to `key`, if there is one."""
        best = None
        atom = _NEXT_ATOM.match(text, start)
        while atom:
            forms = self._seen.get(key, ())
            written = "" if any_case or not forms else _exact(text[start : atom.end()])
            if ids := {id for id, form in forms if any_case or form in {"", written}}:
                best = Mention(tuple(sorted(ids)), start, atom.end())
            atom = _NEXT_ATOM.match(text, atom.end())
            if atom and not self._begins(key := key + fold(atom[1])):
                break
        return best

    def _begins(self, prefix: str) -> bool:
        """Whether some name begins with these characters."""
        at = bisect_left(self._sorted, prefix)
        return at < len(self._sorted) and self._sorted[at].startswith(prefix)


def names_in(term: str) -> tuple[Alias, ...]:
    """The names that one written term holds, the full one first.

    >>> [(alias.text, alias.kind.value) for alias in names_in("多头注意力（Multi-Head Attention, MHA）")]
    [('多头注意力', 'full'), ('Multi-Head Attention', 'full'), ('MHA', 'abbr')]
    >>> [alias.text for alias in names_in("Dropout (training)")]
    ['Dropout (training)']
    """
    parts = [term.strip()]
    if match := _PARENTHESES.fullmatch(parts[0]):
        inner = [part.strip() for part in re.split("[,，、;；]", match[2])]
        if more := [
            part
            for part in inner
            if _ABBREVIATION.fullmatch(part) or detect_language(part) != detect_language(match[1])
        ]:
            parts = [match[1].strip(), *more]
    kinds = [
        AliasKind.ABBR if at and _ABBREVIATION.fullmatch(part) else AliasKind.FULL
        for at, part in enumerate(parts)
    ]
    return tuple(
        Alias(part, detect_language(part), kind) for part, kind in zip(parts, kinds, strict=True)
    )


def keys_in(text: str, longest: int = 12) -> set[str]:
    """Every key that a name within a text can have, of at most `longest` words or Chinese characters.

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
    """What all spellings of a name share: it is folded, without spaces and hyphens.

    >>> name_key("Multi-Head  Attention") == name_key("multihead attention")
    True
    """
    return _IGNORED.sub("", fold(name))


def _exact(name: str) -> str:
    return _IGNORED.sub("", unicodedata.normalize("NFKC", name))


def _cased(alias: Alias) -> str:
    """The only spelling that a text may have, or an empty string."""
    form = _exact(alias.text)
    letters = sum(map(str.isalpha, form))
    short = letters <= 3 or (letters == 4 and not form.isupper() and not form.islower())
    return form if short and (alias.kind is AliasKind.ABBR or form.isupper()) else ""


def resolve_one(names: NameIndex, text: str) -> str:
    """The id of the one concept that a name means. Raises ConceptError, with what may have been meant."""
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
