"""Notebooks, PDF and Word files → their text as Markdown. The only file that imports pypdf and docx, once one is met."""

import io
import json
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

from kg.errors import NotesError

Extracted = tuple[
    str, tuple[int, ...]
]  # the text, and where each of its pages or cells begins; none where there are none
_LARGEST = 200_000_000  # bytes that a Word file may unpack to
_OFTEN_TOGETHER = frozenset(("LATIN", "CJK", "HIRAGANA", "KATAKANA", "GREEK"))
_GAP = "\n\n"


def extract(data: bytes, path: str) -> Extracted:
    """The text of a file that is none. Raises NotesError, with what to install where a reader is missing."""
    suffix = path[path.rindex(".") :].lower()
    try:
        return {".ipynb": _notebook, ".pdf": _pdf, ".docx": _word}[suffix](data)
    except ImportError as error:
        raise NotesError(
            f"{path}: {suffix} files need the extra formats", "pip install 'kbase[formats]'"
        ) from error
    except NotesError as error:
        raise NotesError(f"{path}: {error.message}", error.hint) from error
    except Exception as error:  # readers of foreign formats fail in every way there is
        raise NotesError(
            f"{path}: cannot be read as {suffix} ({type(error).__name__}: {error})"
        ) from error


def _paged(parts: list[str]) -> Extracted:
    """Texts one after the other, each at its place."""
    starts, at = [], 0
    for part in parts:
        starts.append(at)
        at += len(part) + len(_GAP)
    return _GAP.join(parts), tuple(starts)


def _notebook(data: bytes) -> Extracted:
    """The cells of a Jupyter notebook, of format 4 or 3; what they print is left out."""
    book = json.loads(data)
    language = book.get("metadata", {}).get("kernelspec", {}).get("language", "python")
    cells = (
        book["cells"]
        if "cells" in book
        else [cell for sheet in book["worksheets"] for cell in sheet["cells"]]
    )
    return _paged([_cell(cell, language) for cell in cells])


def _cell(cell: dict[str, Any], language: str) -> str:
    source = cell.get("source", cell.get("input", ""))
    text = "".join(source).rstrip()
    if cell["cell_type"] == "heading":
        return f"{'#' * cell['level']} {text}"
    return f"```{language}\n{text}\n```" if cell["cell_type"] == "code" and text else text


def _pdf(data: bytes) -> Extracted:
    """The pages of a PDF file. Raises NotesError when it is locked, or holds pictures only, or letters that tell nothing."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise NotesError("locked with a password")
    pages = [
        "\n".join(line.strip() for line in page.extract_text().splitlines())
        for page in reader.pages
    ]
    if not any(page.strip() for page in pages):
        raise NotesError("no text in it, perhaps pictures of pages")
    if _is_garbled("".join(pages)):
        raise NotesError("its fonts do not say which letters they show")
    return _paged(pages)


def _is_garbled(text: str) -> bool:
    """Whether a third of the letters are of five scripts and more: what comes of fonts that number their letters as they like."""
    letters = [one for one in text if one.isalpha() and not one.isascii()]
    scripts = Counter(unicodedata.name(one, "?").split()[0] for one in letters)
    odd = {name: count for name, count in scripts.items() if name not in _OFTEN_TOGETHER}
    return len(odd) >= 5 and sum(odd.values()) >= sum(map(str.isalpha, text)) / 3


def _word(data: bytes) -> Extracted:
    """The paragraphs and tables of a Word file; it has no pages before it is printed."""
    from docx import Document

    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        if sum(one.file_size for one in packed.infolist()) > _LARGEST:
            raise NotesError(f"unpacks to more than {_LARGEST // 1_000_000} MB")
    blocks = _word_blocks(Document(io.BytesIO(data)))
    return _GAP.join(block for block in blocks if block), ()


def _word_blocks(document: Any) -> Iterator[str]:
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            yield _word_table(
                [[" ".join(cell.text.split()) for cell in row.cells] for row in block.rows]
            )
            continue
        style, text = (block.style.name or "") if block.style else "", block.text.strip()
        if not text:
            continue
        if style == "Title" or style.startswith("Heading "):
            yield f"{'#' * (int(style.split()[-1]) if style != 'Title' else 1)} {text}"
        else:
            yield f"- {text}" if style.startswith("List") else text


def _word_table(rows: list[list[str]]) -> str:
    """A table as Markdown has it, the first row as its head."""
    lines = [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]) if rows else ""
