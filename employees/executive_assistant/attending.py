"""The manager's invitations: answered by standing rules, asked about, or entered for the manager to see.

    the word of the rules      and then                                  is
    accept                     free                                      accepted
                               something else stands there               asked about
    decline                                                              declined
    counter                    there is a time inside the rules          answered with that
                               none, and the rule is a hard one          declined
                               none, and it is soft                      asked about
    ask                                                                  asked about
    none                       something else stands there               asked about
                               free                                      entered, unanswered, and waits for a word

Who writes as somebody else is answered by no rule: then the manager is asked. One version is looked at once; what the
manager has answered, or what the assistant has arranged, is left alone. The gate checks all of it by itself
(`empla.engine.invited`). Nothing in an invitation's own text is read as anything but text.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.calendar.invites import Invite
from empla.capabilities.calendar.results import Agenda, AgendaItem, SlotOption
from empla.capabilities.calendar.spans import Span, overlaps
from empla.capabilities.email.steps import reply, send
from empla.capabilities.standing import Judgement, StandingRule, Word, crowded, judged, occasion
from empla.mind.beliefs import ANY, BeliefBase
from empla.mind.grants import GRANTED, MAIL_KINDS
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import ActionFailed, Ask, Believe, Do, Forget, Now, Raise, Step, query
from employees.executive_assistant import invitations, words
from employees.executive_assistant.deciding import DECIDED, WAITING, waits, waits_no_more
from employees.executive_assistant.invitations import Choice, chosen, named, version
from employees.executive_assistant.knowing import Profile, Steps, profile
from employees.executive_assistant.looking import instant
from employees.executive_assistant.responding import (
    NotTaken,
    another_time,
    answered,
    countered,
    entered,
    organizer_name,
    standing_copy,
)
from employees.executive_assistant.sparing import (
    house_of,
    is_meeting,
    rules_held,
    span_of,
    spoken_against,
    takes_time,
)
from employees.executive_assistant.talking import PATIENCE, dropped, is_another

__all__ = ["ANSWERED", "WAITING", "library"]

library = PlanLibrary()

ANSWERED = "invitation-answered"
"""Functor of what was answered for the manager: (uid, answer, title, start, organizer's name, number of the rule or 0).
The answer is "accepted", "declined", "tentative" or "counter"."""
ATTENDED = "attended"
"""Functor of the version of an invitation that was last seen: (uid, occurrence, sequence, start)."""
REMEMBERED = timedelta(days=200)
SOON = timedelta(days=2)
"""How near a meeting must be for the manager to hear at once that it was called off."""
UNVOUCHED_ON_A_DAY = 5
"""About how many invitations that nobody vouches for the manager is asked in a day: a flood must not become one."""
ASKED = 3
_UNVOUCHED = "unvouched-invitation"
SHORTEST_PATIENCE = timedelta(hours=1)
_INVITES = frozenset({"REQUEST", "CANCEL", "ADD"})
_DONE = {
    Choice.ACCEPTED: "accepted",
    Choice.DECLINED: "declined",
    Choice.TENTATIVE: "accepted provisionally",
    Choice.COUNTER: "proposed another time for",
}


def invites(_beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether a mail that came to the manager invites, changes an invitation, or calls it off."""
    mail: Mail = event.mail
    return mail.invitation is not None and str(mail.invitation.get("method")) in _INVITES


def invites_both(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether an invitation that came to the assistant is the manager's as well, who lets invitations be seen."""
    if not invites(beliefs, event):
        return False
    said = str(event.mail.invitation.get("ics")).lower()
    owners = {owner.value for kind, owner in (b.arguments for b in beliefs.matching(GRANTED)) if kind in MAIL_KINDS}
    managers = {b.arguments[1].value for b in beliefs.matching("profile", "manager")}
    return any(f"mailto:{manager}" in said for manager in owners & managers)


@library.plan(on("manager-mail"), when=invites, rank=10, goal="see to an invitation")
def attend(event: Trigger) -> Steps:
    """Answer, ask, or enter: as the rules and the calendar have it."""
    yield from _attended(event)


@library.plan(on("invitation"), when=invites_both, rank=10, goal="see to an invitation")
def attend_for_both(event: Trigger) -> Steps:
    """See to the manager's side of an invitation of which the assistant has a copy of its own."""
    yield from _attended(event)


def _attended(event: Trigger) -> Steps:
    me: Profile = yield from profile()
    mail: Mail = event.mail
    now = yield Now()
    invite = invitations.read(mail, me, now)
    if invite is None or invite.organizer is None or invite.organizer.value in (me.address.value, me.manager.value):
        yield Believe(functor="noted", arguments=(mail.key, "invitation: nothing to answer", ""))
        return
    if not (yield from _is_news(invite, now)):
        return
    if invite.method == "CANCEL":
        yield from _called_off(mail, invite, me, now)
        return
    copy = yield from standing_copy(invite, me)
    over = not invite.spans or max(end.value for _, end in invite.spans) <= now
    # Of a long list of people not all are kept; whose inbox it came to is then word enough.
    invited = invite.attendee(me.manager.value) is not None or (invite.more > 0 and mail.inbox_of is not None)
    if over or invitations.settled(copy, invite, me) or not invited:
        return
    weighed = yield from _weighed(mail, invite, me)
    if not invitations.vouched(mail, invite) and (yield from _too_many(now, me)):
        return
    if weighed.choice is not None:
        yield from _by_rule(mail, invite, me, weighed)
    elif weighed.reason or weighed.asks:
        yield from _asked_about(mail, invite, me, weighed)
    else:
        try:
            yield from entered(mail, invite, me, copy, None)
        except NotTaken as why:
            weighed = Weighed(weighed.judgement, reason=f"I could not enter it: {why}.")
            yield from _asked_about(mail, invite, me, weighed)
            return
        name = yield from organizer_name(invite)
        yield from waits(mail, invite, name, entered=True)


def _too_many(now: datetime, me: Profile) -> Generator[Step, Any, bool]:
    """Count the questions about invitations that nobody vouches for; beyond some a day they stay in the inbox."""
    today = now.astimezone(ZoneInfo(me.zone)).date().isoformat()
    asked = len((yield query(_UNVOUCHED, today, ANY)))
    if asked < UNVOUCHED_ON_A_DAY:
        yield Believe(functor=_UNVOUCHED, arguments=(today, asked), until=now + SOON)
    return asked >= UNVOUCHED_ON_A_DAY


def _is_news(invite: Invite, now: datetime) -> Generator[Step, Any, bool]:
    """Note that this version was seen; return whether it is newer than what was seen of the event before."""
    uid, occurrence, sequence, start = version(invite)
    called_off = invite.method == "CANCEL"  # kept without a start
    for _, _, known, at in (yield query(ATTENDED, uid, occurrence)):
        known_off = at == ""
        if sequence < known or (sequence == known and (known_off or (start == at and not called_off))):
            return False
    yield Forget(functor=ATTENDED, pattern=(uid, occurrence))
    seen = (uid, occurrence, sequence, "" if called_off else start)
    yield Believe(functor=ATTENDED, arguments=seen, until=now + REMEMBERED)
    yield from waits_no_more(uid)
    return True


# weighing -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the rules and the calendar say to an invitation: what to do, or why the manager is asked."""

    judgement: Judgement
    choice: Choice | None = None
    option: SlotOption | None = None
    reason: str = ""
    asks: bool = False


def _weighed(mail: Mail, invite: Invite, me: Profile) -> Generator[Step, Any, Weighed]:
    rules = yield from rules_held()
    judgement = judged(rules, occasion(invite), me.zone, house_of(me))
    if not invitations.vouched(mail, invite):
        sender = mail.authenticated or mail.sender
        came = f"The mail came from {sender}, and nobody vouches that it is from {invite.organizer}"
        return Weighed(judgement, reason=f"{came}, who is named as its organizer.")
    if judgement.word is Word.DECLINE:
        return Weighed(judgement, Choice.DECLINED)
    if judgement.word is Word.COUNTER:
        return (yield from _elsewhere(invite, me, judgement))
    if judgement.word is Word.ASK:
        return Weighed(judgement, asks=True)
    in_the_way = yield from _in_the_way(invite, me, rules)
    if in_the_way:
        return Weighed(judgement, reason=in_the_way)
    return Weighed(judgement, Choice.ACCEPTED if judgement.word is Word.ACCEPT else None)


def _elsewhere(invite: Invite, me: Profile, judgement: Judgement) -> Generator[Step, Any, Weighed]:
    """Look for another time; where there is none, a hard rule declines and a soft one asks."""
    option = yield from another_time(invite, me)
    if option is not None:
        return Weighed(judgement, Choice.COUNTER, option)
    if Choice.DECLINED in judgement.answers:
        return Weighed(judgement, Choice.DECLINED)
    against = spoken_against({judgement.number: judgement.rule} if judgement.rule else {}, [judgement.number])
    return Weighed(judgement, reason=f"It is against {against}, and I find no other time.")


def _in_the_way(invite: Invite, me: Profile, rules: dict[int, StandingRule]) -> Generator[Step, Any, str]:
    """Say what stands in the way of an invitation in the manager's own calendar; nothing if it is free."""
    if invite.all_day or invite.transparent:
        return ""
    times = [Span(since.value, until.value) for since, until in invite.spans]
    around = (times[0].start - timedelta(days=1), times[-1].end + timedelta(days=1))
    between = {"start": instant(around[0], me), "end": instant(around[1], me)}
    agenda: Agenda = yield Do(operation="calendar.agenda", arguments={"owner": me.manager, **between})
    standing = [i for i in agenda.items if i.event.uid != invite.uid and takes_time(i)]
    clashes = [i for i in standing if overlaps(span_of(i), times)]
    if clashes:
        return f"It clashes with {_named(clashes, me)}."
    meetings, busy = [span_of(i) for i in standing if is_meeting(i, me)], [span_of(i) for i in standing]
    within = Span(*around)
    full = [
        number
        for number, rule in sorted(rules.items())
        if any(overlaps(s, times) for s in crowded([rule], meetings, busy, within, me.zone))
    ]
    return f"It is against {spoken_against(rules, full)}." if full else ""


def _named(items: Sequence[AgendaItem], me: Profile) -> str:
    each = [f"“{words.sentence(i.title, 60)}” ({words.hours(i.start.value, i.end.value, me.zone)})" for i in items[:3]]
    return words.listed([*each, *([f"{len(items) - 3} more"] if len(items) > 3 else [])])


# doing ----------------------------------------------------------------------------------------------------------------


def _by_rule(mail: Mail, invite: Invite, me: Profile, weighed: Weighed) -> Generator[Step, Any, None]:
    """Answer as a rule has it; the brief names it. What does not work is told."""
    choice = weighed.choice
    assert choice is not None
    name = yield from organizer_name(invite)
    try:
        yield from _carried_out(mail, invite, me, choice, weighed.option, name)
    except (ActionFailed, NotTaken) as failure:
        yield send(me.manager, f"Invitation: {words.sentence(invite.title, 80)}", _failed(failure, invite, me, name))
        return
    yield from _noted(invite, choice, name, weighed.judgement.number)


def _carried_out(
    mail: Mail, invite: Invite, me: Profile, choice: Choice, option: SlotOption | None, name: str
) -> Generator[Step, Any, None]:
    if choice is Choice.COUNTER:
        assert option is not None
        yield from countered(mail, invite, me, option)
    else:
        yield from answered(mail, invite, me, choice, name)


def _noted(invite: Invite, choice: Choice, name: str, rule: int) -> Generator[Step, Any, None]:
    assert invite.start is not None
    start, title = invite.start.value, words.sentence(invite.title, 200)
    yield from waits_no_more(invite.uid)
    said = (invite.uid, choice.value.lower(), title, start, name, rule)
    yield Believe(functor=ANSWERED, arguments=said, until=max(start, start + SOON))


def _failed(failure: Exception, invite: Invite, me: Profile, name: str) -> str:
    why = failure.outcome.sentence if isinstance(failure, ActionFailed) else str(failure)
    return (
        f"{name} invites you to {named(invite, me)}. I wanted to answer it for you, and could not: "
        f"{why.rstrip('. ')}.\n\nPlease look at it yourself."
    )


def _called_off(mail: Mail, invite: Invite, me: Profile, now: datetime) -> Generator[Step, Any, None]:
    """Take out of the calendar what its organizer calls off; tell it at once only if it is soon."""
    copy = yield from standing_copy(invite, me)
    if copy is None:
        return
    name = yield from organizer_name(invite)
    try:
        yield from entered(mail, invite, me, copy, None)
        text = f"{name} has called off {named(invite, me)}. I have noted it in your calendar."
    except (ActionFailed, NotTaken) as failure:
        why = failure.outcome.sentence if isinstance(failure, ActionFailed) else str(failure)
        text = f"{name} writes that {named(invite, me)} is called off. Your calendar is as it was: {why.rstrip('. ')}."
    if invite.start is None or now < invite.start.value <= now + SOON:
        yield send(me.manager, f"Called off: {words.sentence(invite.title or mail.subject, 80)}", text)


# asking ---------------------------------------------------------------------------------------------------------------


def _asked_about(mail: Mail, invite: Invite, me: Profile, weighed: Weighed) -> Generator[Step, Any, None]:
    """Put one question to the manager; the word of the answer begins an intention of its own, which carries it out."""
    name = yield from organizer_name(invite)
    yield from waits(mail, invite, name, entered=False)
    now = yield Now()
    assert invite.start is not None
    first = f"{name} invites you to {named(invite, me)}."
    question = words.paragraphs(first, weighed.reason, "Shall I accept, decline, or propose another time?")
    step = send(me.manager, f"Invitation from {name}: {words.sentence(invite.title, 80)}", question)
    patience = min(PATIENCE, max(SHORTEST_PATIENCE, invite.start.value - now))
    for _ in range(ASKED):
        answer: Mail | None = yield Ask(who=me.manager, by=step, patience=patience)
        if answer is None:
            return
        said = chosen(answer, invite, me.zone)
        if said.choice is Choice.COUNTER:
            option = yield from another_time(invite, me, said.window)
            if option is None:
                step = reply(answer, _no_other_time(said.window is not None))
                continue
            yield Raise(kind=DECIDED, fields=_word(answer, mail, Choice.COUNTER, option))
            return
        if said.choice is not None:
            yield Raise(kind=DECIDED, fields=_word(answer, mail, said.choice, None))
            return
        if is_another(answer):
            yield Raise(kind="mail", fields={"mail": answer, "before": dropped(f"the invitation of {name}")})
            return
        step = reply(answer, "I could not tell from your answer. Shall I accept, decline, or propose another time?")


def _no_other_time(named_one: bool) -> str:
    where = "then" if named_one else "in the two weeks from there on"
    return f"I find no time {where} that is free and inside your rules. Which time shall I propose, or shall I decline?"


def _word(answer: Mail, invitation: Mail, choice: Choice, option: SlotOption | None) -> dict[str, Any]:
    fields: dict[str, Any] = {"mail": answer, "invitation": invitation, "choice": choice.value}
    return fields | ({"option": option} if option is not None else {})


@library.plan(on(DECIDED), goal="answer an invitation as decided", quiet=True)
def carry_out(event: Trigger) -> Steps:
    """Answer an invitation as the manager has said, and say so; one that has changed since is not answered."""
    me: Profile = yield from profile()
    word: Mail = event.mail
    now = yield Now()
    invite = invitations.read(event.invitation, me, now)
    choice = Choice(event.choice)
    assert invite is not None
    assert invite.start is not None
    name = yield from organizer_name(invite)
    if choice is Choice.LEFT:
        yield from waits_no_more(invite.uid)
        yield reply(word, f"All right, I leave {named(invite, me)} to you. {name} has no answer from me.")
        return
    newest = yield query(ATTENDED, *version(invite)[:2])
    if newest and newest[-1][2:] != version(invite)[2:]:
        yield reply(word, f"“{words.sentence(invite.title)}” has changed since, so I have answered nothing.")
        return
    option: SlotOption | None = event.get("option")
    try:
        yield from _carried_out(event.invitation, invite, me, choice, option, name)
    except (ActionFailed, NotTaken) as failure:
        yield reply(word, _failed(failure, invite, me, name))
        return
    yield from _noted(invite, choice, name, 0)
    what = f"Done. I have {_DONE[choice]} {named(invite, me)}"
    if option is not None:
        what = f"{what}: {words.slot(option, me.zone)}"
    yield reply(word, f"{what}. {name} is told.")
