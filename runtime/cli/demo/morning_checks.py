"""What must be true after the first morning."""

from collections.abc import Iterator
from datetime import timedelta

from runtime.cli.demo.check import Check
from runtime.cli.demo.playing import Played
from runtime.cli.demo.seen import Seen, guests, offered, span, times
from runtime.cli.demo.stage import MONDAY, ZONE


def morning_checks(seen: Seen, played: Played) -> Iterator[Check]:
    """Return the checks of the morning."""
    yield from _introduction(seen)
    yield from _first_meeting(seen, played)
    yield from _chosen(seen, played)
    yield from _answers(played)
    yield from _cannot(played)
    yield from _clarified(seen, played)
    yield from _machines(seen, played)


def _introduction(seen: Seen) -> Iterator[Check]:
    letters = [m for _, m in seen.from_assistant() if m.subject == "Your new assistant"]
    sentences = sum(line.strip().startswith("- ") for m in letters[:1] for line in m.text.splitlines())
    ok = len(letters) == 1 and sentences == 6
    yield Check("introduced itself once, with six sentences", ok, f"{len(letters)} mail, {sentences} sentences")


def _first_meeting(seen: Seen, played: Played) -> Iterator[Check]:
    ben = seen.people["Ben Stone"]
    events = seen.with_guest(ben.address)
    if len(events) != 1:
        yield Check("half an hour, next Tuesday afternoon", False, f"{len(events)} events")
        return
    start, end = times(events[0])
    tuesday = (MONDAY + timedelta(days=8)).date()
    fits = start.date() == tuesday and start.hour >= 12 and end - start == timedelta(minutes=30)
    yield Check("half an hour, next Tuesday afternoon", fits, span(start, end))
    clash = seen.clashes(events[0], ben.events())
    yield Check("overlaps nothing in either calendar", not clash, ", ".join(clash) or "both calendars looked at")
    invited = seen.invitations(ben)
    yield Check("Ben was invited once", len(invited) == 1, f"{len(invited)} invitation")
    answer = guests(events[0]).get(ben.address, "")
    yield Check("the manager's calendar: Ben accepts", answer == "ACCEPTED", answer or "no answer")
    said = played.answers["book"].text
    named = all(part in said for part in (f"{start:%A}", f"{start.day} {start:%B}", f"{start:%H:%M}", ZONE))
    yield Check("the answer names day, date, time and zone", named, said.splitlines()[0])


def _chosen(seen: Seen, played: Played) -> Iterator[Check]:
    options = offered(played.answers["no-slot"])
    yield Check("three options where there is no time", len(options) == 3, "; ".join(options) or "none")
    events = seen.with_guest(seen.people["Carla Ruiz"].address)
    if len(events) != 1 or len(options) < 2:
        yield Check("the second option is booked", False, f"{len(events)} events")
        return
    start, _ = times(events[0])
    said = f"{start:%A}, {start.day} {start:%B %Y}, {start:%H:%M}"
    yield Check("the second option is booked", said in options[1], said)


def _answers(played: Played) -> Iterator[Check]:
    free, agenda = played.answers["free"].text, played.answers["agenda"].text
    ok = "Thursday" in free and "Dentist" in free
    yield Check("“Am I free on Thursday?” answered rightly", ok, free.splitlines()[0])
    ok = "Dentist" in agenda and "Board lunch" in agenda
    yield Check("the week is told from the calendar", ok, f"{len(agenda.splitlines())} lines")
    after = played.answers["after"].text
    yield Check("the mail after the mangled one answered", "Wednesday" in after, after.splitlines()[0])


def _cannot(played: Played) -> Iterator[Check]:
    said = played.answers["cannot"].text
    ok = "flight to Rome" in said and "cannot" in said and "?" in said
    yield Check("what it cannot do, it says, and asks", ok, said.splitlines()[0])


def _clarified(seen: Seen, played: Played) -> Iterator[Check]:
    question = played.answers["ambiguous"].text
    ok = question.count("?") == 1 and "Sam Young" in question and "Sam Ortega" in question
    yield Check("one precise question where two are meant", ok, question.splitlines()[0])
    right = seen.with_guest(seen.people["Sam Ortega"].address)
    wrong = seen.invitations(seen.people["Sam Young"])
    lengths = [(times(e)[1] - times(e)[0]) // timedelta(minutes=1) for e in right]
    ok = lengths == [45] and not wrong
    yield Check(
        "the answer goes on with the same request",
        ok,
        f"{', '.join(map(str, lengths)) or 'no'} minutes with Sam Ortega, {len(wrong)} meetings with Sam Young",
    )


def _machines(seen: Seen, played: Played) -> Iterator[Check]:
    answered = [m for _, m in seen.from_assistant() if any(m.answers(mail_id) for mail_id in played.unanswered)]
    answered += seen.written_to(seen.people["Sam Young"])
    yield Check("auto-reply, bounce, list: no answer", not answered, f"{len(answered)} answers")
    told = [m for m in seen.written_to(seen.manager) if "cannot read" in m.subject]
    yield Check("mangled mail set aside, manager told once", len(told) == 1, f"{len(told)} mail")
