"""Turn text into index terms: Chinese into bigrams, English into stems."""

import re
from collections.abc import Iterator

from kg.language import en, zh
from kg.language.detect import CJK_RUN
from kg.language.normalize import american, fold
from kg.language.words import join_words

TermSequence = tuple[str, ...]  # the terms of a name, in order

# A word, or an order of growth such as O(n^2), which is one term.
_WORD = re.compile(r"(?P<order>o\([^()\s]{1,12}\))|[^\W_]+(?:[_\-./^+#][^\W_]+)*(?:\+\+|#)?")
# The characters between the parts of a compound: d_k, GPT-4.
_COMPOUND_JOINT = re.compile(r"[_\-./^+#]+")
# None of the words in a contraction such as "can't" or "won't" carries content.
_CONTRACTION = re.compile(r"\b[a-z]+n['’]t\b|['’](?:s|m|d|ll|re|ve)\b")
# The plural of an abbreviation. In lower case GPUs would look like a singular that ends in -us.
_ABBREVIATION_PLURAL = re.compile(r"\b([A-Z]{2,})s\b")
# A sign and its name are one term.
_SIGN_NAMES = {
    "√": "sqrt",
    "根号": "sqrt",
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "λ": "lambda",
    "θ": "theta",
}
# A sign, or the name of one directly before a number: beta1 is beta and 1.
_SIGN = re.compile("|".join(_SIGN_NAMES) + r"|\b(?:alpha|beta|gamma|lambda|theta)(?=\d)")
# Text copied out of a PDF file has spaces within Chinese words.
_SPACE_IN_WORD = re.compile("(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_QUESTION_WORDS = re.compile(join_words(zh.QUESTION_WORDS))
# The number of letters by which two forms of a word are the same: regularise, regularisation.
_TRUNCATED = 8


def analyze(text: str) -> list[str]:
    """Return the terms of a text in order, with repeats.

    A run of Chinese gives its bigrams, or the character if it is one alone; a Latin word is kept
    whole and stemmed. An identifier is one term, and so are the parts of a compound besides.
    A sign and its name are one term: √, 根号 and sqrt. Terms hold no space and no quote mark.

    >>> analyze("多头注意力 with d_k and GPT-4")
    ['多头', '头注', '注意', '意力', 'd_k', 'gpt-4', 'gpt']
    """
    folded = _SPACE_IN_WORD.sub("", fold(_ABBREVIATION_PLURAL.sub(r"\1", text)))
    named = _SIGN.sub(lambda sign: f" {_SIGN_NAMES.get(sign[0], sign[0])} ", folded)
    return list(_split_terms(_CONTRACTION.sub("", named)))


def analyze_question(question: str) -> list[str]:
    """Return the terms of a question without its question words; no bigram spans one of them.

    >>> analyze_question("GRU 有哪些门")
    ['gru', '有', '门']
    """
    return analyze(remove_question_words(question))


def remove_question_words(question: str) -> str:
    """Put a line break in place of each Chinese question word."""
    return _QUESTION_WORDS.sub("\n", question)


def truncate_term(term: str) -> str:
    """Cut a term to the letters that all forms of a word share.

    >>> truncate_term("regularise") == truncate_term("regularisation")
    True
    """
    return term[:_TRUNCATED]


def _split_terms(folded: str) -> Iterator[str]:
    for word in _WORD.finditer(folded):
        if word["order"]:
            yield word[0]
            continue
        end = word.start()
        for run in CJK_RUN.finditer(folded, word.start(), word.end()):
            yield from _latin_terms(folded[end : run.start()])
            yield from (run[0][at : at + 2] for at in range(max(1, len(run[0]) - 1)))
            end = run.end()
        yield from _latin_terms(folded[end : word.end()])


def _latin_terms(word: str) -> Iterator[str]:
    """Yield the stem of a word, and of the parts of a compound."""
    word = word.strip("_-./^+#") if not word.endswith(("++", "#")) else word.lstrip("_-./^+#")
    if not word or word in en.STOP_WORDS:
        return
    yield stem(word)
    parts = _COMPOUND_JOINT.split(word)
    if len(parts) > 1:
        yield from (stem(part) for part in parts if _is_term_of_compound(part))


def _is_term_of_compound(part: str) -> bool:
    return len(part) > 1 and not part.isdigit() and part not in en.STOP_WORDS


def stem(word: str) -> str:
    """Return an English word in American spelling without its plural s, anything else unchanged.

    This is the S stemmer of Harman 1991, "How effective is suffixing?".

    >>> stem("gates"), stem("queries"), stem("bias"), stem("optimisers")
    ('gate', 'query', 'bias', 'optimizer')
    """
    if len(word) < 4 or not word.isascii():
        return word
    word = american(word)
    if word.endswith("ies") and not word.endswith(("aies", "eies")):
        return word[:-3] + "y"
    if word.endswith("es") and not word.endswith(("aes", "ees", "oes", "ses", "xes", "hes")):
        return word[:-1]
    if word.endswith("s") and not word.endswith(("us", "ss", "is", "as")):
        return word[:-1]
    return word
