"""Every number of consolidation, each with its reason.

What an observed preference is worth stands in `empla.mind.preferences`, for the mind weighs it.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from empla.memory.model import EpisodeKind, Importance

# when ----------------------------------------------------------------------------------------------------------------

NIGHT_AT: Final = 2
"""The local hour from which a night's work is due: after the last who work late, before the first mails."""
IDLE_EVERY: Final = timedelta(hours=1)
"""How often new episodes are read besides, while nothing else is to do: what was told in the morning is known at
noon."""
BLOCK: Final = 40
"""Rows that one piece looks at: a few milliseconds of work, so that a mail that comes meanwhile does not wait."""

# summaries -----------------------------------------------------------------------------------------------------------

QUIET: Final = timedelta(days=1)
"""A thread in which nobody wrote for a day is over, until somebody writes again."""
LEAST_TURNS: Final = 3
"""Of two turns a summary would be as long as they are."""
MOST_TURNS: Final = 60
"""Of a longer thread the newest turns are summarised: a piece has to stay small."""
SUMMARY_SENTENCES: Final = 6
"""About a hundred words: a fourteenth of the recall's default budget."""
LONGEST_SENTENCE: Final = 240
"""Characters of one sentence of a summary; a longer one is cut."""
MOST_WAITING: Final = 500
"""Threads that are not quiet yet, and kept in mind until they are; of more, reading stops until some are."""

# facts ---------------------------------------------------------------------------------------------------------------

SURE: Final = 0.9
"""What somebody says of themselves in as many words: an own signature, "my new number is"."""
LIKELY: Final = 0.8
"""What somebody says of another person or of a company: they may be mistaken."""
INFERRED: Final = 0.6
"""What follows from who writes to whom about what."""
WORKS_WITH_STEPS: Final = (3, 10, 30, 100)
"""At these counts of mails between two people the strength of their relation is put down anew: fewer may be chance."""

# merging -------------------------------------------------------------------------------------------------------------

SHINGLE: Final = 3
"""Words of one shingle (Broder 1997): two words are shared by texts that differ, five miss a changed word."""
SAME_FROM: Final = 0.9
"""The share of shingles (Jaccard) from which two texts say the same: a changed greeting passes, a changed date does
not, because texts whose numbers differ are never the same."""
MERGE_WITHIN: Final = 100
"""How many earlier memories of the same author and kind one is compared with."""

# fading --------------------------------------------------------------------------------------------------------------

HALF_LIVES: Final[Mapping[Importance, timedelta]] = {
    Importance.LOW: timedelta(days=60),
    Importance.MEDIUM: timedelta(days=365),
    Importance.HIGH: timedelta(days=3 * 365),
}
"""In which time the strength of an episode that nobody uses halves. CRITICAL ones do not fade. With the floor below, a
newsletter is recalled for nine months, an ordinary mail for four years, an important one for thirteen."""
FACT_HALF_LIFE: Final = timedelta(days=2 * 365)
"""The same of what consolidation has read out of episodes: jobs last some four years."""
SHORT_LIVED: Final[Mapping[str, timedelta]] = {
    "price": timedelta(days=365),
    "status": timedelta(days=90),
    "deadline": timedelta(days=180),
    "budget": timedelta(days=365),
    "interested_in": timedelta(days=365),
    "wrote_about": timedelta(days=365),
}
"""Predicates of which a statement is soon out of date."""
PER_USE: Final = 0.2
"""By how much of itself each use makes a half-life longer."""
USES_COUNTED: Final = 10
"""Uses that make it longer: at most to three times itself."""
FLOOR: Final = 0.05
"""Below this strength a memory fades: something over four half-lives without any use."""
NEVER_FADE: Final = frozenset({EpisodeKind.TOLD, EpisodeKind.PASSAGE, EpisodeKind.TASK, EpisodeKind.QUESTION})
"""Kinds that stay: what people told it to remember, documents, tasks, and what was asked of people."""
PERMANENT: Final = frozenset(
    {"birthday", "same_as", "different_from", "mail_domain", "domain", "married_to", "phone", "language"}
)
"""Predicates of facts that stay: they say who somebody is and how they are reached."""

# keeping in bounds ---------------------------------------------------------------------------------------------------

MOST_KEPT: Final[Mapping[EpisodeKind, int]] = {
    EpisodeKind.MAIL: 1_000_000,
    EpisodeKind.SENT: 1_000_000,
    EpisodeKind.DECISION: 500_000,
    EpisodeKind.EVENT: 200_000,
    EpisodeKind.SUMMARY: 200_000,
}
"""How many episodes of a kind are recalled: what recall is measured for. What is more fades, oldest first, and the
manager is told."""
