"""What kind of mail a mail is, how soon it should be looked at, and why. Pure.

    found = triage(mail, facts)     # mail: as `email.read` returned it; facts: what the employee knows besides

Whoever wrote the mail can word it as they like, so nothing is believed of what it says about itself: a display name or
a subject can make a mail more suspicious, never less, and who is known is told by the directory and by the receiving
server alone. What the manager has said of mails like it (`Correction`) counts before all rules but those of suspicion,
which only the manager's word about such mails lowers, and only for the signs that those mails had.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from empla.capabilities.email.domains import domain_of
from empla.capabilities.email.suspicion import ENOUGH, Known, Sign, signs
from empla.capabilities.email.weighing import MailKind, Readers, Weight, weighed
from empla.mind.codec import registered
from empla.mind.readings import Mail

__all__ = ["NEEDED", "Correction", "Facts", "MailKind", "Says", "Triage", "about", "triage"]

NEEDED = frozenset({MailKind.MANAGER, MailKind.ANSWER})
"""Kinds that somebody has to do something about."""
_QUIET = frozenset({MailKind.NEWSLETTER, MailKind.AUTOMATIC, MailKind.SUSPICIOUS})


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Triage:
    """Kind and priority of a mail (1 is to be looked at first, 5 last), and the reason in words.

    `signs` are the codes of the signs of harm in it, `about` the keys by which what is learned of it is kept, narrowest
    first; `name` is how its sender calls itself.
    """

    kind: MailKind
    priority: int
    reason: str
    signs: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    name: str = ""

    @property
    def worth_telling(self) -> bool:
        """Whether the manager should hear of it by itself, not only in a count."""
        return self.kind not in _QUIET and self.priority < 5


class Says(StrEnum):
    """What the manager has said of mails."""

    IMPORTANT = "important"
    UNIMPORTANT = "unimportant"
    FINE = "fine"  # they mean no harm
    SPAM = "spam"  # they do, or are not wanted at all


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What was learned of mails: about which, what, from which words, and whether it was said or only seen.

    `about` is "address:x@y", "domain:y", "list:id" or "subject:words"; `forgives` are the signs of harm that mails like
    it may have.
    """

    about: str
    says: Says
    at: datetime
    words: str = ""
    explicit: bool = True
    forgives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known besides the mail. Addresses in lower case.

    `known` says that the sender, vouched for by the server, has written before; `spoken` that the thread is one in
    which the employee has written; `resembled` are domains of known correspondents that the sender's resembles;
    `corrections` are those that may apply.
    """

    own: str
    manager: str
    manager_name: str = ""
    known: bool = False
    spoken: bool = False
    resembled: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()


def about(mail: Mail) -> tuple[str, ...]:
    """Return the keys under which what is learned of a mail is kept: by sender, by list, by domain."""
    sender = mail.sender.value if mail.sender is not None else ""
    listed = (f"list:{mail.marks.list_id}",) if mail.marks.list_id else ()
    return (f"address:{sender}", *listed, f"domain:{domain_of(sender)}") if sender else listed


def triage(mail: Mail, facts: Facts) -> Triage:
    """Return kind and priority of a mail with the reason."""
    trusted = mail.authenticated is not None and (mail.marks.colleague or facts.known)
    known = Known(
        domain=domain_of(facts.own),
        manager=facts.manager,
        manager_name=facts.manager_name,
        trusted=trusted,
        resembled=facts.resembled,
    )
    found = signs(mail, known)
    said = _said(mail, facts.corrections)
    doubtful = _doubtful(found, said)
    keys, codes = about(mail), tuple(sign.code for sign in found)
    if doubtful:
        return Triage(
            kind=MailKind.SUSPICIOUS, priority=3, reason=doubtful, signs=codes, about=keys, name=mail.marks.name
        )
    readers = Readers(
        own=facts.own,
        manager=facts.manager,
        manager_name=facts.manager_name,
        trusted=trusted,
        spoken=facts.spoken,
    )
    weight = _corrected(weighed(mail, readers), said)
    return Triage(
        kind=weight.kind, priority=weight.priority, reason=weight.reason, signs=codes, about=keys, name=mail.marks.name
    )


# what was said of mails like it ---------------------------------------------------------------------------------------

_WEIGHT = frozenset({Says.IMPORTANT, Says.UNIMPORTANT})
_NARROW = ("address", "list", "domain", "subject")


def _said(mail: Mail, corrections: Sequence[Correction]) -> dict[bool, Correction]:
    """Return what holds of the mail's weight (True) and of its harm (False).

    What was said beats what was only seen, then the narrower the later.
    """
    keys = set(about(mail))
    ranked = sorted(
        (c for c in corrections if c.about in keys or _in_subject(c.about, mail)),
        key=lambda c: (c.explicit, -_NARROW.index(c.about.partition(":")[0]), c.at),
    )
    return {correction.says in _WEIGHT: correction for correction in ranked}


def _in_subject(about: str, mail: Mail) -> bool:
    kind, _, words = about.partition(":")
    return kind == "subject" and bool(re.search(rf"(?<!\w){re.escape(words)}(?!\w)", mail.subject, re.IGNORECASE))


def _doubtful(found: Sequence[Sign], said: dict[bool, Correction]) -> str:
    """Return why a mail is suspicious, empty if it is not."""
    trust = said.get(False)
    if trust is not None and trust.says is Says.SPAM:
        return "you said so of such mails"
    forgiven = {code for correction in said.values() for code in correction.forgives}
    left = [sign for sign in found if sign.code not in forgiven]
    if sum(sign.weight for sign in left) < ENOUGH:
        return ""
    return "; ".join(sign.says for sign in left)[:400]


def _corrected(weight: Weight, said: dict[bool, Correction]) -> Weight:
    word = said.get(True)
    if word is None:
        return weight
    why = "you said so of such mails" if word.explicit else "you took up such mails before"
    if word.says is Says.UNIMPORTANT:
        return Weight(MailKind.INFORMATION if weight.kind in NEEDED else weight.kind, 5, why)
    raised = MailKind.INFORMATION if weight.kind is MailKind.NEWSLETTER else MailKind.MANAGER
    kind = weight.kind if weight.kind in NEEDED else raised
    return Weight(kind, 1 if word.explicit else min(weight.priority, 2), why)
