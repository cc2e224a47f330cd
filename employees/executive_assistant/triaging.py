"""What the manager says of mails themselves: learned, told, taken back. And mails that are only counted.

A correction is learned for the sender of the mail that is meant, or for whatever else was named: a domain, a list,
words of the subject. The mail that is meant is the one that the answered notice was about (`NOTICE`); the one with that
number, if the notice told of several; or the newest from whom was named.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from empla.capabilities.email.reading.newtext import new_text
from empla.capabilities.email.sorting import (
    NOTICE,
    NOTICE_ANSWERED,
    SUBJECT_CORRECTION,
    TRIAGE_CORRECTION,
    TRIAGED,
    listed,
)
from empla.capabilities.email.steps import reply
from empla.capabilities.email.triage import Correction, MailKind, Says, Triage
from empla.mind.beliefs import ANY, BeliefBase
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import Believe, Do, Forget, Now, query
from employees.executive_assistant import words
from employees.executive_assistant.knowing import Profile, Steps, from_manager, profile, told
from employees.executive_assistant.talking import answer

library = PlanLibrary()

MOST_LEARNED = 100
"""Corrections that are kept; the oldest gives way."""
LOOKED_BACK = 7
"""Days in which the newest mail of somebody who is named is looked for."""
OBSERVED_FOR = timedelta(days=60)
"""How long it counts that the manager took up a mail of somebody, without having said anything about such mails."""
_TAUGHT = "taught"
"""Functor of what was learned in a thread: (thread, about, aspect)."""
_REMEMBERED = timedelta(days=30)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_DOMAIN = re.compile(r"@?((?:[\w-]+\.)+[a-z]{2,24})", re.IGNORECASE)
_TAKES_BACK = re.compile(
    r"(?:no,? |oh,? |sorry,? |please,? )*(?:forget (?:that|it)|undo (?:that|it)|take (?:that|it) back|scrap that"
    r"|i take (?:that|it) back|never ?mind(?: that)?|that was (?:wrong|a mistake))(?: again| please|,? thanks)?[.! ]*",
    re.IGNORECASE,
)
_CONFIRMED = {
    Says.IMPORTANT: "Noted: {} are important to you, and I put them first from now on.",
    Says.UNIMPORTANT: "Noted: I do not bother you with {} any more.",
    Says.FINE: "Noted: {} mean no harm.",
    Says.SPAM: "Noted: {} count as spam from now on; I only count them.",
}
_LEARNED = {
    Says.IMPORTANT: "are important",
    Says.UNIMPORTANT: "are not important",
    Says.FINE: "mean no harm",
    Says.SPAM: "are spam",
}


@library.plan(on("mail", mail__reading__intent="triage"), when=from_manager, goal="learn about mails")
def learn(event: Trigger) -> Steps:
    """Learn what the manager says of mails, tell what was learned, or forget it."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    if told(mail, "learned"):
        yield from _tell(event)
    elif told(mail, "forget"):
        yield from _forget(event, me)
    else:
        yield from _correct(event, me)


def _correct(event: Trigger, me: Profile) -> Steps:
    mail: Mail = event.mail
    says = _says(mail)
    about, forgives, question = yield from _meant(mail, me)
    if question:
        yield answer(event, f"{question} I have learned nothing yet.")
        return
    now: datetime = yield Now()
    said = words.sentence(words.said(mail), 120)
    correction = Correction(about=about, says=says, at=now, words=said, forgives=forgives)
    yield from _kept(correction)
    yield Believe(functor=_TAUGHT, arguments=(mail.thread, about, _aspect(says)), until=now + _REMEMBERED)
    yield answer(event, f"{_CONFIRMED[says].format(described(about))} “Forget that” takes it back.")


def _says(mail: Mail) -> Says:
    kind = told(mail, "kind")
    if kind:
        return Says.FINE if kind == "fine" else Says.SPAM
    return Says.IMPORTANT if told(mail, "important") else Says.UNIMPORTANT


# which mails ----------------------------------------------------------------------------------------------------------


def _meant(mail: Mail, me: Profile) -> Steps:
    """Return the key under which to learn, the signs of harm that it forgives, and what has to be asked if nothing."""
    if told(mail, "topic"):
        return f"subject:{told(mail, 'topic').lower()}", (), ""
    if told(mail, "about"):
        return (yield from _named(told(mail, "about"), me))
    notices = yield query(NOTICE, mail.thread)
    keys = {number: key for _, number, key in notices}
    ordinals = told(mail, "ordinals") or ()
    if ordinals and keys:
        number = max(keys) if ordinals[0] == -1 else ordinals[0]
        if number not in keys:
            return "", (), f"There is no number {number} in what I told you."
    elif len(keys) == 1:
        number = next(iter(keys))
    else:
        many = "I told you of several there: which number do you mean?"
        return (
            "",
            (),
            many if keys else "Which mail do you mean? Please name its sender, or answer where I told you of it.",
        )
    found = yield query(TRIAGED, keys[number])
    if not found:
        return "", (), "I do not know any more which mail that was. Please name its sender."
    return (*_key_of(found[-1][1]), "")


def _key_of(found: Triage) -> tuple[str, tuple[str, ...]]:
    """Return under which key a mail's like is learned, and its signs of harm."""
    return found.about[0], found.signs if found.kind is MailKind.SUSPICIOUS else ()


def _named(name: str, me: Profile) -> Steps:
    """Return the key of who is named: by address or domain, of the directory, or of who wrote lately."""
    if _ADDRESS.fullmatch(name):
        return f"address:{name.lower()}", (), ""
    domain = _DOMAIN.fullmatch(name)
    if domain is not None:
        return f"domain:{domain[1].lower()}", (), ""
    found = yield Do(operation="people.find", arguments={"words": name})
    # Who works here goes before whoever calls itself so.
    known = {f"address:{person.address.value}": () for person in found.people} or (yield from _who_wrote(name, me))
    if len(known) == 1:
        ((about, forgives),) = known.items()
        return about, forgives, ""
    if not known:
        return "", (), f"I know of no mail from “{words.sentence(name, 60)}”. Please give me the address."
    named = words.listed(sorted(about.partition(":")[2] for about in known), "or")
    return "", (), f"“{words.sentence(name, 60)}” may be {named}. Please give me the address."


def _who_wrote(name: str, me: Profile) -> Steps:
    """Return the keys of those who wrote lately and are called so, each with the signs of harm of the newest mail."""
    now: datetime = yield Now()
    today = now.astimezone(ZoneInfo(me.zone)).date()
    wanted = _squashed(name)
    known: dict[str, tuple[str, ...]] = {}
    for back in range(LOOKED_BACK):
        for kind in MailKind:
            for _, found, sender, *_ in (yield from listed((today - timedelta(days=back)).isoformat(), kind)):
                called = (found.name, sender.value if sender is not None else "")
                if found.about and any(wanted in _squashed(words_) for words_ in called):
                    about, forgives = _key_of(found)
                    known.setdefault(about, forgives)
    return known


def _squashed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


# what is kept ---------------------------------------------------------------------------------------------------------


def _kept(correction: Correction, until: datetime | None = None) -> Steps:
    """Keep a correction in place of what was learned of the same mails before."""
    functor, aspect = _functor(correction.about), _aspect(correction.says)
    yield Forget(functor=functor, pattern=(correction.about, aspect))
    learned = yield from _all()
    if len(learned) >= MOST_LEARNED:
        oldest = min(learned, key=lambda c: (c.explicit, c.at))
        yield Forget(functor=_functor(oldest.about), pattern=(oldest.about, _aspect(oldest.says)))
    yield Believe(functor=functor, arguments=(correction.about, aspect, correction), until=until)


def _all() -> Steps:
    """Return every correction, oldest first."""
    keyed = yield query(TRIAGE_CORRECTION)
    by_subject = yield query(SUBJECT_CORRECTION)
    return sorted((c for _, _, c in (*keyed, *by_subject)), key=lambda c: (c.at, c.about))


def _functor(about: str) -> str:
    return SUBJECT_CORRECTION if about.startswith("subject:") else TRIAGE_CORRECTION


def _aspect(says: Says) -> str:
    return "weight" if says in (Says.IMPORTANT, Says.UNIMPORTANT) else "trust"


def described(about: str) -> str:
    """Return which mails a key stands for, in words."""
    kind, _, value = about.partition(":")
    match kind:
        case "address":
            return f"mails from {value}"
        case "domain":
            return f"mails from anybody at {value}"
        case "list":
            return f"mails of the list {value}"
    return f"mails about “{value}”"


def _tell(event: Trigger) -> Steps:
    learned: Iterable[Correction] = yield from _all()
    how = {True: "you said so", False: "you took one up"}
    lines = [f"{words.capital(described(c.about))} {_LEARNED[c.says]} ({how[c.explicit]})." for c in learned]
    text = f"This I have learned about your mail:\n\n{words.numbered(lines)}\n\nTo take one back, write for instance: "
    example = "“Forget what I said about mails from ...”."
    nothing = "I have learned nothing about your mail yet. You can tell me, for instance: “That one was important.”"
    yield answer(event, text + example if lines else nothing)


def _forget(event: Trigger, me: Profile) -> Steps:
    """Forget what was learned of the mails that are named, or of all of them."""
    mail: Mail = event.mail
    learned = yield from _all()
    if told(mail, "about") or told(mail, "topic"):
        about, _, question = yield from _meant(mail, me)
        if question:
            yield answer(event, question)
            return
        learned = [c for c in learned if c.about == about]
    for correction in learned:
        yield Forget(functor=_functor(correction.about), pattern=(correction.about,))
    which = words.listed(sorted({described(c.about) for c in learned}))
    yield answer(
        event, f"I have forgotten what you said about {which}." if learned else "I had learned nothing of that."
    )


def _taught_here(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether the manager takes back what was learned in this thread."""
    said = new_text(event.mail.text[:2_000]).strip()
    return from_manager(beliefs, event) and bool(
        _TAKES_BACK.fullmatch(said) and beliefs.matching(_TAUGHT, event.mail.thread)
    )


@library.plan(on("mail"), when=_taught_here, rank=6, goal="forget what was learned")
def unlearn(event: Trigger) -> Steps:
    """Take back what was learned last in this thread."""
    taught = yield query(_TAUGHT, event.mail.thread)
    _, about, aspect = taught[-1]
    yield Forget(functor=_functor(about), pattern=(about, aspect))
    yield Forget(functor=_TAUGHT, pattern=(event.mail.thread, about, aspect))
    yield reply(event.mail, f"I have forgotten that about {described(about)}.")


# what is only seen ----------------------------------------------------------------------------------------------------


@library.plan(on(NOTICE_ANSWERED), when=from_manager, goal="learn what the manager takes up", quiet=True)
def observe(event: Trigger) -> Steps:
    """Whoever's mail the manager took up may be of interest again; what the manager said goes before that."""
    now: datetime = yield Now()
    for key in event.noticed:
        found = yield query(TRIAGED, key)
        triage: Triage | None = found[-1][1] if found else None
        if triage is None or triage.kind is MailKind.SUSPICIOUS or not triage.about:
            continue
        about = triage.about[0]
        known = yield query(TRIAGE_CORRECTION, about, "weight", ANY)
        if not any(correction.explicit for _, _, correction in known):
            seen = Correction(about=about, says=Says.IMPORTANT, at=now, explicit=False)
            yield from _kept(seen, now + OBSERVED_FOR)


def _only_counted(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether a mail of somebody else is of a kind that the manager hears of in a count only."""
    held = beliefs.matching(TRIAGED, event.mail.key)
    return not from_manager(beliefs, event) and bool(held) and not held[-1].arguments[1].worth_telling


def _harm_unasked(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether a mail means harm and answers nothing: then no request in it is taken up either.

    One that answers goes on to whoever waits for an answer: only who has seen ours knows its Message-ID.
    """
    held = beliefs.matching(TRIAGED, event.mail.key)
    harm = bool(held) and held[-1].arguments[1].kind is MailKind.SUSPICIOUS
    return harm and not event.mail.in_reply_to and not from_manager(beliefs, event)


@library.plan(on("mail"), when=_harm_unasked, rank=20, goal="leave a harmful mail", quiet=True)
def leave_harm(event: Trigger) -> Steps:
    """Take up nothing in a mail that means harm: it is counted, and stands in the brief."""
    yield Believe(functor="counted", arguments=(event.mail.key,), until=(yield Now()) + _REMEMBERED)


@library.plan(on("mail"), when=_only_counted, rank=-15, goal="count a mail", quiet=True)
def count(event: Trigger) -> Steps:
    """Leave a mail that nobody waits for and that is not worth the manager's time: it is counted."""
    yield Believe(functor="counted", arguments=(event.mail.key,), until=(yield Now()) + _REMEMBERED)


@library.plan(on("invitation"), when=_only_counted, rank=20, goal="count an invitation", quiet=True)
def count_invitation(event: Trigger) -> Steps:
    """Leave an invitation that means harm."""
    yield Believe(functor="counted", arguments=(event.mail.key,), until=(yield Now()) + _REMEMBERED)
