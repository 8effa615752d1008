"""Extract the text of notebooks, PDF and Word files as Markdown.

The only file that imports pypdf and docx, and only once such a file is met.
"""

import io
import json
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator
from typing import Any

from kg.errors import NotesError

# The text, and the offsets at which its pages or cells begin (empty if it has none).
Extracted = tuple[str, tuple[int, ...]]

# Bytes that a Word file may unpack to.
_MAX_UNPACKED_BYTES = 200_000_000
# Scripts, by the first word of their letters' names, that often stand in one text.
_COMMON_SCRIPTS = frozenset(("LATIN", "CJK", "HIRAGANA", "KATAKANA", "GREEK"))
# A garbled text has letters of at least so many other scripts.
_GARBLED_SCRIPTS = 5
# At least this share of a garbled text's letters is of these other scripts.
_GARBLED_SHARE = 1 / 3
_GAP = "\n\n"


def extract_text(data: bytes, path: str) -> Extracted:
    """Return the text of a file that is not a text file.

    Raises NotesError if it cannot be read; if a library is missing, with how to install it.
    """
    suffix = path[path.rindex(".") :].lower()
    try:
        return {".ipynb": _notebook, ".pdf": _pdf, ".docx": _word}[suffix](data)
    except ImportError as error:
        raise NotesError(
            f"{path}: {suffix} files need the extra formats", "pip install 'kbase[formats]'"
        ) from error
    except NotesError as error:
        raise NotesError(f"{path}: {error.message}", error.hint) from error
    except Exception as error:  # Readers of foreign formats raise all kinds of errors.
        raise NotesError(
            f"{path}: cannot be read as {suffix} ({type(error).__name__}: {error})"
        ) from error


def _join_parts(parts: list[str]) -> Extracted:
    """Join the texts of pages or cells, and note where each begins."""
    starts, offset = [], 0
    for part in parts:
        starts.append(offset)
        offset += len(part) + len(_GAP)
    return _GAP.join(parts), tuple(starts)


def _notebook(data: bytes) -> Extracted:
    """Return the cells of a Jupyter notebook, of format 4 or 3, without their output."""
    book = json.loads(data)
    language = book.get("metadata", {}).get("kernelspec", {}).get("language", "python")
    if "cells" in book:
        cells = book["cells"]
    else:
        cells = [cell for sheet in book["worksheets"] for cell in sheet["cells"]]
    return _join_parts([_cell(cell, language) for cell in cells])


def _cell(cell: dict[str, Any], language: str) -> str:
    """Return a notebook's cell as Markdown. `language` is the programming language of its code."""
    source = cell.get("source", cell.get("input", ""))
    text = "".join(source).rstrip()
    if cell["cell_type"] == "heading":
        return f"{'#' * cell['level']} {text}"
    return f"```{language}\n{text}\n```" if cell["cell_type"] == "code" and text else text


def _pdf(data: bytes) -> Extracted:
    """Return the pages of a PDF file.

    Raises NotesError if it is locked, has only pictures, or does not say which letters it shows.
    """
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
    return _join_parts(pages)


def _is_garbled(text: str) -> bool:
    """Tell whether a text was extracted from fonts that number their letters arbitrarily.

    Its letters are then of many scripts that no text mixes.
    """
    letters = [character for character in text if character.isalpha()]
    scripts = Counter(
        unicodedata.name(letter, "?").split()[0] for letter in letters if not letter.isascii()
    )
    odd = {name: count for name, count in scripts.items() if name not in _COMMON_SCRIPTS}
    return len(odd) >= _GARBLED_SCRIPTS and sum(odd.values()) >= _GARBLED_SHARE * len(letters)


def _word(data: bytes) -> Extracted:
    """Return the paragraphs and tables of a Word file. It has no pages until it is printed."""
    from docx import Document

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(member.file_size for member in archive.infolist()) > _MAX_UNPACKED_BYTES:
            raise NotesError(f"unpacks to more than {_MAX_UNPACKED_BYTES // 1_000_000} MB")
    blocks = _word_blocks(Document(io.BytesIO(data)))
    return _GAP.join(block for block in blocks if block), ()


def _word_blocks(document: Any) -> Iterator[str]:
    """Yield the headings, list items, paragraphs and tables of a document as Markdown."""
    for block in document.iter_inner_content():
        if hasattr(block, "rows"):
            rows = [[" ".join(cell.text.split()) for cell in row.cells] for row in block.rows]
            yield _word_table(rows)
            continue
        style, text = (block.style.name or "") if block.style else "", block.text.strip()
        if not text:
            continue
        if style == "Title" or style.startswith("Heading "):
            yield f"{'#' * (int(style.split()[-1]) if style != 'Title' else 1)} {text}"
        else:
            yield f"- {text}" if style.startswith("List") else text


def _word_table(rows: list[list[str]]) -> str:
    """Return a table as Markdown, with the first row as its header."""
    lines = [f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]) if rows else ""
