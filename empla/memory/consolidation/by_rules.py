"""The default reader of episodes: rules, no model."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from empla.memory.consolidation import patterns, signatures
from empla.memory.consolidation.claims import Claim, Named, Turn
from empla.memory.consolidation.rates import INFERRED
from empla.memory.model import EpisodeKind

_SAYS: Final = frozenset({EpisodeKind.MAIL, EpisodeKind.TOLD})
"""Kinds of which the words are somebody's: the employee's own mails repeat what it knows."""
_PREFIX = re.compile(
    r"^(?:(?:re|fwd?|aw|wg|sv|antw|tr|invitation|accepted|declined|updated)\s*(?:\[\d+\])?\s*:\s*)+", re.I
)
_NO_TOPIC = re.compile(
    r"(?:hi|hello|hey|question|a question|quick question|thanks|thank you|meeting|call|update|news|info|information|test"  # noqa: E501
    r"|today|tomorrow|lunch|coffee|your (?:mail|message|request)|urgent|important|fyi|none|untitled|no subject)?",
    re.IGNORECASE,
)
_LONGEST_TOPIC = 60
_SINGLE: Final = frozenset({"title", "phone", "works_for", "lives_in", "birthday", "reports_to"})
"""Predicates of which one mail says one thing of each subject: what stands in the text goes before its signature."""


class ByRules:
    """Reads signatures, plain statements, and who writes to whom about what."""

    def extract(self, turn: Turn) -> Sequence[Claim]:
        """Return what an episode says."""
        if turn.kind not in _SAYS:
            return ()
        found: list[Claim] = []
        said: set[tuple[str, str]] = set()
        for claim in (*patterns.claims(turn), *signatures.claims(turn), *_topic(turn)):
            place = (claim.subject.address or claim.subject.words, claim.predicate)
            if claim.predicate not in _SINGLE or claim.ends or place not in said:
                found.append(claim)
                said.add(place)
        return tuple(found)


def _topic(turn: Turn) -> Iterator[Claim]:
    """Yield what the author has written about: what the subject line names."""
    topic = " ".join(_PREFIX.sub("", turn.subject.strip()).split()).strip(" .!?")
    if turn.kind is not EpisodeKind.MAIL or not turn.author or "?" in turn.subject:
        return
    if _NO_TOPIC.fullmatch(topic) or len(topic) > _LONGEST_TOPIC or not re.search(r"[^\W\d_]{3}", topic):
        return
    about = Named(words=topic, kind="topic")
    author = Named(words=turn.author, address=turn.author)
    yield Claim(subject=author, predicate="wrote_about", object=about, words=turn.subject, confidence=INFERRED)
