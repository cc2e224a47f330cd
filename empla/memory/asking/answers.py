"""An answer: statements, what each of them rests on, and whether it is known at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from empla.mind.codec import registered, registered_as


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """Something that an answer rests on, as whoever reads the answer can check it.

    `id` is "e12" or "f7". `kind` is that of an episode, or "fact". `who` wrote or said it, by name where one is known;
    `subject` is its heading. `place` is the file of a passage. A fact has its `predicate`, and in `rests_on` the ids of
    what it rests on that is cited as well.
    """

    id: str
    kind: str
    at: datetime | None = None
    who: str = ""
    subject: str = ""
    text: str = ""
    place: str = ""
    predicate: str = ""
    rests_on: tuple[str, ...] = ()


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One statement of an answer and the ids that it cites. `under` is the heading under which it stands, if any."""

    text: str
    cites: tuple[str, ...] = ()
    under: str = ""


@registered_as("AnswerOfMemory")
@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What memory answers to a question.

    `known` says whether it is an answer; where it is not, `said` says so, and `nearest` is what comes nearest. `fact`
    is the id of the one fact that was asked for, "" if it is none or several: a correction means that one. How sure
    recall was stands in `answerable`; `scores` and `left_out` are for who asks why.
    """

    question: str
    kind: str
    known: bool
    said: tuple[Said, ...]
    nearest: tuple[Said, ...] = ()
    cited: tuple[Cited, ...] = ()
    fact: str = ""
    answerable: float = 0.0
    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def cites(self) -> tuple[str, ...]:
        """The ids that the answer itself cites, in order."""
        return tuple(dict.fromkeys(cite for one in self.said for cite in one.cites))
