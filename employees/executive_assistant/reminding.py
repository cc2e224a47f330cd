"""Reminders: set, moved, snoozed and dropped; each is a commitment that ends with the mail that reminds."""

import re
from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from empla.capabilities.email.reading.intents import Doubt
from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.reading.times.model import Window
from empla.capabilities.email.results import Sent
from empla.capabilities.email.steps import reply, send
from empla.mind.beliefs import BeliefBase
from empla.mind.commitments import COMMITMENT, Commitment, MailSent, Standing
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import ActionFailed, Believe, Forget, Now, Raise, Scope, Step, Wait, query
from employees.executive_assistant import wanted, words
from employees.executive_assistant.correspondents import correspondents
from employees.executive_assistant.guests import Guest
from employees.executive_assistant.hours import moment_of
from employees.executive_assistant.knowing import Profile, Steps, from_manager, intent, profile, told
from employees.executive_assistant.promises import ended, known, noted, promise_id
from employees.executive_assistant.talking import answer, asked
from employees.executive_assistant.telling import hello

library = PlanLibrary()

REMINDER_NEWS = "reminder-news"
"""Functor (id of the commitment, mail), and kind of the event with field `reminder`: the manager's word on it."""
REMINDER_THREAD = "reminder-thread"
"""Functor (thread with the manager, id of the commitment, of what)."""
REMINDED = "reminded"
"""Functor (Message-ID of the mail that reminded, of what): what "snooze until Monday" speaks of."""
AGAIN = "remind-again"
"""Kind of the event that a reminder shall come once more: fields `mail`, `what`."""
NO_REMINDER = "I have set no reminder."
SNOOZED = timedelta(days=14)
"""How long after a reminder it can be snoozed."""
_ROUNDS = 3
_DONE = re.compile(
    r"(?:(?:it(?:'s| is)|i(?:'ve| have)|already|all|that's|that is|now|ok(?:ay)?|yes)[ ,]+)*"
    r"(?:done|did (?:it|that)|finished|taken care of|sorted|handled)[ ,.!]*(?:already|thanks?(?: you)?|now)?[ .!]*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reminder:
    """What is to be reminded of and when, and the manager's mail to answer."""

    mail: Mail
    what: str
    at: datetime


def _sets(beliefs: BeliefBase, event: Trigger) -> bool:
    mail: Mail = event.mail
    return from_manager(beliefs, event) and not told(mail, "drop") and not told(mail, "again")


@library.plan(on(AGAIN), name="remind-once-more", goal="remind once more")
@library.plan(on("mail", mail__reading__intent="remind"), when=_sets, goal="remind of something")
def remind(event: Trigger) -> Steps:
    """Confirm the reminder with its day and hour, wait for it, and send it."""
    me: Profile = yield from profile()
    reminder = yield from _reminder(event, me)
    if reminder is None:
        return
    whom: tuple[Guest, ...] = ()
    named: tuple[Who, ...] = tuple(told(event.mail, "people") or ())
    if named:
        matter = f"a reminder of “{reminder.what}”"
        found = yield from correspondents(me, reminder.mail, named, matter, NO_REMINDER, "Whom shall I remind?")
        if found is None:
            return
        whom, reminder = found.people, replace(reminder, mail=found.mail)
    yield Scope(people=(me.manager, *(g.address for g in whom)))
    yield from _kept(event, me, reminder, whom)


def _reminder(event: Trigger, me: Profile) -> Generator[Step, Any, _Reminder | None]:
    """Return what is to be reminded of and when, asking for what the mail leaves open; None if the matter is over."""
    mail: Mail = event.mail
    what: str = event.get("what") or told(mail, "what") or ""
    window: Window | None = told(mail, "window")
    doubts: tuple[Doubt, ...] = tuple(told(mail, "doubts") or ())
    for _ in range(_ROUNDS):
        now = yield Now()
        if not what and (mail.in_reply_to or mail.attachments or mail.subject.lower().startswith("fw")):
            what = wanted.bare(mail.subject)
        at = moment_of(window, now) if window is not None and window.spans else None
        if doubts:
            question = doubts[0].question
        elif at is None or at <= now:
            of = f" of “{words.sentence(wanted.to_manager(what), 120)}”" if what else ""
            question = f"When shall I remind you{of}?"
        elif not what:
            question = f"Of what shall I remind you, {words.moment(at, me.zone)} ({me.zone})?"
        else:
            return _Reminder(mail=mail, what=what, at=at)
        found = yield from asked(
            me, mail, words.paragraphs(event.get("before") or "", question), "a reminder", NO_REMINDER
        )
        if found is None:
            return None
        mail = found
        if intent(mail) in ("no", "cancel"):
            break
        new: Window | None = told(mail, "window")
        if new is not None or intent(mail) == "yes":
            window, doubts = new or window, ()
        elif not what:
            what = told(mail, "what") or words.said(mail, 300).rstrip(" .")
    yield reply(mail, f"All right. {NO_REMINDER}")
    return None


def _kept(event: Trigger, me: Profile, reminder: _Reminder, whom: tuple[Guest, ...]) -> Generator[Step, Any, None]:
    """Promise the reminder, and keep that promise."""
    now = yield Now()
    what = words.sentence(wanted.to_manager(reminder.what), 300)
    names = words.listed(g.name for g in whom) if whom else "you"
    promise = promise_id(reminder.mail.key, what, names)
    made = Commitment(
        debtor=me.address,
        creditor=me.manager,
        content=f"remind {names}: {what}",
        made_at=now,
        due=reminder.at,
        thread=reminder.mail.thread,
        mail=reminder.mail.message_id,
        wants=None if whom else MailSent(to=me.manager),
    )
    yield from noted(COMMITMENT, promise, made)
    yield Believe(functor=REMINDER_THREAD, arguments=(reminder.mail.thread, promise, what))
    text = f"I will remind {names} on {words.moment(reminder.at, me.zone)} ({me.zone}): {what}"
    confirmed: Sent = yield reply(reminder.mail, words.paragraphs(event.get("before") or "", text))
    at = yield from _waited(me, promise, reminder.at)
    if at is not None:
        if whom:
            yield from _remind_others(me, promise, reminder.what, whom, confirmed)
        else:
            yield from _remind_manager(me, promise, what, now, confirmed)
    yield Forget(functor=REMINDER_THREAD, pattern=(reminder.mail.thread, promise, what))


def _waited(me: Profile, promise: str, at: datetime) -> Generator[Step, Any, datetime | None]:
    """Wait for the hour of the reminder, which the manager may move; None if it is wanted no more."""
    while True:
        for _, mail in (yield query(REMINDER_NEWS, promise)):
            yield Forget(functor=REMINDER_NEWS, pattern=(promise, mail))
            window: Window | None = told(mail, "to") or told(mail, "window")
            if told(mail, "drop") or window is None or not window.spans:
                yield from ended(COMMITMENT, promise, Standing.RELEASED, "you wanted it no more", mail.message_id)
                return None
            now = yield Now()
            at = max(moment_of(window, now), now)
            made = yield from known(COMMITMENT, promise)
            if made is not None:
                yield from noted(COMMITMENT, promise, replace(made, due=at))
        now = yield Now()
        if at <= now:
            return at
        yield Wait(until=at, kind=REMINDER_NEWS, fields={"reminder": promise})


def _remind_manager(
    me: Profile, promise: str, what: str, since: datetime, confirmed: Sent
) -> Generator[Step, Any, None]:
    now = yield Now()
    text = (
        f"You asked me on {words.moment(since, me.zone)} ({me.zone}) to remind you:\n\n  {what}\n\n"
        "If it shall come again, answer for instance “Snooze until Monday.”"
    )
    sent: Sent = yield send(me.manager, f"Reminder: {words.sentence(what, 80)}", text, follows=confirmed)
    yield from ended(COMMITMENT, promise, Standing.KEPT, "you were reminded", sent.message_id)
    yield Believe(functor=REMINDED, arguments=(sent.message_id, what), until=now + SNOOZED)


def _remind_others(
    me: Profile, promise: str, what: str, whom: tuple[Guest, ...], confirmed: Sent
) -> Generator[Step, Any, None]:
    """Remind each, and tell the manager how that went."""
    reached, missed, evidence = [], [], ""
    for guest in whom:
        of = wanted.of_manager(what, me.manager_name)
        text = words.paragraphs(hello(guest.name), f"{me.manager_name} asked me to remind you: {of}")
        try:
            sent: Sent = yield send(guest.address, f"A reminder from {me.manager_name}", text)
        except ActionFailed as failure:
            missed.append(f"I could not write to {guest.name}: {failure.outcome.sentence.rstrip('. ')}.")
            continue
        reached.append(guest.name)
        evidence = sent.message_id
    done = f"I have reminded {words.listed(reached)}: {wanted.to_manager(what)}" if reached else ""
    standing = Standing.KEPT if not missed else Standing.BROKEN
    yield from ended(COMMITMENT, promise, standing, " ".join([done, *missed]).strip(), evidence)
    names = words.listed(g.name for g in whom)
    yield send(me.manager, f"Reminded: {names}", words.paragraphs(done, *missed), follows=confirmed)


# the manager's word on it --------------------------------------------------------------------------------------------


def _snoozes(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether the manager wants the reminder that has come once more, or answers it with another time."""
    mail: Mail = event.mail
    if not from_manager(beliefs, event):
        return False
    if intent(mail) == "remind" and told(mail, "again"):
        return True
    reminded = any(beliefs.matching(REMINDED, i) for i in mail.in_reply_to)
    short = intent(mail) in ("answer", "choose", "move", "change") and told(mail, "window") is not None
    return reminded and short and not told(mail, "people")


@library.plan(on("mail"), when=_snoozes, rank=7, goal="remind once more")
def snooze(event: Trigger) -> Steps:
    """Have the reminder come again."""
    mail: Mail = event.mail
    found = []
    for message_id in mail.in_reply_to:
        found += list((yield query(REMINDED, message_id)))
    found = found or list((yield query(REMINDED)))
    if not found and not (mail.in_reply_to and mail.subject):
        yield answer(event, f"I do not know which reminder you mean. {NO_REMINDER}")
        return
    what = found[-1][1] if found else ""
    yield Raise(kind=AGAIN, fields={"mail": mail, "what": what})


def _is_done(beliefs: BeliefBase, event: Trigger) -> bool:
    mail: Mail = event.mail
    reminded = from_manager(beliefs, event) and any(beliefs.matching(REMINDED, i) for i in mail.in_reply_to)
    return reminded and bool(_DONE.fullmatch(words.said(mail)))


@library.plan(on("mail"), when=_is_done, rank=8, goal="leave a reminder that was followed")
def leave_done(event: Trigger) -> Steps:
    """ "Done" to a reminder needs no answer."""
    yield Believe(functor="thanked", arguments=(event.mail.key,))


def _drops(beliefs: BeliefBase, event: Trigger) -> bool:
    return from_manager(beliefs, event) and bool(told(event.mail, "drop"))


@library.plan(on("mail", mail__reading__intent="remind"), when=_drops, goal="drop a reminder")
def drop_reminder(event: Trigger) -> Steps:
    """Drop the reminders that are meant: of what, else of this thread, else the only ones there are."""
    mail: Mail = event.mail
    what: str = told(mail, "what") or ""
    every = yield query(REMINDER_THREAD)
    of_thread = [(promise, of) for thread, promise, of in every if thread == mail.thread]
    meant = [(p, of) for _, p, of in every if what and wanted.shares(what, of)] or ([] if what else of_thread)
    if not meant and not what:
        meant = [(promise, of) for _, promise, of in every]
    if not meant or (len(meant) > 1 and not what and not of_thread and "reminders" not in words.said(mail)):
        listed = "\n".join(f"  - {of}" for _, _, of in every)
        said = f"Which reminder do you mean?\n\n{listed}" if every else "I have no such reminder."
        yield answer(event, f"{said}\n\nI have changed nothing.")
        return
    for promise, _ in meant:
        yield from _said_of(promise, mail)
    yield answer(event, f"All right, no reminder: {words.listed(f'“{of}”' for _, of in meant)}.")


def _said_of(promise: str, mail: Mail) -> Generator[Step, Any, None]:
    yield Believe(functor=REMINDER_NEWS, arguments=(promise, mail))
    yield Raise(kind=REMINDER_NEWS, fields={"reminder": promise})


def _speaks_of_one(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether the manager answers the confirmation of a reminder: lets it go, or says another time."""
    mail: Mail = event.mail
    if not from_manager(beliefs, event) or not mail.in_reply_to or not beliefs.matching(REMINDER_THREAD, mail.thread):
        return False
    if intent(mail) in ("no", "cancel"):
        return not (told(mail, "people") or told(mail, "topic"))
    return intent(mail) in ("answer", "choose", "move", "change") and any(told(mail, s) for s in ("window", "to"))


@library.plan(on("mail"), when=_speaks_of_one, rank=6, goal="move or drop a reminder")
def take_word_on_reminder(event: Trigger) -> Steps:
    """Move the reminder of this thread, or let it go."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    found = yield query(REMINDER_THREAD, mail.thread)
    _, promise, what = found[-1]
    yield from _said_of(promise, mail)
    window: Window | None = told(mail, "to") or told(mail, "window")
    if intent(mail) in ("no", "cancel") or window is None or not window.spans:
        yield answer(event, f"All right, no reminder: “{what}”.")
        return
    now = yield Now()
    at = max(moment_of(window, now), now)
    yield answer(event, f"All right, I will remind you on {words.moment(at, me.zone)} ({me.zone}): {what}")
