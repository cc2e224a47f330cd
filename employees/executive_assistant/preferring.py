"""Preferences: how people want things done, taken up at once, listed, and dropped again.

Who says so decides what it may be. The manager may say anything, by mail or by a command; everybody else, if their
server vouches for them, may say how they themselves want to be addressed, and the manager is told. What somebody does
again and again is only noticed, and gives way to any word. What is held here is obeyed where mails and invitations are
made (`empla.capabilities.email.wording`) and where plans are ordered (`empla.mind.choosing`).
"""

import re
from collections.abc import Generator, Iterable
from dataclasses import replace
from typing import Any

from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.steps import reply, send
from empla.mind.beliefs import BeliefBase
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.preferences import (
    CLOSING,
    CORRECTION,
    DIAL_IN,
    IN_PERSON,
    NOT_CLOSING,
    NOT_WAY,
    OBSERVED_PREFERENCE,
    OF_ONESELF,
    OWN_PREFERENCE,
    PHONE,
    PREFERENCE,
    PREFERENCE_DROPPED,
    PREFERENCE_SEEN,
    PREFERENCES_COMMAND,
    VIDEO,
    WAY,
    Held,
    Preferred,
    Wanted,
    observed,
)
from empla.mind.readings import Mail
from empla.mind.steps import Believe, Forget, Now, Raise, Step, query
from empla.mind.values import OWN
from employees.executive_assistant import preferwords, words
from employees.executive_assistant.guests import Guest, known_by, people
from employees.executive_assistant.knowing import Profile, Steps, from_manager, intent, profile, told
from employees.executive_assistant.talking import answer, asked

library = PlanLibrary()

_NUMBER = "preference-number"
"""Functor of the highest number that a preference has had: (number,)."""
_UNCHANGED = "Nothing has changed."
_PRONOUNS = frozenset({"him", "her", "them"})
_LINK = re.compile(r"https?://[^\s<>\"]+|\+?\d[\d\s()/.-]{5,25}\d(?:[ ,;]+(?:pin|code)[ :]*\d+)?#?", re.IGNORECASE)
_FORMS = (PHONE, VIDEO, IN_PERSON)
"""Ways of holding a meeting: of these one is preferred at a time."""


# on the manager's word ------------------------------------------------------------------------------------------------


@library.plan(on("mail", mail__reading__intent="prefer"), when=from_manager, goal="keep a preference")
def set_preference(event: Trigger) -> Steps:
    """Hold what the manager wants from now on, and say what has changed and how to undo it."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    wanted: Wanted = told(mail, "wanted")
    clear = yield from _clear(wanted, mail, me)
    if clear is None:
        return
    wanted, guest, mail = clear
    text = yield from _taken_up(wanted, guest, PREFERENCE, me.manager.value, mail.key, me)
    yield reply(mail, words.paragraphs(event.get("before") or "" if mail is event.mail else "", text))


def _clear(wanted: Wanted, mail: Mail, me: Profile) -> Generator[Step, Any, tuple[Wanted, Guest | None, Mail] | None]:
    """Ask for what is left open; return it with whom it is about, and the mail to answer. None: it is over."""
    matter = f"your preference “{words.sentence(wanted.said, 80)}”"
    found = yield from _who(wanted, mail, me)
    if isinstance(found, str):
        said = yield from asked(me, mail, found, matter, _UNCHANGED, for_words=True)
        if said is None:
            return None
        mail = said
        found = yield from _who(replace(wanted, person=_named(said)), said, me)
        if isinstance(found, str):
            yield reply(mail, f"I am sorry, I still do not know whom you mean. {_UNCHANGED}")
            return None
    if question := preferwords.asks_for_value(wanted, found.name if found is not None else ""):
        said = yield from asked(me, mail, question, matter, _UNCHANGED, for_words=True)
        value = _value(wanted, said) if said is not None else ""
        if said is None:
            return None
        mail = said
        if not value:
            yield reply(mail, f"I could not take that from your answer. {_UNCHANGED}")
            return None
        wanted = replace(wanted, value=value)
    return wanted, found, mail


def _named(said: Mail) -> str:
    """Return whom an answer names: an address in it, or its words."""
    text = words.said(said, 80).strip(" .!?")
    found = re.search(r"[\w.+-]+@[\w.-]+\.\w+", text)
    return found[0].lower() if found else re.sub(r"^(?:i mean|it['’]s|that['’]s)\s+", "", text, flags=re.IGNORECASE)


def _value(wanted: Wanted, said: Mail) -> str:
    text = words.said(said, 200).strip(" .!")
    if wanted.key == DIAL_IN:
        found = _LINK.search(text)
        return found[0].strip() if found else ""
    return text.strip("“”\"' ") if len(text.split()) <= 3 else ""


def _who(wanted: Wanted, mail: Mail, me: Profile) -> Generator[Step, Any, Guest | str | None]:
    """Return whom a preference is about, None for everybody, or a question."""
    if not wanted.person:
        return None
    if wanted.person == "me":
        return Guest(name=me.manager_name, address=me.manager)
    if wanted.person in _PRONOUNS:
        there = yield from _spoken_of(wanted, mail, me)
        if len(there) == 1:
            return there[0]
        return f"Whom do you mean by “{wanted.person}”? The name or the address is enough."
    found = yield from people(Who(words=wanted.person, origin=OWN))
    if len(found) > 1:
        choices = words.listed((f"{g.name} ({g.address})" for g in found), "or")
        return f"Which {wanted.person} do you mean: {choices}? The address is enough."
    return found[0] if found else f"I find nobody called “{wanted.person}”. What is the e-mail address?"


def _spoken_of(wanted: Wanted, mail: Mail, me: Profile) -> Generator[Step, Any, tuple[Guest, ...]]:
    """Return whom "him" or "her" may mean: who has that name, else who takes part in the conversation."""
    found: dict[str, Guest] = {}
    for name in dict.fromkeys((wanted.value, wanted.value.split()[-1] if wanted.value else "")):
        if name and not found:
            known = yield from people(Who(words=name, origin=OWN))
            found = {g.address.value: g for g in known if g.address != me.manager}
    if found:
        return tuple(found.values())
    own = {me.manager.value, me.address.value}
    there = [*mail.to, *mail.cc, *([mail.forwarded.sender] if mail.forwarded and mail.forwarded.sender else [])]
    for address in there:
        if address.value not in own and address.value not in found:
            found[address.value] = yield from known_by(address)
    return tuple(found.values())


# holding one ----------------------------------------------------------------------------------------------------------


def _taken_up(
    wanted: Wanted, guest: Guest | None, functor: str, by: str, evidence: str, me: Profile
) -> Generator[Step, Any, str]:
    """Hold a preference in the place of what it contradicts; return what to say of it."""
    held = yield from _held()
    person = guest.address.value if guest is not None else ""
    scope = wanted.wrong if wanted.key == CORRECTION else wanted.scope
    now = yield Now()
    highest = max((n for (n,) in (yield query(_NUMBER))), default=0)
    preferred = Preferred(
        value=wanted.value,
        number=highest + 1,
        said=wanted.said,
        by=by,
        evidence=(evidence,),
        name=guest.name if guest is not None else "",
        since=now,
    )
    functor = CORRECTION if wanted.key == CORRECTION else functor
    new = Held(functor=functor, person=person, key=wanted.key, scope=scope, preferred=preferred)
    former = [old for old in held if _contradicts(old, new)]
    for old in former:
        if old.functor == functor and old.preferred.value == preferred.value and old.key == new.key:
            return f"That is preference {old.preferred.number} already: {preferwords.described(old, me.manager.value)}."
    for old in former:
        yield from _put_away(old, "another took its place")
    yield Forget(functor=_NUMBER)
    yield Believe(functor=_NUMBER, arguments=(preferred.number,))
    yield Believe(functor=functor, arguments=_arguments(new))
    first = f"From now on {preferwords.described(new, me.manager.value)}."
    before = words.listed(f"{preferwords.described(old, me.manager.value)}" for old in former)
    return words.paragraphs(
        f"{first} That replaces: {before}." if before else first,
        f"That is preference {preferred.number}; to undo it, answer “forget preference {preferred.number}”.",
    )


def _contradicts(old: Held, new: Held) -> bool:
    """Return whether one preference takes the place of another: both said, of the same person, about the same thing."""
    if old.person != new.person or old.functor == OBSERVED_PREFERENCE:
        return False
    if (old.key, old.scope) == (new.key, new.scope):
        return old.functor == new.functor or new.functor == PREFERENCE
    if {old.key, new.key} == {CLOSING, NOT_CLOSING}:
        return old.preferred.value.casefold() == new.preferred.value.casefold()
    if {old.key, new.key} == {WAY, NOT_WAY}:
        return old.scope == new.scope
    return old.key == new.key == WAY and old.scope in _FORMS and new.scope in _FORMS


def _arguments(held: Held) -> tuple[Any, ...]:
    if held.functor == CORRECTION:
        return (held.person, held.scope, held.preferred)
    return (held.person, held.key, held.scope, held.preferred)


def _held() -> Generator[Step, Any, list[Held]]:
    """Return every preference that is held, however it came about."""
    found = []
    for functor in (PREFERENCE, OWN_PREFERENCE, OBSERVED_PREFERENCE):
        for person, key, scope, value in (yield query(functor)):
            found.append(Held(functor=functor, person=person, key=key, scope=scope, preferred=value))
    for person, wrong, value in (yield query(CORRECTION)):
        found.append(Held(functor=CORRECTION, person=person, key=CORRECTION, scope=wrong, preferred=value))
    return found


def _put_away(held: Held, why: str) -> Generator[Step, Any, None]:
    """Hold a preference no longer; that it was, and why it ended, stays known."""
    yield Forget(functor=held.functor, pattern=_arguments(held)[:-1])
    gone = (held.preferred.number, held.person, held.key, held.scope, held.preferred, why)
    yield Believe(functor=PREFERENCE_DROPPED, arguments=gone)


# of others, about themselves ------------------------------------------------------------------------------------------


def _of_oneself(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether somebody else, for whom their server vouches, says how they want to be addressed themselves."""
    wanted = told(event.mail, "wanted")
    own = event.mail.authenticated is not None and event.mail.inbox_of is None and not from_manager(beliefs, event)
    return (
        own and isinstance(wanted, Wanted) and wanted.person == "me" and wanted.key in OF_ONESELF and bool(wanted.value)
    )


@library.plan(on("mail"), when=_of_oneself, rank=50, goal="address somebody as they want")
def take_wish(event: Trigger) -> Steps:
    """Hold how somebody wants to be addressed, tell the manager, and go on with whatever else the mail says."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    wanted: Wanted = told(mail, "wanted")
    assert mail.authenticated is not None, "only who is vouched for sets this off"
    guest = yield from known_by(mail.authenticated)
    text = yield from _taken_up(wanted, guest, OWN_PREFERENCE, guest.address.value, mail.key, me)
    if intent(mail) != "prefer" and mail.reading is not None:
        slots = {name: slot for name, slot in mail.reading.slots.items() if name != "wanted"}
        yield Raise(kind="mail", fields={"mail": replace(mail, reading=replace(mail.reading, slots=slots))})
        return
    said = f"{guest.name} ({guest.address}) has written to me: “{words.said(mail)}”"
    yield send(me.manager, f"How {guest.name} wants to be addressed", words.paragraphs(said, text))


# listing and dropping -------------------------------------------------------------------------------------------------


@library.plan(on("mail", mail__reading__intent="preferences"), when=from_manager, goal="list preferences")
def list_preferences(event: Trigger) -> Steps:
    """List what people have said, under its numbers, and what was merely noticed."""
    me: Profile = yield from profile()
    held = yield from _held()
    said = [h for h in held if h.functor != OBSERVED_PREFERENCE]
    seen = [h for h in held if h.functor == OBSERVED_PREFERENCE and h.preferred.counts]
    if not (said or seen):
        yield answer(
            event, "I know of no preferences. You can write, for instance: “Call him Rob” or “Keep mails short”."
        )
        return
    listed = preferwords.listed(said, me.manager.value)
    first = words.paragraphs("This is how you and others want things:", listed) if said else ""
    noticed = preferwords.noticed(seen, me.manager.value)
    also = words.paragraphs("Nobody said so, but I have noticed:", noticed) if seen else ""
    yield answer(event, words.paragraphs(first, also, "Drop one with “Forget preference 1”." if said else ""))


@library.plan(on("mail", mail__reading__intent="drop-preference"), when=from_manager, goal="drop a preference")
def drop_preference(event: Trigger) -> Steps:
    """Drop the preferences that are meant, by their numbers or by what they say."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    held = [h for h in (yield from _held()) if h.functor != OBSERVED_PREFERENCE]
    numbers: tuple[int, ...] = told(mail, "ordinals") or ()
    gone = [h for h in held if h.preferred.number in numbers]
    wanted: Wanted | None = told(mail, "wanted")
    if wanted is not None:
        gone = [h for h in held if (h.key, h.preferred.value) == (wanted.key, wanted.value)]
    if not gone:
        listed = preferwords.listed(held, me.manager.value)
        yield answer(event, words.paragraphs(f"I find no such preference. {_UNCHANGED}", listed))
        return
    for one in gone:
        yield from _put_away(one, "dropped on the manager's word")
    yield answer(event, f"{_dropped(gone, me)} holds no longer.")


def _dropped(gone: Iterable[Held], me: Profile) -> str:
    named = (f"preference {h.preferred.number} ({preferwords.described(h, me.manager.value)})" for h in gone)
    return words.capital(words.listed(named))


# by command, and by observation ---------------------------------------------------------------------------------------


@library.plan(on(PREFERENCES_COMMAND), goal="take up a command about preferences", quiet=True)
def take_preferences_command(event: Trigger) -> Steps:
    """Hold or drop preferences as whoever runs the employee has said, and tell the manager."""
    me: Profile = yield from profile()
    wanted: Wanted | None = event.get("wanted")
    if wanted is not None:
        guest: Guest | None = None
        if wanted.person:
            found = yield from people(Who(words=wanted.person, origin=OWN))
            guest = found[0] if len(found) == 1 else None
            if guest is None:
                return  # the command has looked; who it was is there no longer
        text = yield from _taken_up(wanted, guest, PREFERENCE, event.by, PREFERENCES_COMMAND, me)
    else:
        gone = [
            h for h in (yield from _held()) if h.preferred.number in event.drop and h.functor != OBSERVED_PREFERENCE
        ]
        for one in gone:
            yield from _put_away(one, "dropped by command")
        text = f"{_dropped(gone, me)} holds no longer." if gone else ""
    if text:
        yield send(me.manager, "Your preferences have changed", words.paragraphs(f"By a command of {event.by}:", text))


@library.plan(on(PREFERENCE_SEEN), goal="notice how somebody likes things", quiet=True)
def take_observation(event: Trigger) -> Steps:
    """Weigh one observation: what agrees makes surer, what does not less sure; no number of them beats a word."""
    now = yield Now()
    held = yield query(OBSERVED_PREFERENCE, event.person, event.key, event.scope)
    known: Preferred | None = held[-1][3] if held else None
    after = observed(known, event.value, event.evidence, now)
    if after == known:
        return
    if known is not None:
        yield Forget(functor=OBSERVED_PREFERENCE, pattern=(event.person, event.key, event.scope))
    if after is not None:
        yield Believe(functor=OBSERVED_PREFERENCE, arguments=(event.person, event.key, event.scope, after))
