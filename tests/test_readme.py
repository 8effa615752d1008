"""The documentation is a test: sessions print what they show, examples run, links lead to files."""

import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from cli import main
from rag import KnowledgeBase
from tests.test_architecture import allowed

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
READMES = [README, ROOT / "README.zh.md"]
COMMANDS_PAGE = ROOT / "docs" / "commands.md"
DOCUMENTS = [*READMES, ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md"))]
MARKDOWN = [
    *DOCUMENTS,
    ROOT / "CHANGELOG.md",
    ROOT / "benchmarks" / "README.md",
    *sorted(ROOT.glob("data/**/*.md")),
]

SCORE = re.compile(r"[+-]\d\.\d{3}")
# The same question scores differently by so much on processors of different kinds.
TOLERANCE = 0.003
LONGEST_README = 160  # lines
# Options that every command explains alike, in a section of their own.
COMMON_OPTIONS = {"--json", "--notes", "--lang", "--help"}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?:\]\(<?|src(?:set)?=\")([^()\s<>\"]+)[>)\"]")
FILE = re.compile(r"`((?:kg|rag|data|docs|tests|benchmarks)/[\w./-]*\w/?)`")


class Session(NamedTuple):
    """A fenced block of commands, each with what the document shows after it."""

    name: str
    steps: list[tuple[str, str]]


class Snippet(NamedTuple):
    """Something of a document, with the document's name and the line for the test's id."""

    name: str
    text: str


def blocks(document: Path, kind: str) -> Iterator[Snippet]:
    """Yield the fenced blocks of a kind."""
    text = document.read_text(encoding="utf-8")
    for match in FENCE.finditer(text):
        if match[1] == kind:
            line = text.count("\n", 0, match.start()) + 1
            yield Snippet(f"{document.name}:{line}", match[2])


def sessions() -> Iterator[Session]:
    for document in DOCUMENTS:
        for block in blocks(document, "console"):
            steps = re.findall(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", block.text, re.MULTILINE)
            yield Session(block.name, steps)


def typed_commands() -> Iterator[Snippet]:
    """Yield the kbase commands that are shown to be typed, without what they print."""
    for document in DOCUMENTS:
        for block in blocks(document, "sh"):
            for line in block.text.splitlines():
                command = re.sub(r"\s+#.*", "", line)
                if command.startswith("kbase "):
                    yield Snippet(f"{block.name} {command}", command)


def prose(document: Path) -> str:
    """Return a document without its fenced blocks."""
    return FENCE.sub("", document.read_text(encoding="utf-8"))


def anchors(document: Path) -> set[str]:
    """Return the anchors that GitHub makes of a document's headings."""
    headings = re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def assert_shows(shown: str, printed: str) -> None:
    """Compare what is shown with what was printed; a line `…` stands for any lines left out."""
    shown, printed = shown.strip(), printed.strip()
    if "…" not in shown.splitlines():
        assert SCORE.sub("", printed) == SCORE.sub("", shown)
        scores = zip(SCORE.findall(printed), SCORE.findall(shown), strict=True)
        assert all(abs(float(now) - float(then)) <= TOLERANCE for now, then in scores)
        return
    lines = [r"(?s:.*)" if line == "…" else re.escape(line) for line in shown.splitlines()]
    assert re.fullmatch("\n".join(lines), printed), printed


SESSIONS = list(sessions())


def test_both_readmes_and_the_commands_page_have_sessions() -> None:
    names = {session.name.split(":")[0] for session in SESSIONS}
    assert names >= {path.name for path in (*READMES, COMMANDS_PAGE)}


def test_no_shown_command_is_left_out() -> None:
    texts = [document.read_text(encoding="utf-8") for document in DOCUMENTS]
    shown = [line for text in texts for line in re.findall(r"^ *\$ kbase .+", text, re.MULTILINE)]
    steps = [command for session in SESSIONS for command, _ in session.steps]
    assert len(shown) == len([command for command in steps if command.startswith("kbase ")])


@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session.name)
def test_a_session_prints_what_it_shows(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`~` is an empty folder; `cat` shows a file that is written there before it is read."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    here = os.path.realpath(home)
    for command, shown in session.steps:
        program, *arguments = [part.replace("~", here) for part in shlex.split(command)]
        if program == "cat":
            Path(arguments[0]).parent.mkdir(parents=True, exist_ok=True)
            Path(arguments[0]).write_text(shown, encoding="utf-8")
        elif program == "cd":
            monkeypatch.chdir(arguments[0])
        else:
            assert program == "kbase"
            result = CliRunner().invoke(main, arguments)
            assert result.exit_code in {0, 1, 3}, result.output
            messages = result.stderr if result.exit_code == 1 else ""  # else progress
            assert_shows(shown, f"{result.stdout}{messages}".replace(here, "~"))


@pytest.mark.parametrize("command", list(typed_commands()), ids=lambda snippet: snippet.name)
def test_a_command_to_type_has_only_options_that_exist(command: Snippet) -> None:
    _, name, *arguments = shlex.split(command.text)
    main.commands[name].make_context(name, arguments)


PYTHON = [
    block for document in DOCUMENTS if document != README for block in blocks(document, "python")
]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("block", PYTHON, ids=lambda block: block.name)
def test_a_python_example_runs(
    block: Snippet, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(notes.parent)
    KnowledgeBase.open(notes, sync=True).close()
    exec(block.text, {})


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_the_readme_is_short_and_lists_every_command(readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_README
    for command in main.commands:
        assert f"\n| [`{command}" in text and f"docs/commands.md#{command})" in text


@pytest.mark.parametrize("command", main.commands)
def test_every_option_of_a_command_is_explained(command: str) -> None:
    text = COMMANDS_PAGE.read_text(encoding="utf-8")
    section = re.split(rf"^## {command}$", text, flags=re.MULTILINE)[1].split("\n## ")[0]
    for parameter in main.commands[command].params:
        option = parameter.opts[-1]
        if option.startswith("-") and option not in COMMON_OPTIONS:
            assert f"`{option}" in section, f"docs/commands.md does not explain {command} {option}"


@pytest.mark.parametrize("document", MARKDOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files_and_headings_that_exist(document: Path) -> None:
    for link in LINK.findall(re.sub(r"\$[^$]*\$|`[^`\n]*`", "", prose(document))):
        path, _, anchor = link.partition("#")
        if not re.match(r"[a-z]+:", link):
            target = document.parent / path if path else document
            assert target.exists(), f"{link} leads nowhere"
            assert not anchor or anchor in anchors(target), f"{link}: no such heading"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_files_that_a_document_names_exist(document: Path) -> None:
    for name in FILE.findall(prose(document)):
        assert (ROOT / name).exists(), f"{document.name} names {name}, which does not exist"


def test_every_json_document_is_described() -> None:
    sources = [path.read_text(encoding="utf-8") for path in ROOT.glob("[kr]*/**/*.py")]
    schemas = {name for text in sources for name in re.findall(r"kbase\.\w+/\d", text)}
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    assert schemas and all(f"`{schema}`" in text for schema in schemas)


def test_every_layer_is_in_the_description_of_the_architecture() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for unit in allowed():
        name = "cli.py" if unit == "cli" else unit.replace(".", "/")
        assert f"`{name}" in text, f"docs/architecture.md does not mention {name}"
