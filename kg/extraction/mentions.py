"""Find the names of terms in sentences. Which concepts they mean is not known yet."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from kg.extraction.annotations import NoteAnnotations
from kg.extraction.cache import ExtractionCache
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
# Nouns without which any name is clear.
_SURE_KIND = re.compile(rf"{join_words(en.SURE_KIND_NOUNS)}$", re.IGNORECASE)
# A Latin word, or a single character of a script without spaces.
_FIRST_WORD = re.compile(f"[^\\W{CJK}]+|\\w")
# Invisible characters, and radicals that look like other characters. They may hide a name.
_HIDING = re.compile(f"[{INVISIBLE}\u2e80-\u2fdf]")
# Punctuation and signs in full width. They are no part of a name, so they cannot hide one.
_FULL_WIDTH_MARKS = re.compile("[，。；：？！（）［］｛｝＝＋－～…％＃＆＊／＜＞｜]+")


class MentionFinder:
    """Finds terms by the forms that a text may have of them.

    >>> finder = MentionFinder({"adam": "Adam"}.items())
    >>> [mention.concepts for mention in finder.find_in_text("We use Adam.")]
    [('adam',)]
    """

    def __init__(self, spellings: Iterable[tuple[str, str]]) -> None:
        """Take the key and the spelling of each term."""
        known = list(spellings)
        taken = {key for key, _ in known}
        self.forms = {key: (text, *_other_forms(text, key, taken)) for key, text in known}

    @cached_property
    def _names(self) -> NameIndex:
        """The forms of all terms. With a cache it may not be needed, and it takes long to build."""
        return NameIndex(
            Concept(key, forms[0], tuple(map(_to_alias, forms)), LocalizedText(), (), False)
            for key, forms in self.forms.items()
        )

    def find_in_text(self, text: str) -> list[Mention]:
        """Return the terms that a text mentions, as the keys that each mention can mean."""
        return self._names.mentions(text)

    def find_in_notes(
        self, notes: Sequence[NoteAnnotations], cache: ExtractionCache
    ) -> list[list[list[Mention]]]:
        """Return the mentions in every sentence of every note.

        What the cache holds of a note counts unless a term that the note may mention is new, gone
        or has other forms. The cache then holds what was found.
        """
        changed = self._changed_forms(cache.get_forms())
        cache.put_forms(self.forms)
        found = []
        for note in notes:
            cached = cache.get("mentions", note)
            if cached is not None and not (changed and _may_mention(note.text, changed)):
                found.append(_mentions_from_json(cached, len(note.sentences)))
            else:
                mentions = [self.find_in_text(sentence.text) for sentence in note.sentences]
                cache.put("mentions", note, _mentions_to_json(mentions))
                found.append(mentions)
        return found

    def _changed_forms(self, before: set[tuple[str, tuple[str, ...]]]) -> dict[str, str]:
        """Return the keys of the forms of changed terms, each with its first word, folded."""
        changed = before ^ set(self.forms.items())
        forms = {form for _, forms in changed for form in forms if name_key(form)}
        return {name_key(form): _first_word(form) for form in sorted(forms)}


def _first_word(form: str) -> str:
    """Return the first word of a name, folded; an empty string if it has no letter."""
    match = _FIRST_WORD.search(form)
    return fold(match[0]) if match else ""


def _may_mention(text: str, forms: Mapping[str, str]) -> bool:
    """Tell whether the key of a form occurs in a text. `forms` holds first words by key.

    The first words are looked for before, which is quicker. That only works in a text that folds to
    itself but for case.
    """
    lowered = text.casefold()
    is_plain = unicodedata.is_normalized(
        "NFKC", _FULL_WIDTH_MARKS.sub(" ", text)
    ) and not _HIDING.search(text)
    near = [key for key, word in forms.items() if not is_plain or word in lowered]
    if not near:
        return False
    text_key = name_key(text)
    return any(key in text_key for key in near)


def _mentions_to_json(mentions: Sequence[Sequence[Mention]]) -> list[list[Any]]:
    """Return the mentions of a note as lists of sentence, start, end and keys."""
    return [
        [sentence, mention.start, mention.end, *mention.concepts]
        for sentence, in_sentence in enumerate(mentions)
        for mention in in_sentence
    ]


def _mentions_from_json(data: Iterable[Sequence[Any]], sentences: int) -> list[list[Mention]]:
    """Return the mentions in each of so many sentences."""
    mentions: list[list[Mention]] = [[] for _ in range(sentences)]
    for sentence, start, end, *keys in data:
        mentions[sentence].append(Mention(tuple(keys), start, end))
    return mentions


def _to_alias(text: str) -> Alias:
    kind = AliasKind.ABBR if ABBREVIATION.fullmatch(text) else AliasKind.FULL
    return Alias(text, detect_language(text), kind)


def strip_kind_noun(name: str) -> str:
    """Return a name without its kind noun, or an empty string if it is not clear without it.

    >>> [strip_kind_noun(name) for name in ("Adam optimizer", "softmax 函数", "language model")]
    ['Adam', 'softmax', '']
    """
    if match := _KIND_ZH.search(name):
        return name[: match.start()]
    match = _KIND.search(name)
    if not match:
        return ""
    rest = name[: match.start()]
    is_clear = (
        " " in rest or any(map(str.isupper, rest[1:])) or _SURE_KIND.search(match[0]) is not None
    )
    return rest if is_clear else ""


def _other_forms(text: str, key: str, taken: set[str]) -> Iterator[str]:
    """Yield a term's singular and its name without kind noun, unless they are other terms."""
    bare = strip_kind_noun(text)
    for form in sorted({singularize(text), bare, singularize(bare)} - {text, ""}):
        form_key = term_key(form)
        if form_key == key or form_key not in taken:
            yield form
