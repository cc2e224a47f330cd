"""Forgetting on a person's word: beliefs are held no longer, and what is given up for it is given up (law 6).

The shell knows which beliefs have the words that are to be forgotten, and tells their ids, so that neither the percept
nor what follows from it has a word of them. What rested on them alone goes too, as always.
"""

from empla.mind.ending import drop
from empla.mind.percepts import Percept
from empla.mind.revising import forget
from empla.mind.thinking import Thinking

WHY = "it was to be forgotten"


def let_go(t: Thinking, event: Percept) -> None:
    """Hold beliefs no longer, and give intentions up."""
    for name in event.fields["intentions"]:
        intention = t.draft.intention(name)
        if intention is not None:
            drop(t, intention, "forgotten", WHY)
    meant = frozenset(event.fields["beliefs"])
    for belief in [held for held in t.draft.beliefs if held.id in meant]:
        t.raise_all(forget(t.draft, belief, WHY, t.library.kinds, t.listens, event.origin))
