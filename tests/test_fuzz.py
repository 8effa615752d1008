"""Any bytes as notes: they are read or refused with a reason; passages are slices of text."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import KbaseError, NotesError
from kg.extraction.annotate import annotate
from kg.notes.encodings import decode
from kg.notes.formats import CONVERTED, MARKDOWN
from kg.notes.note import parse_note
from rag.answering.answer import ask
from rag.index.location import IndexLocation
from rag.index.reader import Index
from rag.indexing.splitter import split_note
from rag.indexing.sync import sync
from tests.conftest import BagOfWords
from tests.rag.indexing.test_splitter import TEXTS

ENCODINGS = [
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "gb18030",
    "big5",
    "shift_jis",
    "euc_jp",
    "latin-1",
]
ENCODED = st.builds(
    lambda text, name: text.encode(name, "replace"), TEXTS, st.sampled_from(ENCODINGS)
)
BYTES = (
    st.binary(max_size=300) | ENCODED | st.builds(bytes.__add__, ENCODED, st.binary(max_size=20))
)
SUFFIXES = st.sampled_from([MARKDOWN[0], *CONVERTED])


@given(BYTES, SUFFIXES)
@settings(max_examples=300)
def test_any_bytes_are_read_as_slices_or_refused_with_a_reason(data: bytes, suffix: str) -> None:
    try:
        note = parse_note(data, "n" + suffix)
    except NotesError as error:
        assert error.message.startswith("n" + suffix)
        return
    assert decode(data, "n", note.encoding)[0] == note.text  # Quotes are read so.
    end = 0
    for passage in split_note(note):
        assert (
            passage.text == note.text[passage.start : passage.end]
            and end <= passage.start < passage.end
        )
        end = passage.end
        for sentence in passage.sentences:
            first, last = note.line_range(sentence.start, sentence.end)
            assert (
                passage.start <= sentence.start < sentence.end <= end
                and passage.first <= first <= last <= passage.last
            )
    annotate(note).to_json().encode("utf-8")


@given(st.lists(BYTES, min_size=1, max_size=4), st.text(min_size=1, max_size=30))
@settings(max_examples=30)
def test_any_bytes_are_indexed_and_asked_without_a_traceback(
    files: list[bytes], question: str
) -> None:
    with TemporaryDirectory() as folder:
        location = IndexLocation(Path(folder), Path(folder) / ".kbase")
        for number, data in enumerate(files):
            (location.notes / f"{number}.md").write_bytes(data)
        (location.notes / "a.md").write_text("# Gates\n\nThe GRU has two gates.\n")
        sync(location, encoder=BagOfWords())
        with Index(location, BagOfWords()) as index:
            try:
                answer = ask(index, question)
            except KbaseError:
                return
            for citation in answer.citations:
                path = citation.passage.path
                text = parse_note((location.notes / path).read_bytes(), path).text
                assert text[citation.start : citation.end] == citation.quote
