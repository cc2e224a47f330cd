"""Which conversation a mail goes on with whose client named none: by its subject and its people.

Clients that drop In-Reply-To and References keep the "Re:" and the subject. So the last conversations of each person
are remembered for a while by subject. Only a mail that calls itself an answer, with a subject that says which one, from
a person of that conversation, is put into it: a new mail is a new matter, and "Re: Hello" is anybody's.
"""

from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from empla.capabilities.email.reading.thread import bare_subject, is_answer, says_which
from empla.mind.readings import Mail
from empla.mind.steps import Believe, Forget, Now, Step, query
from empla.mind.values import Address

REMEMBERED = timedelta(days=14)
MOST_PER_PERSON = 20
CONVERSATION = "conversation"
"""Functor of the beliefs (address of the person, bare subject, thread)."""


def placed(mail: Mail) -> Generator[Step, Any, Mail]:
    """Return the mail, in the conversation that it goes on with, and remember that conversation.

    Remembered are those of people for whom the server vouches: nobody can fill the memory by writing under many names.
    """
    person = mail.authenticated or mail.sender
    if person is None or not says_which(mail.subject):
        return mail
    lost = not mail.in_reply_to and is_answer(mail.subject) and mail.thread in (mail.message_id, unnamed(mail))
    if not lost and mail.authenticated is None:
        return mail
    known = yield query(CONVERSATION, person.value)
    subject = bare_subject(mail.subject)
    threads = [thread for _, one, thread in known if one == subject]
    if lost and threads:
        mail = replace(mail, thread=threads[-1])
    if mail.authenticated is not None and mail.thread not in threads:
        yield from _remembered(person, subject, mail.thread, known)
    return mail


def begun(with_whom: Address, subject: str, thread: str) -> Generator[Step, Any, None]:
    """Remember a conversation that the employee began, so that its answer is known even without References."""
    if says_which(subject):
        known = yield query(CONVERSATION, with_whom.value)
        yield from _remembered(with_whom, bare_subject(subject), thread, known)


def unnamed(mail: Mail) -> str:
    """Return the thread of a mail that has no Message-ID."""
    return f"<{mail.key}@unnamed.invalid>"


def _remembered(person: Address, subject: str, thread: str, known: tuple[Any, ...]) -> Generator[Step, Any, None]:
    now = yield Now()
    if len(known) >= MOST_PER_PERSON:
        yield Forget(functor=CONVERSATION, pattern=known[0])
    yield Believe(functor=CONVERSATION, arguments=(person.value, subject, thread), until=now + REMEMBERED)
