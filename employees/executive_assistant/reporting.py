"""What the manager is told without asking: what needs a word, what went wrong, what was set aside."""

from datetime import timedelta

from empla.capabilities.email.steps import reply, send
from empla.mind.beliefs import BeliefBase
from empla.mind.percepts import APPROVAL_NEEDED, INTENTION_FAILED, INTENTION_SET_ASIDE
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import ActionFailed, Ask, Believe, Decide, Do, Forget, Now, Raise, Wait, query
from employees.executive_assistant import words
from employees.executive_assistant.knowing import Profile, Steps, intent, profile
from employees.executive_assistant.several import answer_among
from employees.executive_assistant.talking import dropped, is_another

library = PlanLibrary()

APPROVAL_WITHIN = timedelta(days=2)
NOT_AGAIN = timedelta(hours=1)
"""How long after a word on a mail that cannot be read there is no other."""
_DOES = {
    "calendar.book": "put an entry into the calendar",
    "calendar.update": "change an entry in the calendar",
    "calendar.cancel": "take an entry out of the calendar",
    "calendar.apply_reply": "note an answer in the calendar",
    "calendar.take_in": "take an invitation into the calendar",
    "calendar.invite": "send an invitation",
    "calendar.respond": "answer an invitation",
    "calendar.counter": "propose another time for an invitation",
    "calendar.decline_counter": "say that a meeting stays when it is",
    "calendar.refresh": "ask for an invitation once more",
    "calendar.send_cancel": "send a cancellation",
    "email.send": "send a mail",
}
"""What an operation does, as a person would say it."""


@library.plan(on(APPROVAL_NEEDED), goal="ask whether I may", quiet=True)
def ask_whether_i_may(event: Trigger) -> Steps:
    """Ask the manager about an act that nobody asked for; no clear yes is a no."""
    me: Profile = yield from profile()
    does = f"{_DOES.get(event.operation, event.operation)} {event.summary.removeprefix(event.operation).strip()}"
    why = event.why.replace("the manager's request", "your request").replace("of the manager", "of yours")
    text = (
        f"I would like to {does}\n\nI ask you first, because {why}.\n\n"
        "May I? Please answer yes or no. Without an answer in two days I do not do it."
    )
    step = send(me.manager, f"May I? {words.capital(words.sentence(does, 70))}", text)
    answer: Mail | None = None
    for _ in range(3):
        answer = yield Ask(who=me.manager, by=step, patience=APPROVAL_WITHIN, allowed=("yes", "no"))
        if answer is not None:
            answer, besides = answer_among(answer)
            for other in besides:
                yield Raise(kind="mail", fields={"mail": other})
        if answer is None or intent(answer) in ("yes", "no", "cancel") or is_another(answer):
            break
        step = reply(answer, f"I need a plain yes or no to this, and until then do nothing: May I {does}")
    approved = answer is not None and intent(answer) == "yes"
    yield Decide(action=event.action, approved=approved, by=me.manager)
    if answer is not None and is_another(answer):
        yield Raise(kind="mail", fields={"mail": answer, "before": dropped(does)})


@library.plan(on(INTENTION_FAILED), goal="say what went wrong", quiet=True)
def tell_failure(event: Trigger) -> Steps:
    """Tell the manager what did not work, in answer to the request if that has no answer yet."""
    me: Profile = yield from profile()
    mail: Mail | None = event.get("mail")
    why = (event.outcome.sentence or event.outcome.code).rstrip(". ")
    looked = (
        "I may have begun something; please look at your calendar, and write to me once more if it shall still be done."
    )
    if mail is not None and mail.authenticated is not None and mail.authenticated.value == me.manager.value:
        text = f"I could not go on with your request “{words.said(mail, 120)}”: {why}.\n\n{looked}"
        try:
            yield reply(mail, text)
        except ActionFailed:  # that mail was answered before: with a question, say
            yield send(me.manager, f"It did not work: {words.sentence(mail.subject, 60)}", text)
        return
    about = ""
    if mail is not None:
        about = f" with the mail from {mail.sender.value if mail.sender else 'somebody'}"
    yield send(me.manager, "Something did not work", f"I could not go on{about}: {why}.\n\n{looked}")


@library.plan(on("mail-set-aside"), name="tell-set-aside", version=1, goal="say that a mail was set aside", quiet=True)
def tell_set_aside_at_once(event: Trigger) -> Steps:
    """Tell the manager of a mail that cannot be read: what was begun before floods were known goes on so."""
    me: Profile = yield from profile()
    yield _unreadable(me, event.reason)


@library.plan(on("mail-set-aside"), name="tell-set-aside", version=2, goal="say that a mail was set aside", quiet=True)
def tell_set_aside(event: Trigger) -> Steps:
    """Tell the manager of a mail that cannot be read: of one at once, then once an hour how many there were since."""
    me: Profile = yield from profile()
    now = yield Now()
    told = yield query("set-aside-told")
    if not told:
        yield Believe(functor="set-aside-told", arguments=(now,), until=now + NOT_AGAIN)
        yield _unreadable(me, event.reason)
        return
    counted = yield query("set-aside-since")
    yield Forget(functor="set-aside-since")
    yield Believe(functor="set-aside-since", arguments=((counted[-1][0] if counted else 0) + 1, event.reason))
    if counted:
        return  # the first of them tells of all
    yield Wait(until=told[-1][0] + NOT_AGAIN)
    ((count, reason),) = (yield query("set-aside-since"))[-1:]
    yield Forget(functor="set-aside-since")
    now = yield Now()
    yield Believe(functor="set-aside-told", arguments=(now,), until=now + NOT_AGAIN)
    if count == 1:
        yield _unreadable(me, reason)
        return
    yield send(
        me.manager,
        f"{count} more mails that I cannot read",
        f"In the last hour {count} more mails came that I cannot read; of the last one I know this: "
        f"{reason.rstrip('. ')}. I have kept all of them as they are and set them aside, and go on with the others. "
        "Whoever runs me sees them with `empla quarantine list`.",
    )


def _unreadable(me: Profile, reason: str) -> Do:
    return send(
        me.manager,
        "A mail that I cannot read",
        f"A mail came that I cannot read: {reason.rstrip('. ')}. I have kept it as it is and set it aside, "
        "and go on with the others.",
    )


def _of_ours(beliefs: BeliefBase, event: Trigger) -> bool:
    """Whether the mail that did not arrive is one that speaks of a meeting; only who received it knows its id."""
    return bool(beliefs.matching("spoken-of", event.mail.thread))


@library.plan(on("mail-bounced"), when=_of_ours, goal="say that a mail did not arrive", quiet=True)
def tell_bounce(event: Trigger) -> Steps:
    """Tell the manager that an invitation, or what followed it, did not reach somebody."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    uids = yield query("spoken-of", mail.thread)
    known = yield query("arranged", uids[-1][1])
    title = f"“{known[-1][1]}”" if known else "a meeting"
    sent = yield send(
        me.manager,
        f"Did not arrive: {words.sentence(mail.subject, 80)}",
        f"My mail about {title} did not reach everybody. The mail server reports:\n\n“{words.sentence(mail.text, 400)}”"
        "\n\nThe meeting stands as it is; please tell them yourself, or call it off by answering “Cancel it.”",
    )
    yield Believe(functor="spoken-of", arguments=(sent.thread, uids[-1][1]))


@library.plan(on("percept-set-aside"), goal="say that something was set aside", quiet=True)
def tell_percept_set_aside(event: Trigger) -> Steps:
    """Tell the manager of something that stopped me again and again."""
    me: Profile = yield from profile()
    yield send(
        me.manager,
        "Something that I set aside",
        f"Something that arrived could not be handled ({event.reason}). I have kept it and set it aside, and go on.\n\n"
        "Whoever runs me sees it with `empla quarantine list`, and can have it handled again or dropped.",
    )


@library.plan(on(INTENTION_SET_ASIDE), goal="say what I had to set aside", quiet=True)
def tell_intention_set_aside(event: Trigger) -> Steps:
    """Tell the manager what I was working on when it stopped me again and again, and what to do about it."""
    me: Profile = yield from profile()
    mail: Mail | None = event.get("mail")
    work = f"“{event.goal or event.plan}”"
    if mail is not None and mail.authenticated is not None and mail.authenticated.value == me.manager.value:
        work = f"your request “{words.said(mail, 120)}”"
    elif mail is not None:
        work = f"{work}, with the mail from {mail.sender.value if mail.sender else 'somebody'}"
    of = f'{event.intention} --of "{me.name}"'
    yield send(
        me.manager,
        "Something that I had to set aside",
        f"I was working on {work}, and that has stopped my program: {event.reason.rstrip('. ')}.\n\n"
        "I have set it aside as it stands. What comes for it is kept, nothing of it is done until somebody decides, "
        "and I go on with everything else.\n\nWhoever runs me can look at it, have me try again, or give it up:\n\n"
        f"  empla quarantine show {of}\n  empla quarantine retry {of}\n  empla quarantine drop {of}",
    )


@library.plan(on("action-unknown"), goal="say that an outcome is not known", quiet=True)
def tell_unknown(event: Trigger) -> Steps:
    """Tell the manager of an act that may or may not have happened."""
    me: Profile = yield from profile()
    settle = f'empla settle "{me.name}" {event.action}'
    does = f"{_DOES.get(event.operation, event.operation)} {event.summary.removeprefix(event.operation).strip()}"
    yield send(
        me.manager,
        "I do not know whether this happened",
        f"The connection broke at the wrong moment, and I cannot find out whether this happened:\n\n  {does}\n\n"
        "I do not try it again on my own. Whoever runs me can settle it with:\n\n"
        f"  {settle} --happened\n  {settle} --not-happened",
    )
