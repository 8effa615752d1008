"""Reading the bundled weights, and the cache folder for the files of other engines."""

import multiprocessing
import os
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from kg.errors import EngineError
from rag.embedding.e5.cache import prepared_folder
from rag.embedding.e5.files import bundled_weights
from rag.embedding.e5.weights import Weights, read_weights


@pytest.fixture(scope="module")
def weights() -> Weights:
    return read_weights(bundled_weights())


def fill(folder: Path) -> None:
    (folder / "part").mkdir()
    (folder / "part" / "model.bin").write_bytes(b"weights")


def test_the_weights_have_the_shape_of_multilingual_e5_small(weights: Weights) -> None:
    assert weights.shape[:4] == (384, 12, 12, 1536)
    special = (weights.first, weights.pad, weights.last, weights.unknown)
    assert [weights.pieces[id][0] for id in special] == ["<s>", "<pad>", "</s>", "<unk>"]
    assert weights.matrix("l0.q.w", 384).shape == (384, 384)
    assert weights.matrix("emb.pos", 384).shape == (512, 384)


def test_a_block_of_four_bits_is_scale_times_nibble_minus_eight(weights: Weights) -> None:
    raw = np.memmap(bundled_weights(), np.uint8, "r")
    _, _, offset = weights._tensors["l0.q.w"]
    scale = float(raw[offset : offset + 2].view("<f2")[0])
    first, second = int(raw[offset + 2]) & 15, int(raw[offset + 2]) >> 4
    row = weights.matrix("l0.q.w", 384)[0]
    assert row[0] == pytest.approx((first - 8) * scale) and row[16] == pytest.approx(
        (second - 8) * scale
    )


@pytest.mark.parametrize(
    "content", [b"", b"E5S1", b"GGUF" + bytes(200)], ids=["empty", "cut off", "something else"]
)
def test_a_file_of_another_format_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.bin").write_bytes(content)
    with pytest.raises(EngineError, match="not the model"):
        read_weights(tmp_path / "model.bin")


def test_a_folder_is_written_once() -> None:
    first = prepared_folder("m", fill)
    assert prepared_folder("m", lambda _: pytest.fail("it is there")) == first
    assert (first / "part" / "model.bin").read_bytes() == b"weights"
    assert [path.name for path in first.parent.iterdir()] == ["m"]


@pytest.mark.parametrize("damage", ["cut off", "missing", "no hashes", "not hashes"])
def test_a_damaged_folder_is_written_again(damage: str) -> None:
    folder = prepared_folder("m", fill)
    if damage == "cut off":
        (folder / "part" / "model.bin").write_bytes(b"weigh")
    elif damage == "missing":
        (folder / "part" / "model.bin").unlink()
    elif damage == "no hashes":
        (folder / "made.json").write_text("{}")
    else:
        (folder / "made.json").write_text("[1]")
    assert (prepared_folder("m", fill) / "part" / "model.bin").read_bytes() == b"weights"
    assert [path.name for path in folder.parent.iterdir()] == ["m"], "no temporary folder is left"


def test_a_failure_leaves_no_folder_and_what_a_killed_process_left_is_deleted_later() -> None:
    folder = prepared_folder("m", fill)
    stale = folder.parent / "killed.new"
    stale.mkdir()
    os.utime(stale, (time.time() - 9999, time.time() - 9999))

    def fail(folder: Path) -> None:
        fill(folder)
        raise OSError("no space left on device")

    with pytest.raises(EngineError, match="no space left"):
        prepared_folder("other", fail)
    assert [path.name for path in folder.parent.iterdir()] == ["m"]


def fill_slowly(folder: Path) -> None:
    fill(folder)
    time.sleep(0.2)


def prepare() -> None:
    prepared_folder("m", fill_slowly)


@pytest.mark.skipif(sys.platform == "win32", reason="the cache folder is elsewhere")
def test_two_processes_at_once_leave_one_intact_folder() -> None:
    both = [multiprocessing.get_context("spawn").Process(target=prepare) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    folder = prepared_folder("m", lambda _: pytest.fail("it is there"))
    assert [path.name for path in folder.parent.iterdir()] == ["m"]
