r"""Load the phrases that relate two names: phrases.en.tsv and phrases.zh.tsv beside this file.

A phrase is a regular expression over a sentence in which each name is its number: ⟨0⟩. In it
    S, O    are the subject and the object: a name or an enumeration of names (S1, O1: one name;
            O2: two names or more);
    A, D    are adverbs and auxiliary verbs after a name, and articles and the like before a name;
    J, G    are up to three words before a noun, and any character of the same Chinese clause;
    {part}  is any word of a list, by the names in _WORD_LISTS;
    a space is white space: some between English words, some or none in Chinese.
The direction says which of S and O is the relation's source: `S>O` or `O>S`. Each row has an
example and a counter-example, which the tests run: [ ] marks the source and { } the target.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kg.language import en, zh
from kg.language.detect import Language
from kg.language.words import join_words
from kg.types import RelationKind

# A name in a sentence, by its number.
NAME = r"⟨\d+⟩"

_NAMES = (
    rf"{NAME}(?:(?:\s*、\s*{NAME})*\s*(?:和|与|及|以及)\s*{NAME}|(?:,\s*{NAME})+,?\s+and\s+{NAME}"
    rf"|(?:\s+and\s+|\s*[/、]\s*){NAME})?"
)
_TWO_NAMES = rf"{NAME}(?:(?:,|\s*、)\s*{NAME})*(?:,?\s+(?:and|with)\s+|\s*(?:和|与|及)\s*){NAME}"
# What each placeholder stands for. A has the space before it with it, D and J the one after them.
_PLACEHOLDERS = {
    "S": f"(?P<s>{_NAMES})",
    "O": f"(?P<o>{_NAMES})",
    "S1": f"(?P<s>{NAME})",
    "O1": f"(?P<o>{NAME})",
    "O2": f"(?P<o>{_TWO_NAMES})",
    "J ": r"(?:[\w-]+,?\s+){0,3}?",
}
_PLACEHOLDERS_OF = {
    "en": {
        " ": r"\s+",
        " A": rf"(?:\s+{join_words(en.ADVERBS)})*",
        "D ": rf"(?:{join_words(en.FILLERS)}\s+)*",
    },
    "zh": {
        " ": r"\s*",
        " A": rf"\s*{join_words(zh.ADVERBS)}{{0,3}}",
        "G": "[^，。；⟨]",
    },
}
_WORD_LISTS = {
    "en": {
        "improvement": join_words(en.IMPROVEMENTS),
        "kind": join_words(en.KINDS),
        "part": join_words(en.PARTS),
        "consists_of": join_words(en.CONSISTS_OF),
        "eases": join_words(en.EASES),
        "eased": join_words(en.EASED),
        "not_layer": rf"(?! {join_words(en.LAYERS)}\b)",
        "noun_end": rf"(?=\s*(?:$|[.,;:]|{join_words(en.NOUN_ENDS)}\b))",
    },
    "zh": {
        "improvement": join_words(zh.IMPROVEMENTS),
        "kind": join_words(zh.KINDS),
        "derives": join_words(zh.DERIVES),
        "becomes": join_words(zh.BECOMES),
        "is": join_words(zh.IS),
        "eases": rf"(?<![不没]){join_words(zh.EASES)}",
        "several": "(?:[一二两三几多]种|[一二两三几多]个|多种|若干)?(?:常见|主要|著名|典型)?的?",
        # The end of a clause: the name before it is not the beginning of a longer one.
        "end": "(?= (?:[，。；、,.;：:!！?？]|$))",
    },
}
# The placeholders of a phrase. In a character class or a look-around assertion that does not begin
# with a space, letters are letters.
_PLACEHOLDER = re.compile(
    r"\[[^\]]*\]|\(\?<[!=][^()]*\)"
    r"| A(?= )|(?<![A-Za-z])[DJ] |(?<![A-Za-z\\])(?:[SO][12]|[SOAG])(?![A-Za-z])| "
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase that states a relation of a subject and an object, the groups `s` and `o`.

    `backward` says that the object is the source of the relation.
    """

    kind: RelationKind
    backward: bool
    confidence: float
    pattern: re.Pattern[str]
    example: str
    counter_example: str


@cache
def load_phrases(language: Language) -> tuple[Phrase, ...]:
    """Return the phrases of a language, "en" or "zh", in the order of the file."""
    path = Path(__file__).with_name(f"phrases.{language}.tsv")
    _, *rows = path.read_text(encoding="utf-8").splitlines()
    return tuple(_parse_row(row, language) for row in rows)


def _parse_row(row: str, language: Language) -> Phrase:
    kind, direction, confidence, phrase, example, counter_example = row.split("\t")
    return Phrase(
        RelationKind(kind),
        {"S>O": False, "O>S": True}[direction],
        float(confidence),
        re.compile(_expand(phrase, language), re.IGNORECASE),
        example,
        counter_example,
    )


def _expand(phrase: str, language: Language) -> str:
    """Return the regular expression that a phrase with placeholders stands for."""
    lists = _WORD_LISTS[language]
    placeholders = _PLACEHOLDERS | _PLACEHOLDERS_OF[language]
    listed = re.sub(r"\{([a-z_]+)\}", lambda match: lists[match[1]], phrase)
    return _PLACEHOLDER.sub(lambda match: placeholders.get(match[0], match[0]), listed)
