"""How the assistant words what it has done and how far that got. Pure; never more than the evidence shows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from empla.capabilities.introspection import Act, Undertaking
from empla.mind.commitments import Commitment, Standing
from employees.executive_assistant import wanted, words

_DID = {
    "email.send": "wrote to {to}: “{about}”",
    "calendar.invite": "invited {to}: “{about}”",
    "calendar.book": "entered “{about}” in the calendar of {to}",
    "calendar.cancel": "took “{about}” out of the calendar of {to}",
    "calendar.update": "changed “{about}” in the calendar of {to}",
    "calendar.send_cancel": "told {to} that “{about}” is called off",
    "calendar.send_update": "told {to} of a change of “{about}”",
    "calendar.reply": "answered the invitation “{about}” of {to}",
}
"""What an operation did, as a person would say it; others are not worth a line."""
_HOW_FAR = {
    "awaiting_approval": "waits for your yes",
    "deferred": "waits for its hour",
    "ready": "on its way",
    "claimed": "on its way",
    "on_wire": "on its way",
    "unknown": "I do not know whether it arrived",
    "cancelled": "called off before it was sent",
}
OPEN_STATES = frozenset({"awaiting_approval", "deferred", "ready", "claimed", "on_wire", "unknown"})
MOST_LINES = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of the past, and how it is called."""

    since: datetime
    until: datetime
    said: str


def stretch(said: str, now: datetime, zone: str) -> Stretch:
    """Return the stretch of the past that words mean; today where they are not clear."""
    plain = said.lower()
    midnight = now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    day = timedelta(days=1)
    soon = now + day
    if "yesterday" in plain:
        return Stretch(since=midnight - day, until=midnight, said="yesterday")
    if "week" in plain:
        monday = midnight - midnight.weekday() * day
        if "last" in plain:
            return Stretch(since=monday - 7 * day, until=monday, said="last week")
        return Stretch(since=monday, until=soon, said="this week")
    if "month" in plain:
        return Stretch(since=midnight.replace(day=1), until=soon, said="this month")
    if any(word in plain for word in ("lately", "recently", "last", "since")):
        return Stretch(since=midnight - 7 * day, until=soon, said="in the last seven days")
    return Stretch(since=midnight, until=soon, said="today")


def how_far(act: Act) -> str:
    """Return how far an act got: "sent", "could not be sent (550 no such user)", "I do not know ..."."""
    if act.state == "done":
        return "sent" if act.operation in ("email.send", "calendar.invite", "calendar.send_cancel") else "done"
    why = f" ({act.why.rstrip('. ')})" if act.why else ""
    if act.state == "failed":
        return f"that failed{why}"
    if act.state == "refused":
        return f"not done{why}"
    return _HOW_FAR.get(act.state, act.state)


def line(act: Act, names: Mapping[str, str], zone: str) -> str:
    """Return one act in a line, empty if it is not worth one."""
    did = _DID.get(act.operation)
    if did is None:
        return ""
    to = words.listed(names.get(address, address) for address in act.to)
    local = act.asked_at.astimezone(ZoneInfo(zone))
    when = f"{words.DAYS[local.weekday()]} {local.day} {words.MONTHS[local.month - 1]}, {words.clock(local)}"
    return f"{when}: {did.format(to=to, about=words.sentence(act.about, 80))} ({how_far(act)})"


def lines(acts: Iterable[Act], names: Mapping[str, str], zone: str) -> str:
    """Return acts as a list, the newest of many."""
    said = [text for act in acts if (text := line(act, names, zone))]
    more = [f"  … and {len(said) - MOST_LINES} before"] if len(said) > MOST_LINES else []
    return "\n".join([*more, *(f"  - {text}" for text in said[-MOST_LINES:])])


def question(undertaking: Undertaking) -> str:
    """Name a question that waits for an answer: by the mail that asked, else by what the answer is wanted for."""
    return f"my mail “{words.sentence(undertaking.asked, 80)}”" if undertaking.asked else undertaking.goal


def asked(undertaking: Undertaking, zone: str) -> str:
    """Name a question that waits for an answer, and since when it does."""
    return f"{question(undertaking)}, since {words.moment(undertaking.since, zone)}"


def expected(made: Commitment, name: str, acts: Sequence[Act], zone: str) -> str:
    """Return how far something has got that somebody was asked for: what was sent, what is known, what is not."""
    asking = f"I asked {name} {wanted.asked(made.content)} on {words.moment(made.made_at, zone)}"
    due = f", due {words.moment(made.due, zone)}" if made.due is not None else ""
    mails = [act for act in acts if act.thread and act.thread == made.thread]
    sent = sum(act.state == "done" for act in mails)
    unsure = [how_far(act) for act in mails if act.state not in ("done", "cancelled")]
    again = f" I have written {sent} mails about it." if sent > 1 else ""
    doubt = f" Of one mail: {words.listed(dict.fromkeys(unsure))}." if unsure else ""
    if made.standing is Standing.OPEN:
        return f"{asking}{due} ({zone}).{again}{doubt} There is no answer yet."
    ends = {Standing.KEPT: "It", Standing.BROKEN: "It is not here:", Standing.RELEASED: "It is over:"}
    return f"{asking}{due} ({zone}).{again}{doubt} {ends[made.standing]} {made.ended}."
