"""Detectors: what an employee looks for of its own accord in what it believes. Data only.

Each is a query, or a function over the beliefs of the functors it names, and says what its finding is: an opportunity,
a problem or a risk, how much it weighs (0 to 1), and how it is told. See `empla.mind.noticing_findings` for what comes
of them.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from empla.errors import ValidationError
from empla.mind.logic import Inquiry, Rules, functors_read
from empla.mind.noticing_looks import Eyes

FindingKind = Literal["opportunity", "problem", "risk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spotted:
    """One thing that a detector has found.

    `words` fill the places of its wording. `weight` is that of the detector, unless given. It counts from `since` on,
    which may lie ahead, and no longer than `until`.
    """

    subject: str
    words: Mapping[str, Any] = field(default_factory=dict)
    weight: float | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """One thing to look for.

    `look` is a query: each of its answers is a finding, with the variables `Subject` (what tells it apart), `Weight`
    and `Since` if they are there, and all of them, in small letters, for the wording. Or it is a function that reads
    beliefs of the functors `reads`, and goals if `goals` says so. `says` is the wording: "{title} clashes on {day}".
    With `goal`, a finding that weighs enough is seen to: an aim of this name is pursued, whose plans get `subject`,
    `finding` (its id) and the words.
    """

    name: str
    kind: FindingKind
    says: str
    look: Inquiry | Callable[[Eyes], Iterable[Spotted]]
    weight: float = 0.5
    reads: tuple[str, ...] = ()
    goals: bool = False
    goal: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", self.name):
            raise ValidationError(f"{self.name!r} is no name of a detector: use lower-case letters, digits and dashes")
        if self.kind not in get_args(FindingKind):
            raise ValidationError(f"the detector {self.name!r} finds a {self.kind!r}, which is no kind of finding")
        if not 0 <= self.weight <= 1:
            raise ValidationError(f"the weight of the detector {self.name!r} must be from 0 to 1")
        if not isinstance(self.look, Inquiry) and not self.reads and not self.goals:
            raise ValidationError(f"the detector {self.name!r} must say which beliefs its function reads")

    def functors(self, rules: Rules) -> frozenset[str]:
        """Return the functors whose change can change what is found."""
        read = functors_read(self.look, rules) if isinstance(self.look, Inquiry) else frozenset()
        return read | frozenset(self.reads)

    def found(self, eyes: Eyes) -> list[Spotted]:
        """Return what is found, each subject once, in their order; ValidationError if its query cannot be asked."""
        spotted = map(_of_answer, eyes.ask(self.look)) if isinstance(self.look, Inquiry) else self.look(eyes)
        by_subject: dict[str, Spotted] = {}
        for one in spotted:
            by_subject.setdefault(one.subject, one)
        return [by_subject[subject] for subject in sorted(by_subject)]

    def worded(self, spotted: Spotted) -> str:
        """Return a finding in words; the wording as it is where a word is missing."""
        try:
            return self.says.format_map({"subject": spotted.subject, **spotted.words})
        except (KeyError, IndexError, ValueError, AttributeError):
            return self.says


def _of_answer(answer: Mapping[str, Any]) -> Spotted:
    words = {name.lower(): value for name, value in answer.items()}
    weight, since = answer.get("Weight"), answer.get("Since")
    return Spotted(
        subject=str(answer.get("Subject", "")),
        words=words,
        weight=float(weight) if isinstance(weight, int | float) else None,
        since=since if isinstance(since, datetime) else None,
    )
