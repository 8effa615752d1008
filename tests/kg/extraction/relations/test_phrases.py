"""Every phrase relates the names of its example, and not those of its counter-example."""

import re

import pytest

from kg.extraction.relations.patterns import find_relations, mask_names, match_phrase
from kg.extraction.relations.phrases import Phrase, load_phrases

PHRASES = [phrase for language in ("en", "zh") for phrase in load_phrases(language)]
NAME = re.compile(r"\[(?P<source>[^\]]+)\]|\{(?P<target>[^}]+)\}")


def parse(marked: str) -> tuple[str, list[tuple[int, int]], list[int], list[int]]:
    """Return a sentence without its marks, its names' places, and which are sources and targets."""
    sentence, end = "", 0
    spans: list[tuple[int, int]] = []
    sources: list[int] = []
    targets: list[int] = []
    for number, match in enumerate(NAME.finditer(marked)):
        sentence += marked[end : match.start()]
        name = match["source"] or match["target"]
        spans.append((len(sentence), len(sentence) + len(name)))
        (sources if match["source"] else targets).append(number)
        sentence += name
        end = match.end()
    return sentence + marked[end:], spans, sources, targets


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.example)
def test_the_example_gives_the_relation_from_source_to_target(phrase: Phrase) -> None:
    sentence, spans, sources, targets = parse(phrase.example)
    expected = {(source, target) for source in sources for target in targets}
    assert expected and set(match_phrase(phrase, mask_names(sentence, spans))) == expected
    relations = list(find_relations(sentence, spans))
    assert expected == {
        (relation.source, relation.target)
        for relation in relations
        if relation.kind is phrase.kind and relation.confidence >= phrase.confidence
    }


@pytest.mark.parametrize("phrase", PHRASES, ids=lambda phrase: phrase.counter_example)
def test_the_counter_example_does_not_give_the_relation(phrase: Phrase) -> None:
    sentence, spans, _, _ = parse(phrase.counter_example)
    assert len(spans) > 1
    assert phrase.kind not in {relation.kind for relation in find_relations(sentence, spans)}


def test_no_phrase_is_listed_twice() -> None:
    keys = [(phrase.kind, phrase.backward, phrase.pattern.pattern) for phrase in PHRASES]
    assert len(keys) == len(set(keys))
