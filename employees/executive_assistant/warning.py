"""Warning the manager of mails in their own inbox that mean harm: at once, together, and a few times a day at most.

Other mails in it cause none of ours: the manager has them already, and the brief lists them.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from empla.capabilities.email.delegated import MANAGER_MAIL_SUSPICIOUS
from empla.capabilities.email.sorting import NOTICE
from empla.capabilities.email.steps import send
from empla.mind.beliefs import ANY
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.readings import Mail
from empla.mind.steps import Believe, Forget, Now, Wait, query
from employees.executive_assistant import words
from employees.executive_assistant.knowing import Profile, Steps, profile

library = PlanLibrary()

WARNINGS_A_DAY = 3
"""What is more stands in the brief."""
TOGETHER = timedelta(hours=1)
"""What comes within it after a warning is told in one."""
MOST_LISTED = 10
_REMEMBERED = timedelta(days=30)


@library.plan(on(MANAGER_MAIL_SUSPICIOUS), goal="warn of a mail", quiet=True)
def warn(event: Trigger) -> Steps:
    """Warn at once; soon after a warning gather what comes, and tell it together."""
    me: Profile = yield from profile()
    mail: Mail = event.mail
    now: datetime = yield Now()
    sender = mail.sender.value if mail.sender is not None else "somebody"
    line = f"“{words.sentence(mail.subject, 60)}” from {sender}: {words.sentence(event.reason, 200)}"
    yield Believe(functor="to-warn", arguments=(mail.key, line), until=now + timedelta(days=1))
    if (yield query("gathering-warnings")):
        return
    today = now.astimezone(ZoneInfo(me.zone)).date().isoformat()
    before = yield query("warned", today, ANY)
    if len(before) >= WARNINGS_A_DAY:
        yield Forget(functor="to-warn", pattern=(mail.key,))
        return
    if before and now - before[-1][1] < TOGETHER:
        until = before[-1][1] + TOGETHER
        yield Believe(functor="gathering-warnings", arguments=(until,), until=until + TOGETHER)
        yield Wait(until=until)
        yield Forget(functor="gathering-warnings")
    yield from _warned(me, today)


def _warned(me: Profile, today: str) -> Steps:
    now: datetime = yield Now()
    gathered = yield query("to-warn")
    yield Forget(functor="to-warn")
    yield Believe(functor="warned", arguments=(today, now), until=now + _REMEMBERED)
    shown = gathered[:MOST_LISTED]
    many = len(gathered) > 1
    lines = words.numbered(line for _, line in shown)
    more = f"\n\nAnd {len(gathered) - len(shown)} more of the kind." if len(gathered) > len(shown) else ""
    sent = yield send(
        me.manager,
        f"Careful: {len(gathered)} mails in your inbox" if many else "Careful with a mail in your inbox",
        f"In your inbox {'are mails' if many else 'is a mail'} that may mean harm:\n\n{lines}{more}\n\n"
        f"I have touched {'none of them' if many else 'nothing'}. Please open no link and no file in "
        f"{'them' if many else 'it'} before you are sure. If I am wrong, answer “This is not spam”"
        f"{' with its number, such as “The second one is harmless”' if many else ''}.",
    )
    for number, (key, _) in enumerate(shown, 1):
        yield Believe(functor=NOTICE, arguments=(sent.thread, number, key), until=now + _REMEMBERED)
