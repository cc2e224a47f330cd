"""From a mail that arrived to the event `mail`, which plans react to.

Every employee that has a mailbox knows this plan. A mail that cannot be read is set aside with its bytes, and the event
`mail-set-aside` is raised; the next mail goes on. A mail that must not be answered (own echo, bounce, list, auto-reply)
is noted and never becomes the event `mail`. What it says may matter all the same: an answer to an invitation raises
`invitation-reply`, another calendar message `invitation`, a report that a mail did not arrive `mail-bounced` (whom it
did not reach: `Mail.bounced`), and what a program answered for its owner `mail-auto-reply` (until when they are away:
`Mail.away_until`). A report that a mail has not arrived *yet* is only noted.
"""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

from empla.capabilities.email.conversing import placed
from empla.capabilities.email.kinds import KINDS
from empla.capabilities.email.sensor import MAIL_ARRIVED
from empla.capabilities.email.sorting import sort
from empla.mind.plans import PlanLibrary, Trigger, on
from empla.mind.steps import ActionFailed, Believe, Do, Now, Raise, SetAside, Step

library = PlanLibrary()
library.declare(*KINDS)
_MAY_MATTER = {"calendar": "invitation", "bounce": "mail-bounced", "auto-reply": "mail-auto-reply"}
"""Automatic mails that raise an event of their own."""
_NOTED = timedelta(days=7)
"""How long it is held in mind why a mail got no answer; it stands in the history for good."""


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
    yield from sort(mail, arrived.received)
    intent = mail.reading.intent
    if intent == "invitation-reply" and mail.automatic != "own":
        yield Raise(kind="invitation-reply", fields={"mail": mail, "uid": mail.reading.value("uid")})
    elif mail.automatic:
        sender = mail.sender.value if mail.sender is not None else ""
        now = yield Now()
        yield Believe(functor="noted", arguments=(mail.key, mail.automatic, sender), until=now + _NOTED)
        if mail.automatic in _MAY_MATTER:
            yield Raise(kind=_MAY_MATTER[mail.automatic], fields={"mail": mail})
    else:
        mail = yield from placed(mail)
        yield Raise(kind="mail", fields={"mail": mail})
