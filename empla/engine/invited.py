"""What the gate is told of an invitation that an action answers: taken from the tables, not from what the plan says.

The invitation is the one in the mail that set the acting intention off or, where that is the manager's word about it,
the one named beside. What the standing rules say of it is worked out here, from the rules that are held on the
manager's or the company's word; the plan's own opinion does not count.
"""

from datetime import datetime
from typing import Any

from empla.capabilities.calendar.arguments import Counter, Respond, TakeIn
from empla.capabilities.calendar.invites import Invite, read_invite
from empla.capabilities.standing import Judgement, StandingRule, Word, judged, occasion
from empla.errors import EmplaError
from empla.governance.gate import Invitation
from empla.mind import codec
from empla.mind.beliefs import BeliefBase
from empla.mind.grants import GRANTED, MAIL_KINDS
from empla.mind.intentions import Intention
from empla.mind.readings import Mail
from empla.mind.rules import RULE
from empla.mind.state import Asked
from empla.mind.values import OUTSIDE
from empla.store.store import Store

BESIDE = "invitation"
"""Name of the binding that holds the mail with an invitation, where `mail` is the manager's word about it."""
COUNTER = "COUNTER"


def invitation_of(store: Store, asked: Asked, arguments: Any, beliefs: BeliefBase, at: datetime) -> Invitation | None:
    """Return what the gate is to know of the invitation that an action answers; None if it answers none known here."""
    if not isinstance(arguments, Respond | Counter | TakeIn):
        return None
    profile = {b.arguments[0]: b.arguments[1] for b in beliefs.matching("profile")}
    mail = _mail(store, asked)
    said = mail.invitation if mail is not None else None
    if mail is None or said is None or said.get("ics") != arguments.ics or not {"manager", "zone"} <= profile.keys():
        return None
    try:
        invite = read_invite(arguments.ics, OUTSIDE, zone=profile["zone"], at=at, method=str(said.get("method") or ""))
    except EmplaError:
        return None
    manager: str = profile["manager"].value
    judgement = _judged(invite, beliefs, manager, profile["zone"], at)
    organizer = invite.organizer.value if invite.organizer is not None else ""
    return Invitation(
        organizer=organizer,
        vouched=mail.authenticated is not None and mail.authenticated.value == organizer,
        granted=_granted(beliefs, manager, at) and _came_to(mail, invite, manager),
        wanted=_wanted(arguments),
        answers=judgement.answers,
        rule=judgement.number,
    )


def _mail(store: Store, asked: Asked) -> Mail | None:
    """Return the mail that the acting intention is about, as the mind has recorded it."""
    rows = store.find("intention", {"id": asked.action.partition(".")[0]}, ("body",))
    if not rows:
        return None
    intention: Intention = codec.loads(rows[0].body)
    found = intention.bindings.get(BESIDE) or intention.bindings.get("mail")
    return found if isinstance(found, Mail) else None


def _judged(invite: Invite, beliefs: BeliefBase, manager: str, zone: str, at: datetime) -> Judgement:
    rules: dict[int, StandingRule] = dict(b.arguments for b in beliefs.matching(RULE, at=at))
    if invite.method != "REQUEST":
        return Judgement(word=Word.NONE)
    return judged(rules, occasion(invite), zone, manager.rpartition("@")[2])


def _granted(beliefs: BeliefBase, manager: str, at: datetime) -> bool:
    held = [b.arguments for b in beliefs.matching(GRANTED, at=at)]
    return any(kind in MAIL_KINDS and owner.value == manager for kind, owner in held)


def _came_to(mail: Mail, invite: Invite, manager: str) -> bool:
    """Whether it came to the manager: to their inbox, or to ours with them among the invited."""
    if mail.inbox_of is not None:
        return mail.inbox_of.value == manager
    return invite.attendee(manager) is not None


def _wanted(arguments: Respond | Counter | TakeIn) -> str:
    if isinstance(arguments, Counter):
        return COUNTER
    return "" if arguments.answer in (None, "NEEDS-ACTION") else str(arguments.answer)
