r"""English words that extraction and retrieval go by, as data.

`kg/language/zh.py` holds the same lists of Chinese words. Most entries are plain words. An entry
may be a small regular expression: `advanc(?:es?|ed)`, `instead\s+of`. Where matches are cut out of
a text, earlier entries win, so a longer one comes before its own beginning. All are written in
lower case and compared without regard to case, but for ABBREVIATION.
"""

from kg.language.words import split_words

# --- Questions and requests -----------------------------------------------------------------

# Words that carry no content; they are not indexed.
STOP_WORDS = frozenset(
    split_words(
        """
        a, am, an, and, are, as, at, be, been, but, by, can, could, did, do, does, for, from, had,
        has, have, how, i, if, in, into, is, it, its, me, my, of, on, or, our, please, should, so,
        than, that, the, their, then, there, these, they, this, those, to, us, was, we, were, what,
        when, where, which, who, whom, whose, why, will, with, would, you, your
        """
    )
)
# A question begins with one of these.
QUESTION_OPENERS = split_words(
    "what, how, why, when, which, where, who, is, are, do, does, can, should"
)
# A question to be answered by yes or no begins with one of these.
YES_NO_OPENERS = split_words(
    "is, are, does, do, did, can, could, should, was, were, will, has, have"
)
# In a question these say what kind of answer is wanted, not what it is about.
REQUEST_WORDS = split_words(
    """
    differences?, differs?, different, compared?, comparison, versus, vs, types?, kinds?, ways?,
    methods?, steps?, formula, equation, reasons?, avoid, prevent, mitigate, fight, definition,
    meaning, mean, list, name, explain, describe, tell, about, main, common, many, much, works?,
    used?, between, than, better, choose, over, i, all, pros, cons, there
    """
)
# A question about one thing has none of these in that thing's name.
NOT_IN_SUBJECTS = split_words(
    "is, are, was, do, does, did, can, should, why, how, what, when, where, which, who, if, "
    "not, vs, or, than, i, you, it, we, between, to, for, with, after"
)
ADVANTAGES = split_words("advantages?, strengths?, benefits?, pros")
DISADVANTAGES = split_words(
    "disadvantages?, drawbacks?, faults?, limitations?, limits, weakness(?:es)?, cons"
)

# --- Negation -------------------------------------------------------------------------------

# Each denies the statement that it occurs in.
NEGATIONS = split_words("not, never, cannot, neither, nor")
# Each denies what follows it directly.
NEGATIONS_BEFORE = (*NEGATIONS, "no", "n't", "hardly", r"instead\s+of", r"rather\s+than")
# Two sentences that differ by one of these single words contradict each other.
NEGATING_TOKENS = frozenset({"not", "no", "never", "without"})
# Verbs with a shortened "not", which mean the same as the verb and "not".
CONTRACTED_NEGATION = (
    r"\b(?:(?:do|does|did|is|are|was|were|wo|ca|would|should|could)n['’]t|cannot)\b"
)

# --- Reading a sentence on its own -----------------------------------------------------------

# A sentence that begins with one of these refers to what was named before it.
REFERRING_WORDS = split_words(
    """
    this, that, these, those, it, its, they, their, them, he, she, his, her, such, both,
    the (?:former|latter|same), here
    """
)
# A sentence that begins with one of these continues what was said before it.
CONNECTIVES = split_words(
    """
    therefore, thus, hence, so, but, however, then, also, instead, otherwise, moreover,
    for example, for instance, in contrast, by contrast
    """
)
# A sentence that begins with one of these explains the symbols of the formula before it.
SYMBOL_EXPLANATIONS = split_words("where, here, in which")
# A line that begins with one of these and a colon names a source.
SOURCE_LABELS = split_words("sources?, references?, see also, further reading")
# A sentence with one of these before a link only says where something is explained.
POINTERS = split_words("see, (?:explained|described|covered|discussed|derived) in")
# A section with one of these as its heading says what the reader is to do; it answers nothing.
TASK_HEADINGS = split_words(
    """
    goals?, objectives?, learning (?:goals|objectives), exercises?, problems?, questions?, to-?dos?,
    further reading, references?
    """
)

# --- Comparing two sentences ----------------------------------------------------------------

# A difference in these words alone is no difference in meaning.
SLIGHT_WORDS = frozenset(
    split_words(
        "a, an, the, is, are, was, does, do, will, can, of, about, some, also, around, roughly"
    )
)
# A number after one of these is a label, not a quantity: "table 3".
NUMBER_LABELS = frozenset(
    split_words("version, step, table, figure, fig, section, chapter, eq, equation, example")
)

# --- Names of things ------------------------------------------------------------------------

# An abbreviation has two capitals, or is a single one.
ABBREVIATION = r"(?=(?:.*[A-Z]){2})[A-Za-z0-9][A-Za-z0-9.+-]{1,11}|[A-Z]"
ARTICLES = split_words("the, an?")
CONJUNCTIONS = split_words("and, or")
PRONOUNS = frozenset({"it", "they", "them"})
# A heading may number itself by one of these: "Chapter 3", "Q2".
NUMBERED_PARTS = split_words(
    "chapter, section, part, lecture, lesson, week, step, stage, q(?:uestion)?"
)
# The ending of a plural and the ending of its singular. The first that fits is replaced.
SINGULAR_ENDINGS = (
    (r"ices$", "ix"),
    (r"(?<=[a-z]{2})ies$", "y"),
    (r"\bbases$", "basis"),
    (r"(?<=aly|oth|the)ses$", "sis"),
    (r"(?<=[sxz])es$", ""),
    (r"(?<=[cs]h)es$", ""),
    (r"(?<=[a-z][b-hj-rtv-z])s$", ""),
)
# In parentheses after a name, these say that another name of the same thing follows.
ALSO_CALLED = split_words(
    r"""
    aka, a\.k\.a\., also (?:called|known as), or\b, i\.e\.,?, short for, abbreviated(?: as)?,
    formerly
    """
)
# A phrase with one of these in it is a piece of a sentence, not a name.
NOT_IN_NAMES = split_words(
    """
    is, are, was, were, be, been, do, does, did, has, have, had, can, could, should, must, may,
    might, will, would, how, why, what, which, when, where, who, that, this, these, those, it, its,
    they, we, you, your, our, i, not, don't, doesn't, if, then, than, because, so, but, also, only,
    let, use, using, vs, versus, compared
    """
)
# A phrase that begins with one of these is not a name.
NOT_FIRST_IN_NAMES = split_words(
    """
    each, every, more, most, other, another, single, two, three, four, new, all, any, some, special,
    good, different, best, many, several, few, same, such, own, first, second, both, no, non
    """
)
# Not in a name either: the end of a list of authors.
SENTENCE_MARKS = ("et al",)
# Headings and labels of notes on any subject; none is the name of a concept.
GENERAL_NAMES = split_words(
    """
    abstract, advantage, advantages, aim, analysis, answer, answers, appendix, application,
    applications, approach, background, basics, benefits, bibliography, caveats, challenges,
    changelog, characteristics, code, comparison, complexity, concise implementation, conclusion,
    conclusions, cons, considerations, contents, context, cost, costs, data, date, definition,
    definitions, description, details, difference, differences, disadvantages, discussion,
    drawbacks, effect, example, examples, exercise, exercises, experiment, experiments,
    explanation, faq, faults, features, formula, formulas, further reading, gain, general, goal,
    goals, how it works, idea, implementation, implementation from scratch, important, input,
    inputs, installation, instructions, intro, introduction, intuition, issues, key points, layer,
    layers, learning goals, limitations, limits, links, list, literature, loss, main idea, memory,
    method, methods, misc, model, models, more, motivation, name, next steps, note, notes,
    objectives, other, outline, output, outputs, overview, parameter, parameters, practice,
    preface, preliminaries, prerequisite, prerequisites, price, principle, principles, problem,
    problems, procedure, process, proof, properties, pros, pros and cons, purpose, question,
    questions, quiz, reading, readme, reason, reasons, reference, references, related,
    related work, remarks, requirements, resources, result, results, review, role, see also, setup,
    solution, solutions, source, sources, speed, steps, storage, structure, summary, syntax,
    table of contents, tags, task, tasks, terminology, test, theory, time, time and memory, tips,
    title, todo, topic, topics, training, types, usage, use, use cases, uses, variants, version,
    warning, weakness, what, why, worked example, worked examples
    """
)

# --- Headings -------------------------------------------------------------------------------

# A heading's tail, which narrows its subject, begins with one of these: "attention in decoders".
TAIL_OPENERS = split_words(
    """
    in, for, on, of, with, without, at, during, under, from, to, by, behind, when, than, like,
    against, between, beyond, over, as, used, needed
    """
)
# After "and", "or" or "but", one of these begins a second question.
CLAUSE_OPENERS = split_words(
    "what, why, how, when, where, which, who, its?, their, is, are, can, does, do"
)
# "The difference between … and …" compares, whichever of these nouns it has.
COMPARISON_NOUNS = split_words(
    "differences?, relations?, relationships?, distinctions?, comparisons?"
)
# "Explain …" asks about what follows.
EXPLAIN_VERBS = split_words(
    """
    explain, define, describe, introduce, introducing, introduction to, understanding, overview of,
    basics of
    """
)
# "What does … mean?" asks about what is in between.
WHAT_DOES_VERBS = split_words(
    "mean, do, change, solve, say, show, compute, learn, measure, improve, add"
)
# "What problem does … solve?" asks about what is in between.
WHICH_DOES_VERBS = split_words("solve, address, fix, have, use, need")
# "How does … work?" asks about what is in between.
HOW_DOES_VERBS = split_words(
    r"works?, \w+ed, learn, update, prevent, reduce, help, improve, combine"
)

# --- What a note requires -------------------------------------------------------------------

# Keys of the front matter.
REQUIRES_KEYS = split_words(
    "requires, require, prerequisites, prerequisite, depends_on, depends-on, depends"
)
# Labels that begin a line: "Prerequisites: RNN".
REQUIRES_LABELS = split_words("requires, require, prerequisites, prerequisite, depends on, needs")
# Headings over a list of what is required.
REQUIRES_HEADINGS = (
    *REQUIRES_LABELS,
    *split_words("depends[_-]?on, need, (?:read|learn|study) first, builds[ _-]on"),
)

# --- Relations ------------------------------------------------------------------------------

# A heading with one of these is about an evolution, so the order of what follows means something.
EVOLUTION = split_words(
    r"\bevol(?:ution|ved?)\b, \bhistory of\b, lineage, \bdevelopment of\b, generations of"
)
# Beginnings of words by which a chain of arrows shows a lineage.
LINEAGE = split_words(
    """
    lineage, evol, develop, histor, successor, generation, line of, family, improv, variant
    """
)
# A chain of arrows may begin after one of these: "it evolved from A → B".
CHAIN_OPENERS = split_words(
    """
    is, are, was, were, goes, went, evolved, from, along, as, like, of, in, by, through, then, and,
    chain, lineage, order, line, path, evolution, history, development, progression, timeline,
    roadmap, family, series
    """
)
# A chain of arrows beside one of these shows the flow of data, not a lineage.
PIPELINE = split_words(
    r"""
    pipeline, workflow, \bflow, path of, \bsteps?\b, process, transition, \bmap, \binputs?\b,
    \boutputs?\b, stages?
    """
)
# A chain of arrows beside one of these is a path through menus.
MENU = split_words(
    """
    go(?:ing)? to, select, click, tap, press, open, choose, enable, disable, menu, settings?,
    preferences?, folders?, tabs?
    """
)
# After one of these a name belongs to the word before it: "the gradient of GRU".
OWNERS = split_words(
    r"""
    of, in, with, by, for, to, from, on, than, like, via, through, under, when, if, instead of,
    an?\s+[\w-]+
    """
)
# What a sentence names beside one of these is an example, an application or a contrast.
ASIDES = split_words(
    r"""
    applicat, \bappl(?:y|ies|ied)\b, \bused (?:in|for|to|as|by)\b, \buseful\b, \bsuch as\b,
    \be\.g\., for example, for instance, \binclud(?:e|es|ing)\b, \blike\b, basis for, leads? to,
    motivat, important (?:in|for), \barises?\b, widely, can be used, unlike, \brelated to\b,
    in contrast, whereas, \bwhile\b, differs?\b, rather than, instead of, compared,
    generali[sz]es? to, \bremed, \bhelps? against,
    \b(?:handled|solved|eased|fixed|reduced|prevented|avoided|limited|replaced) (?:by|with)\b,
    \b(?:does|do|did|is|are|has|have|with)(?: not|n't|out)\b
    """
)

# --- Phrases that state relations -----------------------------------------------------------

# Adverbs and auxiliary verbs that change nothing between a name and a verb.
ADVERBS = split_words(
    r"""
    also, thus, then, directly, further, greatly, mainly, simply, essentially, basically, just, now,
    often, usually, itself, can, could, will, may, was, is, are, were, has, have, been, therefore,
    hence, even, still, only, partly, largely, first, later, in\s+turn
    """
)
# Articles and other words that change nothing before a name.
FILLERS = split_words(
    """
    the, an?, its, this, his, their, plain, simple, standard, original, classic, classical,
    ordinary, vanilla, basic, usual, normal, ideas?, form, principle, framework, work, concept,
    success, of, earlier, older, previous, existing, traditional, general
    """
)
# What a method may be to the one that it improves.
IMPROVEMENTS = split_words(
    """
    successors?, extensions?, refinements?, improvements?, improved versions?, simplifications?,
    simplified (?:version|form|variant)s?, evolutions?, descendants?, follow-ups?, enhancements?,
    upgrades?, generali[sz]ations?
    """
)
# What a method may be to the one that it is a kind of.
KINDS = split_words(
    """
    variants?, variations?, versions?, forms?, kinds?, types?, special cases?, instances?,
    examples?, implementations?, flavou?rs?, subclass(?:es)?, class(?:es)?, modifications?
    """
)
# What a thing may be to the one that it is a part of.
PARTS = split_words("parts?, components?, building blocks?, sub-?layers?, modules?, ingredients?")
CONSISTS_OF = split_words(
    "consists? of, (?:is|are) (?:made (?:up )?of|composed of|built from), comprises?"
)
# What a remedy does to a problem.
EASES = split_words(
    """
    eases?, solves?, solved, alleviates?, mitigates?, address(?:es)?, prevents?, reduces?, lowers?,
    avoids?, fix(?:es)?, overcomes?, tackles?, combats?, counters?, remed(?:y|ies), cures?, limits?,
    handles?, suppress(?:es)?, removes?, eliminates?
    """
)
# What is done to a problem by a remedy.
EASED = split_words(
    "solved, eased, alleviated, mitigated, prevented, avoided, reduced, handled, cured, "
    "addressed, limited"
)
# After a name these make it a piece of that thing.
LAYERS = split_words("encoder, decoder, layers?, blocks?")
# A noun phrase is over before one of these words.
NOUN_ENDS = split_words(
    "that, which, where, in which, whose, with, for, used, methods?, models?, algorithms?, "
    "techniques?"
)

# Nouns that say what kind of thing a name is: always, or only after a name of several words.
SURE_KIND_NOUNS = split_words(
    "algorithms?, methods?, techniques?, mechanisms?, architectures?, optimi[sz]ers?"
)
KIND_NOUNS = SURE_KIND_NOUNS + split_words(
    "functions?, models?, networks?, distributions?, matrix, matrices, theorems?, problems?, "
    "process(?:es)?, frameworks?, systems?, layers?, curves?"
)
