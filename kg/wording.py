"""How relations are worded for people, in Chinese and English."""

from kg.types import RelationKind

# What a relation says of its two ends, and what it says read from the other end.
READS = {
    "en": {
        "prerequisite_of": ("{} comes before {}", "{} needs {}"),
        "evolves_to": ("{} evolves to {}", "{} came from {}"),
        "variant_of": ("{} is a variant of {}", "{} has the variant {}"),
        "part_of": ("{} is part of {}", "{} has the part {}"),
        "used_by": ("{} is used by {}", "{} uses {}"),
        "solves": ("{} solves {}", "{} is solved by {}"),
        "contrasts_with": ("{} contrasts with {}", "{} contrasts with {}"),
        "related": ("{} is related to {}", "{} is related to {}"),
    },
    "zh": {
        "prerequisite_of": ("{} 是 {} 的前置知识", "{} 需要先学 {}"),
        "evolves_to": ("{} 演进为 {}", "{} 由 {} 演进而来"),
        "variant_of": ("{} 是 {} 的变体", "{} 有变体 {}"),
        "part_of": ("{} 是 {} 的组成部分", "{} 包含 {}"),
        "used_by": ("{} 用于 {}", "{} 用到 {}"),
        "solves": ("{} 解决 {}", "{} 由 {} 解决"),
        "contrasts_with": ("{} 与 {} 对比", "{} 与 {} 对比"),
        "related": ("{} 与 {} 相关", "{} 与 {} 相关"),
    },
}

RELATIONS = {
    "en": {
        RelationKind.PREREQUISITE_OF: "comes before",
        RelationKind.EVOLVES_TO: "evolves to",
        RelationKind.VARIANT_OF: "variant of",
        RelationKind.PART_OF: "part of",
        RelationKind.USED_BY: "used by",
        RelationKind.SOLVES: "solves",
        RelationKind.CONTRASTS_WITH: "contrasts with",
        RelationKind.RELATED: "related",
    },
    "zh": {
        RelationKind.PREREQUISITE_OF: "前置于",
        RelationKind.EVOLVES_TO: "演进为",
        RelationKind.VARIANT_OF: "变体",
        RelationKind.PART_OF: "组成",
        RelationKind.USED_BY: "用于",
        RelationKind.SOLVES: "解决",
        RelationKind.CONTRASTS_WITH: "对比",
        RelationKind.RELATED: "相关",
    },
}
