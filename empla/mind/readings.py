"""What was understood from a message.

A reading is made outside the mind (by rules, later also by a model), recorded, and then handled by the mind like any
other outcome. Every slot keeps the words it came from, so a person can be shown why something was understood so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from empla.mind.codec import LATER, registered
from empla.mind.values import Address, FileRef


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One understood value, the words it came from, and where they stand in the new text (characters from, to)."""

    value: Any
    words: str
    start: int = -1
    end: int = -1


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one reader made of one message.

    `intent` is one of `empla.capabilities.email.reading.intents`; `confidence` lies between 0 and 1; `unread` holds the
    words inside understood phrases that the reader could not place: they are asked about, never dropped.
    """

    reader: str
    version: int
    intent: str
    confidence: float
    slots: Mapping[str, Slot] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    language: str = "en"

    def value(self, name: str) -> Any:
        """Return the value of slot `name`, None if it was not understood."""
        slot = self.slots.get(name)
        return None if slot is None else slot.value


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What a mail shows besides its words, for telling what kind of mail it is. Most of it a stranger may have written.

    `name` is how its sender calls itself, and `namesake` the address of somebody in the company who is called so and
    has not sent it; `colleague` says that the sender's address stands in the directory. `failed` are the checks of the
    sender (spf, dkim, dmarc) that failed, as the receiving server says. `hosts` are those it links to, `disguised`
    links whose words name another place than they lead to ("bank.example, which leads to evil.example"); `form` says
    that it asks for a password in itself. `list_id` names the list by which it came, `bulk` says that it went to many.
    """

    name: str = ""
    colleague: bool = False
    namesake: str = ""
    failed: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    disguised: tuple[str, ...] = ()
    form: bool = False
    list_id: str = ""
    bulk: bool = False


@registered
@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One parsed mail: what it says of itself, what is known of it, and how it was read.

    `sender` is what the header From says and is data. `authenticated` is the identity that the receiving server
    vouches for, and None where it does not; only that one has authority. `automatic` names why it must not be answered
    (own, bounce, list, auto-reply, calendar), or is empty.

    Of an automatic mail: `away_until` is until when a notice of absence says that its sender is away; `bounced` are the
    addresses that a delivery report says were not reached for good (delays are none), and `about` the Message-ID of the
    mail that the report or the notice is about.

    `inbox_of` is whose inbox it came to if it is not the employee's own. Whatever such a mail says, and whoever wrote
    it, it asks the employee for nothing. `forwarded` is the mail that the manager's own one forwards, with a reading:
    data that nobody vouches for. `task` is the id of a task whose words these are: then it is no mail that came, and
    only our own plans make it so.
    """

    key: str
    message_id: str
    blob: str
    subject: str
    sender: Address | None
    authenticated: Address | None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    reply_to: Address | None = None
    in_reply_to: tuple[str, ...] = ()
    thread: str = ""
    sent: datetime | None = None
    automatic: str = ""
    text: str = ""
    defects: tuple[str, ...] = ()
    attachments: tuple[FileRef, ...] = ()
    invitation: Mapping[str, Any] | None = None
    reading: Reading | None = None
    away_until: datetime | None = None
    bounced: tuple[str, ...] = ()
    about: str = ""
    inbox_of: Address | None = None
    marks: Marks = Marks()
    forwarded: "Mail | None" = None
    task: str = field(default="", metadata=LATER)
