"""Notes in other formats than Markdown: what is read of them, and that every quote is a slice."""

import io
import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import NotesError
from kg.notes.converters.documents import _is_garbled
from kg.notes.files import read_note
from kg.notes.formats import CONVERTED, to_markdown
from kg.notes.note import parse_note
from rag.indexing.splitter import split_note

Kbase = Callable[..., Result]


def shown(path: str, text: str) -> list[str]:
    """Return the sentences of a note as a reader sees them, each after its trail of headings."""
    note = parse_note(text.encode(), path)
    assert len(note.markdown) == len(note.text)
    return [
        f"{'/'.join(passage.heading)}: {sentence.text}"
        for passage in split_note(note)
        for sentence in passage.sentences
    ]


def quotes(path: str, text: str) -> list[str]:
    note = parse_note(text.encode(), path)
    return [
        note.text[sentence.start : sentence.end]
        for passage in split_note(note)
        for sentence in passage.sentences
    ]


RST = """\
========
Networks
========

Intro with ``code`` and :ref:`the gates <gates>`. See GRU_.

.. toctree::
   :maxdepth: 2

   other

Gates
-----

.. note::

   A note of two sentences. The second.

They are computed::

  z = sigmoid(x)

.. code-block:: python
   :linenos:

   def gate():
       return 1

Deeper
~~~~~~

+-----+---+
| GRU | 2 |
+-----+---+

.. a comment that nobody sees
   at all

- an item that runs
  over two lines
"""


def test_restructuredtext_is_read_with_its_headings_directives_and_literal_blocks() -> None:
    assert shown("n.rst", RST) == [
        "Networks: Intro with code and the gates.",
        "Networks: See GRU.",
        "Networks/Gates: A note of two sentences.",
        "Networks/Gates: The second.",
        "Networks/Gates: They are computed:",
        "Networks/Gates: z = sigmoid(x)",
        "Networks/Gates: def gate():\n  \treturn 1",
        "Networks/Gates/Deeper: | GRU | 2 |",
        "Networks/Gates/Deeper: an item that runs over two lines",
    ]
    assert quotes("n.rst", RST)[0] == "Intro with ``code`` and :ref:`the gates <gates>`."


ORG = """\
#+TITLE: Networks
#+AUTHOR: nobody
* TODO Gates                                                      :ml:rnn:
:PROPERTIES:
:ID: abc
:END:
     The *GRU* has =2= gates, see [[file:a.org][the page]].
** Deeper
- an item
  - a nested one

| Model | Gates |
|-------+-------|
| GRU   | 2     |
#+BEGIN_SRC python
* no heading
#+END_SRC
# a comment
中文里的[[x][链接]]不断开。[fn:1]
"""


def test_org_is_read_with_its_outline_tables_and_code_and_without_its_drawers() -> None:
    assert shown("n.org", ORG) == [
        "TODO Gates: The GRU has 2 gates, see the page.",
        "TODO Gates/Deeper: an item",
        "TODO Gates/Deeper: a nested one",
        "TODO Gates/Deeper: Model | Gates",
        "TODO Gates/Deeper: GRU; Gates: 2",
        "TODO Gates/Deeper: * no heading",
        "TODO Gates/Deeper: 中文里的链接不断开。",
    ]
    assert quotes("n.org", ORG)[0] == "The *GRU* has =2= gates, see [[file:a.org][the page]]."


HTML = """\
<!DOCTYPE html><html><head><title>T</title><style>p { color: red }</style></head>
<body><nav><a href="x">Menu</a></nav>
    <h1 class="a">Networks</h1><p>Why <b>divide</b> by &radic;d? Because.</p>
    <div>
            <p>注意<em>力</em>机制
            换行。</p>
    </div>
    <h3>Gates</h3>
    <ul><li>one <code>*x*</code></li>
      <li>two &lt;mask&gt;</li></ul>
    <pre><code>def gate():
    return 1 &lt; 2</code></pre>
    <table><tr><th>Model</th><th>Gates</th></tr><tr><td>GRU</td><td>2</td></tr></table>
    <!-- unseen --><script>var x = "<p>unseen</p>";</script>
</body></html>
"""


def test_html_is_read_without_scripts_and_menus_and_its_quotes_are_the_source() -> None:
    assert shown("n.html", HTML) == [
        "Networks: Why divide by √d?",
        "Networks: Because.",
        "Networks: 注意力机制换行。",
        "Networks/Gates: one *x*",
        "Networks/Gates: two <mask>",
        "Networks/Gates: def gate():\n    return 1 < 2",
        "Networks/Gates: Model | Gates |",
        "Networks/Gates: GRU | 2 |",
    ]
    assert quotes("n.html", HTML)[0] == "Why <b>divide</b> by &radic;d?"
    assert quotes("n.html", HTML)[-3:] == [
        "def gate():\n    return 1 &lt; 2",
        "Model</th><th>Gates</th>",
        "GRU</td><td>2</td>",
    ]


TAGS = "<p>|</p>|<h3>|</h3>|<pre>|</pre>|<li>|<script>|</script>|<!--|-->|<br/>|&lt;|&#x2;|<"
MARKS = (
    "* |** |#+BEGIN_SRC|#+END_SRC|:PROPERTIES:|:END:|[[a][b]]|[fn:1]|=x=|.. note::|.. |::|====|----"
    "|``x``|:ref:`x`|`a <b>`_"
)
OTHERS = ["| a |", "\n", "\n\n", "\r\n", "\r", "   ", "\u2028", "\x0c", "\u2060", "字", "word. "]
PIECES = st.sampled_from([*TAGS.split("|"), *MARKS.split("|"), *OTHERS])


@given(st.sampled_from(CONVERTED), st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join))
def test_converting_any_text_keeps_its_length_and_passages_are_slices(
    suffix: str, text: str
) -> None:
    text = text.encode("utf-8", "replace").decode().replace("\x00", "")
    assert len(to_markdown("n" + suffix, text)) == len(text)
    note = parse_note(text.encode(), "n" + suffix)
    end = 0
    for passage in split_note(note):
        assert passage.text == note.text[passage.start : passage.end] and passage.start >= end
        end = passage.end
        assert all(
            passage.start <= sentence.start < sentence.end <= end for sentence in passage.sentences
        )


def notebook(*cells: tuple[str, str]) -> str:
    described = [
        {"cell_type": kind, "source": source.splitlines(keepends=True), "metadata": {}}
        for kind, source in cells
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": described})


BOOK = notebook(
    ("markdown", "# Gates\n\nThe GRU has two gates."),
    ("code", 'print("a\\n<b>")'),
    ("markdown", "After it."),
)


def test_a_notebook_is_read_cell_by_cell(tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").write_text(BOOK)
    note = read_note(tmp_path, "n.ipynb")
    sentences = [
        (passage.page, passage.heading, sentence.text)
        for passage in split_note(note)
        for sentence in passage.sentences
    ]
    assert sentences == [
        (1, ("Gates",), "The GRU has two gates."),
        (2, ("Gates",), 'print("a\\n<b>")'),
        (3, ("Gates",), "After it."),
    ]


def test_an_old_notebook_is_read_too() -> None:
    cells = [
        {"cell_type": "heading", "level": 2, "source": ["Gates"]},
        {"cell_type": "code", "input": "x = 1"},
    ]
    note = parse_note(
        json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode(), "n.ipynb"
    )
    assert note.text == "## Gates\n\n```python\nx = 1\n```"


def test_a_citation_of_a_notebook_names_its_cell_and_is_gone_with_it(
    tmp_path: Path, kbase: Kbase
) -> None:
    file = tmp_path / "notes" / "n.ipynb"
    file.parent.mkdir()
    file.write_text(BOOK)
    assert kbase("index", file.parent).exit_code == 0
    (cited, *_) = json.loads(
        kbase("ask", "how many gates has the GRU?", "--notes", file.parent, "--json").stdout
    )["citations"]
    assert (cited["path"], cited["cell"], cited["lines"], cited["quote"]) == (
        "n.ipynb",
        1,
        [3, 3],
        "The GRU has two gates.",
    )
    assert (
        "n.ipynb:3 (cell 1)"
        in kbase("ask", "how many gates has the GRU?", "--notes", file.parent).stdout
    )
    assert kbase("show", "n.ipynb:3", "--notes", file.parent).stdout.strip() == cited["quote"]
    file.write_text(notebook(("markdown", "Nothing of that.")))
    assert (
        json.loads(
            kbase("ask", "how many gates has the GRU?", "--notes", file.parent, "--json").stdout
        )["citations"]
        == []
    )


def pdf(*pages: str) -> bytes:
    """Return a PDF file with a page for each text, made of as few objects as possible."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    kids = []
    for text in pages:
        shown = " ".join(f"({line}) Tj 0 -14 Td" for line in text.split("\n"))
        stream = f"BT /F1 12 Tf 72 720 Td {shown} ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        font = "/Resources << /Font << /F1 3 0 R >> >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792]"
            f" /Contents {len(objects)} 0 R {font} >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    data, offsets = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer << /Size {size} /Root 1 0 R >>\n"
    return (data + end + f"startxref\n{len(data)}\n%%EOF\n").encode("latin-1")


def test_a_citation_of_a_pdf_file_names_its_page(tmp_path: Path, kbase: Kbase) -> None:
    pytest.importorskip("pypdf")
    file = tmp_path / "notes" / "paper.pdf"
    file.parent.mkdir()
    file.write_bytes(
        pdf("Recurrent networks have a hidden state.", "The GRU has two gates.\nThey are sigmoids.")
    )
    assert kbase("index", file.parent).exit_code == 0
    (cited, *_) = json.loads(
        kbase("ask", "how many gates has the GRU?", "--notes", file.parent, "--json").stdout
    )["citations"]
    assert (cited["path"], cited["page"]) == ("paper.pdf", 2) and cited["quote"].startswith(
        "The GRU has two gates."
    )


def test_a_comment_in_code_that_a_pdf_file_prints_is_no_heading(tmp_path: Path) -> None:
    pytest.importorskip("pypdf")
    (tmp_path / "paper.pdf").write_bytes(pdf("# opens the gate\nfor gate in gates:"))
    (passage,) = split_note(read_note(tmp_path, "paper.pdf"))
    assert passage.heading == ("paper",) and passage.text.startswith("# opens the gate")


@pytest.mark.parametrize(
    ("text", "garbled"),
    [
        ("ᗑᕶԻഘ ਓಘ ᰀ ༀ ଅ letter", True),
        ("注意力 attention внимание α προσοχή かな", False),
        ("", False),
    ],
)
def test_text_with_letters_of_many_scripts_is_garbled(text: str, garbled: bool) -> None:
    assert _is_garbled(text) is garbled


def test_a_word_file_is_read_with_headings_lists_and_tables() -> None:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_heading("Gates", 2)
    document.add_paragraph("The GRU has two gates.")
    document.add_paragraph("update gate", style="List Bullet")
    table = document.add_table(2, 2)
    for cell, text in zip(
        (cell for row in table.rows for cell in row.cells),
        ("Model", "Gates", "GRU", "2"),
        strict=True,
    ):
        cell.text = text
    file = io.BytesIO()
    document.save(file)
    note = parse_note(file.getvalue(), "n.docx")
    table_lines = "| Model | Gates |\n|---|---|\n| GRU | 2 |"
    assert note.text == f"## Gates\n\nThe GRU has two gates.\n\n- update gate\n\n{table_lines}"


@pytest.mark.parametrize("suffix", [".pdf", ".docx"])
def test_without_the_extra_the_message_says_what_to_install(
    tmp_path: Path, kbase: Kbase, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    for name in ("pypdf", "docx"):
        monkeypatch.setitem(sys.modules, name, None)
    (tmp_path / "a.md").write_text("# A\n\nText.\n")
    (tmp_path / f"n{suffix}").write_bytes(b"data")
    result = kbase("index", tmp_path)
    assert result.exit_code == 0 and f"skipped n{suffix}" in result.stdout
    assert f"{suffix} files need the extra formats: pip install 'kbase[formats]'" in result.stdout


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(201_000_000))
    return file.getvalue()


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("n.ipynb", b"{}"),
        ("n.ipynb", b"[" * 100_000),
        ("n.ipynb", b"\xff\xfe"),
        ("n.pdf", b"%PDF-1.4\ngarbage"),
        ("n.pdf", pdf("")),
        ("n.docx", b"PK\x03\x04garbage"),
        ("n.docx", bomb()),
    ],
    ids=["empty", "deep", "binary", "pdf", "pdf without text", "docx", "zip bomb"],
)
@pytest.mark.filterwarnings("ignore")
def test_a_document_that_cannot_be_read_is_refused_with_its_name(path: str, data: bytes) -> None:
    pytest.importorskip("pypdf")
    pytest.importorskip("docx")
    with pytest.raises(NotesError, match=rf"^{path}: "):
        parse_note(data, path)


@given(st.sampled_from([".ipynb", ".pdf", ".docx"]), st.binary(max_size=200))
def test_no_bytes_make_a_reader_raise_anything_else(suffix: str, data: bytes) -> None:
    try:
        parse_note(data, "n" + suffix)
    except NotesError as error:
        assert error.message.startswith("n" + suffix)


@pytest.mark.parametrize(
    "piece",
    ["<", "<!--", "<a ", "<a x='", "<p", "<![CDATA[", "<a x='>", "<a\n", "<!", "</", "<script>"],
)
def test_the_html_parser_never_gets_an_unclosed_tag_which_would_take_quadratic_time(
    piece: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fed: list[str] = []
    monkeypatch.setattr(
        "kg.notes.converters.html._Converter.feed", lambda self, text: fed.append(text)
    )
    to_markdown("n.html", piece * 1000)
    assert all(">" in piece for piece in fed[0].split("<")[1:])
