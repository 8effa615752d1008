"""Find the names of terms in sentences."""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from kg.extraction.annotations import NoteAnnotations
from kg.extraction.cache import TERMS, ExtractionCache
from kg.extraction.terms.grammar import ABBREVIATION, singularize, term_key
from kg.language import en, zh
from kg.language.detect import CJK, detect_language
from kg.language.normalize import INVISIBLE, fold
from kg.language.words import join_words
from kg.names import Mention, NameIndex, name_key
from kg.types import Alias, AliasKind, Concept, LocalizedText

# Nouns that are often left out of a name: the Adam optimizer, softmax 函数.
_KIND = re.compile(rf"\s+{join_words(en.KIND_NOUNS)}$", re.IGNORECASE)
_KIND_ZH = re.compile(rf"(?<=[A-Za-z0-9])\s*{join_words(zh.KIND_NOUNS)}$|(?<=..)机制$")
_SURE_KIND = re.compile(rf"{join_words(en.SURE_KIND_NOUNS)}$", re.IGNORECASE)
# Latin words, and single characters of scripts without spaces: what a name may begin with.
_LETTERS = re.compile(f"[^\\W{CJK}]+|\\w")
_INVISIBLE = re.compile(f"[{INVISIBLE}\u2e80-\u2fdf]")
# Full-width forms of punctuation and signs; they do not hide a name.
_MARKS = re.compile("[，。；：？！（）［］｛｝＝＋－～…％＃＆＊／＜＞｜]+")


class MentionFinder:
    """All terms, by what a text may write for them.

    >>> finder = MentionFinder({"adam": "Adam"}.items())
    >>> [mention.concepts for mention in finder.mentions("We use Adam.")]
    [('adam',)]
    """

    def __init__(self, spellings: Iterable[tuple[str, str]]) -> None:
        """Take the keys of terms with a spelling of each."""
        known = list(spellings)
        taken = {key for key, _ in known}
        self.forms = {key: (text, *_other_forms(text, key, taken)) for key, text in known}
        self._names: NameIndex | None = None

    def mentions(self, text: str) -> list[Mention]:
        """Return the terms mentioned in a text, as the keys that each place can mean."""
        if self._names is None:
            concepts = (
                Concept(key, forms[0], tuple(map(_alias, forms)), LocalizedText(), (), False)
                for key, forms in self.forms.items()
            )
            self._names = NameIndex(concepts)
        return self._names.mentions(text)

    def find_in_notes(
        self, notes: Sequence[NoteAnnotations], memory: ExtractionCache
    ) -> list[list[list[Mention]]]:
        """Return the mentions in every sentence of every note.

        What the cache holds of a note counts as long as neither its text changed nor a term it
        could mention.
        """
        changed = self._changed(memory.texts.get(TERMS, "[]"))
        memory.texts[TERMS] = json.dumps(sorted(self.forms.items()), ensure_ascii=False)
        found = []
        for note in notes:
            flat = memory.get("mentions", note)
            if flat is None or (changed and _may_mention(note.text, changed)):
                found.append([self.mentions(spot.text) for spot in note.sentences])
                flat = [
                    [at, mention.start, mention.end, *mention.concepts]
                    for at, row in enumerate(found[-1])
                    for mention in row
                ]
                memory.put("mentions", note, flat)
            else:
                found.append(_cached_mentions(note, flat))
        return found

    def _changed(self, before: str) -> dict[str, str]:
        """Return the keys of forms that are new, gone or changed, each with its first word."""
        entries = {(key, tuple(forms)) for key, forms in json.loads(before)} ^ set(
            self.forms.items()
        )
        forms = {form for _, forms in entries for form in forms if name_key(form)}
        return {
            name_key(form): fold(match[0]) if (match := _LETTERS.search(form)) else ""
            for form in sorted(forms)
        }


def _may_mention(text: str, forms: Mapping[str, str]) -> bool:
    """Tell whether one of the keys occurs in a text.

    The first word is looked for first, if the text has no letters of other forms.
    """
    folded = text.casefold()
    plain = unicodedata.is_normalized("NFKC", _MARKS.sub(" ", text)) and not _INVISIBLE.search(text)
    near = [key for key, word in forms.items() if not plain or word in folded]
    return bool(near) and any(key in folded for folded in (name_key(text),) for key in near)


def _cached_mentions(note: NoteAnnotations, flat: Iterable[Sequence[Any]]) -> list[list[Mention]]:
    found: list[list[Mention]] = [[] for _ in note.sentences]
    for at, start, end, *keys in flat:
        found[at].append(Mention(tuple(keys), start, end))
    return found


def _alias(text: str) -> Alias:
    return Alias(
        text,
        detect_language(text),
        AliasKind.ABBR if ABBREVIATION.fullmatch(text) else AliasKind.FULL,
    )


def strip_kind_noun(name: str) -> str:
    """Return a name without its kind noun, where it stays clear; else an empty string.

    >>> [strip_kind_noun(name) for name in ("Adam optimizer", "softmax 函数", "language model")]
    ['Adam', 'softmax', '']
    """
    if match := _KIND_ZH.search(name):
        return name[: match.start()]
    match = _KIND.search(name)
    rest = name[: match.start()] if match else ""
    clear = (
        " " in rest
        or any(mark.isupper() for mark in rest[1:])
        or (match is not None and _SURE_KIND.search(match[0]))
    )
    return rest if rest and clear else ""


def _other_forms(text: str, own: str, taken: set[str]) -> Iterator[str]:
    """Yield the singular, and the name without its kind noun, unless they are other terms."""
    bare = strip_kind_noun(text)
    forms = {singularize(text), bare, singularize(bare)} - {text, ""}
    yield from sorted(form for form in forms if (key := term_key(form)) == own or key not in taken)
