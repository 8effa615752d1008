"""Finding and reading note files: which are notes, which are skipped, and why."""

import os
from pathlib import Path

import pytest

from kg.errors import NotesError
from kg.notes.encodings import decode
from kg.notes.files import MAX_FILE_BYTES, find_notes, read_note

ROOT = Path(__file__).parents[3]
CHINESE = "# 注意力机制\n\n缩放点积注意力把点积除以根号 d_k，这样方差保持为一，softmax 不会饱和。\n"


def reasons(folder: Path) -> dict[str, str]:
    return {skipped.path: skipped.reason for skipped in find_notes(folder)[1]}


def test_notes_are_found_in_folders_of_any_depth_in_order_of_path(tmp_path: Path) -> None:
    for name in ("b.md", "a/深/笔 记（一）.md", "a.markdown", "z.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    assert [note.path for note in find_notes(tmp_path)[0]] == [
        "a.markdown",
        "a/深/笔 记（一）.md",
        "b.md",
        "z.txt",
    ]


def test_what_is_not_a_note_is_skipped_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / "empty.md").touch()
    (tmp_path / "large.md").write_bytes(b"a" * (MAX_FILE_BYTES + 1))
    (tmp_path / ".hidden.md").write_text("text")
    (tmp_path / ".obsidian").mkdir()
    (tmp_path / ".obsidian" / "x.md").write_text("text")
    os.mkfifo(tmp_path / "pipe.md")
    assert find_notes(tmp_path)[0] == []
    assert reasons(tmp_path) == {
        "picture.png": "not a note (.png)",
        ".hidden.md": "hidden",
        ".obsidian": "hidden",
        "empty.md": "empty",
        "large.md": "larger than 20 MB",
        "pipe.md": "not a regular file",
    }


def test_a_folder_named_like_a_note_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "x.md").mkdir()
    (tmp_path / "x.md" / "y.md").write_text("text")
    assert [note.path for note in find_notes(tmp_path)[0]] == ["x.md/y.md"]


def test_links_that_leave_the_folder_loop_or_dangle_are_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (tmp_path / "secret.md").write_text("secret")
    (folder / "real.md").write_text("text")
    (folder / "alias.md").symlink_to("real.md")
    (folder / "outside.md").symlink_to(tmp_path / "secret.md")
    (folder / "loop").symlink_to(folder)
    (folder / "self.md").symlink_to("self.md")
    (folder / "nowhere.md").symlink_to("missing.md")
    assert [note.path for note in find_notes(folder)[0]] == ["alias.md", "real.md"]
    assert reasons(folder) == {
        "loop": "a link to a folder",
        "nowhere.md": "a link that leads nowhere",
        "outside.md": "a link that leaves the notes' folder",
        "self.md": "a link that leads nowhere",
    }


@pytest.mark.skipif(os.name == "nt", reason="file names are Unicode there")
def test_a_file_name_that_is_not_utf8_is_reported(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.md")).write_text("text")
    assert list(reasons(tmp_path).values()) == ["a file name that is not UTF-8"]


def test_a_missing_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(NotesError, match=r"there is no file or folder .*missing"):
        find_notes(tmp_path / "missing")


def test_ignored_files_are_reported_and_inner_rules_win(
    tmp_path: Path,
) -> None:
    for name in (
        "a.md",
        "drafts/b.md",
        "drafts/keep.md",
        "deep/drafts/c.md",
        "deep/d.md",
        "node_modules/e.md",
        "old/f.md",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    (tmp_path / ".gitignore").write_text("drafts/*\n!drafts/keep.md\n")
    (tmp_path / "deep" / ".kbaseignore").write_text("d.md\n# a comment\n")
    (tmp_path / ".kbaseignore").write_text("/old/\n")
    found, skipped = find_notes(tmp_path)
    assert [note.path for note in found] == ["a.md", "deep/drafts/c.md", "drafts/keep.md"]
    rule = "ignored by .gitignore or .kbaseignore"
    assert {file.path: file.reason for file in skipped if not file.path.endswith("ignore")} == {
        "deep/d.md": rule,
        "drafts/b.md": rule,
        "node_modules": "other people's packages",
        "old": rule,
    }
    assert [note.path for note in find_notes(tmp_path, ["drafts/b.md"])[0]] == [
        "drafts/b.md"
    ]  # what is named is meant


@pytest.mark.parametrize(
    "text", ["# Café notes – “small” cups, two euros\n", "# 备份策略\n\n每周演练一次。\n"]
)
def test_utf8_with_a_broken_byte_is_refused_and_not_read_as_another_encoding(text: str) -> None:
    with pytest.raises(NotesError, match="neither UTF-8"):
        decode(text.encode() + b"\x93quoted\x94\n", "note.md")


FRENCH = (
    "La mémoire à long terme décide de ce qu'il faut garder; la porte d'oubli efface le passé "
    "où il ne sert plus à rien.\n"
)
TRADITIONAL = "# 注意力機制\n\n注意力機制與多頭注意力讓模型取得資訊，這樣變異數保持為一。\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CHINESE, "utf-8"),
        (CHINESE, "utf-8-sig"),
        (CHINESE, "utf-16"),
        (CHINESE, "utf-16-le"),
        (CHINESE, "utf-16-be"),
        (CHINESE, "gb18030"),
        ("注意力机制", "gbk"),
        ("# 笔记\n注意力", "gbk"),
        ("dropout 会让一部分激活变成零", "gbk"),
        (TRADITIONAL, "big5"),
        ("今天開會討論了模型的訓練。", "big5"),
        ("注意機構について", "shift_jis"),
        ("# メモ\n損失関数は平均二乗誤差を使う。", "euc_jp"),
        ("어텐션 메커니즘은 쿼리와 키의 내적이다", "euc_kr"),
        (FRENCH, "latin-1"),
        ("Überanpassung vermeiden wir mit Dropout – größer ist nicht besser.", "cp1252"),
        ("Механизм внимания взвешивает входы по их важности.", "cp1251"),
        ("Механизм внимания взвешивает входы по их важности.", "koi8_r"),
        ("Mechanizm uwagi waży wejścia według ich znaczenia, żeby sieć się uczyła.", "cp1250"),
        (
            "Mechanismus pozornosti váží vstupy podle důležitosti, síť se učí těžší věci.",
            "iso8859_2",
        ),
        ("Ο μηχανισμός προσοχής σταθμίζει τις εισόδους κατά τη σημασία τους.", "cp1253"),
        ("Dikkat düzeneği girdileri önemine göre ağırlıklandırır, şaşırtıcı değil.", "cp1254"),
    ],
)
def test_text_in_other_encodings_is_read(tmp_path: Path, text: str, encoding: str) -> None:
    (tmp_path / "n.md").write_bytes(text.encode(encoding))
    assert read_note(tmp_path, "n.md").text == text


def test_nearly_all_short_stretches_of_chinese_are_decoded_right() -> None:
    text = "".join(
        path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "data" / "notes" / "zh").glob("*.md"))
    )
    stretches = [text[at : at + 30] for at in range(0, len(text) - 30, 997)]
    data = [(text, text.encode("gb18030")) for text in stretches if not text.isascii()]
    right = sum(decode(raw, "n.md")[0] == text for text, raw in data)
    assert len(data) > 100 and right >= 0.95 * len(data)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"PK\x03\x04\x00\x00", "binary, not text"),
        (b"\xff\xfea", "not utf-16 text"),
        (b"\x81\x00\xff", "binary"),
    ],
)
def test_bytes_that_are_not_text_are_refused_with_the_reason(
    tmp_path: Path, data: bytes, complaint: str
) -> None:
    (tmp_path / "n.md").write_bytes(data)
    with pytest.raises(NotesError, match=f"n.md: {complaint}"):
        read_note(tmp_path, "n.md")


def test_a_file_that_may_not_be_read_is_refused_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "n.md").write_text("text")

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)  # whoever runs the tests as root may read anything
    with pytest.raises(NotesError, match=r"n\.md: permission denied"):
        read_note(tmp_path, "n.md")


def test_line_ends_and_the_byte_order_mark_do_not_move_lines(tmp_path: Path) -> None:
    (tmp_path / "n.md").write_bytes(b"\xef\xbb\xbfone\r\ntwo\rthree\nfour")
    note = read_note(tmp_path, "n.md")
    assert note.text == "one\r\ntwo\rthree\nfour"
    assert [
        note.line_range(note.text.index(word), note.text.index(word) + 3)
        for word in ("one", "two", "three", "four")
    ] == [
        (1, 1),
        (2, 2),
        (3, 3),
        (4, 4),
    ]
