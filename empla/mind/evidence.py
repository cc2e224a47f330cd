"""Evidence: whether what shows that a promise was kept, or cannot be, is there in what an intention has done and seen.

A plan names it (a Message-ID, the UID of an event, the id of a step); this looks for it among the outcomes of that
intention's steps and in the event that set it off, so that no plan closes a promise by its mere word.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from empla.mind.answers import takes_up
from empla.mind.beliefs import BeliefBase
from empla.mind.commitments import BeliefHeld, Commitment, EventStands, Evidence, MailReceived, MailSent, WordGiven
from empla.mind.intentions import Intention, StepRecord
from empla.mind.percepts import Outcome, Status
from empla.mind.readings import Mail
from empla.mind.steps import Ask, Do, Unless


class Witness:
    """What one intention has done and seen, and what is believed."""

    __slots__ = ("_beliefs", "_bindings", "_records")

    def __init__(self, intention: Intention, records: Iterable[StepRecord], beliefs: BeliefBase) -> None:
        self._bindings = intention.bindings
        self._records = list(records)
        self._beliefs = beliefs

    def why_not(self, wants: Evidence | None, evidence: str, at: datetime) -> str:
        """Return why `evidence` does not show what is wanted, empty if it does."""
        if isinstance(wants, BeliefHeld):
            return "" if held(wants, self._beliefs, at) else f"nothing is believed of {wants.functor!r} that shows it"
        if not evidence:
            return "no evidence was named"
        found = any(_shows(value, evidence, wants, done=done) for done, value in self._values())
        step = wants is None and any(r.id == evidence and _done(r) for r in self._records)
        return "" if found or step else f"{evidence!r} is no {_called(wants)} that this intention has done or seen"

    def found(self, wants: Evidence | None, at: datetime) -> str:
        """Return evidence for what is wanted that is there unasked, empty if there is none.

        That is a belief that is held, or the very event that was wanted; a mail might say that it did not work.
        """
        if isinstance(wants, BeliefHeld):
            return wants.functor if held(wants, self._beliefs, at) else ""
        if isinstance(wants, EventStands) and wants.uid:
            return "" if self.why_not(wants, wants.uid, at) else wants.uid
        return ""

    def failure(self) -> str:
        """Return what went wrong last, in words; empty if nothing did. That nobody answered a question counts too."""
        known = self._bindings.get("failure")
        wrong = [known.sentence or known.code] if isinstance(known, Outcome) else []
        for record in self._records:
            if record.outcome is None:
                continue
            if not _done(record):
                wrong.append(record.outcome.sentence or record.outcome.code)
            elif isinstance(record.step, Ask) and record.outcome.value is None:
                wrong.append(f"{record.step.who} has not answered")
        return wrong[-1] if wrong else ""

    def spoke(self, person: str) -> bool:
        """Return whether it was set off by, or was answered in, a mail of a person for which the server vouches."""
        mails = (value for _, value in self._values() if isinstance(value, Mail))
        return any(m.authenticated is not None and m.authenticated.value == person for m in mails)

    def cannot(self, made: Commitment, evidence: str, at: datetime) -> bool:
        """Return whether it shows that a promise is broken: it is late, or something went wrong, or there is proof."""
        late = made.due is not None and at >= made.due
        return late or bool(self.failure()) or not self.why_not(None, evidence, at)

    def _values(self) -> Iterator[tuple[bool, Any]]:
        """Go through all that was learned, part by part, with whether it is the result of an act of its own."""
        for value in _parts(self._bindings):
            yield False, value
        for record in self._records:
            if record.outcome is not None and _done(record):
                act = isinstance(record.step, Do | Unless)
                for value in _parts(record.outcome.value):
                    yield act, value


def held(wants: BeliefHeld, beliefs: BeliefBase, at: datetime) -> bool:
    """Return whether the wanted belief is held at `at`."""
    return bool(beliefs.matching(wants.functor, *wants.arguments, at=at))


def _done(record: StepRecord) -> bool:
    return record.outcome is not None and record.outcome.status is Status.DONE


def _parts(value: Any) -> Iterator[Any]:
    """Go through a value and all that is in it."""
    yield value
    if isinstance(value, Mapping):
        for part in value.values():
            yield from _parts(part)
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _parts(part)
    elif is_dataclass(value) and not isinstance(value, type):
        for f in fields(value):
            yield from _parts(getattr(value, f.name))


def _names(value: Any) -> Iterator[str]:
    """Go through the names by which a value can be named as evidence."""
    for name in (getattr(value, "message_id", ""), getattr(getattr(value, "event", None), "uid", "")):
        if isinstance(name, str) and name:
            yield name


def _shows(value: Any, evidence: str, wants: Evidence | None, *, done: bool) -> bool:
    """Return whether a value is named by `evidence` and is what is wanted; `done`: an act of the intention's own."""
    if wants is None:
        return bool(value == evidence or evidence in _names(value))
    if evidence not in _names(value):
        return False
    thread = getattr(wants, "thread", "")
    if thread and getattr(value, "thread", "") != thread:
        return False
    match wants:
        case MailSent():
            refused = getattr(value, "refused", None) or {}
            return done and wants.to.value in getattr(value, "recipients", ()) and wants.to.value not in refused
        case MailReceived():
            return _vouched(value, wants.of.value)
        case WordGiven():
            return _vouched(value, wants.of.value) and takes_up(value)
        case EventStands():
            return done and hasattr(value, "etag") and (not wants.uid or evidence == wants.uid)
    return False


def _vouched(value: Any, person: str) -> bool:
    return isinstance(value, Mail) and value.authenticated is not None and value.authenticated.value == person


_CALLED = {
    MailSent: "mail sent to the one who was to have it",
    MailReceived: "mail of the one who owes it",
    EventStands: "event that was written",
    WordGiven: "word of the one who was to give it",
}


def _called(wants: Evidence | None) -> str:
    return "outcome" if wants is None else _CALLED[type(wants)]
