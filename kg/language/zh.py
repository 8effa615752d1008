"""Chinese words that extraction and retrieval go by, as data.

The lists, and how an entry is written, are those of `kg/language/en.py`.
"""

from kg.language.words import split_words

# --- Questions and requests -----------------------------------------------------------------

# Words that only ask; a question is indexed without them.
QUESTION_WORDS = split_words(
    """
    为什么, 为何, 为啥, 什么样, 什么, 怎么样, 怎么, 怎样, 咋, 如何, 哪些, 哪个, 哪种, 哪里, 哪,
    多少, 多大, 几个, 啥, 吗, 呢, 是不是, 能不能, 请问, 一下, 有何, 之间, 分别, 公式
    """
)
# A question has one of these, wherever it is.
QUESTION_SIGNS = split_words("怎, 如何, 什么, 为何, 哪, 吗$")
# A question to be answered by yes or no has one of these.
YES_NO_SIGNS = split_words("吗[？?], 是否")
# In a question these say what kind of answer is wanted, not what it is about.
REQUEST_WORDS = split_words(
    """
    怎么办, 区别, 差别, 差异, 异同, 对比, 比较, 相比, 不同, 列举, 列出, 种类, 类型, 方法, 办法,
    步骤, 流程, 公式, 原因, 定义, 含义, 意思, 作用, 避免, 防止, 缓解, 减轻, 介绍, 简述, 解释, 说明,
    描述, 讲讲, 主要, 常见, 常用, 优缺点, 所有, 全部, 之间, 它, 其, 的, 和, 与, 有, 是, 了, 在, 要,
    被, 会, 用, 选
    """
)
# A question about one thing has none of these in that thing's name.
NOT_IN_SUBJECTS = split_words(
    """

    [有在到就也还了么吗能会要不那这几多得把被跟从用让对给为以比更最都又太可没去来做选加算看改切啥呢的],
    怎, 哪, 如何, 区别, 步骤, 谁
    """
)
ADVANTAGES = split_words("优点, 优势, 好处")
DISADVANTAGES = split_words("缺点, 不足, 局限, 劣势, 坏处")

# --- Negation -------------------------------------------------------------------------------

# Each denies the statement that it occurs in.
NEGATIONS = split_words("不(?!同|断|少|仅|只), 没有, 无法, 并非")
# Each denies what follows it directly.
NEGATIONS_BEFORE = split_words("不, 没有, 没, 并非, 无法, 而不是, 难以")
# Two sentences that differ by one of these characters contradict each other.
NEGATING_TOKENS = frozenset("不没无非未")

# --- Reading a sentence on its own -----------------------------------------------------------

# A sentence that begins with one of these refers to what was named before it.
REFERRING_WORDS = split_words("这, 那, 它, 其(?![他余]), 该, 此(?!外), 两者, 前者, 后者, 他, 她")
# A sentence that begins with one of these continues what was said before it.
CONNECTIVES = split_words(
    """
    因此, 所以, 因而, 但, 然而, 不过, 而(?!且), 于是, 同时, 此外, 另外, 相反, 例如, 比如, 由此, 反之
    """
)
# A sentence that begins with one of these explains the symbols of the formula before it.
SYMBOL_EXPLANATIONS = split_words("其中, 式中, 这里, 上式")
# A line that begins with one of these and a colon names a source.
SOURCE_LABELS = split_words("来源, 参考, 参考资料, 参考文献")
# A sentence with one of these before a link only says where something is explained.
POINTERS = split_words("见, 参见, 详见, 参考")
# A section with one of these as its heading says what the reader is to do; it answers nothing.
TASK_HEADINGS = split_words(
    "(?:学习)?目标, 练习, 习题, 作业, 思考题?, 待办, 参考(?:资料|文献)?, 延伸阅读"
)

# --- Comparing two sentences ----------------------------------------------------------------

# A difference in these characters alone is no difference in meaning.
SLIGHT_WORDS = frozenset("的了是会也就都约大在有为")
# A number beside one of these is a label, not a quantity: 表 3.
NUMBER_LABELS = frozenset("第步版本表图章节式")

# --- Names of things ------------------------------------------------------------------------

NUMERALS = "一二三四五六七八九十"
CONJUNCTIONS = split_words("和, 与, 以及, 及, 或")
# In an enumeration of names 及其, "and its", joins too.
LIST_CONJUNCTIONS = ("及其", *CONJUNCTIONS)
PRONOUNS = frozenset({"这", "它", "它们"})
# A heading may number itself by one of these: 第三章.
NUMBERED_PARTS = "章节部分讲课步"
# In running text a name may begin after one of these, where nothing else marks its beginning.
NAME_OPENERS = "的是叫称即"
# In running text these come before a name and do not belong to it.
NOT_OF_NAMES = split_words("例如, 比如, 诸如, 如, 即, 包括, 以及, 通过, 采用, 使用, 同时, 其中")
# In parentheses after a name, these say that another name of the same thing follows.
ALSO_CALLED = split_words(
    """
    又称为?, 也称为?, 也叫做?, 又叫做?, 又名, 亦称, 简称为?, 缩写为?, 或称?, 即, 英文[:：]?,
    全称(?:为|是)?, 简写为?
    """
)
# After a comma, these say that another name of the same thing follows.
THAT_IS = split_words("也就是, 也叫做?, 也称为?, 又称为?, 又叫做?, 俗称")
# A phrase with one of these in it is a piece of a sentence, not a name.
NOT_IN_NAMES = split_words(
    """
    什么, 怎么, 怎样, 如何, 为什么, 为何, 哪些, 哪个, 哪种, 吗, 呢, 是否, 区别, 不同, 对比, 比较,
    因为, 所以, 如果, 我们, 你, 它, 这, 那, 不, 了, 没有, 可以, 需要, 应该, 的时候, 其他, 其它,
    以及, 有关, 相比, 地说, 等, 本节, 本章, 本文, 下面, 首先, 通常, 被称, 叫做, 例如, 比如, 举个,
    已经, 想要, 上述
    """
)
# A phrase that begins with one of these is not a name.
NOT_FIRST_IN_NAMES = split_words(
    """
    一[个组种些类], 另一, 只有, 每, 各, 该, 某, 两, 三, 几, 多个, 所有, 从, 把, 被, 让, 使, 与,
    对于, 当
    """
)
# A phrase that ends in one of these is not a name.
NOT_LAST_IN_NAMES = split_words("的, 时, 处, 地, 上, 中, 下")
# Not in a name either: the end of a list of authors.
SENTENCE_MARKS = ("等人",)
# Headings and labels of notes on any subject; none is the name of a concept.
GENERAL_NAMES = split_words(
    """
    举例, 介绍, 代价, 代码, 价值, 价格, 任务, 优势, 优点, 优缺点, 作业, 作用, 使用, 例, 例子, 例题,
    假设, 公式, 关键点, 其他, 内存, 内容, 分析, 前提, 前置, 前置知识, 前言, 功能, 劣势, 区别, 原因,
    原理, 参数, 参考, 参考文献, 参考资料, 变体, 后记, 回答, 图, 基本概念, 基础, 复杂度, 存储, 定义,
    实例, 实现, 实验, 对比, 导读, 小结, 局限, 局限性, 层, 展望, 差异, 常见问题, 工作, 工作原理,
    应用, 应用场景, 延伸阅读, 引言, 当前, 形式, 影响, 待办, 思考, 思考题, 思路, 性能, 性质, 总结,
    意义, 成本, 技巧, 损失, 推导, 推荐阅读, 摘要, 收益, 效果, 数值例子, 数据, 方法, 显存, 本章小结,
    条件, 来源, 架构, 标签, 标题, 核心, 核心思想, 概念, 概述, 模型, 模式, 步骤, 比较, 注意,
    注意事项, 流程, 测试, 版本, 特性, 特点, 环境, 理解, 用法, 用途, 目录, 目标, 目的, 直观理解,
    直觉, 相关, 相关工作, 示例, 程序, 笔记, 简介, 算法, 练习, 结构, 结果, 结论, 综述, 缩写, 缺点,
    背景, 背景知识, 表, 要点, 解决办法, 解决方案, 解答, 计算, 训练, 训练过程, 推理过程, 讲义, 讲解,
    证明, 说明, 课程, 资料, 资源, 输入, 输出, 过程, 运行, 速度, 部署, 重点, 问答, 问题, 附录,
    预备知识, 题目, 处理, 基本, 发展, 删除, 总览, 联系, 计算过程, 改进, 案例, 案例分析
    """
)

# --- Headings -------------------------------------------------------------------------------

# Something of a thing that is no thing itself: GRU 的公式 is about GRU.
FACETS = split_words(
    """
    公式, 例子, 大小, 步骤, 流程, 过程, 原理, 作用, 特点, 代价, 优势, 缺点, 优点, 缺陷, 不足, 实现,
    简洁实现, 从零开始实现, 代码实现, 代码, 推导, 历史, 发展, 演进, 由来, 应用, 任务, 场景,
    使用场景, 应用场景, 细节, 结构, 架构, 改进, 优化, 教程, 评估, 问题, 一些问题, 常见问题,
    常见功能, 功能, 预测, 数据集, 工具
    """
)
# A heading that ends in one of these is about what comes before it: 束搜索的原理.
HEADING_ENDS = split_words(
    """
    概念, 基本思想, 原理, 定义, 含义, 作用, 介绍, 简介, 概述, 总结, 入门, 教程, 详解, 代码实现,
    代码详解, 面试题
    """
)
# A heading that asks for one of these asks about what comes before it: GRU 的优点有哪些.
ASKED_FACETS = split_words(
    """
    原理, 作用, 定义, 含义, 思想, 公式, 流程, 优点, 缺点, 优缺点, 特点, 好处, 意义, 目的, 局限
    """
)
# A heading that begins with one of these asks about what follows.
EXPLAIN_VERBS = split_words(
    """
    什么是, 何为, 何谓, 谈谈, 说说, 讲讲, 了解, 理解,
    (?:介绍|解释|简述|讲述|描述|讲|说)(?:一下|下)?
    """
)
# A heading with 怎么 before one of these asks about what comes before both: 束搜索怎么工作.
HOW_DOES_VERBS = split_words("工作, 做, 实现, 计算, 训练, 更新, 定义, 得到")
# A heading that asks for one of these compares two things.
COMPARISON_NOUNS = split_words("区别, 不同, 差异, 差别, 异同, 对比, 比较")

# --- What a note requires -------------------------------------------------------------------

# Keys of the front matter.
REQUIRES_KEYS = split_words("前置, 前置知识, 先修")
# Labels that begin a line: 前置知识：RNN.
REQUIRES_LABELS = split_words(
    """
    前置, 前置知识, 前置概念, 前置条件, 前置要求, 先修, 先修知识, 预备知识, 需要先了解, 需要先学习,
    需要先掌握, 依赖
    """
)
# Headings over a list of what is required.
REQUIRES_HEADINGS = (
    *REQUIRES_LABELS,
    *split_words("前置内容, 前置笔记, 先修课程, 先修内容, 先决条件"),
)

# --- Relations ------------------------------------------------------------------------------

# A heading with one of these is about an evolution, so the order of what follows means something.
EVOLUTION = split_words("演进, 演化, 演变, 发展(?!趋势), 历程, 脉络")
# Beside one of these a chain of arrows shows a lineage.
LINEAGE = (*EVOLUTION, *split_words("发展, 历史, 谱系, 一支, 系列, 变体, 改进"))
# A chain of arrows may begin after one of these characters.
CHAIN_OPENERS = "是为从由即按沿着到如括成"
# A chain of arrows beside one of these shows the flow of data, not a lineage.
PIPELINE = split_words("流程, 流向, 步骤, 转移, 映射, 输入, 输出, 管线, 阶段, 先.{0,12}再")
# A chain of arrows beside one of these is a path through menus.
MENU = split_words("点击, 点按, 选择, 打开, 菜单, 设置, 文件夹, 路径")
# After one of these a name belongs to the word before it.
OWNERS = split_words("在, 把, 对, 用, 比, 给, 从, 让, 使")
# What a sentence names beside one of these is an example, an application or a contrast.
ASIDES = split_words(
    """
    应用, 用于, 例如, 比如, 如, 等, 有关, 相关, 不同于, 与.+不同, 而不是, 区别, 相比, 常用, 广泛,
    沿用, 参见, 见, 缓解, 解决, 减轻, 防止, 避免, 没有, 不(?:能|是|会|用|需), 退化
    """
)

# --- Phrases that state relations -----------------------------------------------------------

# Adverbs and auxiliary verbs that change nothing between a name and a verb.
ADVERBS = split_words(
    """
    则, 也, 都, 就, 还, 又, 正, 可以, 可, 能够, 能, 主要, 进一步, 直接, 本质上, 其实, 实际上, 通常,
    往往, 一般, 便, 均, 同样, 大幅, 显著, 有效, 有效地, 有助于, 用来, 用于, 可用来, 可以用来, 来,
    帮助, 在一定程度上, 明显, 巧妙地
    """
)
# What a method may be to the one that it improves.
IMPROVEMENTS = split_words(
    "改进版, 改进, 升级版, 升级, 简化版, 简化, 扩展, 延伸, 后继者?, 继任者, 增强版"
)
# What a method may be to the one that it is a kind of.
KINDS = split_words("变体, 变种, 特例, 特殊情况, 特殊形式, 实现, 形式, 版本, 一种, 一类, 类型")
# How a method comes from another one: 由 LSTM 简化而来.
DERIVES = split_words("简化, 演进, 演化, 演变, 发展, 改进, 扩展, 衍生, 派生, 推广")
# How a method becomes another one: 发展成 LSTM.
BECOMES = split_words("演进, 演化, 演变, 发展, 进化, 升级")
# Before what a thing is.
IS = split_words("是, 作为, (?:看作|看成|看做|视为|视作|理解为|认为)是?")
# What a remedy does to a problem.
EASES = split_words(
    """
    缓解, 解决, 减轻, 防止, 避免, 克服, 抑制, 消除, 减少, 降低, 改善, 应对, 预防
    """
)

# Nouns that say what kind of thing a Latin name is.
KIND_NOUNS = split_words(
    """
    算法, 方法, 技术, 机制, 架构, 优化器, 函数, 模型, 网络, 分布, 矩阵, 定理, 框架, 系统, 层,
    单元, 曲线
    """
)
