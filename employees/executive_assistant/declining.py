"""What is not acted upon: what cannot be done, what was not understood, what strangers write. Nothing is promised."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from empla.capabilities.email.reading import nearest
from empla.capabilities.email.reading.wordlists import SMALL_WORDS
from empla.capabilities.email.sorting import NOTICE
from empla.capabilities.email.steps import reply, send
from empla.capabilities.introspection import History
from empla.mind.beliefs import ANY, BeliefBase
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import Ask, Believe, Do, Now, Raise, query
from empla.mind.values import Address
from employees.executive_assistant import recounting, words
from employees.executive_assistant.introducing import examples
from employees.executive_assistant.knowing import Profile, Steps, asks, from_manager, intent, profile, sure, told
from employees.executive_assistant.talking import PATIENCE, answer

library = PlanLibrary()

PASSED_ON_A_DAY = 8
"""How many mails of others are passed on in a day: a flood must not use up the mails that the manager waits for."""
_GREETING = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|how (?:are|is it going|do you do))\b"
    r"[^.?!]{0,40}[.?!]?$",
    re.IGNORECASE,
)
_REMEMBERED = timedelta(days=30)
_MOST_QUESTIONS = 10


@library.plan(on("mail", mail__reading__intent="other-request"), when=from_manager, goal="decline what cannot be done")
def decline(event: Trigger) -> Steps:
    """Say what was understood, that it cannot be done, and ask; promise nothing."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    request = words.sentence(told(mail, "what") or words.said(mail))
    yield Believe(functor="declined", arguments=(mail.key, request))
    question = answer(
        event,
        f"I understand that you ask me for this: “{request}”. That I cannot do, and I have done nothing about it. "
        "I arrange, move and call off meetings, look into calendars, get things from people by mail, and remind of "
        "things.\n\nWill you see to it yourself, or is there a meeting in it that I should arrange, or somebody whom I "
        "should ask?",
    )
    said: Mail | None = yield Ask(who=me.manager, by=question, patience=PATIENCE)
    if said is None:
        return
    if intent(said) in ("yes", "no", "unknown"):
        yield reply(said, "All right, I leave it to you.")
    else:
        yield Raise(kind="mail", fields={"mail": said})


@library.plan(on("mail", mail__reading__intent="foreign"), when=from_manager, goal="say which language is understood")
def tell_language(event: Trigger) -> Steps:
    """Say once that only English is understood."""
    told_before = yield query("language-told")
    if told_before:
        return
    yield Believe(functor="language-told", arguments=(event.mail.key,))
    yield answer(event, f"I am sorry, I understand only English so far. For instance:\n\n{examples()}")


@library.plan(on("mail", mail__reading__intent="thanks"), rank=1, goal="leave thanks alone")
def leave_thanks(event: Trigger) -> Steps:
    """Thanks get no answer, whoever says them."""
    yield Believe(functor="thanked", arguments=(event.mail.key,))


def _nods(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether the manager says yes to something that was no question: "Great!" to "Done."."""
    mail: Mail = event.mail
    said_more = mail.reading is not None and bool(mail.reading.unread)
    return from_manager(beliefs, event) and bool(mail.in_reply_to) and sure(mail) and not said_more


@library.plan(on("mail", mail__reading__intent="yes"), when=_nods, rank=1, goal="leave a nod alone")
def leave_nod(event: Trigger) -> Steps:
    """A yes to what was no question is answered as little as thanks."""
    yield Believe(functor="thanked", arguments=(event.mail.key,))


_ANSWERS = on("mail", mail__reading__intent={"yes", "no", "choose", "answer"})


@library.plan(_ANSWERS, name="tell-no-question", version=1, when=from_manager, rank=-5)
def tell_no_question_1(event: Trigger) -> Steps:
    """Say that there is no question which a mail could answer, as the first release began it."""
    said = words.said(event.mail, 120)
    yield answer(event, f"I do not know what “{said}” answers, so I have changed nothing.")


@library.plan(
    _ANSWERS,
    name="tell-no-question",
    version=2,
    when=from_manager,
    rank=-5,
    goal="say which questions are open",
)
def tell_no_question(event: Trigger) -> Steps:
    """Say that there is no question which a mail answers, or which ones it may answer."""
    me: Profile = yield from profile()
    said = words.said(event.mail, 120)
    now = yield Now()
    history: History = yield Do(operation="self.history", arguments={"since": now - PATIENCE})
    asked = [recounting.asked(u, me.zone) for u in history.undertakings if u.waits_for == me.manager.value]
    lines = "\n".join(f"  - {line}" for line in asked[:_MOST_QUESTIONS])
    which = f"These questions of mine are open:\n\n{lines}" if asked else "I have no question open to you."
    how = "Please answer the very mail in which I asked, or write the whole request in one sentence."
    first = f"I do not know what “{said}” answers, so I have changed nothing. {which}"
    yield answer(event, words.paragraphs(first, how))


def _not_understood(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether nobody else knows what to do with the manager's mail."""
    unclear = intent(event.mail) in ("free", "agenda") and not asks(beliefs, event)
    return from_manager(beliefs, event) and (intent(event.mail) == "unknown" or unclear)


@library.plan(on("mail"), when=_not_understood, rank=-10, goal="ask what is meant")
def ask_what_is_meant(event: Trigger) -> Steps:
    """Answer what was not understood with the nearest sentence that is."""
    me: Profile = yield from profile()
    said = words.said(event.mail)
    close = nearest(said)
    if _GREETING.match(said):
        hello = f"Hello {me.manager_name.split()[0]}, what can I do for you?"
        text = f"{hello} You can ask me, for instance:\n\n{examples(3)}"
    elif not any(c.isalnum() for c in said):
        text = f"Your mail says nothing that I can read. You can ask me, for instance:\n\n{examples()}"
    elif _shared(said, close):
        text = (
            f"I am not sure what you mean by “{said}”, so I have done nothing.\n\n"
            f"Is it something like “{close}”? Then please write it once more in such a sentence."
        )
    else:
        text = (
            f"I do not understand “{said}”, so I have done nothing.\n\n"
            f"Please tell me in one sentence what I should do, for instance:\n\n{examples(3)}\n\n"
            "“What can you do?” gets you more."
        )
    yield answer(event, text)


def _shared(said: str, sentence: str) -> bool:
    """Return whether two sentences have a word in common that means something."""
    one, other = ({w.strip(".,;:!?").lower() for w in text.split()} for text in (said, sentence))
    return bool((one & other) - SMALL_WORDS)


# others --------------------------------------------------------------------------------------------------------------


def _from_another(beliefs: BeliefBase, event: Trigger) -> bool:
    sender: Address | None = event.mail.sender
    return not from_manager(beliefs, event) and sender is not None


@library.plan(on("mail"), when=_from_another, rank=-20, goal="pass a mail on")
def pass_on(event: Trigger) -> Steps:
    """Tell the manager that somebody else has written; take no orders and answer nothing."""
    mail: Mail = event.mail
    sender = mail.authenticated or mail.sender
    vouched = "" if mail.authenticated is not None else ", though the mail server does not vouch that it is from there"
    yield from _passed_on(
        mail,
        f"Mail from {sender}: {words.sentence(mail.subject, 80)}",
        f"{sender} has written to me{vouched}:\n\n“{words.said(mail, 600, whole=True)}”\n\n"
        "I take requests only from you, so I have neither answered nor done anything. "
        "If something shall be done about it, please tell me what.",
    )


_INVITES = {"REQUEST": "invites me", "COUNTER": "proposes another time"}


@library.plan(on("invitation"), goal="pass an invitation on", quiet=True)
def pass_invitation_on(event: Trigger) -> Steps:
    """Tell the manager that somebody invites the assistant, which answers no invitations."""
    mail: Mail = event.mail
    sender = mail.authenticated or mail.sender
    does = _INVITES.get(told(mail, "method") or "")
    if sender is None or does is None:
        return
    yield from _passed_on(
        mail,
        f"Invitation from {sender}: {words.sentence(mail.subject, 80)}",
        f"{sender} {does}: “{words.sentence(told(mail, 'topic') or mail.subject)}”. I answer no invitations, and your "
        "calendar is as it was. If you want to be there, please answer it yourself, or ask me for a meeting.",
    )


def _passed_on(mail: Mail, subject: str, text: str) -> Steps:
    """Write to the manager about a mail of somebody else: once for a thread, and not more than so many a day."""
    me: Profile = yield from profile()
    now = yield Now()
    today = now.astimezone(ZoneInfo(me.zone)).date().isoformat()
    count = len((yield query("passed-on", today, ANY)))
    known = yield query("passed-on", ANY, mail.thread)
    if known or count > PASSED_ON_A_DAY:
        return
    yield Believe(functor="passed-on", arguments=(today, mail.thread), until=now + _REMEMBERED)
    if count == PASSED_ON_A_DAY:
        subject = "More mails from others"
        text = (
            f"Others have written to me {count} times today, and there is more. I pass nothing more on today; "
            "all of it is kept in my mailbox. I have answered nobody."
        )
    sent = yield send(me.manager, subject, text)
    yield Believe(functor=NOTICE, arguments=(sent.thread, 1, mail.key), until=now + _REMEMBERED)
