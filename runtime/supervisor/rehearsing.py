"""A made-up employee's day, gone through in memory before anybody is forked.

What an employee touches for the first time it makes its own: memory that was shared with the zygote is copied, caches
are filled, modules imported. Gone through once in the zygote, most of that is there already, and shared by all
(`make bench-runtime` counts it). The day is that of `empla.testing`: a store
in a temporary folder, mailbox and calendars in memory, and nothing of a home.
"""

import logging
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Final

import structlog

from empla.capabilities import registry
from empla.capabilities.email.operations import end_reading
from empla.capabilities.email.sensor import MAIL_ARRIVED, percept_key
from empla.hr import roles
from empla.mind.values import OUTSIDE
from empla.testing.employee import ADA, MARIA, Employee, employee
from empla.testing.mailbox import letter
from runtime.employee import PLUGINS, library

_WORDS: Final = (
    "Please book half an hour with Bob Brown next Tuesday afternoon, about the budget.",
    "Am I free on Thursday?",
    "Remind me tomorrow at 11:00 to call the bank.",
    "Please get me the supplier list from Bob by tomorrow 15:00.",
)


def rehearse() -> None:
    """Let one employee of every role live through a day. No thread of it is left."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        operations = registry.operations(PLUGINS.capabilities).values()
        for role in roles.roles():
            with (
                tempfile.TemporaryDirectory(prefix="empla-") as folder,
                employee(Path(folder), library(role.name), operations) as made_up,
            ):
                _day(made_up)
    finally:
        end_reading()
        structlog.reset_defaults()


def _day(made_up: Employee) -> None:
    made_up.work()
    for number, words in enumerate(_WORDS):
        raw = letter(text=words, sender=MARIA, to=ADA, message_id=f"<{number}@office.example>", vouched=MARIA)
        key = percept_key(raw)
        fields = {
            "key": key,
            "blob": made_up.place.blobs.keep(raw),
            "received": made_up.clock.now(),
            "account": ADA,
            "size": len(raw),
        }
        made_up.tell_percept(key, MAIL_ARRIVED, fields, OUTSIDE)
        made_up.work()
    made_up.restart()
    made_up.let_pass(timedelta(days=1))
