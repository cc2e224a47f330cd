"""Preferences in the mind: how people want things done, on whose word, and which one counts. Pure.

    preference           (person, key, scope, Preferred)   on the manager's or the company's word; guarded by the kernel
    own-preference       (person, key, scope, Preferred)   what somebody has asked for about themselves
    observed-preference  (person, key, scope, Preferred)   what somebody does again and again, without having said so
    correction           (person, wrong, Preferred)        a word that is never used again, and the one in its place

`person` is an address, "" for everybody; `scope` limits where it holds, "" is everywhere. An explicit one goes before
an observed one, always and however often that was observed; of two explicit ones the later word counts. What is
observed counts only when it was seen often enough, gains with everything that agrees and loses with everything that
does not.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from empla.mind.beliefs import Belief, BeliefBase
from empla.mind.codec import registered, registered_as

PREFERENCE: Final = "preference"
OWN_PREFERENCE: Final = "own-preference"
OBSERVED_PREFERENCE: Final = "observed-preference"
CORRECTION: Final = "correction"
PREFERENCE_DROPPED: Final = "preference-dropped"
"""Functor of the preferences that were: (number, person, key, scope, Preferred, why)."""

PREFERENCES_COMMAND: Final = "preferences-command"
"""Kind of the percept of a command about preferences; fields `wanted` (Wanted), `drop` (numbers), `by`."""
PREFERENCE_SEEN: Final = "preference-seen"
"""Kind of the percept that somebody did something as they like it; fields `person`, `key`, `scope`, `value`,
`evidence` (ids of episodes)."""

FIRST: Final = 0.5
"""How sure one observation makes: no surer than none."""
STEP: Final = 0.1
"""What each that agrees adds, and each that does not takes away."""
MOST: Final = 0.9
"""No number of observations is as good as a word."""
LEAST: Final = 0.3
"""Below this an observed preference is none any more."""
COUNTS_FROM: Final = 3
"""How many observations have to agree before it counts: two may be a coincidence."""
MOST_EVIDENCE: Final = 10
"""Ids that are kept of what it rests on: the newest."""

CALL: Final = "call"  # by what name somebody is addressed
GREETING: Final = "greeting"  # the word before it: "Dear"
CLOSING: Final = "closing"  # with what words a mail ends
NOT_CLOSING: Final = "not-closing"  # with which it never does
LINES: Final = "lines"  # how many lines a mail to somebody has at most
DIAL_IN: Final = "dial-in"  # what every invitation says of how to dial in
WAY: Final = "way"  # a way of doing that is preferred: a plan's `ways`
NOT_WAY: Final = "not-way"  # one that is not

JUST_BOOK: Final = "just-book"  # take the first time that suits, rather than propose some
PHONE: Final = "phone"
VIDEO: Final = "video"
IN_PERSON: Final = "in-person"
PLACES: Final = {PHONE: "By phone", VIDEO: "By video"}
"""What a calendar says of where a meeting is that is held in such a way."""

OF_ONESELF: Final = frozenset({CALL, GREETING, LINES})
"""What anybody may ask for about themselves, in mails to themselves. The rest is the manager's to say."""
SEVERAL: Final = frozenset({NOT_CLOSING, WAY, NOT_WAY})
"""Keys of which several values hold at once: each is told apart by its scope."""


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Preferred:
    """A value that is preferred, with what it rests on.

    `number` is the one by which people name it, never used twice; 0 for what was observed. `said` are the words, `by`
    who said them (an address). `evidence` are ids of episodes or keys of percepts; `agreed` and `disagreed` count what
    was observed. `name` is what the person is called in full.
    """

    value: str
    number: int = 0
    said: str = ""
    by: str = ""
    basis: str = "explicit"
    confidence: float = 1.0
    evidence: tuple[str, ...] = ()
    agreed: int = 0
    disagreed: int = 0
    name: str = ""
    since: datetime | None = None

    @property
    def counts(self) -> bool:
        """Whether it is to be obeyed: what was merely observed only once it was seen often enough."""
        return self.basis == "explicit" or (self.agreed >= COUNTS_FROM and self.confidence > FIRST)


@registered_as("WantedPreference")  # a role's own type is kept as "Wanted"
@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A preference as it was read out of somebody's words, before it is known whom `person` means.

    `person` is "me" for the writer, "" for everybody, an address, or words such as "him", "Robert" or "Dr. Meier".
    `wrong` is what is corrected by it.
    """

    key: str
    value: str
    person: str = ""
    scope: str = ""
    wrong: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One preference as it is held: by which functor, of whom, what about."""

    functor: str
    person: str
    key: str
    scope: str
    preferred: Preferred


# which one counts ----------------------------------------------------------------------------------------------------


def preferred(beliefs: BeliefBase, person: str, key: str, scope: str = "") -> Preferred | None:
    """Return what counts for a person: their own or the manager's explicit word, then everybody's, then observation."""
    for whom in dict.fromkeys((person, "")):
        said = [*_of(beliefs, PREFERENCE, whom, key, scope)]
        if whom and key in OF_ONESELF:
            said += _of(beliefs, OWN_PREFERENCE, whom, key, scope)
        if said:
            return max(said, key=_later)
    for whom in dict.fromkeys((person, "")):
        seen = [p for p in _of(beliefs, OBSERVED_PREFERENCE, whom, key, scope) if p.counts]
        if seen:
            return max(seen, key=lambda p: (p.confidence, p.value))
    return None


def _of(beliefs: BeliefBase, functor: str, person: str, key: str, scope: str) -> Iterator[Preferred]:
    for belief in beliefs.matching(functor, person, key):
        if belief.arguments[2] in (scope, ""):
            yield belief.arguments[3]


def _later(one: Preferred) -> tuple[str, int]:
    return (one.since.isoformat() if one.since is not None else "", one.number)


def leaning(beliefs: BeliefBase, ways: Iterable[str]) -> int:
    """Return how ways of doing are liked: 1 if one of them is preferred, -1 if one is not wanted, else 0."""
    for way in ways:
        if beliefs.matching(PREFERENCE, "", NOT_WAY, way):
            return -1
    return 1 if any(beliefs.matching(PREFERENCE, "", WAY, way) for way in ways) else 0


def corrections(beliefs: BeliefBase, person: str = "") -> dict[str, str]:
    """Return words that are not to be used in mails to somebody, with those in their place; the latest word counts."""
    held = [b for whom in dict.fromkeys(("", person)) for b in beliefs.matching(CORRECTION, whom)]
    held.sort(key=lambda b: _later(b.arguments[2]))
    return {b.arguments[1]: b.arguments[2].value for b in held}


def holds(belief: Belief) -> Held:
    """Return a belief of one of these functors as the preference that it is."""
    if belief.functor == CORRECTION:
        person, wrong, value = belief.arguments
        return Held(functor=belief.functor, person=person, key=CORRECTION, scope=wrong, preferred=value)
    person, key, scope, value = belief.arguments
    return Held(functor=belief.functor, person=person, key=key, scope=scope, preferred=value)


# what is observed ----------------------------------------------------------------------------------------------------


def observed(known: Preferred | None, value: str, evidence: Iterable[str], at: datetime) -> Preferred | None:
    """Return what is held after one more observation; None if nothing is held any more.

    Evidence that is known counts once: the same observation told twice changes nothing.
    """
    new = tuple(one for one in evidence if known is None or one not in known.evidence)
    if known is None:
        return Preferred(value=value, basis="observed", confidence=FIRST, evidence=new, agreed=1, since=at)
    if not new:
        return known
    kept = (*known.evidence, *new)[-MOST_EVIDENCE:]
    if value == known.value:
        surer = round(min(MOST, known.confidence + STEP), 2)
        return replace(known, confidence=surer, evidence=kept, agreed=known.agreed + 1)
    less = round(known.confidence - STEP, 2)
    if less < LEAST:
        return Preferred(value=value, basis="observed", confidence=FIRST, evidence=new, agreed=1, since=at)
    return replace(known, confidence=less, evidence=kept, disagreed=known.disagreed + 1)


# as the writer of mails sees them ------------------------------------------------------------------------------------


class Wishes:
    """What counts by now, as values, for whatever renders a mail or an invitation."""

    def __init__(self, beliefs: BeliefBase) -> None:
        self._beliefs = beliefs

    def preferred(self, person: str, key: str) -> str:
        """Return the value that counts for a person, "" if there is none."""
        found = preferred(self._beliefs, person, key)
        return found.value if found is not None else ""

    def corrections(self, person: str) -> dict[str, str]:
        """Return the words that are not used any more in mails to somebody, with those in their place."""
        return corrections(self._beliefs, person)

    def unwanted_closings(self) -> tuple[str, ...]:
        """Return the words with which no mail ends."""
        return tuple(b.arguments[3].value for b in self._beliefs.matching(PREFERENCE, "", NOT_CLOSING))

    def ways(self) -> tuple[str, ...]:
        """Return the ways of doing that are preferred, the latest word first."""
        held = sorted(self._beliefs.matching(PREFERENCE, "", WAY), key=lambda b: _later(b.arguments[3]), reverse=True)
        return tuple(b.arguments[2] for b in held)
