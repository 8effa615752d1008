"""Turn inline Markdown into the text that a reader sees, and find the links in it.

Besides CommonMark this reads the inline markup of Obsidian, Logseq and MyST, and math in dollars.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

# Depth of nested lists and quotes. With markdown-it's default of 20, real outlines lose their
# leaves.
_MAX_NESTING = 100
# Characters of a paragraph. A longer one is data, and inline parsing is quadratic on hostile text.
_MAX_INLINE_CHARS = 10_000

# `[[note#heading|shown text]]` with the groups target, heading and shown text. A list of lists in
# code is no link: `[["UNK"]]`.
WIKILINK = re.compile(
    r"\[\[(?=[^\[\]|])([^\[\]|#\n\"',=]*?)(#[^\[\]|\n]*)?(?:\\?\|([^\[\]\n]+))?\]\]"
)
# A paragraph that is one Markdown link, with the groups text and address.
LONE_LINK = re.compile(r"\[([^\[\]\n]+)\]\(<?([^()<>\n]*(?:\([^()<>\n]*\)[^()<>\n]*)*)>?\)")
# HTML tags and comments.
TAG = re.compile(r"<!--.*?-->|</?[A-Za-z][^<>]*>", re.DOTALL)

# Characters that have no width and no meaning in display. Joiners and direction marks have one.
_INVISIBLE = "\u00ad\u200b\u2060\ufeff"
_INVISIBLE_RUN = re.compile(f"[{_INVISIBLE}]+")
# Text without any of these has no markup.
_ANY_MARK = re.compile(rf"[\\`*_\[<&~$^{_INVISIBLE}]|==|%%|::|\(\(|\{{\{{")
# Text without any of these has no markup of Obsidian, Logseq and MyST.
_DIALECT_MARK = re.compile(r"[\[=%^:({]")

# An image that shows a formula, with the formula as group.
_FORMULA_IMAGE = re.compile(
    r"https?://(?:latex\.codecogs\.com/\w+\.latex|(?:www\.)?zhihu\.com/equation)\?(?:tex=)?(.+)"
)
# `[**so**]` marks in D2L what its slides take over.
_SLIDE_MARK = re.compile(r"\[\*\*([^\[\]\n]+)\*\*\](?!\()")
# `![[embed]]`, `{{embed ...}}`, `((block reference))` and `[^footnote]`.
_EMBED = re.compile(
    r"!\[\[[^\[\]\n]*\]\]|\{\{(?:embed|query|renderer|video)\b[^{}]*\}\}"
    r"|\(\([0-9a-f-]{36}\)\)|\[\^[^\[\]\s]+\](?!:)"
)
_LETTER = re.compile(r"[^\W\d]")
# `[!tip]-` at the beginning of a callout.
_CALLOUT = re.compile(r"^\[![\w-]+(?:\|[^\]\n]*)?\][+-]?[ \t]*")
# `==highlighted==` and `%%comment%%`.
_HIGHLIGHT_OR_COMMENT = re.compile(r"==(?=\S)(.+?)(?<=\S)==|%%(.+?)%%")
# `^block-id` at the end of a block.
_BLOCK_ID = re.compile(r"(?:^|\s)\^[A-Za-z0-9][A-Za-z0-9-]{2,}$")
# `id:: value` and the time log of a block.
_PROPERTY = re.compile(
    r"(?:^|\s)(?:id|collapsed|created-at|updated-at|heading|background-color|logseq[\w.-]*"
    r"|card-[\w-]+)::[ \t]+\S+|:LOGBOOK:.*?:END:",
    re.DOTALL,
)
# Tags that separate the words on their two sides.
_SEPARATING_TAG = re.compile(r"</?(?:td|th|tr|li|p|div|br|dt|dd|h[1-6])\b", re.IGNORECASE)
# `:numref:` before a code span, in the manner of MyST.
_ROLE = re.compile(r":[A-Za-z_+-]+(?::[\w+-]+)*:$")
# Roles whose code span is a label that no reader sees.
_HIDDEN_ROLES = frozenset(
    f":{name}:"
    for name in "numref eqref label eqlabel cite citet citep width begin_tab end_tab".split()
)
_HAN = "\u2e80-\u30ff\u3400-\u9fff\uff00-\uffef"
_LINE_END_WITHIN_HAN = re.compile(rf"(?<=[{_HAN}])[ \t]*\n[ \t]*(?=[{_HAN}])")


def make_parser() -> MarkdownIt:
    """Return a parser for CommonMark with tables, strikethrough, front matter and math.

    `$$x$$` within a line is math too. A dollar beside a digit is money.
    """
    parser = MarkdownIt("commonmark", {"maxNesting": _MAX_NESTING})
    parser.enable(["table", "strikethrough"])
    parser.use(dollarmath_plugin, double_inline=True, allow_digits=False)
    return parser.use(front_matter_plugin)


_PARSER = make_parser()


def to_plain_text(markup: str) -> str:
    """Return what a reader sees of inline Markdown: no markup, no images, in one line.

    >>> to_plain_text("**循环网络（RNN）**的 [门](g.md) `d_k` <img src='x'/>")
    '循环网络（RNN）的 门 d_k'
    >>> to_plain_text("[!tip]- See [[gates|the gates]] ==twice== ^a1b2c3")
    'See the gates twice'
    """
    if not _ANY_MARK.search(markup):  # Most sentences have no markup; parsing takes a hundredfold.
        return _join_lines(markup)
    return _parse_plain_text(markup)


# A paragraph is often one sentence, and each is parsed for passages and again for concepts.
@lru_cache(maxsize=10_000)
def _parse_plain_text(markup: str) -> str:
    if has_dialect := _DIALECT_MARK.search(markup) is not None:
        markup = _CALLOUT.sub("", _PROPERTY.sub("", markup))
    markup = _SLIDE_MARK.sub(r"\1", markup)
    tokens = _PARSER.parseInline(markup) if len(markup) <= _MAX_INLINE_CHARS else []
    if tokens:
        text = "".join(_visible_text(tokens[0].children or (), has_dialect))
    else:
        text = TAG.sub(" ", markup)
    return _join_lines(_INVISIBLE_RUN.sub("", text))


def _join_lines(text: str) -> str:
    """Join lines by spaces, but without one within Chinese, which has none between words."""
    return " ".join((_LINE_END_WITHIN_HAN.sub("", text) if "\n" in text else text).split())


def _visible_text(tokens: Sequence[Token], has_dialect: bool) -> Iterator[str]:
    """Yield the pieces of text that a reader sees of inline tokens."""
    role = ""
    for token in tokens:
        if token.type == "text":
            # By the rules of CommonMark `**术语（term）**后` is not bold, but it is meant to be.
            text = token.content.replace("**", "")
            role = match[0] if has_dialect and (match := _ROLE.search(text)) else ""
            yield _strip_dialect(text.removesuffix(role)) if has_dialect else text
        elif token.type in {"code_inline", "math_inline", "math_inline_double"}:
            yield "" if role in _HIDDEN_ROLES else token.content
            role = ""
        elif token.type == "image" and (image := _FORMULA_IMAGE.match(str(token.attrs["src"]))):
            yield unquote(image[1])
        elif token.type in {"softbreak", "hardbreak"} or (
            token.type == "html_inline" and _SEPARATING_TAG.match(token.content)
        ):
            yield "\n"


def _strip_dialect(text: str) -> str:
    """Return text as Obsidian and Logseq show it: links by their names, no embeds, no ids."""
    text = WIKILINK.sub(_shown_link, _EMBED.sub("", text))
    text = _HIGHLIGHT_OR_COMMENT.sub(lambda match: match[1] or match[2], text)
    return _BLOCK_ID.sub("", text)


def _shown_link(link: re.Match[str]) -> str:
    """Return what is shown of a wikilink. One without letters may be an array: `[[1.0]]`."""
    if not _LETTER.search(link[0]):
        return link[0]
    return link[3] or (link[1] + (link[2] or "")).replace("#", " ")
