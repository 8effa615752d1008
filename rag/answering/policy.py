"""Gather the numbers that decide how much is quoted, each with what it decides.

They were set by hand on the questions in data/eval. A unit is a sentence, a list item or a table
row; a unit that says something is what Selection.count counts. Margins, bonuses and penalties are
differences of scores. Lengths are in characters of the note.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QuotePolicy:
    """How much of the notes an answer quotes."""

    # --- Which passage an answer begins with ---

    # A passage is considered if it scores at most this below the best one.
    passage_margin: float = 0.1
    # A passage gains up to this if its heading asks the question; it is then considered even if it
    # scores this much below the best one.
    heading_bonus: float = 0.2
    # A passage gains this for each sign that it has what is asked for, such as a list or formula.
    fitting_bonus: float = 0.06
    # A passage loses this share of the difference between its best sentence and its best unit that
    # can be quoted. The sentence then only points elsewhere.
    unquotable_penalty: float = 0.3
    # A passage in the wanted language comes before a better one in another language only if it
    # names at least this share of the question's topic.
    language_coverage: float = 0.6

    # --- Which units of that passage are quoted ---

    # Code scores this much less: its comments may repeat the question, the text around it answers.
    code_penalty: float = 0.1
    # A unit with the formula or list that is asked for is preferred to the best unit if it scores
    # at most this below it.
    preferred_margin: float = 0.15
    # A unit is added if it scores at most this below the unit that the answer begins with.
    unit_margin: float = 0.12
    # The same margin while no more than one unit that says something is selected.
    second_unit_margin: float = 0.2
    # A unit gains this when it is right beside a selected one in the same block.
    adjacency_bonus: float = 0.03
    # Units are added to a selection up to this many units that say something.
    most_units: int = 6
    # Filling gaps, or adding a whole list of reasons, may bring a selection up to this many units
    # that say something.
    most_units_filled: int = 8
    # A gap of at most this many units between selected ones is filled.
    gap_units: int = 4
    # A gap is filled if it has at most this many characters.
    gap_characters: int = 600
    # A selection is incomplete with fewer units than this that say something.
    complete_units: int = 4
    # A selection is incomplete with no more characters than this.
    complete_characters: int = 250

    # --- How far one unit is expanded ---

    # A list or table that is asked for is quoted whole if it has at most this many units; the limit
    # holds for what a sentence announces, and for parts under bold lines, too.
    whole_list_units: int = 14
    # A list or table that is asked for is quoted whole if it has at most this many characters.
    whole_list_characters: int = 2000
    # Both limits are multiplied by this where the heading names all that is asked about.
    named_list_factor: int = 3
    # A list or table of which one item or row answers is quoted whole up to this many of them.
    short_list_units: int = 5
    # Such a list or table, or the formula after a sentence, has at most this many characters.
    short_list_characters: int = 700
    # A list of which half is selected is completed if it has at most this many items.
    completed_list_units: int = 10
    # A list of which half is selected is completed if it has at most this many characters.
    completed_list_characters: int = 1500
    # A list or table is about the topic if most of it scores at most this below the best unit.
    topic_margin: float = 0.1
    # Items or rows that score at most this below the one that answers are quoted with it.
    sibling_margin: float = 0.02
    # At most this many rows are cut out of a long table.
    cut_rows: int = 2
    # A paragraph of at most this many sentences introduces a list or formula as a whole.
    introduction_sentences: int = 3
    # Code of at most this many characters is quoted with the sentence right before it.
    snippet_characters: int = 200

    # --- What is added from further passages ---

    # An answer quotes from at most this many passages.
    most_passages: int = 3
    # Together they have at most this many units that say something.
    most_units_together: int = 7
    # A further passage is added if it scores at most this below the first.
    further_passage_margin: float = 0.04
    # Two selections say the same if they share at least this part of the shorter one's terms.
    same_content_share: float = 0.6
    # A passage whose heading asks the question needs no further ones from this many units on that
    # say something.
    headed_complete_units: int = 2


POLICY = QuotePolicy()
