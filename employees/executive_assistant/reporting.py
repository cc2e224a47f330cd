"""What the manager is told without asking: what needs a word, what went wrong, what was set aside."""

from datetime import timedelta

from empla.capabilities.email.steps import send
from empla.mind.percepts import APPROVAL_NEEDED, INTENTION_FAILED
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import Decide
from employees.executive_assistant import words
from employees.executive_assistant.knowing import Steps, ask, intent, profile

library = PlanLibrary()

APPROVAL_WITHIN = timedelta(days=2)


@library.plan(on(APPROVAL_NEEDED), goal="ask whether I may", quiet=True)
def ask_whether_i_may(event: Trigger) -> Steps:
    """Ask the manager about an act that nobody asked for; no clear yes is a no."""
    me = yield from profile()
    text = (
        f"I would like to do this, and ask you first, because {event.why}:\n\n  {event.summary}\n\n"
        "May I? Please answer yes or no. Without an answer in two days I leave it."
    )
    question = send(me.manager, f"May I? {words.sentence(event.summary, 60)}", text)
    answer = yield ask(me.manager, question, APPROVAL_WITHIN)
    approved = answer is not None and intent(answer) == "yes"
    yield Decide(action=event.action, approved=approved, by=me.manager)


@library.plan(on(INTENTION_FAILED), goal="say what went wrong", quiet=True)
def tell_failure(event: Trigger) -> Steps:
    """Tell the manager what did not work and what was tried."""
    me = yield from profile()
    mail = event.get("mail")
    about = f" with your request “{words.sentence(mail.text or mail.subject, 120)}”" if mail is not None else ""
    if mail is not None and (mail.authenticated is None or mail.authenticated.value != me.manager.value):
        about = f" with the mail from {mail.sender.value if mail.sender else 'somebody'}"
    tried = words.listed(event.tried)
    yield send(
        me.manager,
        "Something did not work",
        f"I could not go on{about}: {event.outcome.sentence or event.outcome.code}.\n\n"
        f"What I tried: {tried}. What I had begun I have taken back as far as I could; please look at your calendar.",
    )


@library.plan(on("mail-set-aside"), goal="say that a mail was set aside", quiet=True)
def tell_set_aside(event: Trigger) -> Steps:
    """Tell the manager of a mail that cannot be read."""
    me = yield from profile()
    yield send(
        me.manager,
        "A mail that I cannot read",
        f"A mail came that I cannot read: {event.reason} I have kept it as it is and set it aside, and work on.",
    )


@library.plan(on("percept-set-aside"), goal="say that something was set aside", quiet=True)
def tell_percept_set_aside(event: Trigger) -> Steps:
    """Tell the manager of something that stopped me again and again."""
    me = yield from profile()
    yield send(
        me.manager,
        "Something that I set aside",
        f"Something that arrived stopped me twice ({event.reason}). I have kept it and set it aside, and work on.",
    )


@library.plan(on("action-unknown"), goal="say that an outcome is not known", quiet=True)
def tell_unknown(event: Trigger) -> Steps:
    """Tell the manager of an act that may or may not have happened."""
    me = yield from profile()
    settle = f'empla settle "{me.name}" {event.action}'
    yield send(
        me.manager,
        "I do not know whether this happened",
        "The connection broke at the wrong moment, and I cannot find out whether this happened:\n\n"
        f"  {event.summary}\n\nI do not try it again on my own. Whoever runs me can settle it with:\n\n"
        f"  {settle} --happened\n  {settle} --not-happened",
    )
