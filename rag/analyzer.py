"""Text → the terms it is found by, in Chinese and English alike. How often and where they stand is SQLite's to keep."""

import re
from collections.abc import Iterator

from kg.language.detect import CJK_RUN
from kg.language.normalize import american, fold

TermSequence = tuple[str, ...]  # the terms of a name, in order

_WORD = re.compile(r"(?P<order>o\([^()\s]{1,12}\))|[^\W_]+(?:[_\-./^+#][^\W_]+)*(?:\+\+|#)?")
_JOINT = re.compile(r"[_\-./^+#]+")
_CONTRACTED = re.compile(
    r"\b[a-z]+n['’]t\b|['’](?:s|m|d|ll|re|ve)\b"
)  # can't, won't: of its words none tells anything
_PLURAL = re.compile(r"\b([A-Z]{2,})s\b")  # GPUs: by its letters alone no plural
_SPOKEN = {
    "√": "sqrt",
    "根号": "sqrt",
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "λ": "lambda",
    "θ": "theta",
}
_STRAY = re.compile("(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])")
_SYMBOL = re.compile("|".join(_SPOKEN) + r"|\b(?:alpha|beta|gamma|lambda|theta)(?=\d)")

# Words that say how one asks, not what about.
_ASKING = re.compile(
    "为什么|为何|为啥|什么样|什么|怎么样|怎么|怎样|咋|如何|哪些|哪个|哪种|哪里|哪|多少|多大|几个|啥|吗|呢|是不是|能不能|请问|一下|有何|之间|分别|公式"
)
_STOP = frozenset(
    "a am an and are as at be been but by can could did do does for from had has have how i if in into is it its me my of on or "
    "our please should so than that the their then there these they this those to us was we were what when where which who "
    "whom whose why will with would you your".split()
)


def analyze(text: str) -> list[str]:
    """The terms of a text in order, repeats kept: CJK bigrams (one character alone stays), Latin words whole and stemmed.

    An identifier is one term and, where it is a compound, its parts too. Terms hold no space and no quote mark.
    A sign and its name are one term: √, 根号 and sqrt. A space within a Chinese word, as copied out of PDF files, is none.

    >>> analyze("多头注意力 with d_k and GPT-4")
    ['多头', '头注', '注意', '意力', 'd_k', 'gpt-4', 'gpt']
    """
    folded = _STRAY.sub("", fold(_PLURAL.sub(r"\1", text)))
    return list(
        _terms(
            _CONTRACTED.sub(
                "", _SYMBOL.sub(lambda symbol: f" {_SPOKEN.get(symbol[0], symbol[0])} ", folded)
            )
        )
    )


def analyze_question(question: str) -> list[str]:
    """The terms of a question without the Chinese words that only ask: no bigram runs over them either.

    >>> analyze_question("GRU 有哪些门")
    ['gru', '有', '门']
    """
    return analyze(without_asking(question))


def without_asking(question: str) -> str:
    """A question without the Chinese words that only ask."""
    return _ASKING.sub("\n", question)


def _terms(folded: str) -> Iterator[str]:
    for found in _WORD.finditer(folded):
        if found["order"]:
            yield found[0]
            continue
        end = found.start()
        for run in CJK_RUN.finditer(folded, found.start(), found.end()):
            yield from _latin(folded[end : run.start()])
            yield from (run[0][at : at + 2] for at in range(max(1, len(run[0]) - 1)))
            end = run.end()
        yield from _latin(folded[end : found.end()])


def _latin(word: str) -> Iterator[str]:
    """A word, stemmed, and the parts of a compound."""
    word = word.strip("_-./^+#") if not word.endswith(("++", "#")) else word.lstrip("_-./^+#")
    if word and word not in _STOP:
        yield stem(word)
        if len(parts := _JOINT.split(word)) > 1:
            yield from (
                stem(part)
                for part in parts
                if len(part) > 1 and not part.isdigit() and part not in _STOP
            )


def stem(word: str) -> str:
    """An English word in American spelling without its plural s (the S stemmer of Harman 1991), anything else unchanged.

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
