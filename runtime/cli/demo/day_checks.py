"""What must be true after the rest of the working day."""

from collections.abc import Iterator
from datetime import time, timedelta

from runtime.cli.demo.check import Check
from runtime.cli.demo.playing import Played
from runtime.cli.demo.seen import Seen, offered, span, times
from runtime.cli.demo.working_day import (
    DUE,
    FILE,
    FILE_NAME,
    PROPOSED,
    brings_list,
    is_about_stranger,
    is_brief,
    is_counter,
    is_offer,
    is_question,
    is_reminder,
)
from runtime.client import Letter

_HOURS = (time(9), time(17))
"""The working hours that everybody in the demo has."""


def day_checks(seen: Seen, played: Played) -> Iterator[Check]:
    """Return the checks of the day."""
    yield from _other_time(seen, played)
    yield from _rule(seen)
    yield from _stranger(seen)
    yield from _errand(seen)
    yield from _brief(seen)


def _other_time(seen: Seen, played: Played) -> Iterator[Check]:
    sam = seen.people["Sam Ortega"]
    asked = [m for m in seen.written_to(seen.manager) if m.subject.startswith("Another time for")]
    yield Check("another time: the manager asked once", len(asked) == 1, f"{len(asked)} question")
    events = seen.with_guest(sam.address)
    own = [e for e in sam.events() if events and str(e["UID"]) == str(events[0]["UID"])]
    moved = [times(e) for e in (*events, *own)]
    evidence = ", ".join(span(*one) for one in moved[:1]) or "no event"
    yield Check("it stands there in both calendars", moved == [PROPOSED, PROPOSED], evidence)
    updates = [m for m in seen.invitations(sam) if m.subject.startswith("Updated invitation")]
    done = played.answers["other time"].text
    ok = len(updates) == 1 and done.startswith("Done. I have moved")
    yield Check("both were told of it once", ok, f"{len(updates)} update; {done.splitlines()[0]}")


def _rule(seen: Seen) -> Iterator[Check]:
    carla = seen.people["Carla Ruiz"]
    counters = [m.invitation for m in seen.written_to(carla) if is_counter(m) and m.invitation is not None]
    if len(counters) != 1:
        yield Check("against a rule: another time proposed once", False, f"{len(counters)} proposals")
        return
    proposal = counters[0].events[0]
    start, end = times(proposal)
    uid = str(proposal["UID"])
    entered = [e for e in seen.calendar if str(e["UID"]) == uid]
    ok = start.time() >= _HOURS[0] and not entered and not seen.clashes(proposal)
    yield Check("against a rule: another time proposed once", ok, span(start, end))


def _stranger(seen: Seen) -> Iterator[Check]:
    gus = seen.stranger
    asked = [m for m in seen.written_to(seen.manager) if is_about_stranger(m)]
    yield Check("a stranger: the manager asked once", len(asked) == 1, f"{len(asked)} question")
    offers = [m for m in seen.written_to(gus) if is_offer(m)]
    options = [line for m in offers for line in offered(m)]
    ok = len(offers) == 1 and len(options) == 3
    yield Check("the stranger was offered three times", ok, "; ".join(options) or "none")
    events = seen.with_guest(gus.address)
    private = [*(str(e["SUMMARY"]) for e in seen.calendar if e not in events), *seen.people]
    private = [word for word in private if word != seen.manager.name]
    words = "\n".join(_all_of(m) for m in seen.written_to(gus))
    told = [word for word in private if word in words]
    yield Check("and told nothing private", not told, ", ".join(told) or f"none of {len(private)} titles and names")
    if len(events) != 1:
        yield Check("booked as allowed: 30 minutes", False, f"{len(events)} events")
        return
    start, end = times(events[0])
    inside = _HOURS[0] <= start.time() and end.time() <= _HOURS[1] and start.weekday() < 5
    chosen = len(options) == 3 and f"{start:%H:%M} to {end:%H:%M}" in options[1] and f"{start:%A}" in options[1]
    ok = end - start == timedelta(minutes=30) and inside and chosen and not seen.clashes(events[0])
    yield Check("booked as allowed: 30 minutes", ok, span(start, end))


def _all_of(letter: Letter) -> str:
    calendar = letter.invitation.to_ical().decode() if letter.invitation is not None else ""
    return f"{letter.subject}\n{letter.text}\n{calendar}"


def _errand(seen: Seen) -> Iterator[Check]:
    to_carla = seen.written_to(seen.people["Carla Ruiz"])
    asked = [m for m in to_carla if is_question(m)]
    yield Check("the supplier list: asked for once", len(asked) == 1, f"{len(asked)} question")
    reminders = [m for m in to_carla if is_reminder(m)]
    at = [m.message["Date"].datetime.astimezone(DUE.tzinfo) for m in reminders]
    ok = len(at) == 1 and at[0] < DUE
    yield Check("reminded once, before it was due", ok, ", ".join(f"{one:%A, %H:%M}" for one in at) or "never")
    passed = [m for m in seen.written_to(seen.manager) if brings_list(m)]
    files = [
        (part.get_filename(), part.get_payload(decode=True)) for m in passed for part in m.message.iter_attachments()
    ]
    ok = files == [(FILE_NAME, FILE)] and "Sorry, here it is." in passed[0].text
    yield Check("answer and file passed on once, as they were", ok, f"{len(passed)} mail, {len(files)} file")


def _brief(seen: Seen) -> Iterator[Check]:
    briefs = [m for m in seen.written_to(seen.manager) if is_brief(m)]
    if len(briefs) != 1:
        yield Check("the morning's brief came once", False, f"{len(briefs)} briefs")
        return
    at = briefs[0].message["Date"].datetime.astimezone(DUE.tzinfo)
    yield Check("the morning's brief came once", at.date() == DUE.date(), f"{at:%A, %H:%M}: {briefs[0].subject}")
    said = " ".join(briefs[0].text.split())
    wanted = {
        "the day": "10:00 to 11:00 Staff meeting",
        "what waits": "Carla Ruiz",
        "the invitation answered by a rule": "“Budget” from Carla Ruiz: countered",
        "what was missed": "I was not running",
    }
    missing = [what for what, words in wanted.items() if words not in said]
    yield Check(
        "it names what is, waits and was missed",
        not missing,
        f"without {', '.join(missing)}" if missing else ", ".join(wanted),
    )
