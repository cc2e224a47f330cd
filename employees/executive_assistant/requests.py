"""What somebody else asks of the manager, as far as their mail says it; and the manager's word on it. Pure."""

import re
from dataclasses import dataclass, replace

from empla.capabilities.email.reading.times.model import Window
from empla.mind.readings import Mail
from empla.mind.values import Address
from employees.executive_assistant import words
from employees.executive_assistant.guests import Guest
from employees.executive_assistant.knowing import intent, told
from employees.executive_assistant.wishes import Wish

QUOTED = 240
"""Characters of somebody's own words that the manager is shown."""
_NOUN = re.compile(
    r"\b(?:call|meeting|appointment|chat|coffee|lunch|demo|slot|conversation|catch[- ]?up|introduction)\b",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"\b(?:would|could|can|may|might|like|love|want|wish|hope|possible|available|suggest|propose|request)\b",
    re.IGNORECASE,
)
_OFF = re.compile(
    r"\b(?:cancel|no longer|reschedule|postpone|minutes of|thank you for (?:the|our) (?:meeting|call))\b", re.IGNORECASE
)
_NO_NAMES = frozenset({"hello", "hi", "dear", "you", "your", "manager", "boss", "director", "ms", "mr", "mrs", "dr"})


def asks_to_meet(mail: Mail, manager: str, address: str) -> bool:
    """Return whether a mail of somebody else asks for a meeting with the manager, whose name and address are given.

    A request that names others and not the manager is an order, not a wish to meet the manager.
    """
    if mail.automatic or mail.invitation is not None or _OFF.search(mail.text[:2000]):
        return False
    if not _concerns(mail, manager, address):
        return False
    if intent(mail) in ("schedule", "free"):
        return True
    plain = intent(mail) in ("other-request", "unknown", "answer", "several", "change", "errand")
    said = words.said(mail, 2000)
    return plain and bool(_NOUN.search(said) and _WISH.search(said))


def _concerns(mail: Mail, manager: str, address: str) -> bool:
    names = {part.lower() for part in manager.split()} | _NO_NAMES | {address}
    slot = mail.reading.slots.get("people") if mail.reading is not None else None
    if slot is None or slot.start < 0:  # a name in the subject alone is the writer's greeting as often as not
        return True
    named = [
        {w.lower() for w in who.words.split()} | ({who.address.value} if who.address else set()) for who in slot.value
    ]
    return not named or any(one & names for one in named)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One request: who asks, in which mail, for what. `mail` is the latest of theirs, the one to answer.

    `forwarded_in` is the manager's mail that brought theirs, as long as the manager has no answer to it.
    """

    who: Guest
    mail: Mail
    colleague: bool
    minutes: int | None = None
    window: Window | None = None
    topic: str = ""
    place: str = ""
    forwarded_in: Mail | None = None

    @property
    def vouched(self) -> bool:
        """Whether the mail server vouches for who asks."""
        return self.mail.authenticated is not None

    def later(self, mail: Mail) -> "Case":
        """Return the case with what they wrote later."""
        return replace(
            self,
            mail=mail,
            minutes=told(mail, "minutes") or self.minutes,
            window=told(mail, "window") or self.window,
            topic=self.topic or told(mail, "topic") or "",
            place=told(mail, "place") or self.place,
            forwarded_in=None,
        )

    def wish(self, *, options: bool) -> Wish:
        """Return the meeting to look for; who is not in the directory is invited later, on the manager's word."""
        return Wish(
            mail=self.mail,
            guests=(self.who,) if self.colleague else (),
            minutes=self.minutes,
            window=self.window,
            topic=self.topic,
            place=self.place,
            asks_when=options,
        )


def case_of(mail: Mail, who: Guest, *, colleague: bool) -> Case:
    """Return what a first mail asks for."""
    return Case(
        who=who,
        mail=mail,
        colleague=colleague,
        minutes=told(mail, "minutes"),
        window=told(mail, "window"),
        topic=told(mail, "topic") or "",
        place=told(mail, "place") or "",
    )


def wanted(case: Case) -> str:
    """Return in words of our own what is wanted: "half an hour on Tuesday, 8 September 2026, about “the offer”"."""
    kind = "a meeting" if case.minutes is None else words.length(case.minutes)
    when = f" {words.when(case.window)}" if case.window is not None and words.when(case.window) else ""
    about = f", about “{words.sentence(_unquoted(case.topic), 80)}”" if case.topic else ""
    return f"{kind}{when}{about}"


def quoted(case: Case) -> str:
    """Return their own words, short, with nothing in them that could end the quotation."""
    return f"“{_unquoted(words.said(case.mail, QUOTED, whole=True))}”"


def _unquoted(text: str) -> str:
    return text.translate({ord(mark): "'" for mark in '“”„«»"'})


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """The manager's word on a request: "yes", "no", "back" (ask them something first), or "" if it is unclear."""

    says: str
    back: str = ""
    minutes: int | None = None
    window: Window | None = None
    place: str = ""
    ordinals: tuple[int, ...] = ()

    @property
    def plain(self) -> bool:
        """Whether it is a yes to what was put, as it was put."""
        return self.says == "yes" and self.window is None


def word_of(said: Mail) -> Word:
    """Return what the manager's answer says."""
    if back := told(said, "back"):
        return Word(says="back", back=back)
    if intent(said) in ("no", "cancel"):
        return Word(says="no")
    window: Window | None = told(said, "window") or told(said, "to")
    given = (told(said, "minutes"), window, told(said, "place"), told(said, "ordinals"))
    takes = intent(said) == "yes" or (intent(said) in ("answer", "choose", "schedule", "change", "move") and any(given))
    if not takes or (told(said, "none") and window is None):
        return Word(says="")
    return Word(
        says="yes",
        minutes=told(said, "minutes"),
        window=window,
        place=told(said, "place") or "",
        ordinals=told(said, "ordinals") or (),
    )


def refuses(mail: Mail) -> bool:
    """Return whether somebody who was offered times wants none any more."""
    return intent(mail) in ("no", "cancel")


def address_of(mail: Mail) -> Address | None:
    """Return who wrote: the identity that is vouched for, else what the header says."""
    return mail.authenticated or mail.sender
