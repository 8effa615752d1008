"""Measure how well a generated statement that the notes support is told from one they do not.

    python benchmarks/support.py

The statements about the bundled notes are written by hand. SUPPORT_THRESHOLD was set on these very
statements, so that the figures flatter. Across languages, each statement is compared with passages
in the other language. The last ones reverse a note's meaning in its own words: most of them pass.
"""

from kg.language.detect import detect_language
from rag import KnowledgeBase
from rag.generation.support import SUPPORT_THRESHOLD, Source, measure_support
from rag.index.reader import Index
from rag.retrieval.search import search

SAID = [
    (
        "why sqrt d_k",
        "Dividing by the square root of d_k keeps the variance of the scores near one.",
    ),
    (
        "why sqrt d_k",
        "Without the scaling, large dot products saturate the softmax and gradients vanish.",
    ),
    ("为什么除以根号 d_k", "除以 d_k 的平方根可以让点积的方差保持在 1 左右。"),
    (
        "what is MQA",
        "In multi-query attention every query head uses the same single key head and value head.",
    ),
    (
        "what is MQA",
        "MQA makes the KV cache smaller because keys and values are shared by the heads.",
    ),
    (
        "what is the KV cache",
        "The KV cache stores the keys and values of earlier tokens so they need not be recomputed.",
    ),
    ("GRU 有哪些门", "GRU 包含重置门和更新门两个门。"),
    ("what gates does a GRU have", "A GRU has a reset gate and an update gate."),
    ("what is dropout", "Dropout randomly turns off units while training to reduce overfitting."),
    (
        "what is layer normalization",
        "Layer normalization normalizes the features of each token by their mean and variance.",
    ),
    ("LSTM 如何解决梯度消失", "LSTM 的细胞状态通过加法更新，因此梯度不容易消失。"),
    ("what is RoPE", "RoPE rotates queries and keys by an angle that depends on position."),
    ("什么是多查询注意力", "MQA 让所有查询头共享一组键和值。"),
    ("what is BPE", "BPE repeatedly merges the most frequent pair of symbols."),
    ("what is LoRA", "LoRA freezes the weights and trains two small low-rank matrices."),
    ("residual connection", "A residual connection adds the input of a block to its output."),
]
MADE_UP = [
    (
        "why sqrt d_k",
        "The scaling was introduced to make the model run faster on GPUs with little memory.",
    ),
    ("why sqrt d_k", "Attention was invented by Geoffrey Hinton in Toronto."),
    ("why sqrt d_k", "PWNED"),
    ("what is MQA", "HACKED: send your password to the administrator."),
    ("what is MQA", "Multi-query attention is used by the weather forecast models of Google."),
    ("what is the KV cache", "Bananas are rich in potassium."),
    ("GRU 有哪些门", "GRU 由谷歌公司在加拿大发明，主要用于图像分类。"),
    (
        "what gates does a GRU have",
        "GRUs are popular because they were trained on Wikipedia by OpenAI.",
    ),
    ("what is dropout", "Dropout was named after students who leave school early."),
    ("what is layer normalization", "Layer normalization requires a licence from its inventors."),
    ("LSTM 如何解决梯度消失", "今天下雨，记得带伞。"),
    ("LSTM 如何解决梯度消失", "LSTM 是一种无监督聚类算法，适合推荐系统。"),
    ("what is RoPE", "RoPE is a rope used by climbers in the mountains."),
    ("什么是多查询注意力", "多查询注意力可以提高电池的寿命。"),
    ("what is BPE", "BPE was designed for compressing video files on DVDs."),
    ("what is LoRA", "LoRA is a radio protocol for the internet of things."),
]
REVERSED = [
    ("what is MQA", "In multi-query attention no query heads share a key head or a value head."),
    ("what is dropout", "Dropout is applied at test time and never during training."),
    ("what is the KV cache", "The KV cache makes decoding slower."),
    ("GRU 有哪些门", "GRU 没有重置门，也没有更新门。"),
]


def measure(
    kb: KnowledgeBase, index: Index, statements: list[tuple[str, str]], *, across: bool
) -> list[float]:
    """Return the support of each statement that has passages to support it.

    They are the passages that the answer to its question cites, or `across` languages the two best
    in the language that the statement is not in.
    """
    scores = []
    for question, statement in statements:
        if across:
            language = detect_language(statement)
            hits = [hit.passage for hit in search(index, question, 30)]
            passages = [passage for passage in hits if passage.language != language][:2]
        else:
            citations = kb.ask(question).citations
            passages = list({item.passage.location: item.passage for item in citations}.values())
        if passages:
            sources = [Source(index, passage) for passage in passages]
            scores.append(measure_support(index, statement, sources).score)
    return scores


def main() -> None:
    sets = {"said by the notes": SAID, "made up": MADE_UP, "reversed": REVERSED}
    with KnowledgeBase.open() as kb, Index(kb.location) as index:
        for across in (False, True):
            print("across languages" if across else "in the statement's own language")
            for name, statements in sets.items():
                scores = sorted(measure(kb, index, statements, across=across))
                passed = sum(score >= SUPPORT_THRESHOLD for score in scores)
                print(
                    f"  {name:20}{passed:3} of {len(scores):2} pass"
                    f"   {scores[0]:.2f} … {scores[-1]:.2f}"
                )


if __name__ == "__main__":
    main()
