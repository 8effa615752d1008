"""Word relations for people, in Chinese and English."""

from kg.types import RelationKind

# What a relation says of its source and its target, and what it says read from its target.
RELATION_SENTENCES = {
    "en": {
        RelationKind.PREREQUISITE_OF: ("{} comes before {}", "{} needs {}"),
        RelationKind.EVOLVES_TO: ("{} evolves to {}", "{} came from {}"),
        RelationKind.VARIANT_OF: ("{} is a variant of {}", "{} has the variant {}"),
        RelationKind.PART_OF: ("{} is part of {}", "{} has the part {}"),
        RelationKind.USED_BY: ("{} is used by {}", "{} uses {}"),
        RelationKind.SOLVES: ("{} solves {}", "{} is solved by {}"),
        RelationKind.CONTRASTS_WITH: ("{} contrasts with {}", "{} contrasts with {}"),
        RelationKind.RELATED: ("{} is related to {}", "{} is related to {}"),
    },
    "zh": {
        RelationKind.PREREQUISITE_OF: ("{} 是 {} 的前置知识", "{} 需要先学 {}"),
        RelationKind.EVOLVES_TO: ("{} 演进为 {}", "{} 由 {} 演进而来"),
        RelationKind.VARIANT_OF: ("{} 是 {} 的变体", "{} 有变体 {}"),
        RelationKind.PART_OF: ("{} 是 {} 的组成部分", "{} 包含 {}"),
        RelationKind.USED_BY: ("{} 用于 {}", "{} 用到 {}"),
        RelationKind.SOLVES: ("{} 解决 {}", "{} 由 {} 解决"),
        RelationKind.CONTRASTS_WITH: ("{} 与 {} 对比", "{} 与 {} 对比"),
        RelationKind.RELATED: ("{} 与 {} 相关", "{} 与 {} 相关"),
    },
}

# What a relation is called between its two ends, in a legend or beside an arrow.
RELATION_NAMES = {
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
