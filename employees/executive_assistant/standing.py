"""Standing rules: set, listed, corrected and dropped by mail, or by a command of whoever runs the employee.

A rule is held on the manager's word, or the company's (`empla.mind.authority.GUARDED`). Setting one changes no meeting
that stands: those which are against it are named.
"""

from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from empla.capabilities.email.reading.intents import Doubt
from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.reading.slots import Setting
from empla.capabilities.email.steps import reply, send
from empla.capabilities.standing import RuleKind, StandingRule
from empla.mind.beliefs import BeliefBase
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.rules import RULE, RULES_COMMAND
from empla.mind.steps import Believe, Now, Step, query
from empla.mind.values import OWN, Address
from employees.executive_assistant import ruling, words
from employees.executive_assistant.amending import at_hour, corrected, meant, once, replaced, same
from employees.executive_assistant.guests import names_of, people
from employees.executive_assistant.knowing import Profile, Steps, from_manager, intent, profile, sure, told
from employees.executive_assistant.rulekeeping import amended, kept, meetings_against, put_away
from employees.executive_assistant.sparing import rules_held
from employees.executive_assistant.talking import answer, asked

library = PlanLibrary()

REMEMBERED = timedelta(days=30)
"""How long an answer in the thread of a rule may correct it."""
MOST_QUESTIONS = 3
_UNCHANGED = "Your rules are as they were."
_SPOKEN = "rule-spoken-of"
"""Functor of which rule a thread is about: (thread, number)."""


# setting --------------------------------------------------------------------------------------------------------------


@library.plan(on("mail", mail__reading__intent="rule"), when=from_manager, goal="keep a standing rule")
def set_rule(event: Trigger) -> Steps:
    """Take up a rule, or a change of one that is named by its number."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    numbers: tuple[int, ...] = told(mail, "ordinals") or ()
    if numbers:
        yield from _change_numbered(event, me, numbers[0])
        return
    clear = yield from _clear(event, me)
    if clear is None:
        return
    rule, mail, opening = clear
    text = yield from _taken_up(rule, mail, me, bool(told(mail, "often")))
    yield reply(mail, words.paragraphs(opening, text))


def _clear(event: Trigger, me: Profile) -> Generator[Step, Any, tuple[StandingRule, Mail, str] | None]:
    """Ask until a rule is clear; return it, the mail to answer and what that answer says first. None: it is over."""
    mail: Mail = event.mail
    opening: str = event.get("before") or ""
    rule: StandingRule = told(mail, "rule")
    who: tuple[Who, ...] = tuple(told(mail, "people") or ())
    doubts: tuple[Doubt, ...] = tuple(told(mail, "doubts") or ())
    unread = mail.reading.unread if mail.reading is not None else ()
    for _ in range(MOST_QUESTIONS):
        placed = yield from _placed(rule, who)
        question = placed if isinstance(placed, str) else _open(rule, doubts, unread, sure(mail))
        if not question:
            now = yield Now()
            assert isinstance(placed, StandingRule)
            return replace(placed, set_at=now), mail, opening
        matter = f"the rule “{words.sentence(rule.said, 80)}”"
        said = yield from asked(me, mail, words.paragraphs(opening, question), matter, _UNCHANGED)
        if said is None:
            return None
        mail, opening = said, ""
        if intent(said) in ("no", "cancel") and not told(said, "window"):
            yield reply(said, f"All right, I leave it. {_UNCHANGED}")
            return None
        if intent(said) == "rule" and told(said, "rule") is not None:
            rule, who = told(said, "rule"), tuple(told(said, "people") or ())
            doubts = tuple(told(said, "doubts") or ())
            unread = said.reading.unread if said.reading is not None else ()
            continue
        now = yield Now()
        rule, who, settled = _settled(rule, who, said, now, me)
        if settled:
            doubts, unread = doubts[1:], ()
    yield reply(mail, f"I am sorry, I still do not understand it. {_UNCHANGED} Please write the rule once more, alone.")
    return None


def _open(rule: StandingRule, doubts: Sequence[Doubt], unread: Sequence[str], certain: bool) -> str:
    """Return what has to be asked about a rule, empty if nothing."""
    if doubts:
        return doubts[0].question
    comes_to = f"I understand this rule: {ruling.described(rule)}."
    if unread:
        return f"{comes_to} I could not place “{words.sentence(unread[0])}”. Shall I keep the rule without that?"
    return "" if certain else f"{comes_to} Shall I keep it?"


def _settled(
    rule: StandingRule, who: tuple[Who, ...], said: Mail, now: datetime, me: Profile
) -> tuple[StandingRule, tuple[Who, ...], bool]:
    """Return the rule with what an answer says of it, and whether that settles the question."""
    if who and told(said, "people"):
        return rule, tuple(told(said, "people")), True
    changed = corrected(rule, said, now, me.zone)
    if changed is not None:
        return changed, who, True
    window = told(said, "window")
    if window is not None and len(rule.hours) == 1 and window.spans:
        at = window.spans[0].start.astimezone(ZoneInfo(me.zone))
        moved = at_hour(rule, at.hour * 60 + at.minute)
        return moved or rule, who, moved is not None
    return rule, who, intent(said) == "yes"


def _placed(rule: StandingRule, who: Sequence[Who]) -> Generator[Step, Any, StandingRule | str]:
    """Return the rule with the addresses of those who are named in it, or a question about one of them."""
    found: list[Address] = list(rule.people)
    for one in who:
        known = yield from people(one)
        if len(known) > 1:
            choices = words.listed((f"{g.name} ({g.address})" for g in known), "or")
            return f"Which {one.words} do you mean: {choices}?"
        if not known:
            return f"I find nobody called “{one.words}” in the directory. What is the e-mail address?"
        found.append(known[0].address)
    return replace(rule, people=tuple(found))


def _taken_up(rule: StandingRule, mail: Mail, me: Profile, often: bool) -> Generator[Step, Any, str]:
    """Hold a rule in the place of those that it contradicts; return what to say of it."""
    held = yield from rules_held()
    for number, old in held.items():
        if same(rule, old):
            yield Believe(functor=_SPOKEN, arguments=(mail.thread, number))
            return f"That is rule {number} already: {ruling.described(old)}. Nothing has changed."
    instead = replaced(rule, held)
    for number in instead:
        yield from put_away(number, held[number], "another took its place")
    number = yield from kept(rule, me)
    now = yield Now()
    yield Believe(functor=_SPOKEN, arguments=(mail.thread, number), until=now + REMEMBERED)
    names = yield from names_of(rule.people)
    first = f"Noted as rule {number}: {ruling.described(rule, names)}."
    if instead:
        former = words.listed(f"rule {n} ({ruling.described(held[n])})" for n in instead)
        first = f"{first} That replaces {former}."
    standing = yield from meetings_against(rule, me)
    return words.paragraphs(f"{first}{_or_once(rule, often, now, me)}", standing)


def _or_once(rule: StandingRule, often: bool, now: datetime, me: Profile) -> str:
    """Say how a day that was named once would be meant once."""
    if often or rule.kind not in (RuleKind.AVOID, RuleKind.ONLY) or len(rule.weekdays) != 1:
        return ""
    single = once(rule, Setting(now, me.zone, OWN))
    if single is None or single.first is None:
        return ""
    return f" If you mean {words.day(single.first)} only, answer “only this week”."


# listing and dropping -------------------------------------------------------------------------------------------------


@library.plan(on("mail", mail__reading__intent="rules"), when=from_manager, goal="list the standing rules")
def list_rules(event: Trigger) -> Steps:
    """List the rules in force, under their numbers."""
    held = yield from rules_held()
    names = yield from names_of(p for rule in held.values() for p in rule.people)
    if not held:
        text = "You have set no rules. You can write, for instance: “Never before 9” or “Keep Wednesdays free”."
    else:
        each = "Drop one with “Drop rule 1”, change one with “Change rule 1 to ...”."
        text = words.paragraphs("These are your rules:", ruling.numbered(held, names), each)
    yield answer(event, text)


@library.plan(on("mail", mail__reading__intent="drop-rule"), when=from_manager, goal="drop a standing rule")
def drop_rule(event: Trigger) -> Steps:
    """Drop the rules that are meant; which of several is asked."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    held = yield from rules_held()
    numbers: tuple[int, ...] = told(mail, "ordinals") or ()
    unknown = [n for n in numbers if n not in held]
    if not held or unknown:
        which = f"There is no {ruling.named(unknown)}." if unknown else "You have set no rules."
        listed = words.paragraphs("These are your rules:", ruling.numbered(held)) if held else ""
        yield answer(event, words.paragraphs(f"{which} Nothing has changed.", listed))
        return
    if told(mail, "all"):
        numbers = tuple(held)
    elif not numbers:
        pattern = yield from _placed(told(mail, "rule"), tuple(told(mail, "people") or ()))
        numbers = meant(pattern, told(mail, "kind") or "", held) if isinstance(pattern, StandingRule) else ()
    if len(numbers) != 1 and not told(mail, "all") and not told(mail, "ordinals"):
        chosen = yield from _which(event, me, {n: held[n] for n in numbers} or held, found=bool(numbers))
        if chosen is None:
            return
        numbers, mail, opening = (chosen[0],), chosen[1], ""
    else:
        opening = event.get("before") or ""
    for number in numbers:
        yield from put_away(number, held[number], "dropped on the manager's word")
    gone = words.listed(f"rule {n} ({ruling.described(held[n])})" for n in sorted(numbers))
    yield reply(mail, words.paragraphs(opening, f"Dropped: {gone}."))


def _which(
    event: Trigger, me: Profile, choices: dict[int, StandingRule], *, found: bool
) -> Generator[Step, Any, tuple[int, Mail] | None]:
    """Ask which rule is meant; return its number and the mail that says so."""
    first = "Which of these rules shall I drop?" if found else "I find no rule about that. These are your rules:"
    last = "Its number is enough." if found else "Which one shall I drop? Its number is enough."
    question = words.paragraphs(event.get("before") or "", first, ruling.numbered(choices), last)
    said = yield from asked(me, event.mail, question, "the rule to be dropped", _UNCHANGED)
    if said is None:
        return None
    numbers = [n for n in (told(said, "ordinals") or ()) if n in choices]
    bare = words.said(said, 40).strip(" .!#").lower().removeprefix("rule ").removeprefix("number ")
    if bare.isdigit() and int(bare) in choices:
        numbers = [int(bare)]
    if len(numbers) == 1:
        return numbers[0], said
    yield reply(said, f"All right, I leave it. {_UNCHANGED}")
    return None


# correcting -----------------------------------------------------------------------------------------------------------


def _corrects(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether a mail in the thread of a rule says how it shall be instead."""
    return from_manager(beliefs, event) and _correction(beliefs, event.mail) is not None


def _correction(beliefs: BeliefBase, mail: Mail) -> StandingRule | None:
    spoken = beliefs.matching(_SPOKEN, mail.thread) if mail.in_reply_to else []
    zones = beliefs.matching("profile", "zone")
    held = beliefs.matching(RULE, spoken[-1].arguments[1]) if spoken else []
    if not held or not zones or mail.sent is None:
        return None
    return corrected(held[-1].arguments[1], mail, mail.sent, zones[-1].arguments[1])


@library.plan(on("mail"), when=_corrects, rank=20, goal="correct a standing rule")
def correct_rule(event: Trigger) -> Steps:
    """Put a rule right that was just spoken of: "make that 10, not 9", "only this week"."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    spoken = yield query(_SPOKEN, mail.thread)
    number = spoken[-1][1]
    held = yield from rules_held()
    assert mail.sent is not None
    changed = corrected(held[number], mail, mail.sent, me.zone) if number in held else None
    if changed is None:
        yield answer(event, f"Rule {number} is no more, so I have changed nothing.")
        return
    yield answer(event, (yield from amended(number, held[number], changed, me)))


def _change_numbered(event: Trigger, me: Profile, number: int) -> Steps:
    """Change the rule with this number as the mail says."""
    held = yield from rules_held()
    if number not in held:
        listed = words.paragraphs("These are your rules:", ruling.numbered(held)) if held else "You have set no rules."
        yield answer(event, words.paragraphs(f"There is no rule {number}. Nothing has changed.", listed))
        return
    old = held[number]
    minute: int | None = told(event.mail, "minute")
    new: StandingRule | None = told(event.mail, "rule")
    changed: StandingRule | None = None
    if minute is not None:
        changed = at_hour(old, minute)
    elif new is not None:
        changed = _merged(old, new)
    if changed is None or changed == old or (event.mail.reading is not None and event.mail.reading.unread):
        how = (
            f"Rule {number} is: {ruling.described(old)}. I do not see what shall become of it, and have changed nothing"
        )
        yield answer(event, f"{how}. Please drop it, and write the rule that you want.")
        return
    yield answer(event, (yield from amended(number, old, changed, me)))


def _merged(old: StandingRule, new: StandingRule) -> StandingRule:
    """Return the old rule with what is said anew: its times, its people or its measure."""
    return replace(
        old,
        weekdays=new.weekdays or old.weekdays,
        hours=new.hours or old.hours,
        first=new.first or old.first,
        last=new.last or old.last,
        people=new.people or old.people,
        domains=new.domains or old.domains,
        longer=new.longer or old.longer,
        said=new.said,
    )


# by command -----------------------------------------------------------------------------------------------------------


@library.plan(on(RULES_COMMAND), goal="take up a command about rules", quiet=True)
def take_command(event: Trigger) -> Steps:
    """Set or drop rules as whoever runs the employee has said, and tell the manager."""
    me: Profile = yield from profile()
    who = f"By a command of {event.by}"
    held = yield from rules_held()
    rule: StandingRule | None = event.get("rule")
    if rule is not None and any(same(rule, old) for old in held.values()):
        return
    if rule is not None:
        now = yield Now()
        instead = replaced(rule, held)
        for number in instead:
            yield from put_away(number, held[number], "another took its place")
        number = yield from kept(replace(rule, set_at=now), me)
        names = yield from names_of(rule.people)
        lines = [f"rule {number} was set: {ruling.described(rule, names)}"]
        lines += [f"it replaces rule {n} ({ruling.described(held[n])})" for n in instead]
        standing = yield from meetings_against(rule, me)
    else:
        dropped = [n for n in event.drop if n in held]
        for number in dropped:
            yield from put_away(number, held[number], "dropped by command")
        lines = [f"rule {n} was dropped: {ruling.described(held[n])}" for n in dropped]
        standing = ""
    if lines:
        said = f"{who}: {'; '.join(lines)}."
        last = "To undo it, answer me: “What are my rules?”, “Drop rule 1”, or a rule in your own words."
        yield send(me.manager, "Your rules have changed", words.paragraphs(said, standing, last))
