"""Names of concepts: resolving, suggesting, and finding them in text as a slow reference does."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.language.detect import CJK, detect_language
from kg.names import NameIndex, name_key
from kg.types import Alias, AliasKind, Concept, LocalizedText


def concept(id: str, *names: str, abbr: tuple[str, ...] = ()) -> Concept:
    full = [Alias(name, detect_language(name), AliasKind.FULL) for name in names]
    return Concept(
        id,
        id,
        (*full, *(Alias(name, "en", AliasKind.ABBR) for name in abbr)),
        LocalizedText(),
        (),
        False,
    )


NAMES = NameIndex(
    [
        concept("mha", "Multi-Head Attention", "多头注意力", abbr=("MHA",)),
        concept("attention", "Attention", "注意力"),
        concept("pe", "Positional Encoding", "位置编码", abbr=("PE",)),
        concept("pre", "Prompt Engineering", abbr=("PE",)),
        concept("zero", abbr=("ZeRO",)),
        concept("bert", abbr=("BERT",)),
        concept("cpp", "C++"),
        concept("kv-cache", "KV Cache", "KV 缓存"),
        concept("index", "Index"),
    ]
)


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("MHA", ("mha",)),
        ("mha", ("mha",)),
        ("multi head-attention", ("mha",)),
        ("ＭＵＬＴＩＨＥＡＤ Attentions", ("mha",)),
        ("多头 注意力", ("mha",)),
        ("多头注意⼒（MHA）", ("mha",)),
        ("Unheard Attention（注意力）", ("attention",)),
        ("PE", ("pe", "pre")),
        ("pe", ("pe",)),
        ("index", ("index",)),
        ("kv cache", ("kv-cache",)),
        ("", ()),
        ("-", ()),
        ("unheard of", ()),
    ],
)
def test_a_name_resolves_to_every_concept_it_can_mean(name: str, ids: tuple[str, ...]) -> None:
    assert NAMES.resolve(name) == ids


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("mulit head atention", "Multi-Head Attention"),
        ("多头注意", "多头注意力"),
        ("BRET", "BERT"),
        ("位置編码", "位置编码"),
    ],
)
def test_an_unknown_name_gets_the_nearest_as_suggestion(name: str, near: str) -> None:
    assert NAMES.resolve(name) == ()
    assert NAMES.suggest(name)[0] == near
    assert NAMES.suggest(name) == NAMES.suggest(name)


def test_nothing_is_suggested_for_a_name_like_no_other() -> None:
    assert NAMES.suggest("zzzzzz") == NAMES.suggest("") == ()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Multi-head attention beats attention.", ["Multi-head attention", "attention"]),
        ("multi-\nhead attention", ["multi-\nhead attention"]),
        ("multi\n- head attention", ["attention"]),
        ("multi\n\nhead attention", ["attention"]),
        ("inattention, attentions, attentional", ["attentions"]),
        ("自注意力和多头注意力", ["注意力", "多头注意力"]),
        ("使用KV缓存，而非KVs缓存", ["KV缓存"]),
        ("PE is not pe, PEs are", ["PE", "PEs"]),
        ("ZeRO splits; zero is a number", ["ZeRO"]),
        ("Bert and BERTs in bert-base, not Albert", ["Bert", "BERTs", "bert"]),
        ("C++11 and C++", ["C++", "C++"]),
        ("ＭＨＡ 与 MH\u00adA", ["ＭＨＡ", "MH\u00adA"]),
        ("mha_mask", []),
        ("", []),
    ],
)
def test_names_are_found_in_a_text(text: str, names: list[str]) -> None:
    assert [text[mention.start : mention.end] for mention in NAMES.mentions(text)] == names


def test_a_question_may_be_typed_in_small_letters() -> None:
    assert [mention.concepts for mention in NAMES.mentions("mha or pe", any_case=True)] == [
        ("mha",),
        ("pe", "pre"),
    ]
    assert NAMES.mentions("mha or pe") == []


def test_ten_thousand_names_of_one_concept_are_all_found() -> None:
    many = NameIndex([concept("many", *(f"name {number}" for number in range(10_000)))])
    assert many.resolve("name 9999") == ("many",)
    assert len(many.mentions("name 1, name 11; name 10000")) == 2
    assert many.suggest("nme 77")


def reference(texts: list[str], text: str) -> list[tuple[int, int]]:
    """Return the mentions by trying every slice: slow, but plainly as documented."""
    keys = {key for name in texts for key in (name_key(name),)}
    keys |= {
        key + "s"
        for key in keys
        if len(key) > 1 and re.fullmatch(".*[a-rt-z]", key) and key.isascii()
    }
    mentions, start = [], 0
    while start < len(text):
        for end in range(len(text), start, -1):
            piece = text[start:end]
            whole = not re.search("\\A[\\s-]|[\\s-]\\Z|\n\\s*\n|\n *-", piece)
            edges = [
                text[max(0, edge - 1) : edge + 1] for edge in (start, end) if 0 < edge < len(text)
            ]
            cut = any(re.fullmatch(f"[^\\W{CJK}]{{2}}", edge) for edge in edges)
            if whole and not cut and name_key(piece) in keys:
                mentions.append((start, end))
                start = end - 1
                break
        start += 1
    return mentions


WORDS = st.lists(
    st.sampled_from(["ab", "b", "注", "意", " ", "-", "\n", "s", "+"]), min_size=1, max_size=6
).map("".join)


@given(
    st.lists(WORDS.filter(name_key), min_size=1, max_size=6),
    st.lists(WORDS, max_size=6).map("".join),
)
def test_mentions_are_what_trying_every_slice_finds(texts: list[str], text: str) -> None:
    names = NameIndex([concept(f"c{number}", name) for number, name in enumerate(texts)])
    assert [(mention.start, mention.end) for mention in names.mentions(text)] == reference(
        texts, text
    )


@given(st.text())
def test_mentions_are_in_order_and_resolve_to_what_they_mean(text: str) -> None:
    text = f"MHA {text} 注意力"
    end = 0
    for mention in NAMES.mentions(text):
        assert end <= mention.start < mention.end
        ids = NAMES.resolve(text[mention.start : mention.end])
        assert mention.concepts and set(mention.concepts) <= set(ids)
        end = mention.end


def test_names_import_neither_networkx_nor_yaml() -> None:
    code = (
        "import sys, kg.names, kg.curation.reader; print({'networkx', 'yaml', 'numpy', "
        "'markdown_it'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
