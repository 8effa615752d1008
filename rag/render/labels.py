"""The words of the terminal output in each language; `{}` is filled in."""

LABELS = {
    "en": {
        "sources": "Sources",
        "none": "Not in your notes.",
        "nearest": "Nearest headings",
        "other": "Quoted from notes in Chinese: nothing as near was found in English.",
        "disagree": "Your notes disagree: {}.",
        "asked": "asked for: {}",
        "confidence": "confidence",
        "first": "Know first",
        "further": "and {} more: kbase plan {}",
        "unsupported": "(not supported by the notes)",
    },
    "zh": {
        "sources": "来源",
        "none": "笔记里没有。",
        "nearest": "最接近的标题",
        "other": "引自英文笔记：没有找到这么接近的中文内容。",
        "disagree": "笔记说法不一：{}。",
        "asked": "问的是：{}",
        "confidence": "置信度",
        "first": "先要知道",
        "further": "还有 {} 个：kbase plan {}",
        "unsupported": "（笔记中没有依据）",
    },
}
