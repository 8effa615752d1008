"""Each kind of result has a text and a document."""

from importlib import import_module

import pytest

from rag.render import results


@pytest.mark.parametrize("kind", list(results._RENDERERS))
def test_the_renderers_of_every_kind_exist(kind: str) -> None:
    for module, name in results._RENDERERS[kind]:
        assert callable(getattr(import_module(module), name))
