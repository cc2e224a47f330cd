"""Taking back what was done last in a conversation: a booking is called off, what was called off is booked again."""

import re
from collections.abc import Generator
from datetime import timedelta
from typing import Any

from empla.capabilities.calendar.results import AgendaItem
from empla.capabilities.email.reading.people import Who
from empla.capabilities.email.steps import reply
from empla.mind.beliefs import ANY
from empla.mind.plans import Trigger
from empla.mind.readings import Mail
from empla.mind.steps import Forget, Step, query
from employees.executive_assistant import words
from employees.executive_assistant.arranging import arrange
from employees.executive_assistant.cancelling import WAS_CALLED_OFF, called_off
from employees.executive_assistant.choosing import Meant, of_thread
from employees.executive_assistant.entering import Former
from employees.executive_assistant.guests import Guest, known_by
from employees.executive_assistant.knowing import Profile
from employees.executive_assistant.meetings import COVERED, arranged
from employees.executive_assistant.moving import window_at
from employees.executive_assistant.wishes import Wish

_UNDO = re.compile(r"\b(?:undo|revert|reverse|(?:roll|take)\b.{0,12}\bback)\b", re.IGNORECASE)


def booked_again(event: Trigger, me: Profile) -> Generator[Step, Any, bool]:
    """Book again what was called off in this conversation; False if nothing was."""
    mail: Mail = event.mail
    known = yield query(WAS_CALLED_OFF, mail.thread, ANY, ANY)
    if not known:
        return False
    opening: str = event.get("before") or ""
    if len(known) > 1:
        titles = words.listed(f"“{former.title}”" for _, _, former in known)
        text = f"I have called off {titles}. Please tell me in a mail for each what I should book again."
        yield reply(mail, words.paragraphs(opening, text))
        return True
    former: Former = known[-1][2]
    guests = yield from _guests(former, me)
    lost = [g.address.value for g in guests if g.address.origin.source not in COVERED]
    if lost:
        text = (
            f"I do not know {words.listed(lost)} from the directory. Please write the whole request once more, with "
            "the address, and I book it again."
        )
        yield reply(mail, words.paragraphs(opening, text))
        return True
    there = {a.value for a in former.attendees}
    everybody = [*([me.manager_name] if me.manager.value in there else []), *(g.name for g in guests)]
    wish = Wish(
        mail=mail,
        opening=opening,
        whom=tuple(Who(words=g.name, origin=g.address.origin, address=g.address) for g in guests),
        minutes=int((former.end.value - former.start.value) / timedelta(minutes=1)),
        window=window_at(former.start.value, former.start.value, "instant", me),
        topic="" if former.title == words.listed(everybody) else former.title,
        place=former.location,
        without_me=me.manager.value not in there,
    )
    if (yield from arrange(wish, me)):
        yield Forget(functor=WAS_CALLED_OFF, pattern=(mail.thread,))
    return True


def _guests(former: Former, me: Profile) -> Generator[Step, Any, tuple[Guest, ...]]:
    found = []
    for address in former.attendees:
        if address.value not in (me.manager.value, me.address.value):
            found.append((yield from known_by(address)))
    return tuple(found)


def called_off_again(event: Trigger, me: Profile) -> Generator[Step, Any, bool]:
    """Call off the one meeting that was booked in this conversation; False if there is none, or more than one."""
    mail: Mail = event.mail
    if not _UNDO.search(words.said(mail)):  # "put it back" means a time, and there was no other
        return False
    those = yield from of_thread(mail, me)
    items: tuple[AgendaItem, ...] = tuple(i for i in those.items if arranged(i, me) and not i.recurring)
    if len(items) != 1:
        return False
    yield from called_off(event, me, Meant(mail=mail, items=items, opening=event.get("before") or ""))
    return True
