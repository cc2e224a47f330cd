"""From a mail that arrived to the event `mail`, which plans react to.

Every employee that has a mailbox knows this plan. A mail that cannot be read is set aside with its bytes, and the event
`mail-set-aside` is raised; the next mail goes on. A mail that must not be answered (own echo, bounce, list, auto-reply)
is noted and never becomes the event `mail`. What it says may matter all the same: an answer to an invitation raises
`invitation-reply`, another calendar message `invitation`, and a report that a mail did not arrive `mail-bounced`.
"""

from collections.abc import Generator
from typing import Any

from empla.capabilities.email.sensor import MAIL_ARRIVED
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import ActionFailed, Believe, Do, Raise, SetAside, Step

library = PlanLibrary()
_MAY_MATTER = {"calendar": "invitation", "bounce": "mail-bounced"}
"""Automatic mails that raise an event of their own."""


@library.plan(on(MAIL_ARRIVED), goal="understand a mail", priority=5, quiet=True)
def perceive_mail(arrived: Trigger) -> Generator[Step, Any, None]:
    """Have the mail read and raise what it is."""
    arguments = {"key": arrived.key, "blob": arrived.blob, "received": arrived.received}
    try:
        mail = yield Do(operation="email.read", arguments=arguments)
    except ActionFailed as failure:
        reason = failure.outcome.sentence
        yield SetAside(percept=arrived.key, reason=reason)
        yield Raise(kind="mail-set-aside", fields={"percept": arrived.key, "reason": reason})
        return
    intent = mail.reading.intent
    if intent == "invitation-reply":
        yield Raise(kind="invitation-reply", fields={"mail": mail, "uid": mail.reading.value("uid")})
    elif mail.automatic:
        sender = mail.sender.value if mail.sender is not None else ""
        yield Believe(functor="noted", arguments=(mail.key, mail.automatic, sender))
        if mail.automatic in _MAY_MATTER:
            yield Raise(kind=_MAY_MATTER[mail.automatic], fields={"mail": mail})
    else:
        yield Raise(kind="mail", fields={"mail": mail})
