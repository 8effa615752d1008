"""The model that comes with kbase → a folder that sentence-transformers loads: BERT checkpoint, tokenizer, pooling, prefixes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.embedding.base import PASSAGE, QUERY
from rag.embedding.e5.cache import prepared_folder
from rag.embedding.e5.files import fingerprint
from rag.embedding.e5.weights import LONGEST, Weights, read_weights, tokenizer

_VERSION = 1  # of what `_convert` makes
_SPECIALS = ("<s>", "</s>", "<pad>", "<unk>")


def checkpoint(weights: Path) -> str:
    """The folder with the model that comes with kbase, as sentence-transformers loads it."""
    name = f"{fingerprint(weights).replace(':', '-')}-torch-{_VERSION}"
    return str(prepared_folder(name, lambda folder: _convert(read_weights(weights), folder)))


def _convert(weights: Weights, folder: Path) -> None:
    """Writes the weights as a BERT checkpoint, with pooling, prefixes and tokenizer."""
    from safetensors.numpy import save_file
    from tokenizers.processors import TemplateProcessing

    save_file(
        {name: array.astype(np.float16) for name, array in _tensors(weights)},
        folder / "model.safetensors",
    )
    tokens = tokenizer(weights)
    tokens.add_special_tokens(list(_SPECIALS))
    ends = [("<s>", weights.first), ("</s>", weights.last)]
    tokens.post_processor = TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=ends
    )
    tokens.save(str(folder / "tokenizer.json"))
    for name, document in _settings(weights).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(document), encoding="utf-8")


def _tensors(weights: Weights) -> Iterator[tuple[str, NDArray[np.float32]]]:
    hidden, inner = weights.shape.hidden, weights.shape.inner
    yield "embeddings.word_embeddings.weight", weights.matrix("emb.word", hidden)
    yield "embeddings.position_embeddings.weight", weights.matrix("emb.pos", hidden)
    yield "embeddings.token_type_embeddings.weight", weights.matrix("emb.type", hidden)
    norms = [("embeddings.LayerNorm", "emb.ln")]
    for at in range(weights.shape.layers):
        layer = f"encoder.layer.{at}"
        own = {
            "q": "attention.self.query",
            "k": "attention.self.key",
            "v": "attention.self.value",
            "ao": "attention.output.dense",
        }
        for short, name in {**own, "fi": "intermediate.dense", "fo": "output.dense"}.items():
            yield (
                f"{layer}.{name}.weight",
                weights.matrix(f"l{at}.{short}.w", inner if short == "fo" else hidden),
            )
            yield f"{layer}.{name}.bias", weights.vector(f"l{at}.{short}.b")
        norms += [
            (f"{layer}.attention.output.LayerNorm", f"l{at}.aln"),
            (f"{layer}.output.LayerNorm", f"l{at}.oln"),
        ]
    for name, short in norms:
        yield f"{name}.weight", weights.vector(f"{short}.w")
        yield f"{name}.bias", weights.vector(f"{short}.b")


def _settings(weights: Weights) -> dict[str, Any]:
    """The files of a sentence-transformers folder beside weights and tokenizer."""
    shape, rows = weights.shape, len(weights.matrix("emb.word", weights.shape.hidden))
    start, stop, pad, unknown = _SPECIALS
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float32",
            "hidden_act": "gelu",
            "hidden_size": shape.hidden,
            "intermediate_size": shape.inner,
            "layer_norm_eps": shape.epsilon,
            "max_position_embeddings": LONGEST,
            "num_attention_heads": shape.heads,
            "num_hidden_layers": shape.layers,
            "pad_token_id": weights.pad,
            "type_vocab_size": len(weights.vector("emb.type")) // shape.hidden,
            "vocab_size": rows,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": LONGEST,
            "bos_token": start,
            "cls_token": start,
            "eos_token": stop,
            "sep_token": stop,
            "pad_token": pad,
            "unk_token": unknown,
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {
                "idx": 1,
                "name": "1",
                "path": "1_Pooling",
                "type": "sentence_transformers.models.Pooling",
            },
            {
                "idx": 2,
                "name": "2",
                "path": "2_Normalize",
                "type": "sentence_transformers.models.Normalize",
            },
        ],
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_mean_tokens": True,
        },
        "2_Normalize/config.json": {},
        "sentence_bert_config.json": {"max_seq_length": LONGEST, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": QUERY, "document": PASSAGE},
            "similarity_fn_name": "cosine",
        },
    }
